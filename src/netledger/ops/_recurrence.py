"""What recurrent layers and their cells share: the gates of one step, and how often they are computed."""

from __future__ import annotations

from typing import NamedTuple

from netledger.core.number import Number, how_many
from netledger.core.work import Term

__all__ = ["GRU", "LSTM", "RNN", "Gates", "Steps", "bias_roles", "gate_terms"]

SIGMOID = (("negate", 1), ("exponential", 1), ("add", 1), ("divide", 1))


class Gates(NamedTuple):
    """What one step of a recurrence does to each hidden element.

    Args:
        sums: gates, each a sum of products with the input and the state.
        states: tensors that are handed from step to step.
        activation: (action, how often).
        gate: (action, how often).

    """

    sums: int
    states: int
    activation: tuple[tuple[str, int], ...]
    gate: tuple[tuple[str, int], ...]


def _sigmoids(count: int) -> tuple[tuple[str, int], ...]:
    return tuple((action, times * count) for action, times in SIGMOID)


RNN = {
    "tanh": Gates(1, 1, (("tanh", 1),), ()),
    "relu": Gates(1, 1, (("compare", 1),), ()),
}
LSTM = Gates(4, 2, (*_sigmoids(3), ("tanh", 2)), (("multiply", 3), ("add", 1)))
GRU = Gates(3, 1, (*_sigmoids(2), ("tanh", 1)), (("multiply", 3), ("subtract", 1), ("add", 1)))


class Steps(NamedTuple):
    """How often gates are computed, and from how much.

    Args:
        gates: what one step does.
        cells: hidden elements, over the batch, all steps, layers and directions.
        products: products in their gates.
        biases: additions of a bias per gate.
        projected: elements that a projection makes of them.
        hidden: hidden elements of one cell.

    """

    gates: Gates
    cells: Number
    products: Number
    biases: Number | None
    projected: Number | None
    hidden: Number


def gate_terms(steps: Steps) -> tuple[Term, ...]:
    """Products, sums, biases, then the gates element by element."""
    sums, products = steps.cells * steps.gates.sums, steps.products
    bias = () if steps.biases is None else (Term("add", "bias", sums * steps.biases),)
    if steps.projected is not None:
        products = products + steps.projected * steps.hidden
        sums = sums + steps.projected
    parts = (("activation", steps.gates.activation), ("gate", steps.gates.gate))
    pointwise = (Term(action, role, steps.cells * times) for role, part in parts for action, times in part)
    return (Term("multiply", "product", products), Term("add", "accumulate", products - sums), *bias, *pointwise)


def bias_roles(biases: Number) -> tuple[str, ...]:
    """Which products have a bias of their own: those with the input, and those with the state."""
    return ("ih", "hh")[: how_many(biases)]
