"""What operators of several inputs and of chosen axes share: broadcasting, and lists of axes."""

from __future__ import annotations

from itertools import zip_longest

from netledger.core.language import say
from netledger.core.network import Tensor
from netledger.core.number import Number, Shape, equal, maximum, product, require
from netledger.core.operator import axis_of

__all__ = ["axes_of", "broadcast", "fits", "others", "rows"]


def broadcast(first: Shape, second: Shape) -> Shape:
    """The common shape: axes are aligned at the end; sizes must be equal, or one of them 1."""
    pairs = list(zip_longest(reversed(first), reversed(second), fillvalue=1))
    for a, b in pairs:
        require(
            equal((a - b) * (a - 1) * (b - 1), 0),
            "sizes must be equal, or one of them 1, on every axis",
            "Give both paths the same channels and stride (a 1x1 convolution with the stride on the short one).",
            first=first,
            second=second,
        )
    return tuple(maximum(a, b) for a, b in reversed(pairs))


def fits(small: Shape, whole: Shape, what: str) -> None:
    """Raise a ShapeError unless one shape can be broadcast to another."""
    require(len(small) <= len(whole), say("the {what} has too many axes", what=what), given=small, needed=whole)
    for a, b in zip(reversed(small), reversed(whole), strict=False):
        require(
            equal((a - b) * (a - 1), 0),
            say("the sizes of the {what} must be 1, or those needed, on every axis", what=what),
            given=small,
            needed=whole,
        )


def axes_of(chosen: tuple[int, ...] | None, tensor: Tensor) -> tuple[int, ...]:
    """The chosen axes, sorted: all but the batch, if left out."""
    if chosen is None:
        return tuple(range(1, len(tensor.shape)))
    found = sorted(axis_of(axis, tensor) for axis in chosen)
    require(len(found) == len(set(found)), "an axis must not be given twice", "Leave one out.", axes=chosen)
    return tuple(found)


def others(shape: Shape, *axes: int) -> Shape:
    """The sizes of the other axes."""
    return tuple(size for axis, size in enumerate(shape) if axis not in axes)


def rows(shape: Shape, *axes: int) -> Number:
    """How many rows there are along these axes."""
    return product(others(shape, *axes))
