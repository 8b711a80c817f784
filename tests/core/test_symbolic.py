"""Symbols: whatever is computed on them gives, for any values, what integers give."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from netledger.core import algebra, symbolic
from netledger.core.errors import ShapeError
from netledger.core.functions import FUNCTIONS
from netledger.core.number import OPERATIONS, ceil_div, gcd, maximum, minimum, over, where
from netledger.core.symbolic import Symbolic, assumptions
from netledger.core.window import Window
from tests.laws.draws import QUICK

NAMES = ("H", "W", "N")
_SIGNS = sorted(set(OPERATIONS) - set(FUNCTIONS) - {"where", "over", "<", "<=", ">", ">=", "=="})


@st.composite
def expressions(draw: Any, depth: int = 4) -> Any:
    """A function of three integers that may be symbols."""
    if depth == 0 or draw(st.integers(0, 4)) == 0:
        name, number = draw(st.sampled_from((*NAMES, ""))), draw(st.integers(-9, 9))
        return (lambda values: values[name]) if name else (lambda values: number)
    op = draw(st.sampled_from((*_SIGNS, "where")))
    left, right, third = (draw(expressions(depth - 1)) for _ in range(3))
    comparison = draw(st.sampled_from(("<", "<=", ">", ">=", "==")))
    return lambda values: _compute(op, comparison, left(values), right(values), third(values))


def _apply(op: str, *args: Any) -> Any:
    symbol = next((arg for arg in args if isinstance(arg, Symbolic)), None)
    return OPERATIONS[op](*args) if symbol is None else symbol.apply(op, *args)


def _compute(op: str, comparison: str, a: Any, b: Any, c: Any) -> Any:
    if op == "where":
        return _apply("where", _apply(comparison, a, b), b, c)
    if op in {"//", "%", "ceil_div"}:
        return _apply(op, a, _apply("+", _apply("*", b, b), 1))
    return _apply(op, a, b)


VALUES = st.fixed_dictionaries({name: st.integers(1, 60) for name in NAMES})


@QUICK
@given(expressions(), VALUES, VALUES)
def test_symbols_compute_what_integers_do(expression: Any, witness: dict[str, int], values: dict[str, int]) -> None:
    """At the witness, and anywhere else."""
    made = expression({name: Symbolic.symbol(name, value) for name, value in witness.items()})
    if isinstance(made, Symbolic):
        assert made.value == expression(witness)
        assert made.at(values) == expression(values)


WINDOWS = st.builds(
    Window,
    st.integers(1, 5),
    st.integers(1, 4),
    st.one_of(st.just("same"), st.tuples(st.integers(0, 2), st.integers(0, 2))),
    st.integers(1, 2),
    st.sampled_from(("floor", "ceil")),
    st.booleans(),
)


@QUICK
@given(st.lists(WINDOWS, min_size=1, max_size=4), st.integers(40, 80), st.integers(20, 200))
def test_windows_in_symbols(windows: list[Window], witness: int, size: int) -> None:
    """A chain of windows is one formula; where its conditions hold, it is what counting gives."""
    with assumptions() as assumed:
        try:
            made: Any = Symbolic.symbol("H", witness)
            for window in windows:
                made = window.output(made)
        except ShapeError:
            assume(False)
    assume(all(condition.at({"H": size}) for condition in assumed.values()))
    expected = size
    for window in windows:
        expected = window.output(expected)
    assert made.at({"H": size}) == expected


H, W = Symbolic.symbol("H", 224), Symbolic.symbol("W", 20)
X = Symbolic.symbol("x", Fraction(1, 2), whole=False)


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (lambda: ((H + 6 - 7) // 2 + 1 + 2 - 3) // 2 + 1, "⌊(H + 3) / 4⌋"),
        (lambda: (2 * H + 4) // 2, "H + 2"),
        (lambda: (2 * H + 3) // 4, "⌊(H + 1) / 2⌋"),
        (lambda: (H * W) // W, "H"),
        (lambda: H // H, "1"),
        (lambda: (H + W) // W, "⌊(H + W) / W⌋"),
        (lambda: H // (W * W), "⌊H / (W·W)⌋"),
        (lambda: (3 * H) // (2 * H), "⌊(3·H) / (2·H)⌋"),
        (lambda: over(6 * H, 4), "3·H/2"),
        (lambda: over(H, W), "H/W"),
        (lambda: ceil_div(H, 2), "⌊(H + 1) / 2⌋"),
        (lambda: ceil_div(H * W, W), "H"),
        (lambda: maximum(1, H), "H"),
        (lambda: maximum(H, W), "max(H, W)"),
        (lambda: minimum(H, H + 3), "H"),
        (lambda: minimum(H, 8), "min(H, 8)"),
        (lambda: gcd(H, 1), "1"),
        (lambda: gcd(H, H), "H"),
        (lambda: gcd(H, 4), "gcd(H, 4)"),
        (lambda: where(H > H - 1, H, W), "H"),
        (lambda: where(H > W, H, H), "H"),
        (lambda: where(H <= W, 2, 3), "[2 if H ≤ W else 3]"),
        (lambda: (H // 2) * 2 < H + 1, "1"),
        (lambda: H % 2, "H − 2·⌊H / 2⌋"),
        (lambda: H - H, "0"),
        (lambda: (3 * X + 1) // 2, "⌊(3·x + 1) / 2⌋"),
        (lambda: (4 * X) // 2, "⌊(4·x) / 2⌋"),
        (lambda: -1 * H + 2, "2 − H"),
    ],
)
def test_formulas_are_short(made: Any, text: str) -> None:
    assert repr(made()) == text


def test_conditions_are_collected_where_they_do_not_hold_everywhere() -> None:
    with assumptions() as found:
        assert ((H - 7) // 4 + 1 >= 3).holds()
        assert (H >= H + 0).holds()
        assert not (W > H).holds()
    assert [repr(condition) for condition in found.values()] == ["H ≥ 15"]
    assert (W >= 1).holds()  # nobody collects


def test_a_rule_must_not_branch_on_a_symbol() -> None:
    with pytest.raises(ShapeError, match="no closed form here"):
        bool(H)


def test_long_formulas_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (symbolic, algebra):
        monkeypatch.setattr(module, "MAX_TERMS", 3)
    long = H + W + 1
    with pytest.raises(ShapeError, match="closed form is too long"):
        long * long
    with pytest.raises(ShapeError, match="closed form is too long"):
        long + H * W


def test_functions_are_atoms() -> None:
    made = Symbolic.call("half", lambda x, y: Fraction(x) / 2 + y, X, 3)
    assert repr(made) == "half(x, 3)"
    assert made.at({"x": Fraction(1)}) == Fraction(7, 2)
    assert made.names() == {"x"}
