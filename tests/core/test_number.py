"""The helpers on plain integers and traced numbers (on arrays: tests/laws/test_arrays.py)."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import pytest

from netledger.core.errors import ShapeError
from netledger.core.number import (
    OPERATIONS,
    Traced,
    ceil_div,
    equal,
    gcd,
    maximum,
    minimum,
    product,
    require,
    total,
    value_of,
    where,
)

SEVEN, THREE = Traced.symbol("a", 7), Traced.symbol("b", 3)
INFIX: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
    "%": operator.mod,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
HELPERS: dict[str, Callable[..., Any]] = {
    "min": minimum,
    "max": maximum,
    "gcd": gcd,
    "==": equal,
    "ceil_div": ceil_div,
}


@pytest.mark.parametrize("sign", INFIX)
@pytest.mark.parametrize(("a", "b"), [(SEVEN, THREE), (SEVEN, 3), (7, THREE)])
def test_traced_numbers_remember_the_operation(sign: str, a: Any, b: Any) -> None:
    made = INFIX[sign](a, b)
    assert isinstance(made, Traced)
    assert made.value == OPERATIONS[sign](7, 3)
    assert OPERATIONS[made.op](*map(value_of, made.args)) == made.value


@pytest.mark.parametrize("name", HELPERS)
@pytest.mark.parametrize(("a", "b"), [(SEVEN, THREE), (SEVEN, 3), (7, THREE), (7, 3)])
def test_helpers_take_integers_and_traced_numbers(name: str, a: Any, b: Any) -> None:
    made = HELPERS[name](a, b)
    assert value_of(made) == OPERATIONS[name](7, 3)
    assert isinstance(made, Traced) is (isinstance(a, Traced) or isinstance(b, Traced))


def test_where_chooses() -> None:
    assert where(True, 1, 2) == 1
    assert where(False, 1, 2) == 2
    assert value_of(where(SEVEN > THREE, SEVEN, 2)) == 7
    assert value_of(where(SEVEN < THREE, SEVEN, 2)) == 2
    assert value_of(where(True, 1, THREE)) == 1


@pytest.mark.parametrize(("a", "b", "expected"), [(7, 2, 4), (8, 2, 4), (0, 5, 0), (-7, 2, -3), (-1, 2, 0)])
def test_ceil_div_rounds_up(a: int, b: int, expected: int) -> None:
    assert ceil_div(a, b) == expected


def test_a_rule_must_not_branch_on_a_number() -> None:
    with pytest.raises(TypeError, match="use where"):
        bool(SEVEN)
    with pytest.raises(TypeError, match="use where"):
        bool(SEVEN > THREE)


def test_product_and_total() -> None:
    assert product(()) == 1
    assert total(()) == 0
    assert product(iter((2, 3, 4))) == 24
    assert total(iter((2, 3, 4))) == 9
    # One number alone is that number, not a formula around it.
    assert product((SEVEN,)) is SEVEN
    assert total((SEVEN,)) is SEVEN


def test_a_traced_number_shows_its_value() -> None:
    assert repr(SEVEN + 1) == "Traced(8, '+')"


def test_require_passes_or_names_the_values() -> None:
    require(True, "never said")
    require(SEVEN > THREE, "never said")
    with pytest.raises(ShapeError) as caught:
        require(SEVEN < THREE, "a must be less than b", "Swap them.", a=SEVEN, both=(SEVEN, (THREE, 1)))
    assert caught.value.values == {"a": 7, "both": (7, (3, 1))}
    assert str(caught.value) == "a must be less than b\n  values: a 7, both 7x3x1\n  Swap them."


def test_require_speaks_for_integers_too() -> None:
    with pytest.raises(ShapeError, match="size must be at least 1"):
        require(False, "size must be at least 1", size=0)
