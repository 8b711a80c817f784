"""Convolutions, and transposed ones."""

from __future__ import annotations

from typing import Any

from netledger.frontends.held import HeldConv, HeldConvTranspose
from netledger.frontends.torch.rules._registry import load, rule


def _axes(value: Any, count: int) -> Any:
    """One number where all are the same."""
    parts = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    parts = parts * count if len(parts) == 1 else parts
    return parts[0] if len(set(parts)) == 1 else parts


def channels_of(trace: Any, image: Any, count: int) -> int:
    """The channels of a feature map with so many further axes."""
    shape = trace.kind_of(image).shape
    if len(shape) != count + 2:
        raise ValueError(f"{count + 2} axes")
    return int(shape[1])


def batched(trace: Any, input: Any, rank: int, work: Any) -> Any:
    """Do it with a batch of one, where there is none."""
    if len(trace.kind_of(input).shape) != rank - 1:
        return work(input)
    trace.unbatched = trace.volatile = True
    made = work(trace.add(load("unsqueeze")(0), input))
    parts = made if isinstance(made, tuple) else (made,)
    out = tuple(trace.add(load("squeeze")((0,)), part) for part in parts)
    return out if isinstance(made, tuple) else out[0]


@rule("conv1d", "conv2d", "conv3d")
def conv(
    trace: Any,
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    """A convolution."""
    out, inside, *kernel = trace.kind_of(weight).shape
    count = len(kernel)
    op = load("conv")(
        out,
        _axes(kernel, count),
        _axes(stride, count),
        padding if isinstance(padding, str) else _axes(padding, count),
        _axes(dilation, count),
        groups,
        bias is not None,
    )

    def work(image: Any) -> Any:
        fits = channels_of(trace, image, count) == inside * groups
        return trace.add(op if fits else HeldConv.of(op, inside * groups), image, weight=weight, bias=bias)

    return batched(trace, input, count + 2, work)


@rule("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
def conv_transpose(
    trace: Any,
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Any:
    """A transposed convolution."""
    inside, out, *kernel = trace.kind_of(weight).shape
    count = len(kernel)
    op = load("conv_transpose")(
        out * groups,
        _axes(kernel, count),
        _axes(stride, count),
        _axes(padding, count),
        _axes(output_padding, count),
        _axes(dilation, count),
        groups,
        bias is not None,
    )

    def work(image: Any) -> Any:
        fits = channels_of(trace, image, count) == inside
        return trace.add(op if fits else HeldConvTranspose.of(op, inside), image, weight=weight, bias=bias)

    return batched(trace, input, count + 2, work)


@rule("convolution", "_convolution", "convolution_overrideable")
def convolution(
    trace: Any,
    input: Any,
    weight: Any,
    bias: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    transposed: bool,
    output_padding: Any,
    groups: int,
    *_: Any,
) -> Any:
    """The kernel of both."""
    if transposed:
        return conv_transpose(trace, input, weight, bias, stride, padding, output_padding, groups, dilation)
    return conv(trace, input, weight, bias, stride, padding, dilation, groups)


@rule("_convolution_mode")
def convolution_mode(
    trace: Any, input: Any, weight: Any, bias: Any, stride: Any, padding: str, dilation: Any, groups: int
) -> Any:
    """The kernel with the padding as a word."""
    return conv(trace, input, weight, bias, stride, padding, dilation, groups)


@rule("deform_conv2d", "torchvision::deform_conv2d")
def deform_conv(
    trace: Any,
    input: Any,
    weight: Any,
    offset: Any,
    mask: Any,
    bias: Any,
    stride_h: int,
    stride_w: int,
    pad_h: int,
    pad_w: int,
    dil_h: int,
    dil_w: int,
    n_weight_grps: int,
    n_offset_grps: int,
    use_mask: bool,
) -> Any:
    """A deformable convolution."""
    out, _, *kernel = trace.kind_of(weight).shape
    op = load("deform_conv")(
        out,
        _axes(kernel, 2),
        _axes((stride_h, stride_w), 2),
        _axes((pad_h, pad_w), 2),
        _axes((dil_h, dil_w), 2),
        n_weight_grps,
        n_offset_grps,
        True,
    )
    inputs = (input, offset, mask) if use_mask else (input, offset)
    return trace.add(op, *inputs, weight=weight, bias=bias)


@rule("unfold", "im2col")
def unfold(trace: Any, input: Any, *args: Any, **kwargs: Any) -> Any:
    """The windows of a feature map side by side; or, with three whole numbers, of one axis."""
    if "size" in kwargs or (len(args) == 3 and all(isinstance(value, int) for value in args) and _tensor_method(trace)):
        return trace.rearranged()
    names = ("kernel_size", "dilation", "padding", "stride")
    given = {"dilation": 1, "padding": 0, "stride": 1} | dict(zip(names, args, strict=False)) | kwargs
    op = load("unfold")(
        _axes(given["kernel_size"], 2),
        _axes(given["stride"], 2),
        _axes(given["padding"], 2),
        _axes(given["dilation"], 2),
    )
    return batched(trace, input, 4, lambda image: trace.add(op, image))


def _tensor_method(trace: Any) -> bool:
    """Whether it is Tensor.unfold, not torch.nn.functional.unfold."""
    return not hasattr(trace.last[0], "__code__")


@rule("fold", "col2im")
def fold(
    trace: Any, input: Any, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> Any:
    """Windows laid back, overlaps added up."""
    op = load("fold")(
        _axes(output_size, 2), _axes(kernel_size, 2), _axes(stride, 2), _axes(padding, 2), _axes(dilation, 2)
    )
    return trace.add(op, input)
