"""Counting against doing: products of tensors, and attention."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from tests.laws import reference_attention as reference
from tests.laws.reference import Machine, Values
from tests.laws.strategies import Case, cases
from tests.laws.test_reference import SLOW, assert_counts, assert_values, counted, filled, tensor
from tests.outside import torch_operators


def few(case: Case) -> bool:
    """Few enough products for loops in Python."""
    return sum(term.count for term in case[0].work(case[1], case[0].infer(case[1]))) <= 6000


@SLOW
@given(cases("matmul").filter(few))
def test_matmul(case: Case) -> None:
    """M products per output, m − 1 additions."""
    machine, values = Machine(), [filled(part.shape) for part in case[1]]
    made = reference.matmul(machine, values[0], values[1])
    assert_counts(case, machine, made)
    assert_values(made, torch.matmul(*map(tensor, values)))


@SLOW
@given(cases("einsum").filter(few))
def test_einsum(case: Case) -> None:
    """One multiplication per point of each joint index space; the additions that sum."""
    op: Any = case[0]
    machine, values = Machine(), [filled(part.shape) for part in case[1]]
    made = reference.einsum(machine, op.equation, values)
    assert_counts(case, machine, made)
    assert_values(made, torch.einsum(op.equation, *map(tensor, values)))


@SLOW
@given(cases("bilinear").filter(few))
def test_bilinear(case: Case) -> None:
    """From left to right: x₁·W, then the products with x₂."""
    machine, values = Machine(), [filled(part.shape) for part in case[1]]
    stored = {role: filled(shape) for role, shape in case[0].parameters(case[1]).items()}
    made = reference.bilinear(machine, values[0], values[1], stored["weight"], stored.get("bias"))
    assert_counts(case, machine, made)
    assert_values(made, F.bilinear(*map(tensor, (*values, *stored.values()))))


@SLOW
@given(cases("attention").filter(few))
def test_attention(case: Case) -> None:
    """Scores, scale, mask, softmax, sums of values; causal ones are computed whole."""
    op: Any = case[0]
    machine, values = Machine(), [filled(part.shape) for part in case[1]]
    made = reference.attention(machine, *values, causal=op.causal, scale=op.scale, grouped=op.grouped)
    assert_counts(case, machine, made)
    assert_values(made, torch_operators.attention(op, *map(tensor, values)))


def split(op: Any, weights: dict[str, Values], shapes: list[tuple[int, ...]]) -> dict[str, Values]:
    """The projections of query, key and value apart."""
    found = {role: values for role, values in weights.items() if not role.startswith("in_")}
    start = 0
    for name, width in zip("qkv", widths(op, shapes), strict=True):
        if "in_weight" in weights:
            found[f"{name}_weight"] = rows(weights["in_weight"], start, width)
        if op.bias and not op.apart:
            found[f"{name}_bias"] = rows(weights["in_bias"], start, width)
        start += width
    return found


def widths(op: Any, shapes: list[tuple[int, ...]]) -> tuple[int, int, int]:
    head, served = op.head or shapes[0][2] // op.heads, op.kv_heads or op.heads
    return op.heads * head, served * head, served * (op.value_head or head)


def rows(values: Values, start: int, count: int) -> Values:
    return Values.make((count, *values.shape[1:]), lambda place: values.at[(place[0] + start, *place[1:])])


@SLOW
@given(cases("multihead_attention").filter(few))
def test_multihead_attention(case: Case) -> None:
    """Four projections and attention, of which the parts are linear and attention layers."""
    op, given_ = case[0], [part.shape for part in case[1]]
    options: Any = op
    machine, values = Machine(), [filled(shape) for shape in given_]
    stored = {role: filled(shape) for role, shape in op.parameters(case[1]).items()}
    tensors = values[:-1] if options.mask else values
    three = [tensors[0], tensors[min(1, len(tensors) - 1)], tensors[-1]]
    served = options.kv_heads or options.heads
    made = reference.multihead_attention(
        machine,
        [*three, *values[len(tensors) :]],
        split(options, stored, given_),
        (options.heads, served, served),
        options.causal,
        options.zero_attn,
    )
    assert_counts(case, machine, made)
    learned = {role: tensor(part) for role, part in stored.items()}
    assert_values(made, torch_operators.multihead_attention(options, learned, *map(tensor, values)))


@pytest.mark.parametrize("kind", ["attention", "multihead_attention"])
@SLOW
@given(data=st.data())
def test_valid_products_are_those_of_the_keys_met(kind: str, data: st.DataObject) -> None:
    """Causal attention of as many keys as queries: the products with the keys j ≤ i are counted one by one."""
    op, inputs = data.draw(cases(kind))
    outputs = op.infer(inputs)
    valid = op.valid_products(inputs, outputs)
    options: Any = op
    if not options.causal:
        assert valid is None
        return
    whole = counted_products(op, inputs)
    axis = -2 if kind == "attention" else 1
    queries = inputs[0].shape[axis]
    keys = (inputs[1] if kind == "attention" else inputs[:-1][-1] if options.mask else inputs[-1]).shape[axis]
    met = sum(j <= i for i in range(queries) for j in range(keys))
    extra = 0 if kind == "attention" else options.bias_kv + options.zero_attn
    inner = whole - projections(op, inputs) if kind == "multihead_attention" else whole
    assert valid is not None
    assert whole - valid == inner * (queries * keys - met) // (queries * (keys + extra))


def counted_products(op: Any, inputs: Any) -> int:
    return sum(term.count for term in op.work(inputs, op.infer(inputs)) if term.role == "product")


def projections(op: Any, inputs: Any) -> int:
    """The products of the four linear layers, one by one."""
    given_ = [part.shape for part in (inputs[:-1] if op.mask else inputs)]
    three = [given_[0], given_[min(1, len(given_) - 1)], given_[-1]]
    made = sum(n * length * f * w for (n, length, f), w in zip(three, widths(op, given_), strict=True))
    out = op.parameters(inputs)["out_weight"]
    return made + given_[0][0] * given_[0][1] * out[0] * out[1]


def test_a_causal_mask_changes_no_count() -> None:
    from netledger.core.network import Tensor
    from netledger.ops import load

    inputs = (Tensor((2, 4, 3)),) * 3
    assert counted(load("attention")(causal=True), inputs) == counted(load("attention")(), inputs)
