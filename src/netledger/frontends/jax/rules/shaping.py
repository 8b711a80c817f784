"""The same elements in another shape; of a stored tensor, the stored tensor seen differently."""

from __future__ import annotations

from typing import Any

from netledger.core.number import product
from netledger.frontends.graph import Stored
from netledger.frontends.jax.rules._registry import rule, unique


def _seen(value: Any, shape: tuple[int, ...]) -> Any:
    return [value.seen(shape)] if isinstance(value, Stored) else None


@rule("reshape", "expand_dims")
def reshape(reader: Any, equation: Any) -> Any:
    """Another shape."""
    (value, *_), shape = equation.values, equation.made[0].shape
    if shape == reader.tensor(value).shape:
        return [value]
    return _seen(value, shape) or reader.add(equation, unique("reshape", shape, whole=True), value)


@rule("squeeze")
def squeeze(reader: Any, equation: Any) -> Any:
    """Axes of size 1 left out."""
    (value,) = equation.values
    axes = tuple(map(int, equation.params["dimensions"]))
    if not axes:
        return [value]
    return _seen(value, equation.made[0].shape) or reader.add(equation, unique("squeeze", axes), value)


@rule("transpose")
def transpose(reader: Any, equation: Any) -> Any:
    """Axes in another order."""
    order = tuple(equation.params["permutation"])
    (value,) = equation.values
    return _seen(value, equation.made[0].shape) or reader.add(equation, unique("permute", order), value)


@rule("broadcast_in_dim")
def broadcast(reader: Any, equation: Any) -> Any:
    """Axes of size 1 put in, and repeated."""
    value, shape = equation.values[0], equation.made[0].shape
    given = reader.tensor(value).shape
    if product(given) == product(shape):
        return _seen(value, shape) or reader.add(equation, unique("reshape", shape, whole=True), value)
    places = equation.params["broadcast_dimensions"]
    sizes = [1] * len(shape)
    for axis, size in zip(places, given, strict=True):
        sizes[axis] = size
    if tuple(sizes) != given:
        (value,) = _seen(value, tuple(sizes)) or reader.add(
            equation, unique("reshape", tuple(sizes), whole=True), value, made=...
        )
    return reader.add(equation, unique("expand", shape), value)


@rule("rev")
def flip(reader: Any, equation: Any) -> Any:
    """Axes the other way round."""
    return reader.add(equation, unique("flip", tuple(equation.params["dimensions"])), equation.values[0])


@rule("concatenate")
def concatenate(reader: Any, equation: Any) -> Any:
    """Side by side along an axis."""
    return reader.add(equation, unique("concat", equation.params["dimension"]), *equation.values)


@rule("split")
def split(reader: Any, equation: Any) -> Any:
    """Pieces of given sizes."""
    params = equation.params
    return reader.add(
        equation, unique("split", sizes=tuple(map(int, params["sizes"])), axis=params["axis"]), equation.values[0]
    )


@rule("pad")
def pad(reader: Any, equation: Any) -> Any:
    """Elements added around, or cut off, or put between."""
    config = equation.params["padding_config"]
    borders = tuple((int(low), int(high)) for low, high, _ in config)
    value = equation.values[0]
    plain = all(low >= 0 and high >= 0 and not inner for low, high, inner in config) and len(config) > 2
    if plain and borders[0] == (0, 0) == borders[1]:
        return reader.add(equation, unique("pad", borders[2:]), value)
    if plain and borders[0] == (0, 0) == borders[-1]:
        return reader.add(equation, unique("pad", borders[1:-1], channels="last"), value)
    return reader.add(equation, unique("rearrange", "pad", equation.made[0].shape), value)
