"""Sliding windows along one axis: where they start, how many fit.

The one place that knows padding and rounding. Everything works on any kind of number.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from netledger.core.language import later, say
from netledger.core.number import Number, ceil_div, landed, maximum, require, where

__all__ = ["ROUNDINGS", "Padding", "Pads", "Window", "axis_padding", "rounding_rule"]

ROUNDINGS = ("floor", "ceil")
"""Whether a last window that only partly fits counts."""

Padding: TypeAlias = "str | Number | tuple[Number | tuple[Number, Number], ...]"
"""As written: `same`, `valid`, a number, one number per axis, or one (before, after) pair per axis."""

Pads: TypeAlias = "str | tuple[Number, Number]"
"""Along one axis: `same`, or how many elements are added before and after."""


_RULES = {
    "floor": later("rounded down: a last window that only partly fits does not count"),
    "ceil": later("rounded up: a last window that only partly fits counts too"),
    "same": later("same: one window for each stride begun, whatever padding that takes"),
}


def rounding_rule(rounding: str, clip: bool) -> str:
    """A rounding in words; `clip` matters for ceil only."""
    clipped = say(", if it starts inside the input or its left padding") if rounding == "ceil" and clip else ""
    return say(_RULES[rounding]) + clipped


class Window(NamedTuple):
    """A window that slides along one axis.

    Args:
        kernel: elements that it reads.
        stride: how far it moves.
        pads: (before, after), or `same`: enough that ⌈size / stride⌉ windows fit.
        dilation: distance between the elements that it reads.
        rounding: `floor`, or `ceil`: a last window that only partly fits counts too.
        clip: with `ceil`, whether that last window must start inside the input or the padding before it
            (PyTorch's rule; Paddle has none).

    """

    kernel: Number
    stride: Number = 1
    pads: Pads = (0, 0)
    dilation: Number = 1
    rounding: str = "floor"
    clip: bool = True

    @property
    def span(self) -> Number:
        """From the first to the last element that one window reads: D·(K − 1) + 1."""
        return self.dilation * (self.kernel - 1) + 1

    def output(self, size: Number) -> Number:
        """How many windows fit on `size` elements.

        Raises:
            ShapeError: if none does.

        """
        count = self._count(size)
        require(
            count >= 1,
            "the output would be empty: no window fits",
            "Use a smaller kernel or stride, more padding, or a larger input.",
            size=size,
            kernel=self.kernel,
            stride=self.stride,
            padding=self.pads if isinstance(self.pads, str) else list(self.pads),
            dilation=self.dilation,
        )
        return count

    def _count(self, size: Number) -> Number:
        if isinstance(self.pads, str):
            return ceil_div(size, self.stride)
        before, after = self.pads
        around = 2 * before if before is after else before + after  # one number for both sides is written once
        free = size + around - self.span
        if self.rounding == "floor":
            return free // self.stride + 1
        count = ceil_div(free, self.stride) + 1
        if not self.clip:
            return count
        return where((count - 1) * self.stride >= size + before, count - 1, count)

    def padding(self, size: Number) -> tuple[Number, Number]:
        """Elements added before and after; `same` puts the odd one after."""
        if not isinstance(self.pads, str):
            return self.pads
        needed = maximum((self._count(size) - 1) * self.stride + self.span - size, 0)
        return needed // 2, needed - needed // 2

    def places(self, size: int, count: int | None = None) -> tuple[tuple[int, ...], ...]:
        """Where each of `count` windows (as many as fit, if left out) reads: window o its element k at o·S + k·D − P.

        On plain integers only. What lies outside of the input is padding, or beyond it.
        """
        before, _ = self.padding(size)
        starts = (place * self.stride - before for place in range(self.output(size) if count is None else count))
        return tuple(tuple(start + k * self.dilation for k in range(self.kernel)) for start in starts)

    def inside(self, size: Number) -> Number:
        """How many elements all windows together read that are real, not padding.

        Window o reads its element k at o·S + k·D − P.
        """
        before, _ = self.padding(size)
        return landed(self._count(size), size, self.kernel, self.stride, self.dilation, before)


def axis_padding(padding: Padding, axis: int, axes: int) -> Pads:
    """The part of a padding that concerns one axis of `axes`."""
    if isinstance(padding, str):
        return padding if padding == "same" else (0, 0)
    if not isinstance(padding, tuple):
        return (padding, padding)
    require(
        len(padding) == axes,
        "padding needs one entry per axis",
        say("Write one number, or {axes} numbers, or {axes} pairs [before, after].", axes=axes),
        padding=padding,
        axes=axes,
    )
    part = padding[axis]
    return part if isinstance(part, tuple) else (part, part)
