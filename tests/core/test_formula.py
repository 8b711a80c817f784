"""Formulas, written out in each notation."""

from __future__ import annotations

from typing import Any

import pytest

from netledger.core.formula import LATEX, MATHML, TEXT, symbols
from netledger.core.number import Traced, ceil_div, equal, gcd, maximum, minimum, where
from tests.laws.notation import check_mathml

H, K, S = Traced.symbol("H_in", 227), Traced.symbol("K_h", 11), Traced.symbol("S", 4)
N: Any = Traced.symbol("n", -2)

WRITTEN: dict[str, tuple[Any, str, str]] = {
    "the derivation of a size": ((H - K) // S + 1, "⌊(H_in − K_h) / S⌋ + 1", "⌊(227 − 11) / 4⌋ + 1"),
    "a product of sums": ((H + 1) * (K - 1), "(H_in + 1)·(K_h − 1)", "(227 + 1)·(11 − 1)"),
    "a difference of differences": (H - (K - S), "H_in − (K_h − S)", "227 − (11 − 4)"),
    "a sum of differences": (H + (K - S), "H_in + K_h − S", "227 + 11 − 4"),
    "a remainder": ((H + 1) % S + 1, "((H_in + 1) mod S) + 1", "((227 + 1) mod 4) + 1"),
    "rounding up": (ceil_div(H, K * S), "⌈H_in / (K_h·S)⌉", "⌈227 / (11·4)⌉"),
    "fractions of fractions": ((H // K) // S, "⌊⌊H_in / K_h⌋ / S⌋", "⌊⌊227 / 11⌋ / 4⌋"),
    "two brackets, not one": (((H + K) * (S + 1)) // 2, "⌊((H_in + K_h)·(S + 1)) / 2⌋", "⌊((227 + 11)·(4 + 1)) / 2⌋"),
    "a choice": (where(H >= K, H - K, 0), "[H_in − K_h if H_in ≥ K_h else 0]", "[227 − 11 if 227 ≥ 11 else 0]"),
    "least, greatest, common": (
        minimum(maximum(H + 1, K), gcd(H, S)),
        "min(max(H_in + 1, K_h), gcd(H_in, S))",
        "min(max(227 + 1, 11), gcd(227, 4))",
    ),
    "comparisons": (
        where(equal(H, K), H < K, K <= S),
        "[H_in < K_h if H_in = K_h else K_h ≤ S]",
        "[227 < 11 if 227 = 11 else 11 ≤ 4]",
    ),
    "greater": (where(H > K, 1, 2), "[1 if H_in > K_h else 2]", "[1 if 227 > 11 else 2]"),
    "negative values": (H + N, "H_in + n", "227 + −2"),
    "negative constants": (H * -3, "H_in·(−3)", "227·(−3)"),
}


@pytest.mark.parametrize(("number", "formula", "substitution"), WRITTEN.values(), ids=list(WRITTEN))
def test_text(number: Any, formula: str, substitution: str) -> None:
    assert TEXT.formula(number) == formula
    assert TEXT.substitution(number) == substitution


def test_negative_values_are_put_in_parentheses() -> None:
    assert TEXT.substitution(H * N) == "227·(−2)"
    assert TEXT.substitution(H - N) == "227 − (−2)"


LATEX_WRITTEN: dict[str, tuple[Any, str]] = {
    "floor": ((H - K) // S, r"\left\lfloor \frac{H_{in} - K_{h}}{S} \right\rfloor"),
    "ceiling": (ceil_div(H, S), r"\left\lceil \frac{H_{in}}{S} \right\rceil"),
    "product": ((H + 1) * K, r"\left(H_{in} + 1\right) \cdot K_{h}"),
    "remainder": (H % S, r"H_{in} \bmod S"),
    "least": (minimum(H, S), r"\min\left(H_{in}, S\right)"),
    "greatest": (maximum(H, S), r"\max\left(H_{in}, S\right)"),
    "common": (gcd(H, S), r"\gcd\left(H_{in}, S\right)"),
    "choice": (where(H >= K, 1, 0), r"\begin{cases} 1 & H_{in} \ge K_{h} \\ 0 & \text{otherwise} \end{cases}"),
    "at most": (H <= K, r"H_{in} \le K_{h}"),
    "two subscripts": (Traced.symbol("P_h_before", 1), "P_{h,before}"),
}


@pytest.mark.parametrize(("number", "formula"), LATEX_WRITTEN.values(), ids=list(LATEX_WRITTEN))
def test_latex(number: Any, formula: str) -> None:
    assert LATEX.formula(number) == formula


MATHML_WRITTEN: dict[str, tuple[Any, str]] = {
    "number": (3, "<mn>3</mn>"),
    "negative": (N, "<mi>n</mi>"),
    "symbol": (K, "<msub><mi>K</mi><mtext>h</mtext></msub>"),
    "sum": (S + 1, "<mi>S</mi><mo>+</mo><mn>1</mn>"),
    "less": (S < 1, "<mi>S</mi><mo>&lt;</mo><mn>1</mn>"),
    "floor": (S // 2, "<mrow><mo>⌊</mo><mfrac><mrow><mi>S</mi></mrow><mrow><mn>2</mn></mrow></mfrac><mo>⌋</mo></mrow>"),
    "call": (minimum(S, 2), "<mi>min</mi><mo>(</mo><mi>S</mi><mo>,</mo><mn>2</mn><mo>)</mo>"),
    "brackets": (
        (S + 1) * 2,
        "<mrow><mo>(</mo><mi>S</mi><mo>+</mo><mn>1</mn><mo>)</mo></mrow><mo>·</mo><mn>2</mn>",
    ),
    "choice": (
        where(S > 1, 2, 0),
        (
            "<mrow><mo>[</mo><mn>2</mn><mtext> if </mtext><mi>S</mi><mo>&gt;</mo><mn>1</mn>"
            "<mtext> else </mtext><mn>0</mn><mo>]</mo></mrow>"
        ),
    ),
}


@pytest.mark.parametrize(("number", "formula"), MATHML_WRITTEN.values(), ids=list(MATHML_WRITTEN))
def test_mathml(number: Any, formula: str) -> None:
    assert MATHML.formula(number) == formula
    check_mathml(formula)


def test_a_negative_number_in_mathml_has_a_sign_of_its_own() -> None:
    assert MATHML.substitution(N) == "<mrow><mo>−</mo><mn>2</mn></mrow>"


def test_plain_integers_are_written_too() -> None:
    assert TEXT.formula(5) == TEXT.substitution(5) == LATEX.formula(5) == "5"
    assert TEXT.formula(-5) == "−5"


def test_every_operation_is_written_in_every_notation() -> None:
    from netledger.core.functions import FUNCTIONS, MEANING
    from netledger.core.number import OPERATIONS

    for style in (TEXT, LATEX, MATHML):
        written = style.operations.keys() | FUNCTIONS.keys()
        assert written == OPERATIONS.keys(), "Write the new operation in every Style of formula.py."
    assert MEANING.keys() == FUNCTIONS.keys(), "Say in MEANING what the new function is."


def test_symbols_are_listed_in_order_of_appearance() -> None:
    assert symbols((H - K) // S + H) == {"H_in": 227, "K_h": 11, "S": 4}
    assert list(symbols(S * (K + H))) == ["S", "K_h", "H_in"]
    assert symbols(7) == {}
    assert symbols(S) == {"S": 4}
    assert TEXT.symbol_of(S) == "S"
