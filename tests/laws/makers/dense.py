"""Linear layers, norms, activations, joins."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hypothesis import strategies as st

from netledger.core.network import Tensor
from netledger.ops import load
from tests.laws.draws import AXES, SIZE, SMALL, Case, Draw, Maker, case, feature_map, several


def _elementwise(kind: str, draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 5))
    words = {"approximate": draw(st.sampled_from(("none", "tanh")))} if kind == "gelu" else {}
    return lambda: case(several(draw, SMALL, rank), kind, **words)


def _softmax(draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 4))
    axis = draw(st.integers(-rank, rank - 1))
    return lambda: case(several(draw, SIZE, rank), "softmax", axis=axis)


def _linear(draw: Draw) -> Callable[[], Case]:
    rank, known = draw(st.integers(1, 4)), draw(st.booleans())
    shared = {"bias": draw(st.booleans()), "layout": draw(st.sampled_from(("out_in", "in_out")))}

    def fill() -> Case:
        shape = several(draw, SIZE, rank)
        expected = {"in_features": shape[-1]} if known else {}
        return case(shape, "linear", out=draw(SIZE), **shared, **expected)

    return fill


def _batchnorm(draw: Draw) -> Callable[[], Case]:
    axes, affine, track = draw(st.integers(0, 3)), draw(st.booleans()), draw(st.booleans())
    scale, shift = draw(st.booleans()), draw(st.booleans())
    return lambda: case(feature_map(draw, axes), "batchnorm", affine=affine, track=track, scale=scale, shift=shift)


def _lrn(draw: Draw) -> Callable[[], Case]:
    axes = draw(AXES)
    return lambda: case(feature_map(draw, axes), "lrn", size=draw(SIZE))


def _join(kind: str, draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 4))
    ranks = draw(st.lists(st.integers(1, rank), min_size=1, max_size=3))

    def fill() -> Case:
        full = several(draw, SIZE, rank)
        shapes = [tuple(draw(st.sampled_from((1, size))) for size in full[rank - part :]) for part in (rank, *ranks)]
        return load(kind)(), tuple(map(Tensor, shapes))

    return fill


_ELEMENTWISE = (
    *("identity", "dropout", "relu", "relu6", "leaky_relu", "sigmoid", "tanh", "silu"),
    *("hardswish", "gelu"),
)

MAKERS: dict[str, Maker] = {
    "linear": _linear,
    "batchnorm": _batchnorm,
    "lrn": _lrn,
    "softmax": _softmax,
    **{kind: partial(_elementwise, kind) for kind in _ELEMENTWISE},
    **{kind: partial(_join, kind) for kind in ("add", "multiply")},
}
