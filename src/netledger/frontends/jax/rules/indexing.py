"""Finding and replacing elements."""

from __future__ import annotations

from typing import Any

from netledger.frontends.graph import Stored
from netledger.frontends.jax.equation import Known
from netledger.frontends.jax.rules._registry import rule, unique


@rule("slice")
def cut(reader: Any, equation: Any) -> Any:
    """Some places of axes."""
    params, value = equation.params, equation.values[0]
    steps = params["strides"] or (1,) * len(params["start_indices"])
    shape = reader.tensor(value).shape
    columns = (params["start_indices"], params["limit_indices"], steps)
    bounds = [tuple(map(int, row)) for row in zip(*columns, strict=True)]
    for axis, (start, stop, step) in enumerate(bounds):
        if (start, stop, step) != (0, shape[axis], 1):
            (value,) = reader.add(equation, unique("slice", axis, start, stop, step), value, made=...)
    return [value]


@rule("gather")
def gather(reader: Any, equation: Any) -> Any:
    """Rows by number; of a stored table, an embedding."""
    table, places = equation.values
    numbers, sizes = equation.params["dimension_numbers"], equation.params["slice_sizes"]
    shape = reader.tensor(table).shape
    rows = len(shape) == 2 and tuple(sizes) == (1, shape[1]) and tuple(numbers.collapsed_slice_dims) == (0,)
    if rows and isinstance(table, Stored) and type(places) is int and tuple(numbers.start_index_map) == (0,):
        if reader.tensor(places).shape[-1] == 1 and len(reader.tensor(places).shape) == len(equation.made[0].shape):
            (places,) = reader.add(
                equation, unique("squeeze", (len(reader.tensor(places).shape) - 1,)), places, made=...
            )
        return reader.add(equation, unique("embedding", *shape), places, stored={"weight": table})
    read = [value for value in (table, places) if not isinstance(value, Known)] or [table]
    return reader.add(equation, unique("rearrange", "gather", equation.made[0].shape), *read)


@rule("dynamic_slice")
def dynamic_slice(reader: Any, equation: Any) -> Any:
    """A piece whose place depends on values."""
    read = [value for value in equation.values if not isinstance(value, Known)] or [equation.values[0]]
    return reader.add(equation, unique("rearrange", "dynamic_slice", equation.made[0].shape), *read)


@rule("dynamic_update_slice", "scatter")
def update(reader: Any, equation: Any) -> Any:
    """Elements replaced."""
    base, *rest = equation.values
    written = [value for value in rest if not isinstance(value, Known)]
    return reader.add(equation, unique("assign"), base, *written[:9])


@rule("scatter-add", "scatter_add")
def scatter_add(reader: Any, equation: Any) -> Any:
    """Elements added to what stands in their places: one addition each."""
    base, places, values = equation.values
    (added,) = reader.add(equation, unique("add", constant=0.0), values, made=(reader.tensor(values),))
    del places
    return reader.add(equation, unique("assign"), base, added)
