"""Counting against doing: recurrent layers and their cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.laws import reference_recurrence as reference
from tests.laws.makers.recurrence import STATES
from tests.laws.reference import Machine, Values
from tests.laws.strategies import Case, cases
from tests.laws.test_reference import SLOW, assert_values, counted, filled, tensor

KINDS = pytest.mark.parametrize("kind", STATES)


def few(case: Case) -> bool:
    """Few enough operations for loops in Python."""
    return sum(counted(*case).values()) <= 12_000


def zeros(shape: Sequence[int]) -> Values:
    return Values.make(shape, lambda place: 0.0)


def as_torch(op: Any) -> bool:
    """PyTorch has two biases or none, and resets after the product."""
    return (not op.bias or op.biases == 2) and getattr(op, "reset", "after") == "after"


def words(kind: str, op: Any) -> dict[str, Any]:
    return {"bias": op.bias, **({"nonlinearity": op.activation} if kind == "rnn" else {})}


def load_into(module: torch.nn.Module, stored: dict[str, Values]) -> None:
    module.double()
    with torch.no_grad():
        for role, parameter in module.named_parameters():
            parameter.copy_(tensor(stored[role]))


@KINDS
@SLOW
@given(data=st.data())
def test_layers(kind: str, data: st.DataObject) -> None:
    """Every gate of every step, layer and direction, with states of zeros too."""
    op, inputs = case = data.draw(cases(kind).filter(few))
    options: Any = op
    machine, x = Machine(), filled(inputs[0].shape)
    stored = {role: filled(shape) for role, shape in op.parameters(inputs).items()}
    rows, batch = options.layers * (1 + options.bidirectional), inputs[0].shape[0]
    width = getattr(options, "proj", None) or options.hidden
    first = [zeros((rows, batch, width)), zeros((rows, batch, options.hidden))][: STATES[kind]]
    states = [filled(part.shape) for part in inputs[1:]] or first
    made = reference.layers(machine, kind, op, x, states, stored)
    assert +counted(*case) == +machine.counts
    shapes = [part.shape for part in op.infer(inputs)]
    assert shapes[0] == (made[0].shape if not options.last else (batch, made[0].shape[2]))
    assert shapes[1:] == [part.shape for part in made[1:]] * options.states
    if as_torch(op):
        extra = {"proj_size": options.proj} if getattr(options, "proj", None) else {}
        module = getattr(torch.nn, kind.upper())(
            inputs[0].shape[2], options.hidden, options.layers, batch_first=True, bidirectional=options.bidirectional,
            **words(kind, op), **extra,
        )  # fmt: skip
        load_into(module, stored)
        begin = tuple(map(tensor, states))
        sequence, last = module(tensor(x), begin if kind == "lstm" else begin[0])
        for ours, theirs in zip(made, (sequence, *(last if kind == "lstm" else (last,))), strict=True):
            assert_values(ours, theirs)


@KINDS
@SLOW
@given(data=st.data())
def test_cells(kind: str, data: st.DataObject) -> None:
    """Every gate of one step."""
    case = op, inputs = data.draw(cases(f"{kind}_cell").filter(lambda case: len(case[1][0].shape) == 2))
    options: Any = op
    machine, x = Machine(), filled(inputs[0].shape)
    stored = {role: filled(shape) for role, shape in op.parameters(inputs).items()}
    states = [filled(part.shape) for part in inputs[1:]] or [zeros((x.shape[0], options.hidden))] * STATES[kind]
    word = getattr(options, "activation", getattr(options, "reset", ""))
    made = reference.cell(machine, kind, word, x, states, stored)
    assert +counted(*case) == +machine.counts
    assert [part.shape for part in op.infer(inputs)] == [part.shape for part in made]
    if as_torch(op):
        name = {"rnn": "RNNCell", "lstm": "LSTMCell", "gru": "GRUCell"}[kind]
        module = getattr(torch.nn, name)(inputs[0].shape[1], options.hidden, **words(kind, op))
        load_into(module, stored)
        begin = tuple(map(tensor, states))
        after = module(tensor(x), begin if kind == "lstm" else begin[0])
        for ours, theirs in zip(made, after if kind == "lstm" else (after,), strict=True):
            assert_values(ours, theirs)
