"""Arithmetic and comparisons between two tensors, or of one and a number; biases."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from netledger.core.number import product
from netledger.frontends.graph import Stored
from netledger.frontends.paddle.reader import Known
from netledger.frontends.paddle.rules._registry import RULES, load, rule, unique

_BOTH = {
    "add": "add elementwise_add",
    "subtract": "subtract elementwise_sub",
    "multiply": "multiply elementwise_mul",
    "divide": "divide elementwise_div",
    "maximum": "maximum fmax",
    "minimum": "minimum fmin",
    "remainder": "remainder",
    "floor_divide": "floor_divide",
    "power": "elementwise_pow",
    "atan2": "atan2",
    "equal": "equal",
    "not_equal": "not_equal",
    "less": "less_than",
    "less_equal": "less_equal",
    "greater": "greater_than",
    "greater_equal": "greater_equal",
    "logical_and": "logical_and bitwise_and",
    "logical_or": "logical_or bitwise_or",
    "logical_xor": "logical_xor bitwise_xor",
}


def joined(reader: Any, op: Any, kind: str) -> Any:
    """Two tensors, or a tensor and a number in either place."""
    first, second = reader.value(op, 0), reader.value(op, 1)
    if isinstance(first, Known) and isinstance(second, Known):
        return _worked(reader, op, kind, first, second)
    if _is_number(second):
        return reader.add(op, load(kind)(constant=_number(second)), 0)
    if _is_number(first):
        operator = load(kind)
        reverse = {"reverse": True} if "reverse" in operator.ATTRIBUTES else {}
        return reader.add(op, operator(constant=_number(first), **reverse), 1)
    return reader.add(op, unique(kind), 0, 1)


_WORKED: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "floor_divide": operator.floordiv,
    "remainder": operator.mod,
    "maximum": max,
    "minimum": min,
}


def _worked(reader: Any, op: Any, kind: str, first: Known, second: Known) -> Any:
    """A number of two numbers: what shapes and scales are made of."""
    made = reader.made(op.outputs)
    if made is None or kind not in _WORKED or not (_is_number(first) and _is_number(second)):
        return None
    try:
        return [Known(_WORKED[kind](_number(first), _number(second)), made[0])]
    except (ArithmeticError, ValueError):
        return None


def _is_number(value: Any) -> bool:
    return isinstance(value, Known) and product(value.tensor.shape) == 1


def _number(value: Known) -> float:
    return float(value.values[0] if isinstance(value.values, list) else value.values)


def _joining(kind: str) -> Any:
    return lambda reader, op: joined(reader, op, kind)


RULES.update({name: _joining(kind) for kind, names in _BOTH.items() for name in names.split()})


@rule("add")
def add(reader: Any, op: Any) -> Any:
    """A sum; a stored vector that is added to what a layer made, and nothing else reads, is its bias."""
    for place, other in ((0, 1), (1, 0)):
        made, bias = reader.value(op, place), reader.value(op, other)
        if isinstance(bias, Stored) and type(made) is int and reader.alone(op, place) and _fits(reader, op, made, bias):
            return [made]
    return joined(reader, op, "add")


def _fits(reader: Any, op: Any, made: int, bias: Stored) -> bool:
    whole = reader.graph.tensors[made].shape
    out = op.outputs[0].tensor
    if out is not None and len(out.shape) != len(whole):
        return False
    return bool(reader.graph.biased(made, bias.seen((product(bias.shape),))))


@rule("scale")
def scale(reader: Any, op: Any) -> Any:
    """x·s + b, or (x + b)·s; what changes nothing is not done."""
    factor, offset = reader.known(op, 1), op.attributes["bias"]
    if isinstance(reader.value(op, 0), Known):
        return _folded(reader, op, factor, offset)
    number = reader.number(op.inputs[0])
    parts = [("multiply", factor if factor is not None else 2.0, 1), ("add", offset, 0)]
    for kind, constant, free in parts if op.attributes["bias_after_scale"] else parts[::-1]:
        if constant != free:
            (number,) = reader.apply(op, load(kind)(constant=float(constant)), number, made=reader.made(op.outputs))
    return [number]


def _folded(reader: Any, op: Any, factor: Any, offset: Any) -> Any:
    """The same of a number that is known."""
    value = reader.value(op, 0)
    if not _is_number(value) or factor is None:
        return None
    number = _number(value)
    made = number * factor + offset if op.attributes["bias_after_scale"] else (number + offset) * factor
    return [Known(int(made) if made == int(made) else made, value.tensor)]


@rule("pow")
def power(reader: Any, op: Any) -> Any:
    """X to a constant power."""
    exponent = op.attributes["y"]
    operator = load("square")() if exponent == 2 else load("power")(constant=float(exponent))
    return reader.add(op, operator, 0)


@rule("where")
def where(reader: Any, op: Any) -> Any:
    """One or the other."""
    return reader.add(op, unique("where"), 0, 1, 2)


@rule("masked_fill")
def masked_fill(reader: Any, op: Any) -> Any:
    """A number where the mask says so."""
    return reader.add(op, unique("masked_fill"), 0, 1)


@rule("lerp")
def lerp(reader: Any, op: Any) -> Any:
    """Between two tensors."""
    return reader.add(op, unique("lerp"), 0, 1, 2)
