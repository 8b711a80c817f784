"""What activations share: the same few operations for every element."""

from __future__ import annotations

from typing import ClassVar

from netledger.core.network import Tensor
from netledger.core.operator import Operator
from netledger.core.work import Term

__all__ = ["Activation"]


class Activation(Operator):
    """The same few operations for every element."""

    __slots__ = ()

    STEPS: ClassVar[tuple[tuple[str, int], ...]]
    """(action, how often per element)."""

    def costs(self) -> tuple[tuple[str, int], ...]:
        """(action, how often per element)."""
        return self.STEPS

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """Every step, once per element of the output."""
        elements = outputs[0].elements
        return tuple(Term(action, "activation", elements * times) for action, times in self.costs())
