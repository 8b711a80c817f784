"""Expressions agree with Python's own exact fractions, and refuse what is not one."""

from __future__ import annotations

import math
from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netledger import NetledgerError, UnknownNameError
from netledger.core.errors import Where
from netledger.frontends.spec.expression import evaluate

HERE = Where("test", 1, 1)


def value(text: str, **names: int | Fraction) -> int | Fraction:
    return evaluate(text, names, HERE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("7 // 2", 3),
        ("-7 // 2", -4),
        ("7 / 2", Fraction(7, 2)),
        ("6 / 2", 3),
        ("--3", 3),
        ("10 - 2 - 3", 5),
        ("24 / 4 / 2", 3),
        ("0.1 + 0.2", Fraction(3, 10)),
        ("1e2", 100),
        ("1.5e-3", Fraction(3, 2000)),
        (".5", Fraction(1, 2)),
        ("floor(-1.5)", -2),
        ("ceil(1.2)", 2),
        ("round(2.5)", 3),
        ("round(-2.5)", -2),
        ("min(3, 1, 2)", 1),
        ("max(3, max(4, 1))", 4),
        ("multiple(96 * 0.5, 8)", 48),
        ("multiple(3, 8)", 8),
        ("width * 32", 24),
    ],
)
def test_values(text: str, expected: int | Fraction) -> None:
    assert value(text, width=Fraction(3, 4)) == expected


@given(st.integers(1, 2000), st.sampled_from([4, 8, 16, 10]), st.sampled_from([0.25, 0.35, 0.5, 0.75, 1.0, 1.1, 1.4]))
def test_multiple_is_what_mobile_networks_use(channels: int, m: int, width: float) -> None:
    """The nearest multiple, never below 0.9·x: torchvision's and TF-slim's _make_divisible, in exact numbers."""
    x = Fraction(str(width)) * channels
    nearest = max(m, int(x + Fraction(m, 2)) // m * m)
    expected = nearest + m if nearest < Fraction(9, 10) * x else nearest
    assert value(f"multiple(c * {width}, {m})", c=channels) == expected


EXPRESSIONS = st.recursive(
    st.integers(0, 50).map(str),
    lambda inner: st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
    max_leaves=6,
)


@given(EXPRESSIONS)
def test_arithmetic_is_pythons(text: str) -> None:
    assert value(text) == eval(text)


@given(st.fractions(-1000, 1000, max_denominator=60))
def test_rounding_is_pythons(x: Fraction) -> None:
    assert value("floor(x)", x=x) == math.floor(x)
    assert value("ceil(x)", x=x) == math.ceil(x)
    assert value("round(x)", x=x) == math.floor(x + Fraction(1, 2))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "ends too early"),
        ("1 +", "ends too early"),
        ("(1", "a closing parenthesis is missing"),
        ("1)", "')' is not expected here"),
        ("1 2", "'2' is not expected here"),
        ("(1, 2)", "a comma belongs between"),
        ("floor(1, 2)", "floor takes 1 values, not 2"),
        ("min()", "is not expected here"),
        ("multiple(3, 0)", "needs m above 0"),
        ("2 ** 3", "'*' is not expected here"),
        ("1 / 0", "division by zero"),
        ("1 // 0", "division by zero"),
        ("__import__('os')", "unknown function '__import__'"),
        ("a.b", "unknown name 'a'"),
        ("9999999999 * 9999999999", "at most 2^63"),
        ("1e99", "at most 2^63"),
        ("1" * 300, "at most 256 characters"),
        ("(" * 30 + "1" + ")" * 30, "nest at most 24 deep"),
    ],
)
def test_mistakes(text: str, rule: str) -> None:
    with pytest.raises(NetledgerError) as caught:
        value(text)
    assert rule in str(caught.value)


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_an_error_of_ours(text: str) -> None:
    with suppress(NetledgerError):
        value(text, width=3)


def test_a_name_is_suggested() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean width"):
        value("widht * 2", width=1)
