"""What tools have in common that count a module each time it is called, by its exact class."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from netledger.conventions._functions import formed
from netledger.conventions._pytorch import PRODUCTS, Act, Layer, Seen, missing
from netledger.conventions._words import several
from netledger.core.ledger import Charge
from netledger.core.number import Number, Shape, over, product

__all__ = ["Rule", "charged", "directions", "elements", "kernel", "recurrence", "recurrent", "steps"]

Rule = Callable[[Layer, Act], Mapping[str, Number]]
"""What one call of a layer costs; by the call, and the operation that it is."""


def elements(shape: Shape) -> Number:
    """How many elements a tensor of this shape has."""
    return product(shape)


def kernel(act: Act) -> Shape:
    """The size of the kernel of a convolution along every axis."""
    size = act.entry.attributes["kernel"]
    return tuple(size) if isinstance(size, (tuple, list)) else (size,) * (len(act.given) - 2)


def charged(
    seen: Seen,
    rules: Mapping[str, tuple[Rule, str]],
    times: Callable[[Layer], int] = lambda layer: 1,
    why: Callable[[Act], str] = lambda act: "",
) -> Iterator[Charge]:
    """What the calls of layers cost.

    Args:
        seen: the network.
        rules: by class of PyTorch's own, the rule and the kinds of operators that such a layer is.
        times: how often a call is counted.
        why: why products are left out, if there is more to say than that they are.

    """
    counted: set[int] = set()
    otherwise: set[int] = set()
    for number, layer in enumerate(seen.layers):
        rule, kinds = rules.get(layer.own, (None, ""))
        act, often = seen.main(number, *kinds.split()) if rule else None, times(layer)
        if rule is None or act is None or not often:
            continue
        amounts = rule(layer, act)
        (counted if PRODUCTS in amounts else otherwise).add(id(act))
        yield from (Charge(term, amount, act.place, layer.call) for term, amount in amounts.items())
        if often > 1:
            again = (often - 1) * sum(amounts.values())
            yield Charge("layers that stand in several places, counted again", again, act.place, layer.call)
    for act in seen.acts:
        if id(act) not in counted:
            yield from missing((act,), f"{several(act.kind)}, counted otherwise" if id(act) in otherwise else why(act))


def recurrent(layer: Layer) -> list[tuple[Shape, Shape, Number]]:
    """Of each layer of a recurrence or of a cell, one direction: shapes of both weights, elements of the biases."""
    found = []
    for name, part in layer.held.items():
        if name.startswith("weight_ih") and not name.endswith("_reverse"):
            rest = name.removeprefix("weight_ih")
            biases = [
                layer.held[f"bias_{way}{rest}"].elements for way in ("ih", "hh") if f"bias_{way}{rest}" in layer.held
            ]
            found.append((part.shape, layer.held[f"weight_hh{rest}"].shape, sum(biases)))
    return found


def directions(layer: Layer) -> int:
    """How many directions a recurrence has."""
    return 2 if any(name.endswith("_reverse") for name in layer.held) else 1


def steps(layer: Layer) -> Number:
    """Elements of the sequences, all samples together: the first two axes of the input; samples, of a cell."""
    return product(layer.inputs[0][:1] if layer.own.endswith("Cell") else layer.inputs[0][:2])


_GATES = {"RNN": (1, 1), "GRU": (3, 7), "LSTM": (4, 10)}
"""Of each recurrence: its gates, and what some tools charge for each hidden element besides the products."""


def recurrence(layer: Layer, act: Act) -> tuple[Number, Mapping[str, Number]]:
    """The products as three tools count them, as of the first direction; and all terms, the products first."""
    gates, more = _GATES[layer.own.removesuffix("Cell")]
    times, parts = steps(layer) * directions(layer), recurrent(layer)
    macs = times * sum(inner[0] * inner[1] + hidden[0] * hidden[1] for inner, hidden, _ in parts)
    return macs, {
        **formed(macs, act, "products of recurrences, as of the first direction"),
        "recurrences: gates": times * sum(more * over(hidden[0], gates) for _, hidden, _ in parts),
        "recurrences: biases": times * sum(biases for *_, biases in parts),
    }
