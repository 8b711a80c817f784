"""Deformable convolution."""

from __future__ import annotations

from netledger.core.language import say
from netledger.core.network import Tensor
from netledger.core.number import Number, Shape, equal, over, product, require
from netledger.core.operator import (
    Axes,
    Operator,
    Readings,
    Shapes,
    axes,
    feature_map,
    flag,
    number,
    operator,
    padding,
    per_axis,
)
from netledger.core.reach import Follow, Reads, whole
from netledger.core.window import Padding, Window, axis_padding
from netledger.core.work import Term, accumulate

__all__ = ["DeformConv"]


@operator
class DeformConv(Operator):
    """Deformable convolution: each kernel element reads the input where an offset points, between the elements.

    Equation: y[n, o, p] = b[o] + Σ_c Σ_k w[o, c, k] · m[n, g, k, p] · x̃[n, c, p·S + k·D − P + Δ[n, g, k, p]],
        with x̃ bilinear between the four neighbours, and g the offset group of channel c
    Shapes: x (N, C_in, H, W), offset (N, 2·G_off·K_h·K_w, H_out, W_out) and perhaps mask (N, G_off·K_h·K_w, H_out,
        W_out) → (N, C_out, H_out, W_out), sizes as of a convolution
    Parameters: weight (C_out, C_in / G, K_h, K_w), bias (C_out)
    Counted: per offset group, kernel element and output position: 2 additions of the offset (position), and for the
        four weights of the neighbours 2 roundings down, 4 subtractions, 4 multiplications (interpolate). Per input
        channel, kernel element and output position: 4 multiplications and 3 additions (interpolate), and one
        multiplication by the mask (gate). Then the products of a convolution, adding them up, and the bias.
        Neighbours outside of the input count as zeros. What makes the offsets and the mask is another layer.
    Source: Dai et al., Deformable Convolutional Networks (2017); Zhu et al., Deformable ConvNets v2 (2018);
        torchvision.ops.deform_conv2d; paddle.vision.ops.deform_conv2d
    """

    KIND = "deform_conv"
    INPUTS = (2, 3)

    out: Number = number("C_out", "output channels (kernels)")
    kernel: Axes = per_axis("K", "size of the kernel")
    stride: Axes = per_axis("S", "how far the kernel moves", 1)
    padding: Padding = padding()
    dilation: Axes = per_axis("D", "distance between kernel elements", 1, tacit=True)
    groups: Number = number("G", "groups of channels that do not mix", 1, tacit=True)
    offset_groups: Number = number("G_off", "groups of input channels with offsets of their own", 1, tacit=True)
    bias: bool = flag(True, "add a bias to every output channel")

    def windows(self, spatial: Shape) -> tuple[Window, ...]:
        """The sliding window along each axis."""
        kernels, strides = axes(self.kernel, 2, "kernel"), axes(self.stride, 2, "stride")
        gaps = axes(self.dilation, 2, "dilation")
        pads = (axis_padding(self.padding, axis, 2) for axis in range(2))
        return tuple(map(Window, kernels, strides, pads, gaps))

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """(N, C_out, H_out, W_out)."""
        batch, channels, spatial = feature_map(inputs[0])
        require(len(spatial) == 2, "a deformable convolution works on two axes", input=inputs[0].shape)
        self._check_divides(self.groups, "groups must divide the input channels", channels)
        self._check_divides(self.groups, "groups must divide the output channels", self.out)
        self._check_divides(self.offset_groups, "offset groups must divide the input channels", channels)
        sizes = tuple(window.output(size) for window, size in zip(self.windows(spatial), spatial, strict=True))
        fields = self.offset_groups * product(axes(self.kernel, 2, "kernel"))
        _check_field("offset", inputs[1].shape, (batch, 2 * fields, *sizes))
        if len(inputs) == 3:
            _check_field("mask", inputs[2].shape, (batch, fields, *sizes))
        return (inputs[0].like((batch, self.out, *sizes)),)

    def _check_divides(self, groups: Number, rule: str, channels: Number) -> None:
        require(equal(channels % groups, 0), rule, channels=channels, groups=groups)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Every channel, anywhere in the input; the offsets and the mask of one position."""
        image = (Follow(0), *map(whole, inputs[0].shape[1:]))
        fields: tuple[Reads, ...] = tuple(
            (Follow(0), whole(tensor.shape[1]), Follow(2), Follow(3)) for tensor in inputs[1:]
        )
        return (image, *fields)

    def parameters(self, inputs: tuple[Tensor, ...]) -> Shapes:
        """One kernel of C_in / G channels per output channel, and a bias."""
        weight = {"weight": (self.out, over(inputs[0].shape[1], self.groups), *axes(self.kernel, 2, "kernel"))}
        return {**weight, "bias": (self.out,)} if self.bias else weight

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """Where to read, what is read there, and the convolution of it."""
        batch, made, *area = outputs[0].shape
        taps = batch * product(axes(self.kernel, 2, "kernel")) * product(area)
        placed, sampled = taps * self.offset_groups, taps * inputs[0].shape[1]
        gate = (Term("multiply", "gate", sampled),) if len(inputs) == 3 else ()
        return (
            Term("add", "position", 2 * placed),
            Term("round", "interpolate", 2 * placed),
            Term("subtract", "interpolate", 4 * placed),
            Term("multiply", "interpolate", 4 * placed + 4 * sampled),
            Term("add", "interpolate", 3 * sampled),
            *gate,
            *accumulate(over(sampled * made, self.groups), outputs[0].elements, self.bias),
        )


def _check_field(what: str, given: Shape, expected: Shape) -> None:
    require(len(given) == 4, say("the {what} must have 4 axes", what=say(what)), given=given, expected=expected)
    for size, needed in zip(given, expected, strict=True):
        require(
            equal(size, needed),
            say("the {what} does not fit the kernel and the output", what=say(what)),
            "It has a channel (an offset two) per offset group and kernel element, and the size of the output.",
            given=given,
            expected=expected,
        )
