"""Arithmetic, comparisons and functions, element by element."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from hypothesis import strategies as st

from netledger.core.network import Tensor
from netledger.ops import load
from tests.laws.draws import SIZE, SMALL, Case, Draw, Maker, case, several

ORDERED = ("subtract", "divide", "floor_divide", "remainder", "power", "atan2")
COMPARING = ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")
LOGICAL = ("logical_and", "logical_or", "logical_xor")
PAIRS = (*ORDERED, "maximum", "minimum", *COMPARING, *LOGICAL)
FUNCTIONS = (
    *("abs", "negate", "sign", "floor", "ceil", "round", "trunc", "frac", "square", "reciprocal", "sqrt", "rsqrt"),
    *("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "erf", "erfc", "sin", "cos", "tan", "asin", "acos"),
    *("atan", "sinh", "cosh", "asinh", "acosh", "atanh", "logical_not"),
)


def _shapes(draw: Draw, ranks: tuple[int, ...]) -> tuple[Tensor, ...]:
    """The first is as great as all others, broadcast."""
    full = several(draw, SIZE, ranks[0])
    others = [tuple(draw(st.sampled_from((1, size))) for size in full[len(full) - rank :]) for rank in ranks[1:]]
    return tuple(map(Tensor, (full, *others)))


def _ranks(draw: Draw, count: int) -> tuple[int, ...]:
    rank = draw(st.integers(1, 4))
    return (rank, *(draw(st.integers(1, rank)) for _ in range(count - 1)))


def _pair(kind: str, draw: Draw) -> Callable[[], Case]:
    alone = draw(st.booleans())
    words: dict[str, Any] = {"constant": 2.5} if alone else {}
    if kind in ORDERED:
        words["reverse"] = draw(st.booleans())
    ranks = _ranks(draw, 1 if alone else 2)
    return lambda: (load(kind)(**words), _shapes(draw, ranks))


def _lerp(draw: Draw) -> Callable[[], Case]:
    alone = draw(st.booleans())
    ranks = _ranks(draw, 2 if alone else 3)
    return lambda: (load("lerp")(**({"constant": 0.5} if alone else {})), _shapes(draw, ranks))


def _several(kind: str, count: int, draw: Draw) -> Callable[[], Case]:
    ranks = _ranks(draw, count)
    return lambda: (load(kind)(), _shapes(draw, ranks))


def _function(kind: str, draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 5))
    return lambda: case(several(draw, SMALL, rank), kind)


def _clamp(draw: Draw) -> Callable[[], Case]:
    rank, bounds = draw(st.integers(1, 5)), draw(st.sampled_from(({"least": -1.0}, {"greatest": 1.0}, {})))
    return lambda: case(several(draw, SMALL, rank), "clamp", **(bounds or {"least": -0.5, "greatest": 0.5}))


MAKERS: dict[str, Maker] = {
    **{kind: partial(_pair, kind) for kind in PAIRS},
    **{kind: partial(_function, kind) for kind in FUNCTIONS},
    "clamp": _clamp,
    "lerp": _lerp,
    "where": partial(_several, "where", 3),
    "masked_fill": partial(_several, "masked_fill", 2),
}
