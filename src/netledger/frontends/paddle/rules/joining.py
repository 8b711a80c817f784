"""Putting tensors side by side, and cutting them."""

from __future__ import annotations

from typing import Any

from netledger.frontends.paddle.reader import Known
from netledger.frontends.paddle.rules._registry import rule, unique


@rule("combine")
def combine(reader: Any, op: Any) -> Any:
    """Several values as one."""
    return [tuple(reader.values.get(number) for number in op.inputs)]


@rule("split")
def split(reader: Any, op: Any) -> Any:
    """The parts of a combined value; or a tensor cut into pieces of given sizes."""
    value = reader.value(op, 0)
    if type(value) is tuple:
        return list(value)
    if value is None:
        return [None] * len(op.outputs)
    sizes, axis = reader.known(op, 1), reader.known(op, 2)
    if sizes is None or axis is None:
        return None
    axis = int(axis[0] if isinstance(axis, list) else axis)
    whole = reader.tensor(op).shape[axis]
    sizes = tuple(whole - sum(sizes) - 1 if size == -1 else size for size in sizes)
    return [tuple(_cut(reader, op, unique("split", sizes=sizes, axis=axis)))]


@rule("split_with_num")
def split_with_num(reader: Any, op: Any) -> Any:
    """A tensor cut into equal pieces."""
    axis = reader.known(op, 1)
    if axis is None:
        return None
    axis = int(axis[0] if isinstance(axis, list) else axis)
    return [tuple(_cut(reader, op, unique("split", parts=int(op.attributes["num"]), axis=axis)))]


def _cut(reader: Any, op: Any, operator: Any) -> list[int]:
    return reader.apply(op, operator, reader.number(op.inputs[0]))


@rule("unbind")
def unbind(reader: Any, op: Any) -> Any:
    """Every place of an axis by itself."""
    axis = int(op.attributes["axis"])
    number = reader.number(op.inputs[0])
    count = reader.tensor(op).shape[axis]
    return [tuple(reader.apply(op, unique("select", axis, place), number)[0] for place in range(count))]


def _parts(reader: Any, op: Any) -> tuple[int, ...]:
    return tuple(reader.placed(part) for part in reader.value(op, 0))


@rule("concat")
def concat(reader: Any, op: Any) -> Any:
    """Side by side along an axis; what is known stays so."""
    parts, axis = reader.value(op, 0), reader.known(op, 1)
    if axis is None:
        return None
    if all(isinstance(part, Known) and isinstance(part.values, list) for part in parts):
        values = [value for part in parts for value in part.values]
        return [Known(values, parts[0].tensor.like((len(values),)))]
    axis = int(axis[0] if isinstance(axis, list) else axis)
    return reader.apply(op, unique("concat", axis), *_parts(reader, op), made=reader.made(op.outputs))


@rule("stack")
def stack(reader: Any, op: Any) -> Any:
    """Side by side along a new axis."""
    parts = reader.value(op, 0)
    if all(isinstance(part, Known) and not isinstance(part.values, list) for part in parts):
        return [Known([part.values for part in parts], parts[0].tensor.like((len(parts),)))]
    operator = unique("stack", int(op.attributes["axis"]))
    return reader.apply(op, operator, *_parts(reader, op), made=reader.made(op.outputs))


@rule("add_n")
def add_n(reader: Any, op: Any) -> Any:
    """The sum of several."""
    return reader.apply(op, unique("add"), *_parts(reader, op), made=reader.made(op.outputs))
