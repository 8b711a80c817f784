"""What changes shapes only."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import prod

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
    padding,
    per_axis,
    several,
)


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
        if draw(st.booleans()):
            return case(_regrouped(draw, factors), "reshape", shape=tuple(shape), whole=True)
        return case((draw(BATCH), *_regrouped(draw, factors)), "reshape", shape=tuple(shape))

    return fill


def _custom(draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 4))
    out = several(draw, SMALL, draw(st.integers(0, 3)))
    whole = draw(st.booleans())
    return lambda: case(several(draw, SMALL, rank), "custom", what="mystery", out=out, whole=whole)


def _from_nothing(kind: str) -> Maker:
    def maker(draw: Draw) -> Callable[[], Case]:
        rank = draw(st.integers(0, 4))
        return lambda: (load(kind)(shape=several(draw, SIZE, rank)), ())

    return maker


def _empty(draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(0, 3))
    return lambda: case(several(draw, SMALL, 2), "empty", shape=(*several(draw, SMALL, rank), 0))


def _unused(draw: Draw) -> Callable[[], Case]:
    return lambda: (load("unused")(), ())


def _assign(draw: Draw) -> Callable[[], Case]:
    ranks = draw(st.integers(1, 4)), draw(st.integers(0, 2))

    def fill() -> Case:
        inputs = tuple(Tensor(several(draw, SMALL, rank)) for rank in ranks)
        return load("assign")(), inputs

    return fill


def _rearrange(draw: Draw) -> Callable[[], Case]:
    ranks = draw(st.integers(1, 4)), draw(st.integers(0, 4))
    return lambda: case(
        several(draw, SMALL, ranks[0]), "rearrange", what="as_strided", shape=several(draw, SMALL, ranks[1])
    )


MAKERS: dict[str, Maker] = {
    "concat": _concat,
    "split": _split,
    "crop": _crop,
    "pad": _pad,
    "channel_shuffle": _channel_shuffle,
    "flatten": _flatten,
    "reshape": _reshape,
    "custom": _custom,
    "buffer": _from_nothing("buffer"),
    "constant": _from_nothing("constant"),
    "empty": _empty,
    "unused": _unused,
    "assign": _assign,
    "rearrange": _rearrange,
}
