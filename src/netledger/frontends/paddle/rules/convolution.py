"""Convolutions, and transposed ones. A bias is added by an operation of its own: see `arithmetic`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from netledger.frontends.graph import Stored
from netledger.frontends.held import HeldConv, HeldConvTranspose
from netledger.frontends.paddle.rules._registry import axes, channels, rule, unique

__all__ = ["padding", "weighed"]


def padding(op: Any, count: int) -> Any:
    """The padding: a word, a number, or a pair for each axis."""
    given = op.attributes.get("paddings", ())
    return _padding(op.attributes.get("padding_algorithm", "EXPLICIT"), tuple(given), count)


@lru_cache(1000)
def _padding(algorithm: str, given: tuple[int, ...], count: int) -> Any:
    if algorithm in ("SAME", "VALID"):
        return algorithm.lower()
    if len(given) == 2 * count:
        pairs = tuple((int(low), int(high)) for low, high in zip(given[::2], given[1::2], strict=True))
        return axes([low for low, _ in pairs]) if all(low == high for low, high in pairs) else pairs
    return axes(given)


def weighed(reader: Any, op: Any, operator: Any, place: int = 1) -> list[Any]:
    """An operator on the first input, with the weight that stands at a place."""
    weight = reader.value(op, place)
    stored = {"weight": weight if isinstance(weight, Stored) else reader.number(op.inputs[place])}
    return reader.add(op, operator, 0, stored=stored)


def fit(reader: Any, op: Any, made: Any, held: Any, channels: int) -> None:
    """Paddle itself does not look whether the weights are made for the channels: here it is refused."""
    if reader.tensor(op).shape[-1 if made.channels == "last" else 1] != channels:
        reader.apply(op, held.of(made, channels), reader.number(op.inputs[0]))


@rule("conv2d", "depthwise_conv2d", "conv3d")
def conv(reader: Any, op: Any) -> Any:
    """A convolution; with SAME, Paddle forgets the dilation."""
    out, inside, *kernel = reader.tensor(op, 1).shape
    given = padding(op, len(kernel))
    operator = unique(
        "conv",
        out,
        axes(kernel),
        axes(op.attributes["strides"]),
        given,
        1 if given == "same" else axes(op.attributes["dilations"]),
        int(op.attributes["groups"]),
        False,
        channels=channels(op),
    )
    fit(reader, op, operator, HeldConv, inside * operator.groups)
    return weighed(reader, op, operator)


@rule("conv2d_transpose", "depthwise_conv2d_transpose", "conv3d_transpose")
def conv_transpose(reader: Any, op: Any) -> Any:
    """A transposed convolution; an output size that is given says how much output padding there is."""
    inside, per_group, *kernel = reader.tensor(op, 1).shape
    count, groups = len(kernel), int(op.attributes["groups"])
    given = padding(op, count)
    if isinstance(given, str):
        return None
    strides, dilations = op.attributes["strides"], op.attributes["dilations"]
    made = unique(
        "conv_transpose",
        per_group * groups,
        axes(kernel),
        axes(strides),
        given,
        0,
        axes(dilations),
        groups,
        False,
        channels=channels(op),
    )
    fit(reader, op, made, HeldConvTranspose, inside)
    more = _output_padding(reader, op, made, count)
    fields = {name: getattr(made, name) for name in made.ATTRIBUTES}
    return weighed(reader, op, type(made)(**{**fields, "output_padding": axes(more)}))


def _output_padding(reader: Any, op: Any, made: Any, count: int) -> list[int]:
    asked = reader.known(op, 2) if len(op.inputs) > 2 else None
    if not asked:
        return [int(value) for value in op.attributes["output_padding"] or [0]] or [0]
    shape = made.infer((reader.tensor(op),))[0].shape
    sizes = shape[1:-1] if made.channels == "last" else shape[2:]
    return [wanted - size for wanted, size in zip(asked, sizes[:count], strict=True)]


@rule("deformable_conv")
def deform_conv(reader: Any, op: Any) -> Any:
    """A deformable convolution."""
    weight = reader.value(op, 2)
    out, _, *kernel = reader.tensor(op, 2).shape
    operator = unique(
        "deform_conv",
        out,
        axes(kernel),
        axes(op.attributes["strides"]),
        axes(op.attributes["paddings"]),
        axes(op.attributes["dilations"]),
        int(op.attributes["groups"]),
        int(op.attributes["deformable_groups"]),
        False,
    )
    places = (0, 1, 3) if op.inputs[3:4] and op.inputs[3] else (0, 1)
    stored = {"weight": weight if isinstance(weight, Stored) else reader.number(op.inputs[2])}
    return reader.add(op, operator, *places, stored=stored)


@rule("unfold")
def unfold(reader: Any, op: Any) -> Any:
    """The windows of a feature map side by side."""
    given = op.attributes
    pads = [int(value) for value in given["paddings"]]
    pairs = tuple((pads[axis], pads[axis + 2]) for axis in range(2)) if len(pads) == 4 else axes(pads)
    made = axes([a for a, _ in pairs]) if len(pads) == 4 and all(a == b for a, b in pairs) else pairs
    operator = unique("unfold", axes(given["kernel_sizes"]), axes(given["strides"]), made, axes(given["dilations"]))
    return reader.add(op, operator, 0)


@rule("fold")
def fold(reader: Any, op: Any) -> Any:
    """Windows laid back, overlaps added up."""
    given = op.attributes
    pads = [int(value) for value in given["paddings"]]
    if len(pads) == 4 and pads[:2] != pads[2:]:
        return None
    names = ("output_sizes", "kernel_sizes", "strides")
    sizes = [axes(given[name]) for name in names]
    return reader.add(op, unique("fold", *sizes, axes(pads[:2]), axes(given["dilations"])), 0)
