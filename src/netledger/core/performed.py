"""Values worked out: real numbers that remember the sum that they came from, element by element.

Exact as long as they can be: whole numbers and fractions stay what they are; a root or an exponential that does not
come out even is a float.

>>> x = Values.named("x", (2,), (3, 4))
>>> mean = quotient(sum_of(x.elements), 2)
>>> mean.value, [leaf.name for leaf in leaves(mean)], sorted(actions(mean))
(Fraction(7, 2), ['x[0]', 'x[1]'], ['add', 'divide'])
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple, TypeAlias

from netledger.core.network import Tensor
from netledger.core.number import OPERATIONS, Traced, value_of

__all__ = [
    "Leaf",
    "Performed",
    "Place",
    "Stage",
    "Values",
    "absolute",
    "actions",
    "constant",
    "exponential",
    "greatest",
    "leaves",
    "logarithm",
    "negative",
    "partly",
    "power",
    "quotient",
    "reciprocal_root",
    "root",
    "shortened",
    "sum_of",
]

Place: TypeAlias = tuple[int, ...]
"""Where an element stands: its index along each axis."""

LONG = 40
"""Sums of more numbers are written with dots."""

MAX_POWER = 64
"""Greater powers are floats."""


class Performed(Traced):
    """A value with the operations that made it; every one counts, neutral constants too."""

    __slots__ = ()

    def apply(self, op: str, *args: Any) -> Performed:
        """The result of + − * on values."""
        return Performed(OPERATIONS[op](*map(value_of, args)), op, args)


class Leaf(Performed):
    """An element of a tensor that is known by its name; outside of the tensor, it is padding."""

    __slots__ = ("place", "tensor")

    def __init__(self, name: str, value: Any, tensor: str = "", place: Place = ()) -> None:
        super().__init__(value, "symbol", (), name)
        self.tensor = tensor
        self.place = place


def constant(name: str, value: Any) -> Leaf:
    """A number with a name that is no element of a tensor."""
    return Leaf(name, value)


class Values(NamedTuple):
    """A tensor with its elements, the last axis running fastest.

    Args:
        sign: what its elements are called: x.
        shape: its shape.
        elements: its elements.
        ahead: how many of the first axes go unnamed where their size is 1 (batch, channels).

    """

    sign: str
    shape: Place
    elements: tuple[Performed, ...]
    ahead: int = 0

    @classmethod
    def named(cls, sign: str, shape: Place, numbers: Iterable[Any], ahead: int = 0) -> Values:
        """A tensor of leaves."""
        empty = cls(sign, shape, (), ahead)
        pairs = zip(empty.places(), numbers, strict=True)
        return empty._replace(elements=tuple(Leaf(empty.name(place), value, sign, place) for place, value in pairs))

    @classmethod
    def make(cls, sign: str, shape: Place, element: Callable[[Place], Performed], ahead: int = 0) -> Values:
        """A tensor whose elements are worked out."""
        empty = cls(sign, shape, (), ahead)
        return empty._replace(elements=tuple(map(element, empty.places())))

    @property
    def tensor(self) -> Tensor:
        """Its shape alone."""
        return Tensor(self.shape)

    def places(self) -> Iterator[Place]:
        """Every place, in order."""
        return product(*map(range, self.shape))

    def name(self, place: Place) -> str:
        """What the element at a place is called: x[0,1]."""
        skipped = 0
        while skipped < min(self.ahead, len(self.shape) - 1) and self.shape[skipped] == 1:
            skipped += 1
        shown = ",".join(map(str, place[skipped:]))
        return f"{self.sign}[{shown}]" if shown else self.sign

    def inside(self, place: Place) -> bool:
        """Whether there is an element at this place."""
        return all(0 <= index < size for index, size in zip(place, self.shape, strict=True))

    def at(self, place: Place, outside: Any = 0) -> Performed:
        """The element at a place; padding with this value, if there is none."""
        if not self.inside(place):
            return Leaf("pad", outside, self.sign, place)
        index = 0
        for position, size in zip(place, self.shape, strict=True):
            index = index * size + position
        return self.elements[index]

    def aligned(self, place: Place) -> Performed:
        """The element that is broadcast to this place of a greater tensor: axes are aligned at the end."""
        mine = place[len(place) - len(self.shape) :]
        return self.at(tuple(0 if size == 1 else index for index, size in zip(mine, self.shape, strict=True)))

    def known(self) -> Values:
        """The same with leaves: what comes after reads the results, not how they came about."""
        return Values.named(self.sign, self.shape, (number.value for number in self.elements), self.ahead)

    def lines(self, axis: int) -> Iterator[Place]:
        """The place of the first element of every line along an axis."""
        return product(*(range(1 if place == axis else size) for place, size in enumerate(self.shape)))

    def line(self, axis: int, place: Place) -> tuple[Performed, ...]:
        """The elements of the line along an axis that goes through a place."""
        after = axis + 1
        return tuple(self.at((*place[:axis], index, *place[after:])) for index in range(self.shape[axis]))

    def folded(self, sign: str, axis: int, fold: Callable[[Sequence[Performed]], Performed]) -> Values:
        """Every line along an axis folded into one element."""
        shape = tuple(1 if place == axis else size for place, size in enumerate(self.shape))
        return Values.make(sign, shape, lambda place: fold(self.line(axis, place)), self.ahead)

    def each(self, sign: str, function: Callable[[Performed, Place], Performed]) -> Values:
        """A function of every element."""
        pairs = zip(self.elements, self.places(), strict=True)
        return Values(sign, self.shape, tuple(function(*pair) for pair in pairs), self.ahead)


class Stage(NamedTuple):
    """One step of an operator on values: every element that it makes, as an expression of what was known before.

    Args:
        name: what it does.
        made: what it makes.
        cut: what is computed too, and is no part of the result.

    """

    name: str
    made: Values
    cut: tuple[Performed, ...] = ()


def sum_of(numbers: Sequence[Performed]) -> Performed:
    """Added one to the other: one addition less than there are numbers."""
    if len(numbers) == 1:
        return numbers[0]
    made = sum(number.value for number in numbers)
    return Performed(made, "sum", tuple(numbers))


def greatest(numbers: Sequence[Performed]) -> Performed:
    """One comparison less than there are numbers."""
    if len(numbers) == 1:
        return numbers[0]
    return Performed(max(number.value for number in numbers), "greatest", tuple(numbers))


def quotient(a: Performed, b: Any) -> Performed:
    """The exact quotient, where both are exact."""
    value, divisor = a.value, value_of(b)
    inexact = isinstance(value, float) or isinstance(divisor, float)
    return Performed(value / divisor if inexact else _fraction(value, divisor), "/", (a, b))  # type: ignore[arg-type]


def exponential(a: Performed) -> Performed:
    """Of 0, and of −∞, it is exact."""
    value: Any = a.value
    made: Any = 1 if value == 0 else 0 if value == -math.inf else math.exp(value)
    return Performed(made, "exp", (a,))


def logarithm(a: Performed) -> Performed:
    """Of 1 it is exact."""
    made: Any = 0 if a.value == 1 else math.log(a.value)
    return Performed(made, "log", (a,))


def negative(a: Performed) -> Performed:
    """−a."""
    return Performed(-a.value, "neg", (a,))


def absolute(a: Performed) -> Performed:
    """|a|."""
    return Performed(abs(a.value), "abs", (a,))


def power(a: Performed, exponent: Any) -> Performed:
    """Exact for whole exponents of a moderate size."""
    whole = exponent == int(exponent) and 0 < exponent <= MAX_POWER
    made: Any = a.value ** int(exponent) if whole else float(a.value) ** float(exponent)
    return Performed(made, "power", (a, int(exponent) if whole else exponent))


def root(a: Performed, degree: Any) -> Performed:
    """a^(1 / degree), exact where that is a whole number."""
    made: Any = float(a.value) ** (1 / degree)
    nearest = round(made)
    if degree == int(degree) and 0 < degree <= MAX_POWER and nearest ** int(degree) == a.value:
        made = nearest
    return Performed(made, "root", (a, int(degree) if degree == int(degree) else degree))


def reciprocal_root(a: Performed) -> Performed:
    """1 / √a, exact where that is a fraction."""
    return Performed(_reciprocal_root(a.value), "rsqrt", (a,))


def _reciprocal_root(value: Any) -> Any:
    """Of a whole number, a fraction, or a float."""
    if not isinstance(value, float):
        over, under = math.isqrt(value.denominator), math.isqrt(value.numerator)
        if (over * over, under * under) == (value.denominator, value.numerator):
            return _fraction(over, under)
    return 1 / math.sqrt(value)


def _fraction(a: Any, b: Any) -> Any:
    from fractions import Fraction  # brings decimal numbers with it: only where something is worked out

    made = Fraction(a) / b
    return made.numerator if made.denominator == 1 else made


def leaves(number: Any) -> tuple[Leaf, ...]:
    """The elements that an expression reads, in order, each as often as it is read."""
    if isinstance(number, Leaf):
        return (number,)
    return tuple(leaf for arg in getattr(number, "args", ()) for leaf in leaves(arg))


def partly(number: Performed) -> Performed | None:
    """The expression with every operand worked out: 14 / 4 of (1 + 2 + 5 + 6) / 4; None if that says no more."""
    parts = _flat(number)
    if all(isinstance(part, Leaf) or not isinstance(part, Performed) for part in parts):
        return None
    args = tuple(part if not isinstance(part, Performed) else Leaf("", part.value) for part in parts)
    return Performed(number.value, number.op, args)


def shortened(number: Any) -> Any:
    """The expression with dots in the middle of long sums."""
    if not isinstance(number, Performed) or isinstance(number, Leaf):
        return number
    args = number.args
    if number.op in _FOLDS and len(args) > LONG:
        args = (*args[:8], Performed(0, "dots"), *args[-2:])
    return Performed(number.value, number.op, tuple(map(shortened, args)))


def _flat(number: Performed) -> tuple[Any, ...]:
    """The operands; of a sum that begins with a sum, all of them."""
    first = number.args[0] if number.args else None
    if number.op == "sum" and isinstance(first, Performed) and first.op == "sum":
        return (*first.args, *number.args[1:])
    return number.args


_ACTIONS = {
    "sum": "add",
    "greatest": "compare",
    "+": "add",
    "-": "subtract",
    "*": "multiply",
    "/": "divide",
    "exp": "exponential",
    "log": "logarithm",
    "neg": "negate",
    "abs": "absolute",
    "power": "power",
    "root": "power",
    "rsqrt": "reciprocal square root",
}
_FOLDS = frozenset({"sum", "greatest"})


def actions(*numbers: Any) -> Counter[str]:
    """How many primitive operations of each kind some expressions take."""
    found: Counter[str] = Counter()
    for number in numbers:
        if isinstance(number, Performed) and number.op != "symbol":
            found[_ACTIONS[number.op]] += len(number.args) - 1 if number.op in _FOLDS else 1
            found += actions(*number.args)
    return found
