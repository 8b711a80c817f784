"""Norms of each example on its own."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from tests.laws.draws import AXES, BATCH, SIZE, SMALL, Case, Draw, Maker, case, feature_map, several


def _rows(kind: str, draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 4))
    shared = {"over": draw(st.integers(1, max(1, rank - 1))), "affine": draw(st.booleans())}
    if kind == "layernorm":
        shared["bias"] = draw(st.booleans())
    return lambda: case(several(draw, SIZE, rank), kind, **shared)


def _layernorm(draw: Draw) -> Callable[[], Case]:
    return _rows("layernorm", draw)


def _rmsnorm(draw: Draw) -> Callable[[], Case]:
    return _rows("rmsnorm", draw)


def _groupnorm(draw: Draw) -> Callable[[], Case]:
    axes, affine = draw(st.integers(0, 3)), draw(st.booleans())

    def fill() -> Case:
        groups = draw(SMALL)
        shape = (draw(BATCH), groups * draw(SMALL), *several(draw, SIZE, axes))
        return case(shape, "groupnorm", groups=groups, affine=affine)

    return fill


def _instancenorm(draw: Draw) -> Callable[[], Case]:
    axes, affine, track = draw(AXES), draw(st.booleans()), draw(st.booleans())
    return lambda: case(feature_map(draw, axes), "instancenorm", affine=affine, track=track)


MAKERS: dict[str, Maker] = {
    "layernorm": _layernorm,
    "rmsnorm": _rmsnorm,
    "groupnorm": _groupnorm,
    "instancenorm": _instancenorm,
}
