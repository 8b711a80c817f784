"""What ptflops charges calls of modules, by their exact classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from netledger.conventions._functions import formed
from netledger.conventions._hooks import elements, kernel, recurrence
from netledger.conventions._pytorch import Act, Layer, own_class
from netledger.core.number import Number, product

__all__ = ["RULES", "attention", "is_known", "rule_of"]

Amounts = Mapping[str, Number]
Rule = Callable[[Layer, Act], Amounts]


def _with_bias(layer: Layer, products: Number, act: Act, biases: Number, otherwise: str) -> Amounts:
    counted = formed(products, act, otherwise)
    return {**counted, "biases": biases} if "bias" in layer.held else counted


def _convolution(layer: Layer, act: Act) -> Amounts:
    """By the last axes of the output (of the input, if transposed), and the first of the input."""
    given, made = layer.inputs[0], layer.outputs[0]
    positions = given[0] * product(given[2:] if act.kind == "conv_transpose" else made[2:])
    filters = act.made[1] // act.entry.attributes["groups"]
    products = positions * product(kernel(act)) * act.given[1] * filters
    biases = given[0] * product(made[1:])
    return _with_bias(layer, products, act, biases, "products of convolutions without a batch")


def _deformable(layer: Layer, act: Act) -> Amounts:
    more = 25 if len(layer.inputs) == 3 else 24
    positions = layer.inputs[0][0] * product(layer.outputs[0][2:])
    sampled = {"sampling of deformable convolutions": positions * product(kernel(act)) * more}
    return {**_convolution(layer, act), **sampled}


def _linear(layer: Layer, act: Act) -> Amounts:
    """One-dimensional inputs: the products of the only sample."""
    given, made = layer.inputs[0], layer.outputs[0]
    return _with_bias(layer, product(given) * made[-1], act, elements(made), "products of linear layers")


def _inputs(layer: Layer, act: Act) -> Amounts:
    return {f"{layer.own} inputs (module)": elements(layer.inputs[0])}


def _outputs(layer: Layer, act: Act) -> Amounts:
    return {f"{layer.own} outputs (module)": elements(layer.outputs[0])}


def _one_sample(layer: Layer, act: Act) -> Amounts:
    return {"upsampling outputs of one sample (module)": product(layer.outputs[0][1:])}


def _norm(layer: Layer, act: Act) -> Amounts:
    times = 2 if layer.own != "LayerNorm" and "weight" in layer.held else 1
    name = f"{layer.own} inputs (module)"
    return {name if times == 1 else f"2 × {name}": times * elements(layer.inputs[0])}


def _recurrence(layer: Layer, act: Act) -> Amounts:
    return recurrence(layer, act)[1]


def attention(layer: Layer, act: Act, first: bool) -> Amounts:
    """A formula of its own, for queries, keys and values apart; `first`: whether these have the batch first."""
    query, key, value = (*layer.inputs, *layer.inputs[-1:] * 2)[:3]
    place = 1 if first else 0
    batch, long = query[1 - place], [shape[place] for shape in (query, key, value)]
    wide = [shape[2] for shape in (query, key, value)]
    heads = act.given[1] if len(act.given) == 4 else act.given[0] // batch
    projected = sum(length * width * width for length, width in zip(long, wide, strict=True))
    biases = sum(long) * wide[0] if "in_proj_bias" in layer.held else 0
    core = heads * long[0] * long[1] * (wide[0] // heads + wide[2] // heads)
    return {
        "multi-head attention: projections": batch * (projected + long[0] * wide[2] * wide[2]),
        "multi-head attention: products of attention": batch * core,
        "multi-head attention: softmax": batch * heads * long[0] * long[1],
        "multi-head attention: scaling of queries, biases": batch * (long[0] * (wide[0] + wide[2]) + biases),
    }


def _timm_attention(layer: Layer, act: Act) -> Amounts:
    """The products of attention, the softmax, the scaling of queries; the linear layers in it are taken for counted."""
    batch, length = layer.inputs[0][:2]
    heads, width = act.given[1], act.given[-1]
    core = 2 * batch * heads * length * length * width
    return {
        **formed(core, act, "products of attention"),
        "softmax of attention": batch * heads * length * length,
        "scaling of queries": batch * length * heads * width,
    }


_ACTIVATIONS = {
    "ReLU": "relu",
    "PReLU": "prelu",
    "ELU": "elu",
    "LeakyReLU": "leaky_relu",
    "ReLU6": "relu6",
    "GELU": "gelu",
}
_POOLS = {
    "MaxPool{}d": "maxpool",
    "AvgPool{}d": "avgpool",
    "AdaptiveMaxPool{}d": "adaptive_maxpool global_maxpool",
    "AdaptiveAvgPool{}d": "adaptive_avgpool global_avgpool",
}
_NORMS = {"BatchNorm{}d": "batchnorm", "InstanceNorm{}d": "instancenorm"}

RULES: Mapping[str, tuple[Rule, str]] = {
    **{f"Conv{axes}d": (_convolution, "conv") for axes in "123"},
    **{f"ConvTranspose{axes}d": (_convolution, "conv_transpose") for axes in "123"},
    **{name: (_outputs, kind) for name, kind in _ACTIVATIONS.items()},
    **{name.format(axes): (_inputs, kind) for name, kind in _POOLS.items() for axes in "123"},
    **{name.format(axes): (_norm, kind) for name, kind in _NORMS.items() for axes in "123"},
    "GroupNorm": (_norm, "groupnorm"),
    "LayerNorm": (_norm, "layernorm"),
    "Linear": (_linear, "linear"),
    "Upsample": (_one_sample, "upsample adaptive_avgpool"),
    **{name: (_recurrence, name.lower()) for name in ("RNN", "GRU", "LSTM")},
    **{f"{name}Cell": (_recurrence, f"{name.lower()}_cell") for name in ("RNN", "GRU", "LSTM")},
    "MultiheadAttention": (partial(attention, first=True), "attention matmul"),
    "torchvision.ops.deform_conv.DeformConv2d": (_deformable, "deform_conv"),
    "timm.layers.attention.Attention": (_timm_attention, "attention matmul"),
}


def is_known(kind: str) -> bool:
    """Whether modules of this class are counted, and what is in them is not."""
    return (own_class(kind) or kind) in RULES


def rule_of(layer: Layer) -> tuple[Rule, str] | None:
    """The rule of a call, and the kinds of operators that such a layer is."""
    return RULES.get(layer.own or layer.kind)
