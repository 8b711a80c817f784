"""Counting against doing, and doing against PyTorch: transposed and deformable convolutions, pools, resampling."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import prod
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from netledger.core.network import Tensor
from netledger.ops import load
from tests.laws import reference
from tests.laws import reference_spatial as doing
from tests.laws.makers.spatial import along
from tests.laws.reference import Machine, Values
from tests.laws.strategies import Case, cases
from tests.laws.test_reference import SLOW, assert_counts, assert_values, filled, small, tensor


def bounded(case: Case, limit: int = 300) -> bool:
    """Few enough elements for loops in Python, in what goes in, comes out and is stored."""
    op, inputs = case
    held = (*(given_.shape for given_ in inputs), op.infer(inputs)[0].shape, *op.parameters(inputs).values())
    return all(small(shape, limit) for shape in held)


def drawn(kind: str) -> st.SearchStrategy[Case]:
    return cases(kind).filter(bounded)


def stored(case: Case) -> tuple[Values, Values | None]:
    """Weight and bias."""
    shapes = case[0].parameters(case[1])
    return filled(shapes["weight"]), filled(shapes["bias"]) if "bias" in shapes else None


def of_torch(values: Values | None) -> torch.Tensor | None:
    return tensor(values) if values else None


@SLOW
@given(drawn("conv_transpose"))
def test_conv_transpose(case: Case) -> None:
    """Every product; additions where they land; the bias. The values are PyTorch's, with its output cropped."""
    op, (given_,) = case
    machine, x, axes = Machine(), filled(given_.shape), len(given_.shape) - 2
    weight, bias = stored(case)
    stride, dilation = along(op.stride, axes), along(op.dilation, axes)
    pads = [window.pads for window in op.windows(given_.shape[2:])]
    size = op.infer((given_,))[0].shape[2:]
    windows = (stride, tuple(before for before, _ in pads), dilation)
    made = doing.conv_transpose(machine, x, weight, bias, size, windows, op.groups)
    assert_counts(case, machine, made)
    options = {"stride": stride, "dilation": dilation, "groups": op.groups}
    whole = getattr(F, f"conv_transpose{axes}d")(tensor(x), tensor(weight), None, **options)
    room = [max(0, before + out - have) for (before, _), out, have in zip(pads, size, whole.shape[2:], strict=True)]
    whole = F.pad(whole, [amount for after in reversed(room) for amount in (0, after)])
    cut = whole[(..., *(slice(before, before + out) for (before, _), out in zip(pads, size, strict=True)))]
    assert_values(made, cut + tensor(bias).reshape(-1, *(1,) * axes) if bias else cut)


@SLOW
@given(drawn("conv_transpose"))
def test_valid_products_of_conv_transpose(case: Case) -> None:
    """Those that land in the output, found by looking at every one."""
    op, (given_,) = case
    axes, outputs = len(given_.shape) - 2, op.infer((given_,))
    before = tuple(window.pads[0] for window in op.windows(given_.shape[2:]))
    windows = (along(op.kernel, axes), along(op.stride, axes), before, along(op.dilation, axes))
    landing = doing.transposed(given_.shape[2:], *windows)
    inside = sum(all(0 <= o < size for o, size in zip(p, outputs[0].shape[2:], strict=True)) for *_, p in landing)
    pairs = given_.shape[0] * given_.shape[1] * (op.out // op.groups)
    assert op.valid_products((given_,), outputs) == pairs * inside


def strided(op: Any, shape: tuple[int, ...]) -> list[list[list[int]]]:
    """The interpreter's windows of an operator that never rounds up."""
    axes = len(shape)
    pads = ((0, 0),) * axes if op.padding == "valid" else along(op.padding, axes)
    pairs = [pad if isinstance(pad, (tuple, str)) else (pad, pad) for pad in pads]
    kernel, stride, dilation = (along(value, axes) for value in (op.kernel, op.stride, op.dilation))
    numbers = zip(shape, kernel, stride, pairs, dilation, strict=True)
    return [reference.positions(*axis, False, True) for axis in numbers]


@SLOW
@given(drawn("deform_conv").filter(lambda case: bounded(case, 120)))
def test_deform_conv(case: Case) -> None:
    """Places, weights, samples, and the convolution of them, as PyTorch samples and multiplies."""
    op, inputs = case
    machine, values = Machine(), [filled(given_.shape) for given_ in inputs]
    weight, bias = stored(case)
    windows = strided(op, inputs[0].shape[2:])
    made = doing.deform_conv(machine, values, weight, bias, windows, op.groups, op.offset_groups)
    assert_counts(case, machine, made)
    assert_values(made, by_sampling(op, list(map(tensor, values)), tensor(weight), of_torch(bias), windows))


def by_sampling(op: Any, values: list[torch.Tensor], weight: torch.Tensor, bias: Any, windows: Any) -> torch.Tensor:
    """A deformable convolution by PyTorch's grid_sample, tap by tap, and its matrix product.

    Paddle's own crashes now and then on small inputs, and torchvision may be built without it.
    """
    x, offset = values[:2]
    (height, width), (rows, columns) = x.shape[2:], weight.shape[2:]
    parts, taps = x.chunk(op.offset_groups, 1), []
    for row, (i, j) in enumerate(reference.places((rows, columns))):
        read = []
        for g, part in enumerate(parts):
            first = g * rows * columns + row
            down = torch.tensor([window[i] for window in windows[0]])[:, None] + offset[:, 2 * first]
            along_ = torch.tensor([window[j] for window in windows[1]]) + offset[:, 2 * first + 1]
            grid = torch.stack(((2 * along_ + 1) / width - 1, (2 * down + 1) / height - 1), -1)
            value = F.grid_sample(part, grid, align_corners=False)
            read.append(value * values[2][:, first, None] if len(values) == 3 else value)
        taps.append(torch.cat(read, 1))
    stacked = torch.stack(taps, 2).unflatten(1, (op.groups, -1))
    kernels = weight.flatten(2).unflatten(0, (op.groups, -1))
    made = torch.einsum("ngckhw,gock->ngohw", stacked, kernels).flatten(1, 2)
    return made if bias is None else made + bias[:, None, None]


@SLOW
@given(drawn("lp_pool"))
def test_lp_pool(case: Case) -> None:
    """Absolute values, powers, additions, a root per window."""
    op, (given_,) = case
    axes, machine = len(given_.shape) - 2, Machine()
    x = Values.make(given_.shape, lambda place: abs(filled(given_.shape).at[place]))
    stride = along(op.kernel if op.stride is None else op.stride, axes)
    numbers = zip(given_.shape[2:], along(op.kernel, axes), stride, strict=True)
    ceil = op.rounding == "ceil"
    windows = [reference.positions(size, k, s, (0, 0), 1, ceil, op.clip) for size, k, s in numbers]
    made = reference.pooling(x, windows, 0.0, lambda read: doing.p_norm(machine, read, op.norm))
    assert_counts(case, machine, made)
    if not ceil:
        window = (along(op.kernel, axes), stride) if axes > 1 else (along(op.kernel, 1)[0], stride[0])
        assert_values(made, getattr(F, f"lp_pool{axes}d")(tensor(x), op.norm, *window))


def mixed(shape: tuple[int, ...]) -> Values:
    """Elements that are all different."""
    return Values(shape, {place: float(n * 37 % 1009) for n, place in enumerate(reference.places(shape))})


@SLOW
@given(drawn("kmax_pool"))
def test_kmax_pool(case: Case) -> None:
    """k times the greatest of what is left; the values are the topk of PyTorch, put back in order."""
    op, (given_,) = case
    machine, x = Machine(), mixed(given_.shape)
    axis = op.axis % len(given_.shape)
    made = doing.kmax(machine, x, op.k, axis)
    assert_counts(case, machine, made)
    order = tensor(x).topk(op.k, axis).indices.sort(axis).values
    assert_values(made, tensor(x).gather(axis, order))


@SLOW
@given(drawn("fractional_maxpool"), st.floats(0, 0.99))
def test_fractional_maxpool(case: Case, shift: float) -> None:
    """One comparison less than the window has elements, per output, wherever the windows lie."""
    op, (given_,) = case
    axes, machine, x = len(given_.shape) - 2, Machine(), filled(given_.shape)
    out = op.infer((given_,))[0].shape[2:]
    numbers = zip(given_.shape[2:], along(op.kernel, axes), out, strict=True)
    windows = [doing.fractional_positions(*axis, shift) for axis in numbers]
    made = reference.pooling(x, windows, 0.0, machine.greatest)
    assert_counts(case, machine, made)
    for axis, starts in enumerate(windows):
        check_reads(op, given_, axis, starts)
    spare = (size - k - o for size, k, o in zip(given_.shape[2:], along(op.kernel, axes), out, strict=True))
    if axes == 2 or (axes == 3 and all(size >= 0 for size in spare)):  # in 3 axes one more is needed
        samples = torch.full((*given_.shape[:2], axes), shift, dtype=torch.float64)
        run = getattr(F, f"fractional_max_pool{axes}d")
        expected = run(tensor(x), along(op.kernel, axes), output_size=out, _random_samples=samples)
        assert_values(made, expected)


def check_reads(op: Any, given_: Any, axis: int, read: list[list[int]]) -> None:
    """What is read lies in what reads() says."""
    (reads,) = op.reads((given_,), op.infer((given_,)))
    for place, positions in enumerate(read):
        span = reads[axis + 2].reach.at(place)
        assert span is not None
        assert span[0] <= min(positions)
        assert max(positions) <= span[1]


TAPS: dict[str, Callable[..., list[list[tuple[int, float]]]]] = {
    "nearest": lambda size, out, step, aligned: doing.nearest_taps(size, out, step, False),
    "nearest-exact": lambda size, out, step, aligned: doing.nearest_taps(size, out, step, True),
    "bicubic": doing.cubic_taps,
}


@SLOW
@given(drawn("upsample").filter(lambda case: bounded(case, 150)))
def test_upsample(case: Case) -> None:
    """Weighted sums of neighbours, as PyTorch computes them; reads() holds every neighbour that has a weight."""
    op, (given_,) = case
    axes, machine, x = len(given_.shape) - 2, Machine(), filled(given_.shape)
    out = op.infer((given_,))[0].shape[2:]
    scales = along(op.scale, axes)
    sizes = zip(given_.shape[2:], out, scales, strict=True)
    steps = [size / o if s is None else float(1 / Fraction(s)) for size, o, s in sizes]
    if op.mode == "area":
        windows = [reference.adaptive_positions(size, o) for size, o in zip(given_.shape[2:], out, strict=True)]
        made = reference.pooling(x, windows, 0.0, lambda read: machine.mean(read, len(read)))
    else:
        taps_of = TAPS.get(op.mode, doing.linear_taps)
        numbers = zip(given_.shape[2:], out, steps, strict=True)
        taps = [taps_of(*axis, op.align_corners) for axis in numbers]
        made = doing.resample(machine, x, taps)
        windows = [[[position for position, weight in o if weight] for o in axis] for axis in taps]
    assert_counts(case, machine, made)
    named = op.mode if op.mode != "linear" else ("linear", "bilinear", "trilinear")[axes - 1]
    factors = None if op.scale is None else tuple(map(float, scales))
    corners = {"align_corners": True} if op.align_corners else {}
    size = out if op.scale is None else None
    assert_values(made, F.interpolate(tensor(x), size, factors, named, **corners))
    for axis, read in enumerate(windows):
        inside = [[position for position in o if 0 <= position < given_.shape[axis + 2]] for o in read]
        check_reads(op, given_, axis, [clamped(op, given_, axis, place, o) for place, o in enumerate(inside)])


def clamped(op: Any, given_: Any, axis: int, place: int, read: list[int]) -> list[int]:
    """Without the border elements that stand for neighbours beyond it."""
    (reads,) = op.reads((given_,), op.infer((given_,)))
    first, last = reads[axis + 2].reach.at(place)
    top = given_.shape[axis + 2] - 1
    return [p for p in read if not (p == 0 and last <= 0) and not (p == top and first >= top)] or [first]


@SLOW
@given(drawn("fold"))
def test_fold(case: Case) -> None:
    """Additions where columns meet."""
    op, (given_,) = case
    machine, x = Machine(), filled(given_.shape)
    _, channels, *size = op.infer((given_,))[0].shape
    made = doing.fold(machine, x, channels, tuple(size), strided(op, tuple(size)))
    assert_counts(case, machine, made)
    if len(size) == 2 and all(before == after for before, after in pads_of(op, size)):
        pads = [before for before, _ in pads_of(op, size)]
        assert_values(made, F.fold(tensor(x), tuple(size), op.kernel, op.dilation, pads, op.stride))


def pads_of(op: Any, size: Any) -> list[tuple[int, int]]:
    return [window.padding(length) for window, length in zip(op.windows(size), size, strict=True)]


@SLOW
@given(drawn("grid_sample").filter(lambda case: all(size > 1 for size in case[1][0].shape[2:])))
def test_grid_sample(case: Case) -> None:
    """Places, weights and weighted sums, as PyTorch computes them."""
    op, (image, places) = case
    machine, x = Machine(), filled(image.shape)
    grid = Values.make(places.shape, lambda place: filled(places.shape).at[place] * 1.3 + 0.017)
    made = doing.grid_sample(machine, x, grid, op.mode, op.padding_mode, op.align_corners)
    assert_counts(case, machine, made)
    expected = F.grid_sample(
        tensor(x), tensor(grid), op.mode, padding_mode=op.padding_mode, align_corners=op.align_corners
    )
    assert_values(made, expected)


@pytest.mark.parametrize("kind", ["max_unpool", "pixel_shuffle", "pixel_unshuffle", "unfold"])
@SLOW
@given(data=st.data())
def test_what_only_moves_elements_does_nothing(kind: str, data: st.DataObject) -> None:
    op, inputs = data.draw(cases(kind))
    assert op.work(inputs, op.infer(inputs)) == ()


def test_windows_are_those_of_a_convolution() -> None:
    """`unfold` and a product with the weights is a convolution."""
    inputs = (Tensor((2, 4, 9, 8)),)
    for options in ({"padding": 1}, {"stride": 2, "dilation": 2}):
        columns = load("unfold")(3, **options).infer(inputs)[0].shape
        made = load("conv")(5, 3, **options).infer(inputs)[0].shape
        assert columns == (2, 4 * 9, prod(made[2:]))
