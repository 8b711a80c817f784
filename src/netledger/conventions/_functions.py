"""What tools have in common that count calls of functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from netledger.conventions._pytorch import PRODUCTS, Act, Layer, Seen, alone, missing, summed
from netledger.conventions._words import several
from netledger.core.ledger import Charge, Entry, Ledger
from netledger.core.number import Number, maximum, product

__all__ = [
    "NORMS",
    "Amounts",
    "alone_amounts",
    "charged",
    "composed",
    "formed",
    "is_training",
    "left_aligned",
    "left_product",
]

Amounts = Mapping[str, Number]
"""Amounts by what they are for."""

NORMS = ("batch_norm", "layer_norm", "group_norm", "instance_norm")
"""Functions that are two operations where they have a scale and no shift: the norm, and a multiplication."""

AGAIN = "modules that stand in several places, counted again"


def charged(
    seen: Seen, rule: Callable[[Act, Layer | None], Amounts], times: Callable[[Layer], int] = lambda layer: 1
) -> Iterator[Charge]:
    """What the calls of functions cost.

    Args:
        seen: the network.
        rule: what a call costs; by the call, and the call of a module that it happens in.
        times: how often what happens in a module is counted.

    """
    for act in seen.acts:
        layer = seen.layers[act.layer] if act.layer >= 0 else None
        found, call = rule(act, layer), layer.call if layer is not None else -1
        yield from (Charge(term, amount, act.place, call) for term, amount in found.items())
        if PRODUCTS not in found:
            yield from missing((act,), f"{several(act.kind)}, counted otherwise" if found else "")
        often = times(layer) if layer is not None else 1
        if often > 1 and found:
            yield Charge(AGAIN, (often - 1) * sum(found.values()), act.place, call)


def formed(count: Number, act: Act, otherwise: str = "matrix products: the larger batch of the second lost") -> Amounts:
    """The plain products, if these are what is counted; else the same under a name of its own."""
    return {PRODUCTS if count == act.products else otherwise: count}


def is_training(act: Act, layer: Layer | None) -> bool:
    """Whether a batch norm takes the statistics of the batch: in training mode, or because it keeps none."""
    return not act.entry.attributes["track"] or (layer is not None and layer.training)


def left_product(act: Act) -> Number:
    """Elements of the first operand, times the last axis of the second: the products, unless the second has more."""
    first, second = (tensor.shape for tensor in act.entry.inputs[:2])
    return product(first) * second[-1]


def left_aligned(act: Act) -> Number:
    """Elements of what two tensors make together, if their shapes are aligned at the first axis, which is wrong."""
    shapes = [tensor.shape for tensor in act.entry.inputs]
    longest = max(map(len, shapes))
    padded = [(*shape, *(1,) * (longest - len(shape))) for shape in shapes]
    made = padded[0]
    for shape in padded[1:]:
        made = tuple(maximum(a, b) for a, b in zip(made, shape, strict=True))
    return product(made)


def composed(act: Act) -> Amounts:
    """What functions made of patched ones (local response norm, p-norm pooling) cost, one per element of each."""
    if act.kind == "lp_pool":
        return {"p-norm pooling: inputs and twice outputs": act.size + 2 * act.size_made}
    batch, channels, *places = act.given
    padded = batch * (channels + act.entry.attributes["size"] - 1) * product(places)
    return {"local response norm: squares, inputs of windows, scale and shift": 3 * act.size + padded}


def alone_amounts(charges: Callable[[Ledger], Iterator[Charge]], entry: Entry) -> Amounts:
    """What a convention charges an entry by itself."""
    return summed(charges(alone(entry)))
