"""The counts that attention and multi-head attention share."""

from __future__ import annotations

from typing import NamedTuple

from netledger.core.number import Number, minimum, over
from netledger.core.work import Term

__all__ = ["Scores", "kept"]


class Scores(NamedTuple):
    """The scores of attention: rows of them, and how they come about.

    Args:
        rows: how many rows of scores there are: one per query and head.
        width: the keys that each query meets.
        scaled: whether they are multiplied by 1/√d.
        masked: whether a mask is added.

    """

    rows: Number
    width: Number
    scaled: bool
    masked: bool

    def terms(self) -> tuple[Term, ...]:
        """Scale, mask, softmax."""
        scores, rows = self.rows * self.width, self.rows
        scale = (Term("multiply", "scale", scores),) if self.scaled else ()
        mask = (Term("add", "mask", scores),) if self.masked else ()
        return (
            *scale,
            *mask,
            Term("compare", "activation", scores - rows),
            Term("subtract", "activation", scores),
            Term("exponential", "activation", scores),
            Term("add", "activation", scores - rows),
            Term("divide", "activation", scores),
        )


def kept(queries: Number, keys: Number) -> Number:
    """How many pairs of a query i and a key j have j ≤ i."""
    least = minimum(queries, keys)
    return over(least * (least + 1), 2) + (queries - least) * keys
