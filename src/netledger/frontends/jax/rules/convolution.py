"""Convolutions, any order of axes; with holes in the input, transposed ones."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from netledger.frontends.graph import Stored
from netledger.frontends.jax.rules._registry import one, rule, unique


@rule("conv_general_dilated")
def conv(reader: Any, equation: Any) -> Any:
    """A convolution; a transposed one if the input is dilated."""
    params = equation.params
    numbers = params["dimension_numbers"]
    order = _order(numbers.lhs_spec)
    if params["batch_group_count"] != 1:
        return None
    image, weight = equation.values
    if order is None or order != _order(numbers.out_spec):
        return _turned(reader, equation, image, weight, numbers)
    told = tuple([params[name] for name in _SIZES])
    operator = _operator(told, reader.tensor(weight).shape, numbers.rhs_spec, order)
    if operator is None or len(numbers.lhs_spec) < 3:
        return None
    return reader.add(equation, operator, image, stored={"weight": _weight(reader, weight, numbers.rhs_spec)})


@cache
def _order(spec: tuple[int, ...]) -> str | None:
    """Where the channels stand; None if the axes are in neither order."""
    rank = len(spec)
    if spec == tuple(range(rank)):
        return "first"
    return "last" if spec == (0, rank - 1, *range(1, rank - 1)) else None


def _weight(reader: Any, weight: Any, spec: Any) -> Any:
    """The weight as the operator has it: output channels, input channels, kernel."""
    if isinstance(weight, Stored):
        return weight.seen(tuple([weight.shape[axis] for axis in spec]))
    return reader.placed(weight)


_SIZES = ("window_strides", "padding", "lhs_dilation", "rhs_dilation", "feature_group_count")
"""What a convolution is made of besides its weight."""


@lru_cache(1000)
def _operator(told: tuple[Any, ...], weight: tuple[int, ...], spec: tuple[int, ...], order: str) -> Any:
    """The convolution of a weight with these axes: output channels, input channels, kernel."""
    strides, padding, holes, steps, groups = told
    out, kernel = weight[spec[0]], [weight[axis] for axis in spec[2:]]
    pairs = tuple((int(low), int(high)) for low, high in padding)
    if any(hole != 1 for hole in holes):
        return _transposed(out, kernel, pairs, told, order)
    if any(size < 0 for pair in pairs for size in pair):
        return None
    same = all(low == high for low, high in pairs)
    around = one([low for low, _ in pairs]) if same else pairs
    return unique("conv", out, one(kernel), one(strides), around, one(steps), int(groups), False, channels=order)


def _transposed(out: int, kernel: list[int], pairs: Any, told: tuple[Any, ...], order: str) -> Any:
    """Padding is what the window does not hang over; what it hangs over more at the end is output padding."""
    strides, _, holes, dilation, groups = told
    if any(stride != 1 for stride in strides):
        return None
    spans = [step * (size - 1) for step, size in zip(dilation, kernel, strict=True)]
    cut = [(span - low, span - high) for span, (low, high) in zip(spans, pairs, strict=True)]
    more = [max(0, -after) for _, after in cut]
    if any(before < 0 for before, _ in cut):
        return None
    padding = tuple((before, max(0, after)) for before, after in cut)
    made = one([before for before, _ in padding]) if all(a == b for a, b in padding) else padding
    sizes = (one(kernel), one(holes), made, one(more), one(dilation), int(groups), False)
    return unique("conv_transpose", out, *sizes, channels=order)


def _turned(reader: Any, equation: Any, image: Any, weight: Any, numbers: Any) -> Any:
    """The axes brought into order, and back."""
    (first,) = reader.add(equation, unique("permute", tuple(numbers.lhs_spec)), image, made=...)
    rank = len(numbers.lhs_spec)
    plain = type(numbers)(tuple(range(rank)), numbers.rhs_spec, tuple(range(rank)))
    shape = equation.made[0].shape
    made = equation.made[0].like(tuple(shape[axis] for axis in numbers.out_spec))
    told = equation._replace(
        params={**equation.params, "dimension_numbers": plain}, values=(first, weight), made=(made,)
    )
    answer = conv(reader, told)
    back = tuple(numbers.out_spec.index(axis) for axis in range(rank))
    return None if answer is None else reader.add(equation, unique("permute", back), answer[0])
