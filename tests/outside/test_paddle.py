"""Paddle, really run: its padding forms and ceil mode, its parameters, and what paddle.flops says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netledger.conventions import load as convention
from netledger.conventions.paddle import parameters
from netledger.core.ledger import price
from netledger.core.network import Tensor
from netledger.ops import load
from tests.laws.entries import entry_of
from tests.laws.strategies import Case, cases
from tests.outside.paddle_runs import output_shape, paddle, report
from tests.outside.shapes import SMALL, Sliding, ours, sliding

RUN = settings(max_examples=30, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
FEW = settings(RUN, max_examples=8)
"""paddle.flops is slow."""


def layer(name: str, axes: int, *args: Any, **options: Any) -> Any:
    """A layer of paddle.nn for so many axes."""
    return getattr(paddle().nn, f"{name}{axes}D")(*args, **options)


def fits(window: Sliding) -> bool:
    """Whether every window is smaller than the padded input."""
    spans = [dilation * (size - 1) + 1 for dilation, size in zip(window.dilation, window.kernel, strict=True)]
    return all(span <= size + sum(pad) for span, size, pad in zip(spans, window.shape[2:], window.pads, strict=True))


WINDOWS = sliding().filter(fits)
POOLS = sliding(symmetric=True, pool=True).filter(fits)


def written(window: Sliding) -> list[int]:
    """A pair of pads per axis, as Paddle takes them: one after the other."""
    return [amount for pair in window.pads for amount in pair]


@RUN
@given(WINDOWS, st.integers(1, 2))
def test_convolution_with_asymmetric_padding(window: Sliding, groups: int) -> None:
    """Conv1D to Conv3D: padding before and after, stride, dilation, groups."""
    shape = (window.shape[0], groups * window.shape[1], *window.shape[2:])
    options = {"stride": window.stride, "dilation": window.dilation, "groups": groups}
    made = layer("Conv", window.axes, shape[1], 2, window.kernel, padding=written(window), **options)
    expected = output_shape(made, shape)
    assert ours("conv", shape, out=2, kernel=window.kernel, padding=window.pads, **options) == (expected,)


@pytest.mark.parametrize("padding", ["same", "valid"])
@RUN
@given(window=WINDOWS)
def test_convolution_padded_by_name(padding: str, window: Sliding) -> None:
    """`same` gives ⌈size / S⌉ (Paddle ignores the dilation, so it is 1 here); `valid` pads nothing."""
    made = layer("Conv", window.axes, window.shape[1], 2, window.kernel, window.stride, padding=padding.upper())
    shape = (*window.shape[:2], *map(max, window.shape[2:], window.kernel))
    expected = output_shape(made, shape)
    assert ours("conv", shape, out=2, kernel=window.kernel, stride=window.stride, padding=padding) == (expected,)


@pytest.mark.parametrize("kind", ["MaxPool", "AvgPool"])
@pytest.mark.parametrize("padding", ["same", "valid"])
@RUN
@given(window=WINDOWS)
def test_pooling_padded_by_name(kind: str, padding: str, window: Sliding) -> None:
    """Pools take `same` and `valid` too."""
    made = layer(kind, window.axes, list(window.kernel), list(window.stride), padding=padding.upper())
    shape = (*window.shape[:2], *map(max, window.shape[2:], window.kernel))
    expected = output_shape(made, shape)
    options = {"kernel": window.kernel, "stride": window.stride, "padding": padding}
    assert ours(kind.lower(), shape, **options) == (expected,)


@pytest.mark.parametrize("kind", ["MaxPool", "AvgPool"])
@pytest.mark.parametrize("ceil", [False, True])
@RUN
@given(window=POOLS)
def test_ceil_mode_does_not_clip(kind: str, ceil: bool, window: Sliding) -> None:
    """With ceil, Paddle keeps a last window that starts in the padding after: our clip=False."""
    options = {"padding": list(window.before), "ceil_mode": ceil}
    made = layer(kind, window.axes, list(window.kernel), list(window.stride), **options)
    expected = output_shape(made, window.shape)
    mine = {"kernel": window.kernel, "stride": window.stride, "padding": window.before, "clip": False}
    assert ours(kind.lower(), window.shape, rounding="ceil" if ceil else "floor", **mine) == (expected,)


def test_the_case_that_tells_clipping_from_not_clipping() -> None:
    """Input 4, kernel 1, stride 2: 2 windows in PyTorch, 3 in Paddle."""
    assert output_shape(paddle().nn.MaxPool1D(1, 2, ceil_mode=True), (1, 1, 4)) == (1, 1, 3)
    assert ours("maxpool", (1, 1, 4), kernel=1, stride=2, rounding="ceil", clip=False) == ((1, 1, 3),)
    assert ours("maxpool", (1, 1, 4), kernel=1, stride=2, rounding="ceil") == ((1, 1, 2),)


def stored(made: Any) -> dict[str, tuple[int, ...]]:
    return {name: tuple(part.shape) for name, part in made.named_parameters()}


@FEW
@given(SMALL, SMALL, st.booleans())
def test_parameters_of_a_linear_layer(features: int, out: int, bias: bool) -> None:
    """paddle.nn.Linear stores its weight as (F_in, F_out)."""
    made = paddle().nn.Linear(features, out, bias_attr=None if bias else False)
    op = load("linear")(out, bias, layout="in_out")
    assert op.parameters((Tensor((1, features)),)) == stored(made)


@FEW
@given(cases("conv").filter(lambda case: len(case[1][0].shape) == 4))
def test_parameters_of_a_convolution(case: Case) -> None:
    """paddle.nn.Conv2D stores its weight as (C_out, C_in / G, K_h, K_w)."""
    op, (tensor,) = case
    options = {"groups": op.groups, "bias_attr": None if op.bias else False}
    made = paddle().nn.Conv2D(tensor.shape[1], op.out, op.kernel, **options)
    assert op.parameters((tensor,)) == stored(made)


def assert_reported(case: Case, made: Any) -> None:
    """Our `paddle` figures are those of paddle.flops: operations and parameters."""
    entry = entry_of(case)
    said = report(made, case[1][0].shape)
    assert price(convention("paddle"), (entry,)) == said.flops
    assert parameters(entry) == said.parameters


@FEW
@given(WINDOWS, st.integers(1, 2), st.booleans())
def test_flops_of_a_convolution(window: Sliding, groups: int, bias: bool) -> None:
    """Products and bias additions."""
    shape = (window.shape[0], groups * window.shape[1], *window.shape[2:])
    options = {"stride": window.stride, "dilation": window.dilation, "groups": groups}
    op = load("conv")(2, window.kernel, padding=window.pads, bias=bias, **options)
    extra = {"padding": written(window), "bias_attr": None if bias else False}
    made = layer("Conv", window.axes, shape[1], 2, list(window.kernel), **options, **extra)
    assert_reported((op, (Tensor(shape),)), made)


@FEW
@given(st.lists(SMALL, min_size=1, max_size=4).map(tuple), SMALL, st.booleans())
def test_flops_of_a_linear_layer(shape: tuple[int, ...], out: int, bias: bool) -> None:
    """Products, over all leading axes; no bias."""
    made = paddle().nn.Linear(shape[-1], out, bias_attr=None if bias else False)
    assert_reported((load("linear")(out, bias), (Tensor(shape),)), made)


@pytest.mark.parametrize(("shape", "flops"), [((1, 2), 8), ((5, 2), 40), ((5, 7, 2), 280)])
def test_flops_of_linear_2_4(shape: tuple[int, ...], flops: int) -> None:
    case = load("linear")(4, layout="in_out"), (Tensor(shape),)
    assert price(convention("paddle"), (entry_of(case),)) == flops
    assert report(paddle().nn.Linear(2, 4), shape) == (flops, 12)


@FEW
@given(st.integers(1, 3), SMALL, SMALL)
def test_flops_of_batch_norm(axes: int, channels: int, size: int) -> None:
    """2·N·C·H·W in two dimensions, nothing in one or three; statistics are parameters."""
    shape = (2, channels, *(size,) * axes)
    assert_reported((load("batchnorm")(), (Tensor(shape),)), layer("BatchNorm", axes, channels))


@pytest.mark.parametrize("kind", ["MaxPool", "AvgPool"])
@FEW
@given(window=POOLS)
def test_flops_of_pools(kind: str, window: Sliding) -> None:
    """One per output of an average pool, nothing for a max pool."""
    options = {"stride": window.stride, "padding": window.before}
    made = layer(kind, window.axes, list(window.kernel), list(window.stride), padding=list(window.before))
    assert_reported((load(kind.lower())(window.kernel, **options), (Tensor(window.shape),)), made)


@pytest.mark.parametrize("kind", ["Avg", "Max"])
@FEW
@given(data=st.data())
def test_flops_of_adaptive_pools(kind: str, data: st.DataObject) -> None:
    """The window, rounded down, and one, per output of an average; nothing for a maximum."""
    axes = data.draw(st.integers(1, 3))
    out = tuple(data.draw(SMALL) for _ in range(axes))
    shape = (2, data.draw(SMALL), *(data.draw(st.integers(1, 9)) for _ in out))
    made = layer(f"Adaptive{kind}Pool", axes, out[0] if axes == 1 else list(out))
    assert_reported((load(f"adaptive_{kind.lower()}pool")(out), (Tensor(shape),)), made)


def test_flops_of_global_pools() -> None:
    """A global average is an adaptive one to size 1."""
    for shape in ((2, 3, 5), (2, 3, 5, 4), (1, 2, 3, 4, 5)):
        made = layer("AdaptiveAvgPool", len(shape) - 2, 1)
        assert_reported((load("global_avgpool")(), (Tensor(shape),)), made)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        *(("relu", "ReLU"), ("relu6", "ReLU6"), ("leaky_relu", "LeakyReLU"), ("sigmoid", "Sigmoid"), ("tanh", "Tanh")),
        *(("silu", "Silu"), ("hardswish", "Hardswish"), ("hardsigmoid", "Hardsigmoid"), ("gelu", "GELU")),
        *(("softmax", "Softmax"), ("dropout", "Dropout"), ("identity", "Identity")),
    ],
)
def test_flops_of_activations(kind: str, name: str) -> None:
    """One per element of a leaky ReLU; every other activation is free."""
    shape = (2, 3, 4, 5)
    assert_reported((load(kind)(), (Tensor(shape),)), getattr(paddle().nn, name)())


def test_flops_of_layers_that_paddle_does_not_know() -> None:
    shape = (2, 4, 4, 6)
    nn = paddle().nn
    assert_reported((load("lrn")(), (Tensor(shape),)), nn.LocalResponseNorm(5))
    assert_reported((load("channel_shuffle")(2), (Tensor(shape),)), nn.ChannelShuffle(2))
    assert_reported((load("upsample")(2), (Tensor(shape),)), nn.Upsample(scale_factor=2))
    assert_reported((load("flatten")(), (Tensor(shape),)), nn.Flatten())
    assert_reported((load("pad")(1), (Tensor(shape),)), nn.Pad2D(1))
