"""Moving elements between channels, and between channels and the axes of the image."""

from __future__ import annotations

from netledger.core.network import Tensor
from netledger.core.number import Number, Shape, equal, over, require
from netledger.core.operator import Operator, Readings, channels, feature_map, number, operator
from netledger.core.reach import Follow, Reach

__all__ = ["ChannelShuffle", "PixelShuffle", "PixelUnshuffle"]


@operator
class ChannelShuffle(Operator):
    """Channels of G groups dealt out in turn.

    Equation: y[n, j·G + g] = x[n, g·C/G + j]
    Shapes: (N, C, …) → the same
    Parameters: none
    Counted: nothing.
    Source: Zhang et al., ShuffleNet (2017); torch.nn.ChannelShuffle
    """

    KIND = "channel_shuffle"

    groups: Number = number("G", "groups of channels")
    channels: str = channels()

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The same shape."""
        _, channels, _ = feature_map(inputs[0])
        require(
            equal(channels % self.groups, 0), "groups must divide the channels", channels=channels, groups=self.groups
        )
        return inputs

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Element by element, but for the channels."""
        rest = (Follow(axis) for axis in range(2, len(inputs[0].shape)))
        return ((Follow(0), Follow(1, None), *rest),)


def _image(tensor: Tensor) -> tuple[Number, Number, Shape]:
    batch, channels, spatial = feature_map(tensor, 2)
    require(len(spatial) == 2, "pixels are shuffled along two axes", input=tensor.shape)
    return batch, channels, spatial


@operator
class PixelShuffle(Operator):
    """Depth to space: r² channels become r x r pixels.

    Equation: y[n, c, h·r + i, w·r + j] = x[n, c·r² + i·r + j, h, w]
    Shapes: (N, C·r², H, W) → (N, C, H·r, W·r)
    Parameters: none
    Counted: nothing.
    Source: Shi et al., Real-Time Super-Resolution (2016); torch.nn.PixelShuffle
    """

    KIND = "pixel_shuffle"

    factor: Number = number("r", "how many times larger")
    channels: str = channels()

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """(N, C / r², H·r, W·r)."""
        batch, channels, spatial = _image(inputs[0])
        squared = self.factor * self.factor
        require(
            equal(channels % squared, 0),
            "the square of the factor must divide the channels",
            channels=channels,
            factor=self.factor,
        )
        return (inputs[0].like((batch, over(channels, squared), *(size * self.factor for size in spatial))),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """One pixel for r x r."""
        pixel = Reach(self.factor, 1, ((0, 0),) * self.factor)
        return ((Follow(0), Follow(1, None), Follow(2, pixel), Follow(3, pixel)),)


@operator
class PixelUnshuffle(Operator):
    """Space to depth: r x r pixels become r² channels.

    Equation: y[n, c·r² + i·r + j, h, w] = x[n, c, h·r + i, w·r + j]
    Shapes: (N, C, H·r, W·r) → (N, C·r², H, W)
    Parameters: none
    Counted: nothing.
    Source: Shi et al., Real-Time Super-Resolution (2016); torch.nn.PixelUnshuffle
    """

    KIND = "pixel_unshuffle"

    factor: Number = number("r", "how many times smaller")
    channels: str = channels()

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """(N, C·r², H / r, W / r)."""
        batch, channels, spatial = _image(inputs[0])
        for size in spatial:
            require(
                equal(size % self.factor, 0), "the factor must divide height and width", size=size, factor=self.factor
            )
        made = (over(size, self.factor) for size in spatial)
        return (inputs[0].like((batch, channels * self.factor * self.factor, *made)),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """One of r x r pixels."""
        pixels = Reach(1, self.factor, ((0, self.factor - 1),))
        return ((Follow(0), Follow(1, None), Follow(2, pixels), Follow(3, pixels)),)
