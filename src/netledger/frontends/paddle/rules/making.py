"""Tensors that come from no other: numbers, ranges, shapes. What shapes are made of is known, and costs nothing."""

from __future__ import annotations

from typing import Any

from netledger.core.network import Tensor
from netledger.core.number import product
from netledger.frontends.paddle.reader import Known
from netledger.frontends.paddle.rules._registry import rule, unique


def _tensor(op: Any) -> Any:
    return op.outputs[0].tensor


@rule("full_int_array", "assign_value", "assign_value_")
def listed(reader: Any, op: Any) -> Any:
    """A list of numbers that are given."""
    values = op.attributes.get("value", op.attributes.get("values"))
    tensor = _tensor(op)
    if tensor is None or not isinstance(values, (list, tuple)):
        return None
    return [Known(list(values), tensor)]


@rule("full")
def full(reader: Any, op: Any) -> Any:
    """One number in every place."""
    tensor = _tensor(op)
    return None if tensor is None else [Known(op.attributes["value"], tensor)]


@rule("full_like")
def full_like(reader: Any, op: Any) -> Any:
    """One number in every place of a shape that is another's."""
    number = reader.known(op, 1)
    shape = tuple(reader.tensor(op).shape)
    return [Known(0 if number is None or isinstance(number, list) else number, Tensor(shape, _tensor(op).dtype))]


@rule("full_with_tensor")
def full_with_tensor(reader: Any, op: Any) -> Any:
    """One number in every place of a shape that was worked out."""
    made, shape, number = reader.made(op.outputs), reader.known(op, 1), reader.known(op, 0)
    if made is None and not isinstance(shape, list):
        return None
    sizes = made[0].shape if made is not None else tuple(map(int, shape))
    return [Known(0 if number is None or isinstance(number, list) else number, Tensor(sizes, _tensor(op).dtype))]


@rule("shape", "shape64")
def shape(reader: Any, op: Any) -> Any:
    """The sizes of a tensor."""
    sizes = list(reader.tensor(op).shape)
    return [Known(sizes, Tensor((len(sizes),), "int64"))]


@rule("numel")
def numel(reader: Any, op: Any) -> Any:
    """How many elements there are."""
    return [Known(int(product(reader.tensor(op).shape)), Tensor((), "int64"))]


@rule("arange")
def arange(reader: Any, op: Any) -> Any:
    """Numbers in equal steps."""
    bounds = [reader.known(op, place) for place in range(3)]
    tensor = reader.made(op.outputs)
    if any(bound is None for bound in bounds):
        return None if tensor is None else reader.add(op, unique("constant", tensor[0].shape, op.name))
    start, stop, step = (bound[0] if isinstance(bound, list) else bound for bound in bounds)
    count = max(0, -int(-(stop - start) // step))
    made = (Tensor((count,), _tensor(op).dtype),)
    if count < 1:
        return None
    return reader.apply(op, unique("constant", (count,), op.name), made=made)


@rule("gaussian", "uniform", "randint", "randperm", "linspace", "eye", "bernoulli", "empty")
@rule("tril_indices", "triu_indices")
def drawn(reader: Any, op: Any) -> Any:
    """Numbers that are drawn, or follow a pattern."""
    made = reader.made(op.outputs)
    return None if made is None else reader.apply(op, unique("constant", made[0].shape, op.name), made=made)


@rule("data", "feed", "set_parameter", "shadow_feed")
def given(reader: Any, op: Any) -> Any:
    """What the user gives, or the layers store: known before."""
    return [reader.values.get(op.outputs[0].number)]


@rule("print", "check_numerics", "nop")
def nothing(reader: Any, op: Any) -> Any:
    """Nothing is done."""
    return [reader.value(op, 0)]
