"""The counts that attention and multi-head attention share."""

from __future__ import annotations

from typing import NamedTuple

from netledger.core.number import Number, minimum, over
from netledger.core.work import Term
from netledger.ops._softmax import softmaxed

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
        scores = self.rows * self.width
        scale = (Term("multiply", "scale", scores),) if self.scaled else ()
        mask = (Term("add", "mask", scores),) if self.masked else ()
        return (*scale, *mask, *softmaxed(scores, self.rows))


def kept(queries: Number, keys: Number) -> Number:
    """How many pairs of a query i and a key j have j ≤ i."""
    least = minimum(queries, keys)
    return over(least * (least + 1), 2) + (queries - least) * keys
