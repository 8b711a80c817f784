"""Normalisation of each example on its own: layer, group, instance and root mean square norm."""

from __future__ import annotations

from netledger.core.language import say
from netledger.core.network import Tensor
from netledger.core.number import Number, Shape, equal, over, product, require
from netledger.core.operator import (
    Operator,
    Readings,
    Shapes,
    Step,
    channels,
    feature_map,
    flag,
    index,
    number,
    operator,
    real,
)
from netledger.core.reach import Follow, pointwise, whole
from netledger.core.work import Term
from netledger.ops._norms import PerChannel, derivation, final, folded, moments, rescaling, squares

__all__ = ["GroupNorm", "InstanceNorm", "LayerNorm", "RmsNorm"]


def _row(tensor: Tensor, axes: int) -> Shape:
    """The last axes, which make a row."""
    rank = len(tensor.shape)
    require(
        1 <= axes <= rank,
        say("the input has {rank} axes, and the last {axes} cannot be normalised", rank=rank, axes=axes),
        axes=axes,
    )
    return tensor.shape[rank - axes :]


def _others(tensor: Tensor, axes: int) -> Number:
    return product(tensor.shape[: len(tensor.shape) - axes])


@operator
class LayerNorm(Operator):
    """Layer normalisation along the last axes.

    Equation: y = (x − mean) / √(var + ε) · scale + shift, per row
    Shapes: any → the same
    Parameters: scale and shift, each of the shape of a row, if affine (without bias: scale only)
    Counted: per row of m elements the mean (m − 1 additions, a division) and the variance (m subtractions, m squares,
        m − 1 additions, a division), ε and the reciprocal square root; per element one multiplication of the
        difference, which is there already, and one multiplication and one addition (affine).
    Source: Ba et al., Layer Normalization (2016); torch.nn.LayerNorm; keras.layers.LayerNormalization (ε 0.001)
    """

    KIND = "layernorm"
    LAYOUT = "features"

    over: int = index("how many of the last axes make a row", 1)
    eps: float = real("ε, added to the variance", 1e-5)
    affine: bool = flag(True, "learn a scale and a shift per element of a row")
    bias: bool = flag(True, "with affine: learn the shift too")

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The same shape."""
        _row(inputs[0], self.over)
        return inputs

    def parameters(self, inputs: tuple[Tensor, ...]) -> Shapes:
        """Scale and shift."""
        row = _row(inputs[0], self.over)
        scale = {"scale": row} if self.affine else {}
        return {**scale, "shift": row} if self.affine and self.bias else scale

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """The whole row."""
        return (pointwise(inputs[0], outputs[0], *range(-self.over, 0)),)

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """Mean, variance, root; then every element."""
        elements, rows = inputs[0].elements, _others(inputs[0], self.over)
        return (*moments(elements, rows), *rescaling(elements, rows, self.affine, self.bias))

    def steps(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Step, ...]:
        """Mean and variance over the m elements of a row; then every element."""
        return derivation(product(_row(inputs[0], self.over)), self.eps, self.affine, self.affine and self.bias)


@operator
class RmsNorm(Operator):
    """Root mean square normalisation along the last axes.

    Equation: y = x / √(ms + ε) · scale, with ms = mean of x², per row
    Shapes: any → the same
    Parameters: scale, of the shape of a row, if affine
    Counted: per row of m elements the mean square (m squares, m − 1 additions, a division), ε and the reciprocal square
        root; per element one multiplication, and another (affine).
    Source: Zhang & Sennrich, Root Mean Square Layer Normalization (2019); torch.nn.RMSNorm
    """

    KIND = "rmsnorm"
    LAYOUT = "features"

    over: int = index("how many of the last axes make a row", 1)
    eps: float = real("ε, added to the mean square (2⁻²³: PyTorch's, for float32)", 2.0**-23)
    affine: bool = flag(True, "learn a scale per element of a row")

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The same shape."""
        _row(inputs[0], self.over)
        return inputs

    def parameters(self, inputs: tuple[Tensor, ...]) -> Shapes:
        """Scale."""
        return {"scale": _row(inputs[0], self.over)} if self.affine else {}

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """The whole row."""
        return (pointwise(inputs[0], outputs[0], *range(-self.over, 0)),)

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """Mean square, root; then every element."""
        elements, rows = inputs[0].elements, _others(inputs[0], self.over)
        return (*squares(elements, rows), *rescaling(elements, rows, self.affine, False))

    def steps(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Step, ...]:
        """Mean square over the m elements of a row; then every element."""
        row = product(_row(inputs[0], self.over))
        steps = (
            Step("mean square", "ms = 1/m · Σ x²", {"m": row}),
            Step("normalise", "x̂ = x / √(ms + ε)", {"ε": self.eps}),
        )
        return (*steps, final(True, False)) if self.affine else steps


@operator
class GroupNorm(Operator):
    """Group normalisation: each group of channels of each example on its own.

    Equation: y = (x − mean) / √(var + ε) · scale + shift, per example and group
    Shapes: (N, C, …) → the same
    Parameters: scale (C), shift (C) if affine
    Counted: as of a layer norm, with a group of channels of an example as the row.
    Source: Wu & He, Group Normalization (2018); torch.nn.GroupNorm; keras.layers.GroupNormalization (ε 0.001)
    """

    KIND = "groupnorm"

    groups: Number = number("G", "groups of channels")
    eps: float = real("ε, added to the variance", 1e-5)
    affine: bool = flag(True, "learn a scale and a shift per channel")
    channels: str = channels()

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The same shape."""
        _, channels, _ = feature_map(inputs[0], 0)
        require(
            equal(channels % self.groups, 0), "groups must divide the channels", channels=channels, groups=self.groups
        )
        return inputs

    def parameters(self, inputs: tuple[Tensor, ...]) -> Shapes:
        """Scale and shift."""
        channels = (inputs[0].shape[1],)
        return {"scale": channels, "shift": channels} if self.affine else {}

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Everything of an example."""
        return ((Follow(0), *map(whole, inputs[0].shape[1:])),)

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """Mean, variance, root; then every element."""
        elements, rows = inputs[0].elements, inputs[0].shape[0] * self.groups
        return (*moments(elements, rows), *rescaling(elements, rows, self.affine, True))

    def steps(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Step, ...]:
        """Mean and variance over the m elements of a group; then every element."""
        _, channels, spatial = feature_map(inputs[0], 0)
        return derivation(product((over(channels, self.groups), *spatial)), self.eps, self.affine, self.affine)


@operator
class InstanceNorm(PerChannel):
    """Instance normalisation: each channel of each example on its own.

    Equation: y = (x − mean) / √(var + ε) · scale + shift, per example and channel
    Shapes: (N, C, size …) → the same
    Parameters: scale (C), shift (C) if affine; buffers running_mean (C), running_var (C) if tracked
    Counted: as of a layer norm, with a channel of an example as the row; tracked: as of a batch norm, from running
        statistics.
    Source: Ulyanov et al., Instance Normalization (2016); torch.nn.InstanceNorm2d; paddle.nn.InstanceNorm2D (affine)
    """

    KIND = "instancenorm"

    eps: float = real("ε, added to the variance", 1e-5)
    affine: bool = flag(False, "learn a scale and a shift per channel")
    track: bool = flag(False, "keep running statistics and use them at inference")
    channels: str = channels()

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The same shape."""
        feature_map(inputs[0])
        return inputs

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """The whole channel of an example; tracked, element by element."""
        others = () if self.track else range(2, len(inputs[0].shape))
        return (pointwise(inputs[0], outputs[0], *others),)

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """Mean, variance, root; then every element."""
        elements, channels = inputs[0].elements, inputs[0].shape[1]
        if self.track:
            return folded(elements, channels, self.affine, self.affine)
        rows = inputs[0].shape[0] * channels
        return (*moments(elements, rows), *rescaling(elements, rows, self.affine, True))

    def steps(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Step, ...]:
        """Mean and variance of each channel, here or in training, over m elements; then every element."""
        of = "running example" if self.track else "row"
        return derivation(product(inputs[0].shape[2:]), self.eps, self.affine, self.affine, of=of)
