"""Windows that slide: pooling. A sum over windows that is divided at once is their mean."""

from __future__ import annotations

from typing import Any

from netledger.frontends.jax.equation import Known
from netledger.frontends.jax.rules._registry import one, rule, unique


def _places(params: Any) -> tuple[str, slice] | None:
    """Where the channels stand, and the axes that are pooled."""
    sizes, rank = params["window_dimensions"], len(params["window_dimensions"])
    if rank < 3 or sizes[0] != 1 or any(hole != 1 for hole in params["base_dilation"]):
        return None
    if sizes[-1] == 1 and params["window_strides"][-1] == 1:
        return "last", slice(1, rank - 1)
    return ("first", slice(2, rank)) if sizes[1] == 1 and params["window_strides"][1] == 1 else None


def _sizes(params: Any, axes: slice) -> tuple[Any, Any, Any]:
    pairs = tuple(tuple(map(int, pair)) for pair in params["padding"][axes])
    padding = one([low for low, _ in pairs]) if all(low == high for low, high in pairs) else pairs
    return one(params["window_dimensions"][axes]), one(params["window_strides"][axes]), padding


@rule("reduce_window_max")
def max_pool(reader: Any, equation: Any) -> Any:
    """The greatest of each window."""
    found = _places(equation.params)
    if found is None:
        return None
    order, axes = found
    dilation = one(equation.params["window_dilation"][axes])
    operator = unique("maxpool", *_sizes(equation.params, axes), dilation, channels=order)
    return reader.add(equation, operator, equation.values[0])


@rule("reduce_window_sum")
def sum_pool(reader: Any, equation: Any) -> Any:
    """The sum of each window: half of a mean, if the next thing is a division by a constant."""
    found = _places(equation.params)
    reads = reader.next(equation)
    divided = reads is not None and reads.primitive.name in ("div", "mul")
    if found is None or not divided or any(gap != 1 for gap in equation.params["window_dilation"]):
        return None
    order, axes = found
    operator = unique("avgpool", *_sizes(equation.params, axes), channels=order)
    (made,) = reader.add(equation, operator, equation.values[0])
    reader.means.add(made)
    return [made]


def mean_of(reader: Any, equation: Any) -> Any:
    """The tensor itself, if it is a sum over windows that was written down as their mean, divided by a constant."""
    first, second = equation.values[:2]
    if isinstance(second, Known) and type(first) is int and first in reader.means:
        return [first]
    return None
