"""Convolutions, transposed, depthwise and separable ones: as layers and as operations."""

from __future__ import annotations

from typing import Any

from netledger.frontends.keras.rules._registry import even, last, layer, named, operation
from netledger.frontends.keras.rules.activations import activated

__all__: list[str] = []


def _pads(padding: str, kernel: tuple[int, ...], dilation: tuple[int, ...]) -> Any:
    """Causal: all before, so that no output sees what comes later."""
    if padding != "causal":
        return "same" if padding == "same" else 0
    return tuple((gap * (size - 1), 0) for size, gap in zip(kernel, dilation, strict=True))


def _bias(layer: Any) -> Any:
    return layer.bias if layer.use_bias else None


def _given(value: Any, count: int) -> tuple[int, ...]:
    return (value,) * count if isinstance(value, int) else tuple(map(int, value))


@layer("BaseConv", "Conv1D")
def convolution(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """Over one to three axes, in groups, perhaps causal."""
    if layer.lora_enabled:
        return NotImplemented
    op = named("conv")(
        layer.filters,
        even(layer.kernel_size),
        even(layer.strides),
        _pads(layer.padding, layer.kernel_size, layer.dilation_rate),
        even(layer.dilation_rate),
        layer.groups,
        bool(layer.use_bias),
        channels=last(layer),
    )
    made = trace.add(op, inputs, stored={"weight": layer._kernel, "bias": _bias(layer)})
    return activated(trace, layer.activation, made)


@layer("BaseDepthwiseConv", "DepthwiseConv1D", "DepthwiseConv2D")
def depthwise(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """Each channel by itself."""
    made = _each_channel(trace, layer, inputs, layer.kernel, _bias(layer))
    return activated(trace, layer.activation, made)


def _each_channel(trace: Any, layer: Any, inputs: Any, kernel: Any, bias: Any) -> Any:
    channels = inputs.shape[-1] if last(layer) == "last" else inputs.shape[1]
    size = tuple(kernel.shape[:-2])
    op = named("conv")(
        channels * kernel.shape[-1],
        even(size),
        even(layer.strides),
        _pads(layer.padding, size, layer.dilation_rate),
        even(layer.dilation_rate),
        channels,
        bias is not None,
        channels=last(layer),
    )
    return trace.add(op, inputs, stored={"weight": kernel, "bias": bias})


@layer("BaseSeparableConv", "SeparableConv1D", "SeparableConv2D")
def separable(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """Each channel by itself, then all channels at each place."""
    between = _each_channel(trace, layer, inputs, layer.depthwise_kernel, None)
    op = named("conv")(layer.filters, 1, bias=bool(layer.use_bias), channels=last(layer))
    made = trace.add(op, between, stored={"weight": layer.pointwise_kernel, "bias": _bias(layer)})
    return activated(trace, layer.activation, made)


@layer("BaseConvTranspose")
def transposed(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """Its output is `same`: stride times the size; else nothing is cut off."""
    count = len(layer.kernel_size)
    extras = layer.output_padding
    op = _spread(
        layer.filters,
        tuple(layer.kernel_size),
        tuple(layer.strides),
        layer.padding,
        (None,) * count if extras is None else _given(extras, count),
        _given(layer.dilation_rate, count),
        bool(layer.use_bias),
        last(layer),
    )
    made = trace.add(op, inputs, stored={"weight": layer.kernel, "bias": _bias(layer)})
    return activated(trace, layer.activation, made)


def _spread(
    out: int,
    kernel: tuple[int, ...],
    stride: tuple[int, ...],
    padding: str,
    extras: Any,
    dilation: tuple[int, ...],
    bias: bool,
    channels: str,
) -> Any:
    axes = zip(kernel, stride, dilation, extras, strict=True)
    cuts = [_cut(gap * (size - 1) + 1, step, padding, extra) for size, step, gap, extra in axes]
    pairs = tuple((before, max(after, 0)) for before, after in cuts)
    added = tuple(max(-after, 0) for _, after in cuts)
    sizes = (even(kernel), even(stride), even(pairs), even(added), even(dilation))
    return named("conv_transpose")(out, *sizes, bias=bias, channels=channels)


def _cut(span: int, stride: int, padding: str, extra: int | None) -> tuple[int, int]:
    """What is cut off before and after the whole of an axis, (size − 1)·stride + span; below 0: what is added."""
    if padding == "valid":
        return 0, -(max(span, stride) - span if extra is None else extra)
    whole = span - stride if extra is None else span - span % 2 - extra
    before = max(whole // 2, 0)
    return before, whole - before


# As operations.


@operation("Conv")
def conv_operation(trace: Any, operation: Any, inputs: Any, kernel: Any) -> Any:
    """With a kernel that is stored, or was computed."""
    size = tuple(kernel.shape[:-2])
    channels = inputs.shape[-1] if last(operation) == "last" else inputs.shape[1]
    dilation = _given(operation.dilation_rate, len(size))
    op = named("conv")(
        kernel.shape[-1],
        even(size),
        even(_given(operation.strides, len(size))),
        _pads(operation.padding, size, dilation),
        even(dilation),
        channels // kernel.shape[-2],
        False,
        channels=last(operation),
    )
    return trace.add(op, inputs, stored={"weight": kernel})


@operation("DepthwiseConv")
def depthwise_operation(trace: Any, operation: Any, inputs: Any, kernel: Any) -> Any:
    """Each channel by itself."""
    size = tuple(kernel.shape[:-2])
    channels = kernel.shape[-2]
    dilation = _given(operation.dilation_rate, len(size))
    op = named("conv")(
        channels * kernel.shape[-1],
        even(size),
        even(_given(operation.strides, len(size))),
        _pads(operation.padding, size, dilation),
        even(dilation),
        channels,
        False,
        channels=last(operation),
    )
    return trace.add(op, inputs, stored={"weight": kernel})


@operation("SeparableConv")
def separable_operation(trace: Any, operation: Any, inputs: Any, depthwise_kernel: Any, pointwise_kernel: Any) -> Any:
    """Each channel by itself, then all channels at each place."""
    between = depthwise_operation(trace, operation, inputs, depthwise_kernel)
    op = named("conv")(pointwise_kernel.shape[-1], 1, bias=False, channels=last(operation))
    return trace.add(op, between, stored={"weight": pointwise_kernel})


@operation("ConvTranspose")
def transposed_operation(trace: Any, operation: Any, inputs: Any, kernel: Any) -> Any:
    """Spread over a larger output."""
    size = tuple(kernel.shape[:-2])
    extras = operation.output_padding
    op = _spread(
        kernel.shape[-2],
        size,
        _given(operation.strides, len(size)),
        operation.padding,
        (None,) * len(size) if extras is None else _given(extras, len(size)),
        _given(operation.dilation_rate, len(size)),
        False,
        last(operation),
    )
    return trace.add(op, inputs, stored={"weight": kernel})
