"""Counting against doing: the work that a rule states is what an interpreter does, operation by operation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import inf
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from netledger.core.network import Tensor
from netledger.core.operator import Operator
from netledger.ops import load
from tests.laws import reference
from tests.laws.reference import Machine, Values
from tests.laws.strategies import Case, cases

SLOW = settings(
    max_examples=25,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def filled(shape: Sequence[int]) -> Values:
    """Elements that differ from each other and have both signs."""
    numbers = iter(range(10**9))
    return Values.make(shape, lambda place: ((next(numbers) * 37) % 23 - 11) / 8)


def tensor(values: Values) -> torch.Tensor:
    return torch.tensor(values.nested(), dtype=torch.float64).reshape(values.shape)


def assert_values(actual: Values, expected: torch.Tensor) -> None:
    torch.testing.assert_close(tensor(actual), expected, rtol=1e-9, atol=1e-9)


def counted(op: Operator, inputs: tuple[Tensor, ...]) -> Counter[str]:
    """What the rule says, by action."""
    found: Counter[str] = Counter()
    for term in op.work(inputs, op.infer(inputs)):
        found[term.action] += term.count
    return found


def assert_counts(case: Case, machine: Machine, made: Values) -> None:
    """The rule's shape is that of the result, and the rule's counts are those of the machine."""
    assert case[0].infer(case[1])[0].shape == made.shape
    assert +counted(*case) == +machine.counts


def windows_of(op: Any, shape: tuple[int, ...]) -> list[list[list[int]]]:
    """The interpreter's windows for an operator's attributes."""
    axes = len(shape) - 2

    def along(value: Any) -> tuple[Any, ...]:
        return value if isinstance(value, tuple) else (value,) * axes

    pads = ((0, 0),) * axes if op.padding == "valid" else along(op.padding)
    pairs = [pad if isinstance(pad, (tuple, str)) else (pad, pad) for pad in pads]
    strides = along(op.kernel if op.stride is None else op.stride)
    numbers = zip(shape[2:], along(op.kernel), strides, pairs, along(getattr(op, "dilation", 1)), strict=True)
    return [reference.positions(*axis, op.rounding == "ceil", op.clip) for axis in numbers]


def small(shape: tuple[int, ...], limit: int = 400) -> bool:
    """Few enough elements for loops in Python."""
    return Tensor(shape).elements <= limit


def convolved(case: Case, machine: Machine) -> tuple[Values, Values, Values, Values | None]:
    """Input, result, weight and bias of a convolution."""
    op, (given_,) = case
    shapes = op.parameters((given_,))
    x, weight = filled(given_.shape), filled(shapes["weight"])
    bias = filled(shapes["bias"]) if "bias" in shapes else None
    windows = windows_of(op, given_.shape)
    return x, reference.convolution(machine, x, weight, bias, windows, op.groups), weight, bias


@SLOW
@given(cases("conv").filter(lambda case: small(case[1][0].shape) and small(case[0].infer(case[1])[0].shape)))
def test_convolution(case: Case) -> None:
    """Every product of every window, padding included; adding them up; the bias."""
    machine = Machine()
    assert_counts(case, machine, convolved(case, machine)[1])


@SLOW
@given(cases("linear"))
def test_linear(case: Case) -> None:
    """F_in products per output; adding them up; the bias."""
    op, (given_,) = case
    machine, x, weight = Machine(), filled(given_.shape), filled((op.out, given_.shape[-1]))
    bias = filled((op.out,)) if op.bias else None
    made = reference.linear(machine, x, weight, bias)
    assert_counts(case, machine, made)
    assert_values(made, F.linear(tensor(x), tensor(weight), tensor(bias) if bias else None))


@SLOW
@given(cases("maxpool").filter(lambda case: small(case[1][0].shape)))
def test_max_pooling(case: Case) -> None:
    """One comparison less than the window has elements, per output; windows are counted whole."""
    op, (given_,) = case
    machine = Machine()
    made = reference.pooling(filled(given_.shape), windows_of(op, given_.shape), -inf, machine.greatest)
    assert_counts(case, machine, made)


@SLOW
@given(cases("avgpool").filter(lambda case: small(case[1][0].shape)))
def test_average_pooling(case: Case) -> None:
    """One addition less than the window has elements, and one division, per output; windows are counted whole."""
    op, (given_,) = case
    machine = Machine()
    windows = windows_of(op, given_.shape)
    made = reference.pooling(filled(given_.shape), windows, 0.0, lambda read: machine.mean(read, len(read)))
    assert_counts(case, machine, made)


@pytest.mark.parametrize("kind", ["adaptive_avgpool", "adaptive_maxpool"])
@SLOW
@given(data=st.data())
def test_adaptive_pooling(kind: str, data: st.DataObject) -> None:
    """One addition (or comparison) less than each window has elements, and perhaps one division, per output."""
    case = op, (given_,) = data.draw(cases(kind).filter(lambda case: small(case[1][0].shape)))
    axes = len(given_.shape) - 2
    out = op.out if isinstance(op.out, tuple) else (op.out,) * axes
    machine, x = Machine(), filled(given_.shape)
    windows = [reference.adaptive_positions(size, made) for size, made in zip(given_.shape[2:], out, strict=True)]
    average = kind == "adaptive_avgpool"
    fold = (lambda read: machine.mean(read, len(read))) if average else machine.greatest
    made = reference.pooling(x, windows, 0.0, fold)
    assert_counts(case, machine, made)
    name = f"adaptive_{'avg' if average else 'max'}_pool{axes}d"
    assert_values(made, getattr(F, name)(tensor(x), out))


@pytest.mark.parametrize("kind", ["global_avgpool", "global_maxpool"])
@SLOW
@given(data=st.data())
def test_global_pooling(kind: str, data: st.DataObject) -> None:
    """One addition (or comparison) less than a channel has elements, and perhaps one division, per output."""
    op, (given_,) = data.draw(cases(kind).filter(lambda case: small(case[1][0].shape) and case[0].keepdims))
    machine = Machine()
    fold = machine.greatest if kind == "global_maxpool" else (lambda read: machine.mean(read, len(read)))
    windows = [[list(range(size))] for size in given_.shape[2:]]
    assert_counts((op, (given_,)), machine, reference.pooling(filled(given_.shape), windows, 0.0, fold))
    assert counted(load(kind)(keepdims=False), (given_,)) == counted(op, (given_,))


@SLOW
@given(cases("softmax").filter(lambda case: small(case[1][0].shape)))
def test_softmax(case: Case) -> None:
    """Per row of width f: f − 1 comparisons, f subtractions, f exponentials, f − 1 additions, f divisions."""
    op, (given_,) = case
    machine, x = Machine(), filled(given_.shape)
    made = reference.softmax(machine, x, op.axis % len(given_.shape))
    assert_counts(case, machine, made)
    assert_values(made, F.softmax(tensor(x), dim=op.axis))


ACTIVATIONS = {
    "relu": F.relu,
    "relu6": F.relu6,
    "leaky_relu": F.leaky_relu,
    "sigmoid": F.sigmoid,
    "tanh": torch.tanh,
    "silu": F.silu,
    "hardsigmoid": F.hardsigmoid,
    "hardswish": F.hardswish,
    "gelu": F.gelu,
}


@pytest.mark.parametrize("kind", ACTIVATIONS)
@pytest.mark.parametrize("shape", [(7,), (2, 3, 4)])
def test_activations(kind: str, shape: tuple[int, ...]) -> None:
    """The steps of an activation are those of its equation."""
    machine, x = Machine(), filled(shape)
    made = reference.elementwise(machine, x, reference.ACTIVATIONS[kind])
    assert_counts((load(kind)(), (Tensor(shape),)), machine, made)
    assert_values(made, ACTIVATIONS[kind](tensor(x)))


def test_gelu_by_tanh() -> None:
    machine, x = Machine(), filled((2, 5))
    made = reference.elementwise(machine, x, reference.gelu_tanh)
    assert_counts((load("gelu")(approximate="tanh"), (Tensor((2, 5)),)), machine, made)
    assert_values(made, F.gelu(tensor(x), approximate="tanh"))


@pytest.mark.parametrize("kind", ["add", "multiply"])
@SLOW
@given(data=st.data())
def test_joining(kind: str, data: st.DataObject) -> None:
    """One operation per output element for each input but the first."""
    op, inputs = data.draw(cases(kind).filter(lambda case: small(case[0].infer(case[1])[0].shape)))
    machine, values = Machine(), [filled(given_.shape) for given_ in inputs]
    made = reference.joined(values, machine.add if kind == "add" else machine.multiply)
    assert_counts((op, inputs), machine, made)


@SLOW
@given(cases("lrn").filter(lambda case: small(case[1][0].shape)))
def test_local_response_norm(case: Case) -> None:
    """Per element, one square, size − 1 additions, α, k, the power, the division."""
    op, (given_,) = case
    machine, x = Machine(), filled(given_.shape)
    made = reference.local_response_norm(machine, x, op.size, op.alpha, op.beta, op.k)
    assert_counts(case, machine, made)
    assert_values(made, F.local_response_norm(tensor(x), op.size, op.alpha, op.beta, op.k))


@SLOW
@given(cases("batchnorm").filter(lambda case: small(case[1][0].shape)))
def test_batch_norm(case: Case) -> None:
    """One multiplication and one addition (or subtraction) per element, after the setup per channel.

    Not tracked: mean and variance over the batch too.
    """
    op, (given_,) = case
    machine, x, channels = Machine(), filled(given_.shape), given_.shape[1:2]
    scale, shift = filled(channels), filled(channels)
    kept = (filled(channels), Values.make(channels, lambda place: place[0] + 0.5))
    mean, variance = kept if op.track else reference.batch_statistics(machine, x)
    made = reference.batch_norm(
        machine, x, (mean, variance, scale, shift), op.eps, op.affine and op.scale, op.affine and op.shift
    )
    assert_counts(case, machine, made)
    learned = (tensor(scale) if op.affine and op.scale else None, tensor(shift) if op.affine and op.shift else None)
    assert_values(made, F.batch_norm(tensor(x), tensor(mean), tensor(variance), *learned, eps=op.eps))


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("padding", [0, 1, "same"])
def test_the_interpreter_convolves_as_torch_does(groups: int, padding: Any) -> None:
    op = load("conv")(out=4, kernel=(3, 2), padding=padding, dilation=(1, 2), groups=groups)
    x, made, weight, bias = convolved((op, (Tensor((2, 4, 5, 6)),)), Machine())
    assert bias is not None
    assert_values(made, F.conv2d(tensor(x), tensor(weight), tensor(bias), 1, padding, (1, 2), groups))


@pytest.mark.parametrize("rounding", ["floor", "ceil"])
def test_the_interpreter_pools_as_torch_does(rounding: str) -> None:
    ceil = rounding == "ceil"
    op = load("maxpool")(kernel=3, stride=2, padding=1, rounding=rounding)
    x = filled((2, 2, 6, 7))
    made = reference.pooling(x, windows_of(op, x.shape), -inf, Machine().greatest)
    assert_values(made, F.max_pool2d(tensor(x), 3, 2, 1, ceil_mode=ceil))
    floor = windows_of(load("avgpool")(kernel=3, stride=2, padding=1), x.shape)
    mean = reference.pooling(x, floor, 0.0, lambda read: Machine().mean(read, len(read)))
    assert_values(mean, F.avg_pool2d(tensor(x), 3, 2, 1))
