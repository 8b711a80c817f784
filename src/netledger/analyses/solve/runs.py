"""Numbers in a row, told in few words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from netledger.core.language import say

__all__ = ["Run", "runs", "stepped"]


class Run(NamedTuple):
    """Every number from the first to the last, `step` apart."""

    first: int
    last: int
    step: int = 1

    @property
    def numbers(self) -> range:
        """All of them."""
        return range(self.first, self.last + 1, self.step)

    def said(self, size: str = "{0}") -> str:
        """In words; `size` says how a number is written: {0}x{0}."""
        first, last = size.format(self.first), size.format(self.last)
        if self.first == self.last:
            return first
        if self.step > 1:
            return say("from {first} to {last} in steps of {step}", first=first, last=last, step=self.step)
        return say("from {first} to {last}", first=first, last=last)


def runs(numbers: Iterable[int]) -> tuple[Run, ...]:
    """Ascending numbers as runs of neighbours.

    >>> runs([1, 2, 3, 7, 9, 10])
    (Run(first=1, last=3, step=1), Run(first=7, last=7, step=1), Run(first=9, last=10, step=1))
    """
    found: list[Run] = []
    for number in numbers:
        if found and found[-1].last == number - 1:
            found[-1] = found[-1]._replace(last=number)
        else:
            found.append(Run(number, number))
    return tuple(found)


def stepped(numbers: Iterable[int]) -> tuple[Run, ...]:
    """The same; three and more single numbers equally far apart are one run.

    >>> stepped([16, 32, 48, 64, 65])
    (Run(first=16, last=48, step=16), Run(first=64, last=65, step=1))
    """
    found: list[Run] = []
    for run in runs(numbers):
        found.append(run)
        while len(found) > 1 and (joined := _joined(found[-2], found[-1])):
            found[-2:] = [joined]
        if len(found) > 2 and _equally_far(*found[-3:]):
            found[-3:] = [Run(found[-3].first, run.first, run.first - found[-2].first)]
    return tuple(found)


def _joined(row: Run, one: Run) -> Run | None:
    """A run of numbers that are apart, with one more of them."""
    goes_on = row.step > 1 and one.first == one.last == row.last + row.step
    return row._replace(last=one.last) if goes_on else None


def _equally_far(*single: Run) -> bool:
    first, second, third = single
    alone = all(run.first == run.last for run in single)
    return alone and second.first - first.first == third.first - second.first
