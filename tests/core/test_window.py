"""Windows along one axis: the figures of the field's textbooks."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from netledger.core.errors import ShapeError
from netledger.core.window import Window, axis_padding


@pytest.mark.parametrize(
    ("size", "window", "expected"),
    [
        (227, Window(11, 4), 55),
        (55, Window(3, 2), 27),
        (6, Window(3), 4),
        (6, Window(3, 1, (1, 1)), 6),
        (5, Window(3, 1, (0, 0), 2), 1),
        (6, Window(2, 2, "same"), 3),
        (6, Window(1, 1, "same"), 6),
        (7, Window(2, 2, "same"), 4),
        (6, Window(2, 2), 3),
        (7, Window(2, 2), 3),
        (7, Window(2, 2, rounding="ceil"), 4),
        (4, Window(1, 2, rounding="ceil"), 2),
        (4, Window(1, 2, rounding="ceil", clip=False), 3),
        (2, Window(3, 2, rounding="ceil"), 1),
    ],
)
def test_how_many_windows_fit(size: int, window: Window, expected: int) -> None:
    assert window.output(size) == expected


def test_the_span_is_from_the_first_to_the_last_element_read() -> None:
    assert Window(3).span == 3
    assert Window(3, dilation=4).span == 9
    assert Window(1, dilation=4).span == 1


def test_no_window_fits() -> None:
    with pytest.raises(ShapeError) as caught:
        Window(9, 2, (1, 0), 1).output(7)
    assert str(caught.value).splitlines() == [
        "the output would be empty: no window fits",
        "  values: size 7, kernel 9, stride 2, padding [1, 0], dilation 1",
        "  Use a smaller kernel or stride, more padding, or a larger input.",
    ]


@pytest.mark.parametrize(
    ("size", "window", "pads"),
    [
        (6, Window(3, 1, "same"), (1, 1)),
        (6, Window(2, 1, "same"), (0, 1)),
        (6, Window(2, 2, "same"), (0, 0)),
        (5, Window(2, 2, "same"), (0, 1)),
        (224, Window(7, 2, "same"), (2, 3)),
        (6, Window(1, 3, "same"), (0, 0)),
        (6, Window(3, 1, "same", 2), (2, 2)),
        (6, Window(3, 1, (5, 0)), (5, 0)),
    ],
)
def test_how_much_is_added(size: int, window: Window, pads: tuple[int, int]) -> None:
    assert window.padding(size) == pads


@pytest.mark.parametrize(
    ("padding", "axis", "expected"),
    [
        (2, 0, (2, 2)),
        ((1, 2), 1, (2, 2)),
        (((1, 2), (3, 4)), 1, (3, 4)),
        ((1, (3, 4)), 1, (3, 4)),
        ("same", 0, "same"),
        ("valid", 1, (0, 0)),
    ],
)
def test_every_form_of_padding(padding: Any, axis: int, expected: Any) -> None:
    assert axis_padding(padding, axis, 2) == expected


@pytest.mark.parametrize("padding", [(1,), (1, 2, 3), ((1, 2),)])
def test_padding_needs_one_entry_per_axis(padding: Any) -> None:
    with pytest.raises(ShapeError, match="padding needs one entry per axis") as caught:
        axis_padding(padding, 0, 2)
    assert caught.value.hint == "Write one number, or 2 numbers, or 2 pairs [before, after]."


WINDOWS = st.builds(
    Window,
    st.integers(1, 6),
    st.integers(1, 5),
    st.just("same") | st.tuples(st.integers(0, 5), st.integers(0, 5)),
    st.integers(1, 4),
    st.sampled_from(["floor", "ceil"]),
    st.booleans(),
)


@given(WINDOWS, st.integers(1, 12))
def test_elements_inside_are_those_that_are_read(window: Window, size: int) -> None:
    """Counted one by one: window o reads its element k at o·S + k·D − P, inside if that is between 0 and the size."""
    windows = window._count(size)
    assume(windows >= 1)
    before, _ = window.padding(size)
    places = (o * window.stride + k * window.dilation - before for o in range(windows) for k in range(window.kernel))
    assert window.inside(size) == sum(0 <= place < size for place in places)


def test_elements_inside_are_counted_at_any_size() -> None:
    assert Window(10**15, 1, (10**14, 10**14)).inside(10**16) < 10**31
