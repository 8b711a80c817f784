"""Functions of one tensor, element by element."""

from __future__ import annotations

from typing import Any

from netledger.frontends.paddle.rules._registry import RULES, channels, load, rule, unique

_SAME = (
    *("abs", "ceil", "floor", "round", "trunc", "sign", "square", "relu", "relu6", "exp", "expm1", "log", "log10"),
    *("log1p", "log2", "reciprocal", "rsqrt", "sqrt", "acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh"),
    *("sin", "sinh", "tan", "tanh", "erf", "sigmoid", "silu", "logsigmoid", "softsign", "hardswish", "logical_not"),
    *("selu", "mish"),
)
_AS = {"tanh_shrink": "tanhshrink", "bitwise_not": "logical_not"}
"""The names that differ."""


def _alone(kind: str) -> Any:
    return lambda reader, op: reader.add(op, unique(kind), 0)


RULES.update({kind: _alone(kind) for kind in _SAME})
RULES.update({name: _alone(kind) for name, kind in _AS.items()})


def _declare(name: str, kind: str, **attributes: str) -> None:
    def apply(reader: Any, op: Any) -> Any:
        values = {ours: op.attributes[theirs] for ours, theirs in attributes.items()}
        return reader.add(op, load(kind)(**values), 0)

    RULES[name] = apply


_declare("leaky_relu", "leaky_relu", slope="negative_slope")
_declare("elu", "elu", alpha="alpha")
_declare("celu", "celu", alpha="alpha")
_declare("hard_shrink", "hardshrink", lambd="threshold")
_declare("softshrink", "softshrink", lambd="threshold")
_declare("softplus", "softplus", beta="beta", threshold="threshold")
_declare("hardtanh", "hardtanh", low="t_min", high="t_max")
_declare("brelu", "hardtanh", low="t_min", high="t_max")
_declare("stanh", "stanh", a="scale_a", b="scale_b")
_declare("thresholded_relu", "thresholded_relu", threshold="threshold", value="value")
_declare("softmax", "softmax", axis="axis")
_declare("log_softmax", "log_softmax", axis="axis")
_declare("hardsigmoid", "hardsigmoid", slope="slope", offset="offset")
_declare("maxout", "maxout", groups="groups", axis="axis")


@rule("swish")
def swish(reader: Any, op: Any) -> Any:
    """x·σ(x)."""
    return reader.add(op, unique("silu"), 0) if op.attributes.get("beta", 1.0) == 1 else None


@rule("gelu")
def gelu(reader: Any, op: Any) -> Any:
    """x·Φ(x), exactly or by a tanh."""
    return reader.add(op, unique("gelu", "tanh" if op.attributes["approximate"] else "none"), 0)


@rule("prelu")
def prelu(reader: Any, op: Any) -> Any:
    """A learned slope, one or one per channel."""
    mode = op.attributes["mode"]
    if mode == "element":
        return None
    operator = unique("prelu", "one" if mode == "all" else "channel", channels=channels(op))
    return reader.add(op, operator, 0, stored={"slope": reader.value(op, 1)})


@rule("rrelu")
def rrelu(reader: Any, op: Any) -> Any:
    """A leaky ReLU whose slope is drawn in training."""
    return reader.add(op, load("rrelu")(op.attributes["lower"], op.attributes["upper"]), 0)


@rule("clip")
def clip(reader: Any, op: Any) -> Any:
    """Between two bounds."""
    return reader.add(op, load("clamp")(reader.known(op, 1), reader.known(op, 2)), 0)


@rule("dropout")
def dropout(reader: Any, op: Any) -> Any:
    """Dropout: nothing at inference."""
    probability = reader.known(op, 2)
    p = probability[0] if isinstance(probability, list) else probability
    return reader.add(op, unique("dropout", 0.5 if p is None else float(p)), 0)
