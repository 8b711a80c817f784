"""Working out on values: as many operations as the rule states, the shape that it states, and PyTorch's values."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from math import prod
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from netledger.core.network import Tensor
from netledger.core.performed import Stage, Values, actions, leaves
from netledger.ops import FOLDER, _channelwise, _performed_attention, _performed_softmax, _windowed, load
from tests.laws.makers.spatial import along
from tests.laws.strategies import Case, cases
from tests.laws.test_reference import counted, filled

HELPERS = (_channelwise, _performed_attention, _performed_softmax, _windowed)  # that `perform` loads when it is called
FEW = settings(
    max_examples=25,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
KINDS = [kind for kind in FOLDER.names() if load(kind).WORKED]
EVERY = pytest.mark.parametrize("kind", KINDS)


def small(case: Case) -> bool:
    op, inputs = case
    outputs = op.infer(inputs)
    done = sum(term.count for term in op.work(inputs, outputs))
    return all(tensor.elements <= 300 for tensor in (*inputs, *outputs)) and done < 6000


def read(sign: str, shape: tuple[int, ...], positive: bool = False) -> Values:
    numbers = (Fraction(value) for value in filled(shape).at.values())
    return Values.named(sign, shape, (abs(n) + 1 if positive else n for n in numbers))


def performed(case: Case) -> tuple[tuple[Values, ...], dict[str, Values], tuple[Stage, ...]]:
    op, tensors = case
    inputs = tuple(read(sign, tensor.shape) for (_, sign), tensor in zip(op.WORKED, tensors, strict=False))
    stored = {
        role: read(role, shape, role == "running_var")
        for role, shape in {**op.parameters(tensors), **op.buffers(tensors)}.items()
    }
    return inputs, stored, op.perform(inputs, stored)


def tensor(values: Values) -> torch.Tensor:
    numbers = [float(number.value) for number in values.elements]
    return torch.tensor(numbers, dtype=torch.float64).reshape(values.shape)


def defined(case: Case) -> bool:
    """Whether every mean is over something."""
    try:
        performed(case)
    except ValueError as error:
        return "padding altogether" not in str(error)
    return True


@EVERY
@FEW
@given(data=st.data())
def test_what_is_performed_is_what_the_rule_states(kind: str, data: st.DataObject) -> None:
    case = data.draw(cases(kind).filter(small).filter(defined))
    _, _, stages = performed(case)
    done: Counter[str] = Counter()
    for stage in stages:
        done += actions(*stage.made.elements, *stage.cut)
    assert +done == +counted(*case)
    assert stages[-1].made.shape == case[0].infer(case[1])[0].shape


@EVERY
@FEW
@given(data=st.data())
def test_what_is_read_is_what_the_operator_says_that_it_reads(kind: str, data: st.DataObject) -> None:
    """Where one stage makes the output of the input; several hide that."""
    case = data.draw(cases(kind).filter(small).filter(defined))
    op, tensors = case
    inputs, _, stages = performed(case)
    readings = op.reads(tensors, op.infer(tensors))
    assert readings is not None
    for place, number in zip(stages[-1].made.places(), stages[-1].made.elements, strict=True):
        for leaf in leaves(number):
            if leaf.tensor != inputs[0].sign:
                continue
            for follow, position in zip(readings[0], leaf.place, strict=True):
                assert follow.reach is not None
                span = follow.reach.at(0 if follow.axis is None else place[follow.axis])
                assert span is not None
                assert span[0] <= position <= span[1]


def pads(op: Any, axes: int) -> tuple[tuple[int, int], ...] | None:
    """A pair of numbers per axis; none, of `same`."""
    if isinstance(op.padding, str):
        return None if op.padding == "same" else ((0, 0),) * axes
    return tuple(pad if isinstance(pad, tuple) else (pad, pad) for pad in along(op.padding, axes))


def even(case: Case) -> bool:
    """Whether PyTorch has this padding, and its functions this rounding: the same before and after."""
    op, (x,) = case
    found = pads(op, len(x.shape) - 2) if hasattr(op, "padding") else ()
    return found is not None and all(a == b for a, b in found) and getattr(op, "clip", True)


def function(name: str, axes: int) -> Any:
    return getattr(F, f"{name}{axes}d")


def assert_equal(made: Values, expected: torch.Tensor) -> None:
    torch.testing.assert_close(tensor(made), expected, rtol=1e-9, atol=1e-9)


@FEW
@given(cases("conv").filter(small).filter(even).filter(lambda case: case[0].rounding == "floor"))
def test_conv(case: Case) -> None:
    op, (x,) = case
    axes = len(x.shape) - 2
    (values,), stored, stages = performed(case)
    before = [pair[0] for pair in pads(op, axes) or ()]
    options = (along(op.stride, axes), before, along(op.dilation, axes), op.groups)
    bias = tensor(stored["bias"]) if op.bias else None
    expected = function("conv", axes)(tensor(values), tensor(stored["weight"]), bias, *options)
    assert_equal(stages[-1].made, expected)


@FEW
@given(cases("conv_transpose").filter(small).filter(even))
def test_conv_transpose(case: Case) -> None:
    op, (x,) = case
    axes = len(x.shape) - 2
    (values,), stored, stages = performed(case)
    before = [pair[0] for pair in pads(op, axes) or ()]
    extra, dilation = along(op.output_padding, axes), along(op.dilation, axes)
    bias = tensor(stored["bias"]) if op.bias else None
    weight = tensor(stored["weight"])
    expected = function("conv_transpose", axes)(
        tensor(values), weight, bias, along(op.stride, axes), before, extra, op.groups, dilation
    )
    assert_equal(stages[-1].made, expected)


def halved(case: Case) -> bool:
    """PyTorch pads a pool by half a kernel at most."""
    op, (x,) = case
    axes = len(x.shape) - 2
    found = pads(op, axes)
    return found is not None and all(2 * a <= k for (a, _), k in zip(found, along(op.kernel, axes), strict=True))


def strides(op: Any, axes: int) -> tuple[int, ...]:
    return along(op.kernel if op.stride is None else op.stride, axes)


@FEW
@given(cases("maxpool").filter(small).filter(even).filter(halved))
def test_maxpool(case: Case) -> None:
    op, (x,) = case
    axes = len(x.shape) - 2
    (values,), _, stages = performed(case)
    before = [pair[0] for pair in pads(op, axes) or ()]
    options = (strides(op, axes), before, along(op.dilation, axes), op.rounding == "ceil")
    expected = function("max_pool", axes)(tensor(values), along(op.kernel, axes), *options)
    assert_equal(stages[-1].made, expected)


def averaged(case: Case) -> bool:
    """PyTorch averages over three axes only where the input is as large as the kernel, whatever the padding."""
    op, (x,) = case
    sizes = x.shape[2:]
    return len(sizes) < 3 or all(size >= kernel for size, kernel in zip(sizes, along(op.kernel, 3), strict=True))


@FEW
@given(cases("avgpool").filter(small).filter(even).filter(halved).filter(defined).filter(averaged))
def test_avgpool(case: Case) -> None:
    op, (x,) = case
    axes = len(x.shape) - 2
    (values,), _, stages = performed(case)
    before = [pair[0] for pair in pads(op, axes) or ()]
    options = (strides(op, axes), before, op.rounding == "ceil", op.count_include_pad)
    expected = function("avg_pool", axes)(tensor(values), along(op.kernel, axes), *options)
    assert_equal(stages[-1].made, expected)


@FEW
@given(cases("lp_pool").filter(small).filter(lambda case: case[0].rounding == "floor" and case[0].norm > 0))
def test_lp_pool(case: Case) -> None:
    """PyTorch takes no absolute value: x ≥ 0 here. (With ceil it stretches a window that only partly fits.)"""
    op, (x,) = case
    axes = len(x.shape) - 2
    values = read("x", x.shape, positive=True)
    made = op.perform((values,), {})[-1].made
    sizes: Any = (along(op.kernel, axes), strides(op, axes))
    if axes == 1:  # which PyTorch takes as numbers only
        sizes = tuple(size[0] for size in sizes)
    expected = function("lp_pool", axes)(tensor(values), float(op.norm), *sizes)
    torch.testing.assert_close(tensor(made), expected, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("kind", ["adaptive_avgpool", "adaptive_maxpool"])
@FEW
@given(data=st.data())
def test_adaptive(kind: str, data: st.DataObject) -> None:
    op, (x,) = data.draw(cases(kind).filter(small))
    axes = len(x.shape) - 2
    (values,), _, stages = performed((op, (x,)))
    name = "adaptive_avg_pool" if kind == "adaptive_avgpool" else "adaptive_max_pool"
    assert_equal(stages[-1].made, function(name, axes)(tensor(values), along(op.out, axes)))


@FEW
@given(cases("kmax_pool").filter(small))
def test_kmax(case: Case) -> None:
    """Against topk, whose places are brought back into order."""
    op = case[0]
    (values,), _, stages = performed(case)
    x = tensor(values)
    places = x.topk(op.k, dim=op.axis).indices.sort(dim=op.axis).values
    expected = x.gather(op.axis, places)
    made = tensor(stages[-1].made)
    assert made.sort(dim=op.axis).values.equal(expected.sort(dim=op.axis).values)
    if x.unique().numel() == x.numel():  # of equal elements, PyTorch may take another one
        assert made.equal(expected)


@FEW
@given(cases("batchnorm").filter(small))
def test_batchnorm(case: Case) -> None:
    op, _ = case
    (x,), stored, stages = performed(case)
    kept = {role: tensor(values) for role, values in stored.items()}
    expected = (
        F.batch_norm(
            tensor(x),
            kept.get("running_mean"),
            kept.get("running_var"),
            kept.get("scale"),
            kept.get("shift"),
            training=False,
            eps=op.eps,
        )
        if op.track
        else _batch(tensor(x), kept, op.eps)
    )
    assert_equal(stages[-1].made, expected)


def _batch(x: torch.Tensor, kept: dict[str, torch.Tensor], eps: float) -> torch.Tensor:
    """PyTorch refuses a batch of one element, which has a variance of 0."""
    others = [0, *range(2, x.dim())]
    shape = (1, -1, *(1,) * (x.dim() - 2))
    var, mean = torch.var_mean(x, others, correction=0, keepdim=True)
    made = (x - mean) / (var + eps).sqrt()
    scale, shift = (kept.get(role, torch.tensor([neutral])) for role, neutral in (("scale", 1.0), ("shift", 0.0)))
    return made * scale.to(x.dtype).reshape(shape) + shift.to(x.dtype).reshape(shape)


@FEW
@given(cases("linear").filter(small))
def test_linear(case: Case) -> None:
    op, _ = case
    (x,), stored, stages = performed(case)
    weight = tensor(stored["weight"])
    bias = tensor(stored["bias"]) if op.bias else None
    assert_equal(stages[-1].made, F.linear(tensor(x), weight if op.layout == "out_in" else weight.T, bias))


@pytest.mark.parametrize("kind", ["softmax", "softmin", "log_softmax"])
@FEW
@given(data=st.data())
def test_softmax(kind: str, data: st.DataObject) -> None:
    case = data.draw(cases(kind).filter(small))
    (x,), _, stages = performed(case)
    assert_equal(stages[-1].made, getattr(F, kind)(tensor(x), dim=case[0].axis))


@FEW
@given(cases("attention").filter(small))
def test_attention(case: Case) -> None:
    op = case[0]
    inputs, _, stages = performed(case)
    query, key, value, *mask = map(tensor, inputs)
    if op.grouped:
        key, value = (part.repeat_interleave(query.shape[-3] // part.shape[-3], dim=-3) for part in (key, value))
    scores = query @ key.transpose(-1, -2) * (query.shape[-1] ** -0.5 if op.scale else 1.0)
    scores = scores + mask[0] if mask else scores
    if op.causal:
        scores = scores.masked_fill(torch.ones(scores.shape[-2:]).triu(1).bool(), -torch.inf)
    assert_equal(stages[-1].made, scores.softmax(-1) @ value)


def test_windows_read_where_the_shape_rule_puts_them() -> None:
    op = load("conv")(1, 3, stride=2, padding=1)
    assert op.windows((5, 5))[0].places(5) == ((-1, 0, 1), (1, 2, 3), (3, 4, 5))
    assert prod(op.infer((Tensor((1, 1, 5, 5)),))[0].shape) == 9
