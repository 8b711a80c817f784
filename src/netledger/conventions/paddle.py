"""What paddle.flops reports of a dynamic graph, line by line.

Who uses it: Paddle's model zoos.
What it calls it: "Flops", and means multiply-accumulates: with biases for convolutions, without for linear layers.
Checked against: paddlepaddle 3.3.1.
Where it departs from a plain count: a transposed convolution is charged C_in / G products per kernel element and
output, as a convolution with that output would be, though most of these do not exist, which is wrong; batch norm costs
two per element, in two dimensions only; average pooling one per output, adaptive average pooling the window, rounded
down, and one; a leaky ReLU one per element; every other layer is free, recurrences too, which is wrong, and what is not
a layer (flatten, concat, additions, matrix products) is not seen. Of a PyTorch model: what it would say if every
operation that is a layer in Paddle were one.
Parameters: those of layers that are called, running statistics of batch norms included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import prod

from netledger.core.ledger import Entry, Held, Ledger

__all__ = ["NAME", "UNIT", "amounts", "held", "layer_class", "parameters"]

NAME = "paddle"
UNIT = "MAC"

Amounts = Mapping[str, int]


def _convolution(entry: Entry) -> Amounts:
    return {"products": entry.where("multiply", "product"), "bias": entry.where("add", "bias")}


def _conv_transpose(entry: Entry) -> Amounts:
    (weight, *bias), made = entry.parameters, entry.outputs[0]
    channels, per_group, *kernel = weight.shape
    products = made.elements * prod(kernel) * (channels * per_group // made.shape[1])
    return {"products of a convolution of that output": products, "bias": made.elements if bias else 0}


def _linear(entry: Entry) -> Amounts:
    return {"products": entry.where("multiply", "product")}


def _batchnorm(entry: Entry) -> Amounts:
    return {"2 × batch-norm inputs": 2 * entry.inputs[0].elements if _axes(entry) == 2 else 0}


def _leaky_relu(entry: Entry) -> Amounts:
    return {"leaky-ReLU inputs": entry.inputs[0].elements}


def _avgpool(entry: Entry) -> Amounts:
    return {"average-pool outputs": entry.outputs[0].elements}


def _adaptive_avgpool(entry: Entry) -> Amounts:
    made = entry.inputs[0].shape[:2] + (entry.outputs[0].shape[2:] or (1,) * _axes(entry))
    window = prod(size // out for size, out in zip(entry.inputs[0].shape[2:], made[2:], strict=True))
    return {"windows of adaptive pools": prod(made) * window, "adaptive-pool outputs": prod(made)}


_PRICED: dict[str, Callable[[Entry], Amounts]] = {
    "conv": _convolution,
    "conv_transpose": _conv_transpose,
    "linear": _linear,
    "batchnorm": _batchnorm,
    "leaky_relu": _leaky_relu,
    "avgpool": _avgpool,
    "adaptive_avgpool": _adaptive_avgpool,
    "global_avgpool": _adaptive_avgpool,
}

# What each kind is called as a layer of Paddle; a kind that is not here is a function there, and not seen.
_LAYERS = {
    "conv": "Conv{}D",
    "conv_transpose": "Conv{}DTranspose",
    "deform_conv": "DeformConv2D",
    "linear": "Linear",
    "batchnorm": "BatchNorm{}D",
    "layernorm": "LayerNorm",
    "groupnorm": "GroupNorm",
    "instancenorm": "InstanceNorm{}D",
    "rmsnorm": "Layer",
    "lrn": "LocalResponseNorm",
    "maxpool": "MaxPool{}D",
    "avgpool": "AvgPool{}D",
    "lp_pool": "LPPool{}D",
    "max_unpool": "MaxUnPool{}D",
    "fractional_maxpool": "FractionalMaxPool{}D",
    "adaptive_avgpool": "AdaptiveAvgPool{}D",
    "global_avgpool": "AdaptiveAvgPool{}D",
    "adaptive_maxpool": "AdaptiveMaxPool{}D",
    "global_maxpool": "AdaptiveMaxPool{}D",
    "relu": "ReLU",
    "relu6": "ReLU6",
    "leaky_relu": "LeakyReLU",
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "silu": "Silu",
    "hardswish": "Hardswish",
    "hardsigmoid": "Hardsigmoid",
    "gelu": "GELU",
    "softmax": "Softmax",
    "elu": "ELU",
    "selu": "SELU",
    "celu": "CELU",
    "softplus": "Softplus",
    "softsign": "Softsign",
    "mish": "Mish",
    "hardtanh": "Hardtanh",
    "hardshrink": "Hardshrink",
    "softshrink": "Softshrink",
    "tanhshrink": "Tanhshrink",
    "logsigmoid": "LogSigmoid",
    "thresholded_relu": "ThresholdedReLU",
    "prelu": "PReLU",
    "rrelu": "RReLU",
    "glu": "GLU",
    "log_softmax": "LogSoftmax",
    "maxout": "Maxout",
    "dropout": "Dropout",
    "identity": "Identity",
    "upsample": "Upsample",
    "channel_shuffle": "ChannelShuffle",
    "pixel_shuffle": "PixelShuffle",
    "pixel_unshuffle": "PixelUnshuffle",
    "unfold": "Unfold",
    "fold": "Fold",
    "custom": "Layer",
}


def _axes(entry: Entry) -> int:
    return max(1, len(entry.inputs[0].shape) - 2) if entry.inputs else 1


def layer_class(entry: Entry) -> str:
    """The class of Paddle that this layer is; empty if it is a function there."""
    return _LAYERS.get(entry.op, "").format(_axes(entry))


def amounts(entry: Entry) -> Amounts:
    """What paddle.flops charges; nothing for layers that it does not know."""
    return _PRICED[entry.op](entry) if entry.op in _PRICED else {}


def parameters(entry: Entry) -> int:
    """Every stored value of a layer, running statistics included."""
    counts = entry.parameter_counts
    return counts.total + counts.buffers if layer_class(entry) else 0


def held(ledger: Ledger) -> Iterator[Held]:
    """The same, tensor by tensor: what two layers share is counted in each."""
    met: set[str] = set()
    for entry in ledger:
        seen = bool(layer_class(entry))
        for part in entry.parameters:
            key = part.key or f"{entry.name}.{part.role}"
            if seen:
                term = (
                    "running statistics" if part.buffer else "parameters" if key not in met else "shared, counted again"
                )
                yield Held(term, part.elements, key)
                met.add(key)
    for part in ledger.parameters:
        if not part.buffer and part.key not in met:
            yield Held("parameters of what is no layer not counted", 0, part.key, part.elements)
