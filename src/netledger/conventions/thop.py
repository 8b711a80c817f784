"""What thop.profile returns (THOP, also called pytorch-OpCounter).

Who uses it: many papers and repositories of vision models.
What it calls it: "MACs" in the code, "flops" in its examples; a float.
Checked against: thop 0.1.1.post2209072238.
Where it departs from a plain count: it sees calls of modules whose class is exactly one on its list. Convolutions and
linear layers are counted right, without biases; transposed convolutions over output positions, which is wrong unless
the stride is 1 (too much by its square); batch, layer and instance norms as 4 operations per element (2 without
scale), although an inference batch norm is one multiply-add; average pooling one per output, adaptive average pooling
the window and one, softmax 3 f − 1 per row, a PReLU one per element, upsampling up to 259 per output. Attention, matrix
products, functions, operators, group norms, activations such as GELU, and subclasses of known layers are free, which is
wrong for transformers. Recurrent layers follow its own formula: their products, biases and gates in one sum. A module
that stands in several places of the model is counted in each of them, once for each place.
Parameters: those of the layers it knows that were called; loose parameters, embeddings and attention are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netledger.conventions._functions import formed
from netledger.conventions._hooks import charged, directions, elements, kernel, recurrent, steps
from netledger.conventions._pytorch import Act, Layer, alone, summed
from netledger.conventions._seen import seen
from netledger.conventions._stored import by_module
from netledger.core.ledger import Charge, Entry, Held, Ledger
from netledger.core.number import Number, over, product

__all__ = ["NAME", "UNIT", "amounts", "charges", "held"]

NAME = "thop"
UNIT = "MAC"

Amounts = Mapping[str, Number]


def _convolution(layer: Layer, act: Act) -> Amounts:
    groups = act.entry.attributes["groups"]
    products = elements(layer.outputs[0]) * (layer.inputs[0][1] // groups) * product(kernel(act))
    return formed(products, act, "products of transposed convolutions over output positions")


def _linear(layer: Layer, act: Act) -> Amounts:
    return formed(layer.inputs[0][-1] * elements(layer.outputs[0]), act, "products of linear layers")


def _norm(layer: Layer, act: Act) -> Amounts:
    times = 4 if "weight" in layer.held else 2
    return {f"{times} × {layer.own} inputs": times * elements(layer.inputs[0])}


def _prelu(layer: Layer, act: Act) -> Amounts:
    return {"PReLU inputs": elements(layer.inputs[0])}


def _softmax(layer: Layer, act: Act) -> Amounts:
    width = layer.inputs[0][act.entry.attributes["axis"]]
    return {"3 × softmax inputs, less one per row": (3 * width - 1) * over(elements(layer.inputs[0]), width)}


def _avgpool(layer: Layer, act: Act) -> Amounts:
    return {"average-pool outputs": elements(layer.outputs[0])}


def _adaptive_avgpool(layer: Layer, act: Act) -> Amounts:
    """The sizes are divided as floating-point numbers, and the whole is rounded down."""
    window, made = 1.0, elements(layer.outputs[0])
    places = layer.inputs[0][2:]
    for size, out in zip(places, layer.outputs[0][2:] or (1,) * len(places), strict=True):
        window *= size / out
    total = int((window + 1) * made)
    return {"windows of adaptive average pools": total - made, "adaptive average-pool outputs": made}


_PER_OUTPUT = {"nearest": 1, "linear": 5, "bilinear": 11, "bicubic": 259}


def _upsample(layer: Layer, act: Act) -> Amounts:
    mode, axes = act.entry.attributes["mode"], len(layer.inputs[0]) - 2
    mode = {1: "linear", 2: "bilinear"}.get(axes, "") if mode == "linear" else mode
    times = _PER_OUTPUT.get(mode, 0)
    return {f"{times} × {mode or 'trilinear'} upsampling outputs": times * elements(layer.outputs[0])}


def _recurrence(layer: Layer, act: Act) -> Amounts:
    """Per gate: products, the two sums joined, biases; and what the gates do."""
    cell = layer.own.removesuffix("Cell")
    gates, more = {"RNN": (1, 0), "GRU": (3, 4), "LSTM": (4, 4)}[cell]
    times, made = steps(layer) * directions(layer), {"products": 0, "joined": 0, "bias": 0, "gates": 0}
    ways = directions(layer)
    for number, (inner, hidden, biases) in enumerate(recurrent(layer)):
        size = over(hidden[0], gates)
        width = inner[1] if number == 0 else size * ways
        made["products"] += times * gates * size * (width + size)
        made["joined"] += times * gates * size
        made["bias"] += times * biases
        made["gates"] += times * more * size
    terms = {"recurrences: sums joined": made["joined"], "recurrences: biases": made["bias"]}
    return {
        **formed(made["products"], act, "products of recurrences without projection"),
        **terms,
        **({"recurrences: gates": made["gates"]} if more else {}),
    }


_NORMS = {"BatchNorm{}d": "batchnorm", "InstanceNorm{}d": "instancenorm"}
_RULES = {
    **{f"Conv{axes}d": (_convolution, "conv") for axes in "123"},
    **{f"ConvTranspose{axes}d": (_convolution, "conv_transpose") for axes in "123"},
    **{name.format(axes): (_norm, kind) for name, kind in _NORMS.items() for axes in "123"},
    **{f"AvgPool{axes}d": (_avgpool, "avgpool") for axes in "123"},
    **{f"AdaptiveAvgPool{axes}d": (_adaptive_avgpool, "adaptive_avgpool global_avgpool") for axes in "123"},
    "SyncBatchNorm": (_norm, "batchnorm"),
    "LayerNorm": (_norm, "layernorm"),
    "Linear": (_linear, "linear"),
    "PReLU": (_prelu, "prelu"),
    "Softmax": (_softmax, "softmax"),
    **dict.fromkeys(("Upsample", "UpsamplingBilinear2d", "UpsamplingNearest2d"), (_upsample, "upsample")),
    **{
        name + cell: (_recurrence, (name + ("_cell" if cell else "")).lower())
        for name in ("RNN", "GRU", "LSTM")
        for cell in ("", "Cell")
    },
}
_FREE = ("ReLU", "ReLU6", "LeakyReLU", "Dropout", "ZeroPad2d", "PixelShuffle")
_KNOWN = {*_RULES, *_FREE, *(f"{name}MaxPool{axes}d" for name in ("", "Adaptive") for axes in "123")}


def charges(ledger: Ledger) -> Iterator[Charge]:
    """What it charges each call of a module; a hook is set, and read, once for each place of the module."""
    yield from charged(seen(ledger), _RULES, lambda layer: layer.visits**2)


def amounts(entry: Entry) -> Amounts:
    """What it charges an entry by itself."""
    return summed(charges(alone(entry)))


def held(ledger: Ledger) -> Iterator[Held]:
    """Parameters of the layers that it knows and that were called, in each place; the root's own are left out."""
    network = seen(ledger)
    called = {layer.module: layer.visits for layer in network.layers if layer.own in _KNOWN and layer.module}
    return by_module(network, lambda number: called.get(number, 0))
