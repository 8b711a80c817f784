"""The interpreter of functions, arithmetic and what works along axes: reductions, sorting, transforms."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Sequence
from functools import reduce
from itertools import accumulate
from typing import Any

from tests.laws.reference import Machine, Place, Values, places

Function = Callable[[Machine, float], float]


def _one(action: str, function: Callable[[float], float]) -> Function:
    return lambda m, x: m.do(action, function(x))


def _root(m: Machine, x: float) -> float:
    return m.do("square root", math.sqrt(x))


def _log(m: Machine, x: float) -> float:
    return m.do("logarithm", math.log(x))


def _sign(m: Machine, x: float) -> float:
    return m.subtract(m.do("compare", float(x > 0)), m.do("compare", float(x < 0)))


def _hyperbolic(join: Callable[[Machine, float, float], float]) -> Function:
    def function(m: Machine, x: float) -> float:
        power = m.exponential(x)
        return m.multiply(0.5, join(m, power, m.divide(1.0, power)))

    return function


FUNCTIONS: dict[str, Function] = {
    "abs": _one("absolute", abs),
    "negate": _one("negate", lambda x: -x),
    "sign": _sign,
    "floor": _one("round", math.floor),
    "ceil": _one("round", math.ceil),
    "round": _one("round", round),
    "trunc": _one("round", math.trunc),
    "frac": lambda m, x: m.subtract(x, m.do("round", math.trunc(x))),
    "square": lambda m, x: m.multiply(x, x),
    "reciprocal": lambda m, x: m.divide(1.0, x),
    "sqrt": _root,
    "rsqrt": _one("reciprocal square root", lambda x: x**-0.5),
    "exp": Machine.exponential,
    "exp2": _one("exponential", lambda x: 2**x),
    "expm1": lambda m, x: m.subtract(m.exponential(x), 1.0),
    "log": _log,
    "log2": _one("logarithm", math.log2),
    "log10": _one("logarithm", math.log10),
    "log1p": lambda m, x: _log(m, m.add(1.0, x)),
    "erf": _one("erf", math.erf),
    "erfc": lambda m, x: m.subtract(1.0, m.do("erf", math.erf(x))),
    "sin": _one("sine", math.sin),
    "cos": _one("cosine", math.cos),
    "tan": _one("tangent", math.tan),
    "asin": _one("arcsine", math.asin),
    "acos": _one("arccosine", math.acos),
    "atan": _one("arctangent", math.atan),
    "sinh": _hyperbolic(Machine.subtract),
    "cosh": _hyperbolic(Machine.add),
    "asinh": lambda m, x: _log(m, m.add(x, _root(m, m.add(m.multiply(x, x), 1.0)))),
    "acosh": lambda m, x: _log(m, m.add(x, _root(m, m.subtract(m.multiply(x, x), 1.0)))),
    "atanh": lambda m, x: m.multiply(0.5, _log(m, m.divide(m.add(1.0, x), m.subtract(1.0, x)))),
    "logical_not": _one("logical", lambda x: float(not x)),
}

Pair = Callable[[Machine, float, float], float]


def _two(action: str, function: Callable[[float, float], float]) -> Pair:
    return lambda m, a, b: m.do(action, function(a, b))


PAIRS: dict[str, Pair] = {
    "add": Machine.add,
    "multiply": Machine.multiply,
    "subtract": Machine.subtract,
    "divide": Machine.divide,
    "floor_divide": lambda m, a, b: m.do("round", math.floor(m.divide(a, b))),
    "remainder": _two("remainder", lambda a, b: a - b * math.floor(a / b)),
    "power": _two("power", lambda a, b: a**b),
    "atan2": _two("arctangent", math.atan2),
    "maximum": Machine.greater,
    "minimum": Machine.less,
    "equal": _two("compare", lambda a, b: float(a == b)),
    "not_equal": _two("compare", lambda a, b: float(a != b)),
    "less": _two("compare", lambda a, b: float(a < b)),
    "less_equal": _two("compare", lambda a, b: float(a <= b)),
    "greater": _two("compare", lambda a, b: float(a > b)),
    "greater_equal": _two("compare", lambda a, b: float(a >= b)),
    "logical_and": _two("logical", lambda a, b: float(bool(a) and bool(b))),
    "logical_or": _two("logical", lambda a, b: float(bool(a) or bool(b))),
    "logical_xor": _two("logical", lambda a, b: float(bool(a) != bool(b))),
}


def _variance(m: Machine, row: Sequence[float], correction: float) -> float:
    mean = m.mean(row, len(row))
    apart = [m.subtract(value, mean) for value in row]
    return m.divide(m.sum(m.multiply(value, value) for value in apart), len(row) - correction)


def _norm(m: Machine, row: Sequence[float], p: float) -> float:
    if p == 2:
        return _root(m, m.sum(m.multiply(value, value) for value in row))
    sizes = [m.do("absolute", abs(value)) for value in row]
    if p == 1:
        return m.sum(sizes)
    return m.do("power", m.sum(m.do("power", value**p) for value in sizes) ** (1 / p))


def _logsumexp(m: Machine, row: Sequence[float]) -> float:
    greatest = m.greatest(row)
    return m.add(greatest, _log(m, m.sum(m.exponential(m.subtract(value, greatest)) for value in row)))


Fold = Callable[[Machine, Any, list[float]], float]

REDUCTIONS: dict[str, Fold] = {
    "sum": lambda m, op, row: m.sum(row),
    "mean": lambda m, op, row: m.mean(row, len(row)),
    "max": lambda m, op, row: m.greatest(row),
    "min": lambda m, op, row: reduce(m.less, row),
    "prod": lambda m, op, row: reduce(m.multiply, row),
    "var": lambda m, op, row: _variance(m, row, op.correction),
    "std": lambda m, op, row: _root(m, _variance(m, row, op.correction)),
    "norm": lambda m, op, row: _norm(m, row, op.p),
    "logsumexp": lambda m, op, row: _logsumexp(m, row),
    "any": lambda m, op, row: reduce(lambda a, b: m.do("logical", float(bool(a) or bool(b))), map(_truth, row)),
    "all": lambda m, op, row: reduce(lambda a, b: m.do("logical", float(bool(a) and bool(b))), map(_truth, row)),
    "count_nonzero": lambda m, op, row: m.sum(m.do("compare", float(value != 0)) for value in row),
}


def _truth(value: float) -> float:
    return float(bool(value))


def reduced(x: Values, axes: Sequence[int], keepdims: bool, fold: Callable[[list[float]], float]) -> Values:
    """Every row along some axes folded into one element."""
    rows: dict[Place, list[float]] = {}
    for place in places(x.shape):
        kept = tuple(0 if axis in axes else index for axis, index in enumerate(place))
        rows.setdefault(kept, []).append(x.at[place])
    made = {place: fold(row) for place, row in rows.items()}
    shape = tuple(1 if axis in axes else size for axis, size in enumerate(x.shape))
    if keepdims:
        return Values(shape, made)

    def without(place: Place) -> Place:
        return tuple(index for axis, index in enumerate(place) if axis not in axes)

    return Values(without(x.shape), {without(place): value for place, value in made.items()})


Along = Callable[[list[Any]], list[Any]]


def along(x: Values, axis: int, work: Along) -> Values:
    """Every row along one axis made into another."""
    made: dict[Place, Any] = {}
    length = 0
    for start in places((*x.shape[:axis], 1, *x.shape[axis + 1 :])):
        row = work([x.at[(*start[:axis], i, *start[axis + 1 :])] for i in range(x.shape[axis])])
        length = len(row)
        made |= {(*start[:axis], i, *start[axis + 1 :]): value for i, value in enumerate(row)}
    return Values((*x.shape[:axis], length, *x.shape[axis + 1 :]), made)


def logcumsumexp(m: Machine, row: list[float]) -> list[float]:
    greatest = m.greatest(row)
    sums = accumulate([m.exponential(m.subtract(value, greatest)) for value in row], m.add)
    return [m.add(greatest, _log(m, value)) for value in sums]


CUMULATING: dict[str, Callable[[Machine, list[float]], list[float]]] = {
    "cumsum": lambda m, row: list(accumulate(row, m.add)),
    "cumprod": lambda m, row: list(accumulate(row, m.multiply)),
    "cummax": lambda m, row: list(accumulate(row, m.greater)),
    "cummin": lambda m, row: list(accumulate(row, m.less)),
    "logcumsumexp": logcumsumexp,
}


def merge_sort(m: Machine, row: list[float]) -> list[float]:
    """Halves sorted, then merged; equal elements keep their order."""
    if len(row) == 1:
        return row
    half = len(row) // 2
    left, right = merge_sort(m, row[:half]), merge_sort(m, row[half:])
    made = []
    while left and right:
        m.do("compare", 0.0)
        made.append(left.pop(0) if left[0] <= right[0] else right.pop(0))
    return made + left + right


def worst_row(row: list[float]) -> list[float]:
    """An order of sorted elements for which every merge goes on to the last element."""
    if len(row) == 1:
        return row
    return worst_row(row[1::2]) + worst_row(row[0::2])


def selection(m: Machine, row: list[float], k: int, largest: bool) -> list[float]:
    """The greatest of all, then of the rest."""
    left, made = list(row), []
    for _ in range(k):
        best = reduce(m.greater if largest else m.less, left)
        left.remove(best)
        made.append(best)
    return made


def _complex_add(m: Machine, a: complex, b: complex) -> complex:
    return complex(m.add(a.real, b.real), m.add(a.imag, b.imag))


def _complex_multiply(m: Machine, a: complex, b: complex) -> complex:
    real = m.add(m.multiply(a.real, b.real), -m.multiply(a.imag, b.imag))
    return complex(real, m.add(m.multiply(a.real, b.imag), m.multiply(a.imag, b.real)))


def cooley_tukey(m: Machine, row: list[complex], sign: int) -> list[complex]:
    """Transforms of every p-th element, put together by p times n/p butterflies."""
    n = len(row)
    prime = next((p for p in range(2, n + 1) if n % p == 0), 1)
    if prime == 1:
        return row
    parts = [cooley_tukey(m, row[start::prime], sign) for start in range(prime)]
    made = [0j] * n
    for k in range(n // prime if prime == 2 else n):
        first, *rest = (part[k % (n // prime)] for part in parts)
        turned = [
            _complex_multiply(m, value, cmath.exp(sign * 2j * cmath.pi * j * k / n)) for j, value in enumerate(rest, 1)
        ]
        made[k] = reduce(lambda a, b: _complex_add(m, a, b), turned, first)
        if prime == 2:
            made[k + n // 2] = _complex_add(m, first, -turned[0])
    return made


def fourier(m: Machine, x: Values, axes: Sequence[int], which: str, length: int) -> Values:
    """One axis after the other; a real transform is the complex one, of which a half is kept or given."""
    sign = -1 if which in ("fft", "rfft") else 1

    def turned(row: list[complex]) -> list[complex]:
        made = cooley_tukey(m, [complex(value) for value in row], sign)
        return made if sign < 0 else [_divided(m, value, len(made)) for value in made]

    if which == "rfft":
        x = along(x, axes[-1], lambda row: turned(row)[: len(row) // 2 + 1])
    for axis in axes if which in ("fft", "ifft") else axes[:-1]:
        x = along(x, axis, turned)
    if which == "irfft":
        x = along(x, axes[-1], lambda row: [value.real for value in turned(_mirrored(row, length))])
    return x


def _divided(m: Machine, value: complex, n: int) -> complex:
    return complex(m.multiply(value.real, 1 / n), m.multiply(value.imag, 1 / n))


def _mirrored(row: list[complex], length: int) -> list[complex]:
    """The other half of what real numbers are transformed to; what is its own mirror image is real."""
    kept = [row[k] if 2 * k < length and k else complex(row[k].real) for k in range(length // 2 + 1)]
    return [kept[k] if k < len(kept) else kept[length - k].conjugate() for k in range(length)]
