"""Activations: as functions that a layer is given, as layers, and as operations."""

from __future__ import annotations

from typing import Any

from netledger.core.operator import Operator
from netledger.frontends.keras.rules._registry import layer, named, operation

__all__ = ["activated"]

_FUNCTIONS: dict[str, Operator] = {
    **{kind: named(kind)() for kind in ("relu", "relu6", "sigmoid", "tanh", "silu", "selu", "softsign", "mish")},
    **{kind: named(kind)() for kind in ("elu", "celu", "softplus", "gelu", "exponential", "squareplus")},
    **{kind: named(kind)() for kind in ("sparse_plus", "sparse_sigmoid")},
    "hard_sigmoid": named("hardsigmoid")(),
    "hard_silu": named("hardswish")(),
    "hard_tanh": named("hardtanh")(-1.0, 1.0),
    "log_sigmoid": named("logsigmoid")(),
    "leaky_relu": named("leaky_relu")(0.2),
    "tanh_shrink": named("tanhshrink")(),
    "hard_shrink": named("hardshrink")(0.5),
    "soft_shrink": named("softshrink")(0.5),
    "softmax": named("softmax")(-1),
    "log_softmax": named("log_softmax")(-1),
    "sparsemax": named("sparsemax")(-1),
    "glu": named("glu")(-1),
}
"""Keras's functions, as they are without further arguments."""


def activated(trace: Any, function: Any, x: Any) -> Any:
    """What a layer applies to its result: a function of Keras's, or one of the user's, which is called."""
    if function is None:
        return x
    name = getattr(function, "__name__", "")
    if getattr(function, "__module__", "").startswith("keras.src.activations"):
        if name == "linear":
            return x
        op = _FUNCTIONS.get(name)
        if op is not None:
            return trace.add(op, x)
    return function(x)


@layer("Activation")
def activation(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """A function by name, or one of the user's."""
    return activated(trace, layer.activation, inputs)


@layer("ReLU")
def relu_layer(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """Perhaps with a slope, an upper end, a threshold."""
    return _rectified(trace, inputs, layer.negative_slope, layer.max_value, layer.threshold)


@operation("ReLU")
def relu_with_ends(trace: Any, operation: Any, x: Any) -> Any:
    """The same as a function."""
    return _rectified(trace, x, operation.negative_slope, operation.max_value, operation.threshold)


def _rectified(trace: Any, x: Any, slope: float, most: float | None, threshold: float) -> Any:
    slope, threshold = float(slope or 0), float(threshold or 0)
    if threshold:
        return NotImplemented if slope or most is not None else trace.add(named("thresholded_relu")(threshold), x)
    if most is None:
        return trace.add(named("leaky_relu")(slope) if slope else named("relu")(), x)
    if slope:
        return trace.add(named("clamp")(greatest=float(most)), trace.add(named("leaky_relu")(slope), x))
    return trace.add(named("relu6")() if most == 6 else named("hardtanh")(0.0, float(most)), x)


@layer("LeakyReLU")
def leaky_relu_layer(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """With a slope below 0."""
    return trace.add(named("leaky_relu")(float(layer.negative_slope)), inputs)


@layer("ELU")
def elu_layer(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """Exponential below 0."""
    return trace.add(named("elu")(float(layer.alpha)), inputs)


@layer("PReLU")
def prelu_layer(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """A slope for each element, or, where all other axes share it, for each channel."""
    shared = set(layer.shared_axes or ())
    if shared and shared != set(range(1, len(inputs.shape) - 1)):
        return NotImplemented
    slopes = "channel" if shared or len(inputs.shape) == 2 else "element"
    return trace.add(named("prelu")(slopes, "last"), inputs, stored={"weight": layer.alpha})


@layer("Softmax")
def softmax_layer(trace: Any, layer: Any, inputs: Any, mask: Any = None, **_: Any) -> Any:
    """Along one axis or several; what is masked is put far below before, and to 0 after."""
    axes = tuple(layer.axis) if isinstance(layer.axis, (tuple, list)) else (layer.axis,)
    x = inputs
    if mask is not None:
        mask = mask if mask.dtype == "bool" else trace.add(named("greater")(constant=0.5), mask)
        x = trace.add(named("where")(), mask, x, -1e9)
    if len(axes) == 1:
        x = trace.add(named("softmax")(axes[0]), x)
    else:
        total = trace.add(named("logsumexp")(axes, True), x)
        x = trace.add(named("exp")(), trace.add(named("subtract")(), x, total))
    return x if mask is None else trace.add(named("where")(), mask, x, 0.0)


_SAME = {
    **{name: _FUNCTIONS[name.lower()] for name in ("Relu", "Relu6", "Sigmoid", "Silu", "Selu", "Softsign", "Softplus")},
    **{name: _FUNCTIONS[name.lower()] for name in ("Mish",)},
    "SparseSigmoid": _FUNCTIONS["sparse_sigmoid"],
    "SparsePlus": _FUNCTIONS["sparse_plus"],
    "LogSigmoid": _FUNCTIONS["log_sigmoid"],
    "HardSigmoid": _FUNCTIONS["hard_sigmoid"],
    "HardSilu": _FUNCTIONS["hard_silu"],
    "HardTanh": _FUNCTIONS["hard_tanh"],
    "TanhShrink": _FUNCTIONS["tanh_shrink"],
}

_WITH = {
    "LeakyRelu": ("leaky_relu", ("negative_slope",)),
    "Elu": ("elu", ("alpha",)),
    "Celu": ("celu", ("alpha",)),
    "Squareplus": ("squareplus", ("b",)),
    "HardShrink": ("hardshrink", ("threshold",)),
    "SoftShrink": ("softshrink", ("threshold",)),
    "Glu": ("glu", ("axis",)),
    "Sparsemax": ("sparsemax", ("axis",)),
}
"""Operator, and its attributes as Keras names them."""


def _plain(op: Operator) -> Any:
    return lambda trace, operation, x: trace.add(op, x)


def _attributed(kind: str, names: tuple[str, ...]) -> Any:
    return lambda trace, operation, x: trace.add(named(kind)(*(getattr(operation, name) for name in names)), x)


for _name, _op in _SAME.items():
    operation(_name)(_plain(_op))
for _name, (_kind, _names) in _WITH.items():
    operation(_name)(_attributed(_kind, _names))


@operation("Gelu")
def gelu(trace: Any, operation: Any, x: Any) -> Any:
    """Exactly, or by tanh."""
    return trace.add(named("gelu")("tanh" if operation.approximate else "none"), x)


@operation("Threshold")
def threshold(trace: Any, operation: Any, x: Any) -> Any:
    """What is not above it becomes a constant."""
    return trace.add(named("threshold")(float(operation.threshold_value), float(operation.value)), x)


@operation("Softmax", "LogSoftmax")
def softmax(trace: Any, operation: Any, x: Any) -> Any:
    """Along one axis; along all, if none is named."""
    kind = "softmax" if type(operation).__name__ == "Softmax" else "log_softmax"
    axes = operation.axis if isinstance(operation.axis, (tuple, list)) else (operation.axis,)
    if len(axes) != 1 or axes[0] is None:
        return NotImplemented
    return trace.add(named(kind)(axes[0]), x)
