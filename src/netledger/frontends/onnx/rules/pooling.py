"""Pooling."""

from __future__ import annotations

from typing import Any

from netledger.core.language import say
from netledger.core.window import Window, axis_padding
from netledger.frontends.onnx.node import At
from netledger.frontends.onnx.rules._registry import load, rule
from netledger.frontends.onnx.rules.convolution import axes, pads, paired
from netledger.frontends.onnx.values import Value


def _window(at: At) -> tuple[Any, Any, Any, Any]:
    """Kernel, stride, padding and dilation."""
    kernel = at.get("kernel_shape") or ()
    count = len(kernel)
    if count != len(at[0].shape) - 2:
        raise ValueError(f"{count} axes are pooled")
    size, stride, dilation = axes(kernel, 1), axes(at.get("strides"), 1), axes(at.get("dilations"), 1)
    return size, stride, pads(at, count, size, stride, dilation, at[0].shape[2:]), dilation


def _rounding(at: At) -> str:
    return "ceil" if at.get("ceil_mode", 0) else "floor"


@rule("MaxPool")
def max_pool(at: At) -> tuple[Value, ...]:
    """The greatest of each window, and perhaps its place."""
    kernel, stride, padding, dilation = _window(at)
    op = load("maxpool")(kernel, stride, padding, dilation, _rounding(at), True, at.asked(1))
    return at.add(op, at[0], types=(at[0].dtype, "int64"))


@rule("AveragePool")
def average_pool(at: At) -> Value:
    """The mean of each window."""
    kernel, stride, padding, dilation = _window(at)
    op = load("avgpool")(kernel, stride, padding, bool(at.get("count_include_pad", 0)), _rounding(at))
    if dilation != 1:
        raise at.gap(
            say("there is no rule for {op} with dilation", op=at.op), _made(at, kernel, stride, padding, dilation)
        )
    return at.one(op, at[0])


@rule("LpPool")
def lp_pool(at: At) -> Value:
    """The norm of each window."""
    kernel, stride, padding, dilation = _window(at)
    if dilation != 1 or padding == "same":
        raise at.gap(
            say("there is no rule for {op} with dilation", op=at.op), _made(at, kernel, stride, padding, dilation)
        )
    value = at[0] if padding == 0 else at.one("pad", at[0], padding=padding)
    return at.one("lp_pool", value, norm=float(at.get("p", 2)), kernel=kernel, stride=stride, rounding=_rounding(at))


def _made(at: At, kernel: Any, stride: Any, padding: Any, dilation: Any) -> Any:
    """The shape after sliding windows."""
    spatial = at[0].shape[2:]

    def one(value: Any, axis: int) -> Any:
        return value[axis] if isinstance(value, tuple) else value

    sizes = [
        Window(
            one(kernel, a), one(stride, a), axis_padding(padding, a, len(spatial)), one(dilation, a), _rounding(at)
        ).output(size)
        for a, size in enumerate(spatial)
    ]
    return (*at[0].shape[:2], *sizes)


@rule("GlobalAveragePool")
def global_average_pool(at: At) -> Value:
    """The mean of each channel."""
    return at.one("global_avgpool", at[0])


@rule("GlobalMaxPool")
def global_max_pool(at: At) -> Value:
    """The greatest of each channel."""
    return at.one("global_maxpool", at[0])


@rule("GlobalLpPool")
def global_lp_pool(at: At) -> Value:
    """The norm of each channel."""
    return at.one("norm", at[0], axes=tuple(range(2, len(at[0].shape))), keepdims=True, p=float(at.get("p", 2)))


@rule("MaxUnpool")
def max_unpool(at: At) -> Value:
    """Elements put back to the places they came from."""
    kernel, count = at.get("kernel_shape"), len(at.get("kernel_shape"))
    stride, given = at.get("strides") or (1,) * count, at.get("pads") or (0,) * (2 * count)
    wanted = at.whole(2)
    if wanted is not None:
        return at.one("rearrange", at[0], at[1], what="MaxUnpool", shape=tuple(wanted))
    padding = paired(given[:count], given[count:])
    sizes = [
        (size - 1) * step - given[axis] - given[axis + count] + window
        for axis, (size, step, window) in enumerate(zip(at[0].shape[2:], stride, kernel, strict=True))
    ]
    if isinstance(padding, tuple) and padding and isinstance(padding[0], tuple):
        return at.one("rearrange", at[0], at[1], what="MaxUnpool", shape=(*at[0].shape[:2], *sizes))
    return at.one("max_unpool", at[0], at[1], kernel=axes(kernel, 1), stride=axes(stride, 1), padding=padding)


@rule("LRN")
def lrn(at: At) -> Value:
    """Normalisation over neighbouring channels."""
    return at.one(
        "lrn",
        at[0],
        size=int(at.get("size")),
        alpha=float(at.get("alpha", 1e-4)),
        beta=float(at.get("beta", 0.75)),
        k=float(at.get("bias", 1.0)),
    )


@rule("MaxRoiPool", "RoiAlign")
def regions(at: At) -> Value:
    """Pooling of regions: not counted, with its shape."""
    rois, image = at[1].shape[0], at[0].shape[1]
    size = tuple(at.get("pooled_shape") or (at.get("output_height", 1), at.get("output_width", 1)))
    raise at.gap(say("there is no rule for {op}", op=at.function), (rois, image, *size))


@rule("Col2Im")
def col2im(at: At) -> Value:
    """Windows laid back, overlaps added up."""
    image, block = at.whole(1) or (), at.whole(2) or ()
    channels = at[0].shape[1]
    for size in block:
        channels //= size
    count = len(image)
    given = at.get("pads") or (0,) * (2 * count)
    made = (at[0].shape[0], channels, *image)
    padding = paired(given[:count], given[count:])
    if count != 2 or (isinstance(padding, tuple) and isinstance(padding[0], tuple)):
        raise at.gap(say("there is no rule for {op} of this shape", op=at.op), made)
    op = load("fold")(axes(image, 1), axes(block, 1), axes(at.get("strides"), 1), padding, axes(at.get("dilations"), 1))
    return at.one(op, at[0])
