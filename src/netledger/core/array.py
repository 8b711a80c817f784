"""Whole arrays of integers as one number: a rule runs on a million configurations at once, and stays exact.

The values are a NumPy array of int64 while every result surely fits, and of Python integers from the
operation on that might not. Nothing here imports NumPy: an array brings its own operations.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, NamedTuple

from netledger.core.functions import FUNCTIONS
from netledger.core.number import Arithmetic

__all__ = ["Array"]

LIMIT = 2**63 - 1


class Array(Arithmetic):
    """Integers in bulk.

    Args:
        values: a NumPy array of integers (any integer dtype, or Python integers as objects).

    Raises:
        TypeError: if the values are not integers.

    """

    __slots__ = ("high", "low", "values")

    def __init__(self, values: Any) -> None:
        if values.dtype.kind not in "iubO":
            raise TypeError(f"an Array holds integers, not {values.dtype}")
        values = values.reshape(1) if values.ndim == 0 else values  # a single object would lose its dtype
        whole = values.dtype.kind in "uO"
        if whole and not all(isinstance(value, int) for value in values.astype(object).flat):
            raise TypeError("an Array holds integers, not other objects")
        self.values = values.astype(object) if whole else values.astype("int64")
        self.low = int(values.min()) if values.size else 0
        self.high = int(values.max()) if values.size else 0

    def apply(self, op: str, *args: Any) -> Array:
        """The result of an operation of `core.number.OPERATIONS`, element by element, broadcasting."""
        return _COMPUTE[op](*map(_array, args)) if op in _COMPUTE else _each(FUNCTIONS[op], args)

    def holds(self) -> bool:
        """Whether a condition is true everywhere."""
        return bool((self.values != 0).all())

    def __repr__(self) -> str:
        return f"Array({self.values!r})"


def _each(function: Callable[..., int], args: tuple[Any, ...]) -> Array:
    """A function of integers, element by element; a plain integer is the same everywhere."""
    whole = next(arg for arg in args if isinstance(arg, Array))
    zeros = whole.values.astype(object) * 0
    for arg in args:
        zeros = zeros + (arg.values.astype(object) * 0 if isinstance(arg, Array) else 0)
    columns = ((zeros + (arg.values if isinstance(arg, Array) else operator.index(arg))).flat for arg in args)
    zeros.flat = [function(*map(int, numbers)) for numbers in zip(*columns, strict=True)]
    return Array(zeros)


class _Scalar(NamedTuple):
    """A plain integer that meets an array."""

    values: int
    low: int
    high: int


def _array(number: Any) -> Any:
    if isinstance(number, (Array, _Scalar)):
        return number
    value = operator.index(number)  # a plain integer, also of what NumPy would wrap
    return _Scalar(value, value, value)


def _exact(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Array]:
    """An operation that is monotone in each operand, done on Python integers where int64 might not hold it."""

    def compute(a: Any, b: Any) -> Any:
        if isinstance(a, _Scalar) and isinstance(b, _Scalar):
            return _array(operation(a.values, b.values))
        corners = [operation(x, y) for x in (a.low, a.high) for y in _ends(operation, b)]
        if max(map(abs, [a.low, a.high, b.low, b.high, *corners])) <= LIMIT:
            return Array(operation(a.values, b.values))
        return Array(operation(_objects(a), _objects(b)))

    return compute


def _ends(operation: Callable[[Any, Any], Any], b: Any) -> tuple[int, ...]:
    if operation is not operator.floordiv:
        return b.low, b.high
    if _objects(b) == 0 if isinstance(b, _Scalar) else (b.values == 0).any():
        raise ZeroDivisionError("division by zero in an Array")
    return tuple(end for end in (b.low, b.high, -1, 1) if end and b.low <= end <= b.high)


def _objects(operand: Any) -> Any:
    return operand.values if isinstance(operand, _Scalar) else operand.values.astype(object)


_ADD, _SUBTRACT, _MULTIPLY = map(_exact, (operator.add, operator.sub, operator.mul))
_DIVIDE = _exact(operator.floordiv)


def _modulo(a: Any, b: Any) -> Array:
    return _SUBTRACT(a, _MULTIPLY(_DIVIDE(a, b), b))


def _ceil_div(a: Any, b: Any) -> Array:
    return -1 * _DIVIDE(_MULTIPLY(a, _array(-1)), b)


def _where(condition: Any, yes: Any, no: Any) -> Array:
    return _ADD(_MULTIPLY(condition, yes), _MULTIPLY(_SUBTRACT(_array(1), condition), no))


def _compare(comparison: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Array]:
    return lambda a, b: Array(comparison(a.values, b.values))


def _gcd(a: Any, b: Any) -> Array:
    zeros = _MULTIPLY(_SUBTRACT(a, b), _array(0))
    a, b = _ADD(a, zeros), _ADD(b, zeros)
    while not (done := _EQUAL(b, _array(0))).holds():
        rest = _modulo(a, _ADD(b, done))
        a, b = _where(done, a, b), _where(done, _array(0), rest)
    return _where(_LESS(a, _array(0)), _SUBTRACT(zeros, a), a)


_EQUAL, _LESS = _compare(operator.eq), _compare(operator.lt)

_COMPUTE: dict[str, Callable[..., Array]] = {
    "+": _ADD,
    "-": _SUBTRACT,
    "*": _MULTIPLY,
    "//": _DIVIDE,
    "%": _modulo,
    "<": _LESS,
    "<=": _compare(operator.le),
    ">": _compare(operator.gt),
    ">=": _compare(operator.ge),
    "==": _EQUAL,
    "min": lambda a, b: _where(_LESS(a, b), a, b),
    "max": lambda a, b: _where(_LESS(a, b), b, a),
    "gcd": _gcd,
    "ceil_div": _ceil_div,
    "over": _DIVIDE,
    "where": _where,
}
