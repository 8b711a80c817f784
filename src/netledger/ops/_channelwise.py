"""How batch normalisation is performed on values."""

from __future__ import annotations

from typing import Any

from netledger.core.performed import Performed, Stage, Values, constant, quotient, reciprocal_root, sum_of

__all__ = ["applied", "factors", "statistics"]


def statistics(x: Values, mean_name: str, variance_name: str) -> tuple[Stage, Stage, Stage]:
    """The mean of each channel, the differences from it, and the mean of their squares."""
    mean = _of_channels("mean", x, lambda elements: quotient(sum_of(elements), len(elements)))
    known = mean.known()
    apart = x.each("d", lambda element, place: element - known.at(place[1:2]))
    variance = _of_channels(
        "var", apart.known(), lambda elements: quotient(sum_of([d * d for d in elements]), len(elements))
    )
    return Stage(mean_name, mean), Stage("differences from the mean", apart), Stage(variance_name, variance)


def _of_channels(sign: str, x: Values, fold: Any) -> Values:
    members: list[list[Performed]] = [[] for _ in range(x.shape[1])]
    for element, place in zip(x.elements, x.places(), strict=True):
        members[place[1]].append(element)
    return Values(sign, x.shape[1:2], tuple(map(fold, members)))


def factors(mean: Values, var: Values, eps: float, scale: Values | None, shift: Values | None) -> tuple[Stage, ...]:
    """Of each channel the root r, and a and b of x·a + b; without a shift of x·a − b; without a scale a is r."""
    small = constant("ε", _exactly(eps))
    root = var.each("r", lambda variance, _: reciprocal_root(sum_of((variance, small))))
    stages, a = [Stage("the reciprocal root of the variance", root)], root.known()
    if scale is not None:
        factor = scale.each("a", lambda value, place: value * root.known().at(place))
        stages.append(Stage("the factor of each channel", factor))
        a = factor.known()
    if shift is None:
        return (*stages, Stage("what is subtracted", mean.each("b", lambda value, place: value * a.at(place))))
    addend = shift.each("b", lambda value, place: value - mean.at(place) * a.at(place))
    return (*stages, Stage("what is added to each channel", addend))


def _exactly(eps: float) -> Any:
    """The decimal that was written: 1e-5 is 1/100000."""
    from fractions import Fraction

    return Fraction(str(eps))


def applied(x: Values, a: Values, b: Values, shifted: bool) -> Stage:
    """x·a + b, or x·a − b, of each element."""

    def element(value: Performed, place: tuple[int, ...]) -> Performed:
        channel = place[1:2]
        scaled = value * a.at(channel)
        return sum_of((scaled, b.at(channel))) if shifted else scaled - b.at(channel)

    return Stage("every element", x.each("y", element))
