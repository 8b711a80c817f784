"""What works along chosen axes: reductions, layout, indexing, sorting, transforms."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from hypothesis import strategies as st

from netledger.core.network import DTYPE_BITS, Tensor
from netledger.ops import load
from tests.laws.draws import SIZE, SMALL, Case, Draw, Maker, case, several

REDUCTIONS = (
    *("sum", "mean", "max", "min", "prod", "var", "std", "norm", "logsumexp", "any", "all"),
    "count_nonzero",
)
ALONG = ("argsort", "sort", "cumsum", "cumprod", "cummax", "cummin", "logcumsumexp", "argmax", "argmin")


def _chosen(draw: Draw, rank: int) -> tuple[int, ...]:
    """Some axes, some counted from the end."""
    found = draw(st.lists(st.integers(0, rank - 1), min_size=1, unique=True))
    return tuple(axis - draw(st.sampled_from((0, rank))) for axis in found)


def _reduction(kind: str, draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 4))
    words: dict[str, Any] = {"axes": _chosen(draw, rank)} if draw(st.booleans()) else {}
    words["keepdims"] = draw(st.booleans())
    if kind == "norm":
        words["p"] = draw(st.sampled_from((1.0, 2.0, 3.0, 0.5)))
    if kind in ("var", "std"):
        words["correction"] = draw(st.integers(0, 1))
    return lambda: case(several(draw, SIZE, rank), kind, **words)


def _along(kind: str, draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 4))
    words: dict[str, Any] = {"axis": draw(st.integers(-rank, rank - 1))}
    if kind in ("argmax", "argmin"):
        words["keepdims"] = draw(st.booleans())
    if kind in ("sort", "argsort"):
        words["descending"] = draw(st.booleans())
    return lambda: case(several(draw, SIZE, rank), kind, **words)


def _topk(draw: Draw) -> Callable[[], Case]:
    rank, largest = draw(st.integers(1, 4)), draw(st.booleans())
    axis = draw(st.integers(-rank, rank - 1))

    def fill() -> Case:
        shape = several(draw, SIZE, rank)
        return case(shape, "topk", k=draw(st.integers(1, shape[axis])), axis=axis, largest=largest)

    return fill


def _permute(draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 4))
    order = tuple(axis - draw(st.sampled_from((0, rank))) for axis in draw(st.permutations(range(rank))))
    return lambda: case(several(draw, SIZE, rank), "permute", axes=order)


def _transpose(draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 4))
    first, second = several(draw, st.integers(-rank, rank - 1), 2)
    return lambda: case(several(draw, SIZE, rank), "transpose", first=first, second=second)


def _squeeze(draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 4))
    axes = _chosen(draw, rank)
    gone = {axis % rank for axis in axes}
    return lambda: case(tuple(1 if axis in gone else draw(SIZE) for axis in range(rank)), "squeeze", axes=axes)


def _unsqueeze(draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 4))
    return lambda: case(several(draw, SIZE, rank), "unsqueeze", axis=draw(st.integers(-rank - 1, rank)))


def _expand(draw: Draw) -> Callable[[], Case]:
    rank, more = draw(st.integers(1, 3)), draw(st.integers(0, 2))

    def fill() -> Case:
        made = several(draw, SMALL, rank + more)
        shape = tuple(draw(st.sampled_from((1, size))) for size in made[more:])
        pairs = zip(made[more:], shape, strict=True)
        sizes = (*made[:more], *(draw(st.sampled_from((-1, size))) if size == old else size for size, old in pairs))
        return case(shape, "expand", sizes=sizes)

    return fill


def _select(draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 4))
    axis = draw(st.integers(-rank, rank - 1))

    def fill() -> Case:
        shape = several(draw, SIZE, rank)
        return case(shape, "select", axis=axis, place=draw(st.integers(-shape[axis], shape[axis] - 1)))

    return fill


def _slice(draw: Draw) -> Callable[[], Case]:
    rank, open_ = draw(st.integers(1, 4)), draw(st.booleans())
    axis = draw(st.integers(-rank, rank - 1))

    def fill() -> Case:
        shape = several(draw, SIZE, rank)
        size = shape[axis]
        start = draw(st.integers(-size - 2, size - 1))
        first = max(start + size, 0) if start < 0 else start
        stop = draw(st.integers(first + 1, size + 2))
        if stop < size:
            stop -= draw(st.sampled_from((0, size)))
        return case(shape, "slice", axis=axis, start=start, step=draw(SMALL), **({} if open_ else {"stop": stop}))

    return fill


def _shorter(draw: Draw, shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    """Not longer than this, on any axis but one."""
    places = enumerate(shape)
    return tuple(draw(SIZE) if place == axis % len(shape) else draw(st.integers(1, size)) for place, size in places)


def _gather(draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 4))
    axis = draw(st.integers(-rank, rank - 1))

    def fill() -> Case:
        shape = several(draw, SIZE, rank)
        return load("gather")(axis=axis), (Tensor(shape), Tensor(_shorter(draw, shape, axis)))

    return fill


def _scatter(kind: str, draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 3))
    axis = draw(st.integers(-rank, rank - 1))

    def fill() -> Case:
        shape = several(draw, SIZE, rank)
        index = _shorter(draw, shape, axis)
        source = tuple(size + draw(st.integers(0, 2)) for size in index)
        return load(kind)(axis=axis), (Tensor(shape), Tensor(index), Tensor(source))

    return fill


def _index_select(draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 4))
    axis = draw(st.integers(-rank, rank - 1))
    return lambda: (load("index_select")(axis=axis), (Tensor(several(draw, SIZE, rank)), Tensor((draw(SIZE),))))


def _stack(draw: Draw) -> Callable[[], Case]:
    rank, count = draw(st.integers(1, 3)), draw(SMALL)
    axis = draw(st.integers(-rank - 1, rank))
    return lambda: (load("stack")(axis=axis), (Tensor(several(draw, SIZE, rank)),) * count)


def _flip(draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 4))
    words = {"axes": _chosen(draw, rank)} if draw(st.booleans()) else {}
    return lambda: case(several(draw, SIZE, rank), "flip", **words)


def _roll(draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 4))
    axis, shift = draw(st.integers(-rank, rank - 1)), draw(st.integers(-9, 9))
    return lambda: case(several(draw, SIZE, rank), "roll", shift=shift, axis=axis)


def _tile(draw: Draw) -> Callable[[], Case]:
    rank, count = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    return lambda: case(several(draw, SMALL, rank), "tile", times=several(draw, SMALL, count))


def _repeat_interleave(draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 4))
    axis = draw(st.integers(-rank, rank - 1))
    return lambda: case(several(draw, SIZE, rank), "repeat_interleave", times=draw(SMALL), axis=axis)


def _triangle(kind: str, draw: Draw) -> Callable[[], Case]:
    rank, diagonal = draw(st.integers(2, 4)), draw(st.integers(-3, 3))
    return lambda: case(several(draw, SIZE, rank), kind, diagonal=diagonal)


def _one_hot(draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 3))
    return lambda: case(several(draw, SIZE, rank), "one_hot", count=draw(SIZE))


def _cast(draw: Draw) -> Callable[[], Case]:
    rank, dtype = draw(st.integers(1, 4)), draw(st.sampled_from(tuple(DTYPE_BITS)))
    return lambda: case(several(draw, SIZE, rank), "cast", dtype=dtype)


def _fft(draw: Draw) -> Callable[[], Case]:
    rank, which = draw(st.integers(1, 3)), draw(st.sampled_from(("fft", "ifft", "rfft", "irfft")))
    axes, listed = _chosen(draw, rank), draw(st.booleans())

    def fill() -> Case:
        shape = list(several(draw, SIZE, rank))
        shape[axes[-1]] += 1
        if which == "irfft" and listed:
            return case(tuple(shape), "fft", which=which, axes=axes, length=2 * (shape[axes[-1]] - 1) + 1)
        return case(tuple(shape), "fft", which=which, axes=axes)

    return fill


MAKERS: dict[str, Maker] = {
    **{kind: partial(_reduction, kind) for kind in REDUCTIONS},
    **{kind: partial(_along, kind) for kind in ALONG},
    **{kind: partial(_scatter, kind) for kind in ("scatter", "scatter_add")},
    **{kind: partial(_triangle, kind) for kind in ("tril", "triu")},
    "topk": _topk,
    "permute": _permute,
    "transpose": _transpose,
    "squeeze": _squeeze,
    "unsqueeze": _unsqueeze,
    "expand": _expand,
    "select": _select,
    "slice": _slice,
    "gather": _gather,
    "index_select": _index_select,
    "stack": _stack,
    "flip": _flip,
    "roll": _roll,
    "tile": _tile,
    "repeat_interleave": _repeat_interleave,
    "one_hot": _one_hot,
    "cast": _cast,
    "fft": _fft,
}
