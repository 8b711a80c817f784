"""What torchinfo.summary prints as "Total mult-adds".

Who uses it: notebooks and repositories that print a table of layers.
What it calls it: "Total mult-adds (G)".
Checked against: torchinfo 1.8.0.
Where it departs from a plain count: it looks at calls of modules that have no modules in them, and multiplies their
stored values by output positions. For convolutions that is right, with each bias counted as a multiply-add; for
transposed convolutions it is wrong (output positions instead of input positions), and for everything else only the
first axis of the output is taken: a linear layer on tokens is counted once per sample instead of once per token, an
embedding as if its whole table were multiplied, norms and PReLU once per sample and parameter. Whatever is not stored
as `weight` or `bias` in such a module (attention, matrix products, activations, pooling, functions, loose parameters)
is free. Recurrent layers: all parameters, biases included, times the first two axes of the output. Any class whose name
contains "Conv" is taken for a convolution.
Parameters: of each module; tensors that two modules share are counted twice. Pruned weights count there as the ones of
their masks, here as if nothing were pruned, and modules in several places distort its sum: neither can be told from the
network.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from typing import NamedTuple

from netledger.conventions._pytorch import PRODUCTS, Layer, Seen, alone, missing, summed
from netledger.conventions._seen import seen
from netledger.conventions._stored import PARAMETERS, by_tensor
from netledger.conventions._words import several
from netledger.core.ledger import Charge, Entry, Held, Ledger
from netledger.core.network import Parameter
from netledger.core.number import Number, product

__all__ = ["NAME", "UNIT", "amounts", "charges", "held"]

NAME = "torchinfo"
UNIT = "MAC"


def charges(ledger: Ledger) -> Iterator[Charge]:
    """What it charges each call of a module without modules in it."""
    network = seen(ledger)
    counted: set[int] = set()
    otherwise: set[int] = set()
    for number, layer in enumerate(network.layers):
        if network.modules[layer.module].children or not layer.outputs or not layer.outputs[0]:
            continue
        act = next((network.acts[place] for place in network.inside[number] if network.acts[place].products), None)
        first = act or next((network.acts[place] for place in network.inside[number]), None)
        for name, amount in _amounts(layer).items():
            whole = name == "weight" and act is not None and amount == act.products
            (counted if whole else otherwise).add(id(act))
            term = PRODUCTS if whole else _term(layer, name, act is not None)
            yield Charge(term, amount, first.place if first else layer.place, layer.call)
    for act in network.acts:
        if id(act) not in counted:
            yield from missing((act,), f"{several(act.kind)}, counted otherwise" if id(act) in otherwise else "")


def _amounts(layer: Layer) -> Mapping[str, Number]:
    """What it charges for each stored tensor, by name."""
    found = {}
    for name, part in layer.held.items():
        plain = name.removesuffix("_orig")
        known = plain if f"{plain}_mask" in layer.held else name
        times = 0 if part.buffer else _times(layer, known)
        if times:
            found[known] = part.elements * times
    return found


def _times(layer: Layer, name: str) -> Number:
    made = layer.outputs[0]
    if name in ("weight", "bias"):
        return product(made[:1] + made[2:]) if "Conv" in _short(layer.kind) else made[0]
    return product(made[:2]) if "weight" in name or "bias" in name else 0


def _short(kind: str) -> str:
    return kind.rpartition(".")[2]


def _term(layer: Layer, name: str, forms: bool) -> str:
    """What an amount is for."""
    kind = _short(layer.kind)
    if "Conv" in kind:
        return f"{kind}: biases" if name == "bias" else f"{kind}: weights × output positions"
    if name not in ("weight", "bias"):
        return f"{kind}: parameters × first two output axes"
    return f"{kind}: {'biases' if name == 'bias' else 'weights'} × first output axis" if forms else f"{kind} parameters"


def amounts(entry: Entry) -> Mapping[str, Number]:
    """What it charges an entry by itself."""
    return summed(charges(alone(entry)))


def held(ledger: Ledger) -> Iterator[Held]:
    """What each module holds, and what is left over for the modules around it."""
    network = seen(ledger)
    owners = [part.key for stored in network.held for part in stored.values() if not part.buffer]
    if len(set(owners)) == len(owners):
        return by_tensor(ledger)
    return _shared(network)


def _shared(network: Seen) -> Iterator[Held]:
    """The same where modules share tensors."""
    trees = _trees(network)
    called = {layer.module for layer in network.layers}
    listed = [number for number, tree in trees.items() if called & {number, *tree.below}]
    left: dict[int, Number] = {}
    for number in listed:
        left[number] = _total(trees[number].stored) - sum(
            left[other] for other in listed if other in trees[number].below
        )
    met: set[str] = set()
    for number in sorted(listed):
        yield from _left_over(trees, listed, number, left[number], met)


def _left_over(
    trees: Mapping[int, _Tree], listed: list[int], number: int, left: Number, met: set[str]
) -> Iterator[Held]:
    """What a module adds to the total."""
    below = {key for other in listed if other in trees[number].below for key in trees[other].stored}
    own = {key: part for key, part in trees[number].stored.items() if key not in below}
    for key, part in own.items():
        yield Held("shared parameters, counted again" if key in met else PARAMETERS, part.elements, key)
    met.update(own)
    if left < _total(own):
        yield Held("taken off again for shared parameters", max(left, 0) - _total(own), "")


class _Tree(NamedTuple):
    """All that is in a module: modules, and stored tensors by identity."""

    below: frozenset[int]
    stored: Mapping[str, Parameter]


def _trees(network: Seen) -> dict[int, _Tree]:
    """Of each module, those in others first."""
    found: dict[int, _Tree] = {}
    parents = {number: [child for _, child in one.children] for number, one in enumerate(network.modules)}
    for number in TopologicalSorter(parents).static_order():
        children = [found[child] for child in parents[number]]
        own = {part.key: part for part in network.held[number].values() if not part.buffer}
        below = frozenset(parents[number]).union(*(child.below for child in children))
        found[number] = _Tree(below, {**own, **{key: part for child in children for key, part in child.stored.items()}})
    return found


def _total(stored: Mapping[str, Parameter]) -> Number:
    return sum(part.elements for part in stored.values())
