"""Laws of cost: what must hold between figures, whatever they are."""

from __future__ import annotations

import dataclasses
from math import prod
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from netledger.conventions import load as convention
from netledger.core.ledger import count_parameters, price
from netledger.core.network import Tensor
from netledger.ops import FOLDER, load
from tests.laws.entries import BASE, amount, entry_of, ledger_of
from tests.laws.strategies import QUICK, Case, cases

MACS, MACS_PLUS_BIAS, FLOPS, TEXTBOOK = map(convention, ("macs", "macs+bias", "flops", "textbook"))


def of_batch(size: int, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """The same inputs in a batch of this size; those of lower rank are broadcast to the others."""
    rank = max(len(tensor.shape) for tensor in inputs)
    return tuple(tensor.like((size, *(1,) * (rank - len(tensor.shape)), *tensor.shape[1:])) for tensor in inputs)


WITHOUT_BATCH = frozenset(
    {
        *("matmul", "einsum", "attention", "index_select", "expand", "parameter", "permute", "index"),
        *("buffer", "constant", "empty", "unused", "assign", "rearrange"),
    }
)
"""The first axis of their inputs may be anything; those that work have tests of their own for it."""

BATCHED = tuple(kind for kind in FOLDER.names() if kind not in WITHOUT_BATCH)


def keeps_the_batch(case: Case) -> bool:
    """Whether the first axis of every input is a batch, and the operator works on each of its elements alone."""
    op, inputs = case
    rank = max(len(tensor.shape) for tensor in inputs)
    listed = getattr(op, "axes", None)
    axes = (getattr(op, "axis", getattr(op, "start", 1)), *(listed if isinstance(listed, tuple) else ()))
    behind = (
        getattr(op, "mask", False)
        or getattr(op, "whole", False)
        or (op.KIND in ("rnn", "lstm", "gru") and len(inputs) > 1)
    )
    return rank > 1 and all(axis % rank != 0 for axis in axes) and not behind


@pytest.mark.parametrize("kind", BATCHED)
@QUICK
@given(data=st.data(), batch=st.integers(1, 50))
def test_a_batch_of_b_costs_b_times_as_much(kind: str, data: st.DataObject, batch: int) -> None:
    """Twice the batch, twice the work, under every convention; the setup of a layer is done once."""
    op, inputs = data.draw(cases(kind))
    assume(keeps_the_batch((op, inputs)))
    one, many = entry_of((op, of_batch(1, inputs))), entry_of((op, of_batch(batch, inputs)))
    for pricing in BASE:
        expected = {name: count * (1 if name == "setup" else batch) for name, count in pricing.amounts(one).items()}
        assert pricing.amounts(many) == expected, pricing.NAME


@pytest.mark.parametrize("kind", BATCHED)
@QUICK
@given(data=st.data(), batch=st.integers(1, 50))
def test_parameters_do_not_depend_on_the_batch(kind: str, data: st.DataObject, batch: int) -> None:
    """Weights are shared by all elements of a batch."""
    op, inputs = data.draw(cases(kind))
    assume(keeps_the_batch((op, inputs)))
    one, many = entry_of((op, of_batch(1, inputs))), entry_of((op, of_batch(batch, inputs)))
    assert many.parameters == one.parameters


@st.composite
def chains(draw: Any) -> tuple[Tensor, tuple[Any, ...]]:
    """An input, and layers one after another that fit any feature map."""
    layer = st.one_of(
        st.builds(load("conv"), st.integers(1, 8), st.integers(1, 3), padding=st.just("same"), bias=st.booleans()),
        st.builds(load("batchnorm"), affine=st.booleans(), track=st.booleans()),
        st.builds(load("relu")),
        st.builds(load("maxpool"), st.integers(1, 3), padding=st.just("same")),
        st.builds(load("linear"), st.integers(1, 8)),
        st.builds(load("global_avgpool")),
        st.builds(load("softmax")),
    )
    shape = tuple(draw(st.integers(1, 6)) for _ in range(draw(st.integers(3, 4))))
    return Tensor(shape), tuple(draw(st.lists(layer, min_size=1, max_size=8)))


@QUICK
@given(chains())
def test_layers_add_up_to_the_total(chain: tuple[Tensor, tuple[Any, ...]]) -> None:
    """The total of a network is the sum of its layers, under every convention and for every kind of parameter."""
    tensor, steps = chain
    ledger = ledger_of(*steps, inputs=(tensor,))
    for pricing in BASE:
        assert price(pricing, ledger) == sum(price(pricing, (entry,)) for entry in ledger)
    layers = [entry.parameter_counts for entry in ledger]
    assert ledger.parameter_counts == tuple(map(sum, zip(*layers, strict=True)))
    assert count_parameters(ledger.parameters) == ledger.parameter_counts


@QUICK
@given(chains())
def test_each_layer_costs_what_it_costs_alone(chain: tuple[Tensor, tuple[Any, ...]]) -> None:
    """What a layer costs depends on its own input only."""
    tensor, steps = chain
    for op, entry in zip(steps, ledger_of(*steps, inputs=(tensor,)), strict=True):
        assert entry.work == entry_of((op, entry.inputs)).work


@QUICK
@given(cases("conv"))
def test_one_group_is_a_plain_convolution(case: Case) -> None:
    """A convolution with one group is a plain convolution: every output channel reads every input channel."""
    op, (tensor,) = case
    plain = dataclasses.replace(op, groups=1)
    outputs = plain.infer((tensor,))
    kernel = plain.parameters((tensor,))["weight"][2:]
    assert plain.parameters((tensor,))["weight"][:2] == (op.out, tensor.shape[1])
    assert amount(MACS, (plain, (tensor,))) == outputs[0].elements * tensor.shape[1] * prod(kernel)


@QUICK
@given(cases("conv"), st.integers(1, 3))
def test_as_many_groups_as_channels_is_depthwise(case: Case, multiplier: int) -> None:
    """With G = C_in every kernel reads one channel: a depthwise convolution."""
    op, (tensor,) = case
    channels = tensor.shape[1]
    depthwise = dataclasses.replace(op, groups=channels, out=channels * multiplier)
    outputs, weight = depthwise.infer((tensor,)), depthwise.parameters((tensor,))["weight"]
    assert weight[:2] == (channels * multiplier, 1)
    assert amount(MACS, (depthwise, (tensor,))) == outputs[0].elements * prod(weight[2:])


@QUICK
@given(cases("conv"))
def test_g_groups_divide_the_work_by_g(case: Case) -> None:
    """Grouping divides weights and products by the number of groups."""
    op, inputs = case
    plain = dataclasses.replace(op, groups=1)
    assert amount(MACS, (plain, inputs)) == op.groups * amount(MACS, (op, inputs))
    assert prod(plain.parameters(inputs)["weight"]) == op.groups * prod(op.parameters(inputs)["weight"])


@pytest.mark.parametrize("kind", ["conv", "maxpool", "avgpool"])
@QUICK
@given(data=st.data())
def test_same_with_stride_1_keeps_the_size(kind: str, data: st.DataObject) -> None:
    """`same` with stride 1 keeps the size, whatever the kernel and its dilation."""
    op, (tensor,) = data.draw(cases(kind))
    made, *_ = dataclasses.replace(op, padding="same", stride=1).infer((tensor,))
    assert made.shape[2:] == tensor.shape[2:]


@pytest.mark.parametrize("kind", ["conv", "maxpool", "avgpool"])
@QUICK
@given(data=st.data())
def test_same_is_explicit_padding(kind: str, data: st.DataObject) -> None:
    """`same` pads so much that ⌈size / S⌉ windows fit, the odd element after: the explicit pairs give the same."""
    op, inputs = data.draw(cases(kind))
    same = dataclasses.replace(op, padding="same", rounding="floor")
    spatial = inputs[0].shape[2:]
    pairs = tuple(window.padding(size) for window, size in zip(same.windows(spatial), spatial, strict=True))
    assert all(after - before in (0, 1) for before, after in pairs)
    explicit = dataclasses.replace(same, padding=pairs)
    assert explicit.infer(inputs) == same.infer(inputs)


@QUICK
@given(cases("conv"))
def test_the_textbook_formula(case: Case) -> None:
    """[(k·k·c) + (k·k·c − 1) + 1]·H·W·K operations with bias, one less per output without."""
    op, inputs = case
    made = op.infer(inputs)[0].elements
    products = prod(op.parameters(inputs)["weight"][1:])
    assert amount(TEXTBOOK, case) == (products + (products - 1) + (1 if op.bias else 0)) * made


@QUICK
@given(cases("conv"))
def test_parameters_times_output_area(case: Case) -> None:
    """macs+bias of a convolution = its parameters × output area × batch."""
    op, inputs = case
    batch, _, *area = op.infer(inputs)[0].shape
    stored = entry_of(case).parameter_counts.total
    assert amount(MACS_PLUS_BIAS, case) == stored * prod(area) * batch


@pytest.mark.parametrize("kind", FOLDER.names())
@QUICK
@given(data=st.data())
def test_flops_are_twice_the_macs(kind: str, data: st.DataObject) -> None:
    """Two operations per multiply-accumulate; half of the flops is the multiply-accumulates."""
    case = data.draw(cases(kind))
    assert amount(FLOPS, case) == 2 * amount(MACS, case)


@QUICK
@given(cases("linear"))
def test_a_linear_layer_is_a_convolution_of_size_1(case: Case) -> None:
    """Applied to (N, F), a linear layer has the parameters and the work of a 1x1 convolution on (N, F, 1, 1)."""
    op, (tensor,) = case
    rows = prod(tensor.shape[:-1])
    twin: Case = (load("conv")(op.out, 1, bias=op.bias), (Tensor((rows, tensor.shape[-1], 1, 1)),))
    for pricing in (MACS, MACS_PLUS_BIAS, FLOPS, TEXTBOOK):
        assert amount(pricing, case) == amount(pricing, twin)
    assert entry_of(case).parameter_counts == entry_of(twin).parameter_counts


@pytest.mark.parametrize("kind", FOLDER.names())
@QUICK
@given(data=st.data())
def test_a_rule_counts_in_whole_numbers(kind: str, data: st.DataObject) -> None:
    """Every count is a non-negative int: exact to the end."""
    entry = entry_of(data.draw(cases(kind)))
    assert all(type(term.count) is int and term.count >= 0 for term in entry.work)
    least = entry.op != "empty"
    assert all(type(size) is int and size >= least for tensor in entry.outputs for size in tensor.shape)
