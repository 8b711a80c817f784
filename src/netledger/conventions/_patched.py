"""What calflops and DeepSpeed's profiler have in common: calls of patched functions, FLOPs and MACs apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple, cast

from netledger.conventions._einsum import printed_cost
from netledger.conventions._functions import NORMS, Amounts, charged, composed, formed, is_training, left_product
from netledger.conventions._hooks import directions, kernel, recurrence, recurrent, steps
from netledger.conventions._pytorch import Act, Layer, Seen
from netledger.conventions._words import words
from netledger.core.ledger import Charge
from netledger.core.number import Number, product

__all__ = ["COUNTED_TWICE", "Cost", "Tool", "in_flops", "in_macs", "matmul", "without_batch"]

COUNTED_TWICE = "one multiply-add counted as two"


class Cost(NamedTuple):
    """What a call costs: multiply-adds, and all else."""

    macs: Amounts
    more: Amounts = MappingProxyType({})


class Tool(NamedTuple):
    """Where the two differ.

    Args:
        functions: rules by space and name of a function, besides those of both.
        elementwise: elements of a sum or product of two tensors.
        resized: what resampling by a factor costs.
        times: how often what happens in a module is counted.

    """

    functions: Mapping[tuple[str, str], Callable[[Act], Cost]]
    elementwise: Callable[[Act], Number]
    resized: Callable[[Act], Number]
    times: Callable[[Layer], int]


def in_flops(network: Seen, tool: Tool) -> Iterator[Charge]:
    """Two for each multiply-add, and all else."""

    def rule(act: Act, layer: Layer | None) -> Amounts:
        cost = _cost(act, tool)
        twice = sum(cost.macs.values())
        return {**cost.macs, **({COUNTED_TWICE: twice} if cost.macs else {}), **cost.more}

    recurrences = {id(act): _recurrence(layer, act) for layer, act in _recurrences(network)}
    yield from _with(network, tool, rule, recurrences)


def in_macs(network: Seen, tool: Tool) -> Iterator[Charge]:
    """The multiply-adds; recurrences have none here."""
    yield from _with(network, tool, lambda act, layer: _cost(act, tool).macs, {})


def _with(
    network: Seen,
    tool: Tool,
    rule: Callable[[Act, Layer | None], Amounts],
    recurrences: Mapping[int, Amounts],
) -> Iterator[Charge]:
    def either(act: Act, layer: Layer | None) -> Amounts:
        return recurrences[id(act)] if id(act) in recurrences else rule(act, layer)

    yield from charged(network, either, tool.times)


def without_batch(network: Seen) -> Iterator[str]:
    """Convolutions that are given one sample: both tools refuse them."""
    for before, act in pairwise(network.acts):
        if act.kind == "conv" and before.kind == "unsqueeze" and before.name == act.name:
            yield f"{act.entry.name}: AssertionError, a convolution without a batch"


# Functions.


def _cost(act: Act, tool: Tool) -> Cost:
    key = act.space, act.name
    if act.entry.provenance.kept or act.aside:
        return Cost({})
    if act.kind in ("lrn", "lp_pool"):
        return Cost({}, composed(act))
    found = tool.functions.get(key) or _FUNCTIONS.get(key)
    if found is not None:
        return found(act)
    if key in _ELEMENTWISE and act.kind in ("add", "multiply"):
        return Cost({}, {f"results of {act.name}": tool.elementwise(act)})
    if act.name == "interpolate" and act.kind in ("upsample", "adaptive_avgpool"):
        return Cost({}, {"upsampling": tool.resized(act)})
    return Cost({})


def _linear(act: Act) -> Cost:
    return Cost(formed(act.products, act))


def _convolution(act: Act) -> Cost:
    """The output's size is computed again, with a padding that is the same on both sides."""
    made = _positions(act)
    channels = act.made[1]
    groups = act.entry.attributes["groups"]
    size = product(kernel(act)) * act.given[1] * (channels // groups)
    biased = act.entry.where("add", "bias") > 0
    macs = formed(size * act.given[0] * made, act, "products of convolutions of another output size")
    return Cost(macs, {"convolution biases": channels * act.given[0] * made} if biased else {})


def _transposed(act: Act) -> Cost:
    """Divided by the groups twice; biases over the output of an ordinary convolution."""
    channels = act.made[1] // act.entry.attributes["groups"]
    inside = channels // act.entry.attributes["groups"]
    macs = product(kernel(act)) * act.given[1] * inside * act.given[0] * product(act.given[2:])
    biased = act.entry.where("add", "bias") > 0
    bias = {"transposed-convolution biases over another output": channels * act.given[0] * _positions(act)}
    return Cost(
        formed(macs, act, "products of transposed convolutions, divided by groups twice"), bias if biased else {}
    )


def _positions(act: Act) -> Number:
    """Output positions of an ordinary convolution with these attributes."""
    made: Number = 1
    own = act.entry.attributes
    axes = len(act.given) - 2
    for size, wide, stride, padding, dilation in zip(
        act.given[2:],
        kernel(act),
        *(_each(own[name], axes) for name in ("stride", "padding", "dilation")),
        strict=True,
    ):
        made *= (size + _around(padding, dilation * (wide - 1)) - (dilation * (wide - 1) + 1)) // stride + 1
    return made


def _around(padding: object, reach: Number) -> Number:
    """What is put around an axis; in words: half of what the kernel reaches, rounded down, on both sides."""
    if isinstance(padding, (tuple, list)):
        return sum(padding)
    if isinstance(padding, str):
        return 2 * (reach // 2) if padding == "same" else 0
    return 2 * cast("Number", padding)


def _each(value: object, axes: int) -> tuple[object, ...]:
    """A value for each axis."""
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * axes


def _inputs(what: str, times: int = 1) -> Callable[[Act], Cost]:
    name = f"{what} inputs" if times == 1 else f"{times} × {what} inputs"
    return lambda act: Cost({}, {name: times * act.size})


def _norm(act: Act) -> Cost:
    """Of one with scale only, the multiplication is another operation."""
    if act.kind == "multiply":
        return Cost({}, {"norms with scale only: inputs": act.size})
    if act.kind not in ("batchnorm", "layernorm", "groupnorm", "instancenorm"):
        return Cost({})
    times = 5 if act.kind != "batchnorm" or is_training(act, None) else 2
    times -= not act.entry.attributes["affine"]
    return Cost({}, {f"{times} × {words(act.kind)} inputs": times * act.size})


def matmul(act: Act) -> Cost:
    """By the elements of the first operand."""
    return Cost(formed(left_product(act), act))


def _addmm(act: Act) -> Cost:
    """The product, and the elements of the addend."""
    if act.kind == "matmul":
        return Cost(formed(left_product(act), act))
    return Cost({}, {"addends": act.entry.inputs[-1].elements} if act.kind == "add" else {})


def _einsum(act: Act) -> Cost:
    return Cost({}, {"einsum: what NumPy prints": printed_cost(act.entry)})


_POOLS = {
    ("F" if name not in ("avg_pool1d", "adaptive_avg_pool1d") else "torch", name): _inputs("pooling")
    for kind in ("avg_pool", "max_pool", "adaptive_avg_pool", "adaptive_max_pool")
    for name in (f"{kind}1d", f"{kind}2d", f"{kind}3d")
}
_ACTIVATIONS = ("relu", "elu", "leaky_relu", "relu6", "silu", "gelu", "softmax")
_FUNCTIONS: Mapping[tuple[str, str], Callable[[Act], Cost]] = {
    ("F", "linear"): _linear,
    **{("torch", f"conv{axes}d"): _convolution for axes in "123"},
    **{("torch", f"conv_transpose{axes}d"): _transposed for axes in "123"},
    **{("F", name): _inputs(words(name)) for name in _ACTIVATIONS},
    ("torch", "prelu"): _inputs("PReLU"),
    **{("F", name): _norm for name in NORMS},
    **_POOLS,
    **{(space, "matmul"): matmul for space in ("torch", "Tensor")},
    ("torch", "addmm"): _addmm,
    ("Tensor", "addmm"): _addmm,
    ("torch", "baddbmm"): _addmm,
    ("torch", "einsum"): _einsum,
}
_ELEMENTWISE = {(space, name) for space in ("torch", "Tensor") for name in ("add", "mul")}


# Recurrences: hooks on modules.

_KINDS = {
    "RNN": "rnn",
    "GRU": "gru",
    "LSTM": "lstm",
    "RNNCell": "rnn_cell",
    "GRUCell": "gru_cell",
    "LSTMCell": "lstm_cell",
}


def _recurrences(network: Seen) -> Iterator[tuple[Layer, Act]]:
    for number, layer in enumerate(network.layers):
        act = network.main(number, _KINDS[layer.own]) if layer.own in _KINDS else None
        if act is not None:
            yield layer, act


def _recurrence(layer: Layer, act: Act) -> Amounts:
    """Twice the products less one addition per gate and sum, what the gates do, biases."""
    macs, amounts = recurrence(layer, act)
    first = steps(layer) * directions(layer) * sum(2 * hidden[0] for _, hidden, _ in recurrent(layer))
    return {**amounts, COUNTED_TWICE: macs, "recurrences: first additions, which are none": -first}
