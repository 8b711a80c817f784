"""Performs transposed and deformable convolutions, further pools, resampling and patches, one operation at a time."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import product
from typing import TypeAlias

from tests.laws.reference import Machine, Place, Values, Windows, places

Taps: TypeAlias = "Sequence[Sequence[tuple[int, float]]]"
"""Per output along an axis: the input positions that it reads, and their weights."""


def transposed(
    x: Place, kernel: Place, stride: Place, before: Place, dilation: Place
) -> list[tuple[Place, Place, Place]]:
    """Input place, kernel place, and the output place where their product lands."""
    return [
        (i, k, tuple(a * s + b * d - p for a, b, s, d, p in zip(i, k, stride, dilation, before, strict=True)))
        for i, k in product(places(x), places(kernel))
    ]


def conv_transpose(
    m: Machine,
    x: Values,
    weight: Values,
    bias: Values | None,
    size: Place,
    windows: tuple[Place, Place, Place],
    groups: int,
) -> Values:
    """Every input element times every weight, added up where they land; what is cropped is multiplied too."""
    channels, made = weight.shape[0] // groups, weight.shape[1]
    landing = transposed(x.shape[2:], weight.shape[2:], *windows)
    found: defaultdict[Place, list[float]] = defaultdict(list)
    for n, c, o in product(range(x.shape[0]), range(weight.shape[0]), range(made)):
        for i, k, p in landing:
            value = m.multiply(x.at[(n, c, *i)], weight.at[(c, o, *k)])
            found[(n, c // channels * made + o, *p)].append(value)

    def element(place: Place) -> float:
        result = m.sum(found[place]) if place in found else 0.0
        return m.add(result, bias.at[(place[1],)]) if bias else result

    return Values.make((x.shape[0], made * groups, *size), element)


def fold(m: Machine, x: Values, channels: int, size: Place, windows: Windows) -> Values:
    """Columns laid back as windows, and added up where they overlap."""
    taps = [len(axis[0]) for axis in windows]
    found: defaultdict[Place, list[float]] = defaultdict(list)
    for n, c in product(range(x.shape[0]), range(channels)):
        for row, k in enumerate(places(taps)):
            for column, p in enumerate(places(map(len, windows))):
                place = tuple(axis[o][t] for axis, o, t in zip(windows, p, k, strict=True))
                found[(n, c, *place)].append(x.at[(n, c * math.prod(taps) + row, column)])
    return Values.make((x.shape[0], channels, *size), lambda place: m.sum(found[place]) if place in found else 0.0)


def p_norm(m: Machine, window: list[float], p: float) -> float:
    """(Σ |x|^p)^(1/p)."""
    powers = [m.do("power", m.do("absolute", abs(value)) ** p) for value in window]
    return m.do("power", m.sum(powers) ** (1 / p))


def kmax(m: Machine, x: Values, k: int, axis: int) -> Values:
    """The greatest, again and again, of what is left; in the order in which they stand."""

    def take(row: list[float]) -> list[float]:
        left = list(enumerate(row))
        for _ in range(k):
            best = left[0]
            for other in left[1:]:
                best = best if m.do("compare", best[1] >= other[1]) else other
            left.remove(best)
        return [value for place, value in enumerate(row) if (place, value) not in left]

    return rows(x, axis, k, take)


def rows(x: Values, axis: int, size: int, function: Callable[[list[float]], list[float]]) -> Values:
    """A function of every row along an axis, whose result has this size."""
    made: dict[Place, float] = {}
    for start in places((*x.shape[:axis], 1, *x.shape[axis + 1 :])):
        result = function([x.at[(*start[:axis], i, *start[axis + 1 :])] for i in range(x.shape[axis])])
        made |= {(*start[:axis], i, *start[axis + 1 :]): value for i, value in enumerate(result)}
    return Values((*x.shape[:axis], size, *x.shape[axis + 1 :]), made)


def fractional_positions(size: int, kernel: int, out: int, shift: float) -> list[list[int]]:
    """Windows shifted by a random number; the last one ends with the input."""
    alpha = (size - kernel) / (out - 1) if out > 1 else 0.0
    starts = [int((i + shift) * alpha) - int(shift * alpha) for i in range(out - 1)]
    return [[start + k for k in range(kernel)] for start in (*starts, size - kernel)]


def nearest_taps(size: int, out: int, step: float, exact: bool) -> list[list[tuple[int, float]]]:
    """The element at the place, or the one whose middle is nearest."""
    return [[(min(int((o + (0.5 if exact else 0.0)) * step), size - 1), 1.0)] for o in range(out)]


def source(o: int, size: int, out: int, step: float, aligned: bool) -> float:
    """Where an output lies between the inputs."""
    if aligned:
        return o * (size - 1) / (out - 1) if out > 1 else 0.0
    return (o + 0.5) * step - 0.5


def linear_taps(size: int, out: int, step: float, aligned: bool) -> list[list[tuple[int, float]]]:
    """Two neighbours; beyond the border it is the border again; as PyTorch, copies where the sizes are equal."""
    made, step = [], 1.0 if out == size else step
    for o in range(out):
        place = max(source(o, size, out, step, aligned), 0.0)
        low = min(int(place), size - 1)
        made.append([(low, 1 - (place - low)), (min(low + 1, size - 1), place - low)])
    return made


def cubic(t: float, a: float = -0.75) -> list[float]:
    """The weights of four neighbours, of which the second lies t before the place."""

    def far(d: float) -> float:
        return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a

    def near(d: float) -> float:
        return ((a + 2) * d - (a + 3)) * d * d + 1

    return [far(t + 1), near(t), near(1 - t), far(2 - t)]


def cubic_taps(size: int, out: int, step: float, aligned: bool) -> list[list[tuple[int, float]]]:
    """Four neighbours; beyond the border it is the border again."""
    made = []
    for o in range(out):
        place = source(o, size, out, step, aligned)
        low = math.floor(place)
        neighbours = (min(max(low + k, 0), size - 1) for k in (-1, 0, 1, 2))
        made.append(list(zip(neighbours, cubic(place - low), strict=True)))
    return made


def resample(m: Machine, x: Values, taps: Sequence[Taps]) -> Values:
    """The weighted sum of all neighbours; a single one is copied."""

    def element(place: Place) -> float:
        n, c, *p = place
        read = list(product(*(axis[o] for axis, o in zip(taps, p, strict=True))))
        if len(read) == 1:
            return x.at[(n, c, *(position for position, _ in read[0]))]
        values = (x.at[(n, c, *(position for position, _ in corner))] for corner in read)
        weights = (math.prod(weight for _, weight in corner) for corner in read)
        return m.sum([m.multiply(value, weight) for value, weight in zip(values, weights, strict=True)])

    return Values.make((*x.shape[:2], *map(len, taps)), element)


def corner_weights(m: Machine, fractions: Sequence[tuple[float, float]]) -> list[float]:
    """The weight of every corner: one factor per axis."""
    made = []
    for corner in product(*fractions):
        weight = corner[0]
        for factor in corner[1:]:
            weight = m.multiply(weight, factor)
        made.append(weight)
    return made


def between(m: Machine, place: float) -> tuple[int, tuple[float, float]]:
    """The neighbour before, and the weights of both."""
    low = m.do("round", math.floor(place))
    after = m.subtract(place, low)
    return int(low), (m.subtract(1.0, after), after)


def linear_at(m: Machine, x: Values, owner: Place, lows: Sequence[int], weights: Sequence[float]) -> float:
    """The weighted sum of the corners; what lies outside is zero."""
    corners = product(*((low, low + 1) for low in lows))
    values = [m.multiply(x.at.get((*owner, *corner), 0.0), w) for corner, w in zip(corners, weights, strict=True)]
    return m.sum(values)


def deform_conv(
    m: Machine,
    inputs: Sequence[Values],
    weight: Values,
    bias: Values | None,
    windows: Windows,
    groups: int,
    fields: int,
) -> Values:
    """Offsets added to the places of a convolution, what is read there, and the convolution of it."""
    x, offset = inputs[:2]
    mask = inputs[2] if len(inputs) == 3 else None
    taps, (height, width) = weight.shape[2:], map(len, windows)
    read: dict[Place, float] = {}
    for n, g, (row, k), p in product(
        range(x.shape[0]), range(fields), enumerate(places(taps)), places((height, width))
    ):
        shift = [offset.at[(n, (g * math.prod(taps) + row) * 2 + axis, *p)] for axis in range(2)]
        at = [m.add(axis[o][t], by) for axis, o, t, by in zip(windows, p, k, shift, strict=True)]
        lows, fractions = zip(*(between(m, place) for place in at), strict=True)
        weights = corner_weights(m, fractions)
        share = x.shape[1] // fields
        for c in range(g * share, (g + 1) * share):
            value = linear_at(m, x, (n, c), lows, weights)
            if mask:
                value = m.multiply(value, mask.at[(n, g * math.prod(taps) + row, *p)])
            read[(n, c, *k, *p)] = value
    per_group, made = weight.shape[1], weight.shape[0] // groups

    def element(place: Place) -> float:
        n, o, *p = place
        group = range(o // made * per_group, (o // made + 1) * per_group)
        products = [
            m.multiply(weight.at[(o, i, *k)], read[(n, c, *k, *p)]) for i, c in enumerate(group) for k in places(taps)
        ]
        result = m.sum(products)
        return m.add(result, bias.at[(o,)]) if bias else result

    return Values.make((x.shape[0], weight.shape[0], height, width), element)


def placed(m: Machine, g: float, size: int, aligned: bool) -> float:
    """From −1 … 1 to a place between the elements."""
    scaled = m.multiply(m.add(g, 1.0), (size - 1) / 2 if aligned else size / 2)
    return scaled if aligned else m.subtract(scaled, 0.5)


def bounded(m: Machine, place: float, size: int, mode: str, aligned: bool) -> float:
    """Brought into the input."""
    if mode == "zeros":
        return place
    if mode == "reflection":
        low, span = (0.0, size - 1.0) if aligned else (-0.5, float(size))
        apart = m.do("absolute", abs(m.subtract(place, low)))
        turns = m.do("round", math.floor(m.divide(apart, span)))
        rest = m.subtract(apart, m.multiply(turns, span))
        back = m.subtract(span, rest)
        even = m.do("compare", m.do("remainder", turns % 2) == 0)
        place = m.add(rest if even else back, low)
    return m.less(m.greater(place, 0.0), size - 1.0)


def counted_cubic(m: Machine, t: float, a: float = -0.75) -> list[float]:
    """The weights of four neighbours."""

    def far(d: float) -> float:
        inner = m.add(m.multiply(m.subtract(m.multiply(a, d), 5 * a), d), 8 * a)
        return m.subtract(m.multiply(inner, d), 4 * a)

    def near(d: float) -> float:
        inner = m.multiply(m.subtract(m.multiply(a + 2, d), a + 3), d)
        return m.add(m.multiply(inner, d), 1.0)

    other = m.subtract(1.0, t)
    return [far(m.add(t, 1.0)), near(t), near(other), far(m.add(other, 1.0))]


def weighted(m: Machine, values: Sequence[float], weights: Sequence[float]) -> float:
    return m.sum([m.multiply(value, weight) for value, weight in zip(values, weights, strict=True)])


def grid_sample(m: Machine, x: Values, grid: Values, mode: str, outside: str, aligned: bool) -> Values:
    """Every place of the grid, and for every channel what is read there."""
    axes, made = len(x.shape) - 2, {}
    for n, *p in places(grid.shape[:-1]):
        sizes = x.shape[2:]
        at = [placed(m, grid.at[(n, *p, axes - 1 - axis)], sizes[axis], aligned) for axis in range(axes)]
        read = _reader(m, x, at, mode, outside, aligned)
        for c in range(x.shape[1]):
            made[(n, c, *p)] = read((n, c))
    return Values((*x.shape[:2], *grid.shape[1:-1]), made)


def _reader(m: Machine, x: Values, at: list[float], mode: str, outside: str, aligned: bool) -> Callable[[Place], float]:
    sizes = x.shape[2:]
    if mode == "bicubic":
        return _cubic_reader(m, x, at, outside, aligned)
    at = [bounded(m, place, size, outside, aligned) for place, size in zip(at, sizes, strict=True)]
    if mode == "nearest":
        nearest = tuple(int(m.do("round", round(place))) for place in at)
        return lambda owner: x.at.get((*owner, *nearest), 0.0)
    lows, fractions = zip(*(between(m, place) for place in at), strict=True)
    weights = corner_weights(m, fractions)
    return lambda owner: linear_at(m, x, owner, lows, weights)


def _cubic_reader(m: Machine, x: Values, at: list[float], outside: str, aligned: bool) -> Callable[[Place], float]:
    neighbours, weights = [], []
    for place, size in zip(at, x.shape[2:], strict=True):
        low = m.do("round", math.floor(place))
        weights.append(counted_cubic(m, m.subtract(place, low)))
        taps = (bounded(m, low + k, size, outside, aligned) for k in (-1, 0, 1, 2))
        neighbours.append([int(tap) for tap in taps])

    def read(owner: Place) -> float:
        rows_ = [[x.at.get((*owner, i, j), 0.0) for j in neighbours[1]] for i in neighbours[0]]
        return weighted(m, [weighted(m, row, weights[1]) for row in rows_], weights[0])

    return read
