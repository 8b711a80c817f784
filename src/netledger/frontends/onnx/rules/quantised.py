"""Whole numbers instead of real ones: products are counted as those of the layer."""

from __future__ import annotations

from typing import Any

from netledger.core.language import say
from netledger.core.network import Tensor
from netledger.frontends.onnx.node import At, UnansweredError
from netledger.frontends.onnx.rules._registry import MICROSOFT, load, rule
from netledger.frontends.onnx.rules.arithmetic import joined
from netledger.frontends.onnx.rules.convolution import convolved
from netledger.frontends.onnx.rules.linear import product
from netledger.frontends.onnx.values import DTYPES, Value


def _scaled(at: At, kind: str, value: Value, scale: Value, dtype: str) -> Value:
    """Every element times, or over, its scale."""
    if scale.tensor.elements == 1 and scale.scalar() is not None:
        return at.one(load(kind)(constant=float(scale.scalar())), value, dtype=dtype)
    tables = at.one("constant", shape=(1,) * max(1, len(value.shape)), what="scale", dtype=dtype)
    return at.one(load(kind)(), value, tables, dtype=dtype)


@rule("QuantizeLinear")
def quantised(at: At) -> Value:
    """Over the scale, rounded, moved by the zero point, bounded."""
    zero = at.maybe(2)
    dtype = zero.dtype if zero is not None else DTYPES.get(at.get("output_dtype", 0), "uint8")
    made = at.one("round", _scaled(at, "divide", at[0], at[1], at[1].dtype))
    if zero is not None and not _is_zero(zero):
        made = at.one(load("add")(constant=1.0), made)
    return at.one("clamp", made, least=-128.0, greatest=127.0, dtype=dtype)


def _is_zero(value: Value) -> bool:
    data = value.known()
    return data is not None and not data.any()


@rule("DequantizeLinear")
def dequantised(at: At) -> Value:
    """Less the zero point, times the scale; a stored tensor is the weight that it stands for."""
    value, zero = at[0], at.maybe(2)
    if value.held() is not None and value.number is None:
        return at.viewed(load("cast")(at[1].dtype), value)
    if zero is not None and not _is_zero(zero):
        value = at.one(load("subtract")(constant=1.0), value, dtype=at[1].dtype)
    return _scaled(at, "multiply", value, at[1], at[1].dtype)


@rule("DynamicQuantizeLinear")
def dynamic(at: At) -> list[Value]:
    """Scale and zero point from the least and the greatest element; then as above."""
    value = at[0]
    rank = tuple(range(len(value.shape)))
    low, high = (at.one(kind, value, axes=rank, keepdims=False) for kind in ("min", "max"))
    low, high = at.one(load("minimum")(constant=0.0), low), at.one(load("maximum")(constant=0.0), high)
    scale = at.one(load("divide")(constant=255.0), at.one("subtract", high, low))
    zero = at.one("clamp", at.one("round", at.one("divide", low, scale)), least=0.0, greatest=255.0, dtype="uint8")
    made = at.one("add", at.one("round", at.one("divide", value, scale)), zero)
    return [at.one("clamp", made, least=0.0, greatest=255.0, dtype="uint8"), scale, zero]


def _requantised(at: At, made: Value, dtype: str) -> Value:
    """Sums of products become small whole numbers again: times a factor, rounded, bounded."""
    scaled = at.one(load("multiply")(constant=1.0), made, dtype="float32")
    return at.one("clamp", at.one("round", scaled), least=-128.0, greatest=127.0, dtype=dtype)


@rule("QLinearConv")
def quantised_conv(at: At) -> Value:
    """A convolution of whole numbers."""
    made = convolved(at, at[0], at[3], at.maybe(8), "int32")
    return _requantised(at, made, at[7].dtype)


@rule("QLinearMatMul")
def quantised_matmul(at: At) -> Value:
    """A product of matrices of whole numbers."""
    return _requantised(at, product(at, at[0], at[3], "int32"), at[7].dtype)


@rule("QGemm", domain=MICROSOFT)
def quantised_gemm(at: At) -> Value:
    """A linear layer of whole numbers."""
    first, second, bias = at[0], at[3], at.maybe(6)
    first = at.viewed(load("transpose")(0, 1), first) if at.get("transA", 0) else first
    second = at.viewed(load("transpose")(0, 1), second) if at.get("transB", 0) else second
    made = product(at, first, second, "int32")
    held = None if bias is None else bias.held()
    if held is not None and at.walk.graph.biased(at.number(made), held):
        pass
    elif bias is not None:
        made = joined(at, "add", made, bias)
    zero = at.maybe(8)
    return made if zero is None else _requantised(at, made, zero.dtype)


@rule("QLinearAdd", "QLinearMul", domain=MICROSOFT)
def quantised_pair(at: At) -> Value:
    """Two tensors as real numbers, joined, and back."""
    kind = "add" if at.op.endswith("Add") else "multiply"
    real = [at.one(load("multiply")(constant=1.0), at[place], dtype="float32") for place in (0, 3)]
    return _requantised(at, at.one(kind, *real), at[0].dtype)


@rule("QLinearSigmoid", "QLinearLeakyRelu", domain=MICROSOFT)
def quantised_activation(at: At) -> Value:
    """An activation, by a table."""
    kind: Any = (
        load("sigmoid")() if at.op.endswith("Sigmoid") else load("leaky_relu")(slope=float(at.get("alpha", 0.01)))
    )
    return _requantised(at, at.one(kind, at[0], dtype="float32"), at[0].dtype)


@rule("QLinearGlobalAveragePool", domain=MICROSOFT)
def quantised_pool(at: At) -> Value:
    """The mean of each channel."""
    order = "last" if at.get("channels_last", 0) else "first"
    return _requantised(at, at.one("global_avgpool", at[0], channels=order), at[0].dtype)


@rule("QLinearConcat", domain=MICROSOFT)
def quantised_concat(at: At) -> Value:
    """Side by side."""
    values = [at[place] for place in range(2, len(at.inputs), 3)]
    return at.one("concat", *values, axis=at.get("axis"))


@rule("DynamicQuantizeMatMul", "MatMulIntegerToFloat", domain=MICROSOFT)
def quantised_product(at: At) -> None:
    """A product of matrices with scales: not counted, with its shape."""
    first, second = at[0], at[1]
    shape = (*first.shape[:-1], second.shape[-1])
    raise UnansweredError(say("there is no rule for {op}", op=at.function), [Tensor(shape, "float32")])
