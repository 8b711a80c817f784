"""Arrays: what they hold and refuse, and when they leave int64 (what they compute: tests/laws/test_arrays.py)."""

from __future__ import annotations

import operator

import numpy as np
import pytest

from netledger.core.array import LIMIT, Array


def array(*values: int) -> Array:
    return Array(np.array(values))


@pytest.mark.parametrize("dtype", ["int8", "int32", "int64", "uint8", "uint64", "bool", "object"])
def test_any_integers_are_taken(dtype: str) -> None:
    made = Array(np.array([0, 1], dtype=dtype))
    assert (made + 1).values.tolist() == [1, 2]
    assert (made.low, made.high) == (0, 1)


@pytest.mark.parametrize("values", [np.array([1.0]), np.array(["a"]), np.array([1j])])
def test_other_types_are_refused(values: np.ndarray) -> None:
    with pytest.raises(TypeError, match="an Array holds integers, not"):
        Array(values)


def test_objects_that_are_not_integers_are_refused() -> None:
    with pytest.raises(TypeError, match="not other objects"):
        Array(np.array([1, 2.5], dtype=object))


def test_small_integers_do_not_wrap() -> None:
    assert (Array(np.array([127], dtype="int8")) + 1).values.tolist() == [128]
    assert (Array(np.array([2**64 - 1], dtype="uint64")) * 2).values.tolist() == [2**65 - 2]


def test_results_that_fit_stay_in_int64() -> None:
    assert (array(LIMIT - 1) + 1).values.dtype == "int64"
    assert (array(2**31) * array(2**31)).values.dtype == "int64"


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (array(LIMIT) + 1, 2**63),
        (array(-LIMIT) - 2, -(2**63) - 1),
        (array(2**32) * array(2**32), 2**64),
        (array(-(2**63)) // -1, 2**63),
        (array(2**32) * array(2**32) // 2**33, 2**31),
    ],
)
def test_results_that_do_not_are_exact_python_integers(made: Array, expected: int) -> None:
    assert made.values.dtype == object
    assert made.values.tolist() == [expected]


def test_division_by_zero_is_an_error() -> None:
    for divisor in (0, array(1, 0)):
        with pytest.raises(ZeroDivisionError, match="in an Array"):
            array(1, 2) // divisor


def test_an_integer_may_stand_on_the_left() -> None:
    for operation in (operator.add, operator.sub, operator.mul, operator.floordiv, operator.mod):
        assert operation(7, array(2, 3)).values.tolist() == [operation(7, 2), operation(7, 3)]


def test_comparisons_hold_everywhere_or_not() -> None:
    sizes = array(2, 3)
    assert (sizes > 1).holds()
    assert (sizes <= 3).holds()
    assert not (sizes > 2).holds()
    assert not (sizes < 3).holds()
    assert (sizes >= array(2, 3)).holds()
    assert not (sizes < 2**70 - 2**70).holds()
    assert (sizes < 2**70).holds()


def test_arrays_broadcast() -> None:
    grid = Array(np.array([[1], [2]])) * array(10, 20)
    assert grid.values.tolist() == [[10, 20], [20, 40]]


def test_an_array_may_be_empty() -> None:
    none = Array(np.array([], dtype="int64"))
    assert (none + 1).values.tolist() == []
    assert (none // none).values.tolist() == []
    assert none.holds()


def test_a_rule_must_not_branch_on_an_array() -> None:
    with pytest.raises(TypeError, match="use where"):
        bool(array(1))


def test_an_array_shows_its_values() -> None:
    assert repr(array(1, 2)) == "Array(array([1, 2]))"


def test_numpys_own_integers_do_not_wrap() -> None:
    big = np.int64(2**62)
    assert (Array(np.array([4])) * big).values[0] == (big * Array(np.array([4]))).values[0] == 2**64
    with pytest.raises(TypeError):
        _ = Array(np.array([4])) * 1.5
