"""A model from its file, its bytes, or as an object; what it may not be."""

from __future__ import annotations

import mmap
import os
import stat
from typing import Any, NamedTuple

from google.protobuf.message import DecodeError
from onnx import FunctionProto, GraphProto, ModelProto

from netledger.core.errors import SourceError, printable, quote
from netledger.core.language import say
from netledger.frontends.onnx.lean import Lean, lean

__all__ = ["NEWEST", "Model", "opsets_of", "read"]

MOST_BYTES = 2**31 - 1
"""No message of protocol buffers is larger."""

SMALL = 1 << 18
"""So many bytes are read as they are."""

NEWEST = 64
"""A version of operators beyond this is no version."""

_BROKEN = "Export the model again, or check that the whole file was copied."


class Model(NamedTuple):
    """A model as it was read.

    Args:
        graph: what it runs.
        opsets: the version of the operators of each domain.
        functions: functions of its own, by domain, name and overload.
        name: what it is called.
        source: where it comes from.
        lost: bytes of values that were not read, by the place of the initialiser.

    """

    graph: GraphProto
    opsets: dict[str, int]
    functions: dict[tuple[str, str, str], FunctionProto]
    name: str
    source: str
    lost: dict[int, int]


def read(source: Any) -> Model:
    """A model of ONNX, its weights left where they are.

    Raises:
        SourceError: if there is none, or it is broken.

    """
    if isinstance(source, (str, os.PathLike)):
        path = os.fsdecode(source)
        return _model(_of_file(path), os.path.splitext(os.path.basename(path))[0], path)
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _model(_decoded(source, say("these bytes")), "", "onnx")
    return _model((source, {}), "", "onnx")


def _of_file(path: str) -> tuple[ModelProto, dict[int, int]]:
    try:
        about = os.stat(path)
        if not stat.S_ISREG(about.st_mode):
            raise SourceError(say("{path} is not a file", path=quote(path)), hint="Give the path of a model.onnx.")
        _check_size(about.st_size, quote(path))
        with open(path, "rb") as file:
            if about.st_size <= SMALL:
                return _decoded(file.read(SMALL + 1), quote(path))
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
                return _decoded(mapped, quote(path))
    except (OSError, ValueError) as error:
        if isinstance(error, SourceError):
            raise
        reason = str(getattr(error, "strerror", None) or error)
        raise SourceError(say("{path} cannot be read: {reason}", path=quote(path), reason=reason)) from None


def _check_size(size: int, what: str) -> None:
    if size > MOST_BYTES:
        rule = say("{what} has {size} bytes: no model of ONNX has 2 GiB or more", what=what, size=size)
        raise SourceError(rule, hint="Larger models keep their weights in files of their own (external data).")


def _decoded(message: Any, what: str) -> tuple[ModelProto, dict[int, int]]:
    _check_size(len(message), what)
    found = None
    if len(message) > SMALL:
        view = memoryview(message)
        try:
            found = lean(view)
        finally:
            view.release()
    cut = found or Lean(bytes(message), {})
    try:
        return ModelProto.FromString(cut.message), cut.lost
    except (DecodeError, RecursionError, UnicodeDecodeError):
        raise SourceError(say("{what}: not a model of ONNX, or a broken one", what=what), hint=_BROKEN) from None


def _model(decoded: tuple[ModelProto, dict[int, int]], name: str, source: str) -> Model:
    proto, lost = decoded
    if not proto.HasField("graph"):
        raise SourceError("a model of ONNX has a graph; there is none in this one", hint=_BROKEN)
    if not isinstance(proto.graph.name, str):
        raise SourceError("a name in it is no text", hint=_BROKEN)
    opsets = opsets_of(proto) or {"": 1}
    functions = {(one.domain, one.name, getattr(one, "overload", "")): one for one in proto.functions}
    called = printable(name or proto.graph.name or "onnx").replace("\n", " ")[:200]
    return Model(proto.graph, opsets, functions, called, printable(source), lost)


def opsets_of(proto: Any) -> dict[str, int]:
    """The version of the operators of each domain; the one of ONNX itself has no name."""
    found = {("" if one.domain == "ai.onnx" else one.domain): int(one.version) for one in proto.opset_import}
    if not 1 <= found.get("", 1) <= NEWEST:
        rule = say("there is no version {version} of the operators of ONNX", version=found[""])
        raise SourceError(rule, hint=_BROKEN)
    return found
