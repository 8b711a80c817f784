"""What resampling operators share: sizes that are scaled, and places that are read in a rhythm."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import gcd
from typing import TypeAlias

from netledger.core.language import say
from netledger.core.number import Number, Shape, require
from netledger.core.operator import Axes, axes
from netledger.core.reach import MAX_PERIOD, UNKNOWN, Follow, Reach, Span

__all__ = ["Scale", "periodic", "scaled"]

Scale: TypeAlias = "Axes | Fraction | tuple[Number | Fraction, ...]"
"""A factor for every axis, or one per axis."""


def scaled(spatial: Shape, scale: Scale, what: str) -> Shape:
    """Every size times its factor, rounded down."""
    made = []
    for size, factor in zip(spatial, axes(scale, len(spatial), what), strict=True):  # type: ignore[arg-type]
        require(factor > 0, say("the {what} must be greater than 0", what=what), **{what: str(factor)})
        made.append(_times(size, factor))
        require(
            made[-1] >= 1,
            "the output would be empty",
            say("Use a greater {what}.", what=what),
            size=size,
            **{what: str(factor)},
        )
    return tuple(made)


def _times(size: Number, factor: Number | Fraction) -> Number:
    if isinstance(factor, Fraction):
        return size * factor.numerator // factor.denominator
    return size * factor // 1


def periodic(axis: int, up: int, down: int, span: Callable[[int], Span]) -> Follow:
    """Output o reads `span(o)`, and o + `up` the same `down` elements further on.

    A rhythm that is too long is not written out.
    """
    common = gcd(up, down)
    period, shift = up // common, down // common
    return (
        Follow(axis, Reach(period, shift, tuple(map(span, range(period)))))
        if period <= MAX_PERIOD
        else Follow(axis, UNKNOWN)
    )
