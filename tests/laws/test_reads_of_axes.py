"""What an operator says that it reads, against the derivatives that PyTorch computes: nothing else is read."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netledger.core.reach import Follow
from tests.laws.makers.recurrence import STATES
from tests.laws.strategies import Case, cases
from tests.outside import torch_operators
from tests.outside.torch_operators import OPERATORS

FEW = settings(
    max_examples=12,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
SMOOTH = [kind for kind in OPERATORS if kind not in ("fft", "cast", "one_hot", "logical_not", "floor_divide", "acosh")]


def small(case: Case) -> bool:
    made = case[0].infer(case[1])
    return all(tensor.elements <= 60 for tensor in (*case[1], *made)) and derived(case)


def derived(case: Case) -> bool:
    """PyTorch warns of a variance of one element, and has no derivative of a source longer than its index."""
    op, inputs = case
    longer = op.KIND in ("scatter", "scatter_add") and inputs[1].shape != inputs[2].shape
    return getattr(op, "correction", 0) == 0 and not longer


def inside(follow: Follow, out: tuple[int, ...], place: int) -> bool:
    """Whether an element of the output may read this place of an axis."""
    if follow.reach is None:
        return True
    span = follow.reach.at(0 if follow.axis is None else out[follow.axis])
    return span is not None and span[0] <= place <= span[1]


def assert_read(case: Case, run: Any, which: int = 0) -> None:
    """Every derivative that is not 0 lies where the operator reads."""
    op, inputs = case
    values = tuple((torch.rand(tensor.shape, dtype=torch.float64) * 0.8 + 0.1).requires_grad_() for tensor in inputs)
    made = run(*values)
    out = made[which] if isinstance(made, (tuple, list)) else made
    readings = op.reads(inputs, op.infer(inputs), which)
    assert readings is not None
    if not out.requires_grad:
        return
    for place in product(*map(range, out.shape)):
        parts = torch.autograd.grad(out[place], values, retain_graph=True, allow_unused=True)
        for reading, part in zip(readings, parts, strict=True):
            for source in [] if part is None else part.nonzero().tolist():
                assert all(inside(follow, place, at) for follow, at in zip(reading, source, strict=True))


@pytest.mark.parametrize("kind", SMOOTH)
@FEW
@given(data=st.data())
def test_reads(kind: str, data: st.DataObject) -> None:
    case = data.draw(cases(kind).filter(small))
    assert_read(case, lambda *values: OPERATORS[kind](case[0], *values))


@FEW
@given(cases("multihead_attention").filter(small))
def test_reads_of_multihead_attention(case: Case) -> None:
    weights = {role: torch.rand(shape, dtype=torch.float64) for role, shape in case[0].parameters(case[1]).items()}
    assert_read(case, lambda *values: torch_operators.multihead_attention(case[0], weights, *values))


@pytest.mark.parametrize("kind", STATES)
@FEW
@given(data=st.data())
def test_reads_of_recurrent_layers(kind: str, data: st.DataObject) -> None:
    """The sequence and, if they are given, the last states."""
    case = op, inputs = data.draw(cases(kind).filter(lambda case: small(case) and case[0].biases == 2))
    options: Any = op
    proj = {"proj_size": options.proj} if getattr(options, "proj", None) else {}
    module = getattr(torch.nn, kind.upper())(
        inputs[0].shape[2], options.hidden, options.layers, batch_first=True, bidirectional=options.bidirectional,
        **proj,
    ).double()  # fmt: skip

    def run(x: torch.Tensor, *states: torch.Tensor) -> list[torch.Tensor]:
        begin = (states if kind == "lstm" else states[0]) if states else None
        sequence, last = module(x, begin)
        first = sequence[:, -1] if options.last else sequence
        return [first, *(last if kind == "lstm" else (last,))]

    for which in range(len(op.infer(inputs))):
        assert_read(case, run, which)


@pytest.mark.parametrize("kind", STATES)
@FEW
@given(data=st.data())
def test_reads_of_recurrent_cells(kind: str, data: st.DataObject) -> None:
    """Each state after the step."""
    case = op, inputs = data.draw(cases(f"{kind}_cell").filter(small))
    options: Any = op
    name = {"rnn": "RNNCell", "lstm": "LSTMCell", "gru": "GRUCell"}[kind]
    module = getattr(torch.nn, name)(inputs[0].shape[-1], options.hidden).double()

    def run(x: torch.Tensor, *states: torch.Tensor) -> Any:
        return module(x, (states if kind == "lstm" else states[0]) if states else None)

    for which in range(len(op.infer(inputs))):
        assert_read(case, run, which)
