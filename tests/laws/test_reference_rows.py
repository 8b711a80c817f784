"""Counting against doing, and doing against PyTorch, Paddle and Keras: norms and activations."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from netledger.core.network import Tensor
from netledger.ops import load
from tests.laws import reference
from tests.laws import reference_rows as doing
from tests.laws.reference import Machine, Place, Values
from tests.laws.reference_spatial import rows
from tests.laws.strategies import Case, cases
from tests.laws.test_reference import SLOW, assert_counts, assert_values, filled, small, tensor


def drawn(kind: str) -> st.SearchStrategy[Case]:
    return cases(kind).filter(lambda case: small(case[1][0].shape))


def learned(case: Case) -> dict[str, Values]:
    return {role: filled(shape) for role, shape in case[0].parameters(case[1]).items()}


def of_torch(values: Values | None) -> torch.Tensor | None:
    return tensor(values) if values else None


def of_channel(place: Place) -> Place:
    return place[1:2]


def normed(case: Case, machine: Machine, row_of: Callable[[Place], Place], owner: Callable[[Place], Place]) -> Values:
    """What a norm makes of its input."""
    stored, normalise = learned(case), doing.normalised
    made = doing.by_rows(machine, filled(case[1][0].shape), row_of, normalise, case[0].eps)  # type: ignore[attr-defined]
    return doing.affine(machine, made, stored.get("scale"), stored.get("shift"), owner)


@SLOW
@given(drawn("layernorm"))
def test_layer_norm(case: Case) -> None:
    """Mean, variance and root per row; factor, scale and shift per element."""
    op, (given_,) = case
    machine, before = Machine(), len(given_.shape) - op.over
    made = normed(case, machine, lambda place: place[:before], lambda place: place[before:])
    assert_counts(case, machine, made)
    stored = learned(case)
    kept = (of_torch(stored.get(role)) for role in ("scale", "shift"))
    assert_values(made, F.layer_norm(tensor(filled(given_.shape)), given_.shape[before:], *kept, op.eps))


@SLOW
@given(drawn("rmsnorm"))
def test_rms_norm(case: Case) -> None:
    """Mean square and root per row; factor and scale per element."""
    op, (given_,) = case
    machine, before, x = Machine(), len(given_.shape) - op.over, filled(given_.shape)
    made = doing.by_rows(machine, x, lambda place: place[:before], doing.by_root_mean_square, op.eps)
    scale = learned(case).get("scale")
    made = doing.affine(machine, made, scale, None, lambda place: place[before:])
    assert_counts(case, machine, made)
    assert_values(made, F.rms_norm(tensor(x), given_.shape[before:], of_torch(scale), op.eps))


@SLOW
@given(drawn("groupnorm"))
def test_group_norm(case: Case) -> None:
    """A group of channels of an example is a row."""
    op, (given_,) = case
    machine, share = Machine(), given_.shape[1] // op.groups
    made = normed(case, machine, lambda place: (place[0], place[1] // share), of_channel)
    assert_counts(case, machine, made)
    stored = learned(case)
    kept = (of_torch(stored.get(role)) for role in ("scale", "shift"))
    if Tensor(given_.shape[1:]).elements // op.groups > 1:
        assert_values(made, F.group_norm(tensor(filled(given_.shape)), op.groups, *kept, op.eps))


@SLOW
@given(drawn("instancenorm"))
def test_instance_norm(case: Case) -> None:
    """A channel of an example is a row; tracked, it is a batch norm."""
    op, (given_,) = case
    machine, channels, x = Machine(), given_.shape[1:2], filled(given_.shape)
    stored = learned(case)
    kept = [of_torch(stored.get(role)) for role in ("scale", "shift")]
    if op.track:
        mean, variance = filled(channels), Values.make(channels, lambda place: place[0] + 0.5)
        extra = (stored.get("scale", mean), stored.get("shift", mean))
        made = reference.batch_norm(machine, x, (mean, variance, *extra), op.eps, op.affine, op.affine)
        running = (tensor(mean), tensor(variance))
        expected = F.instance_norm(tensor(x), *running, *kept, use_input_stats=False, eps=op.eps)
    else:
        made = normed(case, machine, lambda place: place[:2], of_channel)
        expected = F.instance_norm(tensor(x), None, None, *kept, eps=op.eps) if small_enough(given_) else tensor(made)
    assert_counts(case, machine, made)
    assert_values(made, expected)


def small_enough(given_: Tensor) -> bool:
    """PyTorch refuses statistics over a single element."""
    return Tensor(given_.shape[2:]).elements > 1


def square_plus(x: torch.Tensor) -> torch.Tensor:
    return (x + (x * x + 4).sqrt()) / 2


ACTIVATIONS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "rrelu": F.rrelu,
    "thresholded_relu": lambda x: F.threshold(x, 1.0, 0.0),
    "hardtanh": F.hardtanh,
    "hardshrink": F.hardshrink,
    "softshrink": F.softshrink,
    "elu": F.elu,
    "selu": F.selu,
    "celu": F.celu,
    "sparse_plus": lambda x: torch.where(x <= -1, 0.0, torch.where(x >= 1, x, 0.25 * (x + 1) ** 2)),
    "sparse_sigmoid": lambda x: (0.5 * (x + 1)).clamp(0, 1),
    "logsigmoid": F.logsigmoid,
    "tanhshrink": F.tanhshrink,
    "stanh": lambda x: 1.7159 * torch.tanh(0.67 * x),
    "softplus": F.softplus,
    "mish": F.mish,
    "softsign": F.softsign,
    "squareplus": square_plus,
    "exponential": torch.exp,
}


@pytest.mark.parametrize("kind", ACTIVATIONS)
@pytest.mark.parametrize("shape", [(7,), (2, 3, 4)])
def test_activations(kind: str, shape: tuple[int, ...]) -> None:
    """The steps of an activation are those of its equation."""
    machine, x = Machine(), filled(shape)
    made = reference.elementwise(machine, x, doing.ACTIVATIONS[kind])
    assert_counts((load(kind)(), (Tensor(shape),)), machine, made)
    assert_values(made, ACTIVATIONS[kind](tensor(x)))


def test_a_large_input_passes_softplus() -> None:
    machine, x = Machine(), Values((2,), {(0,): 25.0, (1,): 4.0})
    made = reference.elementwise(machine, x, partial(doing.full_softplus, beta=2.0, threshold=3.0))
    assert_counts((load("softplus")(2.0, 3.0), (Tensor((2,)),)), machine, made)
    assert_values(made, F.softplus(tensor(x), 2.0, 3.0))


def test_threshold() -> None:
    machine, x = Machine(), filled((3, 4))
    made = reference.elementwise(machine, x, lambda m, value: doing.chosen(m, value > 0.25, value, -3.0))
    assert_counts((load("threshold")(0.25, -3.0), (Tensor((3, 4)),)), machine, made)
    assert_values(made, F.threshold(tensor(x), 0.25, -3.0))


def test_hard_sigmoid_with_a_slope() -> None:
    machine, x = Machine(), filled((3, 4))
    made = reference.elementwise(machine, x, partial(doing.sloped_sigmoid, slope=0.2, offset=0.5))
    assert_counts((load("hardsigmoid")(slope=0.2), (Tensor((3, 4)),)), machine, made)
    assert_values(made, (0.2 * tensor(x) + 0.5).clamp(0, 1))


@SLOW
@given(drawn("prelu"))
def test_prelu(case: Case) -> None:
    """A comparison and a multiplication by the slope."""
    op, (given_,) = case
    machine, x, weight = Machine(), filled(given_.shape), learned(case)["weight"]
    owners: dict[str, Callable[[Place], Place]] = {
        "one": lambda place: (0,),
        "channel": of_channel,
        "element": lambda place: place[1:],
    }
    made = doing.prelu(machine, x, weight, owners[op.slopes])
    assert_counts(case, machine, made)
    if op.slopes != "element":
        assert_values(made, F.prelu(tensor(x), tensor(weight)))


ROWS: dict[str, Any] = {
    "glu": (doing.glu, F.glu),
    "softmin": (doing.softmin, F.softmin),
    "log_softmax": (doing.log_softmax, F.log_softmax),
}


@pytest.mark.parametrize("kind", ROWS)
@SLOW
@given(data=st.data())
def test_rows(kind: str, data: st.DataObject) -> None:
    """What depends on a whole row."""
    case = op, (given_,) = data.draw(drawn(kind))
    machine, x, axis = Machine(), filled(given_.shape), op.axis % len(given_.shape)
    mine, theirs = ROWS[kind]
    made = rows(x, axis, op.infer((given_,))[0].shape[axis], lambda row: mine(machine, row))
    assert_counts(case, machine, made)
    assert_values(made, theirs(tensor(x), axis))


@SLOW
@given(drawn("maxout"))
def test_maxout(case: Case) -> None:
    """G − 1 comparisons per output."""
    op, (given_,) = case
    machine, x, axis = Machine(), filled(given_.shape), op.axis % len(given_.shape)
    width = given_.shape[axis] // op.groups
    made = rows(x, axis, width, lambda row: doing.maxout(machine, row, op.groups))
    assert_counts(case, machine, made)
    assert_values(made, tensor(x).unflatten(axis, (width, op.groups)).amax(axis + 1))


@SLOW
@given(drawn("sparsemax"))
def test_sparsemax(case: Case) -> None:
    """The algorithm of the paper; every row is a distribution, and lies nearest to its input."""
    op, (given_,) = case
    machine, x, axis = Machine(), filled(given_.shape), op.axis % len(given_.shape)
    made = rows(x, axis, given_.shape[axis], lambda row: doing.sparsemax(machine, row))
    assert_counts(case, machine, made)
    values = tensor(made)
    torch.testing.assert_close(values.sum(axis), torch.ones_like(values.sum(axis)))
    # x − y is the same for all elements that are not 0, and not greater for the others: the condition of a projection.
    gap = (tensor(x) - values).where(values > 0, float("-inf")).amax(axis, keepdim=True)
    torch.testing.assert_close((tensor(x) - values).where(values > 0, gap), gap.expand_as(values))
    assert bool((tensor(x).where(values == 0, float("-inf")) <= gap + 1e-9).all())
