"""Every other shape rule against what PyTorch computes, and the errors against what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from tests.outside.shapes import RUN, SIZE, SMALL, Shape, ours, theirs, zeros

SHAPES = st.lists(SMALL, min_size=1, max_size=5).map(tuple)
FEATURE_MAPS = st.lists(SMALL, min_size=3, max_size=5).map(tuple)
AXIS = st.integers(-6, 5)


@RUN
@given(SHAPES, st.integers(1, 8), st.booleans())
def test_linear(shape: Shape, out: int, known: bool) -> None:
    """nn.Linear works along the last axis, whatever comes before."""
    features = 3 if known else shape[-1]
    expected = theirs(lambda: F.linear(zeros(shape), zeros((out, features)), zeros((out,))))
    assert ours("linear", shape, out=out, **({"in_features": features} if known else {})) == expected


@RUN
@given(st.lists(SMALL, min_size=2, max_size=5).map(tuple), st.booleans(), st.booleans())
def test_batch_norm(shape: Shape, affine: bool, track: bool) -> None:
    """BatchNorm1d to BatchNorm3d keep the shape."""
    name = {2: "BatchNorm1d", 3: "BatchNorm1d", 4: "BatchNorm2d", 5: "BatchNorm3d"}[len(shape)]
    layer = getattr(torch.nn, name)(shape[1], affine=affine, track_running_stats=track).eval()
    if not track:
        shape = (2, *shape[1:])  # PyTorch refuses statistics over a single value
    assert ours("batchnorm", shape, affine=affine, track=track) == theirs(lambda: layer(zeros(shape)))


@RUN
@given(SHAPES, SIZE)
def test_local_response_norm(shape: Shape, size: int) -> None:
    """LocalResponseNorm keeps the shape, and needs at least one axis after the channels."""
    assert ours("lrn", shape, size=size) == theirs(lambda: F.local_response_norm(zeros(shape), size))


@RUN
@given(SHAPES, AXIS)
def test_softmax(shape: Shape, axis: int) -> None:
    """Softmax keeps the shape; an axis that is not there is an error."""
    assert ours("softmax", shape, axis=axis) == theirs(lambda: F.softmax(zeros(shape), axis))


@RUN
@given(SHAPES, AXIS, AXIS)
def test_flatten(shape: Shape, start: int, end: int) -> None:
    """torch.flatten of any run of axes."""
    assert ours("flatten", shape, start=start, end=end) == theirs(lambda: zeros(shape).flatten(start, end))


@RUN
@given(SHAPES, st.lists(st.integers(-1, 6), min_size=1, max_size=4).map(tuple))
def test_reshape(shape: Shape, sizes: Shape) -> None:
    """torch.reshape of what comes after the batch, with at most one −1."""
    expected = theirs(lambda: zeros(shape).reshape(shape[0], *sizes))
    assert ours("reshape", shape, shape=sizes) == expected


@st.composite
def nearly_alike(draw: Any) -> tuple[list[Shape], int]:
    """Shapes that can often, but not always, be put side by side, and an axis."""
    shape = draw(SHAPES)
    axis = draw(st.integers(-len(shape), len(shape) - 1) | AXIS)
    others = []
    for _ in range(draw(st.integers(0, 3))):
        other = [draw(SMALL) if place == axis % len(shape) else size for place, size in enumerate(shape)]
        if draw(st.integers(0, 5)) == 0:
            other = draw(st.sampled_from([other[:-1] or [1], [*other, 2], [*other[:-1], other[-1] + 1]]))
        others.append(tuple(other))
    return [shape, *others], axis


@RUN
@given(nearly_alike())
def test_concat(data: tuple[list[Shape], int]) -> None:
    """torch.cat: sizes along the axis add up, all others agree."""
    shapes, axis = data
    assert ours("concat", *shapes, axis=axis) == theirs(lambda: torch.cat([zeros(shape) for shape in shapes], axis))


@RUN
@given(SHAPES, AXIS, SMALL, SIZE)
def test_chunks(shape: Shape, axis: int, parts: int, size: int) -> None:
    """torch.chunk where the parts divide the axis (elsewhere its pieces are not equal, and ours is an error)."""
    if -len(shape) <= axis < len(shape):
        shape = tuple(parts * size if place == axis % len(shape) else part for place, part in enumerate(shape))
    assert ours("split", shape, parts=parts, axis=axis) == theirs(lambda: zeros(shape).chunk(parts, axis))


@RUN
@given(SHAPES, st.data())
def test_split(shape: Shape, data: st.DataObject) -> None:
    """torch.split into given sizes, which must add up."""
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    sizes = data.draw(st.lists(SMALL, min_size=1, max_size=3))
    if data.draw(st.booleans()):
        shape = tuple(sum(sizes) if place == axis % len(shape) else part for place, part in enumerate(shape))
    expected = theirs(lambda: zeros(shape).split(sizes, axis))
    assert ours("split", shape, sizes=tuple(sizes), axis=axis) == expected


@pytest.mark.parametrize(("parts", "size"), [(2, 3), (5, 4)])
def test_unequal_chunks_are_refused(parts: int, size: int) -> None:
    """`parts` means equal pieces; torch.chunk would make the last one smaller, or make fewer."""
    pieces = theirs(lambda: zeros((1, size)).chunk(parts, 1))
    assert pieces is not None
    assert len(set(pieces)) > 1 or len(pieces) < parts
    assert ours("split", (1, size), parts=parts) is None


def resizing() -> st.SearchStrategy[Any]:
    return SMALL | st.lists(SMALL, min_size=1, max_size=3).map(tuple)


@pytest.mark.parametrize("how", ["scale", "size"])
@RUN
@given(shape=FEATURE_MAPS, to=resizing())
def test_upsample(how: str, shape: Shape, to: Any) -> None:
    """nn.Upsample by a scale or to a size, one for all axes or one for each: nearest, and linear along every axis."""
    linear = ("linear", "bilinear", "trilinear")[len(shape) - 3]
    options = {"scale_factor" if how == "scale" else "size": to}
    for mode, name in (("nearest", "nearest"), (linear, linear), ("linear", linear)):
        expected = theirs(lambda: F.interpolate(zeros(shape), mode=name, **options))  # noqa: B023
        assert ours("upsample", shape, mode=mode, **{how: to}) == expected


@pytest.mark.parametrize("mode", ["bilinear", "trilinear"])
@RUN
@given(shape=FEATURE_MAPS)
def test_upsample_needs_the_axes_of_its_mode(mode: str, shape: Shape) -> None:
    """bilinear means two axes, trilinear three; any other number is an error."""
    expected = theirs(lambda: F.interpolate(zeros(shape), scale_factor=2, mode=mode))
    assert ours("upsample", shape, mode=mode, scale=2) == expected


def test_upsample_needs_a_scale_or_a_size() -> None:
    for both in ({}, {"scale": 2, "size": 4}):
        renamed = {"scale_factor" if name == "scale" else name: value for name, value in both.items()}
        assert theirs(lambda: F.interpolate(zeros((1, 1, 2, 2)), **renamed)) is None  # noqa: B023
        assert ours("upsample", (1, 1, 2, 2), **both) is None


@RUN
@given(SHAPES, st.integers(1, 4))
def test_channel_shuffle(shape: Shape, groups: int) -> None:
    """nn.ChannelShuffle keeps the shape; the groups divide the channels."""
    assert ours("channel_shuffle", shape, groups=groups) == theirs(lambda: F.channel_shuffle(zeros(shape), groups))


BROADCAST = st.lists(st.sampled_from((1, 1, 2, 3)), min_size=1, max_size=4).map(tuple)


@RUN
@given(st.lists(BROADCAST, min_size=2, max_size=4))
def test_add_and_multiply(shapes: list[Shape]) -> None:
    """Broadcasting: axes are aligned at the end; sizes must be equal, or one of them 1."""
    expected = theirs(lambda: torch.broadcast_tensors(*map(zeros, shapes))[0])
    assert ours("add", *shapes) == ours("multiply", *shapes) == expected
    assert theirs(lambda: sum(map(zeros, shapes))) == expected


@RUN
@given(FEATURE_MAPS, st.data())
def test_pad(shape: Shape, data: st.DataObject) -> None:
    """F.pad with a constant, by any amount per side."""
    pads = tuple(data.draw(st.tuples(st.integers(0, 4), st.integers(0, 4))) for _ in shape[2:])
    flat = [amount for pair in reversed(pads) for amount in pair]
    for mode in ("constant", "replicate"):
        expected = theirs(lambda: F.pad(zeros(shape), flat, mode=mode))  # noqa: B023
        assert ours("pad", shape, padding=pads, mode=mode) == expected


@pytest.mark.parametrize("mode", ["reflect", "circular"])
@RUN
@given(data=st.data())
def test_pad_from_the_input(mode: str, data: st.DataObject) -> None:
    """A reflection reaches less far than the input is long, a circle as far at most."""
    shape = data.draw(FEATURE_MAPS)
    pads = tuple(data.draw(st.tuples(*[st.integers(0, size + 1)] * 2)) for size in shape[2:])
    flat = [amount for pair in reversed(pads) for amount in pair]
    expected = theirs(lambda: F.pad(zeros(shape), flat, mode=mode))
    assert ours("pad", shape, padding=pads, mode=mode) == expected


@RUN
@given(FEATURE_MAPS, st.data())
def test_crop(shape: Shape, data: st.DataObject) -> None:
    """A crop is a slice of each axis that must leave something."""
    margins = tuple(data.draw(st.tuples(st.integers(0, 2), st.integers(0, 2))) for _ in shape[2:])
    ends = zip(margins, shape[2:], strict=True)
    cut = zeros(shape)[(..., *(slice(before, max(before, size - after)) for (before, after), size in ends))]
    expected = None if cut.numel() == 0 else (tuple(cut.shape),)
    assert ours("crop", shape, margins=margins) == expected


@pytest.mark.parametrize("kind", ["identity", "dropout", "relu", "gelu", "silu", "sigmoid", "tanh", "hardswish"])
def test_activations_keep_the_shape(kind: str) -> None:
    names = {"identity": "Identity", "dropout": "Dropout", "gelu": "GELU", "relu": "ReLU", "silu": "SiLU"}
    layer = getattr(torch.nn, names.get(kind, kind.capitalize()))()
    for shape in ((3,), (2, 3), (2, 3, 4, 5)):
        assert ours(kind, shape) == theirs(lambda: layer(zeros(shape)))  # noqa: B023
