"""Operators of ONNX Runtime's own domain, with random sizes: its own shapes, and products written out."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import numpy_helper

import netledger as nl
from tests.frontends.onnx.makers import model, node, numbers, stored
from tests.outside.test_onnx_operators import runs

onnxruntime.set_default_logger_severity(4)

DOMAIN = "com.microsoft"
FEW = settings(max_examples=25, deadline=None)
SIZE = st.integers(1, 6)


def same(nodes: Any, held: Any = (), outputs: Any = None, **inputs: Any) -> nl.Ledger:
    """Our shapes are ONNX Runtime's, which takes the model."""
    made = model([nodes], {name: value.shape for name, value in inputs.items()}, outputs, held)
    for info, value in zip(made.graph.input, inputs.values(), strict=True):
        info.type.tensor_type.elem_type = onnx.helper.np_dtype_to_tensor_dtype(value.dtype)
    if nodes.op_type.startswith(("QLinear", "QGemm")):
        made.graph.output[0].type.tensor_type.elem_type = onnx.TensorProto.UINT8
    theirs = runs(made, **inputs)
    assert theirs is not None, "ONNX Runtime does not take it"
    ledger = nl.count(made, *[value.shape for value in inputs.values()])
    network = ledger.network
    assert network is not None
    assert [tensor.shape for tensor in network.at(network.outputs)] == theirs
    assert ledger.complete
    return ledger


def floats(*shape: int) -> Any:
    return np.ones(shape, np.float32)


def own(kind: str, inputs: str, outputs: str = "y", **attributes: Any) -> onnx.NodeProto:
    return node(kind, inputs, outputs, domain=DOMAIN, **attributes)


@FEW
@given(SIZE, SIZE, SIZE, st.booleans(), st.booleans(), st.sampled_from((1.0, 0.5)))
def test_fused_matmul(rows: int, inner: int, columns: int, first: bool, second: bool, alpha: float) -> None:
    left = floats(2, inner, rows) if first else floats(2, rows, inner)
    right = floats(2, columns, inner) if second else floats(2, inner, columns)
    product = own("FusedMatMul", "x w", transA=int(first), transB=int(second), alpha=alpha)
    ledger = same(product, x=left, w=right)
    assert ledger.total("macs") == 2 * rows * inner * columns
    assert ledger.total("arithmetic") - ledger.total("textbook") == (2 * rows * columns if alpha != 1 else 0)


@FEW
@given(SIZE, SIZE, st.sampled_from(("SkipLayerNormalization", "SkipSimplifiedLayerNormalization")), st.booleans())
def test_a_sum_and_its_normalisation(length: int, features: int, kind: str, sums: bool) -> None:
    held = [stored("scale", features)] + ([stored("shift", features)] if kind == "SkipLayerNormalization" else [])
    names = " ".join(["x", "r", *(one.name for one in held)])
    outputs = {"y": None, "s": None} if sums else None
    ledger = same(
        own(kind, names, "y _ _ s" if sums else "y"),
        held,
        outputs,
        x=floats(2, length, features),
        r=floats(2, length, features),
    )
    assert ledger.parameters == features * len(held)


@FEW
@given(SIZE, SIZE, st.integers(3, 6), st.sampled_from(("", "Relu", "Sigmoid", "Tanh")), st.booleans())
def test_fused_conv(inside: int, out: int, size: int, activation: str, biased: bool) -> None:
    held = [stored("w", out, inside, 3, 3)] + ([stored("b", out)] if biased else [])
    told = {"activation": activation} if activation else {}
    convolution = own("FusedConv", "x w b" if biased else "x w", kernel_shape=[3, 3], **told)
    ledger = same(convolution, held, x=floats(1, inside, size, size))
    assert ledger.total("macs") == 9 * inside * out * (size - 2) ** 2
    assert ledger.parameters == out * (9 * inside + biased)


@FEW
@given(SIZE, st.integers(1, 3), SIZE, st.booleans(), st.booleans())
def test_attention(length: int, heads: int, width: int, biased: bool, causal: bool) -> None:
    features = heads * width
    held = [stored("w", features, 3 * features)] + ([stored("b", 3 * features)] if biased else [])
    layer = own("Attention", "x w b" if biased else "x w", num_heads=heads, unidirectional=int(causal))
    ledger = same(layer, held, x=floats(2, length, features))
    projections, scores = 2 * length * features * 3 * features, 2 * 2 * length * length * features
    assert ledger.total("macs") == projections + scores
    assert ledger.parameters == 3 * features * (features + biased)


@FEW
@given(SIZE, SIZE, st.integers(1, 3), SIZE, st.booleans())
def test_multi_head_attention(length: int, keys: int, heads: int, width: int, biased: bool) -> None:
    features = heads * width
    held = [stored("b", 3 * features)] if biased else []
    layer = own("MultiHeadAttention", "q k v b" if biased else "q k v", num_heads=heads)
    given = {"q": floats(2, length, features), "k": floats(2, keys, features), "v": floats(2, keys, features)}
    ledger = same(layer, held, **given)
    assert ledger.total("macs") == 2 * 2 * length * keys * features


@FEW
@given(st.integers(1, 5), st.integers(1, 3), st.sampled_from((2, 4, 8)))
def test_rotary_embedding(length: int, heads: int, width: int) -> None:
    tables = [stored("cos", 16, width // 2), stored("sin", 16, width // 2)]
    places = np.arange(length, dtype=np.int64)[None]
    ledger = same(own("RotaryEmbedding", "x p cos sin"), tables, x=floats(1, length, heads * width), p=places)
    assert ledger.total("macs") == 0


@pytest.mark.parametrize(
    ("kind", "inputs"), [("Gelu", "x"), ("QuickGelu", "x"), ("FastGelu", "x"), ("FastGelu", "x b")]
)
def test_activations(kind: str, inputs: str) -> None:
    held = [stored("b", 5)] if inputs == "x b" else []
    assert same(own(kind, inputs), held, x=floats(2, 3, 5)).total("macs") == 0


@pytest.mark.parametrize("kind", ["BiasGelu", "FastGelu"])
def test_activations_with_a_bias(kind: str) -> None:
    assert same(own(kind, "x b"), [stored("b", 5)], x=floats(2, 3, 5)).parameters == 5


@FEW
@given(SIZE, SIZE, st.sampled_from((32, 64)))
def test_weights_of_four_bits(rows: int, out: int, inside: int) -> None:
    """Products as of any linear layer. What is stored is packed: bytes are counted, not weights."""
    blocks = inside // 32
    held = [stored("w", out, blocks, 16, dtype=np.uint8), stored("s", out * blocks)]
    ledger = same(own("MatMulNBits", "x w s", K=inside, N=out, bits=4, block_size=32), held, x=floats(rows, inside))
    assert ledger.total("macs") == rows * inside * out


def quantised(*names: str) -> list[Any]:
    """A scale and a zero point for each of these."""
    zero = numpy_helper.from_array
    return [
        part
        for name in names
        for part in (numbers(f"{name}s", np.float32(0.1)), zero(np.array(3, np.uint8), f"{name}z"))
    ]


@FEW
@given(SIZE, SIZE, st.sampled_from(("QLinearAdd", "QLinearMul")))
def test_quantised_pairs(rows: int, columns: int, kind: str) -> None:
    ones = np.ones((rows, columns), np.uint8)
    ledger = same(own(kind, "a as az b bs bz ys yz"), quantised("a", "b", "y"), a=ones, b=ones)
    assert ledger.total("macs") == 0


@FEW
@given(SIZE, SIZE, st.sampled_from(("QLinearSigmoid", "QLinearLeakyRelu")))
def test_quantised_activations(rows: int, columns: int, kind: str) -> None:
    same(own(kind, "x xs xz ys yz"), quantised("x", "y"), x=np.ones((rows, columns), np.uint8))


@FEW
@given(SIZE, SIZE, SIZE)
def test_quantised_pooling_and_joining(channels: int, size: int, more: int) -> None:
    image, other = np.ones((1, channels, size, size), np.uint8), np.ones((1, more, size, size), np.uint8)
    same(own("QLinearGlobalAveragePool", "x xs xz ys yz"), quantised("x", "y"), x=image)
    same(own("QLinearConcat", "ys yz a as az b bs bz", axis=1), quantised("y", "a", "b"), a=image, b=other)


@FEW
@given(SIZE, SIZE, SIZE, st.booleans(), st.booleans())
def test_quantised_linear_layers(rows: int, inner: int, columns: int, first: bool, second: bool) -> None:
    left = np.ones((inner, rows) if first else (rows, inner), np.uint8)
    weight = stored("w", *((columns, inner) if second else (inner, columns)), dtype=np.uint8)
    layer = own("QGemm", "x xs xz w ws wz _ ys yz", transA=int(first), transB=int(second), alpha=1.0)
    ledger = same(layer, [weight, *quantised("x", "w", "y")], x=left)
    assert ledger.total("macs") == rows * inner * columns
