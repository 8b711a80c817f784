"""Values that are worked out, against Paddle's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.laws.makers.spatial import along
from tests.laws.strategies import Case, cases
from tests.laws.test_performed import defined, halved, pads, performed, read, small, strides
from tests.outside.paddle_runs import paddle

FEW = settings(
    max_examples=15,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


def array(values: Any) -> Any:
    return paddle().to_tensor(np.array([float(n.value) for n in values.elements]).reshape(values.shape))


def assert_equal(made: Any, expected: Any) -> None:
    assert tuple(made.shape) == tuple(expected.shape)
    np.testing.assert_allclose(array(made).numpy(), expected.numpy(), rtol=1e-6, atol=1e-6)


def two(case: Case) -> bool:
    """A map, of moderate size, whose padding is the same before and after."""
    op, tensors = case
    found = pads(op, 2) if hasattr(op, "padding") else ()
    return small(case) and len(tensors[0].shape) == 4 and found is not None and all(a == b for a, b in found)


def before(op: Any) -> list[int]:
    return [pair[0] for pair in pads(op, 2) or ()]


@FEW
@given(cases("conv").filter(two).filter(lambda case: case[0].rounding == "floor"))
def test_conv(case: Case) -> None:
    op, _ = case
    (x,), stored, stages = performed(case)
    bias = array(stored["bias"]) if op.bias else None
    options = (list(along(op.stride, 2)), before(op), list(along(op.dilation, 2)), op.groups)
    expected = paddle().nn.functional.conv2d(array(x), array(stored["weight"]), bias, *options)
    assert_equal(stages[-1].made, expected)


@FEW
@given(cases("conv_transpose").filter(two))
def test_conv_transpose(case: Case) -> None:
    op, _ = case
    (x,), stored, stages = performed(case)
    expected = paddle().nn.functional.conv2d_transpose(
        array(x),
        array(stored["weight"]),
        array(stored["bias"]) if op.bias else None,
        stride=list(along(op.stride, 2)),
        padding=before(op),
        output_padding=list(along(op.output_padding, 2)),
        groups=op.groups,
        dilation=list(along(op.dilation, 2)),
    )
    assert_equal(stages[-1].made, expected)


def unclipped(case: Case) -> bool:
    """Paddle's ceil does not clip; its pools have no dilation."""
    op, _ = case
    return two(case) and halved(case) and (op.rounding == "floor" or not op.clip)


@FEW
@given(cases("maxpool").filter(unclipped).filter(lambda case: set(along(case[0].dilation, 2)) == {1}))
def test_maxpool(case: Case) -> None:
    op, _ = case
    (x,), _, stages = performed(case)
    options = (list(strides(op, 2)), before(op), False, op.rounding == "ceil")
    expected = paddle().nn.functional.max_pool2d(array(x), list(along(op.kernel, 2)), *options)
    nothing = paddle().full_like(expected, -np.inf)  # the greatest of no element: Paddle writes the least float32
    assert_equal(stages[-1].made, paddle().where(expected <= np.finfo("float32").min, nothing, expected))


@FEW
@given(cases("avgpool").filter(unclipped).filter(defined))
def test_avgpool(case: Case) -> None:
    op, _ = case
    (x,), _, stages = performed(case)
    options = (list(strides(op, 2)), before(op), op.rounding == "ceil", not op.count_include_pad)
    assert_equal(stages[-1].made, paddle().nn.functional.avg_pool2d(array(x), list(along(op.kernel, 2)), *options))


@FEW
@given(cases("lp_pool").filter(two).filter(lambda case: case[0].rounding == "floor" and case[0].norm > 0))
def test_lp_pool(case: Case) -> None:
    op, (given_,) = case
    x = read("x", given_.shape, positive=True)
    expected = paddle().nn.functional.lp_pool2d(
        array(x), float(op.norm), list(along(op.kernel, 2)), list(strides(op, 2))
    )
    assert_equal(op.perform((x,), {})[-1].made, expected)


@pytest.mark.parametrize("kind", ["adaptive_avgpool", "adaptive_maxpool"])
@FEW
@given(data=st.data())
def test_adaptive(kind: str, data: st.DataObject) -> None:
    case = data.draw(cases(kind).filter(two))
    (x,), _, stages = performed(case)
    name = "adaptive_avg_pool2d" if kind == "adaptive_avgpool" else "adaptive_max_pool2d"
    assert_equal(stages[-1].made, getattr(paddle().nn.functional, name)(array(x), list(along(case[0].out, 2))))


STORED = ("track", "affine", "scale", "shift")
"""What a batch norm keeps all of."""


@FEW
@given(cases("batchnorm").filter(two).filter(lambda case: all(getattr(case[0], name) for name in STORED)))
def test_batchnorm(case: Case) -> None:
    (x,), stored, stages = performed(case)
    kept = [array(stored[role]) for role in ("running_mean", "running_var", "scale", "shift")]
    assert_equal(stages[-1].made, paddle().nn.functional.batch_norm(array(x), *kept, epsilon=case[0].eps))


@FEW
@given(cases("linear").filter(small).filter(lambda case: case[0].layout == "in_out"))
def test_linear(case: Case) -> None:
    (x,), stored, stages = performed(case)
    bias = array(stored["bias"]) if case[0].bias else None
    assert_equal(stages[-1].made, paddle().nn.functional.linear(array(x), array(stored["weight"]), bias))


@pytest.mark.parametrize("kind", ["softmax", "log_softmax"])
@FEW
@given(data=st.data())
def test_softmax(kind: str, data: st.DataObject) -> None:
    case = data.draw(cases(kind).filter(small))
    (x,), _, stages = performed(case)
    assert_equal(stages[-1].made, getattr(paddle().nn.functional, kind)(array(x), axis=case[0].axis))


@FEW
@given(cases("kmax_pool").filter(small))
def test_kmax(case: Case) -> None:
    """Against an index sort of topk, where no two elements are equal."""
    op, _ = case
    (x,), _, stages = performed(case)
    values = array(x)
    places = paddle().sort(paddle().topk(values, op.k, axis=op.axis)[1], axis=op.axis)
    expected = paddle().take_along_axis(values, places, axis=op.axis)
    if len({n.value for n in x.elements}) == len(x.elements):
        assert_equal(stages[-1].made, expected)
