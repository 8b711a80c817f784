"""Resampling feature maps to another size."""

from __future__ import annotations

from fractions import Fraction

from netledger.core.language import say
from netledger.core.network import Tensor
from netledger.core.number import Shape, require
from netledger.core.operator import (
    Axes,
    Operator,
    Readings,
    axes,
    channels,
    choice,
    feature_map,
    flag,
    operator,
    per_axis,
    scale,
)
from netledger.core.reach import Follow, Span, adaptive
from netledger.core.work import Term
from netledger.ops._adaptive import averaged
from netledger.ops._scaling import Scale, periodic, scaled

__all__ = ["Upsample"]

_AXES_OF_MODE = {"bilinear": 2, "trilinear": 3, "bicubic": 2}
_LINEAR = ("linear", "bilinear", "trilinear")


@operator
class Upsample(Operator):
    """Resampling to a larger (or another) size.

    Equation: nearest: y[p] = x[⌊p · in/out⌋]; nearest-exact: y[p] = x[⌊(p + 1/2) · in/out⌋]; linear: the weighted sum
        of the 2 neighbours along each axis; bicubic: of the 4 along each of two; area: the mean of
        x[⌊p·in/out⌋ … ⌈(p + 1)·in/out⌉ − 1]
    Shapes: (N, C, size …) → (N, C, ⌊scale · size⌋ …), or (N, C, given size …)
    Parameters: none
    Counted: nearest: nothing; linear along d axes: 2^d multiplications and 2^d − 1 additions per output; bicubic: 16
        and 15 (the weights depend on the sizes only and are not counted; neighbours beyond the border are the border
        again, and are counted); area: the additions and the division of adaptive average pooling.
    Source: torch.nn.Upsample; keras.layers.UpSampling2D; paddle.nn.Upsample
    """

    KIND = "upsample"

    scale: Scale | None = scale("r", "how many times larger: whole numbers or fractions", None)
    size: Axes | None = per_axis("O", "size of the output", None)
    mode: str = choice(
        ("nearest", "linear", "bilinear", "trilinear", "bicubic", "area", "nearest-exact"),
        "how elements are made",
        "nearest",
    )
    align_corners: bool = flag(False, "the corners of input and output are at the same place (linear and bicubic)")
    channels: str = channels()

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """(N, C, new size …)."""
        batch, channels, spatial = feature_map(inputs[0])
        needed = _AXES_OF_MODE.get(self.mode, len(spatial))
        hint = "" if self.mode == "bicubic" else "Use linear: it fits any number of axes."
        require(len(spatial) == needed, say("{mode} needs {needed} axes", mode=self.mode, needed=needed), hint)
        require(
            not self.align_corners or self.mode in (*_LINEAR, "bicubic"),
            say("align_corners is not for {mode}", mode=self.mode),
            "Use it with linear or bicubic.",
        )
        return (inputs[0].like((batch, channels, *self._sizes(spatial))),)

    def _sizes(self, spatial: Shape) -> Shape:
        require((self.scale is None) != (self.size is None), "upsample needs either scale or size")
        if self.scale is None:
            return axes(1 if self.size is None else self.size, len(spatial), "size")
        return scaled(spatial, self.scale, "scale")

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """The neighbours of where an output lies in the input."""
        sizes = zip(inputs[0].shape[2:], outputs[0].shape[2:], strict=True)
        return ((Follow(0), Follow(1), *(self._follow(axis, *size) for axis, size in enumerate(sizes, 2))),)

    def _follow(self, axis: int, size: int, out: int) -> Follow:
        if self.mode == "area":
            return adaptive(axis, size, out)
        if self.align_corners:
            up, down, ahead = (out - 1, size - 1, 0) if out > 1 else (1, 0, 0)
        else:
            up, down = self._factor(axis - 2, size, out)
            ahead = {"nearest": 0, "nearest-exact": down}.get(self.mode, down - up)
        return periodic(axis, up, down, lambda place: _around(self.mode, 2 * place * down + ahead, 2 * up))

    def _factor(self, axis: int, size: int, out: int) -> tuple[int, int]:
        """So many outputs for so many inputs: the scale; as PyTorch, the sizes where linear only copies."""
        if self.scale is None or (out == size and self.mode in _LINEAR):
            return out, size
        return Fraction(self.scale[axis] if isinstance(self.scale, tuple) else self.scale).as_integer_ratio()

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """Weighted sums of neighbours."""
        if self.mode == "area":
            return averaged(inputs[0], outputs[0])
        if self.mode.startswith("nearest"):
            return ()
        neighbours = (4 if self.mode == "bicubic" else 2) ** len(inputs[0].shape[2:])
        made = outputs[0].elements
        return (
            Term("multiply", "interpolate", made * neighbours),
            Term("add", "interpolate", made * (neighbours - 1)),
        )


def _around(mode: str, place: int, parts: int) -> Span:
    """The neighbours of the place that lies so many parts of an element from the first one."""
    low = place // parts
    if mode == "bicubic":
        return low - 1, low + 2
    return low, -(-place // parts) if mode in _LINEAR else low
