"""Choosing elements by their place, and writing to them."""

from __future__ import annotations

from typing import Any

from netledger.core.language import say
from netledger.core.number import product
from netledger.frontends.onnx.folding import places
from netledger.frontends.onnx.node import At, UnansweredError
from netledger.frontends.onnx.rules._registry import load, rule
from netledger.frontends.onnx.values import Value


def _empty(at: At, shape: Any) -> Value:
    return at.one(load("empty")(tuple(shape)), at[0])


@rule("Slice")
def sliced(at: At) -> Value:
    """Some places of some axes, in steps."""
    value = at[0]
    starts = at.get("starts") or at.whole(1) or ()
    ends = at.get("ends") or at.whole(2) or ()
    axes = at.get("axes") or at.whole(3) or range(len(starts))
    steps = at.whole(4) or (1,) * len(starts)
    made = value
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        made = _along(at, made, axis % len(value.shape), start, end, step)
    return made if made is not value else at.one("identity", value)


def _along(at: At, value: Value, axis: int, start: Any, end: Any, step: int) -> Value:
    length = value.shape[axis]
    if not (type(length) is type(start) is type(end) is int):
        return _symbolic(at, value, axis, start, end, step)
    if step == 0:
        raise ValueError("a step of 0")
    taken = places(length, start, end, step) if length else range(0)
    if len(taken) == length and step == 1:
        return value
    shape = (*value.shape[:axis], len(taken), *value.shape[axis + 1 :])
    if 0 in shape:
        return at.one(load("empty")(shape), value)
    if step < 0:
        if len(taken) == length and step == -1:
            return at.one("flip", value, axes=(axis,))
        return at.one("rearrange", value, what="Slice", shape=shape)
    return at.one(load("slice")(axis, taken[0], taken[-1] + 1, step), value)


def _symbolic(at: At, value: Value, axis: int, start: Any, end: Any, step: int) -> Value:
    """Of a length that is a symbol."""
    length = value.shape[axis]
    if step != 1:
        raise UnansweredError(say("it depends on values that are not known before it runs"), values=True)
    first = start if not _negative(start) else start + length
    last = None if _beyond(end) else end + length if _negative(end) else end
    if last is None and type(first) is int and first == 0:
        return value
    return at.one(load("slice")(axis, first, last, 1), value)


def _negative(number: Any) -> bool:
    return type(number) is int and number < 0


def _beyond(number: Any) -> bool:
    return type(number) is int and number >= 2**31 - 1


@rule("Gather")
def gather(at: At) -> Value:
    """Places along an axis: rows of a stored table, one place, or a tensor of places."""
    value, index = at[0], at[1]
    rank = len(value.shape)
    axis = at.get("axis", 0)
    axis = axis + rank if axis < 0 else axis
    if not 0 <= axis < rank:
        raise IndexError(f"axis {axis}")
    made = (*value.shape[:axis], *index.shape, *value.shape[axis + 1 :])
    if 0 in made:
        return _empty(at, made)
    held = value.held()
    if (
        held is not None
        and value.number is None
        and rank == 2
        and axis == 0
        and not held.buffer
        and index.known() is None
    ):
        op = load("embedding")(*value.shape)
        return at.one(op, index, stored={"weight": at.stored(value)}, dtype=value.dtype)
    place = index.scalar() if not index.shape and index.number is None else None
    if place is not None:
        return at.one(load("select")(axis, int(place)), value)
    return _gathered(at, value, index, axis, made)


def _gathered(at: At, value: Value, index: Value, axis: int, made: Any) -> Value:
    if len(index.shape) == 1:
        return at.one(load("index_select")(axis), value, index)
    if not index.shape:
        flat = at.one(load("reshape")((1,), whole=True), index)
        return at.one("squeeze", at.one(load("index_select")(axis), value, flat), axes=(axis,))
    flat = at.one(load("reshape")((product(index.shape),), whole=True), index)
    return at.one(load("reshape")(made, whole=True), at.one(load("index_select")(axis), value, flat))


@rule("GatherElements")
def gather_elements(at: At) -> Value:
    """An element for each index."""
    if 0 in at[1].shape:
        return _empty(at, at[1].shape)
    return at.one("gather", at[0], at[1], axis=at.get("axis", 0))


@rule("GatherND")
def gather_nd(at: At) -> Value:
    """Parts whose places are given by rows of indices."""
    value, index, batch = at[0], at[1], at.get("batch_dims", 0)
    made = (*index.shape[:-1], *value.shape[batch + index.shape[-1] :])
    if 0 in made:
        return _empty(at, made)
    return at.one("rearrange", value, index, what="GatherND", shape=made)


_ADDED = {"add": "scatter_add"}


@rule("ScatterElements", "Scatter")
def scatter(at: At) -> Value:
    """Elements put, or added, to places."""
    reduction = at.get("reduction", "none")
    if reduction not in ("none", "add"):
        raise at.gap(say("there is no rule for {op} with {what}", op=at.op, what=reduction), at[0].shape)
    if 0 in at[1].shape:
        return at.one("identity", at[0])
    return at.one("scatter_add" if reduction == "add" else "scatter", at[0], at[1], at[2], axis=at.get("axis", 0))


@rule("ScatterND")
def scatter_nd(at: At) -> Value:
    """Parts put to places."""
    reduction = at.get("reduction", "none")
    if reduction != "none":
        raise at.gap(say("there is no rule for {op} with {what}", op=at.op, what=reduction), at[0].shape)
    values = (at[0], at[2]) if 0 not in at[2].shape else (at[0],)
    return at.one("assign", *values)


@rule("TensorScatter")
def tensor_scatter(at: At) -> Value:
    """Part of a cache replaced."""
    return at.one("assign", at[0], at[1])


@rule("OneHot")
def one_hot(at: At) -> Value:
    """A 1 at the place that a whole number says."""
    depth = at.whole(1)
    assert depth is not None
    index, rank = at[0], len(at[0].shape) + 1
    axis = at.get("axis", -1) % rank
    made = at.one("one_hot", index, count=depth[0], dtype=at[2].dtype)
    if axis == rank - 1:
        return made
    order = [*range(rank - 1)]
    order.insert(axis, rank - 1)
    return at.one("permute", made, axes=tuple(order))


@rule("TopK")
def topk(at: At) -> tuple[Value, ...]:
    """The greatest or least elements, and their places."""
    k = at.get("k") if "k" in at.attributes else (at.whole(1) or (0,))[0]
    axis = at.get("axis", -1)
    if k == 0:
        shape = list(at[0].shape)
        shape[axis] = 0
        return _empty(at, shape), at.one(load("empty")(tuple(shape)), at[0], dtype="int64")
    return at.add(load("topk")(k, axis, bool(at.get("largest", 1))), at[0], types=(at[0].dtype, "int64"))


@rule("CumSum", "CumProd")
def cumulated(at: At) -> Value:
    """All elements up to each, added or multiplied."""
    data = at[1].known()
    axis = -1 if data is None else int(data.reshape(-1)[0])
    return at.one(at.op.lower(), at[0], axis=axis)


@rule("NonZero")
def nonzero(at: At) -> None:
    """Places of elements that are not 0: how many, only the values say."""
    raise UnansweredError(say("its size depends on values that are not known before it runs"), values=True)


@rule("Compress", "Unique", "NonMaxSuppression")
def counted(at: At) -> Value:
    """What is left depends on values."""
    if at.op == "Compress":
        kept = at[1].known()
        if kept is not None:
            return _compressed(at, int(kept.astype(bool).sum()))
    raise UnansweredError(say("its size depends on values that are not known before it runs"), values=True)


def _compressed(at: At, count: int) -> Value:
    axis = at.get("axis")
    shape = [count]
    if axis is not None:
        shape = list(at[0].shape)
        shape[axis] = count
    return _empty(at, shape) if 0 in shape else at.one("rearrange", at[0], what="Compress", shape=tuple(shape))
