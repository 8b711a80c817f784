"""Counting functions of integers that rules use besides arithmetic: each is one operation, with a meaning.

A formula writes them as calls, `reached(13, 28, 4, 2, 1, 1)`; MEANING says what that is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import gcd

from netledger.core.errors import ShapeError

__all__ = ["FUNCTIONS", "MEANING"]

MAX_CLASSES = 256
MAX_LENGTH = 2**24


def _landed(count: int, size: int, kernel: int, stride: int, dilation: int, before: int) -> int:
    def below(end: int) -> int:
        return _taps(count, end, kernel, stride, dilation)

    return below(size + before) - below(before)


def _taps(count: int, end: int, kernel: int, stride: int, dilation: int) -> int:
    """How many pairs (i, k) have i·S + k·D < end."""
    whole = min(max((end - 1 - (kernel - 1) * dilation) // stride + 1, 0), count)
    some = min(max((end - 1) // stride + 1, 0), count)
    last = end - 1 - (some - 1) * stride
    return whole * kernel + (some - whole) + _floor_sum(some - whole, stride, last, dilation)


def _floor_sum(count: int, step: int, start: int, divisor: int) -> int:
    """Σ ⌊(start + i·step) / divisor⌋ for i from 0 to count − 1, in logarithmic time, as Euclid's algorithm.

    Source: Graham, Knuth & Patashnik, Concrete Mathematics, 3.5
    """
    total = 0
    while count > 0:
        total += count * (count - 1) // 2 * (step // divisor) + count * (start // divisor)
        step, start = step % divisor, start % divisor
        top = start + step * count
        count, start, step, divisor = top // divisor, top % divisor, divisor, step
    return total


def _reached(count: int, size: int, kernel: int, stride: int, dilation: int, before: int) -> int:
    """The places i·S + k·D fall into classes modulo S; in each they are runs of neighbours, S apart."""
    common = gcd(stride, dilation)
    step, gap = stride // common, dilation // common
    low, high = -(-before // common), (before + size - 1) // common
    if gap == 1 and kernel >= step:
        return max(min(high, (count - 1) * step + kernel - 1) - max(low, 0) + 1, 0)
    classes = min(kernel, step)
    if gap == 1 or kernel <= step:
        return _landed(count, size, kernel, stride, dilation, before)  # no two taps meet
    if classes > MAX_CLASSES:
        raise ShapeError(
            "a dilated transposed convolution has a stride of at most 256",
            hint="Use a smaller stride or no dilation.",
            values={"kernel": kernel, "stride": stride, "dilation": dilation},
        )
    return sum(
        _class(count, (kernel - 1 - k) // step, gap, low - k * gap, high - k * gap, step) for k in range(classes)
    )


def _class(count: int, turns: int, gap: int, low: int, high: int, step: int) -> int:
    """How many numbers q = i + t·gap (i < count, t ≤ turns) have low ≤ q·step ≤ high."""
    first, last = -(-low // step), high // step
    if gap <= count:
        return max(min(last, turns * gap + count - 1) - max(first, 0) + 1, 0)
    return _landed(turns + 1, last - first + 1, count, gap, 1, first) if last >= first else 0


def _log2(number: int) -> int:
    return (number - 1).bit_length() if number > 0 else 0


def _power_of_two(number: int) -> int:
    return 1 << _log2(number)


def _radix_two(length: int) -> int:
    return (length & -length).bit_length() - 1


def _radix_odd(length: int) -> int:
    """By trial division, so the length is bounded."""
    if length > MAX_LENGTH:
        raise ShapeError("a transform has at most 2^24 elements along an axis", values={"length": length})
    rest, total, prime = length >> _radix_two(length), 0, 3
    while prime * prime <= rest:
        while rest % prime == 0:
            rest, total = rest // prime, total + prime - 1
        prime += 2
    return total + max(rest - 1, 0)


FUNCTIONS: dict[str, Callable[..., int]] = {
    "landed": _landed,
    "reached": _reached,
    "log2": _log2,
    "power_of_two": _power_of_two,
    "radix_two": _radix_two,
    "radix_odd": _radix_odd,
}
"""What each function computes, on plain integers."""

MEANING: Mapping[str, str] = {
    "landed": "landed(n, O, K, S, D, P): pairs (i < n, k < K) with 0 ≤ i·S + k·D − P < O",
    "reached": "reached(n, O, K, S, D, P): places o < O with o = i·S + k·D − P for some i < n, k < K",
    "log2": "log2(n): ⌈log₂ n⌉",
    "power_of_two": "power_of_two(n): 2^⌈log₂ n⌉",
    "radix_two": "radix_two(n): how often 2 divides n",
    "radix_odd": "radix_odd(n): Σ (p − 1) over the odd prime factors p of n, repeated ones included",
}
"""What each function means."""
