"""A tiny interpreter that really performs the operators, one primitive operation at a time, and counts them.

Plain Python loops over tiny tensors, written from the equations and not from the rules: nothing of netledger is used.
Windows are performed whole: what lies outside of the input is an explicit zero (or −∞ for a maximum).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import product
from typing import Any, TypeAlias

Place: TypeAlias = tuple[int, ...]
Windows: TypeAlias = Sequence[Sequence[Sequence[int]]]
"""Per axis, per output position: the input positions that are read; some may lie outside of the input."""


@dataclass(frozen=True)
class Values:
    """A tensor with its elements, by place."""

    shape: Place
    at: Mapping[Place, float]

    @classmethod
    def make(cls, shape: Iterable[int], element: Callable[[Place], float]) -> Values:
        """Compute every element."""
        sizes = tuple(shape)
        return cls(sizes, {place: element(place) for place in places(sizes)})

    def nested(self) -> Any:
        """The elements as nested lists."""

        def part(prefix: Place) -> Any:
            if len(prefix) == len(self.shape):
                return self.at[prefix]
            return [part((*prefix, index)) for index in range(self.shape[len(prefix)])]

        return part(())


def places(shape: Iterable[int]) -> Iterable[Place]:
    """Every place of a tensor."""
    return product(*map(range, shape))


@dataclass
class Machine:
    """Performs primitive operations, and counts each."""

    counts: Counter[str] = field(default_factory=Counter)

    def do(self, action: str, result: float) -> float:
        """One operation of this kind."""
        self.counts[action] += 1
        return result

    def multiply(self, a: float, b: float) -> float:
        return self.do("multiply", a * b)

    def add(self, a: float, b: float) -> float:
        return self.do("add", a + b)

    def subtract(self, a: float, b: float) -> float:
        return self.do("subtract", a - b)

    def divide(self, a: float, b: float) -> float:
        return self.do("divide", a / b)

    def greater(self, a: float, b: float) -> float:
        return self.do("compare", max(a, b))

    def less(self, a: float, b: float) -> float:
        return self.do("compare", min(a, b))

    def exponential(self, a: float) -> float:
        return self.do("exponential", math.exp(a))

    def sum(self, numbers: Iterable[float]) -> float:
        """Added one to the other: one addition less than there are numbers."""
        return reduce(self.add, numbers)

    def mean(self, numbers: Sequence[float], members: int) -> float:
        return self.divide(self.sum(numbers), members)

    def greatest(self, numbers: Iterable[float]) -> float:
        return reduce(self.greater, numbers)


def positions(size: int, kernel: int, stride: int, pads: Any, dilation: int, ceil: bool, clip: bool) -> list[list[int]]:
    """The windows along one axis, found by sliding: each is the list of positions that it reads."""
    reach = dilation * (kernel - 1)
    if pads == "same":
        before, starts = _same(size, stride, reach)
        return [[start - before + dilation * k for k in range(kernel)] for start in starts]
    before, after = pads
    found, start = [], -before
    while start + reach < size + after:
        found.append(start)
        start += stride
    if ceil and found_end(found, reach, before) < size + after - 1:
        found.append(start)
    if ceil and clip and found[-1] >= size:
        found.pop()
    return [[start + dilation * k for k in range(kernel)] for start in found]


def found_end(starts: list[int], reach: int, before: int) -> int:
    """The last position that a window reads so far."""
    return starts[-1] + reach if starts else -before - 1


def _same(size: int, stride: int, reach: int) -> tuple[int, range]:
    """Padding before, and window starts in the padded input: one window per stride begun."""
    starts = range(0, size, stride)
    return max(starts[-1] + reach + 1 - size, 0) // 2, starts


def convolution(m: Machine, x: Values, weight: Values, bias: Values | None, windows: Windows, groups: int) -> Values:
    """y[n, o, p] = b[o] + Σ_c Σ_k w[o, c, k] · x[n, group(o)·C_in/G + c, window p at k]."""
    per_group, made = weight.shape[1], weight.shape[0] // groups

    def element(place: Place) -> float:
        n, o, *p = place
        read = [axis[position] for axis, position in zip(windows, p, strict=True)]
        products = []
        for c, *k in places(weight.shape[1:]):
            source = (n, o // made * per_group + c, *(window[i] for window, i in zip(read, k, strict=True)))
            products.append(m.multiply(weight.at[(o, c, *k)], x.at.get(source, 0.0)))
        result = m.sum(products)
        return m.add(result, bias.at[(o,)]) if bias else result

    return Values.make((x.shape[0], weight.shape[0], *map(len, windows)), element)


def pooling(x: Values, windows: Windows, outside: float, fold: Callable[[list[float]], float]) -> Values:
    """Every window of every channel folded into one element."""

    def element(place: Place) -> float:
        n, c, *p = place
        read = product(*(axis[position] for axis, position in zip(windows, p, strict=True)))
        return fold([x.at.get((n, c, *source), outside) for source in read])

    return Values.make((*x.shape[:2], *map(len, windows)), element)


def adaptive_positions(size: int, out: int) -> list[list[int]]:
    """Window i reads from ⌊i·in/out⌋ up to ⌈(i + 1)·in/out⌉ − 1."""
    return [list(range(math.floor(i * size / out), math.ceil((i + 1) * size / out))) for i in range(out)]


def linear(m: Machine, x: Values, weight: Values, bias: Values | None) -> Values:
    """y = x·Wᵀ + b along the last axis."""

    def element(place: Place) -> float:
        *row, o = place
        result = m.sum(m.multiply(x.at[(*row, i)], weight.at[(o, i)]) for i in range(x.shape[-1]))
        return m.add(result, bias.at[(o,)]) if bias else result

    return Values.make((*x.shape[:-1], weight.shape[0]), element)


def softmax(m: Machine, x: Values, axis: int) -> Values:
    """exp(x − greatest) divided by their sum, row by row."""
    made: dict[Place, float] = {}
    for start in places((*x.shape[:axis], 1, *x.shape[axis + 1 :])):
        row = [(*start[:axis], i, *start[axis + 1 :]) for i in range(x.shape[axis])]
        greatest = m.greatest(x.at[place] for place in row)
        powers = [m.exponential(m.subtract(x.at[place], greatest)) for place in row]
        whole = m.sum(powers)
        made |= {place: m.divide(power, whole) for place, power in zip(row, powers, strict=True)}
    return Values(x.shape, made)


def joined(inputs: Sequence[Values], combine: Callable[[float, float], float]) -> Values:
    """One input after the other, each broadcast against what there is."""

    def pair(a: Values, b: Values) -> Values:
        rank = max(len(a.shape), len(b.shape))
        shape = tuple(map(max, _lengthened(a.shape, rank), _lengthened(b.shape, rank)))
        return Values.make(shape, lambda place: combine(_broadcast(a, place), _broadcast(b, place)))

    return reduce(pair, inputs)


def _lengthened(shape: Place, rank: int) -> Place:
    return (1,) * (rank - len(shape)) + shape


def _broadcast(x: Values, place: Place) -> float:
    mine = place[len(place) - len(x.shape) :]
    return x.at[tuple(0 if size == 1 else index for index, size in zip(mine, x.shape, strict=True))]


def local_response_norm(m: Machine, x: Values, size: int, alpha: float, beta: float, k: float) -> Values:
    """x / (k + α·Σ x²)^β over `size` channels; α is divided by the size beforehand, as torch does."""
    squares = Values.make(x.shape, lambda place: m.multiply(x.at[place], x.at[place]))

    def element(place: Place) -> float:
        n, c, *p = place
        around = m.sum(squares.at.get((n, other, *p), 0.0) for other in range(c - size // 2, c - size // 2 + size))
        base = m.add(m.multiply(alpha / size, around), k)
        return m.divide(x.at[place], m.do("power", base**beta))

    return Values.make(x.shape, element)


def batch_statistics(m: Machine, x: Values) -> tuple[Values, Values]:
    """Mean and (biased) variance of each channel, over all its elements."""
    mean, variance = {}, {}
    for channel in places(x.shape[1:2]):
        own = [x.at[place] for place in places(x.shape) if place[1:2] == channel]
        mean[channel] = m.mean(own, len(own))
        apart = [m.subtract(value, mean[channel]) for value in own]
        variance[channel] = m.mean([m.multiply(value, value) for value in apart], len(own))
    return Values(x.shape[1:2], mean), Values(x.shape[1:2], variance)


def batch_norm(m: Machine, x: Values, statistics: Sequence[Values], eps: float, scaled: bool, shifted: bool) -> Values:
    """x·a + b with a = scale / √(var + ε) and b = shift − mean·a; without a scale a = r, without a shift −."""
    mean, variance, scale, shift = (values.at for values in statistics)
    factors, offsets = {}, {}
    for place in places(x.shape[1:2]):
        root = m.do("reciprocal square root", m.add(variance[place], eps) ** -0.5)
        factors[place] = m.multiply(scale[place], root) if scaled else root
        offset = m.multiply(mean[place], factors[place])
        offsets[place] = m.subtract(shift[place], offset) if shifted else offset

    def element(place: Place) -> float:
        channel = place[1:2]
        product = m.multiply(x.at[place], factors[channel])
        return (m.add if shifted else m.subtract)(product, offsets[channel])

    return Values.make(x.shape, element)


def sigmoid(m: Machine, x: float) -> float:
    """1 / (1 + exp(−x))."""
    return m.divide(1.0, m.add(1.0, m.exponential(m.do("negate", -x))))


def hard_sigmoid_times_6(m: Machine, x: float) -> float:
    """min(max(x + 3, 0), 6)."""
    return m.less(m.greater(m.add(x, 3.0), 0.0), 6.0)


def leaky(m: Machine, x: float, slope: float = 0.01) -> float:
    """x if x > 0, else slope·x; both are there to choose from."""
    other = m.multiply(slope, x)
    return m.do("compare", x if x > 0 else other)


def gelu(m: Machine, x: float) -> float:
    """0.5·x·(1 + erf(x/√2)); a division by a constant is a multiplication."""
    inner = m.do("erf", math.erf(m.multiply(x, 1 / math.sqrt(2))))
    return m.multiply(m.multiply(0.5, x), m.add(1.0, inner))


def gelu_tanh(m: Machine, x: float) -> float:
    """0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))."""
    cube = m.multiply(m.multiply(x, x), x)
    inner = m.multiply(math.sqrt(2 / math.pi), m.add(x, m.multiply(0.044715, cube)))
    return m.multiply(m.multiply(0.5, x), m.add(1.0, m.do("tanh", math.tanh(inner))))


ACTIVATIONS: dict[str, Callable[[Machine, float], float]] = {
    "relu": lambda m, x: m.greater(x, 0.0),
    "relu6": lambda m, x: m.less(m.greater(x, 0.0), 6.0),
    "leaky_relu": leaky,
    "sigmoid": sigmoid,
    "tanh": lambda m, x: m.do("tanh", math.tanh(x)),
    "silu": lambda m, x: m.multiply(x, sigmoid(m, x)),
    "hardsigmoid": lambda m, x: m.divide(hard_sigmoid_times_6(m, x), 6.0),
    "hardswish": lambda m, x: m.divide(m.multiply(x, hard_sigmoid_times_6(m, x)), 6.0),
    "gelu": gelu,
}
"""The activations of one element, by kind."""


def elementwise(m: Machine, x: Values, function: Callable[[Machine, float], float]) -> Values:
    """A function of every element."""
    return Values.make(x.shape, lambda place: function(m, x.at[place]))
