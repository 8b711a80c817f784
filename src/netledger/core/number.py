"""Numbers of every kind, and the few helpers that work on all of them.

A rule is written once, with `+ - * //`, comparisons and the helpers below, and runs on

- `int`: exact, and fast;
- `Traced`: an integer that remembers the formula it came from (written out by `core.formula`);
- `core.array.Array`: whole arrays of integers, exact too.

Rules therefore never branch on a number with `if`: they say `where`, `minimum`, `maximum`, or `require`.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Self, TypeAlias, cast

from netledger.core.errors import ShapeError
from netledger.core.functions import FUNCTIONS

__all__ = [
    "Arithmetic",
    "Number",
    "Shape",
    "Traced",
    "agree",
    "ceil_div",
    "equal",
    "gcd",
    "how_many",
    "landed",
    "log2",
    "maximum",
    "minimum",
    "over",
    "power_of_two",
    "product",
    "radix_odd",
    "radix_two",
    "reached",
    "require",
    "total",
    "where",
]

Number: TypeAlias = int
"""An int, or anything that computes like one. Rules are typed for `int`; the other kinds quack."""

Shape: TypeAlias = tuple[Number, ...]
"""The size of a tensor along each of its axes."""

OPERATIONS: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
    "%": operator.mod,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "min": min,
    "max": max,
    "gcd": math.gcd,
    "ceil_div": lambda a, b: -(-a // b),
    "over": lambda a, b: a // b if a % b == 0 else _ratio(a, b),
    "where": lambda condition, yes, no: yes if condition else no,
    **FUNCTIONS,
}
"""What each operation means on plain integers."""


def _ratio(a: Any, b: Any) -> Any:
    """The exact quotient of what does not come out even: a symbol may stand for a fraction."""
    from fractions import Fraction

    return Fraction(a) / b


class Arithmetic:
    """What computes like an integer: every sign is an operation of OPERATIONS, applied by the kind of number."""

    __slots__ = ()

    if TYPE_CHECKING:

        def apply(self, op: str, *args: Any) -> Self:
            """The result of an operation; every kind of number has its own."""
            ...

    def __bool__(self) -> bool:
        raise TypeError("a rule must not branch on a number: use where(), minimum(), maximum() or require()")

    def __add__(self, other: Any) -> Self:
        return self.apply("+", self, other)

    def __radd__(self, other: Any) -> Self:
        return self.apply("+", other, self)

    def __sub__(self, other: Any) -> Self:
        return self.apply("-", self, other)

    def __rsub__(self, other: Any) -> Self:
        return self.apply("-", other, self)

    def __mul__(self, other: Any) -> Self:
        return self.apply("*", self, other)

    def __rmul__(self, other: Any) -> Self:
        return self.apply("*", other, self)

    def __floordiv__(self, other: Any) -> Self:
        return self.apply("//", self, other)

    def __rfloordiv__(self, other: Any) -> Self:
        return self.apply("//", other, self)

    def __mod__(self, other: Any) -> Self:
        return self.apply("%", self, other)

    def __rmod__(self, other: Any) -> Self:
        return self.apply("%", other, self)

    def __lt__(self, other: Any) -> Self:
        return self.apply("<", self, other)

    def __le__(self, other: Any) -> Self:
        return self.apply("<=", self, other)

    def __gt__(self, other: Any) -> Self:
        return self.apply(">", self, other)

    def __ge__(self, other: Any) -> Self:
        return self.apply(">=", self, other)


class Traced(Arithmetic):
    """An integer with the formula it came from.

    >>> size, kernel = Traced.symbol("H", 227), Traced.symbol("K", 11)
    >>> out = (size - kernel) // 4 + 1
    >>> out.value, out.op, out.args[1]
    (55, '+', 1)
    """

    __slots__ = ("args", "name", "op", "value")

    def __init__(self, value: int, op: str, args: tuple[Any, ...] = (), name: str = "") -> None:
        self.value = value
        self.op = op
        self.args = args
        self.name = name

    @classmethod
    def symbol(cls, name: str, value: int) -> Traced:
        """A number known by a name, such as C_out."""
        return cls(value, "symbol", (), name)

    def apply(self, op: str, *args: Any) -> Traced:
        """The result of an operation of OPERATIONS on integers and traced numbers; neutral constants leave no trace."""
        kept = _neutral(op, *args) if op in _NEUTRAL else None
        return Traced(OPERATIONS[op](*map(value_of, args)), op, args) if kept is None else kept

    def holds(self) -> bool:
        """Whether a traced condition is true."""
        return bool(self.value)

    def __repr__(self) -> str:
        return f"Traced({self.value}, {self.op!r})"


def how_many(number: Any) -> int:
    """A number that decides how many things there are: a rule may build on it what it is; no symbol has it.

    Raises:
        ShapeError: of a symbol.

    """
    if not isinstance(number, (int, Traced)):
        bool(number)  # says why not
    return value_of(number)


_NEUTRAL = {"+": 0, "-": 0, "*": 1, "//": 1, "over": 1, "ceil_div": 1}
"""The constant that changes nothing, on the right; for + and * on the left too."""


def _neutral(op: str, a: Any, b: Any) -> Traced | None:
    """The operand that an operation leaves as it is: x + 0, 1·x, x / 1, (x − 1) + 1."""
    if isinstance(a, Traced) and isinstance(b, int):
        undone = op == "+" and a.op == "-" and isinstance(a.args[1], int) and a.args[1] == b
        return a.args[0] if undone and isinstance(a.args[0], Traced) else a if b == _NEUTRAL[op] else None
    return b if op in "+*" and isinstance(a, int) and a == _NEUTRAL[op] else None


def value_of(number: Any) -> int:
    """The integer itself, of an int, a traced number or a symbol."""
    return number if isinstance(number, int) else getattr(number, "value", number)


def _apply(op: str, *args: Any) -> Any:
    for arg in args:
        if not isinstance(arg, int):
            return arg.apply(op, *args)
    return OPERATIONS[op](*args)


def minimum(a: Number, b: Number) -> Number:
    """The lesser of two numbers."""
    return cast(Number, _apply("min", a, b))


def maximum(a: Number, b: Number) -> Number:
    """The greater of two numbers."""
    return cast(Number, _apply("max", a, b))


def ceil_div(a: Number, b: Number) -> Number:
    """⌈a / b⌉, for b > 0.

    >>> ceil_div(7, 2)
    4
    """
    return cast(Number, _apply("ceil_div", a, b))


def over(a: Number, b: Number) -> Number:
    """A / b, where b divides a.

    >>> over(12, 4)
    3
    """
    return cast(Number, _apply("over", a, b))


def gcd(a: Number, b: Number) -> Number:
    """The greatest common divisor."""
    return cast(Number, _apply("gcd", a, b))


def landed(count: Number, size: Number, kernel: Number, stride: Number, dilation: Number, before: Number) -> Number:
    """How many pairs (i < count, k < kernel) have 0 ≤ i·stride + k·dilation − before < size.

    >>> landed(3, 5, 3, 2, 1, 1)
    7
    """
    return cast(Number, _apply("landed", count, size, kernel, stride, dilation, before))


def reached(count: Number, size: Number, kernel: Number, stride: Number, dilation: Number, before: Number) -> Number:
    """How many places o < size are o = i·stride + k·dilation − before for some i < count, k < kernel.

    >>> reached(3, 8, 2, 3, 1, 0)
    6
    """
    return cast(Number, _apply("reached", count, size, kernel, stride, dilation, before))


def log2(number: Number) -> Number:
    """⌈log₂ number⌉.

    >>> log2(8), log2(9)
    (3, 4)
    """
    return cast(Number, _apply("log2", number))


def power_of_two(number: Number) -> Number:
    """2^⌈log₂ number⌉, the next power of two.

    >>> power_of_two(8), power_of_two(9)
    (8, 16)
    """
    return cast(Number, _apply("power_of_two", number))


def radix_two(length: Number) -> Number:
    """How often 2 divides the length.

    >>> radix_two(24)
    3
    """
    return cast(Number, _apply("radix_two", length))


def radix_odd(length: Number) -> Number:
    """Σ (p − 1) over the odd prime factors of the length, repeated ones included.

    >>> radix_odd(18), radix_odd(8)
    (4, 0)
    """
    return cast(Number, _apply("radix_odd", length))


def equal(a: Number, b: Number) -> bool:
    """The condition a = b."""
    return cast(bool, _apply("==", a, b))


def agree(*numbers: Number) -> bool:
    """Whether all numbers are equal (everywhere, for arrays); of symbols, it is assumed from then on.

    >>> agree(3, 3, 3), agree(3, 4)
    (True, False)
    """
    return all(_holds(equal(numbers[0], number)) for number in numbers[1:])


def where(condition: bool, yes: Number, no: Number) -> Number:
    """`yes` where the condition holds, else `no`; both are computed."""
    return cast(Number, _apply("where", condition, yes, no))


def product(numbers: Iterable[Number]) -> Number:
    """All numbers multiplied; 1 if there are none.

    >>> product((3, 4))
    12
    """
    result: Number | None = None
    for number in numbers:
        result = number if result is None else result * number
    return 1 if result is None else result


def total(numbers: Iterable[Number]) -> Number:
    """All numbers added; 0 if there are none."""
    result: Number | None = None
    for number in numbers:
        result = number if result is None else result + number
    return 0 if result is None else result


def require(condition: Any, rule: str, hint: str = "", **values: Any) -> None:
    """Raise a ShapeError with this rule and these values unless the condition holds (everywhere, for arrays)."""
    if not _holds(condition):
        raise ShapeError(rule, hint=hint, values={name: _plain(value) for name, value in values.items()})


def _holds(condition: Any) -> bool:
    return condition if isinstance(condition, bool) else bool(condition.holds())


def _plain(value: Any) -> Any:
    return type(value)(map(_plain, value)) if isinstance(value, (tuple, list)) else value_of(value)
