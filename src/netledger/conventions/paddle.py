"""What paddle.flops reports of a dynamic graph, line by line.

Who uses it: Paddle's model zoos.
What it calls it: "Flops", and means multiply-accumulates: with biases for convolutions, without for linear layers.
Checked against: paddlepaddle 3.3.1.
Where it departs from a plain count: a transposed convolution is charged C_in / G products per kernel element and
output, as a convolution with that output would be, though most of these do not exist, which is wrong; batch norm costs
two per element, in two dimensions only; average pooling one per output, adaptive average pooling the window, rounded
down, and one; a leaky ReLU one per element; every other layer is free, recurrences too, which is wrong, and what is not
a layer (flatten, concat, additions, matrix products) is not seen. Of a model of Paddle: layers without layers inside,
of exactly the classes that it knows, each time they are called. Of any other network: what it would say if every
operation that is a layer in Paddle were one.
Parameters: those of layers that are called, running statistics of batch norms included.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from math import prod
from typing import NamedTuple

from netledger.conventions._layers import parts_of
from netledger.conventions._words import several
from netledger.core.ledger import Charge, Entry, Held, Ledger
from netledger.core.network import Parameter, Tensor

__all__ = ["NAME", "UNIT", "Row", "amounts", "charges", "held", "layer_class", "parameters", "rows"]

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


def _multihead_attention(entry: Entry) -> Amounts:
    linear = (part.where("multiply", "product") for part in parts_of(entry) if part.op == "linear")
    return {"products of its linear layers": sum(linear)}


_PRICED: dict[str, Callable[[Entry], Amounts]] = {
    "conv": _convolution,
    "conv_transpose": _conv_transpose,
    "linear": _linear,
    "multihead_attention": _multihead_attention,
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


_NN = "paddle.nn.layer."
_KNOWN = {
    **{f"{_NN}conv.Conv{axes}D": "conv" for axes in (1, 2, 3)},
    **{f"{_NN}conv.Conv{axes}DTranspose": "conv_transpose" for axes in (1, 2, 3)},
    **{f"{_NN}pooling.AvgPool{axes}D": "avgpool" for axes in (1, 2, 3)},
    **{f"{_NN}pooling.AdaptiveAvgPool{axes}D": "adaptive_avgpool" for axes in (1, 2, 3)},
    f"{_NN}norm.BatchNorm2D": "batchnorm",
    f"{_NN}norm.BatchNorm": "batchnorm",
    f"{_NN}activation.LeakyReLU": "leaky_relu",
    f"{_NN}common.Linear": "linear",
}
"""The classes that it charges, exactly, and the operation that it charges them for."""


def _axes(entry: Entry) -> int:
    return max(1, len(entry.inputs[0].shape) - 2) if entry.inputs else 1


def layer_class(entry: Entry) -> str:
    """The class of Paddle that this layer is; empty if it is a function there."""
    return _LAYERS.get(entry.op, "").format(_axes(entry))


def amounts(entry: Entry) -> Amounts:
    """What paddle.flops charges; nothing for layers that it does not know."""
    found = _PRICED[entry.op](entry) if entry.op in _PRICED else {}
    return {**found, **_left_out(entry, found)}


def parameters(entry: Entry) -> int:
    """Every stored value of a layer, running statistics included."""
    counts = entry.parameter_counts
    return counts.total + counts.buffers if layer_class(entry) else 0


def charges(ledger: Ledger) -> Iterator[Charge]:
    """What it charges each operation, where that is a layer; and the products that it leaves out, by name."""
    seen = _seen(ledger)
    for place, entry in enumerate(ledger.entries):
        times = seen(entry)
        found = _of_layer(ledger, entry) if times else {}
        whole = _left_out(entry, found)
        for term, amount in {**found, **whole}.items():
            yield Charge(term, amount, place, missing=entry.where("multiply", "product") if term in whole else 0)
        if times > 1:
            yield Charge("layers that stand in several places, counted again", (times - 1) * sum(found.values()), place)


def _left_out(entry: Entry, found: Amounts) -> dict[str, int]:
    """The name of the products that it leaves out, if it does, and that they make nothing."""
    if "products" in found or not entry.where("multiply", "product"):
        return {}
    why = ", counted otherwise" if any(found.values()) else " not counted"
    return {f"{several(entry.op)}{why}": 0}


def _seen(ledger: Ledger) -> Callable[[Entry], int]:
    """How often an operation is charged: in a model of Paddle, as often as its layer is watched."""
    if not _is_paddle(ledger):
        return lambda entry: 1
    watched = _watched(ledger)

    def times(entry: Entry) -> int:
        call = ledger.calls[entry.provenance.call] if entry.provenance.call >= 0 else None
        known = call is not None and _KNOWN.get(call.kind) == entry.op
        return watched.get(call.path, 0) if call is not None and known else 0

    return times


def _is_paddle(ledger: Ledger) -> bool:
    """Whether its modules are layers of Paddle."""
    return any(module.kind.startswith("paddle.nn.layer.") for module in ledger.modules)


def _watched(ledger: Ledger) -> dict[str, int]:
    """The layers without layers inside, and how often each is watched: once for every way there is to it."""
    ways = [0] * len(ledger.modules)
    ways[0] = 1
    for number, module in enumerate(ledger.modules):
        for _, child in module.children:
            ways[child] += ways[number]
    return {module.path: way for module, way in zip(ledger.modules, ways, strict=True) if not module.children}


def _of_layer(ledger: Ledger, entry: Entry) -> Amounts:
    """What a layer of Paddle is charged: by the shapes that the layer is given, channels last or not."""
    if entry.attributes.get("channels") != "last" or entry.op not in ("conv", "conv_transpose"):
        return amounts(entry)
    made = entry.outputs[0].elements
    kernel = prod(entry.parameters[0].shape[2:])
    products = int(made * (entry.inputs[0].shape[1] / entry.attributes["groups"] * kernel))
    return {"products with the height for the channels": products, "bias": entry.where("add", "bias")}


class Row(NamedTuple):
    """A line of its table: the layer's own name, the shapes of its last call, parameters, and what it is charged."""

    label: str
    given: Tensor
    made: Tensor
    parameters: int
    flops: int


def rows(ledger: Ledger) -> tuple[Row, ...] | None:
    """The lines of its table of a model of Paddle; None of any other network."""
    if not _is_paddle(ledger):
        return None
    tensors, found = ledger.tensors, []
    last = {call.path: call for call in ledger.calls}
    costs: Counter[str] = Counter()
    for charge in charges(ledger):
        costs[ledger.calls[ledger.entries[charge.entry].provenance.call].path] += charge.amount
    sizes = {part.key: part.elements for part in ledger.parameters}
    for module in ledger.modules:
        call = last.get(module.path)
        if call and not module.children:
            held = sum(sizes[key] for _, key in module.parameters if key in sizes)
            shapes = tensors[call.inputs[0]], tensors[(call.outputs or call.inputs)[0]]
            found.append(Row(module.label, *shapes, held, costs[module.path]))
    return tuple(found)


def _watched_keys(ledger: Ledger) -> Iterator[str]:
    """The stored tensors of the layers that it watches and that are called, layer by layer."""
    called = {call.path for call in ledger.calls}
    for module in ledger.modules:
        if module.path in called and not module.children:
            yield from (key for _, key in module.parameters)


def held(ledger: Ledger) -> Iterator[Held]:
    """The same, tensor by tensor: what two layers share is counted in each."""
    met: set[str] = set()
    for part, key in _counted(ledger):
        term = "running statistics" if part.buffer else "parameters" if key not in met else "shared, counted again"
        yield Held(term, part.elements, key)
        met.add(key)
    for part in ledger.parameters:
        if not part.buffer and part.key not in met:
            yield Held("parameters of what is no layer not counted", 0, part.key, part.elements)


def _counted(ledger: Ledger) -> Iterator[tuple[Parameter, str]]:
    if _is_paddle(ledger):
        parts = {part.key: part for part in ledger.parameters}
        yield from ((parts[key], key) for key in _watched_keys(ledger) if key in parts)
        return
    for entry in ledger:
        if layer_class(entry) or entry.op == "multihead_attention":
            yield from ((part, part.key or f"{entry.name}.{part.role}") for part in entry.parameters)
