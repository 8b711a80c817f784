"""Indexing with tensors, against PyTorch."""

from __future__ import annotations

import torch
from hypothesis import given

from tests.laws.draws import QUICK, Case
from tests.laws.strategies import cases
from tests.ops.helpers import refused, shape


@QUICK
@given(cases("index"))
def test_index_is_what_torch_indexes(case: Case) -> None:
    """The shape, and which elements are read: those that have a gradient lie in what `reads` says."""
    op, (data, *places) = case
    x = torch.arange(data.elements, dtype=torch.float64).reshape(data.shape)
    indices = tuple(torch.zeros(tensor.shape, dtype=torch.int64) for tensor in places)
    made = x[(slice(None),) * op.axis + indices]  # type: ignore[attr-defined]
    outputs = op.infer(case[1])
    assert tuple(made.shape) == outputs[0].shape
    readings = op.reads(case[1], outputs)
    assert readings is not None
    place = tuple(size - 1 for size in made.shape)
    read = int(made[place])
    for axis, follow in enumerate(readings[0]):
        stride = x.stride(axis)
        at = read // stride % data.shape[axis]
        assert follow.reach is not None
        span = follow.reach.at(0 if follow.axis is None else place[follow.axis])
        assert span is not None
        assert span[0] <= at <= span[1]


def test_index_of_one_axis_is_a_selection() -> None:
    assert shape("index", (2, 5, 7), (3,)) == (2, 3, 7)
    assert shape("index", (2, 5, 7), (3, 1), (4,)) == (2, 3, 4)
    assert "there are not 2 axes from axis 1 on" in str(refused("index", (2, 5), (3,), (3,)))
