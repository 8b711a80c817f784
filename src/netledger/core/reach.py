"""Which elements of its inputs an element of an output is computed from, along each axis: for receptive fields.

For each axis of an input, a `Follow` says which axis of the output it goes along with, and by which `Reach`.
"""

from __future__ import annotations

from math import gcd
from typing import NamedTuple, TypeAlias

from netledger.core.network import Tensor
from netledger.core.number import Shape, product
from netledger.core.window import Window

__all__ = [
    "MAX_PERIOD",
    "POINT",
    "UNKNOWN",
    "Follow",
    "Reach",
    "Reads",
    "Span",
    "adaptive",
    "fixed",
    "moved",
    "pointwise",
    "reshaped",
    "spread",
    "step",
    "whole",
    "windowed",
]

Span: TypeAlias = "tuple[int, int] | None"
"""The first and the last element that are read; None: none is."""


MAX_PERIOD = 4096
"""A reading that only repeats after more elements is not written down."""


class Reach(NamedTuple):
    """How one axis is read: output element q·period + i reads from q·shift + first up to q·shift + last.

    `spans` has (first, last) for each i below the period. What lies outside of the input is padding.

    A 3x3 convolution with stride 2 and padding 1: Reach(1, 2, ((−1, 1),)).
    A transposed one: Reach(2, 1, ((0, 0), (0, 1))).
    """

    period: int
    shift: int
    spans: tuple[Span, ...]

    def at(self, place: int) -> Span:
        """What one output element reads."""
        turn, rest = divmod(place, self.period)
        span = self.spans[rest]
        return (turn * self.shift + span[0], turn * self.shift + span[1]) if span else None


UNKNOWN = Reach(0, 0, ())
"""A reading that is too long to write down."""

POINT = Reach(1, 1, ((0, 0),))
"""Every output element reads the input element in its place."""


class Follow(NamedTuple):
    """How one axis of an input is read.

    Args:
        axis: the axis of the output along which the reading moves; None: it does not move.
        reach: what is read; None: one place each, but not in step with the axis (axes merged or taken apart).

    """

    axis: int | None
    reach: Reach | None = POINT


Reads: TypeAlias = tuple[Follow, ...]
"""One Follow for each axis of an input."""


def fixed(first: int, last: int) -> Follow:
    """Every output element reads the same places."""
    return Follow(None, Reach(1, 0, ((first, last),)))


def whole(size: int) -> Follow:
    """Every output element reads the whole axis."""
    return fixed(0, size - 1)


def pointwise(tensor: Tensor, output: Tensor, *whole_axes: int) -> Reads:
    """Element by element, axes aligned at the end (an axis of size 1 is broadcast), but some axes as a whole."""
    ahead = len(output.shape) - len(tensor.shape)
    spared = {axis % len(tensor.shape) for axis in whole_axes}
    return tuple(
        whole(size) if axis in spared or size != output.shape[axis + ahead] else Follow(axis + ahead)
        for axis, size in enumerate(tensor.shape)
    )


def step(axis: int, start: int) -> Follow:
    """One place each, further on by `start`."""
    return Follow(axis, Reach(1, 1, ((start, start),)))


def moved(tensor: Tensor, axis: int, start: int) -> Reads:
    """Element by element, further on by `start` along one axis."""
    return tuple(step(place, start) if place == axis else Follow(place) for place in range(len(tensor.shape)))


def windowed(axis: int, window: Window, size: int) -> Follow:
    """A window that slides along an axis."""
    before, _ = window.padding(size)
    return Follow(axis, Reach(1, window.stride, ((-before, window.span - 1 - before),)))


def spread(axis: int, window: Window) -> Follow:
    """A window the other way round, as a transposed convolution has it: i and k make o = i·S + k·D − P."""
    if window.stride > MAX_PERIOD or window.kernel > MAX_PERIOD:
        return Follow(axis, UNKNOWN)
    before = window.pads[0] if isinstance(window.pads, tuple) else 0
    spans = tuple(_sources(place + before, window) for place in range(window.stride))
    return Follow(axis, Reach(window.stride, 1, spans))


def _sources(place: int, window: Window) -> Span:
    found = [
        (place - tap * window.dilation) // window.stride
        for tap in range(window.kernel)
        if (place - tap * window.dilation) % window.stride == 0
    ]
    return (min(found), max(found)) if found else None


def adaptive(axis: int, size: int, out: int) -> Follow:
    """Output o reads from ⌊o·size / out⌋ up to ⌈(o + 1)·size / out⌉ − 1."""
    if out == 1:
        return whole(size)
    common = gcd(size, out)
    period, shift = out // common, size // common
    if period > MAX_PERIOD:
        return Follow(axis, UNKNOWN)
    spans = tuple((place * size // out, -(-(place + 1) * size // out) - 1) for place in range(period))
    return Follow(axis, Reach(period, shift, spans))


def reshaped(shape: Shape, out: Shape) -> Reads:
    """The same elements in another shape: an axis with the same size and as much before it is read in step."""
    places = {(product(out[:axis]), size): axis for axis, size in reversed(tuple(enumerate(out)))}
    return tuple(
        whole(size) if size == 1 else _follow_reshaped(shape, axis, out, places) for axis, size in enumerate(shape)
    )


def _follow_reshaped(shape: Shape, axis: int, out: Shape, places: dict[tuple[int, int], int]) -> Follow:
    before, size = product(shape[:axis]), shape[axis]
    if (before, size) in places:
        return Follow(places[before, size])
    ends = before * size
    for place in range(len(out)):
        if product(out[: place + 1]) > before and product(out[:place]) < ends:
            return Follow(place, None)
    raise AssertionError("the shapes hold as many elements")  # pragma: no cover
