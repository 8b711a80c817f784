"""Shapes and element types of operators on any number of axes, against PyTorch; and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from netledger.core.network import Tensor
from netledger.frontends.torch.abstract import NAMED
from netledger.ops import load
from tests.laws.strategies import Case, cases
from tests.outside.shapes import SMALL, Shape, ours, theirs, zeros
from tests.outside.torch_operators import OPERATORS

SHORT = settings(max_examples=25, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
SHAPES = st.lists(SMALL, min_size=1, max_size=4).map(tuple)
AXIS = st.integers(-5, 4)


def inputs_of(case: Case) -> list[torch.Tensor]:
    return [torch.ones(tensor.shape) for tensor in case[1]]


@pytest.mark.parametrize("kind", OPERATORS)
@SHORT
@given(data=st.data())
def test_shapes_and_types(kind: str, data: st.DataObject) -> None:
    """What our rule gives is what PyTorch computes, element types included."""
    op, given_ = case = data.draw(cases(kind))
    assume(kind not in ("var", "std") or op.correction == 0)  # of one element, PyTorch warns
    assume(kind != "cast" or op.dtype in NAMED)  # a type that PyTorch computes with
    made: Any = OPERATORS[kind](op, *inputs_of(case))
    found = tuple(made) if isinstance(made, (tuple, list)) else (made,)
    expected = [Tensor(tuple(part.shape), str(part.dtype).removeprefix("torch.")) for part in found]
    assert list(op.infer(given_)) == expected


@SHORT
@given(SHAPES, SHAPES)
def test_matmul_of_any_shapes(first: Shape, second: Shape) -> None:
    """Refused where torch.matmul refuses."""
    assert ours("matmul", first, second) == theirs(lambda: zeros(first) @ zeros(second))


EQUATIONS = (
    "ij,jk->ik",
    "ij,ij->",
    "ii->i",
    "...i,...i->...",
    "i,j",
    "ij->ji",
    "...ij,jk->...ik",
    "ijj",
    "ij,jk,kl->il",
)


@SHORT
@given(st.sampled_from(EQUATIONS), st.lists(st.lists(st.integers(1, 2), max_size=3).map(tuple), min_size=1, max_size=3))
def test_einsum_of_any_shapes(equation: str, shapes: list[Shape]) -> None:
    """Refused where torch.einsum refuses."""
    expected = theirs(lambda: torch.einsum(equation, *map(zeros, shapes)))
    assert ours("einsum", *shapes, equation=equation) == expected


@SHORT
@given(SHAPES, SHAPES, AXIS)
def test_gather_of_any_shapes(shape: Shape, places: Shape, axis: int) -> None:
    """Refused where torch.gather refuses."""
    expected = theirs(lambda: zeros(shape).gather(axis, torch.zeros(places, dtype=torch.int64)))
    assert ours("gather", shape, places, axis=axis) == expected


@SHORT
@given(SHAPES, st.lists(st.integers(-1, 3), min_size=1, max_size=4).map(tuple))
def test_expand_to_any_sizes(shape: Shape, sizes: Shape) -> None:
    """Refused where torch refuses; a size of 0 too."""
    expected = None if 0 in sizes else theirs(lambda: zeros(shape).expand(sizes))
    assert ours("expand", shape, sizes=sizes) == expected


@SHORT
@given(SHAPES, AXIS, st.integers(-4, 4))
def test_select_of_any_place(shape: Shape, axis: int, place: int) -> None:
    """Refused where torch.select refuses."""
    assert ours("select", shape, axis=axis, place=place) == theirs(lambda: zeros(shape).select(axis, place))


@SHORT
@given(SHAPES, st.lists(AXIS, min_size=1, max_size=4).map(tuple))
def test_permute_to_any_order(shape: Shape, axes: Shape) -> None:
    """Refused where torch.permute refuses."""
    assert ours("permute", shape, axes=axes) == theirs(lambda: zeros(shape).permute(axes))


@SHORT
@given(SHAPES, AXIS, st.integers(-6, 6), st.none() | st.integers(-6, 6), st.integers(1, 3))
def test_slices_are_those_of_python(shape: Shape, axis: int, start: int, stop: int | None, step: int) -> None:
    """Places outside are cut off; an empty slice is refused."""
    axis %= len(shape)
    found = range(shape[axis])[start:stop:step]
    expected = ((*shape[:axis], len(found), *shape[axis + 1 :]),) if found else None
    assert ours("slice", shape, axis=axis, start=start, stop=stop, step=step) == expected


@SHORT
@given(SHAPES, st.none() | st.lists(AXIS, min_size=1, max_size=3).map(tuple), st.booleans())
def test_sums_along_any_axes(shape: Shape, axes: Shape | None, keepdims: bool) -> None:
    """Refused where torch.sum refuses; left out: all but the batch."""
    dims = tuple(range(1, len(shape))) if axes is None else axes
    expected = theirs(lambda: zeros(shape).sum(dims, keepdims)) if dims else (shape,)
    assert ours("sum", shape, axes=axes, keepdims=keepdims) == expected


@SHORT
@given(SHAPES, AXIS, st.integers(1, 5))
def test_topk_along_any_axis(shape: Shape, axis: int, k: int) -> None:
    """Refused where torch.topk refuses."""
    assert ours("topk", shape, axis=axis, k=k) == theirs(lambda: zeros(shape).topk(k, axis))


@SHORT
@given(st.lists(st.lists(SMALL, min_size=1, max_size=3).map(tuple), min_size=3, max_size=3), SMALL)
def test_bilinear_of_any_shapes(shapes: list[Shape], out: int) -> None:
    """nn.Bilinear works along the last axis."""
    first, second, _ = shapes
    weight = zeros((out, first[-1], second[-1]))
    assert ours("bilinear", first, second, out=out) == theirs(lambda: F.bilinear(zeros(first), zeros(second), weight))


@SHORT
@given(SHAPES, SMALL, SMALL)
def test_embedding(shape: Shape, count: int, features: int) -> None:
    """nn.Embedding takes whole numbers of any shape, and gives float32."""
    layer = torch.nn.Embedding(count, features)
    op = load("embedding")(count=count, features=features)
    made = layer(torch.zeros(shape, dtype=torch.int64))
    assert op.infer((Tensor(shape, "int64"),)) == (Tensor(tuple(made.shape), "float32"),)
    assert op.parameters((Tensor(shape, "int64"),)) == {"weight": tuple(layer.weight.shape)}
