"""Numbers that remember how they came about, and how they are written."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netledger.core import decimals, performed
from netledger.core.decimals import decimal, is_exact, real
from netledger.core.formula import LATEX, MATHML, TEXT
from netledger.core.performed import (
    Leaf,
    Values,
    absolute,
    actions,
    constant,
    exponential,
    greatest,
    leaves,
    logarithm,
    negative,
    partly,
    power,
    quotient,
    reciprocal_root,
    root,
    shortened,
    sum_of,
)

MODULES = (decimals, performed)


def leaf(value: Any, name: str = "x") -> Leaf:
    return constant(name, value)


@pytest.mark.parametrize(
    ("value", "text", "exact"),
    [
        (3, "3", True),
        (-2, "−2", True),
        (Fraction(7, 2), "3.5", True),
        (Fraction(-1, 8), "−0.125", True),
        (Fraction(1, 3), "0.3333", False),
        (Fraction(1, 6), "0.1667", False),
        (Fraction(1, 10**14), "1e−14", False),
        (10**12, "1000000000000", True),
        (10**40, "1e40", False),
        (0.5, "0.5", False),
        (1.25e-7, "1.25e−7", False),
        (math.inf, "∞", True),
        (-math.inf, "−∞", True),
    ],
)
def test_decimals(value: Any, text: str, exact: bool) -> None:
    assert decimal(value) == text
    assert is_exact(value) is exact


@given(st.fractions(max_denominator=10**6).map(lambda value: Fraction(round(value * 1000), 1000)))
def test_an_exact_decimal_is_the_number(value: Fraction) -> None:
    if is_exact(value):
        assert Fraction(decimal(value).replace("−", "-")) == value


def test_exact_where_it_can_be() -> None:
    assert quotient(leaf(4), 2).value == 2
    assert quotient(leaf(0.5), 2).value == 0.25
    assert exponential(leaf(0)).value == 1
    assert exponential(leaf(-math.inf)).value == 0
    assert exponential(leaf(1)).value == math.e
    assert logarithm(leaf(1)).value == 0
    assert logarithm(leaf(2)).value == math.log(2)
    assert power(leaf(Fraction(1, 2)), 2.0).value == Fraction(1, 4)
    assert power(leaf(4), 0.5).value == 2.0
    assert root(leaf(27), 3.0).value == 3
    assert root(leaf(2), 2).value == math.sqrt(2)
    assert root(leaf(4), 0.5).value == 16.0
    assert reciprocal_root(leaf(Fraction(4, 9))).value == Fraction(3, 2)
    assert reciprocal_root(leaf(2)).value == 1 / math.sqrt(2)
    assert reciprocal_root(leaf(0.25)).value == 2.0


def test_one_number_is_no_operation() -> None:
    one = leaf(3)
    assert sum_of([one]) is greatest([one]) is one
    assert actions(one, 3) == {}


def test_how_an_expression_is_written() -> None:
    x = Values.named("x", (2,), (1, -2))
    text = real(TEXT)
    mean = quotient(sum_of([power(absolute(element), 2) for element in x.elements]), 2)
    assert text.formula(mean) == "(|x[0]|^2 + |x[1]|^2) / 2"
    assert text.substitution(mean) == "(|1|^2 + |−2|^2) / 2"
    assert text.substitution(sum_of((x.elements[1], x.elements[1]))) == "−2 + (−2)"
    assert text.substitution(greatest(x.elements)) == "max(1, −2)"
    assert text.substitution(negative(x.elements[1])) == "−(−2)"
    assert text.substitution(root(mean, 2)) == "((|1|^2 + |−2|^2) / 2)^(1/2)"
    assert text.substitution(reciprocal_root(sum_of((leaf(4), x.elements[1])))) == "1 / √(4 + (−2))"
    assert text.formula(x.elements[0] * x.elements[1] - x.elements[0]) == "x[0]·x[1] − x[0]"


def test_latex_and_mathml() -> None:
    x = Values.named("x", (1, 2), (1, 1e-7))
    made = reciprocal_root(sum_of([root(power(absolute(n), 2), 2) for n in (*x.elements, negative(x.elements[0]))]))
    assert real(LATEX).formula(made) == (
        r"\frac{1}{\sqrt{{{\left|x_{0,0}\right|}^{2}}^{1/2} + {{\left|x_{0,1}\right|}^{2}}^{1/2}"
        r" + {{\left|-x_{0,0}\right|}^{2}}^{1/2}}}"
    )
    assert r"1 \cdot 10^{-7}" in real(LATEX).substitution(made)
    mathml = real(MATHML).substitution(quotient(greatest((made, x.elements[0])), 2))
    assert "<msqrt>" in mathml
    assert "<mi>max</mi>" in mathml
    assert real(MATHML).number(-2) == "<mrow><mo>−</mo><mn>2</mn></mrow>"
    assert real(LATEX).substitution(quotient(greatest(x.elements), 2)).startswith(r"\frac{\max")
    assert "<msub><mi>x</mi><mtext>0,0</mtext></msub>" in real(MATHML).formula(exponential(x.elements[0]))


def test_partly() -> None:
    x = Values.named("x", (2,), (1, 2))
    assert partly(sum_of(x.elements)) is None
    made = partly(quotient(sum_of(x.elements), 2))
    assert made is not None
    assert real(TEXT).substitution(made) == "3 / 2"
    biased = partly(sum_of((sum_of([n * n for n in x.elements]), leaf(5, "b"))))
    assert biased is not None
    assert real(TEXT).substitution(biased) == "1 + 4 + 5"


def test_long_sums_are_shortened() -> None:
    x = Values.named("x", (50,), range(50))
    written = real(TEXT).substitution(shortened(quotient(sum_of(x.elements), 50)))
    assert written == "(0 + 1 + 2 + 3 + 4 + 5 + 6 + 7 + … + 48 + 49) / 50"
    assert shortened(3) == 3


def test_names_leave_out_a_single_batch_and_channel() -> None:
    assert Values.named("x", (1, 1, 1, 2), (1, 2), ahead=2).elements[1].name == "x[0,1]"
    assert Values.named("x", (1, 2, 1, 1), (1, 2), ahead=2).elements[1].name == "x[1,0,0]"
    assert Values.named("x", (), (1,)).elements[0].name == "x"


def test_outside_is_padding() -> None:
    x = Values.named("x", (2,), (1, 2))
    padding = x.at((-1,), -math.inf)
    assert (padding.value, leaves(padding)[0].name, leaves(padding)[0].place) == (-math.inf, "pad", (-1,))
