"""ONNX: a file, its bytes or a model of the onnx package, laid out without running anything.

source      a model from its file, bytes or object; what it may not be
lean        the bytes of a model without those of its weights
values      what a name stands for: a tensor, a stored one, numbers that are known
inputs      shapes of the inputs; axes that the file leaves open
walk        one node after another
frame       a graph that is walked: its names
node        a node as rules see it
order       nodes in the order in which they can run
scopes      in which modules a node is
folding     numbers that shapes are made of, computed while they are few
rules       how each operator of ONNX is written as operators

Only this file is imported before a model of ONNX is asked for: the others import the onnx package.
"""

from __future__ import annotations

import os
from typing import Any

from netledger.core.errors import SourceError
from netledger.core.ledger import Recorded
from netledger.frontends.options import Options

__all__ = ["accepts", "recorded"]


def accepts(source: object) -> bool:
    """Whether it is the name of a file that ends in .onnx, the bytes of a model, or a ModelProto."""
    if isinstance(source, (str, os.PathLike)):
        return os.fspath(source)[-5:].lower() in (".onnx", b".onnx")
    if isinstance(source, (bytes, bytearray, memoryview)):
        return True
    return type(source).__name__ == "ModelProto" and type(source).__module__.startswith("onnx")


def recorded(source: Any, options: Options) -> Recorded:
    """What a model does; its network is made when asked for.

    Raises:
        SourceError: if it cannot be read, or is not well formed.
        ShapeError: if an operation cannot take what it is given.
        ValuesNeededError: if a shape depends on values that are not known.

    """
    try:
        import onnx  # noqa: F401
    except ImportError:
        hint = "Install it: pip install 'netledger[onnx]'."
        raise SourceError("a model of ONNX needs the package onnx, which is not installed", hint=hint) from None
    from netledger.frontends.onnx.source import read
    from netledger.frontends.onnx.walk import laid_out

    return laid_out(read(source), options)
