"""Arithmetic and comparisons between two tensors, or of one and a number; biases."""

from __future__ import annotations

from typing import Any

from netledger.core.number import product
from netledger.frontends.graph import Stored
from netledger.frontends.jax.equation import Known
from netledger.frontends.jax.rules._registry import RULES, load, rule, unique
from netledger.frontends.jax.rules.windows import mean_of

_KINDS = {
    "sub": "subtract",
    "min": "minimum",
    "rem": "remainder",
    "pow": "power",
    "atan2": "atan2",
    "eq": "equal",
    "ne": "not_equal",
    "lt": "less",
    "le": "less_equal",
    "gt": "greater",
    "ge": "greater_equal",
    "and": "logical_and",
    "or": "logical_or",
    "xor": "logical_xor",
    "shift_right_logical": "floor_divide",
    "shift_left": "multiply",
    "nextafter": "add",
}


def joined(reader: Any, equation: Any, kind: str) -> Any:
    """Two tensors, or a tensor and a number in either place."""
    first, second = equation.values[:2]
    if _is_number(second):
        return reader.add(equation, _with(kind, float(second.value)), first)
    if _is_number(first):
        reverse = {"reverse": True} if "reverse" in load(kind).ATTRIBUTES else {}
        return reader.add(equation, _with(kind, float(first.value), **reverse), second)
    return reader.add(equation, unique(kind), first, second)


def _with(kind: str, constant: float, **named: bool) -> Any:
    """With a constant; 0.0 and −0.0 are equal, and not the same."""
    return unique(kind, constant=constant, **named) if constant else load(kind)(constant=constant, **named)


def _is_number(value: Any) -> bool:
    return type(value) is Known and value.value is not None


def _joining(kind: str) -> Any:
    return lambda reader, equation: joined(reader, equation, kind)


RULES.update({name: _joining(kind) for name, kind in _KINDS.items()})


@rule("add", "add_any")
def add(reader: Any, equation: Any) -> Any:
    """A sum; a stored vector that is added to what a layer made, and nothing else reads, is its bias."""
    for place, other in ((0, 1), (1, 0)):
        made, bias = equation.values[place], equation.values[other]
        if isinstance(bias, Stored) and type(made) is int and reader.alone(equation, place):
            flat = bias.seen((product(bias.shape),))
            if reader.graph.tensors[made].shape == equation.made[0].shape and reader.graph.biased(made, flat):
                return [made]
    return joined(reader, equation, "add")


@rule("max")
def greatest(reader: Any, equation: Any) -> Any:
    """The greater; with 0, a ReLU; with −∞, nothing."""
    for place, other in ((0, 1), (1, 0)):
        value, bound = equation.values[place], equation.values[other]
        if _is_number(bound) and bound.value == 0:
            return reader.add(equation, unique("relu"), value)
        if _is_number(bound) and bound.value == float("-inf"):
            return [value]
    return joined(reader, equation, "maximum")


@rule("div")
def divide(reader: Any, equation: Any) -> Any:
    """A quotient; of whole numbers, rounded. After a sum over windows it makes their mean: see `windows`."""
    mean = mean_of(reader, equation)
    if mean is not None:
        return mean
    whole = "int" in equation.made[0].dtype
    return joined(reader, equation, "floor_divide" if whole else "divide")


@rule("mul")
def multiply(reader: Any, equation: Any) -> Any:
    """A product, element by element."""
    return mean_of(reader, equation) or joined(reader, equation, "multiply")


@rule("integer_pow")
def integer_power(reader: Any, equation: Any) -> Any:
    """X to a whole power."""
    power = equation.params["y"]
    operator = unique("square") if power == 2 else unique("power", constant=float(power))
    return reader.add(equation, operator, equation.values[0])


@rule("select_n")
def select(reader: Any, equation: Any) -> Any:
    """One of several, element by element."""
    if len(equation.values) != 3:
        return None
    return reader.add(equation, unique("where"), *equation.values)


@rule("clamp")
def clamp(reader: Any, equation: Any) -> Any:
    """Between two bounds."""
    low, value, high = equation.values
    if not (_is_number(low) and _is_number(high)):
        return None
    return reader.add(equation, load("clamp")(float(low.value), float(high.value)), value)
