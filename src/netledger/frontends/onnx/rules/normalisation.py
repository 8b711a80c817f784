"""Normalisation."""

from __future__ import annotations

from typing import Any

from netledger.core.language import say
from netledger.frontends.onnx.node import At, UnansweredError
from netledger.frontends.onnx.rules._registry import MICROSOFT, load, rule
from netledger.frontends.onnx.rules.arithmetic import joined
from netledger.frontends.onnx.values import Value


@rule("BatchNormalization")
def batch_norm(at: At) -> list[Value | None]:
    """Batch normalisation, as at inference."""
    scale, shift, mean, variance = at[1], at[2], at[3], at[4]
    stored = {
        "scale": at.stored(scale),
        "shift": at.stored(shift),
        "running_mean": at.stored(mean, buffer=True),
        "running_var": at.stored(variance, buffer=True),
    }
    made = at.one(load("batchnorm")(float(at.get("epsilon", 1e-5))), at[0], stored=stored)
    return [made, *(one if at.asked(place) else None for place, one in enumerate((mean, variance) * 2, 1))]


@rule("InstanceNormalization")
def instance_norm(at: At) -> Value:
    """Each channel of each example on its own."""
    stored = {"scale": at.stored(at[1]), "shift": at.stored(at[2])}
    return at.one(load("instancenorm")(float(at.get("epsilon", 1e-5)), True), at[0], stored=stored)


@rule("GroupNormalization")
def group_norm(at: At) -> Value:
    """Groups of channels; before version 21 scale and shift are one number per group."""
    scale, shift, groups = at[1], at[2], int(at.get("num_groups"))
    stored = {"scale": at.stored(scale), "shift": at.stored(shift)}
    return at.one(load("groupnorm")(groups, float(at.get("epsilon", 1e-5)), True), at[0], stored=stored)


@rule("LayerNormalization")
def layer_norm(at: At) -> list[Value | None]:
    """Layer normalisation; perhaps with mean and deviation."""
    value = at[0]
    axis = at.get("axis", -1) % len(value.shape)
    made = layer_normed(at, value, at[1], at.maybe(2), len(value.shape) - axis)
    return [made, *(_statistic(at, value, axis) if at.asked(place) else None for place in (1, 2))]


def layer_normed(at: At, value: Value, scale: Value, shift: Value | None, over: int) -> Value:
    """Layer normalisation along the last axes."""
    eps = float(at.get("epsilon", 1e-5))
    row = tuple(value.shape[len(value.shape) - over :])
    if not _is_row(scale, row) or (shift is not None and not _is_row(shift, row)):
        made = at.one(load("layernorm")(over, eps, False), value)
        made = joined(at, "multiply", made, scale)
        return made if shift is None else joined(at, "add", made, shift)
    stored = {"scale": at.stored(scale)} | ({} if shift is None else {"shift": at.stored(shift)})
    return at.one(load("layernorm")(over, eps, True, shift is not None), value, stored=stored)


def _is_row(value: Value, row: Any) -> bool:
    return tuple(value.shape) == row


def _statistic(at: At, value: Value, axis: int) -> Value:
    """What is computed anyway: seen from outside."""
    shape = (*value.shape[:axis], *(1,) * (len(value.shape) - axis))
    return at.one("rearrange", value, what="statistics", shape=shape)


@rule("RMSNormalization", "SimplifiedLayerNormalization")
def rms_norm(at: At) -> list[Value | None]:
    """Normalisation by the root of the mean square."""
    value = at[0]
    axis = at.get("axis", -1) % len(value.shape)
    made = rms_normed(at, value, at[1], len(value.shape) - axis)
    return [made, _statistic(at, value, axis) if at.asked(1) else None]


def rms_normed(at: At, value: Value, scale: Value, over: int) -> Value:
    """Normalisation by the root of the mean square, along the last axes."""
    eps = float(at.get("epsilon", 1e-5))
    if not _is_row(scale, tuple(value.shape[len(value.shape) - over :])):
        return joined(at, "multiply", at.one(load("rmsnorm")(over, eps, False), value), scale)
    return at.one(load("rmsnorm")(over, eps, True), value, stored={"scale": at.stored(scale)})


@rule("SimplifiedLayerNormalization", domain=MICROSOFT)
def simplified(at: At) -> list[Value | None]:
    """The same."""
    return rms_norm(at)


@rule("SkipLayerNormalization", "SkipSimplifiedLayerNormalization", domain=MICROSOFT)
def skip_layer_norm(at: At) -> list[Value | None]:
    """A sum of two, perhaps a bias, then the normalisation of it."""
    simple = at.op.startswith("SkipSimplified")
    bias = at.maybe(3 if simple else 4)
    summed = at.one("add", at[0], at[1])
    summed = summed if bias is None else joined(at, "add", summed, bias)
    made = rms_normed(at, summed, at[2], 1) if simple else layer_normed(at, summed, at[2], at.maybe(3), 1)
    return [made, None, None, summed if at.asked(3) else None]


@rule("LpNormalization")
def lp_normalised(at: At) -> Value:
    """Each row divided by its norm."""
    axis = at.get("axis", -1) % len(at[0].shape)
    length = at.one("norm", at[0], axes=(axis,), keepdims=True, p=float(at.get("p", 2)))
    return at.one("divide", at[0], length)


@rule("MeanVarianceNormalization")
def mean_variance(at: At) -> Value:
    """Without scale and shift, along axes."""
    value, axes = at[0], tuple(at.get("axes", (0, 2, 3)))
    mean = at.one("mean", value, axes=axes, keepdims=True)
    spread = at.one("subtract", value, mean)
    variance = at.one("mean", at.one("square", spread), axes=axes, keepdims=True)
    deviation = at.one("add", at.one("sqrt", variance), constant=1e-9)
    return at.one("divide", spread, deviation)


@rule("Softmax", "LogSoftmax", "Hardmax")
def softmax(at: At) -> Value:
    """Along one axis; before version 13 along all from one on."""
    value = at[0]
    rank = len(value.shape)
    axis = at.get("axis", 1 if at.version < 13 else -1)
    axis = axis % rank if rank else 0
    kind = "softmax" if at.op == "Softmax" else "log_softmax"
    if at.version >= 13 or axis == rank - 1:
        return _soft(at, kind, value, axis)
    first, rest = value.shape[:axis], value.shape[axis:]
    flat = at.one(load("reshape")((*first, _product(rest)), whole=True), value)
    made = _soft(at, kind, flat, axis)
    return at.one(load("reshape")(tuple(value.shape), whole=True), made)


def _product(sizes: Any) -> Any:
    made = 1
    for size in sizes:
        made = made * size
    return made


def _soft(at: At, kind: str, value: Value, axis: int) -> Value:
    if at.op == "Hardmax":
        best = at.one("argmax", value, axis=axis, keepdims=False, dtype="int64")
        return at.one("rearrange", best, what="Hardmax", shape=tuple(value.shape), dtype=value.dtype)
    return at.one(kind, value, axis=axis)


@rule("NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss")
def loss(at: At) -> None:
    """A loss: not counted, with its shape."""
    value = at[0]
    shape = tuple(at[1].shape) if at.get("reduction", "mean") == "none" else ()
    raise UnansweredError(say("there is no rule for {op}", op=at.function), [value.tensor.like(shape), value.tensor])
