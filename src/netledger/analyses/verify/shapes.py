"""Shapes as tables print them: channels first or last, with or without the batch, width or height first."""

from __future__ import annotations

from functools import cache
from math import prod
from typing import NamedTuple, TypeAlias

from netledger.analyses.verify.printed import Sizes
from netledger.core.language import later

__all__ = ["Order", "agreeing", "arranged", "closest", "placed", "told"]

Shape: TypeAlias = tuple[int, ...]
Reading: TypeAlias = "tuple[int | None, ...]"


class Order(NamedTuple):
    """Which axes of a shape (batch, channels, places …) each printed size stands for."""

    name: str
    axes: tuple[tuple[int, ...], ...]


LAST, FIRST = later("channels last"), later("channels first")
LAST_TURNED, FIRST_TURNED = later("channels last, width first"), later("channels first, width first")
BATCHED = {
    "": later("with the batch"),
    "turned": later("turned, with the batch"),
    LAST: later("channels last, with the batch"),
    FIRST: later("channels first, with the batch"),
    LAST_TURNED: later("channels last, width first, with the batch"),
    FIRST_TURNED: later("channels first, width first, with the batch"),
}
"""The orders of one input, with the batch in front."""


@cache
def _orders(rank: int) -> tuple[Order, ...]:
    """The usual orders, those without the batch first."""
    places, maps = tuple(range(2, rank)), rank > 3
    plain = {
        3: ((LAST if maps else later("turned"), (*places, 1)), (FIRST if maps else "", (1, *places))),
        2: (("", (1,)),),
    }.get(min(rank, 3), ())
    turned = ((LAST_TURNED, (*places[::-1], 1)), (FIRST_TURNED, (1, *places[::-1])))
    wide = (*plain, *turned) if maps else plain
    batched = ((BATCHED[name], (0, *axes)) for name, axes in wide)
    alone = ((later("places only"), places), (later("places only, width first"), places[::-1])) if places else ()
    found = [Order(name, tuple((axis,) for axis in axes)) for name, axes in (*wide, *batched, *alone)]
    return (*found, Order(later("height = width"), (places,))) if len(places) > 1 else tuple(found)


def arranged(shape: Shape, order: Order) -> Shape:
    """A shape in an order; 0 where sizes that should be one differ."""
    sizes = ({shape[axis] for axis in axes} for axes in order.axes)
    return tuple(found.pop() if len(found) == 1 else 0 for found in sizes)


def placed(shape: Shape, order: Order, reading: Reading) -> Shape:
    """The shape with sizes as printed in this order."""
    made = list(shape)
    for axes, size in zip(order.axes, reading, strict=True):
        for axis in axes:
            made[axis] = made[axis] if size is None else size
    return tuple(made)


def agreeing(theirs: Sizes, shape: Shape) -> Order | None:
    """The order in which a printed shape is this one; None if it is not."""
    for reading in theirs.readings:
        for order in _orders(len(shape)):
            if _equal(reading, arranged(shape, order)):
                return order
        if _bare(reading) == _bare(shape[1:]) and len(_bare(reading)) <= 1:
            return Order(later("axes of size 1 apart"), ())
    return None


def _equal(reading: Reading, sizes: Shape) -> bool:
    return len(reading) == len(sizes) and all(one in (None, other) for one, other in zip(reading, sizes, strict=True))


def _bare(reading: Reading) -> Reading:
    return tuple(size for size in reading if size not in (None, 1))


def closest(theirs: Sizes, shape: Shape) -> tuple[Order, Reading] | None:
    """The order in which most sizes are those printed, and the printed sizes; None if there are too many or few."""
    found = [
        (_same(reading, arranged(shape, order)), -place, order, reading)
        for reading in theirs.readings
        for place, order in enumerate(_orders(len(shape)))
        if len(order.axes) == len(reading)
    ]
    return max(found, key=lambda one: one[:2])[2:] if found else None


def _same(reading: Reading, sizes: Shape) -> int:
    return sum(one == other for one, other in zip(reading, sizes, strict=True))


def told(reading: Reading) -> int:
    """How many elements the printed sizes make."""
    return prod(size for size in reading if size is not None)
