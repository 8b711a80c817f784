"""The bytes of a model without those of its weights: what is left is small, however large the model is.

A file of ONNX is a message of protocol buffers: fields, each with its number and length. The values of the large
initialisers of the graph are left out, and remembered by how many bytes they were; nothing else is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

__all__ = ["LEAST", "Lean", "lean"]

LEAST = 1 << 14
"""Values of fewer bytes stay: shapes may need them."""

_GRAPH, _INITIALISER = 7, 5
_VALUES = (4, 9, 10)  # float_data, raw_data, double_data: as many bytes as the elements take
_LENGTH = 2  # the wire type of a field with a length


class Lean(NamedTuple):
    """A message, and how many bytes of values each initialiser lost, by its place."""

    message: bytes
    lost: dict[int, int]


class _Field(NamedTuple):
    number: int
    wire: int
    start: int
    value: int
    end: int


def lean(message: Any) -> Lean | None:
    """The message without the values of its large initialisers; None if it is not what it should be."""
    try:
        return _lean(memoryview(message))
    except (ValueError, IndexError):
        return None


def _lean(view: memoryview) -> Lean | None:
    graphs = [field for field in _fields(view, 0, len(view)) if field.number == _GRAPH and field.wire == _LENGTH]
    if len(graphs) != 1:
        return None
    lost: dict[int, int] = {}
    graph = _graph(view, graphs[0], lost)
    before, after = bytes(view[: graphs[0].start]), bytes(view[graphs[0].end :])
    return Lean(b"".join((before, _header(_GRAPH, len(graph)), graph, after)), lost)


def _graph(view: memoryview, graph: _Field, lost: dict[int, int]) -> bytes:
    parts: list[Any] = []
    kept, place = graph.value, 0
    for field in _fields(view, graph.value, graph.end):
        if field.number != _INITIALISER or field.wire != _LENGTH:
            continue
        if field.end - field.value >= LEAST:
            tensor = _tensor(view, field, place, lost)
            if tensor is not None:
                parts += (view[kept : field.start], _header(_INITIALISER, len(tensor)), tensor)
                kept = field.end
        place += 1
    parts.append(view[kept : graph.end])
    return b"".join(parts)


def _tensor(view: memoryview, tensor: _Field, place: int, lost: dict[int, int]) -> bytes | None:
    fields = list(_few(_fields(view, tensor.value, tensor.end)))
    values = [field for field in fields if field.number in _VALUES and field.end - field.value >= LEAST]
    if len(values) != 1 or sum(field.number in _VALUES for field in fields) != 1 or values[0].wire != _LENGTH:
        return None
    lost[place] = values[0].end - values[0].value
    return bytes(view[tensor.value : values[0].start]) + bytes(view[values[0].end : tensor.end])


def _few(fields: Iterator[_Field], most: int = 64) -> Iterator[_Field]:
    """The fields, if they are as few as those of a tensor whose values lie in one."""
    for count, field in enumerate(fields):
        if count > most:
            raise ValueError
        yield field


def _fields(view: memoryview, place: int, end: int) -> Iterator[_Field]:
    while place < end:
        start = place
        tag, place = _varint(view, place)
        wire = tag & 7
        value = place
        if wire == _LENGTH:
            length, value = _varint(view, place)
            place = value + length
        elif wire == 0:
            _, place = _varint(view, place)
        elif wire in (1, 5):
            place += 8 if wire == 1 else 4
        else:
            raise ValueError
        if place > end:
            raise ValueError
        yield _Field(tag >> 3, wire, start, value, place)


def _varint(view: memoryview, place: int) -> tuple[int, int]:
    byte = view[place]
    if byte < 128:
        return byte, place + 1
    made, shift = byte & 127, 7
    while True:
        place += 1
        byte = view[place]
        made |= (byte & 127) << shift
        if byte < 128:
            return made, place + 1
        shift += 7
        if shift > 63:
            raise ValueError


def _header(number: int, length: int) -> bytes:
    made = bytearray([number << 3 | _LENGTH])
    while length > 127:
        made.append(length & 127 | 128)
        length >>= 7
    made.append(length)
    return bytes(made)
