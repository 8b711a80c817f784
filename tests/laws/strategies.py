"""Hypothesis strategies that draw a valid operator and its inputs, for every operator there is.

A maker draws what several configurations share (rank, flags, the form of the padding) and returns a function that
draws the numbers; called several times, it gives configurations that differ in numbers only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from math import prod
from typing import Any, TypeAlias

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from netledger.core.network import Tensor
from netledger.core.operator import Operator
from netledger.ops import load

Case: TypeAlias = tuple[Operator, tuple[Tensor, ...]]
Draw: TypeAlias = Callable[[st.SearchStrategy[Any]], Any]
Maker: TypeAlias = Callable[[Draw], Callable[[], Case]]

QUICK = settings(max_examples=50, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
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
    return lambda: case(_feature_map(draw, axes), kind, out=per_axis(draw, SIZE, axes, listed))


def _global(kind: str, draw: Draw) -> Callable[[], Case]:
    axes, keepdims = draw(AXES), draw(st.booleans())
    return lambda: case(_feature_map(draw, axes), kind, keepdims=keepdims)


def _feature_map(draw: Draw, axes: int) -> tuple[int, ...]:
    return (draw(BATCH), draw(CHANNELS), *several(draw, SIZE, axes))


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
    return lambda: case(_feature_map(draw, axes), "batchnorm", affine=affine, track=track)


def _lrn(draw: Draw) -> Callable[[], Case]:
    axes = draw(AXES)
    return lambda: case(_feature_map(draw, axes), "lrn", size=draw(SIZE))


def _join(kind: str, draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 4))
    ranks = draw(st.lists(st.integers(1, rank), min_size=1, max_size=3))

    def fill() -> Case:
        full = several(draw, SIZE, rank)
        shapes = [tuple(draw(st.sampled_from((1, size))) for size in full[rank - part :]) for part in (rank, *ranks)]
        return load(kind)(), tuple(map(Tensor, shapes))

    return fill


def _concat(draw: Draw) -> Callable[[], Case]:
    rank, count = draw(st.integers(1, 4)), draw(SMALL)
    axis = draw(st.integers(-rank, rank - 1))

    def fill() -> Case:
        shape = several(draw, SIZE, rank)
        shapes = (tuple(draw(SIZE) if n == axis % rank else size for n, size in enumerate(shape)) for _ in range(count))
        return load("concat")(axis=axis), tuple(map(Tensor, shapes))

    return fill


def _split(draw: Draw) -> Callable[[], Case]:
    rank, equal = draw(st.integers(1, 4)), draw(st.booleans())
    axis = draw(st.integers(-rank, rank - 1))

    def fill() -> Case:
        pieces = (draw(SIZE),) * draw(SMALL) if equal else tuple(draw(st.lists(SIZE, min_size=1, max_size=4)))
        shape = tuple(sum(pieces) if n == axis % rank else draw(SIZE) for n in range(rank))
        how = {"parts": len(pieces)} if equal else {"sizes": pieces}
        return case(shape, "split", axis=axis, **how)

    return fill


def _crop(draw: Draw) -> Callable[[], Case]:
    axes, form, listed = draw(AXES), draw(st.sampled_from((*FORMS[:3], "size"))), draw(st.booleans())

    def fill() -> Case:
        kept = per_axis(draw, SIZE, axes, listed)
        sizes = tuple(size + draw(st.integers(6, 9)) for size in (kept if listed else (kept,) * axes))
        how = {"size": kept} if form == "size" else {"margins": padding(draw, form, axes)}
        return case((draw(BATCH), draw(CHANNELS), *sizes), "crop", **how)

    return fill


def _pad(draw: Draw) -> Callable[[], Case]:
    axes, form = draw(AXES), draw(st.sampled_from(FORMS[:3]))
    mode = draw(st.sampled_from(("constant", "reflect", "replicate", "circular")))

    def fill() -> Case:
        shape = (draw(BATCH), draw(CHANNELS), *several(draw, st.integers(4, 9), axes))
        return case(shape, "pad", padding=padding(draw, form, axes), mode=mode)

    return fill


def _upsample(draw: Draw) -> Callable[[], Case]:
    axes, listed, how = draw(AXES), draw(st.booleans()), draw(st.sampled_from(("scale", "size")))
    named = {2: ("bilinear",), 3: ("trilinear",)}.get(axes, ())
    mode = draw(st.sampled_from(("nearest", "linear", *named)))
    return lambda: case(_feature_map(draw, axes), "upsample", mode=mode, **{how: per_axis(draw, SMALL, axes, listed)})


def _channel_shuffle(draw: Draw) -> Callable[[], Case]:
    axes = draw(AXES)

    def fill() -> Case:
        groups = draw(SMALL)
        shape = (draw(BATCH), groups * draw(SMALL), *several(draw, SIZE, axes))
        return case(shape, "channel_shuffle", groups=groups)

    return fill


def _flatten(draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 5))
    start = draw(st.integers(0, rank - 1))
    end = draw(st.integers(start, rank - 1))
    from_end = draw(st.booleans())
    return lambda: case(several(draw, SMALL, rank), "flatten", start=start, end=end - rank if from_end else end)


def _regrouped(draw: Draw, factors: tuple[int, ...]) -> tuple[int, ...]:
    """The same elements along other axes: neighbouring factors multiplied together."""
    inner = draw(st.sets(st.integers(0, len(factors))))
    cuts = sorted({0, len(factors), *inner})
    return tuple(prod(factors[a:b]) for a, b in pairwise(cuts))


def _reshape(draw: Draw) -> Callable[[], Case]:
    def fill() -> Case:
        factors = several(draw, SMALL, draw(st.integers(1, 5)))
        shape = list(_regrouped(draw, factors))
        if draw(st.booleans()):
            shape[draw(st.integers(0, len(shape) - 1))] = -1
        return case((draw(BATCH), *_regrouped(draw, factors)), "reshape", shape=tuple(shape))

    return fill


def _custom(draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 4))
    out = several(draw, SMALL, draw(st.integers(0, 3)))
    return lambda: case(several(draw, SMALL, rank), "custom", what="mystery", out=out)


_ELEMENTWISE = (
    *("identity", "dropout", "relu", "relu6", "leaky_relu", "sigmoid", "tanh", "silu"),
    *("hardsigmoid", "hardswish", "gelu"),
)

MAKERS: dict[str, Maker] = {
    "conv": _conv,
    "linear": _linear,
    "batchnorm": _batchnorm,
    "lrn": _lrn,
    "softmax": _softmax,
    "concat": _concat,
    "split": _split,
    "crop": _crop,
    "pad": _pad,
    "upsample": _upsample,
    "channel_shuffle": _channel_shuffle,
    "flatten": _flatten,
    "reshape": _reshape,
    "custom": _custom,
    **{kind: partial(_elementwise, kind) for kind in _ELEMENTWISE},
    **{kind: partial(_pool, kind) for kind in ("maxpool", "avgpool")},
    **{kind: partial(_adaptive, kind) for kind in ("adaptive_avgpool", "adaptive_maxpool")},
    **{kind: partial(_global, kind) for kind in ("global_avgpool", "global_maxpool")},
    **{kind: partial(_join, kind) for kind in ("add", "multiply")},
}
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
