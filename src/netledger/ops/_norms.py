"""What normalisations share: statistics, the root, and the steps of the derivation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netledger.core.language import later
from netledger.core.network import Tensor
from netledger.core.number import Number
from netledger.core.operator import Operator, Shapes, Step
from netledger.core.work import Term

__all__ = ["PerChannel", "derivation", "final", "folded", "moments", "rescaling", "squares"]


class PerChannel(Operator):
    """A scale and a shift per channel, and perhaps running statistics."""

    __slots__ = ()

    if TYPE_CHECKING:
        affine: bool
        track: bool

    def parameters(self, inputs: tuple[Tensor, ...]) -> Shapes:
        """Scale and shift."""
        channels = (inputs[0].shape[1],)
        return {"scale": channels, "shift": channels} if self.affine else {}

    def buffers(self, inputs: tuple[Tensor, ...]) -> Shapes:
        """Running mean and variance."""
        channels = (inputs[0].shape[1],)
        return {"running_mean": channels, "running_var": channels} if self.track else {}


def moments(elements: Number, rows: Number) -> tuple[Term, ...]:
    """Mean and variance of each row over all its elements."""
    return (
        Term("add", "statistics", 2 * (elements - rows)),
        Term("divide", "statistics", 2 * rows),
        Term("subtract", "statistics", elements),
        Term("multiply", "statistics", elements),
    )


def folded(elements: Number, channels: Number, scale: bool, shift: bool) -> tuple[Term, ...]:
    """Kept statistics: per channel the root r, a and b of x·a + b; without a shift x·a − b; without a scale a = r."""
    role = "affine" if scale or shift else "normalise"
    return (
        Term("add", "setup", channels),
        Term("reciprocal square root", "setup", channels),
        Term("multiply", "setup", 2 * channels if scale else channels),
        *((Term("subtract", "setup", channels),) if shift else ()),
        Term("multiply", role, elements),
        Term("add" if shift else "subtract", role, elements),
    )


def squares(elements: Number, rows: Number) -> tuple[Term, ...]:
    """Mean square of each row over all its elements."""
    return (
        Term("multiply", "statistics", elements),
        Term("add", "statistics", elements - rows),
        Term("divide", "statistics", rows),
    )


def rescaling(elements: Number, rows: Number, affine: bool, bias: bool) -> tuple[Term, ...]:
    """Per row ε and the root; per element the factor, then perhaps a scale and a shift."""
    normalise = (
        Term("add", "normalise", rows),
        Term("reciprocal square root", "normalise", rows),
        Term("multiply", "normalise", elements),
    )
    scale = (Term("multiply", "affine", elements),) if affine else ()
    return (*normalise, *scale, Term("add", "affine", elements)) if affine and bias else (*normalise, *scale)


STATISTICS = {
    "row": (later("mean"), later("variance")),
    "batch": (later("mean of the batch"), later("variance of the batch")),
    "running batch": (
        later("mean of a batch in training, kept as a running one"),
        later("variance of a batch in training, kept as a running one"),
    ),
    "running example": (
        later("mean of an example in training, kept as a running one"),
        later("variance of an example in training, kept as a running one"),
    ),
}
"""What the mean and the variance are taken of."""


def derivation(members: Number, eps: float, scale: bool, shift: bool, of: str = "row") -> tuple[Step, ...]:
    """Mean and variance over so many members, then what is done to each of them."""
    m: dict[str, Any] = {"m": members}
    steps = (
        Step(STATISTICS[of][0], "mean = 1/m · Σ x", m),
        Step(STATISTICS[of][1], "var = 1/m · Σ (x − mean)²", m),
        Step("normalise", "x̂ = (x − mean) / √(var + ε)", {"ε": eps}),
    )
    return (*steps, final(scale, shift)) if scale or shift else steps


def final(scale: bool, shift: bool) -> Step:
    """The learned step."""
    if not scale:
        return Step("shift", "y = x̂ + shift")
    return Step("scale and shift", "y = x̂ · scale + shift") if shift else Step("scale", "y = x̂ · scale")
