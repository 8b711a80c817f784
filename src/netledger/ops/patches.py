"""Windows laid out as columns, and laid back."""

from __future__ import annotations

from typing import Any

from netledger.core.network import Tensor
from netledger.core.number import Number, Shape, equal, landed, over, product, reached, require
from netledger.core.operator import Axes, Operator, Readings, axes, feature_map, operator, padding, per_axis
from netledger.core.reach import UNKNOWN, Follow, Reach
from netledger.core.window import Padding, Window, axis_padding
from netledger.core.work import Term

__all__ = ["Fold", "Unfold"]


def _windows(op: Unfold | Fold, count: int) -> tuple[Window, ...]:
    kernels, strides = axes(op.kernel, count, "kernel"), axes(op.stride, count, "stride")
    gaps = axes(op.dilation, count, "dilation")
    pads = (axis_padding(op.padding, axis, count) for axis in range(count))
    return tuple(map(Window, kernels, strides, pads, gaps))


@operator
class Unfold(Operator):
    """Every window of every channel as a column (im2col).

    Equation: y[n, c·ΠK + k, p] = x[n, c, p·S + k·D − P]
    Shapes: (N, C, size …) → (N, C·ΠK, L), with L windows as a convolution has
    Parameters: none
    Counted: nothing.
    Source: torch.nn.Unfold; paddle.nn.Unfold
    """

    KIND = "unfold"

    kernel: Axes = per_axis("K", "size of the window")
    stride: Axes = per_axis("S", "how far the window moves", 1)
    padding: Padding = padding()
    dilation: Axes = per_axis("D", "distance between window elements", 1, tacit=True)

    def windows(self, spatial: Shape) -> tuple[Window, ...]:
        """The sliding window along each axis."""
        return _windows(self, len(spatial))

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """(N, C·ΠK, L)."""
        batch, channels, spatial = feature_map(inputs[0])
        windows = self.windows(spatial)
        columns = product(window.output(size) for window, size in zip(windows, spatial, strict=True))
        return (inputs[0].like((batch, channels * product(window.kernel for window in windows), columns)),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """One element each."""
        return ((Follow(0), Follow(1, None), *(Follow(2, None) for _ in inputs[0].shape[2:])),)


@operator
class Fold(Operator):
    """Columns laid back as windows, and added up where they overlap (col2im).

    Equation: y[n, c, o] = Σ_{p, k: p·S + k·D − P = o} x[n, c·ΠK + k, p]
    Shapes: (N, C·ΠK, L) → (N, C, size …), with L windows as a convolution has on that size
    Parameters: none
    Counted: additions where columns meet: the elements that land in the output, less one for each output that any
        reaches (an output that none reaches is 0).
    Source: torch.nn.Fold; paddle.nn.Fold
    """

    KIND = "fold"

    size: Axes = per_axis("O", "size of the output: one number means two axes")
    kernel: Axes = per_axis("K", "size of the window")
    stride: Axes = per_axis("S", "how far the window moves", 1)
    padding: Padding = padding()
    dilation: Axes = per_axis("D", "distance between window elements", 1, tacit=True)

    def _sizes(self) -> Shape:
        return self.size if isinstance(self.size, tuple) else (self.size, self.size)

    def windows(self, spatial: Shape) -> tuple[Window, ...]:
        """The sliding window along each axis of the output."""
        return _windows(self, len(spatial))

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """(N, C, size …)."""
        given, made = inputs[0].shape, self._sizes()
        require(len(given) == 3, "the input must be (batch, channels times window elements, windows)", input=given)
        batch, channels, columns = given
        windows = self.windows(made)
        taps = product(window.kernel for window in windows)
        require(equal(channels % taps, 0), "the elements of a window must divide the channels", channels=channels)
        fitting = product(window.output(size) for window, size in zip(windows, made, strict=True))
        rule = "there must be as many columns as windows fit on the output"
        require(equal(columns, fitting), rule, columns=columns, windows=fitting)
        return (inputs[0].like((batch, over(channels, taps), *made)),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """The columns of one channel; the windows that meet are not in step with any axis."""
        taps = product(window.kernel for window in self.windows(self._sizes()))
        return ((Follow(0), Follow(1, Reach(1, taps, ((0, taps - 1),))), Follow(2, UNKNOWN)),)

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """Additions where columns meet."""
        batch, channels, *_ = outputs[0].shape
        meeting = product(self._along(landed)) - product(self._along(reached))
        return (Term("add", "overlap", batch * channels * meeting),)

    def _along(self, count: Any) -> tuple[Number, ...]:
        """`landed` or `reached` along each axis."""
        sizes = self._sizes()
        return tuple(
            count(window.output(size), size, window.kernel, window.stride, window.dilation, window.padding(size)[0])
            for window, size in zip(self.windows(sizes), sizes, strict=True)
        )
