"""Arithmetic and comparisons between two tensors, or of one and a number."""

from __future__ import annotations

from typing import Any

import torch

from netledger.frontends.torch.rules._registry import RULES, Rule, load, rule

_BOTH = {
    "add": "__add__ __radd__",
    "multiply": "mul multiply __mul__ __rmul__",
    "maximum": "maximum fmax",
    "minimum": "minimum fmin",
    "equal": "eq __eq__",
    "not_equal": "ne not_equal __ne__",
    "less": "lt less __lt__",
    "less_equal": "le less_equal __le__",
    "greater": "gt greater __gt__",
    "greater_equal": "ge greater_equal __ge__",
    "logical_and": "logical_and bitwise_and __and__ __rand__",
    "logical_or": "logical_or bitwise_or __or__ __ror__",
    "logical_xor": "logical_xor bitwise_xor __xor__ __rxor__",
}
_ORDERED = {
    "subtract": "__sub__",
    "remainder": "remainder fmod __mod__",
    "power": "pow __pow__ float_power",
    "floor_divide": "floor_divide __floordiv__ bitwise_left_shift bitwise_right_shift __lshift__ __rshift__",
    "atan2": "atan2 arctan2",
}
_REVERSED = {
    "subtract": "__rsub__",
    "remainder": "__rmod__",
    "power": "__rpow__",
    "floor_divide": "__rfloordiv__",
}
_BITS = frozenset(
    f"{before}{name}{after}"
    for name in ("and", "or", "xor")
    for before, after in (("bitwise_", ""), ("__", "__"), ("__r", "__"), ("__i", "__"))
)


def joined(trace: Any, kind: str, first: Any, second: Any, dtype: torch.dtype | None = None) -> Any:
    """Two tensors, or a tensor and a number in either place, joined element by element."""
    operator = load(kind)
    a, b = isinstance(first, torch.Tensor), isinstance(second, torch.Tensor)
    kinds = [trace.kind_of(value).base if isinstance(value, torch.Tensor) else value for value in (first, second)]
    if dtype is None:
        dtype = torch.bool if operator.TYPES == ("bool",) else torch.result_type(*kinds)
    if a and b:
        return trace.add(operator(), first, second, dtype=dtype)
    if a:
        return trace.add(operator(constant=_number(second)), first, dtype=dtype)
    reverse = {"reverse": True} if "reverse" in operator.ATTRIBUTES else {}
    return trace.add(operator(constant=_number(first), **reverse), second, dtype=dtype)


def _number(value: Any) -> Any:
    """The constant; whole numbers of any size as they are."""
    return value if isinstance(value, (int, float, complex)) else float(value)


def _declare(table: dict[str, str], swapped: bool) -> None:
    for kind, names in table.items():

        def apply(trace: Any, first: Any, second: Any, kind: str = kind, **_: Any) -> Any:
            dtype = None
            if trace.last_name in _BITS:
                kinds = [_base(trace, value) for value in (first, second)]
                dtype = torch.result_type(*kinds)
            if trace.last_name == "float_power":
                complex_ = any(kind is not None and kind.is_complex for kind in map(_dtype(trace), (first, second)))
                dtype = torch.complex128 if complex_ else torch.float64
            return joined(trace, kind, *((second, first) if swapped else (first, second)), dtype=dtype)

        for name in names.split():
            RULES[name] = Rule(apply)


def _dtype(trace: Any) -> Any:
    return lambda value: trace.kind_of(value).dtype if isinstance(value, torch.Tensor) else None


_declare(_BOTH, False)
_declare(_ORDERED, False)
_declare(_REVERSED, True)


@rule("add", "sub", "subtract", "rsub")
def scaled(trace: Any, input: Any, other: Any, *, alpha: Any = 1) -> Any:
    """Sum or difference, the second operand perhaps multiplied by a constant first."""
    name = trace.last_name.rstrip("_")
    if alpha != 1:
        other = joined(trace, "multiply", other, alpha) if isinstance(other, torch.Tensor) else other * alpha
    if name == "rsub":
        return joined(trace, "subtract", other, input)
    return joined(trace, "add" if name == "add" else "subtract", input, other)


@rule("div", "divide", "true_divide", "__truediv__", "__div__", "__rtruediv__", "__rdiv__")
def divide(trace: Any, input: Any, other: Any, *, rounding_mode: str | None = None) -> Any:
    """Quotient, perhaps rounded."""
    first, second = (other, input) if trace.last_name.startswith("__r") else (input, other)
    if rounding_mode == "floor":
        return joined(trace, "floor_divide", first, second)
    kinds = [trace.kind_of(value).base if isinstance(value, torch.Tensor) else value for value in (first, second)]
    whole = torch.result_type(*kinds)
    real = whole if whole.is_floating_point or whole.is_complex else torch.get_default_dtype()
    made = joined(trace, "divide", first, second, dtype=real)
    return trace.add(load("trunc")(), made, dtype=whole) if rounding_mode == "trunc" else made


@rule("where")
def where(trace: Any, condition: Any, input: Any = None, other: Any = None, **kwargs: Any) -> Any:
    """One or the other; a number stands for a tensor of it."""
    input = kwargs.get("self", input)
    if input is None:
        return trace.rule("nonzero")(trace, condition, as_tuple=True)
    parts = [value for value in (input, other) if isinstance(value, torch.Tensor)]
    dtype = torch.result_type(*(_base(trace, value) for value in (input, other)))
    if len(parts) == 2:
        return trace.add(load("where")(), condition, *parts, dtype=dtype)
    if len(parts) == 1:
        return trace.add(load("masked_fill")(0.0), _wider(trace, parts[0], condition), condition, dtype=dtype)
    return trace.add(load("cast")("float32"), condition, dtype=dtype)


def _base(trace: Any, value: Any) -> Any:
    return trace.kind_of(value).base if isinstance(value, torch.Tensor) else value


def _wider(trace: Any, tensor: Any, mask: Any) -> Any:
    """The tensor, as large as it is together with the mask."""
    shape = torch.broadcast_shapes(tensor.shape, mask.shape)
    return tensor if tensor.shape == shape else trace.add(load("expand")(tuple(shape)), tensor)


@rule("masked_fill")
def masked_fill(trace: Any, input: Any, mask: Any, value: Any) -> Any:
    """A number where the mask says."""
    if isinstance(value, torch.Tensor):
        return trace.add(load("where")(), mask, value, input, dtype=trace.kind_of(input).dtype)
    return trace.add(load("masked_fill")(float(value)), _wider(trace, input, mask), mask)


@rule("lerp")
def lerp(trace: Any, input: Any, end: Any, weight: Any) -> Any:
    """Between two tensors."""
    if isinstance(weight, torch.Tensor):
        return trace.add(load("lerp")(), input, end, weight)
    return trace.add(load("lerp")(constant=float(weight)), input, end)


@rule("addcmul", "addcdiv")
def addcmul(trace: Any, input: Any, tensor1: Any, tensor2: Any, *, value: Any = 1) -> Any:
    """A product, or a quotient, added."""
    kind = "multiply" if trace.last_name.startswith("addcmul") else "divide"
    made = joined(trace, kind, tensor1, tensor2)
    made = made if value == 1 else joined(trace, "multiply", made, value)
    return joined(trace, "add", input, made)


@rule("allclose", "equal")
def allclose(trace: Any, *_: Any, **__: Any) -> Any:
    """A question about values."""
    func, (args, kwargs) = trace.last
    return func(*(trace.values.of(value, "it compares tensors") for value in args[:2]), *args[2:], **kwargs)


@rule("isclose")
def isclose(trace: Any, input: Any, other: Any, **_: Any) -> Any:
    """A difference, compared."""
    made = trace.add(load("abs")(), joined(trace, "subtract", input, other))
    return joined(trace, "less_equal", made, 1e-8)


@rule("conj", "resolve_conj", "resolve_neg", "conj_physical", "positive", "__pos__")
def same(trace: Any, input: Any) -> Any:
    """The same elements."""
    return input
