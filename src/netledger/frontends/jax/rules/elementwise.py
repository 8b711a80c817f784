"""Functions of one tensor, element by element; and what changes no element."""

from __future__ import annotations

from typing import Any

from netledger.frontends.graph import Stored
from netledger.frontends.jax.equation import Known
from netledger.frontends.jax.rules._registry import RULES, rule, unique

_SAME = (
    *("abs", "sign", "floor", "ceil", "round", "square", "sqrt", "rsqrt", "exp", "exp2", "expm1", "log", "log1p"),
    *("tanh", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "asinh", "acosh", "atanh", "erf", "erfc"),
)
_AS = {"neg": "negate", "logistic": "sigmoid", "not": "logical_not", "cbrt": "sqrt"}
"""The names that differ."""


def _alone(kind: str) -> Any:
    return lambda reader, equation: reader.add(equation, unique(kind), equation.values[0])


RULES.update({kind: _alone(kind) for kind in _SAME})
RULES.update({name: _alone(kind) for name, kind in _AS.items()})


@rule("stop_gradient", "copy", "copy_p", "reduce_precision", "optimization_barrier", "sharding_constraint", "pvary")
@rule("name", "device_put", "layout_constraint")
def same(reader: Any, equation: Any) -> Any:
    """The same tensors."""
    return list(equation.values)


@rule("convert_element_type")
def convert(reader: Any, equation: Any) -> Any:
    """Another element type; of what is stored, nothing is done."""
    (value,) = equation.values
    if isinstance(value, (Stored, Known)):
        return [value]
    if reader.tensor(value).dtype == equation.made[0].dtype:
        return [value]
    return reader.add(equation, unique("cast", equation.made[0].dtype), value)
