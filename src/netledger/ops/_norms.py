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


def folded(elements: Number, channels: Number, affine: bool) -> tuple[Term, ...]:
    """Kept statistics: per channel the root r, and a and b of x·a + b; without scale and shift of x·r − b."""
    root = (Term("add", "setup", channels), Term("reciprocal square root", "setup", channels))
    if not affine:
        return (
            *root,
            Term("multiply", "setup", channels),
            Term("multiply", "normalise", elements),
            Term("subtract", "normalise", elements),
        )
    return (
        *root,
        Term("multiply", "setup", 2 * channels),
        Term("subtract", "setup", channels),
        Term("multiply", "affine", elements),
        Term("add", "affine", elements),
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


def derivation(members: Number, eps: float, affine: bool, bias: bool = True, of: str = "row") -> tuple[Step, ...]:
    """Mean and variance over so many members, then what is done to each of them."""
    m: dict[str, Any] = {"m": members}
    steps = (
        Step(STATISTICS[of][0], "mean = 1/m · Σ x", m),
        Step(STATISTICS[of][1], "var = 1/m · Σ (x − mean)²", m),
        Step("normalise", "x̂ = (x − mean) / √(var + ε)", {"ε": eps}),
    )
    return (*steps, final(bias)) if affine else steps


def final(bias: bool) -> Step:
    """The learned step."""
    return Step("scale and shift", "y = x̂ · scale + shift") if bias else Step("scale", "y = x̂ · scale")
