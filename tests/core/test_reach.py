"""Reaches: which elements of its inputs an element of an output is computed from."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from netledger.core.network import Tensor
from netledger.core.reach import UNKNOWN, Follow, Reach, adaptive, pointwise, reshaped, spread, whole
from netledger.core.window import Window
from tests.laws.draws import QUICK


@QUICK
@given(st.integers(1, 6), st.integers(1, 5), st.integers(1, 3), st.integers(0, 3), st.integers(0, 30))
def test_a_spread_window(kernel: int, stride: int, dilation: int, before: int, place: int) -> None:
    """The first and the last element that some tap brings to a place."""
    reach = spread(2, Window(kernel, stride, (before, 0), dilation)).reach
    assert reach is not None
    found = [i for i in range(-30, 60) for k in range(kernel) if i * stride + k * dilation - before == place]
    assert reach.at(place) == ((min(found), max(found)) if found else None)


@QUICK
@given(st.integers(1, 20), st.integers(1, 20))
def test_an_adaptive_window(size: int, out: int) -> None:
    follow = adaptive(2, size, out)
    assert follow.reach is not None
    for place in range(out):
        expected = (place * size // out, -(-(place + 1) * size // out) - 1)
        assert follow.reach.at(place if follow.axis == 2 else 0) == expected


def test_what_is_too_long_is_not_written_down() -> None:
    assert adaptive(2, 2**31, 2**31 - 1).reach == UNKNOWN
    assert spread(2, Window(3, 2**20)).reach == UNKNOWN
    assert spread(2, Window(2**20, 3)).reach == UNKNOWN


def test_axes_that_are_broadcast_or_merged() -> None:
    assert pointwise(Tensor((1, 5)), Tensor((3, 4, 5))) == (whole(1), Follow(2))
    assert reshaped((2, 3, 4, 5), (2, 12, 5)) == (Follow(0), Follow(1, None), Follow(1, None), Follow(2))
    assert Reach(2, 1, ((0, 0), None)).at(3) is None
