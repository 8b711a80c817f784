"""Draws that the makers of operators share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from netledger.core.network import Tensor
from netledger.core.operator import Operator
from netledger.ops import load

Case: TypeAlias = tuple[Operator, tuple[Tensor, ...]]
Draw: TypeAlias = Callable[[st.SearchStrategy[Any]], Any]
Maker: TypeAlias = Callable[[Draw], Callable[[], Case]]

QUICK = settings(
    max_examples=25,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
"""For laws: pure arithmetic."""

FORMS = ("number", "axis", "pair", "same", "valid")
BATCH, CHANNELS, AXES = st.integers(1, 4), st.integers(1, 6), st.integers(1, 3)
SIZE, SMALL, PAD = st.integers(1, 9), st.integers(1, 4), st.integers(0, 3)


def case(shape: tuple[int, ...], kind: str, /, **attributes: Any) -> Case:
    """An operator with one input."""
    return load(kind)(**attributes), (Tensor(shape),)


def several(draw: Draw, strategy: st.SearchStrategy[int], count: int) -> tuple[int, ...]:
    """So many numbers."""
    return tuple(draw(strategy) for _ in range(count))


def per_axis(draw: Draw, strategy: st.SearchStrategy[int], axes: int, listed: bool) -> Any:
    """A number for all axes, or one for each."""
    return several(draw, strategy, axes) if listed else draw(strategy)


def padding(draw: Draw, form: str, axes: int) -> Any:
    """A padding in one of its forms."""
    if form == "number":
        return draw(PAD)
    if form == "axis":
        return several(draw, PAD, axes)
    return tuple(several(draw, PAD, 2) for _ in range(axes)) if form == "pair" else form


def fitting(draw: Draw, op: Any, axes: int) -> tuple[int, ...]:
    """Spatial sizes on which at least one window fits."""
    sizes = []
    for window in op.windows((1,) * axes):
        around = window.span if isinstance(window.pads, str) else sum(window.pads)
        sizes.append(max(1, window.span - around) + draw(st.integers(0, 8)))
    return tuple(sizes)


def feature_map(draw: Draw, axes: int) -> tuple[int, ...]:
    return (draw(BATCH), draw(CHANNELS), *several(draw, SIZE, axes))
