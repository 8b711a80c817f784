"""What activations and functions share: the same few operations for every element."""

from __future__ import annotations

from typing import ClassVar

from netledger.core.network import Tensor
from netledger.core.operator import Operator
from netledger.core.work import Term

__all__ = ["Activation", "Function"]


class Activation(Operator):
    """The same few operations for every element."""

    __slots__ = ()

    ROLE: ClassVar[str] = "activation"
    """Why they happen."""
    STEPS: ClassVar[tuple[tuple[str, int], ...]]
    """(action, how often per element)."""

    def costs(self) -> tuple[tuple[str, int], ...]:
        """(action, how often per element)."""
        return self.STEPS

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """Every step, once per element of the output."""
        elements = outputs[0].elements
        return tuple(Term(action, self.ROLE, elements * times) for action, times in self.costs())


class Function(Activation):
    """A function of each element, in no special role."""

    __slots__ = ()

    ROLE = "elementwise"
