"""Counting against doing: functions, arithmetic and what works along axes."""

from __future__ import annotations

from collections import Counter
from math import prod
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from netledger.core.network import Tensor
from netledger.ops import load
from tests.laws import reference_axes as reference
from tests.laws.reference import Machine, Values, joined
from tests.laws.strategies import Case, cases
from tests.laws.test_reference import SLOW, assert_counts, assert_values, counted, filled, small, tensor
from tests.outside.torch_operators import OPERATORS

DOMAIN = {
    **dict.fromkeys(("reciprocal", "sqrt", "rsqrt", "log", "log2", "log10", "log1p"), lambda x: abs(x) + 0.5),
    **dict.fromkeys(("asin", "acos", "atanh"), lambda x: x / 2),
    "acosh": lambda x: abs(x) + 1.5,
}
"""Where a function is real."""


def moved(values: Values, function: Any) -> Values:
    return Values(values.shape, {place: function(value) for place, value in values.at.items()})


@pytest.mark.parametrize("kind", reference.FUNCTIONS)
def test_functions(kind: str) -> None:
    """The steps of a function are those of its equation."""
    machine, x = Machine(), moved(filled((3, 8)), DOMAIN.get(kind, lambda x: x))
    op = load(kind)()
    made = moved(x, lambda value: reference.FUNCTIONS[kind](machine, value))
    assert_counts((op, (Tensor((3, 8)),)), machine, made)
    assert_values(made, OPERATORS[kind](op, tensor(x)).double())


@SLOW
@given(cases("clamp"))
def test_clamp(case: Case) -> None:
    """One comparison for each bound."""
    op: Any = case[0]
    machine, x = Machine(), filled(case[1][0].shape)
    made = x if op.least is None else moved(x, lambda value: machine.greater(value, op.least))
    made = made if op.greatest is None else moved(made, lambda value: machine.less(value, op.greatest))
    assert_counts(case, machine, made)
    assert_values(made, torch.clamp(tensor(x), op.least, op.greatest))


def operands(case: Case) -> list[Values]:
    """Positive; some equal, some not; a constant is one more."""
    values = [moved(filled(part.shape), lambda x: abs(x) + 0.125) for part in case[1]]
    constant = getattr(case[0], "constant", None)
    return values if constant is None else [*values, Values((), {(): constant})]


@pytest.mark.parametrize("kind", [kind for kind in reference.PAIRS if kind not in ("add", "multiply")])
@SLOW
@given(data=st.data())
def test_pairs(kind: str, data: st.DataObject) -> None:
    """One operation per output element, with a constant too."""
    case = op, inputs = data.draw(cases(kind).filter(lambda case: small(case[0].infer(case[1])[0].shape)))
    machine, values = Machine(), operands(case)
    ordered = reversed(values) if getattr(op, "reverse", False) else values
    made = joined(list(ordered), lambda a, b: reference.PAIRS[kind](machine, a, b))
    assert_counts(case, machine, made)
    assert_values(made, OPERATORS[kind](op, *map(tensor, values[: len(inputs)])).double())


@pytest.mark.parametrize("kind", ["add", "multiply"])
def test_constants(kind: str) -> None:
    """One operation per element."""
    machine, x = Machine(), filled((2, 3))
    made = moved(x, lambda value: reference.PAIRS[kind](machine, value, 2.5))
    assert_counts((load(kind)(constant=2.5), (Tensor((2, 3)),)), machine, made)


@SLOW
@given(cases("lerp").filter(lambda case: small(case[0].infer(case[1])[0].shape)))
def test_lerp(case: Case) -> None:
    """The difference, weighed, added."""
    machine, (first, second, weight) = Machine(), operands(case)
    apart = joined([second, first], machine.subtract)
    made = joined([first, joined([apart, weight], machine.multiply)], machine.add)
    assert_counts(case, machine, made)
    assert_values(made, torch.lerp(tensor(first), tensor(second), tensor(weight)))


@pytest.mark.parametrize("kind", reference.REDUCTIONS)
@SLOW
@given(data=st.data())
def test_reductions(kind: str, data: st.DataObject) -> None:
    """Every row folded."""
    case = data.draw(cases(kind).filter(lambda case: small(case[1][0].shape) and folds_enough(case)))
    op: Any = case[0]
    machine, x = Machine(), filled(case[1][0].shape)
    rank = len(x.shape)
    axes = range(1, rank) if op.axes is None else [axis % rank for axis in op.axes]
    made = reference.reduced(x, axes, op.keepdims, lambda row: reference.REDUCTIONS[kind](machine, op, row))
    assert_counts(case, machine, made)
    assert_values(made, OPERATORS[kind](op, tensor(x)).double())


def folds_enough(case: Case) -> bool:
    """More elements than a variance subtracts."""
    op, (given_,) = case
    return given_.elements // op.infer((given_,))[0].elements > getattr(op, "correction", 0)


@pytest.mark.parametrize("kind", ["argmax", "argmin"])
@SLOW
@given(data=st.data())
def test_finding(kind: str, data: st.DataObject) -> None:
    """One comparison less than a row has elements."""
    case = data.draw(cases(kind).filter(lambda case: small(case[1][0].shape)))
    op: Any = case[0]
    machine, x = Machine(), filled(case[1][0].shape)
    fold = machine.greatest if kind == "argmax" else lambda row: reference.REDUCTIONS["min"](machine, op, row)
    made = reference.reduced(x, [op.axis % len(x.shape)], op.keepdims, fold)
    assert_counts(case, machine, made)


@pytest.mark.parametrize("kind", reference.CUMULATING)
@SLOW
@given(data=st.data())
def test_cumulating(kind: str, data: st.DataObject) -> None:
    """One operation less than a row has elements; more for logarithms."""
    case = data.draw(cases(kind).filter(lambda case: small(case[1][0].shape)))
    op: Any = case[0]
    machine, x = Machine(), filled(case[1][0].shape)
    made = reference.along(x, op.axis % len(x.shape), lambda row: reference.CUMULATING[kind](machine, row))
    assert_counts(case, machine, made)
    expected = OPERATORS[kind](op, tensor(x))
    assert_values(made, expected if isinstance(expected, torch.Tensor) else expected[0])


@pytest.mark.parametrize("kind", ["sort", "argsort"])
@SLOW
@given(data=st.data())
def test_sorting_at_worst(kind: str, data: st.DataObject) -> None:
    """A merge sort takes as many comparisons in the worst order, and never more."""
    case = data.draw(cases(kind).filter(lambda case: small(case[1][0].shape)))
    op: Any = case[0]
    machine, x, axis = Machine(), filled(case[1][0].shape), op.axis % len(case[1][0].shape)
    made = reference.along(x, axis, lambda row: reference.merge_sort(machine, row))
    assert machine.counts["compare"] <= counted(*case)["compare"]
    assert_values(made, torch.sort(tensor(x), axis).values)
    machine = Machine()
    worst = reference.along(x, axis, lambda row: reference.worst_row([float(n) for n in range(len(row))]))
    assert_counts(case, machine, reference.along(worst, axis, lambda row: reference.merge_sort(machine, row)))


@SLOW
@given(cases("topk").filter(lambda case: small(case[1][0].shape)))
def test_topk(case: Case) -> None:
    """K selections, each from what is left."""
    op: Any = case[0]
    machine, x, axis = Machine(), filled(case[1][0].shape), op.axis % len(case[1][0].shape)
    made = reference.along(x, axis, lambda row: reference.selection(machine, row, op.k, op.largest))
    assert_counts(case, machine, made)
    assert_values(made, OPERATORS["topk"](op, tensor(x))[0])


@SLOW
@given(cases("fft").filter(lambda case: small(case[1][0].shape)))
def test_fft(case: Case) -> None:
    """Butterflies over the prime factors, smallest first, along one axis after the other."""
    op: Any = case[0]
    machine, x = Machine(), filled(case[1][0].shape)
    rank, made_ = len(x.shape), op.infer(case[1])[0].shape
    axes = [axis % rank for axis in op.axes]
    made = reference.fourier(machine, x, axes, op.which, made_[axes[-1]])
    assert made.shape == made_
    assert +counted(*case) == +machine.counts
    expected = OPERATORS["fft"](op, tensor(x))
    flat = torch.tensor([complex(made.at[place]) for place in reference.places(made_)], dtype=torch.complex128)
    torch.testing.assert_close(flat.reshape(made_), expected.to(torch.complex128), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("n", "expected"), [(8, 12), (9, 36), (12, 36), (7, 42), (1, 0)])
def test_roots_of_unity(n: int, expected: int) -> None:
    """N/2 complex multiplications for each factor 2, n·(p − 1) for each odd p."""
    machine = Machine()
    reference.cooley_tukey(machine, [complex(k) for k in range(n)], -1)
    assert machine.counts["multiply"] == 4 * expected
    assert counted(load("fft")(), (Tensor((1, n)),))["multiply"] == 4 * expected


@SLOW
@given(cases("scatter_add").filter(lambda case: small(case[1][0].shape)))
def test_scatter_add(case: Case) -> None:
    """One addition per element of the index."""
    machine, (into, index, source) = Machine(), [filled(part.shape) for part in case[1]]
    axis = case[0].axis % len(into.shape)  # type: ignore[attr-defined]
    made = dict(into.at)
    for place in index.at:
        target = (*place[:axis], 0, *place[axis + 1 :])
        made[target] = machine.add(made[target], source.at[place])
    assert_counts(case, machine, Values(into.shape, made))
    assert_values(Values(into.shape, made), OPERATORS["scatter_add"](case[0], *map(tensor, (into, index, source))))


@SLOW
@given(cases("position_embedding"))
def test_position_embedding(case: Case) -> None:
    """One addition per element."""
    assert counted(*case) == Counter({"add": prod(case[1][0].shape)})


FREE = (
    *("permute", "transpose", "squeeze", "unsqueeze", "expand", "select", "slice", "gather", "scatter", "cast"),
    *("index_select", "stack", "flip", "roll", "tile", "repeat_interleave", "tril", "triu", "one_hot", "where"),
    *("masked_fill", "embedding", "class_token", "parameter"),
    *("buffer", "constant", "empty", "unused", "assign", "rearrange"),
)


@pytest.mark.parametrize("kind", FREE)
@SLOW
@given(data=st.data())
def test_what_only_moves_elements_is_free(kind: str, data: st.DataObject) -> None:
    """No arithmetic."""
    assert counted(*data.draw(cases(kind))) == Counter()
