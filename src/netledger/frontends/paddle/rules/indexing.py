"""Finding elements: slices, rows by number, embeddings."""

from __future__ import annotations

from typing import Any

from netledger.frontends.graph import Stored
from netledger.frontends.paddle.reader import Known
from netledger.frontends.paddle.rules._registry import rule, unique


@rule("embedding")
def embedding(reader: Any, op: Any) -> Any:
    """A stored row for each whole number."""
    weight = reader.value(op, 1)
    if not isinstance(weight, Stored):
        return None
    return reader.add(op, unique("embedding", *weight.shape), 0, stored={"weight": weight})


@rule("slice")
def cut(reader: Any, op: Any) -> Any:
    """Some places of axes; axes of one place may be left out."""
    starts, stops = reader.known(op, 1), reader.known(op, 2)
    places = [int(axis) for axis in op.attributes["axes"]]
    value = reader.value(op, 0)
    if isinstance(value, Known) and isinstance(value.values, list) and starts is not None and stops is not None:
        return _of_list(op, value, starts[0], stops[0])
    if starts is None or stops is None:
        return None
    return _sliced(reader, op, places, [(start, stop, 1) for start, stop in zip(starts, stops, strict=True)])


@rule("strided_slice")
def strided(reader: Any, op: Any) -> Any:
    """The same in steps."""
    bounds = [reader.known(op, place) for place in (1, 2, 3)]
    if any(part is None for part in bounds) or any(step < 1 for step in bounds[2]):
        return None
    return _sliced(reader, op, [int(axis) for axis in op.attributes["axes"]], list(zip(*bounds, strict=True)))


def _of_list(op: Any, value: Known, start: int, stop: int) -> list[Known]:
    found = value.values[start : min(stop, len(value.values))]
    if op.attributes.get("decrease_axis"):
        return [Known(found[0], value.tensor.like(()))]
    return [Known(found, value.tensor.like((len(found),)))]


def _sliced(reader: Any, op: Any, places: list[int], bounds: list[Any]) -> list[int]:
    number = reader.number(op.inputs[0])
    dropped = [int(axis) for axis in op.attributes.get("decrease_axis") or []]
    for axis, (start, stop, step) in zip(places, bounds, strict=True):
        size = reader.graph.tensors[number].shape[axis]
        if axis in dropped:
            continue
        first = max(0, start + size) if start < 0 else min(start, size)
        last = max(0, stop + size) if stop < 0 else min(stop, size)
        if (first, last, step) != (0, size, 1):
            (number,) = reader.apply(op, unique("slice", axis, first, last, step), number)
    for axis in sorted(dropped, reverse=True):
        start = dict(zip(places, bounds, strict=True))[axis][0]
        (number,) = reader.apply(op, unique("select", axis, start), number)
    return [number]


@rule("gather")
def gather(reader: Any, op: Any) -> Any:
    """Rows by number."""
    axis = reader.known(op, 2)
    if axis is None:
        return None
    axis = int(axis[0] if isinstance(axis, list) else axis)
    return reader.add(op, unique("index_select", axis), 0, 1)


@rule("index_select")
def index_select(reader: Any, op: Any) -> Any:
    """Places of an axis by number."""
    return reader.add(op, unique("index_select", int(op.attributes["axis"])), 0, 1)


@rule("take_along_axis")
def take_along_axis(reader: Any, op: Any) -> Any:
    """An element for each number, along an axis."""
    return reader.add(op, unique("gather", int(op.attributes["axis"])), 0, 1)


@rule("one_hot")
def one_hot(reader: Any, op: Any) -> Any:
    """1 at the place of each whole number."""
    count = reader.known(op, 1)
    if count is None:
        return None
    return reader.add(op, unique("one_hot", int(count[0] if isinstance(count, list) else count)), 0)


@rule("gather_nd", "index_sample")
def found(reader: Any, op: Any) -> Any:
    """Elements by their places."""
    made = reader.made(op.outputs)
    return None if made is None else reader.add(op, unique("rearrange", op.name, made[0].shape), 0, 1)


@rule("set_value", "set_value_with_tensor", "index_put", "scatter", "scatter_nd_add")
def written(reader: Any, op: Any) -> Any:
    """Elements replaced."""
    if op.name == "scatter_nd_add":
        return None
    value = reader.value(op, 1)
    return reader.add(op, unique("assign"), *((0, 1) if type(value) is int else (0,)))
