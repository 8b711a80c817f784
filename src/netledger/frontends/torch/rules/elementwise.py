"""Functions of one tensor, element by element."""

from __future__ import annotations

from typing import Any

import torch

from netledger.core.operator import Operator
from netledger.frontends.torch.rules._registry import RULES, Rule, load, rule

_SAME = {
    "abs": "abs absolute __abs__",
    "ceil": "ceil",
    "floor": "floor",
    "round": "round",
    "trunc": "trunc fix",
    "frac": "frac",
    "sign": "sign sgn",
    "negate": "neg negative __neg__",
    "square": "square",
    "relu": "relu",
    "relu6": "relu6",
}
"""Kind of operator, and the functions that are it: their element type is that of the input."""

_REAL = {
    "exp": "exp",
    "exp2": "exp2 special_exp2",
    "expm1": "expm1 special_expm1",
    "log": "log",
    "log10": "log10",
    "log1p": "log1p special_log1p",
    "log2": "log2",
    "reciprocal": "reciprocal",
    "rsqrt": "rsqrt",
    "sqrt": "sqrt",
    "acos": "acos arccos",
    "acosh": "acosh arccosh",
    "asin": "asin arcsin",
    "asinh": "asinh arcsinh",
    "atan": "atan arctan",
    "atanh": "atanh arctanh",
    "cos": "cos",
    "cosh": "cosh",
    "sin": "sin",
    "sinh": "sinh",
    "tan": "tan",
    "tanh": "tanh",
    "erf": "erf special_erf",
    "erfc": "erfc special_erfc",
    "sigmoid": "sigmoid special_expit",
    "silu": "silu",
    "mish": "mish",
    "hardsigmoid": "hardsigmoid",
    "hardswish": "hardswish",
    "logsigmoid": "logsigmoid log_sigmoid",
    "softsign": "softsign",
    "tanhshrink": "tanhshrink",
}
"""The same, for functions that make real numbers of whole ones."""


def _applied(op: Operator, real: bool) -> Any:
    def apply(trace: Any, input: Any, inplace: bool = False, **_: Any) -> Any:
        dtype = trace.kind_of(input).dtype
        if real and not (dtype.is_floating_point or dtype.is_complex):
            dtype = torch.get_default_dtype()
        if dtype.is_complex and op.KIND == "abs":
            dtype = torch.float64 if dtype == torch.complex128 else torch.float32
        if dtype == torch.bool and op.KIND == "square":
            dtype = torch.int64
        made = trace.add(op, input, dtype=dtype)
        return trace.write(input, made) if inplace else made

    return apply


for _table, _real in ((_SAME, False), (_REAL, True)):
    for _kind, _names in _table.items():
        _op = load(_kind)()
        for _name in _names.split():
            RULES[_name] = Rule(_applied(_op, _real))


@rule("logical_not", "bitwise_not", "__invert__")
def logical_not(trace: Any, input: Any) -> Any:
    """Not, bit by bit or as a whole."""
    whole = trace.last_name.startswith("logical")
    return trace.add(load("logical_not")(), input, dtype=torch.bool if whole else trace.kind_of(input).dtype)


def _activation(kind: str, names: str, *attributes: str, **defaults: Any) -> None:
    operator = load(kind)

    def apply(trace: Any, input: Any, *args: Any, **kwargs: Any) -> Any:
        given = dict(zip((*attributes, "inplace"), args, strict=False)) | kwargs
        inplace = given.pop("inplace", False)
        chosen = {name: given.get(name, defaults[name]) for name in attributes if name in defaults or name in given}
        if kind == "hardtanh" and chosen == {"min_val": 0.0, "max_val": 6.0}:
            made = trace.add(load("relu6")(), input)
        else:
            made = trace.add(operator(**{_OURS.get(name, name): value for name, value in chosen.items()}), input)
        return trace.write(input, made) if inplace else made

    for name in names.split():
        RULES[name] = Rule(apply)


_OURS = {"negative_slope": "slope", "min_val": "low", "max_val": "high", "dim": "axis"}

_activation("leaky_relu", "leaky_relu", "negative_slope", negative_slope=0.01)
_activation("elu", "elu", "alpha", alpha=1.0)
_activation("celu", "celu", "alpha", alpha=1.0)
_activation("hardtanh", "hardtanh", "min_val", "max_val", min_val=-1.0, max_val=1.0)
_activation("hardshrink", "hardshrink", "lambd", lambd=0.5)
_activation("softshrink", "softshrink", "lambd", lambd=0.5)
_activation("softplus", "softplus", "beta", "threshold", beta=1.0, threshold=20.0)
_activation("glu", "glu", "dim", dim=-1)
_activation("rrelu", "rrelu", "lower", "upper", lower=1 / 8, upper=1 / 3)
_activation("selu", "selu")
_activation("threshold", "threshold", "threshold", "value", threshold=0.0, value=0.0)
_activation("gelu", "gelu", "approximate", approximate="none")


@rule("prelu", "_prelu_kernel")
def prelu(trace: Any, input: Any, weight: Any) -> Any:
    """A slope for all channels, or one for each."""
    operator = load("prelu")
    slopes = trace.kind_of(weight).shape.numel()
    if trace.kind_of(input).shape[1:2] != (slopes,) and slopes != 1:
        raise ValueError("a slope for each channel")
    return trace.add(operator("all" if slopes == 1 else "channel"), input, slope=weight)


@rule("clamp", "clip", "clamp_min", "clamp_max")
def clamp(trace: Any, input: Any, min: Any = None, max: Any = None) -> Any:
    """Between two numbers, or two tensors."""
    if trace.last_name.startswith("clamp_max"):
        min, max = max, min
    made, operator = input, load("clamp")
    for bound, kind in ((min, "maximum"), (max, "minimum")):
        if isinstance(bound, torch.Tensor):
            wider = torch.result_type(trace.kind_of(made).base, trace.kind_of(bound).base)
            made = trace.add(load(kind)(), made, bound, dtype=wider)
    ends = {
        name: float(bound)
        for name, bound in (("least", min), ("greatest", max))
        if bound is not None and not isinstance(bound, torch.Tensor)
    }
    scalars = [bound for bound in (min, max) if bound is not None and not isinstance(bound, torch.Tensor)]
    dtype = trace.kind_of(made).dtype
    for bound in scalars:
        dtype = torch.promote_types(dtype, torch.result_type(trace.kind_of(input).base, bound))
    return trace.add(operator(**ends), made, dtype=dtype) if ends else made


@rule("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout", "feature_dropout")
def dropout(trace: Any, input: Any, p: float = 0.5, training: bool = True, inplace: bool = False, **_: Any) -> Any:
    """The input itself, as far as inference goes."""
    made = trace.add(load("dropout")(float(p)), input)
    return trace.write(input, made) if inplace else made


@rule("native_dropout")
def native_dropout(trace: Any, input: Any, p: float, train: Any) -> Any:
    """The input itself, and which elements would be left."""
    made = trace.add(load("dropout")(float(p)), input)
    return made, trace.add(load("constant")(tuple(made.shape), "random"), dtype=torch.bool)


@rule("nan_to_num", "isnan", "isinf", "isfinite", "isposinf", "isneginf", "isreal")
def special(trace: Any, input: Any, *_: Any, **__: Any) -> Any:
    """A comparison of each element."""
    if trace.last_name == "nan_to_num":
        return trace.add(load("clamp")(-1e38, 1e38), input)
    return trace.add(load("not_equal")(constant=0.0), input, dtype=torch.bool)
