"""Convolution and pooling: the shape rules against what PyTorch computes, and the errors against what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch.nn import functional as F

from netledger.core.window import Window
from tests.outside.shapes import RUN, SIZE, SMALL, Sliding, ours, sliding, theirs, zeros


def run(name: str, axes: int, *args: Any, **options: Any) -> Any:
    """A function of torch.nn.functional for so many axes."""
    return getattr(F, f"{name}{axes}d")(*args, **options)


@RUN
@given(sliding(channels=st.integers(1, 6)), st.integers(1, 6), st.integers(1, 4))
def test_convolution(window: Sliding, out: int, groups: int) -> None:
    """Conv1d to Conv3d: stride, dilation, groups, asymmetric padding; refused exactly where PyTorch refuses."""
    weight = zeros((out, max(1, window.shape[1] // groups), *window.kernel))
    options = {"stride": window.stride, "dilation": window.dilation, "groups": groups}
    expected = theirs(lambda: run("conv", window.axes, window.padded(), weight, **options))
    assert ours("conv", window.shape, out=out, kernel=window.kernel, padding=window.pads, **options) == expected


@RUN
@given(sliding(symmetric=True))
def test_convolution_padded_by_torch(window: Sliding) -> None:
    """One number per axis pads both sides."""
    weight = zeros((2, window.shape[1], *window.kernel))
    options = {"stride": window.stride, "padding": window.before, "dilation": window.dilation}
    expected = theirs(lambda: run("conv", window.axes, zeros(window.shape), weight, **options))
    assert ours("conv", window.shape, out=2, kernel=window.kernel, **options) == expected


@pytest.mark.parametrize("bad", [{"stride": 0}, {"dilation": 0}, {"padding": -1}, {"groups": 0}])
def test_convolutions_that_pytorch_refuses(bad: dict[str, int]) -> None:
    """Numbers out of range are refused when the operator is built."""
    assert theirs(lambda: F.conv2d(zeros((1, 2, 5, 5)), zeros((2, 2, 3, 3)), **bad)) is None
    assert ours("conv", (1, 2, 5, 5), out=2, kernel=3, **bad) is None


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths:UserWarning")
@pytest.mark.parametrize("padding", ["same", "valid"])
@RUN
@given(window=sliding())
def test_padding_by_name(padding: str, window: Sliding) -> None:
    """PyTorch's `same` (stride 1 only) keeps the size; `valid` pads nothing."""
    weight = zeros((2, window.shape[1], *window.kernel))
    options = {"padding": padding, "dilation": window.dilation}
    expected = theirs(lambda: run("conv", window.axes, zeros(window.shape), weight, **options))
    assert ours("conv", window.shape, out=2, kernel=window.kernel, **options) == expected


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths:UserWarning")
@RUN
@given(st.integers(1, 9), st.integers(1, 5), st.integers(1, 3))
def test_same_puts_the_odd_element_where_pytorch_does(size: int, kernel: int, dilation: int) -> None:
    """Padding by the amounts that `same` stands for computes what PyTorch's `same` computes."""
    signal = torch.arange(1.0, size + 1).reshape(1, 1, -1)
    weight = torch.arange(1.0, kernel + 1).reshape(1, 1, -1)
    pads = Window(kernel, 1, "same", dilation).padding(size)
    expected = F.conv1d(signal, weight, padding="same", dilation=dilation)
    assert torch.equal(F.conv1d(F.pad(signal, pads), weight, dilation=dilation), expected)


@pytest.mark.parametrize("ceil", [False, True])
@RUN
@given(window=sliding(symmetric=True, pool=True))
def test_max_pooling(ceil: bool, window: Sliding) -> None:
    """MaxPool1d to MaxPool3d: stride, padding, dilation; ceil mode clips the last window."""
    options = {"stride": window.stride, "padding": window.before, "dilation": window.dilation}
    expected = theirs(
        lambda: run("max_pool", window.axes, zeros(window.shape), window.kernel, ceil_mode=ceil, **options)
    )
    rounding = "ceil" if ceil else "floor"
    assert ours("maxpool", window.shape, kernel=window.kernel, rounding=rounding, **options) == expected


def accepted_by_avg_pool(window: Sliding) -> bool:
    """avg_pool3d alone refuses a kernel larger than the input, also where the padding makes room for it."""
    return window.axes < 3 or all(k <= size for k, size in zip(window.kernel, window.shape[2:], strict=True))


@pytest.mark.parametrize("ceil", [False, True])
@RUN
@given(window=sliding(symmetric=True, pool=True), include=st.booleans())
def test_average_pooling(ceil: bool, window: Sliding, include: bool) -> None:
    """AvgPool1d to AvgPool3d: stride, padding; whether padding counts in the mean does not matter here."""
    assume(accepted_by_avg_pool(window))
    options = {"stride": window.stride, "padding": window.before, "count_include_pad": include}
    expected = theirs(
        lambda: run("avg_pool", window.axes, zeros(window.shape), window.kernel, ceil_mode=ceil, **options)
    )
    rounding = "ceil" if ceil else "floor"
    assert ours("avgpool", window.shape, kernel=window.kernel, rounding=rounding, **options) == expected


@pytest.mark.parametrize("kind", ["maxpool", "avgpool"])
@RUN
@given(window=sliding(pool=True))
def test_asymmetric_pooling(kind: str, window: Sliding) -> None:
    """A pair of pads per axis is F.pad and then a pool without padding."""
    name = {"maxpool": "max_pool", "avgpool": "avg_pool"}[kind]
    expected = theirs(lambda: run(name, window.axes, window.padded(-1.0), window.kernel, window.stride))
    assert ours(kind, window.shape, kernel=window.kernel, stride=window.stride, padding=window.pads) == expected


@pytest.mark.parametrize("kind", ["maxpool", "avgpool"])
@RUN
@given(window=sliding())
def test_pools_move_by_their_kernel(kind: str, window: Sliding) -> None:
    """Left out, the stride is the kernel."""
    name = {"maxpool": "max_pool", "avgpool": "avg_pool"}[kind]
    expected = theirs(lambda: run(name, window.axes, zeros(window.shape), window.kernel))
    assert ours(kind, window.shape, kernel=window.kernel) == expected


@st.composite
def resized(draw: Any) -> tuple[tuple[int, ...], Any]:
    """A feature map, and a size for all axes or for each."""
    axes = draw(st.integers(1, 3))
    shape = (draw(SMALL), draw(SMALL), *(draw(SIZE) for _ in range(axes)))
    return shape, draw(SIZE) if draw(st.booleans()) else tuple(draw(SIZE) for _ in range(axes))


@pytest.mark.parametrize("kind", ["avg", "max"])
@RUN
@given(data=resized())
def test_adaptive_pooling(kind: str, data: tuple[tuple[int, ...], Any]) -> None:
    """AdaptiveAvgPool and AdaptiveMaxPool to any size, also a larger one."""
    shape, out = data
    expected = theirs(lambda: run(f"adaptive_{kind}_pool", len(shape) - 2, zeros(shape), out))
    assert expected is not None
    assert ours(f"adaptive_{kind}pool", shape, out=out) == expected


@RUN
@given(resized())
def test_global_pooling(data: tuple[tuple[int, ...], Any]) -> None:
    """The mean or greatest of each channel, with the pooled axes kept or not."""
    shape, _ = data
    over = tuple(range(2, len(shape)))
    for keep in (False, True):
        assert ours("global_avgpool", shape, keepdims=keep) == theirs(lambda: zeros(shape).mean(over, keepdim=keep))  # noqa: B023
        assert ours("global_maxpool", shape, keepdims=keep) == theirs(lambda: zeros(shape).amax(over, keepdim=keep))  # noqa: B023
