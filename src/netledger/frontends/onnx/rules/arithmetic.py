"""Arithmetic, comparisons and choices, element by element with broadcasting."""

from __future__ import annotations

from typing import Any

from netledger.core.number import Shape
from netledger.frontends.onnx.node import At
from netledger.frontends.onnx.rules._registry import RULES, load, rule
from netledger.frontends.onnx.values import Value

_KINDS = {
    "Add": "add",
    "Sub": "subtract",
    "Mul": "multiply",
    "Div": "divide",
    "Pow": "power",
    "Mod": "remainder",
    "BitShift": "floor_divide",
    "BitwiseAnd": "logical_and",
    "BitwiseOr": "logical_or",
    "BitwiseXor": "logical_xor",
    "Equal": "equal",
    "Greater": "greater",
    "GreaterOrEqual": "greater_equal",
    "Less": "less",
    "LessOrEqual": "less_equal",
    "And": "logical_and",
    "Or": "logical_or",
    "Xor": "logical_xor",
}
_TRUTH = frozenset(("Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "And", "Or", "Xor"))


def joined(at: At, kind: str, first: Value, second: Value, dtype: str = "") -> Value:
    """Two tensors, or a tensor and a number in either place, joined element by element."""
    operator = load(kind)
    number = _constant(second, first)
    if number is not None:
        return at.one(operator(constant=number), first, dtype=dtype)
    number = _constant(first, second)
    if number is not None:
        reverse = {"reverse": True} if "reverse" in operator.ATTRIBUTES else {}
        return at.one(operator(constant=number, **reverse), second, dtype=dtype or first.dtype)
    return at.one(operator(), first, second, dtype=dtype)


def _constant(value: Value, other: Value) -> Any:
    """The number that a value is for another one, without adding an axis to it."""
    if value.number is not None or len(value.shape) > len(other.shape):
        return None
    found = value.scalar()
    if found is None or isinstance(found, complex) or not hasattr(found, "item"):
        return None
    return found.item()


def _declare(name: str, kind: str) -> None:
    dtype = "bool" if name in _TRUTH else ""

    def apply(at: At) -> Value:
        first, second = _aligned(at)
        return joined(at, kind, first, second, dtype)

    RULES["", name] = apply


for _name, _kind in _KINDS.items():
    if _name != "Add":
        _declare(_name, _kind)


def _aligned(at: At) -> tuple[Value, Value]:
    """Both operands; before version 7 the second one could say where it is broadcast."""
    first, second = at[0], at[1]
    if at.version < 7 and at.get("broadcast", 0) and at.get("axis") is not None:
        after = len(first.shape) - at.get("axis") % max(1, len(first.shape)) - len(second.shape)
        if after > 0:
            second = at.viewed(load("reshape")((*second.shape, *(1,) * after), whole=True), second)
    return first, second


@rule("Add")
def add(at: At) -> Value:
    """A sum; that of a product and a stored vector is a layer with its bias."""
    first, second = _aligned(at)
    for made, bias, place in ((first, second, 0), (second, first, 1)):
        held = bias.held()
        alone = made.number is not None and at.frame.uses[at.node.input[place]] == 1
        if alone and held is not None and _is_bias(bias.shape, made.shape) and made.number is not None:
            stored = held.seen(bias.shape)
            if at.walk.biases(made.number, len(made.shape), bias.shape) and at.walk.graph.biased(made.number, stored):
                return Value(made.tensor, number=made.number)
    return joined(at, "add", first, second)


def _is_bias(bias: Shape, made: Shape) -> bool:
    """Whether only one axis of it is longer than 1, and it has no more axes than what it is added to."""
    long = [axis for axis, size in enumerate(bias) if size != 1]
    return len(bias) <= len(made) and len(long) <= 1


@rule("Sum", "Max", "Min", "Mean")
def many(at: At) -> Value:
    """Any number of tensors."""
    kind = {"Sum": "add", "Mean": "add", "Max": "maximum", "Min": "minimum"}[at.op]
    values = [at[place] for place in range(len(at.inputs))]
    made = (
        joined(at, kind, values[0], values[1])
        if len(values) == 2
        else at.one(kind, *values)
        if len(values) > 1
        else values[0]
    )
    if len(values) == 1:
        made = at.one("identity", made)
    return at.one("multiply", made, constant=1 / len(values)) if at.op == "Mean" else made


@rule("Where")
def where(at: At) -> Value:
    """One of two, by a condition; a number stands for a tensor of it."""
    condition, first, second = at[0], at[1], at[2]
    for number, other in ((first, second), (second, first)):
        value = None if number.number is not None else number.scalar()
        if value is not None and hasattr(value, "item") and not isinstance(value, complex):
            wide = _wider(at, other, condition)
            if wide is not None and len(number.shape) <= len(wide.shape):
                return at.one("masked_fill", wide, condition, value=float(value))
    return at.one("where", condition, first, second, dtype=first.dtype)


def _wider(at: At, value: Value, mask: Value) -> Value | None:
    """The tensor as large as it is together with the mask; None for a number that is known."""
    if value.number is None and value.held() is None:
        return None
    rank = max(len(value.shape), len(mask.shape))
    padded = [(1,) * (rank - len(one.shape)) + tuple(one.shape) for one in (value, mask)]
    shape = tuple(mine if theirs == 1 else theirs for mine, theirs in zip(*padded, strict=True))
    if shape == tuple(value.shape):
        return value
    return None if 0 in shape else at.one(load("expand")(shape), value)
