"""Convolution."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from netledger.core.network import Tensor
from netledger.core.number import Number, Shape, over, product
from netledger.core.operator import (
    Axes,
    Operator,
    Readings,
    Shapes,
    axes,
    channels,
    clip,
    feature_map,
    flag,
    number,
    operator,
    padding,
    per_axis,
    rounding,
)
from netledger.core.reach import Follow, whole, windowed
from netledger.core.window import Padding, Window, axis_padding
from netledger.core.work import Term, accumulate
from netledger.ops._groups import check_groups

if TYPE_CHECKING:
    from netledger.core.performed import Performed, Place, Stage, Values

__all__ = ["Conv"]


@operator
class Conv(Operator):
    """Convolution (as cross-correlation) over one or more axes; depthwise when groups = C_in.

    Equation: y[n, o, p] = b[o] + Σ_c Σ_k w[o, c, k] · x[n, c + first channel of the group, p·S + k·D − P]
    Shapes: (N, C_in, size …) → (N, C_out, ⌊(size + padding − D·(K − 1) − 1) / S⌋ + 1 …); `same`: ⌈size / S⌉
    Parameters: weight (C_out, C_in / G, K …), bias (C_out)
    Counted: every product of every window, padding included; adding them up; the bias.
    Source: Dumoulin & Visin, A guide to convolution arithmetic for deep learning (2016); torch.nn.Conv2d
    """

    KIND = "conv"
    LABEL = "conv"
    WORKED = (("input", "x"),)
    AHEAD = 2

    out: Number = number("C_out", "output channels (kernels)")
    kernel: Axes = per_axis("K", "size of the kernel")
    stride: Axes = per_axis("S", "how far the kernel moves", 1)
    padding: Padding = padding()
    dilation: Axes = per_axis("D", "distance between kernel elements", 1, tacit=True)
    groups: Number = number("G", "groups of channels that do not mix", 1, tacit=True)
    bias: bool = flag(True, "add a bias to every output channel")
    rounding: str = rounding()
    clip: bool = clip()
    channels: str = channels()

    def windows(self, spatial: Shape) -> tuple[Window, ...]:
        """The sliding window along each axis."""
        count = len(spatial)
        sizes = zip(
            axes(self.kernel, count, "kernel"),
            axes(self.stride, count, "stride"),
            axes(self.dilation, count, "dilation"),
            strict=True,
        )
        return tuple(
            Window(kernel, stride, axis_padding(self.padding, axis, count), dilation, self.rounding, self.clip)
            for axis, (kernel, stride, dilation) in enumerate(sizes)
        )

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """(N, C_out, windows along each axis …)."""
        batch, channels, spatial = feature_map(inputs[0])
        check_groups(self.groups, "input", channels)
        check_groups(self.groups, "output", self.out)
        windows = self.windows(spatial)
        sizes = tuple(window.output(size) for window, size in zip(windows, spatial, strict=True))
        return (inputs[0].like((batch, self.out, *sizes)),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Every channel of a window along each axis."""
        spatial = inputs[0].shape[2:]
        windows = zip(self.windows(spatial), spatial, strict=True)
        axes = (windowed(axis, window, size) for axis, (window, size) in enumerate(windows, 2))
        return ((Follow(0), whole(inputs[0].shape[1]), *axes),)

    def parameters(self, inputs: tuple[Tensor, ...]) -> Shapes:
        """One kernel of C_in / G channels per output channel, and a bias."""
        _, channels, spatial = feature_map(inputs[0])
        kernel = axes(self.kernel, len(spatial), "kernel")
        weight = {"weight": (self.out, over(channels, self.groups), *kernel)}
        return {**weight, "bias": (self.out,)} if self.bias else weight

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """C_in / G · K … products per output, added up, and a bias."""
        weight = self.parameters(inputs)["weight"]
        made = outputs[0].elements
        return accumulate(made * product(weight[1:]), made, self.bias)

    def valid_products(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> Number:
        """Those whose element of the window is not padding, for each pair of channels that meet."""
        batch, channels, spatial = feature_map(inputs[0])
        inside = (window.inside(size) for window, size in zip(self.windows(spatial), spatial, strict=True))
        return batch * self.out * (over(channels, self.groups)) * product(inside)

    def perform(self, inputs: tuple[Values, ...], stored: Mapping[str, Values]) -> tuple[Stage, ...]:
        """For each output, the products of its window, added up, and the bias."""
        from itertools import product as every

        from netledger.core.performed import Stage, Values, sum_of
        from netledger.ops._windowed import sliding

        x, weight, bias = inputs[0], stored["weight"], stored.get("bias")
        taps = sliding(self.windows(x.shape[2:]), x.shape[2:])
        kernel, share = weight.shape[1:], self.out // self.groups

        def element(place: Place) -> Performed:
            batch, channel, *position = place
            first = channel // share * kernel[0]
            products = []
            for c, *k in every(*map(range, kernel)):
                source = (axis[at][tap] for axis, at, tap in zip(taps, position, k, strict=True))
                products.append(weight.at((channel, c, *k)) * x.at((batch, first + c, *source)))
            return sum_of((sum_of(products), bias.at((channel,)))) if bias else sum_of(products)

        (made,) = self.infer((x.tensor,))
        return (Stage("products of each window, added up", Values.make("y", made.shape, element, 2)),)
