"""Normalisation, and scaling by known numbers."""

from __future__ import annotations

from typing import Any

import keras
import numpy

from netledger.frontends.keras.rules._registry import layer, named, operation

__all__: list[str] = []


@layer("BatchNormalization")
def batch_norm(trace: Any, layer: Any, inputs: Any, training: Any = None, **_: Any) -> Any:
    """Along the channels, which stand first or last; scale and shift may be left out."""
    axis, rank = layer.axis % len(inputs.shape), len(inputs.shape)
    if axis not in (1, rank - 1) or (layer.renorm and training):
        return NotImplemented
    op = named("batchnorm")(
        float(layer.epsilon),
        bool(layer.scale or layer.center),
        not (training and layer.trainable),
        "last" if axis == rank - 1 else "first",
        bool(layer.scale),
        bool(layer.center),
    )
    roles = {
        "scale": layer.gamma if layer.scale else None,
        "shift": layer.beta if layer.center else None,
        "running_mean": layer.moving_mean,
        "running_var": layer.moving_variance,
    }
    return trace.add(op, inputs, stored=roles)


@layer("LayerNormalization")
def layer_norm(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """Along the last axes."""
    over = _last_axes(layer.axis, len(inputs.shape))
    if over is None or layer.rms_scaling:
        return NotImplemented
    op = named("layernorm")(over, float(layer.epsilon), bool(layer.scale), bool(layer.scale and layer.center))
    if layer.scale or not layer.center:
        return trace.add(op, inputs, stored={"scale": layer.gamma, "shift": layer.beta})
    return trace.add(named("add")(), trace.add(op, inputs), layer.beta)


@layer("RMSNormalization")
def rms_norm(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """Along the last axes."""
    over = _last_axes(layer.axis, len(inputs.shape))
    if over is None:
        return NotImplemented
    return trace.add(named("rmsnorm")(over, float(layer.epsilon)), inputs, stored={"scale": layer.scale})


def _last_axes(axis: Any, rank: int) -> int | None:
    """How many of the last axes these are; None: they are others."""
    axes = sorted(place % rank for place in ((axis,) if isinstance(axis, int) else axis))
    return len(axes) if axes == list(range(rank - len(axes), rank)) else None


@layer("GroupNormalization")
def group_norm(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """In groups of channels, which stand first or last; both scale and shift, or none."""
    axis, rank = layer.axis % len(inputs.shape), len(inputs.shape)
    if axis not in (1, rank - 1) or bool(layer.scale) != bool(layer.center):
        return NotImplemented
    channels = "last" if axis == rank - 1 else "first"
    op = named("groupnorm")(layer.groups, float(layer.epsilon), bool(layer.scale), channels)
    roles = {"scale": layer.gamma, "shift": layer.beta} if layer.scale else {}
    return trace.add(op, inputs, stored=roles)


@operation("LayerNorm")
def layer_norm_operation(trace: Any, operation: Any, x: Any, gamma: Any = None, beta: Any = None) -> Any:
    """The same as a function."""
    over = _last_axes(operation.axis, len(x.shape))
    if over is None or operation.rms_scaling or (gamma is None and beta is not None):
        return NotImplemented
    op = named("layernorm")(over, float(operation.epsilon or 1e-7), gamma is not None, beta is not None)
    return trace.add(op, x, stored={"scale": gamma, "shift": beta})


@operation("RMSNorm")
def rms_norm_operation(trace: Any, operation: Any, x: Any, scale: Any = None) -> Any:
    """The same as a function."""
    over = _last_axes(operation.axis, len(x.shape))
    if over is None:
        return NotImplemented
    op = named("rmsnorm")(over, float(operation.epsilon or 1e-7), scale is not None)
    return trace.add(op, x, stored={"scale": scale})


@operation("Normalize")
def unit_norm(trace: Any, operation: Any, x: Any) -> Any:
    """By the Euclidean norm of the axis; by another norm: no rule."""
    if operation.order != 2 or not x.shape or operation.axis is None:
        return NotImplemented
    axes = operation.axis if isinstance(operation.axis, (tuple, list)) else (operation.axis,)
    squares = trace.add(named("sum")(tuple(axes), True), trace.add(named("square")(), x))
    least = operation.epsilon or keras.config.epsilon()
    root = trace.add(named("minimum")(1.0 / least), trace.add(named("rsqrt")(), squares))
    return trace.add(named("multiply")(), x, root)


@layer("Rescaling")
def rescaling(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """Times a number, plus another; Keras adds 0 too."""
    x = inputs if inputs.dtype == layer.compute_dtype else trace.add(named("cast")(layer.compute_dtype), inputs)
    for kind, value in (("multiply", layer.scale), ("add", layer.offset)):
        array = numpy.asarray(value, "float32")
        given = (x,) if array.ndim == 0 else (x, array)
        x = trace.add(named(kind)(float(array)) if array.ndim == 0 else named(kind)(), *given)
    return x


@layer("Normalization")
def normalization(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """Less the mean, by the root of the variance, which are stored, or known before."""
    if layer.mean is None and not hasattr(layer, "adapt_mean"):
        return NotImplemented
    x = inputs if inputs.dtype == layer.compute_dtype else trace.add(named("cast")(layer.compute_dtype), inputs)
    mean, variance = _statistics(trace, layer)
    root = trace.add(named("maximum")(1e-7), trace.add(named("sqrt")(), variance))
    if layer.invert:
        return trace.add(named("add")(), mean, trace.add(named("multiply")(), x, root))
    return trace.add(named("divide")(), trace.add(named("subtract")(), x, mean), root)


def _statistics(trace: Any, layer: Any) -> tuple[Any, Any]:
    if layer.input_mean is not None:
        shape = tuple(layer._broadcast_shape)
        return numpy.zeros(shape, "float32"), trace.constant(numpy.ones(shape, "float32"))
    shape = tuple(layer._broadcast_shape)
    kept = (trace.read(layer.adapt_mean), trace.read(layer.adapt_variance))
    mean, variance = (trace.add(named("reshape")(shape, True), one) for one in kept)
    return mean, variance


@operation("BatchNorm")
def batch_norm_operation(trace: Any, operation: Any, x: Any, mean: Any, variance: Any, *rest: Any, **more: Any) -> Any:
    """The same as a function: statistics that are stored, or were computed."""
    given = dict(zip(("offset", "scale"), rest, strict=False)) | more
    axis, rank = operation.axis % len(x.shape), len(x.shape)
    if axis not in (1, rank - 1):
        return NotImplemented
    shift, scale = given.get("offset"), given.get("scale")
    some = scale is not None or shift is not None
    order = "last" if axis == rank - 1 else "first"
    op = named("batchnorm")(
        float(operation.epsilon), some, True, order, not some or scale is not None, not some or shift is not None
    )
    roles = {"scale": scale, "shift": shift, "running_mean": mean, "running_var": variance}
    return trace.add(op, x, stored=roles)
