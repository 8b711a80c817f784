"""Performs norms and activations, one operation at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from tests.laws.reference import Machine, Place, Values, places, sigmoid

Function = Callable[[Machine, float], float]


def normalised(m: Machine, row: Sequence[float], eps: float) -> list[float]:
    """(x − mean) / √(var + ε)."""
    mean = m.mean(row, len(row))
    apart = [m.subtract(value, mean) for value in row]
    variance = m.mean([m.multiply(value, value) for value in apart], len(row))
    root = m.do("reciprocal square root", m.add(variance, eps) ** -0.5)
    return [m.multiply(value, root) for value in apart]


def by_root_mean_square(m: Machine, row: Sequence[float], eps: float) -> list[float]:
    """x / √(ms + ε)."""
    square = m.mean([m.multiply(value, value) for value in row], len(row))
    root = m.do("reciprocal square root", m.add(square, eps) ** -0.5)
    return [m.multiply(value, root) for value in row]


def by_rows(
    m: Machine,
    x: Values,
    row_of: Callable[[Place], Place],
    normalise: Callable[[Machine, Sequence[float], float], list[float]],
    eps: float,
) -> Values:
    """Every row on its own; places of the same `row_of` make a row."""
    rows: dict[Place, list[Place]] = {}
    for place in places(x.shape):
        rows.setdefault(row_of(place), []).append(place)
    made: dict[Place, float] = {}
    for row in rows.values():
        values = normalise(m, [x.at[place] for place in row], eps)
        made |= dict(zip(row, values, strict=True))
    return Values(x.shape, made)


def affine(
    m: Machine, x: Values, scale: Values | None, shift: Values | None, owner: Callable[[Place], Place]
) -> Values:
    """x · scale + shift, of the owner of each place."""

    def element(place: Place) -> float:
        value = m.multiply(x.at[place], scale.at[owner(place)]) if scale else x.at[place]
        return m.add(value, shift.at[owner(place)]) if shift else value

    return Values.make(x.shape, element)


def chosen(m: Machine, condition: bool, yes: float, no: float) -> float:
    """One of two that are both there."""
    return m.do("compare", yes if condition else no)


def softplus(m: Machine, x: float) -> float:
    """log(1 + exp(x))."""
    return m.do("logarithm", math.log(m.add(1.0, m.exponential(x))))


def full_softplus(m: Machine, x: float, beta: float = 1.0, threshold: float = 20.0) -> float:
    scaled = m.multiply(beta, x)
    return chosen(m, scaled > threshold, x, m.divide(softplus(m, scaled), beta))


def soft_shrink(m: Machine, x: float, lambd: float = 0.5) -> float:
    less, more = m.subtract(x, lambd), m.add(x, lambd)
    return chosen(m, x > lambd, less, chosen(m, x < -lambd, more, 0.0))


def elu(m: Machine, x: float, alpha: float) -> float:
    return m.multiply(alpha, m.subtract(m.exponential(x), 1.0))


def selu(m: Machine, x: float) -> float:
    alpha, scale = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946
    return m.multiply(scale, chosen(m, x > 0, x, elu(m, x, alpha)))


def sparse_plus(m: Machine, x: float) -> float:
    more = m.add(x, 1.0)
    middle = m.multiply(m.multiply(more, more), 0.25)
    return chosen(m, x <= -1, 0.0, chosen(m, x >= 1, x, middle))


def square_plus(m: Machine, x: float, b: float = 4.0) -> float:
    root = m.do("square root", math.sqrt(m.add(m.multiply(x, x), b)))
    return m.divide(m.add(x, root), 2.0)


def tanh(m: Machine, x: float) -> float:
    return m.do("tanh", math.tanh(x))


def negate(m: Machine, x: float) -> float:
    return m.do("negate", -x)


ACTIVATIONS: dict[str, Function] = {
    "rrelu": lambda m, x: chosen(m, x > 0, x, m.multiply((1 / 8 + 1 / 3) / 2, x)),
    "thresholded_relu": lambda m, x: chosen(m, x > 1.0, x, 0.0),
    "hardtanh": lambda m, x: m.less(m.greater(x, -1.0), 1.0),
    "hardshrink": lambda m, x: chosen(m, m.do("absolute", abs(x)) > 0.5, x, 0.0),
    "softshrink": soft_shrink,
    "elu": lambda m, x: chosen(m, x > 0, x, elu(m, x, 1.0)),
    "selu": selu,
    "celu": lambda m, x: chosen(m, x > 0, x, m.multiply(1.0, m.subtract(m.exponential(m.divide(x, 1.0)), 1.0))),
    "sparse_plus": sparse_plus,
    "sparse_sigmoid": lambda m, x: m.less(m.greater(m.multiply(0.5, m.add(x, 1.0)), 0.0), 1.0),
    "logsigmoid": lambda m, x: negate(m, softplus(m, negate(m, x))),
    "tanhshrink": lambda m, x: m.subtract(x, tanh(m, x)),
    "stanh": lambda m, x: m.multiply(1.7159, tanh(m, m.multiply(0.67, x))),
    "softplus": full_softplus,
    "mish": lambda m, x: m.multiply(x, tanh(m, softplus(m, x))),
    "softsign": lambda m, x: m.divide(x, m.add(1.0, m.do("absolute", abs(x)))),
    "squareplus": square_plus,
    "exponential": lambda m, x: m.exponential(x),
}
"""The activations of one element, by kind, with their usual attributes."""


def sloped_sigmoid(m: Machine, x: float, slope: float, offset: float) -> float:
    """min(max(slope·x + offset, 0), 1)."""
    return m.less(m.greater(m.add(m.multiply(slope, x), offset), 0.0), 1.0)


def prelu(m: Machine, x: Values, weight: Values, owner: Callable[[Place], Place]) -> Values:
    """x if x > 0, else the slope of its owner times x."""
    return Values.make(
        x.shape,
        lambda place: chosen(m, x.at[place] > 0, x.at[place], m.multiply(weight.at[owner(place)], x.at[place])),
    )


def glu(m: Machine, row: Sequence[float]) -> list[float]:
    """One half gated by the other."""
    half = len(row) // 2
    return [m.multiply(a, sigmoid(m, b)) for a, b in zip(row[:half], row[half:], strict=True)]


def maxout(m: Machine, row: Sequence[float], groups: int) -> list[float]:
    """The greatest of every group of neighbours."""
    return [m.greatest(row[start : start + groups]) for start in range(0, len(row), groups)]


def powers(m: Machine, row: Iterable[float]) -> tuple[list[float], list[float]]:
    """Differences from the greatest, and their exponentials."""
    row = list(row)
    greatest = m.greatest(row)
    apart = [m.subtract(value, greatest) for value in row]
    return apart, [m.exponential(value) for value in apart]


def softmin(m: Machine, row: Sequence[float]) -> list[float]:
    """Softmax of −x."""
    _, found = powers(m, [negate(m, value) for value in row])
    whole = m.sum(found)
    return [m.divide(power, whole) for power in found]


def log_softmax(m: Machine, row: Sequence[float]) -> list[float]:
    """(x − greatest) − log of the sum of exponentials."""
    apart, found = powers(m, row)
    whole = m.do("logarithm", math.log(m.sum(found)))
    return [m.subtract(value, whole) for value in apart]


def sparsemax(m: Machine, row: Sequence[float]) -> list[float]:
    """Selection sort, sums, the last place that passes the test, and the differences from τ."""
    left, order = list(row), []
    while left:
        best = 0
        for other in range(1, len(left)):
            best = int(chosen(m, left[other] > left[best], other, best))
        order.append(left.pop(best))
    sums = order[:1]
    for value in order[1:]:
        sums.append(m.add(sums[-1], value))
    passed = [
        bool(m.do("compare", m.add(1.0, m.multiply(k, z)) > whole))
        for k, (z, whole) in enumerate(zip(order, sums, strict=True), 1)
    ]
    k = max(place for place, test in enumerate(passed, 1) if test)
    tau = m.divide(m.subtract(sums[k - 1], 1.0), k)
    return [m.greater(m.subtract(value, tau), 0.0) for value in row]
