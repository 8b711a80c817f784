"""Operations of Keras element by element: of one tensor, and of two."""

from __future__ import annotations

from typing import Any

import keras
from keras.src.backend.common.variables import Variable

from netledger.frontends.keras.rules._registry import named, operation
from netledger.frontends.keras.tensors import Abstract

__all__: list[str] = []

_ONE = {
    **{name: name.lower() for name in ("Ceil", "Exp", "Exp2", "Expm1", "Floor", "Log", "Log10", "Log1p", "Log2")},
    **{name: name.lower() for name in ("Reciprocal", "Round", "Rsqrt", "Sign", "Sqrt", "Square", "Trunc", "Erf")},
    **{name: name.lower() for name in ("Sin", "Cos", "Tan", "Sinh", "Cosh", "Tanh", "Erfc")},
    **dict.fromkeys(("Abs", "Absolute", "Fabs"), "abs"),
    **{f"Arc{name}": f"a{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    "Negative": "negate",
    "LogicalNot": "logical_not",
    **dict.fromkeys(("StopGradient", "Copy", "ConvertToTensor", "Real", "Conj", "Conjugate"), "identity"),
}
"""Operator, by operation of one tensor."""

_TWO = {
    **{name: name.lower() for name in ("Add", "Multiply", "Maximum", "Minimum", "Equal", "Greater", "Less")},
    "Fmax": "maximum",
    "Fmin": "minimum",
    "NotEqual": "not_equal",
    "GreaterEqual": "greater_equal",
    "LessEqual": "less_equal",
    "LogicalAnd": "logical_and",
    "LogicalOr": "logical_or",
    "LogicalXor": "logical_xor",
}
"""Operator, by operation of two tensors that can change places, or that compare."""

_ORDERED = {
    "Subtract": "subtract",
    "Divide": "divide",
    "TrueDivide": "divide",
    "FloorDivide": "floor_divide",
    "Power": "power",
    "Mod": "remainder",
    "Fmod": "remainder",
    "Arctan2": "atan2",
    "DivideNoNan": "divide",
}
"""Operator, by operation of two tensors that cannot."""

_MIRRORED = {"greater": "less", "less": "greater", "greater_equal": "less_equal", "less_equal": "greater_equal"}


def _one(kind: str) -> Any:
    return lambda trace, operation, x: trace.add(named(kind)(), x)


def _number(value: Any) -> float | None:
    """A single number that is known."""
    if isinstance(value, (bool, int, float)):
        return float(value)
    if isinstance(value, (Abstract, Variable)) or value is None or tuple(getattr(value, "shape", (0,))):
        return None
    return float(keras.ops.convert_to_numpy(value))


def _two(kind: str) -> Any:
    def join(trace: Any, operation: Any, x1: Any, x2: Any) -> Any:
        first, second = _number(x1), _number(x2)
        if second is not None:
            return trace.add(named(kind)(constant=second), x1)
        if first is not None:
            return trace.add(named(_MIRRORED.get(kind, kind))(constant=first), x2)
        if kind == "add" and _bias(trace, x1, x2):
            return x1
        return trace.add(named(kind)(), x1, x2)

    return join


def _bias(trace: Any, x: Any, bias: Any) -> bool:
    """Whether a stored vector became the bias of what made the other one."""
    if not isinstance(bias, Variable) or not isinstance(x, Abstract) or len(bias.shape) != 1:
        return False
    return bool(trace.graph.biased(x.number, trace.stored(bias)))


def _ordered(kind: str) -> Any:
    def join(trace: Any, operation: Any, x1: Any, x2: Any) -> Any:
        first, second = _number(x1), _number(x2)
        if kind == "power" and second == 2:
            return trace.add(named("square")(), x1)
        if second is not None:
            return trace.add(named(kind)(constant=second), x1)
        if first is not None:
            return trace.add(named(kind)(constant=first, reverse=True), x2)
        return trace.add(named(kind)(), x1, x2)

    return join


for _table, _make in ((_ONE, _one), (_TWO, _two), (_ORDERED, _ordered)):
    for _name, _kind in _table.items():
        operation(_name)(_make(_kind))


@operation("Clip")
def clip(trace: Any, operation: Any, x: Any) -> Any:
    """Between two numbers."""
    least, most = _number(operation.x_min), _number(operation.x_max)
    if least is None or most is None:
        return NotImplemented
    return trace.add(named("clamp")(least, most), x)


@operation("Cast", "SaturateCast")
def cast(trace: Any, operation: Any, x: Any) -> Any:
    """The same in another element type."""
    from netledger.frontends.keras.tensors import dtype_of

    return trace.add(named("cast")(dtype_of(operation.dtype)), x)


@operation("Where")
def where(trace: Any, operation: Any, condition: Any, x1: Any = None, x2: Any = None) -> Any:
    """One or the other."""
    if x1 is None or x2 is None:
        return NotImplemented
    return trace.add(named("where")(), condition, x1, x2)


@operation("Isnan", "Isinf", "Isfinite")
def special(trace: Any, operation: Any, x: Any) -> Any:
    """A comparison of each element."""
    return trace.add(named("not_equal")(constant=0.0), x)
