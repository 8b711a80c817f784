"""Transposed convolution, further pools, resampling, patches: what PyTorch computes and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from netledger.conventions import load as convention
from netledger.core.network import Tensor
from netledger.ops import load
from tests.laws.entries import amount, entry_of
from tests.laws.makers.spatial import along
from tests.laws.strategies import Case, cases
from tests.outside.shapes import RUN, SMALL, Shape, Shapes, Sliding, ours, sliding, theirs, zeros
from tests.outside.test_torch_modules import assert_holds_what, measured

FEW = settings(RUN, max_examples=50)
MAPS = st.lists(SMALL, min_size=3, max_size=5).map(tuple)


def whole(run: Callable[[], Any]) -> Shapes:
    """The shapes that PyTorch computes; None where it refuses, or (as we do) makes nothing at all."""
    made = theirs(run)
    return None if made is None or any(0 in shape for shape in made) else made


def run(name: str, axes: int, *args: Any, **options: Any) -> Any:
    """A function of torch.nn.functional for so many axes."""
    return getattr(F, f"{name}{axes}d")(*args, **options)


@RUN
@given(sliding(symmetric=True), st.integers(1, 4), st.integers(1, 3), st.data())
def test_transposed_convolution(window: Sliding, out: int, groups: int, data: st.DataObject) -> None:
    """Stride, padding, output padding, dilation, groups; refused exactly where PyTorch refuses."""
    extra = tuple(data.draw(st.integers(0, 2)) for _ in window.kernel)
    options = {"stride": window.stride, "output_padding": extra, "dilation": window.dilation, "groups": groups}
    weight = zeros((window.shape[1], out, *window.kernel))
    given_ = {"padding": window.before, **options}
    expected = whole(lambda: run("conv_transpose", window.axes, zeros(window.shape), weight, **given_))
    made = ours("conv_transpose", window.shape, out=out * groups, kernel=window.kernel, **given_)
    assert made == expected


def module(case: Case) -> torch.nn.Module:
    """The module of torch for a transposed convolution."""
    op, (tensor,) = case
    axes = len(tensor.shape) - 2
    options = {"stride": op.stride, "dilation": op.dilation, "groups": op.groups, "bias": op.bias}
    made: torch.nn.Module = getattr(torch.nn, f"ConvTranspose{axes}d")(
        tensor.shape[1], op.out, op.kernel, **options, device="meta"
    )
    return made


@RUN
@given(cases("conv_transpose"))
def test_parameters_and_products_of_a_transposed_convolution(case: Case) -> None:
    """Weight (C_in, C_out / G, K …); FlopCounterMode counts two per product, cropped ones included."""
    _, (tensor,) = case
    assert_holds_what(module(case), entry_of(case))
    assert amount(convention("flops"), case) == measured(module(case), tensor.shape)


@RUN
@given(sliding(symmetric=True), st.booleans())
def test_lp_pool(window: Sliding, ceil: bool) -> None:
    """LPPool1d to LPPool3d."""
    args = (window.kernel, window.stride) if window.axes > 1 else (window.kernel[0], window.stride[0])
    expected = theirs(lambda: run("lp_pool", window.axes, zeros(window.shape), 2.0, *args, ceil_mode=ceil))
    options = {"kernel": window.kernel, "stride": window.stride, "rounding": "ceil" if ceil else "floor"}
    if window.axes == 3 and any(k > size for k, size in zip(window.kernel, window.shape[2:], strict=True)):
        return  # avg_pool3d alone refuses such a kernel
    assert ours("lp_pool", window.shape, norm=2.0, **options) == expected


@RUN
@given(sliding(symmetric=True, pool=True), st.data())
def test_pooling_with_places_and_back(window: Sliding, data: st.DataObject) -> None:
    """MaxPool with indices, and MaxUnpool of what it made, to any size it could have come from."""
    options = {"stride": window.stride, "padding": window.before}
    made = theirs(
        lambda: run("max_pool", window.axes, zeros(window.shape), window.kernel, **options, return_indices=True)
    )
    assert ours("maxpool", window.shape, kernel=window.kernel, indices=True, **options) == made
    if made is None:
        return
    size = tuple(max(1, part + data.draw(st.integers(-2, 2))) for part in window.shape[2:])
    for given_ in (None, size):
        x, places = zeros(made[0]), torch.zeros(made[0], dtype=torch.int64)
        expected = whole(lambda: unpool(window, x, places, given_))  # noqa: B023
        assert ours("max_unpool", *made, kernel=window.kernel, **options, size=given_) == expected


def unpool(window: Sliding, x: torch.Tensor, places: torch.Tensor, size: Shape | None) -> torch.Tensor:
    made: torch.Tensor = run(
        "max_unpool",
        window.axes,
        x,
        places,
        window.kernel,
        window.stride,
        window.before,
        None if size is None else list(size),
    )
    return made


@RUN
@given(st.tuples(SMALL, SMALL, st.integers(1, 9), st.integers(1, 9)), SMALL, st.integers(1, 6))
def test_fractional_max_pool(shape: Shape, kernel: int, out: int) -> None:
    """FractionalMaxPool2d to a size or a ratio."""
    expected = whole(lambda: F.fractional_max_pool2d(zeros(shape), kernel, output_size=out))
    assert ours("fractional_maxpool", shape, kernel=kernel, out=out) == expected
    expected = whole(lambda: F.fractional_max_pool2d(zeros(shape), kernel, output_ratio=(0.5, 0.5)))
    if min(shape[2:]) > 1:
        assert ours("fractional_maxpool", shape, kernel=kernel, ratio=Fraction(1, 2)) == expected


FACTORS = st.sampled_from((1, 2, 3, Fraction(1, 2), Fraction(3, 2), Fraction(5, 4), Fraction(7, 8)))
MODES = ("nearest", "nearest-exact", "linear", "bilinear", "trilinear", "bicubic", "area")


@pytest.mark.parametrize("mode", MODES)
@RUN
@given(shape=MAPS, factor=FACTORS, listed=st.booleans(), aligned=st.booleans())
def test_fractional_scales(mode: str, shape: Shape, factor: Any, listed: bool, aligned: bool) -> None:
    """Sizes are rounded down; every mode has its number of axes, and not every mode its corners."""
    factors = (factor,) * (len(shape) - 2) if listed else factor
    exact = tuple(map(float, along(factors, len(shape) - 2))) if listed else float(factor)
    corners = {"align_corners": True} if aligned else {}
    expected = whole(lambda: F.interpolate(zeros(shape), scale_factor=exact, mode=mode, **corners))
    if mode != "linear" or len(shape) == 3:
        assert ours("upsample", shape, mode=mode, scale=factors, **corners) == expected


@RUN
@given(st.lists(SMALL, min_size=4, max_size=4).map(tuple), st.integers(1, 3))
def test_pixels(shape: Shape, factor: int) -> None:
    """PixelShuffle and PixelUnshuffle."""
    assert ours("pixel_shuffle", shape, factor=factor) == theirs(lambda: F.pixel_shuffle(zeros(shape), factor))
    assert ours("pixel_unshuffle", shape, factor=factor) == theirs(lambda: F.pixel_unshuffle(zeros(shape), factor))


@RUN
@given(sliding(symmetric=True).filter(lambda window: window.axes == 2), st.integers(-1, 1), st.integers(0, 1))
def test_unfold_and_fold(window: Sliding, columns: int, channels: int) -> None:
    """Unfold, and Fold of as many columns or one more or less; refused where PyTorch refuses."""
    options = {"stride": window.stride, "padding": window.before, "dilation": window.dilation}
    made = theirs(lambda: F.unfold(zeros(window.shape), window.kernel, **options))
    assert ours("unfold", window.shape, kernel=window.kernel, **options) == made
    if made is None:
        return
    given_ = (made[0][0], made[0][1] + channels, max(1, made[0][2] + columns))
    expected = theirs(lambda: F.fold(zeros(given_), window.shape[2:], window.kernel, **options))
    assert ours("fold", given_, size=window.shape[2:], kernel=window.kernel, **options) == expected


@RUN
@given(MAPS, MAPS, st.sampled_from(("bilinear", "nearest", "bicubic")))
def test_grid_sample(shape: Shape, grid: Shape, mode: str) -> None:
    """grid_sample over two or three axes; refused where PyTorch refuses."""
    expected = theirs(lambda: F.grid_sample(zeros(shape), zeros(grid), mode=mode, align_corners=False))
    assert ours("grid_sample", shape, grid, mode=mode) == expected
    fitting = (shape[0], *grid[1 : len(shape) - 1], *(2,) * (len(shape) - 1 - len(grid[1:])), len(shape) - 2)
    expected = theirs(lambda: F.grid_sample(zeros(shape), zeros(fitting), mode=mode, align_corners=False))
    assert ours("grid_sample", shape, fitting, mode=mode) == expected


@pytest.mark.parametrize("kind", ["conv_transpose", "upsample"])
@settings(FEW, suppress_health_check=[HealthCheck.filter_too_much])  # few of all cases have one axis
@given(data=st.data())
def test_what_is_read_is_what_matters(kind: str, data: st.DataObject) -> None:
    """An output depends on no input outside of what reads() says; transposed: exactly on what it says."""
    op, (tensor,) = data.draw(cases(kind).filter(lambda case: len(case[1][0].shape) == 3 and usual(case[0])))
    made = op.infer((tensor,))[0]
    x = torch.arange(1.0, tensor.shape[2] + 1, dtype=torch.float64).expand(1, tensor.shape[1], -1)
    weight = torch.rand(tensor.shape[1], op.out // op.groups, *along(op.kernel, 1)) if kind != "upsample" else x
    before = computed(op, x, weight.double() + 1)
    (reads,) = op.reads((tensor,), (made,))
    for position in range(tensor.shape[2]):
        changed = computed(op, x + 100 * (torch.arange(tensor.shape[2]) == position), weight.double() + 1) != before
        spans = (reads[2].reach.at(place) for place in range(made.shape[2]))
        expected = [bool(span and span[0] <= position <= span[1]) for span in spans]
        found = changed.flatten(0, 1).any(0).tolist()
        assert all(held or not seen for held, seen in zip(expected, found, strict=True))
        if kind == "conv_transpose" and op.dilation in (1, (1,)):  # no gaps between the first and the last
            assert found == expected


def usual(op: Any) -> bool:
    """What PyTorch can be asked for: padding is a number."""
    return op.KIND != "conv_transpose" or isinstance(op.padding, int)


def computed(op: Any, x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """What PyTorch computes."""
    if op.KIND == "upsample":
        (factor,), (size,) = along(op.scale, 1), along(op.size, 1)
        corners = {"align_corners": True} if op.align_corners else {}
        return F.interpolate(x, size, None if factor is None else float(factor), op.mode, **corners)
    options = {name: getattr(op, name) for name in ("stride", "padding", "output_padding", "groups", "dilation")}
    return F.conv_transpose1d(x, weight, **options)


def test_a_known_layer() -> None:
    """A generator of DCGAN: 4x4 from noise."""
    case = load("conv_transpose")(512, 4, bias=False), (Tensor((1, 100, 1, 1)),)
    assert entry_of(case).outputs[0].shape == (1, 512, 4, 4)
    assert amount(convention("macs"), case) == 100 * 512 * 16
