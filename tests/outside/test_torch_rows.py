"""Norms and activations: shapes and parameters of PyTorch's modules, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from netledger.core.network import Tensor
from netledger.ops import load
from tests.laws.entries import entry_of
from tests.outside.shapes import RUN, SMALL, Shape, ours, theirs, zeros
from tests.outside.test_torch_modules import assert_holds_what

SHAPES = st.lists(SMALL, min_size=1, max_size=5).map(tuple)
AXIS = st.integers(-6, 5)


@RUN
@given(SHAPES, st.integers(1, 5), st.booleans(), st.booleans())
def test_layer_and_rms_norm(shape: Shape, axes: int, affine: bool, bias: bool) -> None:
    """Rows of any number of last axes."""
    row = shape[-axes:]
    layer = torch.nn.LayerNorm(row, elementwise_affine=affine, bias=bias, device="meta")
    root = torch.nn.RMSNorm(row, elementwise_affine=affine, device="meta")
    given_ = torch.empty(shape, device="meta")
    for kind, module, more in (("layernorm", layer, {"bias": bias}), ("rmsnorm", root, {})):
        options = {"over": len(row), "affine": affine, **more}
        assert ours(kind, shape, **options) == theirs(lambda: module(given_))  # noqa: B023
        assert_holds_what(module, entry_of((load(kind)(**options), (Tensor(shape),))))
    assert ours("layernorm", shape, over=len(shape) + 1) is None


@RUN
@given(SHAPES, st.integers(1, 4), st.booleans())
def test_group_norm(shape: Shape, groups: int, affine: bool) -> None:
    """Groups divide the channels."""
    expected = theirs(lambda: F.group_norm(zeros((2, *shape[1:], 2, 2)[: max(len(shape), 4)]), groups))
    given_ = (2, *shape[1:], 2, 2)[: max(len(shape), 4)]
    assert ours("groupnorm", given_, groups=groups, affine=affine) == expected
    if expected:
        module = torch.nn.GroupNorm(groups, given_[1], affine=affine, device="meta")
        assert_holds_what(module, entry_of((load("groupnorm")(groups, affine=affine), (Tensor(given_),))))


@RUN
@given(st.lists(st.integers(2, 4), min_size=3, max_size=5).map(tuple), st.booleans(), st.booleans())
def test_instance_norm(shape: Shape, affine: bool, track: bool) -> None:
    """InstanceNorm1d to InstanceNorm3d."""
    name = f"InstanceNorm{len(shape) - 2}d"
    module = getattr(torch.nn, name)(shape[1], affine=affine, track_running_stats=track).eval()
    assert ours("instancenorm", shape, affine=affine, track=track) == theirs(lambda: module(zeros(shape)))
    entry = entry_of((load("instancenorm")(affine=affine, track=track), (Tensor(shape),)))
    assert_holds_what(module, entry)


MODULES: dict[str, tuple[str, dict[str, Any], tuple[Any, ...]]] = {
    "rrelu": ("RReLU", {}, ()),
    "threshold": ("Threshold", {"threshold": 0.5, "value": 0.0}, (0.5, 0.0)),
    "hardtanh": ("Hardtanh", {}, ()),
    "hardshrink": ("Hardshrink", {}, ()),
    "softshrink": ("Softshrink", {}, ()),
    "elu": ("ELU", {}, ()),
    "selu": ("SELU", {}, ()),
    "celu": ("CELU", {}, ()),
    "logsigmoid": ("LogSigmoid", {}, ()),
    "tanhshrink": ("Tanhshrink", {}, ()),
    "softplus": ("Softplus", {}, ()),
    "mish": ("Mish", {}, ()),
    "softsign": ("Softsign", {}, ()),
    "prelu": ("PReLU", {}, ()),
}


@pytest.mark.parametrize("kind", MODULES)
def test_activations(kind: str) -> None:
    """They keep the shape, and hold what the module holds."""
    name, options, args = MODULES[kind]
    module = getattr(torch.nn, name)(*args)
    for shape in ((3,), (2, 3), (2, 3, 4, 5)):
        assert ours(kind, shape, **options) == theirs(lambda: module(zeros(shape)))  # noqa: B023
        assert_holds_what(module, entry_of((load(kind)(**options), (Tensor(shape),))))


@RUN
@given(SHAPES)
def test_prelu_with_a_slope_per_channel(shape: Shape) -> None:
    """PReLU(C) needs an axis of channels."""
    channels = shape[1] if len(shape) > 1 else 2
    module = torch.nn.PReLU(channels)
    assert ours("prelu", shape, slopes="channel") == theirs(lambda: module(zeros(shape)))
    if len(shape) > 1:
        assert_holds_what(module, entry_of((load("prelu")("channel"), (Tensor(shape),))))


@RUN
@given(SHAPES, AXIS)
def test_rows(shape: Shape, axis: int) -> None:
    """An axis that is not there is an error; GLU halves an even one."""
    for kind, function in (("softmin", F.softmin), ("log_softmax", F.log_softmax), ("glu", F.glu)):
        assert ours(kind, shape, axis=axis) == theirs(lambda: function(zeros(shape), axis))  # noqa: B023
    assert ours("sparsemax", shape, axis=axis) == ours("softmin", shape, axis=axis)


@RUN
@given(SHAPES, AXIS, SMALL)
def test_k_max_pool(shape: Shape, axis: int, k: int) -> None:
    """The shape of torch.topk."""
    assert ours("kmax_pool", shape, k=k, axis=axis) == theirs(lambda: zeros(shape).topk(k, axis).values)
