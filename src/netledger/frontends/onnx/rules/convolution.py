"""Convolutions, and transposed ones."""

from __future__ import annotations

from typing import Any

from netledger.core.language import say
from netledger.core.number import ceil_div, maximum
from netledger.frontends.onnx.node import At, UnansweredError
from netledger.frontends.onnx.rules._registry import MICROSOFT, load, rule
from netledger.frontends.onnx.rules.arithmetic import joined
from netledger.frontends.onnx.values import Value


def axes(values: Any, default: Any) -> Any:
    """One number where all are the same."""
    if not values:
        return default
    return values[0] if len(set(values)) == 1 else tuple(values)


def pads(at: At, count: int, kernel: Any, stride: Any, dilation: Any, spatial: Any) -> Any:
    """The padding: a word, a number, one per axis, or a pair per axis."""
    word = at.get("auto_pad", "NOTSET") or "NOTSET"
    if word == "NOTSET":
        given = at.get("pads") or (0,) * (2 * count)
        return paired(given[:count], given[count : 2 * count])
    if word == "VALID":
        return 0
    if word == "SAME_UPPER":
        return "same"
    after, before = [], []
    for axis in range(count):
        window = (_at(kernel, axis) - 1) * _at(dilation, axis) + 1
        needed = maximum(
            (ceil_div(spatial[axis], _at(stride, axis)) - 1) * _at(stride, axis) + window - spatial[axis], 0
        )
        after.append(needed // 2)
        before.append(needed - needed // 2)
    return paired(before, after)


def _at(value: Any, axis: int) -> Any:
    return value[axis] if isinstance(value, tuple) else value


def paired(before: Any, after: Any) -> Any:
    """Elements before and after each axis, in the shortest way."""
    if tuple(before) == tuple(after):
        return axes(tuple(before), 0)
    return tuple(zip(before, after, strict=True))


def weights(at: At, weight: Value, bias: Value | None) -> dict[str, Any]:
    """The weight, and the bias if there is one."""
    stored = {"weight": at.stored(weight)}
    return stored if bias is None else {**stored, "bias": at.stored(bias)}


def _fits(at: At, value: Value, weight: Value, channels: Any) -> None:
    """The input has the axes and channels that the weight says."""
    from netledger.core.errors import ShapeError

    if len(value.shape) != len(weight.shape) or value.shape[1] != channels:
        rule = say("the weight does not fit the input: it takes {channels} channels", channels=channels)
        raise ShapeError(rule, values={"input": value.shape, "weight": weight.shape})


def convolved(at: At, value: Value, weight: Value, bias: Value | None, dtype: str = "") -> Value:
    """A convolution as the attributes of the node say."""
    out, inside, *kernel = weight.shape
    groups = int(at.get("group", 1))
    _fits(at, value, weight, inside * groups)
    count = len(kernel)
    size, stride, dilation = axes(kernel, 1), axes(at.get("strides"), 1), axes(at.get("dilations"), 1)
    padding = pads(at, count, size, stride, dilation, value.shape[2:])
    op = load("conv")(out, size, stride, padding, dilation, groups, bias is not None)
    return at.one(op, value, stored=weights(at, weight, bias), dtype=dtype)


@rule("Conv")
def conv(at: At) -> Value:
    """A convolution."""
    return convolved(at, at[0], at[1], at.maybe(2))


@rule("FusedConv", domain=MICROSOFT)
def fused_conv(at: At) -> Value:
    """A convolution, perhaps a sum, and an activation."""
    made = convolved(at, at[0], at[1], at.maybe(2))
    other = at.maybe(3)
    made = made if other is None else joined(at, "add", made, other)
    kind = {"": "", "Relu": "relu", "Sigmoid": "sigmoid", "Tanh": "tanh", "HardSigmoid": "hardsigmoid"}.get(
        at.get("activation", "")
    )
    if kind is None:
        raise UnansweredError(say("there is no rule for {op}", op=at.function), [made.tensor])
    return at.one(kind, made) if kind else made


@rule("ConvInteger")
def conv_integer(at: At) -> Value:
    """A convolution of whole numbers."""
    zero = at.maybe(2)
    value = at[0] if zero is None else joined(at, "subtract", at[0], zero)
    return convolved(at, value, at[1], None, "int32")


@rule("ConvTranspose")
def conv_transpose(at: At) -> Value:
    """A transposed convolution; its padding may follow from the size that is wanted."""
    value, weight, bias = at[0], at[1], at.maybe(2)
    inside, out, *kernel = weight.shape
    groups = int(at.get("group", 1))
    _fits(at, value, weight, inside)
    count = len(kernel)
    stride, dilation = at.get("strides") or (1,) * count, at.get("dilations") or (1,) * count
    extra = at.get("output_padding") or (0,) * count
    padding, extra = _cut(at, value.shape[2:], kernel, stride, dilation, extra)
    op = load("conv_transpose")(
        out * groups,
        axes(kernel, 1),
        axes(stride, 1),
        padding,
        axes(extra, 0),
        axes(dilation, 1),
        groups,
        bias is not None,
    )
    return at.one(op, value, stored=weights(at, weight, bias))


def _cut(at: At, spatial: Any, kernel: Any, stride: Any, dilation: Any, extra: Any) -> tuple[Any, Any]:
    """What is cut off at the borders, and what is added at the end."""
    count, word = len(kernel), at.get("auto_pad", "NOTSET") or "NOTSET"
    wanted = at.get("output_shape")
    if wanted is None and word in ("NOTSET", "VALID"):
        given = at.get("pads") or (0,) * (2 * count)
        return (paired(given[:count], given[count:]) if word == "NOTSET" else 0), extra
    sizes = wanted[-count:] if wanted else tuple(size * step for size, step in zip(spatial, stride, strict=True))
    before, after, more = [], [], []
    for axis in range(count):
        whole = stride[axis] * (spatial[axis] - 1) + extra[axis] + (kernel[axis] - 1) * dilation[axis] + 1
        cut = whole - sizes[axis]
        more.append(extra[axis] if cut >= 0 else extra[axis] - cut)
        cut = max(cut, 0)
        first = cut // 2 if word == "SAME_UPPER" else cut - cut // 2
        before.append(first)
        after.append(cut - first)
    return paired(before, after), tuple(more)


@rule("DeformConv")
def deform_conv(at: At) -> Value:
    """A deformable convolution."""
    value, weight, offset, bias, mask = at[0], at[1], at[2], at.maybe(3), at.maybe(4)
    out, inside, *kernel = weight.shape
    groups = int(at.get("group", 1))
    _fits(at, value, weight, inside * groups)
    given = at.get("pads") or (0,) * (2 * len(kernel))
    op = load("deform_conv")(
        out,
        axes(kernel, 1),
        axes(at.get("strides"), 1),
        paired(given[: len(kernel)], given[len(kernel) :]),
        axes(at.get("dilations"), 1),
        groups,
        int(at.get("offset_group", 1)),
        bias is not None,
    )
    inputs = (value, offset) if mask is None else (value, offset, mask)
    return at.one(op, *inputs, stored=weights(at, weight, bias))
