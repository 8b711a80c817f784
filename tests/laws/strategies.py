"""Hypothesis strategies that draw a valid operator and its inputs, for every operator there is.

A maker draws what several configurations share (rank, flags, the form of the padding) and returns a function that
draws the numbers; called several times, it gives configurations that differ in numbers only. The makers stand in
`makers/`, by family.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from hypothesis import strategies as st

from tests.laws.draws import QUICK, Case, Draw, Maker

__all__ = ["MAKERS", "QUICK", "Case", "alike", "cases"]


def _makers() -> dict[str, Maker]:
    folder = Path(__file__).parent / "makers"
    found: dict[str, Maker] = {}
    for file in sorted(folder.glob("[a-z]*.py")):
        found |= import_module(f"tests.laws.makers.{file.stem}").MAKERS
    return found


MAKERS = _makers()
"""A maker for every operator."""


@st.composite
def cases(draw: Draw, kind: str) -> Case:
    """A valid operator of this kind, and inputs for it."""
    return MAKERS[kind](draw)()


@st.composite
def alike(draw: Draw, kind: str) -> list[Case]:
    """Several cases that differ in numbers only."""
    fill = MAKERS[kind](draw)
    return [fill() for _ in range(draw(st.integers(1, 6)))]
