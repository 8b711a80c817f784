"""Putting tensors side by side, and cutting them: concat, split, crop, pad."""

from __future__ import annotations

from netledger.core.language import say
from netledger.core.network import Tensor
from netledger.core.number import Number, Shape, equal, how_many, require, total
from netledger.core.operator import (
    Axes,
    Operator,
    Readings,
    axes,
    axis_of,
    channels,
    choice,
    feature_map,
    index,
    number,
    numbers,
    operator,
    padding,
    per_axis,
)
from netledger.core.reach import POINT, UNKNOWN, Follow, moved, step
from netledger.core.window import Padding, Pads, axis_padding

__all__ = ["Concat", "Crop", "Pad", "Split"]

_SPARED = {"reflect": 1, "circular": 0}
"""The elements of an axis that a mode of padding cannot copy."""


def _with_axis(tensor: Tensor, axis: int, size: Number) -> Tensor:
    return tensor.like((*tensor.shape[:axis], size, *tensor.shape[axis + 1 :]))


@operator
class Concat(Operator):
    """Several tensors side by side along one axis.

    Equation: y = [x₁, x₂, …]
    Shapes: (N, C₁, …), (N, C₂, …), … → (N, C₁ + C₂ + …, …)
    Parameters: none
    Counted: nothing.
    Source: torch.cat
    """

    KIND = "concat"
    INPUTS = (1, 10_000)

    axis: int = index("along which axis (1: channels)", 1)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Sizes along the axis add up; the others must agree."""
        first = inputs[0]
        axis = axis_of(self.axis, first)
        for other in inputs[1:]:
            require(
                len(other.shape) == len(first.shape),
                "all inputs must have as many axes",
                axes=len(first.shape),
                other=len(other.shape),
            )
            for place, (mine, theirs) in enumerate(zip(first.shape, other.shape, strict=True)):
                require(
                    place == axis or equal(mine, theirs),
                    say("all inputs must agree on every axis but axis {axis}", axis=axis),
                    "Give the paths the same stride, or crop or pad one of them.",
                    first=first.shape,
                    other=other.shape,
                )
        return (_with_axis(first, axis, total(tensor.shape[axis] for tensor in inputs)),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """One of the inputs; which one, the place along the axis decides."""
        axis = axis_of(self.axis, inputs[0])
        alone = len(inputs) == 1
        return tuple(
            tuple(
                Follow(place, UNKNOWN if place == axis and not alone else POINT) for place in range(len(tensor.shape))
            )
            for tensor in inputs
        )


@operator
class Split(Operator):
    """One tensor cut into pieces along one axis.

    Equation: [y₁, y₂, …] = x
    Shapes: (N, C, …) → parts × (N, C / parts, …), or (N, size, …) for each of sizes
    Parameters: none
    Counted: nothing.
    Source: torch.chunk, torch.split
    """

    KIND = "split"
    VIEW = True

    parts: Number | None = number("parts", "how many equal pieces", None)
    sizes: tuple[int, ...] | None = numbers("the size of each piece", None)
    axis: int = index("along which axis (1: channels)", 1)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The pieces, in order."""
        tensor = inputs[0]
        axis = axis_of(self.axis, tensor)
        return tuple(_with_axis(tensor, axis, size) for size in self._pieces(tensor.shape[axis]))

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """The piece where it was."""
        axis = axis_of(self.axis, inputs[0])
        return (moved(inputs[0], axis, total(tensor.shape[axis] for tensor in outputs[:which])),)

    def _pieces(self, size: Number) -> Shape:
        require((self.parts is None) != (self.sizes is None), "split needs either parts or sizes")
        if self.sizes is not None:
            require(equal(total(self.sizes), size), "the sizes must add up to the axis", sizes=self.sizes, axis=size)
            return self.sizes
        parts = 1 if self.parts is None else self.parts
        require(parts <= 256, "a tensor is split into at most 256 parts", parts=parts)
        require(equal(size % parts, 0), "the parts must divide the axis", parts=parts, axis=size)
        return (size // parts,) * how_many(parts)


@operator
class Crop(Operator):
    """The borders cut off.

    Equation: y[p] = x[p + margin before]
    Shapes: (N, C, size …) → (N, C, size − margins …), or the central `size`
    Parameters: none
    Counted: nothing.
    Source: Ronneberger et al., U-Net (2015); torchvision.transforms.CenterCrop
    """

    KIND = "crop"
    VIEW = True

    margins: Padding | None = padding(None, "elements cut off: a number, one or a pair per axis")
    size: Axes | None = per_axis("O", "size that is left, from the centre", None)
    channels: str = channels()

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """What is left."""
        batch, channels, spatial = feature_map(inputs[0])
        require((self.margins is None) != (self.size is None), "crop needs either margins or size")
        left = self._left(spatial)
        for size, kept in zip(spatial, left, strict=True):
            require(kept >= 1, "the output would be empty", "Use smaller margins.", size=size, left=kept)
            require(kept <= size, "a crop cannot be larger than the input", size=size, left=kept)
        return (inputs[0].like((batch, channels, *left)),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """What is left, where it was."""
        count = len(inputs[0].shape) - 2
        cut = tuple(size - kept for size, kept in zip(inputs[0].shape[2:], outputs[0].shape[2:], strict=True))
        starts = (_before(self.margins, axis, count, cut[axis] // 2) for axis in range(count))
        return ((Follow(0), Follow(1), *(step(axis, start) for axis, start in enumerate(starts, 2))),)

    def _left(self, spatial: Shape) -> Shape:
        if self.margins is None:
            return axes(0 if self.size is None else self.size, len(spatial), "size")
        return tuple(size - _around(self.margins, axis, len(spatial)) for axis, size in enumerate(spatial))


@operator
class Pad(Operator):
    """Elements added around the borders.

    Equation: y[p] = x[p − padding before], and outside of x a constant, a reflection or a copy
    Shapes: (N, C, size …) → (N, C, before + size + after …)
    Parameters: none
    Counted: nothing.
    Source: torch.nn.functional.pad
    """

    KIND = "pad"

    padding: Padding = padding(doc="elements added: a number, one or a pair per axis")
    mode: str = choice(("constant", "reflect", "replicate", "circular"), "what is added", "constant")
    channels: str = channels()

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """(N, C, before + size + after …)."""
        batch, channels, spatial = feature_map(inputs[0])
        for axis, size in enumerate(spatial):
            self._check_source(axis_padding(self.padding, axis, len(spatial)), size)
        sizes = (size + _around(self.padding, axis, len(spatial)) for axis, size in enumerate(spatial))
        return (inputs[0].like((batch, channels, *sizes)),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """The input further on; what is added at the borders is padding."""
        count = len(inputs[0].shape) - 2
        starts = (-_before(self.padding, axis, count, 0) for axis in range(count))
        return ((Follow(0), Follow(1), *(step(axis, start) for axis, start in enumerate(starts, 2))),)

    def _check_source(self, pads: Pads, size: Number) -> None:
        """A reflection needs other elements to copy (all but the border), a circle at most all of them."""
        if self.mode not in _SPARED or isinstance(pads, str):
            return
        for amount in pads:
            most = size - _SPARED[self.mode]
            require(
                amount <= most,
                say("{mode} padding is at most {most} here", mode=self.mode, most=most),
                "Pad less.",
                size=size,
                padding=amount,
            )


def _around(margins: Padding, axis: int, count: int) -> Number:
    """Elements before and after, added up."""
    pads = axis_padding(margins, axis, count)
    require(not isinstance(margins, str), "numbers are needed here", "Write how many elements.", given=margins)
    return pads[0] + pads[1] if isinstance(pads, tuple) else 0


def _before(margins: Padding | None, axis: int, count: int, central: Number) -> Number:
    """Elements before; half of all where only the size that is left is given."""
    pads = "" if margins is None else axis_padding(margins, axis, count)
    return pads[0] if isinstance(pads, tuple) else central
