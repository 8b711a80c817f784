"""The counting functions against counting."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netledger.core.array import Array
from netledger.core.errors import ShapeError
from netledger.core.number import landed, log2, power_of_two, radix_odd, radix_two, reached
from tests.laws.draws import QUICK

WINDOWS = st.tuples(
    st.integers(1, 7), st.integers(1, 25), st.integers(1, 9), st.integers(1, 8), st.integers(1, 6), st.integers(0, 9)
)


def places(count: int, size: int, kernel: int, stride: int, dilation: int, before: int) -> list[int]:
    """Where every tap of every window lies, if inside."""
    found = (i * stride + k * dilation - before for i in range(count) for k in range(kernel))
    return [place for place in found if 0 <= place < size]


@QUICK
@given(WINDOWS)
def test_landed_and_reached(window: tuple[int, int, int, int, int, int]) -> None:
    assert landed(*window) == len(places(*window))
    assert reached(*window) == len(set(places(*window)))


@QUICK
@given(st.lists(WINDOWS, min_size=1, max_size=4), st.integers(1, 9))
def test_on_arrays(windows: list[tuple[int, int, int, int, int, int]], size: int) -> None:
    columns: list[Any] = [Array(np.array(column)) for column in zip(*windows, strict=True)]
    made: Any = landed(columns[0], size, *columns[2:])
    assert made.values.tolist() == [landed(first, size, *rest) for first, _, *rest in windows]


@QUICK
@given(st.integers(1, 5000))
def test_logarithm_and_radices(number: int) -> None:
    assert 2 ** log2(number) >= number > 2 ** log2(number) // 2 - (number == 1)
    assert power_of_two(number) == 2 ** log2(number)
    factors, rest, prime = [], number, 2
    while rest > 1:
        while rest % prime == 0:
            factors.append(prime)
            rest //= prime
        prime += 1
    assert radix_two(number) == factors.count(2)
    assert radix_odd(number) == sum(factor - 1 for factor in factors if factor > 2)


def test_large_numbers_are_fast_or_refused() -> None:
    assert reached(2**60, 2**62, 2**40, 2**20, 1, 3) > 0
    assert landed(2**60, 2**62, 2**40, 2**20, 7, 3) > 0
    with pytest.raises(ShapeError, match="stride of at most 256"):
        reached(2**30, 2**40, 2**20, 2**10, 3, 0)
    with pytest.raises(ShapeError, match=r"at most 2\^24 elements"):
        radix_odd(2**25 + 1)
    assert log2(0) == 0
    assert power_of_two(0) == 1
