"""The same elements in another shape or order; parts of them side by side."""

from __future__ import annotations

from typing import Any

from netledger.core.errors import ShapeError
from netledger.core.language import say
from netledger.core.number import product
from netledger.frontends.onnx.node import At, UnansweredError
from netledger.frontends.onnx.rules._registry import load, rule
from netledger.frontends.onnx.values import Value, numbers


@rule("Shape")
def shape(at: At) -> Value:
    """The sizes: known before anything runs."""
    start, end = at.get("start", 0), at.get("end")
    return numbers(at[0].shape[start:end])


@rule("Size")
def size(at: At) -> Value:
    """How many elements there are."""
    made = numbers((at[0].tensor.elements,))
    return Value(made.tensor.like(()), data=made.data.reshape(()))


@rule("Reshape")
def reshape(at: At) -> Value:
    """Another shape: 0 keeps a size, -1 follows from the others."""
    value = at[0]
    wanted = list(at.get("shape") or at.whole(1) or ()) if "shape" in at.attributes else list(at.whole(1) or ())
    if not at.get("allowzero", 0):
        wanted = [value.shape[axis] if _is(one, 0) else one for axis, one in enumerate(wanted)]
    return reshaped(at, value, tuple(wanted))


def _is(size: Any, number: int) -> bool:
    return type(size) is int and size == number


def reshaped(at: At, value: Value, wanted: tuple[Any, ...]) -> Value:
    """Another shape, one size of which may be -1."""
    if any(_is(one, 0) for one in (*wanted, *value.shape)):
        return _emptied(at, value, wanted)
    if wanted == tuple(value.shape):
        return value if value.number is None else at.one(load("reshape")(wanted, whole=True), value)
    return at.viewed(load("reshape")(wanted, whole=True), value)


def _emptied(at: At, value: Value, wanted: tuple[Any, ...]) -> Value:
    """Of no elements."""
    rest = product(one for one in wanted if not _is(one, -1))
    if value.tensor.elements != (0 if rest == 0 or -1 in wanted else rest):
        raise ShapeError("the sizes hold another number of elements", values={"input": value.shape, "wanted": wanted})
    free = value.tensor.elements // rest if rest else 0
    made = tuple(free if _is(one, -1) else one for one in wanted)
    return at.one(load("empty")(made), value)


@rule("Flatten")
def flatten(at: At) -> Value:
    """Two axes: those before one, and the rest."""
    value = at[0]
    axis = at.get("axis", 1)
    axis += len(value.shape) if axis < 0 else 0
    if axis == 1 and len(value.shape) > 2 and 0 not in value.shape:
        return at.viewed(load("flatten")(), value)
    return reshaped(at, value, (product(value.shape[:axis]), product(value.shape[axis:])))


@rule("Squeeze")
def squeeze(at: At) -> Value:
    """Axes of size 1 left out."""
    value = at[0]
    chosen = at.axes()
    rank = len(value.shape)
    axes = tuple(a for a, one in enumerate(value.shape) if one == 1) if chosen is None else chosen
    if not axes:
        return value if value.number is None else at.one("identity", value)
    return at.viewed(load("squeeze")(tuple(sorted(axis % rank for axis in axes))), value)


@rule("Unsqueeze")
def unsqueeze(at: At) -> Value:
    """More axes, of size 1."""
    value = at[0]
    axes = at.axes() or ()
    rank = len(value.shape) + len(axes)
    places = sorted({axis + rank if axis < 0 else axis for axis in axes})
    if len(places) != len(axes) or not all(0 <= place < rank for place in places):
        raise ValueError("axes")
    for place in places:
        value = at.viewed(load("unsqueeze")(place), value)
    return value


@rule("Transpose")
def transpose(at: At) -> Value:
    """The axes in another order."""
    value = at[0]
    rank = len(value.shape)
    order = tuple(at.get("perm") or reversed(range(rank)))
    if rank < 2:
        return value if value.number is None else at.one("identity", value)
    swapped = [axis for axis, one in enumerate(order) if axis != one]
    if len(order) == rank and len(swapped) == 2 and sorted(order) == list(range(rank)):
        return at.viewed(load("transpose")(*swapped), value)
    return at.viewed(load("permute")(order), value)


@rule("Expand")
def expand(at: At) -> Value:
    """Axes of size 1 made longer; sizes of 1 keep what there is."""
    value = at[0]
    wanted = at.whole(1) or ()
    rank = max(len(wanted), len(value.shape))
    padded = [(1,) * (rank - len(one)) + tuple(one) for one in (value.shape, wanted)]
    made = tuple(mine if _is(theirs, 1) else theirs for mine, theirs in zip(*padded, strict=True))
    if any(_is(one, 0) for one in (*made, *value.shape)):
        return at.one(load("empty")(made), value)
    return at.viewed(load("expand")(made), value)


@rule("Tile")
def tile(at: At) -> Value:
    """A tensor side by side with itself."""
    times = at.whole(1) or ()
    if 0 in times or 0 in at[0].shape:
        return at.one(load("empty")(tuple(a * b for a, b in zip(times, at[0].shape, strict=True))), at[0])
    return at.one("tile", at[0], times=times) if times else at.one("identity", at[0])


@rule("Concat")
def concat(at: At) -> Value:
    """Side by side along one axis; what has no elements is left out."""
    values = [at[place] for place in range(len(at.inputs))]
    axis = at.get("axis", 1)
    full = [value for value in values if 0 not in value.shape]
    if not full:
        rank = len(values[0].shape)
        sizes = list(values[0].shape)
        sizes[axis % rank] = sum(value.shape[axis % rank] for value in values)
        return at.one(load("empty")(tuple(sizes)), *values)
    return at.one("concat", *full, axis=axis)


@rule("Split")
def split(at: At) -> tuple[Value, ...]:
    """Cut into pieces."""
    value = at[0]
    axis = at.get("axis", 0)
    sizes = at.get("split") or at.whole(1)
    length = value.shape[axis]
    if sizes is None:
        parts = at.get("num_outputs") or at.wanted
        each = -(-length // parts)
        sizes = (*(each,) * (parts - 1), length - each * (parts - 1))
    sizes = tuple(sizes)
    if 0 in sizes or 0 in value.shape:
        return _pieces(at, value, axis % len(value.shape), sizes)
    if sum(sizes) != length:
        raise ShapeError("the sizes of the pieces must add up to the axis", values={"sizes": sizes, "axis": length})
    same = len(set(sizes)) == 1 and len(sizes) <= 256
    op = load("split")(len(sizes), None, axis) if same else load("split")(None, sizes, axis)
    return at.add(op, value)


def _pieces(at: At, value: Value, axis: int, sizes: Any) -> tuple[Value, ...]:
    """Pieces some of which have no elements."""
    made, start = [], 0
    for one in sizes:
        shape = (*value.shape[:axis], one, *value.shape[axis + 1 :])
        empty = 0 in shape
        op = load("empty")(shape) if empty else load("slice")(axis, start, start + one)
        made.append(at.one(op, value))
        start += one
    return tuple(made)


@rule("DepthToSpace")
def depth_to_space(at: At) -> Value:
    """Channels to places: in either order it is only a move."""
    return at.one("pixel_shuffle", at[0], factor=int(at.get("blocksize")))


@rule("SpaceToDepth")
def space_to_depth(at: At) -> Value:
    """Places to channels."""
    return at.one("pixel_unshuffle", at[0], factor=int(at.get("blocksize")))


@rule("Trilu")
def trilu(at: At) -> Value:
    """The elements on one side of a diagonal."""
    data = None
    if at.maybe(1) is not None:
        data = at[1].known()
    diagonal = 0 if data is None else int(data.reshape(-1)[0])
    return at.one("triu" if at.get("upper", 1) else "tril", at[0], diagonal=diagonal)


@rule("ReverseSequence")
def reverse_sequence(at: At) -> Value:
    """Some elements the other way round."""
    return at.one("rearrange", at[0], at[1], what="ReverseSequence", shape=tuple(at[0].shape))


@rule("Pad")
def pad(at: At) -> Value:
    """Elements added around, or cut off where negative."""
    value = at[0]
    rank = len(value.shape)
    given = at.get("pads") or at.get("paddings") or at.whole(1) or ()
    axes = at.whole(3)
    chosen = [axis % rank for axis in axes] if axes is not None else list(range(rank))
    count = len(chosen)
    before, after = [0] * rank, [0] * rank
    for place, axis in enumerate(chosen):
        before[axis], after[axis] = given[place], given[count + place]
    mode = {"constant": "constant", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}[
        at.get("mode", "constant")
    ]
    return _padded(at, value, before, after, mode)


def _padded(at: At, value: Value, before: list[Any], after: list[Any], mode: str) -> Value:
    rank = len(value.shape)
    spatial = not any(before[:2]) and not any(after[:2]) and rank > 2
    least = min((*before, *after), default=0)
    if least >= 0 and spatial:
        pairs = tuple(zip(before[2:], after[2:], strict=True))
        return at.one("pad", value, padding=pairs, mode=mode)
    made = tuple(b + size + a for b, size, a in zip(before, value.shape, after, strict=True))
    if any(one < 0 for one in made):
        raise UnansweredError(say("more is cut off than there is"))
    return at.one(load("empty")(made) if 0 in made else load("rearrange")("Pad", made), value)


@rule("CenterCropPad")
def center_crop_pad(at: At) -> Value:
    """Cut or filled to a size, around the centre."""
    value = at[0]
    wanted = at.whole(1) or ()
    sizes = list(value.shape)
    for axis, one in zip(at.get("axes") or range(len(sizes)), wanted, strict=False):
        sizes[axis] = one
    return at.one("rearrange", value, what="CenterCropPad", shape=tuple(sizes))
