"""One rule, many kinds of number: on arrays it computes many configurations at once, and never wraps."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netledger.core.array import Array
from netledger.core.errors import ShapeError
from netledger.core.functions import FUNCTIONS
from netledger.core.network import Tensor
from netledger.core.number import OPERATIONS, agree, ceil_div, gcd, maximum, minimum, over, where
from netledger.ops import load
from tests.laws.strategies import QUICK, Case, alike
from tests.laws.test_one_rule import figures

KINDS = (
    *("conv", "maxpool", "avgpool", "linear", "batchnorm", "lrn", "softmax", "pad", "crop", "upsample"),
    *("adaptive_avgpool", "adaptive_maxpool", "global_avgpool", "global_maxpool"),
    *("add", "multiply", "concat", "channel_shuffle", "flatten", "relu", "gelu"),
    *("conv_transpose", "deform_conv", "lp_pool", "kmax_pool", "max_unpool", "fractional_maxpool", "pixel_shuffle"),
    *("pixel_unshuffle", "unfold", "fold", "grid_sample", "layernorm", "rmsnorm", "groupnorm", "instancenorm"),
    *("prelu", "glu", "maxout", "log_softmax", "sparsemax"),
)
"""The operators whose rules run on arrays."""

_BULK = frozenset({"number", "per_axis", "padding", "scale"})


def bulk(values: tuple[Any, ...]) -> Any:
    """The same place of several configurations, as one: numbers become an array, tuples are merged part by part."""
    first = values[0]
    if isinstance(first, tuple):
        return tuple(map(bulk, zip(*values, strict=True)))
    if not isinstance(first, int) or isinstance(first, bool):
        assert len(set(values)) == 1
        return first
    return Array(np.array(values))


def merged(cases: list[Case]) -> Case:
    """All configurations as one operator with arrays for numbers."""
    ops, inputs = [op for op, _ in cases], [given for _, given in cases]
    values = {
        name: bulk(tuple(getattr(op, name) for op in ops))
        for name, attribute in ops[0].ATTRIBUTES.items()
        if attribute.kind in _BULK
    }
    tensors = tuple(Tensor(bulk(tuple(tensor.shape for tensor in same))) for same in zip(*inputs, strict=True))
    return dataclasses.replace(ops[0], **values) if values else ops[0], tensors  # type: ignore[type-var]


def spread(number: Any, count: int) -> list[int]:
    """A result for each configuration; one that is the same for all may be a plain integer."""
    if isinstance(number, Array):
        assert len(number.values) == count
        return [int(value) for value in number.values]
    return [number] * count


@pytest.mark.parametrize("kind", KINDS)
@QUICK
@given(data=st.data())
def test_an_array_of_configurations_equals_them_one_by_one(kind: str, data: st.DataObject) -> None:
    """A rule on arrays gives for each configuration what it gives on that configuration's integers."""
    check_bulk(data.draw(alike(kind)))


def check_bulk(cases: list[Case]) -> None:
    """All at once, and one by one."""
    expected = [figures(*case) for case in cases]
    actual = figures(*merged(cases))
    assert actual.keys() == expected[0].keys()
    for name, number in actual.items():
        assert spread(number, len(cases)) == [figure[name] for figure in expected], name


@QUICK
@given(data=st.data(), scale=st.integers(2**31, 2**66))
def test_work_beyond_int64_is_exact(data: st.DataObject, scale: int) -> None:
    """Integers grow beyond 2^63 and stay exact: they are never wrapped."""
    cases = [(op, (Tensor((scale, *given.shape[1:])),)) for op, (given,) in data.draw(alike("conv"))]
    expected = [figures(*case) for case in cases]
    for name, number in figures(*merged(cases)).items():
        assert spread(number, len(cases)) == [figure[name] for figure in expected], name


def test_one_invalid_configuration_is_an_error() -> None:
    """A rule is required everywhere: one window that does not fit is an error for all."""
    op = load("conv")(out=4, kernel=bulk((3, 9)))
    with pytest.raises(ShapeError, match="no window fits"):
        op.infer((Tensor((1, 3, 8, 8)),))


NUMBERS = st.integers(-(2**40), 2**40) | st.integers(-(2**70), 2**70) | st.sampled_from((-(2**63), 2**63 - 1, 2**63))
SIDES = st.lists(NUMBERS, min_size=1, max_size=5)
_TWO_SIDED = sorted(set(OPERATIONS) - set(FUNCTIONS) - {"where", "over"})


def compute(op: str, *args: Any) -> Array:
    """An operation of OPERATIONS, of which at least one argument is an array."""
    return next(arg for arg in args if isinstance(arg, Array)).apply(op, *args)


def wide(values: list[int]) -> Array:
    """An array of any integers."""
    small = all(-(2**63) <= value < 2**63 for value in values)
    return Array(np.array(values, dtype="int64" if small else "object"))


def nonzero(op: str, values: list[int]) -> list[int]:
    """Divisors are not 0."""
    return [value or 1 for value in values] if op in {"//", "%", "ceil_div"} else values


@pytest.mark.parametrize("op", _TWO_SIDED)
@QUICK
@given(pairs=st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=5))
def test_arrays_compute_what_integers_do(op: str, pairs: list[tuple[int, int]]) -> None:
    """Every operation on arrays is the one on integers, element by element, of whatever size."""
    left, right = [a for a, _ in pairs], nonzero(op, [b for _, b in pairs])
    expected = [int(OPERATIONS[op](a, b)) for a, b in zip(left, right, strict=True)]
    assert spread(compute(op, wide(left), wide(right)), len(pairs)) == expected


@pytest.mark.parametrize("op", _TWO_SIDED)
@QUICK
@given(values=SIDES, number=NUMBERS)
def test_arrays_meet_plain_integers(op: str, values: list[int], number: int) -> None:
    """An integer on either side stands for itself everywhere."""
    (divisor,), divisors = nonzero(op, [number]), nonzero(op, values)
    after, before = compute(op, wide(values), divisor), compute(op, number, wide(divisors))
    assert spread(after, len(values)) == [int(OPERATIONS[op](value, divisor)) for value in values]
    assert spread(before, len(values)) == [int(OPERATIONS[op](number, value)) for value in divisors]


@QUICK
@given(rows=st.lists(st.tuples(st.booleans(), NUMBERS, NUMBERS), min_size=1, max_size=5))
def test_where_chooses_element_by_element(rows: list[tuple[bool, int, int]]) -> None:
    """`yes` where the condition holds, else `no`."""
    condition = Array(np.array([choice for choice, _, _ in rows]))
    chosen = compute("where", condition, wide([yes for _, yes, _ in rows]), wide([no for _, _, no in rows]))
    assert spread(chosen, len(rows)) == [yes if choice else no for choice, yes, no in rows]


@QUICK
@given(condition=st.booleans(), number=NUMBERS, values=SIDES)
def test_where_takes_plain_integers_anywhere(condition: bool, number: int, values: list[int]) -> None:
    """Any of the three may be the same for all."""
    assert spread(where(condition, number, wide(values)), len(values)) == (
        [number] * len(values) if condition else values
    )
    assert spread(where(condition, wide(values), number), len(values)) == (
        values if condition else [number] * len(values)
    )


def test_exact_quotients() -> None:
    assert spread(over(wide([4, 6]), 2), 2) == [2, 3]
    assert spread(over(12, wide([4, 6])), 2) == [3, 2]
    assert over(3, 2) == Fraction(3, 2)  # only a symbol stands for what is not whole


def test_agreement_is_everywhere() -> None:
    assert agree(wide([4, 6]), wide([4, 6]))
    assert not agree(wide([4, 6]), 4)


def test_helpers_take_arrays_on_either_side() -> None:
    sizes = wide([4, 6])
    assert spread(minimum(5, sizes), 2) == spread(minimum(sizes, 5), 2) == [4, 5]
    assert spread(maximum(5, sizes), 2) == spread(maximum(sizes, 5), 2) == [5, 6]
    assert spread(gcd(9, sizes), 2) == spread(gcd(sizes, 9), 2) == [1, 3]
    assert spread(ceil_div(sizes, 4), 2) == [1, 2]
    assert spread(ceil_div(9, sizes), 2) == [3, 2]
