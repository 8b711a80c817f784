"""How a softmax is performed on values, alone or in attention."""

from __future__ import annotations

from netledger.core.performed import (
    Performed,
    Place,
    Stage,
    Values,
    exponential,
    greatest,
    logarithm,
    quotient,
    sum_of,
)

__all__ = ["log_softmax", "softmax"]


def softmax(x: Values, axis: int, sign: str = "y") -> tuple[Stage, ...]:
    """The greatest of each row, the differences from it, exponentials, their sum, the quotients."""
    before, powers = _exponentials(x, axis)
    total = powers.known().folded("z", axis, sum_of)
    sums = total.known()
    made = powers.known().each(sign, lambda e, place: quotient(e, sums.at(_row(place, axis))))
    return (*before, Stage("their sum in each row", total), Stage("each over the sum", made))


def log_softmax(x: Values, axis: int) -> tuple[Stage, ...]:
    """The greatest of each row, the differences from it, exponentials, the logarithm of their sum, differences."""
    before, powers = _exponentials(x, axis)
    total = powers.known().folded("z", axis, lambda row: logarithm(sum_of(row)))
    sums, apart = total.known(), before[1].made.known()
    made = apart.each("y", lambda d, place: d - sums.at(_row(place, axis)))
    return (*before, Stage("the logarithm of their sum in each row", total), Stage("differences from it", made))


def _exponentials(x: Values, axis: int) -> tuple[tuple[Stage, ...], Values]:
    most = x.folded("m", axis, greatest)
    known = most.known()
    apart = x.each("d", lambda element, place: element - known.at(_row(place, axis)))
    powers = apart.known().each("e", _exponential)
    stages = (
        Stage("the greatest of each row", most),
        Stage("differences from it", apart),
        Stage("exponentials", powers),
    )
    return stages, powers


def _exponential(element: Performed, place: Place) -> Performed:
    return exponential(element)


def _row(place: Place, axis: int) -> Place:
    return tuple(0 if position == axis else index for position, index in enumerate(place))
