"""Making feature maps larger, and moving channels about."""

from __future__ import annotations

from netledger.core.network import Tensor
from netledger.core.number import Number, Shape, equal, require
from netledger.core.operator import Axes, Operator, Readings, axes, choice, feature_map, number, operator, per_axis
from netledger.core.reach import Follow
from netledger.core.work import Term

__all__ = ["ChannelShuffle", "Upsample"]

_AXES_OF_MODE = {"bilinear": 2, "trilinear": 3}


@operator
class Upsample(Operator):
    """Resampling to a larger (or another) size.

    Equation: nearest: y[p] = x[⌊p · in/out⌋]; linear: the weighted sum of the 2 neighbours along each axis
    Shapes: (N, C, size …) → (N, C, scale · size …), or (N, C, given size …)
    Parameters: none
    Counted: nearest: nothing; linear along d axes: 2^d multiplications and 2^d − 1 additions per output (the
        weights depend on the sizes only and are not counted).
    Source: torch.nn.Upsample
    """

    KIND = "upsample"

    scale: Axes | None = per_axis("r", "how many times larger", None)
    size: Axes | None = per_axis("O", "size of the output", None)
    mode: str = choice(("nearest", "linear", "bilinear", "trilinear"), "how elements are made", "nearest")

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """(N, C, new size …)."""
        batch, channels, spatial = feature_map(inputs[0])
        needed = _AXES_OF_MODE.get(self.mode, len(spatial))
        require(len(spatial) == needed, f"{self.mode} needs {needed} axes", "Use linear: it fits any number of axes.")
        return (inputs[0].like((batch, channels, *self._sizes(spatial))),)

    def _sizes(self, spatial: Shape) -> Shape:
        require((self.scale is None) != (self.size is None), "upsample needs either scale or size")
        if self.scale is None:
            return axes(1 if self.size is None else self.size, len(spatial), "size")
        scales = axes(self.scale, len(spatial), "scale")
        return tuple(size * scale for size, scale in zip(spatial, scales, strict=True))

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """Weighted sums of neighbours."""
        if self.mode == "nearest":
            return ()
        neighbours = 2 ** len(inputs[0].shape[2:])
        made = outputs[0].elements
        return (
            Term("multiply", "interpolate", made * neighbours),
            Term("add", "interpolate", made * (neighbours - 1)),
        )


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
