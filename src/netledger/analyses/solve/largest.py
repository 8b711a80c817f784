"""The largest input, batch or number under `let` whose figures stay within budgets.

Figures may go down again, and sizes be refused: every candidate from a bound downwards is tried until one fits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from netledger.analyses.solve.trials import Progress, Refused, silent
from netledger.core.errors import SourceError
from netledger.core.language import say
from netledger.core.network import Network

__all__ = ["Budget", "Largest", "Make", "Step", "largest"]

MOST = 4096
"""How many steps there are at most, unless told."""
MAX_STEPS = 100_000

BEYOND = Fraction(5, 4)
"""The bound is the first candidate whose figure is more than so many times a budget."""

Make: TypeAlias = "Callable[[Fraction], Network]"
"""The network with this size, batch or number; raises Refused if there is none."""


class Budget(NamedTuple):
    """What must not be exceeded.

    Args:
        name: what is counted: a convention, parameters, feature maps.
        unit: of the figures.
        most: the largest figure allowed.
        figure: what a network has of it.

    """

    name: str
    unit: str
    most: Fraction
    figure: Callable[[Network], int]


class Step(NamedTuple):
    """A candidate that the network takes.

    Args:
        value: the size, batch or number.
        network: the network with it.
        figures: of each budget, in order.

    """

    value: Fraction
    network: Network
    figures: tuple[int, ...]


class Largest(NamedTuple):
    """The answer.

    Args:
        name: what was varied.
        step: in which steps.
        bound: the largest candidate that was tried.
        budgets: what must not be exceeded.
        answer: the largest candidate within all budgets; None: none is.
        beyond: the next larger one that the network takes, if there is one up to the bound.
        refused: how many of those that were tried the network does not take.

    """

    name: str
    step: Fraction
    bound: Fraction
    budgets: tuple[Budget, ...]
    answer: Step | None
    beyond: Step | None
    refused: int


class _Tried:
    """What was tried so far."""

    def __init__(self, make: Make, step: Fraction, budgets: Sequence[Budget]) -> None:
        self.make, self.step, self.budgets = make, step, tuple(budgets)
        self.refused = 0

    def at(self, place: int) -> Step | None:
        """The candidate so many steps up; None, if the network does not take it."""
        try:
            network = self.make(place * self.step)
        except Refused:
            self.refused += 1
            return None
        return Step(place * self.step, network, tuple(budget.figure(network) for budget in self.budgets))

    def times_over(self, made: Step) -> Fraction:
        """The largest figure in budgets."""
        shares = (Fraction(figure) / budget.most for figure, budget in zip(made.figures, self.budgets, strict=True))
        return max(shares)


def largest(
    name: str,
    make: Make,
    budgets: Sequence[Budget],
    step: Fraction = Fraction(1),
    up_to: Fraction | None = None,
    progress: Progress = silent,
) -> Largest:
    """The largest multiple of the step within all budgets.

    Raises:
        SourceError: if there is no budget, or there are too many candidates.

    """
    if not budgets:
        raise SourceError("there is no budget", hint="Give one: --max-macs 300M, --max-params 5M, --max NAME=1G.")
    most = MOST if up_to is None else up_to // step
    if not 1 <= most <= MAX_STEPS:
        rule = say("there are 1 to {most:,} candidates; {asked:,} are asked for", most=MAX_STEPS, asked=int(most))
        raise SourceError(rule, hint="Give another bound, or another step.")
    tried = _Tried(make, step, budgets)
    last = int(most) if up_to is not None else _bound(tried, int(most))
    answer, beyond = _downwards(tried, last, progress)
    return Largest(name, step, last * step, tuple(budgets), answer, beyond, tried.refused)


def _bound(tried: _Tried, most: int) -> int:
    """The first of ever larger candidates that is far over a budget."""
    for place in _growing(most):
        made = tried.at(place)
        if made is not None and tried.times_over(made) > BEYOND:
            tried.refused = 0
            return place
    tried.refused = 0
    return most


def _growing(most: int) -> Iterator[int]:
    place = 1
    while place < most:
        yield place
        place += max(1, place // 4)
    yield most


def _downwards(tried: _Tried, last: int, progress: Progress) -> tuple[Step | None, Step | None]:
    """The first that fits, from the top; and the one above it."""
    beyond: Step | None = None
    for place in range(last, 0, -1):
        progress(last - place, last)
        made = tried.at(place)
        if made is not None and tried.times_over(made) <= 1:
            return made, beyond
        beyond = made or beyond
    return None, beyond
