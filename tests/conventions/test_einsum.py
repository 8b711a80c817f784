"""What NumPy prints for a sum after Einstein, against NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from netledger.conventions._einsum import printed_cost
from netledger.core.errors import ShapeError
from tests.ops.helpers import entry

Drawn = tuple[str, list[tuple[int, ...]]]


def printed_by_numpy(equation: str, shapes: list[tuple[int, ...]]) -> int:
    """As the tools read it."""
    operands = [np.empty(shape, dtype=np.int8) for shape in shapes]
    text = np.einsum_path(equation, *operands, optimize="optimal")[1]
    line = next(line for line in text.split("\n") if "optimized flop" in line.lower())
    return int(float(line.split(":")[-1]))


@st.composite
def equations(draw: Callable[[Any], Any]) -> Drawn:
    """Up to four operands: indices that stand twice, dots, sizes of 1 that are broadcast, with an arrow or without."""
    sizes = {letter: draw(st.integers(1, 9)) for letter in "abcde"}
    around = draw(st.lists(st.integers(1, 4), max_size=2))
    terms, shapes = [], []
    for _ in range(draw(st.integers(1, 4))):
        letters = draw(st.lists(st.sampled_from("abcde"), max_size=4))
        narrow = {letter for letter in letters if draw(st.integers(0, 7)) == 7}
        shape = [1 if letter in narrow else sizes[letter] for letter in letters]
        place = draw(st.integers(0, len(letters))) if around and draw(st.booleans()) else None
        if place is not None:
            wide = around[draw(st.integers(0, len(around))) :]
            letters, shape = [*letters[:place], "...", *letters[place:]], [*shape[:place], *wide, *shape[place:]]
        terms.append("".join(letters))
        shapes.append(tuple(shape))
    if draw(st.booleans()):
        return ",".join(terms), shapes
    known = sorted({letter for term in terms for letter in term.replace("...", "")})
    kept = draw(st.permutations(known))[: draw(st.integers(0, len(known)))]
    dots = "..." if any("..." in term for term in terms) else ""
    return f"{','.join(terms)}->{dots}{''.join(kept)}", shapes


@example(("ij,jk", [(2, 3), (3, 4)]))
@example(("ij,jk,kl,lm->im", [(2, 300), (300, 4), (4, 5), (5, 60)]))
@example(("a,b,c,d->abcd", [(3,), (4,), (5,), (6,)]))
@example(("bdf,cf,ade,ace->abd", [(2, 3, 4), (3, 4), (3, 3, 2), (3, 3, 2)]))  # no pair is small enough
@settings(max_examples=300, deadline=None, derandomize=True)
@given(equations())
def test_it_is_what_numpy_prints(drawn: Drawn) -> None:
    equation, shapes = drawn
    try:
        expected, made = printed_by_numpy(equation, shapes), entry("einsum", *shapes, equation=equation)
    except (ValueError, ShapeError):
        assume(False)
    assert printed_cost(made) == expected


@pytest.mark.parametrize(
    ("equation", "shapes", "printed"),
    [
        ("bij,bjk->bik", [(2, 3, 4), (2, 4, 5)], 241),
        ("bij,bjk->bik", [(64, 100, 64), (64, 64, 100)], 81_920_000),
    ],
)
def test_by_hand(equation: str, shapes: list[tuple[int, ...]], printed: int) -> None:
    """Two per product where something is summed, one more, four digits."""
    assert printed_cost(entry("einsum", *shapes, equation=equation)) == printed
