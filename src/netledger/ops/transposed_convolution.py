"""Transposed convolution."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from netledger.core.network import Tensor
from netledger.core.number import Number, Shape, equal, landed, maximum, over, product, reached, require
from netledger.core.operator import (
    Axes,
    Operator,
    Readings,
    Shapes,
    axes,
    channels,
    feature_map,
    flag,
    number,
    operator,
    padding,
    per_axis,
)
from netledger.core.reach import Follow, spread, whole
from netledger.core.window import Padding, Window, axis_padding
from netledger.core.work import Term
from netledger.ops._groups import check_groups

if TYPE_CHECKING:
    from netledger.core.performed import Performed, Place, Stage, Values

__all__ = ["ConvTranspose"]


@operator
class ConvTranspose(Operator):
    """Transposed convolution: every input element is spread over a window of the output, and what overlaps is added.

    Equation: y[n, o, p] = b[o] + Σ_c Σ_{i, k: i·S + k·D − P = p} w[c, o, k] · x[n, c, i], c in the group of o
    Shapes: (N, C_in, size …) → (N, C_out, (size − 1)·S − padding + D·(K − 1) + A + 1 …); `same`: size · S
    Parameters: weight (C_in, C_out / G, K …), bias (C_out)
    Counted: every product of every input element, those that are cropped by the padding included; additions of the
        products that land in the output, and of the bias. An output that no product reaches is its bias alone.
        Products that land in the output are stated as valid products.
    Source: Dumoulin & Visin, A guide to convolution arithmetic for deep learning (2016), 4; torch.nn.ConvTranspose2d;
        keras.layers.Conv2DTranspose (`same`; Paddle's SAME cuts off what a convolution of the input would pad, and
        gives another size: write that as numbers)
    """

    KIND = "conv_transpose"
    LABEL = "deconv"
    WORKED = (("input", "x"),)
    AHEAD = 2

    out: Number = number("C_out", "output channels")
    kernel: Axes = per_axis("K", "size of the kernel")
    stride: Axes = per_axis("S", "how far apart neighbouring inputs are spread", 1)
    padding: Padding = padding(doc="elements cut off at the borders of the output")
    output_padding: Axes = per_axis("A", "elements added at the end of the output", 0, least=0)
    dilation: Axes = per_axis("D", "distance between kernel elements", 1, tacit=True)
    groups: Number = number("G", "groups of channels that do not mix", 1, tacit=True)
    bias: bool = flag(True, "add a bias to every output channel")
    channels: str = channels()

    def windows(self, spatial: Shape) -> tuple[Window, ...]:
        """The window of the output over which an input is spread, along each axis; `same` as numbers."""
        count = len(spatial)
        kernels, strides = axes(self.kernel, count, "kernel"), axes(self.stride, count, "stride")
        gaps = axes(self.dilation, count, "dilation")
        return tuple(
            _cropped(Window(kernels[axis], strides[axis], axis_padding(self.padding, axis, count), gaps[axis]))
            for axis in range(count)
        )

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """(N, C_out, (size − 1)·S − padding + D·(K − 1) + A + 1 …)."""
        batch, channels, spatial = feature_map(inputs[0])
        check_groups(self.groups, "input", channels)
        check_groups(self.groups, "output", self.out)
        extras = axes(self.output_padding, len(spatial), "output_padding")
        windows = zip(spatial, self.windows(spatial), extras, strict=True)
        return (inputs[0].like((batch, self.out, *(self._size(*axis) for axis in windows))),)

    def _size(self, size: Number, window: Window, extra: Number) -> Number:
        if self.padding == "same":
            require(equal(extra, 0), "same leaves no room for output_padding", "Write the padding as a number.")
            return size * window.stride
        require(
            extra < maximum(window.stride, window.dilation),
            "output_padding must be smaller than the stride or the dilation",
            output_padding=extra,
            stride=window.stride,
            dilation=window.dilation,
        )
        before, after = window.padding(size)
        cut = 2 * before if before is after else before + after
        made = (size - 1) * window.stride - cut + window.dilation * (window.kernel - 1) + extra + 1
        require(made >= 1, "the output would be empty", "Use less padding or a larger kernel.", size=size, output=made)
        return made

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Every channel, and along each axis the inputs whose window holds the output."""
        windows = enumerate(self.windows(inputs[0].shape[2:]), 2)
        return ((Follow(0), whole(inputs[0].shape[1]), *(spread(axis, window) for axis, window in windows)),)

    def parameters(self, inputs: tuple[Tensor, ...]) -> Shapes:
        """One kernel of C_out / G channels per input channel, and a bias."""
        _, channels, spatial = feature_map(inputs[0])
        weight = {"weight": (channels, over(self.out, self.groups), *axes(self.kernel, len(spatial), "kernel"))}
        return {**weight, "bias": (self.out,)} if self.bias else weight

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """C_out / G · K … products per input; those that meet in an output are added up; a bias."""
        products = inputs[0].elements * product(self.parameters(inputs)["weight"][1:])
        filled = outputs[0].shape[0] * self.out * product(self._along(reached, inputs[0], outputs[0]))
        added = self.valid_products(inputs, outputs) - filled
        terms = (Term("multiply", "product", products), Term("add", "accumulate", added))
        return (*terms, Term("add", "bias", outputs[0].elements)) if self.bias else terms

    def valid_products(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> Number:
        """Those that land in the output, for each pair of channels that meet."""
        batch, channels, _ = feature_map(inputs[0])
        return batch * channels * over(self.out, self.groups) * product(self._along(landed, inputs[0], outputs[0]))

    def perform(self, inputs: tuple[Values, ...], stored: Mapping[str, Values]) -> tuple[Stage, ...]:
        """Every input element times every weight, added up where they land, and the bias."""
        from netledger.core.performed import Stage, Values, constant, sum_of

        x, bias, shape = inputs[0], stored.get("bias"), self.infer((inputs[0].tensor,))[0].shape
        landed: dict[Place, list[Performed]] = {}
        for place, value in self._spread(x, stored["weight"]):
            landed.setdefault(place, []).append(value)

        def element(place: Place) -> Performed:
            found = landed.pop(place, None)
            made = sum_of(found) if found else constant("0", 0)
            return sum_of((made, bias.at(place[1:2]))) if bias else made

        made = Values.make("y", shape, element, 2)
        cut = tuple(value for values in landed.values() for value in values)
        return (Stage("products, added up where they land", made, cut),)

    def _spread(self, x: Values, weight: Values) -> Iterator[tuple[Place, Performed]]:
        """Every product, and the place of the output where it lands."""
        from itertools import product as every

        from netledger.ops._windowed import spreading

        taps, share = spreading(self.windows(x.shape[2:]), x.shape[2:]), x.shape[1] // self.groups
        for n, c, *i in x.places():
            for o, *k in every(*map(range, weight.shape[1:])):
                place = (axis[at][tap] for axis, at, tap in zip(taps, i, k, strict=True))
                channel = c // share * weight.shape[1] + o
                yield (n, channel, *place), weight.at((c, o, *k)) * x.at((n, c, *i))

    def _along(self, count: Any, tensor: Tensor, made: Tensor) -> tuple[Number, ...]:
        """`landed` or `reached` along each axis."""
        windows = zip(tensor.shape[2:], made.shape[2:], self.windows(tensor.shape[2:]), strict=True)
        return tuple(
            count(size, out, window.kernel, window.stride, window.dilation, window.padding(size)[0])
            for size, out, window in windows
        )


def _cropped(window: Window) -> Window:
    """With numbers for `same`: of what is longer than size · S, half is cut off before, and the odd one after."""
    if window.pads != "same":
        return window
    excess = maximum(window.span - window.stride, 0)
    return window._replace(pads=(excess // 2, excess - excess // 2))
