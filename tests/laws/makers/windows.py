"""Convolutions and poolings."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hypothesis import strategies as st

from netledger.core.network import Tensor
from netledger.ops import load
from tests.laws.draws import (
    AXES,
    BATCH,
    CHANNELS,
    FORMS,
    SIZE,
    SMALL,
    Case,
    Draw,
    Maker,
    case,
    feature_map,
    fitting,
    padding,
    per_axis,
)


def _conv(draw: Draw) -> Callable[[], Case]:
    axes, form, listed = draw(AXES), draw(st.sampled_from(FORMS)), draw(st.booleans())
    shared = {
        "bias": draw(st.booleans()),
        "rounding": draw(st.sampled_from(("floor", "ceil"))),
        "clip": draw(st.booleans()),
    }

    def fill() -> Case:
        groups = draw(SMALL)
        op = load("conv")(
            out=groups * draw(SMALL),
            kernel=per_axis(draw, SMALL, axes, listed),
            stride=per_axis(draw, SMALL, axes, listed),
            padding=padding(draw, form, axes),
            dilation=per_axis(draw, st.integers(1, 3), axes, listed),
            groups=groups,
            **shared,
        )
        return op, (Tensor((draw(BATCH), groups * draw(SMALL), *fitting(draw, op, axes))),)

    return fill


def _pool(kind: str, draw: Draw) -> Callable[[], Case]:
    axes, form, listed, strided = draw(AXES), draw(st.sampled_from(FORMS)), draw(st.booleans()), draw(st.booleans())
    shared = {"rounding": draw(st.sampled_from(("floor", "ceil"))), "clip": draw(st.booleans())}
    if kind == "avgpool":
        shared["count_include_pad"] = draw(st.booleans())
    else:
        shared["indices"] = draw(st.booleans())

    def fill() -> Case:
        numbers = {"dilation": per_axis(draw, SMALL, axes, listed)} if kind == "maxpool" else {}
        op = load(kind)(
            kernel=per_axis(draw, SMALL, axes, listed),
            stride=per_axis(draw, SMALL, axes, listed) if strided else None,
            padding=padding(draw, form, axes),
            **numbers,
            **shared,
        )
        return op, (Tensor((draw(BATCH), draw(CHANNELS), *fitting(draw, op, axes))),)

    return fill


def _adaptive(kind: str, draw: Draw) -> Callable[[], Case]:
    axes, listed = draw(AXES), draw(st.booleans())
    return lambda: case(feature_map(draw, axes), kind, out=per_axis(draw, SIZE, axes, listed))


def _global(kind: str, draw: Draw) -> Callable[[], Case]:
    axes, keepdims = draw(AXES), draw(st.booleans())
    return lambda: case(feature_map(draw, axes), kind, keepdims=keepdims)


MAKERS: dict[str, Maker] = {
    "conv": _conv,
    **{kind: partial(_pool, kind) for kind in ("maxpool", "avgpool")},
    **{kind: partial(_adaptive, kind) for kind in ("adaptive_avgpool", "adaptive_maxpool")},
    **{kind: partial(_global, kind) for kind in ("global_avgpool", "global_maxpool")},
}
