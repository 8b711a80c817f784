"""Functions of each element, and activations."""

from __future__ import annotations

from typing import Any

from netledger.frontends.onnx.node import At
from netledger.frontends.onnx.rules._registry import MICROSOFT, RULES, load, rule
from netledger.frontends.onnx.values import NUMPY, Value, dtype_of

_SAME = {
    "Relu": "relu",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "HardSwish": "hardswish",
    "Mish": "mish",
    "Abs": "abs",
    "Neg": "negate",
    "Sign": "sign",
    "Floor": "floor",
    "Ceil": "ceil",
    "Round": "round",
    "Reciprocal": "reciprocal",
    "Sqrt": "sqrt",
    "Exp": "exp",
    "Log": "log",
    "Erf": "erf",
    "Sin": "sin",
    "Cos": "cos",
    "Tan": "tan",
    "Asin": "asin",
    "Acos": "acos",
    "Atan": "atan",
    "Sinh": "sinh",
    "Cosh": "cosh",
    "Asinh": "asinh",
    "Acosh": "acosh",
    "Atanh": "atanh",
    "BitwiseNot": "logical_not",
}


def _declare(name: str, kind: str, dtype: str = "", **attributes: Any) -> None:
    made: list[Any] = []  # the operator, once it is asked for

    def apply(at: At) -> Value:
        if not made:
            made.append(load(kind)(**attributes))
        return at.one(made[0], at[0], dtype=dtype)

    RULES["", name] = apply


for _name, _kind in _SAME.items():
    _declare(_name, _kind)
_declare("Not", "logical_not", "bool")
for _name in ("IsNaN", "IsInf"):
    _declare(_name, "not_equal", "bool", constant=0.0)


def _real(at: At, name: str, default: float) -> float:
    return float(at.get(name, default))


@rule("LeakyRelu")
def leaky_relu(at: At) -> Value:
    """Leaky rectifier."""
    return at.one("leaky_relu", at[0], slope=_real(at, "alpha", 0.01))


@rule("Elu", "Celu")
def elu(at: At) -> Value:
    """Exponential rectifiers."""
    return at.one(at.op.lower(), at[0], alpha=_real(at, "alpha", 1.0))


@rule("Selu")
def selu(at: At) -> Value:
    """With the constants that the node names."""
    return at.one(
        "selu",
        at[0],
        alpha=_real(at, "alpha", 1.67326319217681884765625),
        scale=_real(at, "gamma", 1.05070102214813232421875),
    )


@rule("ThresholdedRelu")
def thresholded_relu(at: At) -> Value:
    """A rectifier that begins later."""
    return at.one("thresholded_relu", at[0], threshold=_real(at, "alpha", 1.0))


@rule("HardSigmoid")
def hard_sigmoid(at: At) -> Value:
    """Piecewise linear; PyTorch's, where the slope is 1/6."""
    slope, offset = _real(at, "alpha", 0.2), _real(at, "beta", 0.5)
    if abs(slope - 1 / 6) < 1e-6 and offset == 0.5:
        return at.one("hardsigmoid", at[0])
    return at.one("hardsigmoid", at[0], slope=slope, offset=offset)


@rule("Shrink")
def shrink(at: At) -> Value:
    """Hard or soft."""
    bias, lambd = _real(at, "bias", 0.0), _real(at, "lambd", 0.5)
    return at.one("softshrink" if bias else "hardshrink", at[0], lambd=lambd)


@rule("Gelu")
def gelu(at: At) -> Value:
    """Gaussian error linear unit."""
    return at.one("gelu", at[0], approximate=at.get("approximate", "none"))


@rule("Gelu", domain=MICROSOFT)
def gelu_of_microsoft(at: At) -> Value:
    """The same."""
    return at.one("gelu", at[0], approximate="none")


@rule("BiasGelu", "FastGelu", domain=MICROSOFT)
def biased_gelu(at: At) -> Value:
    """A bias, then it."""
    made = at[0] if at.maybe(1) is None else at.one("add", at[0], at[1])
    return at.one("gelu", made, approximate="tanh" if at.op == "FastGelu" else "none")


@rule("Swish")
def swish(at: At) -> Value:
    """X times the logistic function of alpha times x."""
    return _swish(at, at[0], _real(at, "alpha", 1.0))


@rule("QuickGelu", domain=MICROSOFT)
def quick_gelu(at: At) -> Value:
    """The same."""
    return _swish(at, at[0], _real(at, "alpha", 1.702))


def _swish(at: At, value: Value, alpha: float) -> Value:
    if alpha == 1:
        return at.one("silu", value)
    gate = at.one("sigmoid", at.one("multiply", value, constant=alpha))
    return at.one("multiply", value, gate)


@rule("SwiGLU")
def swiglu(at: At) -> Value:
    """One tensor, gated by the swish of the other."""
    return at.one("multiply", _swish(at, at[0], _real(at, "alpha", 1.0)), at[1])


@rule("PRelu")
def prelu(at: At) -> Value:
    """Slopes: one, one for each channel, or whatever can be broadcast."""
    value, slope = at[0], at[1]
    count, rank = slope.tensor.elements, len(value.shape)
    channel = rank > 1 and slope.shape == (value.shape[1], *(1,) * (rank - 2))
    if slope.held() is not None and (count == 1 or channel):
        return at.one("prelu", value, slopes="one" if count == 1 else "channel", stored={"slope": at.stored(slope)})
    below = at.one("multiply", at.one("minimum", value, constant=0.0), slope)
    return at.one("add", at.one("relu", value), below)


@rule("Clip")
def clip(at: At) -> Value:
    """Between two numbers, or two tensors of one element."""
    ends: list[Any] = [at.maybe(1), at.maybe(2)] if at.version >= 11 else []
    bounds = [None if end is None else end.scalar() for end in ends] or [at.get("min"), at.get("max")]
    made = at[0]
    for end, bound, kind in zip(ends, bounds, ("maximum", "minimum"), strict=False):
        if end is not None and bound is None:
            made = at.one(kind, made, end)
    low, high = (None if bound is None else float(bound) for bound in bounds)
    if low is None and high is None:
        return made if made is not at[0] else at.one("identity", made)
    if (low, high) == (0.0, 6.0):
        return at.one("relu6", made)
    return at.one("clamp", made, least=low, greatest=high)


@rule("Identity", "Optional", "OptionalGetElement")
def identity(at: At) -> Value:
    """The same."""
    return at[0]


@rule("Dropout")
def dropout(at: At) -> list[Value | None]:
    """The input itself, as far as inference goes; and what would be kept."""
    made = at.one("dropout", at[0])
    return [made, at.one("constant", shape=made.shape, dtype="bool") if at.asked(1) else None]


@rule("Cast")
def cast(at: At) -> Value:
    """Another element type: what is stored is seen so."""
    return _cast(at, dtype_of(at.get("to"), at.name))


@rule("CastLike", "BitCast")
def cast_like(at: At) -> Value:
    """The type of another."""
    if at.op == "BitCast":
        return _cast(at, dtype_of(at.get("to"), at.name))
    made = _cast(at, at[1].dtype)
    data = at[0].known()
    if data is not None and data.dtype != object and made.dtype in NUMPY:
        made.data = data.astype(NUMPY[made.dtype])
    return made


def _cast(at: At, dtype: str) -> Value:
    return at.viewed(load("cast")(dtype), at[0])


@rule("Bernoulli", "RandomNormalLike", "RandomUniformLike")
def random_like(at: At) -> Value:
    """Random numbers, as many as another tensor has."""
    dtype = dtype_of(at.get("dtype"), at.name) if at.get("dtype") else at[0].dtype
    if at.op == "Bernoulli":
        return at.one("less", at[0], at.one("constant", shape=at[0].shape, what="random", dtype=dtype), dtype=dtype)
    return at.one("constant", shape=at[0].shape, what="random", dtype=dtype)
