"""What functions of each element share."""

from __future__ import annotations

from typing import ClassVar

from netledger.core.network import Tensor
from netledger.core.operator import Operator
from netledger.core.work import Term

__all__ = ["Function"]


class Function(Operator):
    """The same few operations for every element."""

    __slots__ = ()

    STEPS: ClassVar[tuple[tuple[str, int], ...]]
    """(action, how often per element)."""

    def costs(self) -> tuple[tuple[str, int], ...]:
        """(action, how often per element)."""
        return self.STEPS

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """Every step, once per element."""
        elements = inputs[0].elements
        return tuple(Term(action, "elementwise", elements * times) for action, times in self.costs())
