"""What a softmax costs, alone or in attention."""

from __future__ import annotations

from netledger.core.number import Number
from netledger.core.work import Term

__all__ = ["softmaxed"]


def softmaxed(elements: Number, rows: Number) -> tuple[Term, ...]:
    """Per row the greatest, the differences, exponentials, their sum, the quotients."""
    return (
        Term("compare", "activation", elements - rows),
        Term("subtract", "activation", elements),
        Term("exponential", "activation", elements),
        Term("add", "activation", elements - rows),
        Term("divide", "activation", elements),
    )
