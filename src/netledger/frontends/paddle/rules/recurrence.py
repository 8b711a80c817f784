"""Recurrent layers: one operation for all steps, layers and directions, the sequence first."""

from __future__ import annotations

from typing import Any

from netledger.frontends.graph import Stored
from netledger.frontends.paddle.reader import Known
from netledger.frontends.paddle.rules._registry import rule, unique

_ROLES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


@rule("rnn")
def rnn(reader: Any, op: Any) -> Any:
    """RNN, LSTM or GRU; the axes are turned so that the batch stands first."""
    given, weights = op.attributes, reader.value(op, 2)
    both, layers = bool(given["is_bidirec"]), int(given["num_layers"])
    if type(weights) is not tuple or not all(isinstance(part, Stored) for part in weights):
        return None
    cells = layers * (2 if both else 1)
    biased = len(weights) == 4 * cells
    if len(weights) not in (2 * cells, 4 * cells):
        return None
    mode = given["mode"].lower()
    kind, rest = ("rnn", {"activation": mode.rpartition("_")[2]}) if mode.startswith("rnn") else (mode, {})
    operator = unique(kind, int(given["hidden_size"]), layers, both, biased, states=True, **rest)
    return _run(reader, op, operator, dict(_named(weights, cells, both, biased)))


def _named(weights: tuple[Stored, ...], cells: int, both: bool, biased: bool) -> Any:
    """The stored tensors by role: Paddle has all weights first, then all biases, cell by cell."""
    for place, part in enumerate(weights):
        cell, which = divmod(place, 2) if place < 2 * cells else divmod(place - 2 * cells, 2)
        layer, back = divmod(cell, 2) if both else (cell, 0)
        yield f"{_ROLES[which + 2 * (place >= 2 * cells)]}_l{layer}{'_reverse' * back}", part


def _run(reader: Any, op: Any, operator: Any, stored: dict[str, Stored]) -> Any:
    states = reader.value(op, 1)
    given = [] if all(isinstance(part, Known) for part in states) else [reader.placed(part) for part in states]
    (first,) = reader.apply(op, unique("transpose", 0, 1), reader.number(op.inputs[0]))
    made, *kept = reader.apply(op, operator, first, *given, stored=stored)
    (made,) = reader.apply(op, unique("transpose", 0, 1), made, made=reader.made(op.outputs[:1]))
    return [made, None, tuple(kept), None]
