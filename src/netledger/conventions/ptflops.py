"""What ptflops reports with its default backend, "pytorch".

Who uses it: papers and repositories of vision models.
What it calls it: "Mac" (GMac).
Checked against: ptflops 0.7.5.
Where it departs from a plain count: it adds up two views of the network. Calls of modules whose class is exactly one on
its list: convolutions (transposed ones right) and linear layers with one more per bias, 2 per element for most norms
with scale (1 for layer norms), 1 for activations, pooling and upsampling, formulas of its own for recurrences and
multi-head attention. And calls of some functions, once per element: relu, gelu, silu, softmax, pooling, interpolate,
torch.add and torch.mul aligned at the wrong end, torch.matmul, mm and bmm with the larger batch of the second operand
lost. A module that calls such a function (ReLU, GELU, pooling) is counted twice, which is wrong. Modules are divided
by the batch, functions are not. Modules inside one that it knows are left out: in timm's Attention its formula stands
for the products of attention only, so that the linear layers in it vanish, a third of a ViT. The operator @ and fused
attention elsewhere are free.
Parameters: each once, if it is trained.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial

from netledger.conventions._functions import Amounts, alone_amounts, composed, left_aligned, left_product
from netledger.conventions._ptflops_modules import attention, is_known, rule_of
from netledger.conventions._pytorch import PRODUCTS, Act, Layer, Seen, missing, paths
from netledger.conventions._seen import seen
from netledger.conventions._stored import by_tensor
from netledger.conventions._words import words
from netledger.core.ledger import Charge, Entry, Held, Ledger
from netledger.core.number import Number, product

__all__ = ["NAME", "UNIT", "amounts", "charges", "fails", "held"]

NAME = "ptflops"
UNIT = "MAC"


def charges(ledger: Ledger) -> Iterator[Charge]:
    """What it charges calls of modules, divided by the batch; and calls of functions."""
    network = seen(ledger)
    counted: set[int] = set()
    yield from _modules(network, counted)
    for act in network.acts:
        amounts = _function(act)
        counted.update({id(act)} if PRODUCTS in amounts else ())
        call = network.layers[act.layer].call if act.layer >= 0 else -1
        yield from (Charge(term, amount, act.place, call) for term, amount in amounts.items())
    places = paths(network.modules, is_known)
    for act in network.acts:
        inside = act.layer >= 0 and not places[network.layers[act.layer].module]
        left = (act,) if id(act) not in counted else ()
        yield from missing(left, INSIDE if inside and act.kind == "linear" else "")


INSIDE = "linear layers inside of attention left out"


_SEQUENCE_FIRST = partial(attention, first=False)


def _modules(network: Seen, counted: set[int]) -> Iterator[Charge]:
    """Whole numbers per sample; what is left of the divisions is added up at the end."""
    places, batch, rest = paths(network.modules, is_known), _batch(network), 0
    for number, layer in enumerate(network.layers):
        found, often = rule_of(layer), places[layer.module]
        act = network.main(number, *found[1].split()) if found and often else None
        if found is None or act is None:
            continue
        rule = found[0] if network.batch_first(number) or layer.own != "MultiheadAttention" else _SEQUENCE_FIRST
        for term, amount in rule(layer, act).items():
            rest += often * amount - over_batch(often * amount, batch) * batch
            yield from _shared(term, amount, often, batch, act, layer)
            counted.update({id(act)} if term == PRODUCTS else ())
    if batch != 1:
        yield Charge("fractions of a sample, added up", rest // batch)


def _shared(term: str, amount: Number, often: int, batch: Number, act: Act, layer: Layer) -> Iterator[Charge]:
    """An amount in every place of the module, divided by the batch."""
    place, call = act.place, layer.call
    if term != PRODUCTS:
        yield Charge(term, over_batch(often * amount, batch), place, call)
        return
    yield Charge(PRODUCTS, amount, place, call)
    if often != 1:
        yield Charge("modules in several places, counted again", (often - 1) * amount, place, call)
    if batch != 1:
        yield Charge("modules divided by the batch", over_batch(often * amount, batch) - often * amount, place, call)


def over_batch(amount: Number, batch: Number) -> Number:
    """Per sample, rounded down."""
    return amount // batch


def _batch(network: Seen) -> Number:
    """The length of what the network is given first; 1, if that is given by name."""
    if not network.layers:
        return 1
    root = network.layers[0]
    return root.inputs[0][0] if len(root.inputs) > root.named and root.inputs[0] else 1


# Calls of functions.


def _function(act: Act) -> Amounts:
    key = act.space, act.name
    if act.entry.provenance.kept or act.aside:
        return {}
    if act.kind in ("lrn", "lp_pool"):
        return composed(act)
    if key in _PER_INPUT:
        return {f"{words(act.kind)} inputs (function)": act.size}
    if key in _PRODUCTS:
        return _product(act)
    if key in _ELEMENTWISE and act.kind in ("add", "multiply"):
        return {f"results of {act.name}": left_aligned(act)}
    if act.name == "interpolate" and act.kind in ("upsample", "adaptive_avgpool"):
        pooled = act.size if act.kind == "adaptive_avgpool" else 0
        return {"upsampling outputs (function)": _resized(act) + pooled}
    return {}


def _product(act: Act) -> Amounts:
    if act.kind == "matmul":
        count = left_product(act)
        return {PRODUCTS if count == act.products else "matrix products: the larger batch of the second lost": count}
    return {"addends": act.entry.inputs[-1].elements} if act.kind == "add" else {}


def _resized(act: Act) -> Number:
    """By a factor for all axes: the elements of the input times its power, rounded down; whole factors by axis."""
    scale, axes = act.entry.attributes.get("scale"), len(act.given) - 2
    if scale is None:
        return act.size_made
    if isinstance(scale, (tuple, list)):
        return act.size * product(int(Fraction(factor)) for factor in scale)
    made = Fraction(scale) ** axes
    return act.size * made.numerator // made.denominator


_POOLS = tuple(
    f"{kind}{axes}d" for kind in ("avg_pool", "max_pool", "adaptive_avg_pool", "adaptive_max_pool") for axes in "123"
)
_PER_INPUT = {
    *(("F", name) for name in ("relu", "elu", "relu6", "gelu", "silu", "softmax", *_POOLS)),
    *(("torch", name) for name in ("prelu", "avg_pool1d", "adaptive_avg_pool1d")),
}
_PRODUCTS = {
    *((space, name) for space in ("torch", "Tensor") for name in ("matmul", "mm", "bmm", "addmm")),
    ("torch", "baddbmm"),
}
_ELEMENTWISE = {(space, name) for space in ("torch", "Tensor") for name in ("add", "mul")}


def amounts(entry: Entry) -> Amounts:
    """What it charges an entry by itself."""
    return alone_amounts(charges, entry)


def held(ledger: Ledger) -> Iterator[Held]:
    """Each parameter once, if it is trained."""
    return by_tensor(ledger, frozen=False)


def fails(ledger: Ledger) -> Iterator[str]:
    """Multi-head attention that is not given exactly query, key and value by place."""
    for layer in seen(ledger).layers:
        if layer.own == "MultiheadAttention" and layer.call >= 0 and (len(layer.inputs) != 3 or layer.named):
            yield f"{layer.path}: ValueError, attention that is given other than query, key and value by place"
