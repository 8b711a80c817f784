"""Tensors made from nothing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from netledger.core.language import say
from netledger.frontends.onnx.node import At, UnansweredError
from netledger.frontends.onnx.rules._registry import load, rule
from netledger.frontends.onnx.values import Value, constant, dtype_of


@rule("Constant")
def made_constant(at: At) -> Value:
    """A tensor, a number or several that stand in the node."""
    name = at.node.output[0]
    if "value" in at.attributes:
        return at.tensor_of(at.attributes["value"])
    for word, dtype in (
        ("value_float", np.float32),
        ("value_floats", np.float32),
        ("value_int", np.int64),
        ("value_ints", np.int64),
    ):
        if word in at.attributes:
            return constant(np.array(at.attributes[word], dtype=dtype), name=name)
    raise UnansweredError(say("a constant of another kind than numbers"))


def _filled(at: At, shape: tuple[Any, ...], dtype: str, what: str = "") -> Value:
    op = load("empty")(shape) if 0 in shape else load("constant")(shape, what)
    return at.one(op, dtype=dtype)


@rule("ConstantOfShape")
def constant_of_shape(at: At) -> Value:
    """One number everywhere."""
    shape = at.whole(0) or ()
    proto = at.get("value")
    return _filled(at, shape, "float32" if proto is None else dtype_of(proto.data_type, at.name))


@rule("Range")
def made_range(at: At) -> Value:
    """From one number to another, in steps."""
    ends: list[Any] = [at[place].scalar() for place in range(3)]
    if any(one is None for one in ends):
        raise UnansweredError(say("its size depends on values that are not known before it runs"), values=True)
    start, limit, step = ends
    if not all(np.isscalar(one) for one in ends):
        if step != 1:
            raise UnansweredError(say("its size depends on values that are not known before it runs"), values=True)
        return _filled(at, (limit - start,), at[0].dtype, "range")
    real = any(float(one) != int(one) for one in (start, limit, step))
    count = (
        math.ceil((float(limit) - float(start)) / float(step)) if real else -((int(start) - int(limit)) // int(step))
    )
    return _filled(at, (max(0, count),), at[0].dtype, "range")


@rule("RandomNormal", "RandomUniform")
def random(at: At) -> Value:
    """Random numbers."""
    return _filled(at, tuple(at.get("shape")), dtype_of(at.get("dtype", 1), at.name), "random")


@rule("EyeLike")
def eye_like(at: At) -> Value:
    """Ones on a diagonal."""
    dtype = dtype_of(at.get("dtype"), at.name) if at.get("dtype") else at[0].dtype
    return _filled(at, tuple(at[0].shape), dtype, "eye")


@rule("Multinomial")
def multinomial(at: At) -> Value:
    """Random choices: not counted, with their shape."""
    dtype = dtype_of(at.get("dtype", 6), at.name)
    raise at.gap(
        say("there is no rule for {op}", op=at.function), (at[0].shape[0], at.get("sample_size", 1)), dtype=dtype
    )


@rule("HannWindow", "HammingWindow", "BlackmanWindow")
def window(at: At) -> Value:
    """A table of numbers."""
    count = at.whole(0) or (0,)
    return _filled(at, (count[0],), dtype_of(at.get("output_datatype", 1), at.name), "window")


@rule("MelWeightMatrix")
def mel(at: At) -> Value:
    """A table of numbers."""
    bins, length = (at.whole(0) or (1,))[0], (at.whole(1) or (1,))[0]
    return _filled(at, (length // 2 + 1, bins), dtype_of(at.get("output_datatype", 1), at.name), "mel")
