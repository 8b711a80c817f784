"""Pooling over sliding windows: the greatest, the mean, the p-norm."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from netledger.core.language import later
from netledger.core.network import Tensor
from netledger.core.number import Number, Shape, product, require
from netledger.core.operator import (
    Axes,
    Operator,
    Readings,
    axes,
    channels,
    clip,
    feature_map,
    flag,
    operator,
    padding,
    per_axis,
    real,
    rounding,
)
from netledger.core.reach import Follow, windowed
from netledger.core.window import Padding, Window, axis_padding
from netledger.core.work import Term

if TYPE_CHECKING:
    from netledger.core.performed import Performed, Place, Stage, Values

__all__ = ["AvgPool", "LpPool", "MaxPool"]

_Pool: TypeAlias = "MaxPool | AvgPool | LpPool"


def _windows(op: _Pool, spatial: Shape, padding: Padding = 0, dilation: Axes = 1) -> tuple[Window, ...]:
    count = len(spatial)
    kernels = axes(op.kernel, count, "kernel")
    strides = kernels if op.stride is None else axes(op.stride, count, "stride")
    gaps = axes(dilation, count, "dilation")
    return tuple(
        Window(kernels[axis], strides[axis], axis_padding(padding, axis, count), gaps[axis], op.rounding, op.clip)
        for axis in range(count)
    )


def _pooled(op: _Pool, tensor: Tensor) -> Tensor:
    batch, channels, spatial = feature_map(tensor)
    sizes = tuple(window.output(size) for window, size in zip(op.windows(spatial), spatial, strict=True))
    return tensor.like((batch, channels, *sizes))


def _readings(op: _Pool, tensor: Tensor) -> Readings:
    spatial = tensor.shape[2:]
    windows = zip(op.windows(spatial), spatial, strict=True)
    return ((Follow(0), Follow(1), *(windowed(axis, *pair) for axis, pair in enumerate(windows, 2))),)


def _window_elements(op: _Pool, tensor: Tensor) -> Number:
    return product(window.kernel for window in op.windows(feature_map(tensor)[2]))


def _performed(
    op: _Pool, x: Values, name: str, fold: Callable[[list[Performed], Place], Performed], outside: Any = 0
) -> tuple[Stage, ...]:
    from netledger.core.performed import Stage
    from netledger.ops._windowed import fold_windows, sliding

    taps = sliding(op.windows(x.shape[2:]), x.shape[2:])
    return (Stage(name, fold_windows(x, taps, fold, outside=outside)),)


@operator
class MaxPool(Operator):
    """Max pooling: the greatest element of each window.

    Equation: y[n, c, p] = max_k x[n, c, p·S + k·D − P]
    Shapes: (N, C, size …) → (N, C, ⌊(size + padding − D·(K − 1) − 1) / S⌋ + 1 …); `same`: ⌈size / S⌉; with indices a
        second output of the same shape
    Parameters: none
    Counted: one comparison less than the window has elements, per output; windows are counted whole. Remembering where
        the greatest is (indices) costs nothing.
    Source: torch.nn.MaxPool2d; paddle.nn.MaxPool2D (whose ceil does not clip)
    """

    KIND = "maxpool"
    LABEL = "pool"
    TYPES = ("", "int64")
    WORKED = (("input", "x"),)
    AHEAD = 2

    kernel: Axes = per_axis("K", "size of the window")
    stride: Axes | None = per_axis("S", "how far the window moves (the kernel, if left out)", None)
    padding: Padding = padding()
    dilation: Axes = per_axis("D", "distance between window elements", 1, tacit=True)
    rounding: str = rounding()
    clip: bool = clip()
    indices: bool = flag(False, "give the places of the greatest elements, as a second output")
    channels: str = channels()

    def windows(self, spatial: Shape) -> tuple[Window, ...]:
        """The sliding window along each axis."""
        return _windows(self, spatial, self.padding, self.dilation)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """(N, C, windows along each axis …), perhaps twice."""
        made = _pooled(self, inputs[0])
        return (made, Tensor(made.shape, "int64")) if self.indices else (made,)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """A window along each axis."""
        return _readings(self, inputs[0])

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """Comparisons."""
        made = outputs[0].elements
        return (Term("compare", "maximum", made * (_window_elements(self, inputs[0]) - 1)),)

    def perform(self, inputs: tuple[Values, ...], stored: Mapping[str, Values]) -> tuple[Stage, ...]:
        """The greatest of each window; padding is −∞."""
        from math import inf

        from netledger.core.performed import greatest

        return _performed(self, inputs[0], later("the greatest of each window"), lambda read, _: greatest(read), -inf)


@operator
class AvgPool(Operator):
    """Average pooling: the mean of each window.

    Equation: y[n, c, p] = 1/m · Σ_k x[n, c, p·S + k − P], with m = ΠK, or without the padding if not included
    Shapes: (N, C, size …) → (N, C, ⌊(size + padding − K) / S⌋ + 1 …); `same`: ⌈size / S⌉
    Parameters: none
    Counted: one addition less than the window has elements, and one division, per output; windows are counted
        whole, whether the mean includes the padding or not.
    Source: torch.nn.AvgPool2d; paddle.nn.AvgPool2D (whose mean leaves the padding out unless told)
    """

    KIND = "avgpool"
    LABEL = "pool"
    WORKED = (("input", "x"),)
    AHEAD = 2

    kernel: Axes = per_axis("K", "size of the window")
    stride: Axes | None = per_axis("S", "how far the window moves (the kernel, if left out)", None)
    padding: Padding = padding()
    count_include_pad: bool = flag(True, "whether padding counts in the mean")
    rounding: str = rounding()
    clip: bool = clip()
    channels: str = channels()

    def windows(self, spatial: Shape) -> tuple[Window, ...]:
        """The sliding window along each axis."""
        return _windows(self, spatial, self.padding)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """(N, C, windows along each axis …)."""
        return (_pooled(self, inputs[0]),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """A window along each axis."""
        return _readings(self, inputs[0])

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """Additions and one division."""
        made = outputs[0].elements
        added = made * (_window_elements(self, inputs[0]) - 1)
        return (Term("add", "average", added), Term("divide", "average", made))

    def perform(self, inputs: tuple[Values, ...], stored: Mapping[str, Values]) -> tuple[Stage, ...]:
        """The sum of each window over how many of its elements count; padding is 0."""
        from netledger.core.performed import quotient, sum_of

        members = self._members(inputs[0].shape[2:])
        return _performed(
            self,
            inputs[0],
            later("the mean of each window"),
            lambda read, place: quotient(sum_of(read), members(place)),
        )

    def _members(self, spatial: Shape) -> Callable[[Place], int]:
        """How many elements of a window its mean is over: what lies beyond the padding never counts."""
        axes = [
            (window, window.places(size), size) for window, size in zip(self.windows(spatial), spatial, strict=True)
        ]

        def members(place: Place) -> int:
            counted = 1
            for (window, places, size), index in zip(axes, place, strict=True):
                before, after = window.padding(size) if self.count_include_pad else (0, 0)
                counted *= sum(-before <= tap < size + after for tap in places[index])
            require(
                counted > 0, "a window lies in the padding altogether: its mean is over no element", "Use less padding."
            )
            return counted

        return members


@operator
class LpPool(Operator):
    """Power-average pooling: the p-norm of each window.

    Equation: y[n, c, i] = (Σ_k |x[n, c, i·S + k]|^p)^(1/p)
    Shapes: (N, C, size …) → (N, C, ⌊(size − K) / S⌋ + 1 …)
    Parameters: none
    Counted: per output, one absolute value and one power for each element of the window, one addition less, and one
        power; windows are counted whole, and each on its own where they overlap.
    Source: Gulcehre et al., Learned-Norm Pooling (2014); torch.nn.LPPool2d (which takes no absolute value: the same
        for even p, or x ≥ 0); paddle.nn.LPPool2D
    """

    KIND = "lp_pool"
    LABEL = "pool"
    WORKED = (("input", "x"),)
    AHEAD = 2

    norm: float = real("p, the exponent of the norm")
    kernel: Axes = per_axis("K", "size of the window")
    stride: Axes | None = per_axis("S", "how far the window moves (the kernel, if left out)", None)
    rounding: str = rounding()
    clip: bool = clip()
    channels: str = channels()

    def windows(self, spatial: Shape) -> tuple[Window, ...]:
        """The sliding window along each axis."""
        return _windows(self, spatial)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """(N, C, windows along each axis …)."""
        return (_pooled(self, inputs[0]),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """A window along each axis."""
        return _readings(self, inputs[0])

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """Absolute values, powers, additions and a root."""
        made, window = outputs[0].elements, _window_elements(self, inputs[0])
        return (
            Term("absolute", "norm", made * window),
            Term("power", "norm", made * (window + 1)),
            Term("add", "norm", made * (window - 1)),
        )

    def perform(self, inputs: tuple[Values, ...], stored: Mapping[str, Values]) -> tuple[Stage, ...]:
        """The root of the sum of the powers of each window; what lies beyond the input is 0."""
        from netledger.core.performed import absolute, power, root, sum_of

        require(self.norm > 0, "the exponent of the norm must be greater than 0", norm=self.norm)

        def fold(read: list[Performed], place: Place) -> Performed:
            return root(sum_of([power(absolute(element), self.norm) for element in read]), self.norm)

        return _performed(self, inputs[0], later("the p-norm of each window"), fold)
