"""The same elements in another shape; of a stored tensor, the stored tensor seen differently."""

from __future__ import annotations

from math import prod
from typing import Any

from netledger.core.network import Tensor
from netledger.frontends.graph import Stored
from netledger.frontends.paddle.reader import Known
from netledger.frontends.paddle.rules._registry import channels, rule, unique


def _seen(value: Any, shape: tuple[int, ...]) -> list[Any] | None:
    """A stored or known tensor in another shape."""
    if isinstance(value, Stored):
        return [value.seen(shape)]
    if isinstance(value, Known):
        return [value._replace(tensor=value.tensor.like(shape))]
    return None


def _shape(op: Any) -> tuple[int, ...] | None:
    tensor = op.outputs[0].tensor
    return None if tensor is None or any(size < 0 for size in tensor.shape) else tuple(tensor.shape)


@rule("reshape", "view_shape")
def reshape(reader: Any, op: Any) -> Any:
    """A shape that is given; 0 is the size of the input, −1 what remains."""
    target = _shape(op)
    if target is None:
        wanted = reader.known(op, 1)
        if wanted is None:
            return None
        given = reader.tensor(op).shape
        sizes = [given[axis] if size == 0 else size for axis, size in enumerate(wanted)]
        target = tuple(prod(given) // -prod(sizes) if size == -1 else size for size in sizes)
    seen = _seen(reader.value(op, 0), target)
    return seen if seen is not None else reader.add(op, unique("reshape", target, whole=True), 0)


@rule("flatten")
def flatten(reader: Any, op: Any) -> Any:
    """Axes merged into one."""
    start, end = op.attributes["start_axis"], op.attributes["stop_axis"]
    return reader.add(op, unique("flatten", start, end), 0)


@rule("transpose")
def transpose(reader: Any, op: Any) -> Any:
    """Axes in another order."""
    order = tuple(op.attributes["perm"])
    value = reader.value(op, 0)
    if isinstance(value, Stored):
        return [value.seen(tuple(value.shape[axis] for axis in order))]
    return reader.add(op, unique("permute", order), 0)


@rule("squeeze")
def squeeze(reader: Any, op: Any) -> Any:
    """Axes of size 1 left out."""
    given = reader.tensor(op).shape
    chosen = reader.known(op, 1) or [axis for axis, size in enumerate(given) if size == 1]
    chosen = tuple(axis % len(given) for axis in chosen)
    left = tuple(axis for axis in chosen if given[axis] == 1)
    seen = _seen(reader.value(op, 0), tuple(size for axis, size in enumerate(given) if axis not in left))
    if seen is not None:
        return seen
    return reader.add(op, unique("squeeze", left), 0) if left else [reader.value(op, 0)]


@rule("unsqueeze")
def unsqueeze(reader: Any, op: Any) -> Any:
    """More axes of size 1."""
    value, shape = reader.value(op, 0), list(reader.tensor(op).shape)
    places = reader.known(op, 1)
    if places is None:
        return None
    number = value
    for place in places:
        at = place % (len(shape) + 1)
        shape.insert(at, 1)
        if not isinstance(value, (Stored, Known)):
            (number,) = reader.apply(op, unique("unsqueeze", at), number)
    return _seen(value, tuple(shape)) or [number]


@rule("assign", "share_data", "memcpy_h2d", "memcpy_d2h", "contiguous")
def assign(reader: Any, op: Any) -> Any:
    """The same tensor."""
    return [reader.value(op, 0)]


@rule("cast")
def cast(reader: Any, op: Any) -> Any:
    """Another element type; of what is stored or known, nothing is done."""
    value = reader.value(op, 0)
    made = op.outputs[0].tensor
    dtype = made.dtype if made is not None else "float32"
    if isinstance(value, (Stored, Known)):
        return [value if isinstance(value, Stored) else value._replace(tensor=Tensor(value.tensor.shape, dtype))]
    return reader.add(op, unique("cast", dtype), 0)


@rule("expand", "expand_as", "broadcast_to")
def expand(reader: Any, op: Any) -> Any:
    """Axes of size 1 repeated."""
    shape = _shape(op) or reader.known(op, 1)
    if not shape or any(size < 0 for size in shape):
        return None
    return reader.add(op, unique("expand", tuple(shape)), 0)


@rule("tile")
def tile(reader: Any, op: Any) -> Any:
    """The whole repeated along axes."""
    times = reader.known(op, 1)
    return None if times is None else reader.add(op, unique("tile", tuple(times)), 0)


@rule("flip", "reverse")
def flip(reader: Any, op: Any) -> Any:
    """Axes the other way round."""
    return reader.add(op, unique("flip", tuple(op.attributes["axis"])), 0)


@rule("roll")
def roll(reader: Any, op: Any) -> Any:
    """Axes rolled around, one after another."""
    shifts, places = reader.known(op, 1), op.attributes["axis"]
    if shifts is None or not places:
        return None
    number = reader.number(op.inputs[0])
    for shift, axis in zip(shifts, places, strict=True):
        (number,) = reader.apply(op, unique("roll", int(shift), int(axis)), number, made=reader.made(op.outputs))
    return [number]


@rule("as_strided", "view_slice", "diagonal", "diag_embed", "tensor_unfold", "frame", "unstack")
def rearranged(reader: Any, op: Any) -> Any:
    """Elements in other places."""
    shape = _shape(op)
    if shape is None or len(op.outputs) > 1:
        return None
    return reader.add(op, unique("rearrange", op.name, shape), 0)


@rule("tril", "triu")
def triangle(reader: Any, op: Any) -> Any:
    """One triangle of each matrix."""
    return reader.add(op, unique(op.name, int(op.attributes.get("diagonal", 0))), 0)


@rule("pixel_shuffle")
def pixel_shuffle(reader: Any, op: Any) -> Any:
    """Channels to places."""
    return reader.add(op, unique("pixel_shuffle", int(op.attributes["upscale_factor"]), channels=channels(op)), 0)


@rule("pixel_unshuffle")
def pixel_unshuffle(reader: Any, op: Any) -> Any:
    """Places to channels."""
    return reader.add(op, unique("pixel_unshuffle", int(op.attributes["downscale_factor"]), channels=channels(op)), 0)


@rule("channel_shuffle")
def channel_shuffle(reader: Any, op: Any) -> Any:
    """Channels mixed among groups."""
    return reader.add(op, unique("channel_shuffle", int(op.attributes["groups"]), channels=channels(op)), 0)


@rule("pad3d")
def pad3d(reader: Any, op: Any) -> Any:
    """Elements added around feature maps: left, right, top, bottom, front, back."""
    given = reader.known(op, 1)
    if given is None:
        return None
    pairs = tuple(zip(given[::2], given[1::2], strict=True))[::-1][-(len(reader.tensor(op).shape) - 2) :]
    mode = {"edge": "replicate"}.get(op.attributes["mode"], op.attributes["mode"])
    return reader.add(op, unique("pad", pairs, mode, channels=channels(op)), 0)


@rule("pad")
def pad(reader: Any, op: Any) -> Any:
    """Elements added around: a pair for each axis from the first."""
    given = [int(value) for value in op.attributes["paddings"]]
    pairs = tuple(zip(given[::2], given[1::2], strict=True))
    if len(pairs) < 3 or any(pair != (0, 0) for pair in pairs[:2]):
        shape = _shape(op)
        return None if shape is None else reader.add(op, unique("rearrange", "pad", shape), 0)
    return reader.add(op, unique("pad", pairs[2:]), 0)
