"""Normalisation: batch norm and local response norm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from netledger.core.network import Tensor
from netledger.core.number import Number, product
from netledger.core.operator import (
    Operator,
    Readings,
    Shapes,
    Step,
    channels,
    feature_map,
    flag,
    number,
    operator,
    real,
)
from netledger.core.reach import Follow, Reach, pointwise
from netledger.core.work import Term
from netledger.ops._norms import PerChannel, derivation, folded, moments

if TYPE_CHECKING:
    from netledger.core.performed import Stage, Values

__all__ = ["BatchNorm", "LocalResponseNorm"]


@operator
class BatchNorm(PerChannel):
    """Batch normalisation, at inference.

    Equation: y = (x − mean) / √(var + ε) · scale + shift, per channel; computed as x·a + b
    Shapes: (N, C, …) → the same
    Parameters: scale (C), shift (C) if affine, or one of them; buffers running_mean (C), running_var (C) if tracked
    Counted: one multiplication and one addition per element (affine), or one multiplication and one subtraction
        (normalise); per channel, a and b from the statistics (setup): add ε, reciprocal square root, and
        a = scale·r, b = shift − mean·a; without a scale a = r, without a shift x·a − mean·a. Not tracked: mean and
        variance over the batch too.
    Source: Ioffe & Szegedy, Batch Normalization (2015); torch.nn.BatchNorm2d
    """

    KIND = "batchnorm"
    WORKED = (("input", "x"),)
    AHEAD = 2

    eps: float = real("ε, added to the variance", 1e-5)
    affine: bool = flag(True, "learn a scale and a shift per channel")
    track: bool = flag(True, "keep running statistics and use them at inference")
    channels: str = channels()
    scale: bool = flag(True, "with affine: learn the scale")
    shift: bool = flag(True, "with affine: learn the shift")

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The same shape."""
        feature_map(inputs[0], 0)
        return inputs

    def parameters(self, inputs: tuple[Tensor, ...]) -> Shapes:
        """Scale and shift, as far as they are learned."""
        learned = zip(("scale", "shift"), self._learned(), strict=True)
        return {role: (inputs[0].shape[1],) for role, there in learned if there}

    def _learned(self) -> tuple[bool, bool]:
        return self.affine and self.scale, self.affine and self.shift

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Element by element; not tracked, the whole channel, over the batch too."""
        others = () if self.track else (0, *range(2, len(inputs[0].shape)))
        return (pointwise(inputs[0], outputs[0], *others),)

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """A multiplication and an addition per element, and the setup per channel."""
        elements, channels = inputs[0].elements, inputs[0].shape[1]
        statistics = () if self.track else moments(elements, channels)
        return (*statistics, *folded(elements, channels, *self._learned()))

    def steps(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Step, ...]:
        """Mean and variance of each channel, here or in training, over m elements; then of each element."""
        tensor, of = inputs[0], "running batch" if self.track else "batch"
        return derivation(product((tensor.shape[0], *tensor.shape[2:])), self.eps, *self._learned(), of=of)

    def perform(self, inputs: tuple[Values, ...], stored: Mapping[str, Values]) -> tuple[Stage, ...]:
        """Perhaps mean and variance; a and b of each channel; then of each element x·a + b."""
        from netledger.ops._channelwise import applied, factors, statistics

        x = inputs[0]
        before: tuple[Stage, ...] = ()
        if self.track:
            mean, var = stored["running_mean"], stored["running_var"]
        else:
            before = statistics(x, *(step.name for step in self.steps((x.tensor,), (x.tensor,))[:2]))
            mean, var = before[0].made.known(), before[-1].made.known()
        made = factors(mean, var, self.eps, stored.get("scale"), stored.get("shift"))
        a, b = (stage.made.known() for stage in (made[-2], made[-1]))
        return (*before, *made, applied(x, a, b, self._learned()[1]))


@operator
class LocalResponseNorm(Operator):
    """Local response normalisation across channels.

    Equation: y[c] = x[c] / (k + α · Σ x[c']²)^β, over the `size` channels c' around c
    Shapes: (N, C, size …) → the same
    Parameters: none
    Counted: per element, one square, size − 1 additions, α, k, the power, the division; windows are counted
        whole, also at the first and last channels. A division of α by the size (torch) is a constant: free.
    Source: Krizhevsky et al., ImageNet Classification with Deep CNNs (2012), 3.3; torch.nn.LocalResponseNorm
    """

    KIND = "lrn"

    size: Number = number("n", "channels in the window", 5)
    alpha: float = real("α", 1e-4)
    beta: float = real("β", 0.75)
    k: float = real("k", 2.0)
    channels: str = channels()

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The same shape."""
        feature_map(inputs[0])
        return inputs

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """A window of channels."""
        before = self.size // 2
        batch, _, *spatial = pointwise(inputs[0], outputs[0])
        return ((batch, Follow(1, Reach(1, 1, ((-before, self.size - 1 - before),))), *spatial),)

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """Squares, a sum over channels, a power and a division per element."""
        elements = inputs[0].elements
        return (
            Term("multiply", "normalise", 2 * elements),
            Term("add", "normalise", elements * self.size),
            Term("power", "normalise", elements),
            Term("divide", "normalise", elements),
        )
