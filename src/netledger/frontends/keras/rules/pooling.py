"""Pooling, global pooling, and resampling."""

from __future__ import annotations

from typing import Any

from netledger.frontends.keras.rules._registry import even, last, layer, named, operation

__all__: list[str] = []


@layer("BasePooling")
def pooling(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """The greatest, or the mean of what is not padding."""
    return _pooled(trace, layer, inputs, layer.pool_mode)


def _pooled(trace: Any, layer: Any, inputs: Any, mode: str) -> Any:
    count = len(inputs.shape) - 2
    size = (layer.pool_size,) * count if isinstance(layer.pool_size, int) else tuple(layer.pool_size)
    strides = size if layer.strides is None else layer.strides
    strides = (strides,) * count if isinstance(strides, int) else tuple(strides)
    padding = "same" if layer.padding == "same" else 0
    if mode == "max":
        return trace.add(named("maxpool")(even(size), even(strides), padding, channels=last(layer)), inputs)
    return trace.add(
        named("avgpool")(even(size), even(strides), padding, count_include_pad=False, channels=last(layer)), inputs
    )


@operation("MaxPool")
def max_pool(trace: Any, operation: Any, inputs: Any) -> Any:
    """The greatest of each window."""
    return _pooled(trace, operation, inputs, "max")


@operation("AveragePool")
def average_pool(trace: Any, operation: Any, inputs: Any) -> Any:
    """The mean of each window."""
    return _pooled(trace, operation, inputs, "average")


@layer("GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalAveragePooling3D")
def global_average(trace: Any, layer: Any, inputs: Any, mask: Any = None, **_: Any) -> Any:
    """The mean of all; with a mask it is computed otherwise."""
    if mask is not None:
        return NotImplemented
    return trace.add(named("global_avgpool")(bool(layer.keepdims), last(layer)), inputs)


@layer("GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D")
def global_max(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """The greatest of all."""
    return trace.add(named("global_maxpool")(bool(layer.keepdims), last(layer)), inputs)


@layer("BaseAdaptiveAveragePooling", "BaseAdaptiveMaxPooling")
def adaptive_layer(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """To a size. (What Keras 3.15 says of the shape of the same operation, channels last, is wrong.)"""
    return _adaptive(trace, layer, inputs, "Max" in type(layer).__name__)


@operation("AdaptiveMaxPool", "AdaptiveAveragePool")
def adaptive(trace: Any, operation: Any, inputs: Any) -> Any:
    """The same as a function."""
    return _adaptive(trace, operation, inputs, "Max" in type(operation).__name__)


def _adaptive(trace: Any, layer: Any, inputs: Any, greatest: bool) -> Any:
    size = layer.output_size
    op = named("adaptive_maxpool" if greatest else "adaptive_avgpool")
    return trace.add(op(size if isinstance(size, int) else even(size), last(layer)), inputs)


@layer("UpSampling1D")
def upsampling_1d(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """Each step several times."""
    return trace.add(named("upsample")(layer.size, channels="last"), inputs)


@layer("UpSampling2D", "UpSampling3D")
def upsampling(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """Whole times larger."""
    mode = getattr(layer, "interpolation", "nearest")
    if mode not in ("nearest", "bilinear", "bicubic"):
        return trace.gap(layer, (inputs,), {})
    return trace.add(named("upsample")(even(layer.size), mode=mode, channels=last(layer)), inputs)


@operation("Resize")
def resize(trace: Any, operation: Any, images: Any) -> Any:
    """To a size; smoothed before, or cut or filled: no rule."""
    plain = not (operation.antialias or operation.crop_to_aspect_ratio or operation.pad_to_aspect_ratio)
    if operation.interpolation not in ("nearest", "bilinear", "bicubic") or len(images.shape) != 4 or not plain:
        return NotImplemented
    size = tuple(map(int, operation.size))
    return trace.add(named("upsample")(size=size, mode=operation.interpolation, channels=last(operation)), images)


@layer("Resizing")
def resizing(trace: Any, layer: Any, data: Any, **_: Any) -> Any:
    """To a size."""
    plain = not (layer.crop_to_aspect_ratio or layer.pad_to_aspect_ratio or layer.antialias)
    modes = ("nearest", "bilinear", "bicubic")
    if isinstance(data, dict) or len(data.shape) != 4 or layer.interpolation not in modes or not plain:
        return trace.gap(layer, (data,), {})
    op = named("upsample")(size=(layer.height, layer.width), mode=layer.interpolation, channels=last(layer))
    return trace.typed(trace.add(op, data), layer.compute_dtype)


@layer("CenterCrop")
def center_crop(trace: Any, layer: Any, data: Any, **_: Any) -> Any:
    """The middle, if the image is larger."""
    sizes = data.shape[1:3] if last(layer) == "last" else data.shape[2:4]
    if len(data.shape) != 4 or sizes[0] < layer.height or sizes[1] < layer.width:
        return trace.gap(layer, (data,), {})
    op = named("crop")(size=(layer.height, layer.width), channels=last(layer))
    return trace.typed(trace.add(op, data), layer.compute_dtype)
