"""Paddle: any layer, or a saved inference model, through the program that Paddle makes of it. Nothing is computed.

sources     a layer from its name or file
inputs      shapes, as forward takes them
run         a layer and its inputs → a Program; the layer is as it was afterwards
saved       the file of an inference model → a Program, read as text
program     what a program is: operations, what they read and make, where they happen
reader      a Program → what it does
rules       how each operation of a program is written as operators

Only this file is imported before a layer of Paddle is asked for: the others import Paddle.
"""

from __future__ import annotations

import os
import sys
import warnings
from typing import Any

from netledger.core.errors import SourceError
from netledger.core.language import say
from netledger.core.ledger import Recorded
from netledger.frontends.options import Options, no_symbols

__all__ = ["accepts", "recorded"]


def accepts(source: object) -> bool:
    """Whether it is a layer, a class of layers, the name of one, or the file of an inference model."""
    if isinstance(source, (str, os.PathLike)):
        text = os.fspath(source)
        return isinstance(text, str) and (text.startswith("paddle:") or _is_saved(text))
    cls = source if isinstance(source, type) else type(source)
    return any(base.__module__.startswith("paddle.") and base.__name__ == "Layer" for base in cls.__mro__)


def recorded(source: Any, options: Options) -> Recorded:
    """What a layer does, or a saved inference model; its network is made when asked for.

    Raises:
        SourceError: if there is no such layer, or it cannot be read.
        ForwardError: if it fails while its program is made; `.network` is what was done before.
        ValuesNeededError: if it decides by values.

    """
    no_symbols(options)
    if isinstance(source, (str, os.PathLike)) and _is_saved(os.fspath(source)):
        from netledger.frontends.paddle.saved import recorded as saved

        return saved(os.fspath(source), options)
    try:
        _imported()
    except ImportError:
        hint = "Install it: pip install paddlepaddle."
        raise SourceError(
            say("a model of {framework} needs {framework}, which is not installed", framework="Paddle"), hint=hint
        ) from None
    from netledger.frontends.paddle.run import recorded as run
    from netledger.frontends.paddle.sources import built

    return run(built(source, options), options)


def _imported() -> None:
    """Import Paddle, the first time."""
    if "paddle" in sys.modules:
        return
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "No ccache found", UserWarning)  # it is for compiling, not for counting
        import paddle  # noqa: F401


def _is_saved(path: str) -> bool:
    """Whether it is a program of Paddle that was saved: JSON that says so at its beginning, or the older format."""
    if path.endswith(".pdmodel"):
        return True
    if not path.endswith(".json"):
        return False
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return '"magic": "pir"' in file.read(200).replace('":"', '": "')
    except OSError:
        return False
