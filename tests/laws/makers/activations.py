"""Further activations."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hypothesis import strategies as st

from tests.laws.draws import SIZE, SMALL, Case, Draw, Maker, case, several

PLAIN = (
    *("rrelu", "thresholded_relu", "hardtanh", "hardshrink", "softshrink", "elu", "selu", "celu", "sparse_plus"),
    *("sparse_sigmoid", "logsigmoid", "tanhshrink", "stanh", "softplus", "mish", "softsign", "squareplus"),
    "exponential",
)
"""What needs no attributes."""

ROWS = ("softmin", "log_softmax", "sparsemax")


def _plain(kind: str, draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 5))
    return lambda: case(several(draw, SMALL, rank), kind)


def _threshold(draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 5))
    return lambda: case(several(draw, SMALL, rank), "threshold", threshold=0.25, value=-3.0)


def _hardsigmoid(draw: Draw) -> Callable[[], Case]:
    rank, slope = draw(st.integers(1, 5)), draw(st.sampled_from((None, 0.2)))
    return lambda: case(several(draw, SMALL, rank), "hardsigmoid", slope=slope)


def _prelu(draw: Draw) -> Callable[[], Case]:
    slopes = draw(st.sampled_from(("one", "channel", "element")))
    rank = draw(st.integers(2, 5))
    return lambda: case(several(draw, SMALL, rank), "prelu", slopes=slopes)


def _grouped(kind: str, draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 4))
    axis = draw(st.integers(-rank, rank - 1))

    def fill() -> Case:
        groups = 2 if kind == "glu" else draw(SMALL)
        shape = tuple(
            groups * size if place == axis % rank else size for place, size in enumerate(several(draw, SMALL, rank))
        )
        return case(shape, kind, axis=axis, **({"groups": groups} if kind == "maxout" else {}))

    return fill


def _row(kind: str, draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 4))
    axis = draw(st.integers(-rank, rank - 1))
    return lambda: case(several(draw, SIZE, rank), kind, axis=axis)


MAKERS: dict[str, Maker] = {
    **{kind: partial(_plain, kind) for kind in PLAIN},
    "threshold": _threshold,
    "hardsigmoid": _hardsigmoid,
    "prelu": _prelu,
    "glu": partial(_grouped, "glu"),
    "maxout": partial(_grouped, "maxout"),
    **{kind: partial(_row, kind) for kind in ROWS},
}
