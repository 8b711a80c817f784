"""Functions of `keras.ops` that a user's layer calls: each has a rule, of the shape and element type Keras says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

import netledger as nl
from tests.outside.shapes import RUN

ONE = (
    *("abs", "absolute", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh", "ceil", "cos", "cosh", "erf"),
    *("exp", "expm1", "floor", "log", "log10", "log1p", "log2", "negative", "reciprocal", "round", "rsqrt", "sign"),
    *("sin", "sinh", "sqrt", "square", "tan", "tanh", "relu", "relu6", "sigmoid", "silu", "selu", "softplus", "gelu"),
    *("elu", "celu", "softsign", "leaky_relu", "hard_sigmoid", "hard_silu", "hard_tanh", "log_sigmoid", "softmax"),
    *("log_softmax", "sparsemax", "sparse_plus", "sparse_sigmoid", "squareplus", "tanh_shrink", "hard_shrink"),
    *("soft_shrink", "glu", "isnan", "isinf", "isfinite", "logical_not", "sum", "mean", "max", "min", "prod", "var"),
    *("std", "any", "all", "logsumexp", "count_nonzero", "argmax", "argmin", "cumsum", "ravel", "transpose", "tril"),
    *("triu", "copy", "stop_gradient", "zeros_like", "ones_like", "amax", "amin", "normalize"),
)

TWO = (
    *("add", "subtract", "multiply", "divide", "true_divide", "floor_divide", "power", "mod", "maximum", "minimum"),
    *("equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "logical_and", "logical_or", "arctan2"),
)

MORE: dict[str, Callable[[Any], Any]] = {
    "reshape": lambda x: ops.reshape(x, (-1, 6)),
    "permute": lambda x: ops.transpose(x, (0, 2, 1)),
    "swapaxes": lambda x: ops.swapaxes(x, 0, 2),
    "moveaxis": lambda x: ops.moveaxis(x, (0, 1), (2, 0)),
    "expand_dims": lambda x: ops.expand_dims(x, (0, -1)),
    "squeeze": lambda x: ops.squeeze(ops.expand_dims(x, 1)),
    "broadcast_to": lambda x: ops.broadcast_to(x, (3, 2, 4, 6)),
    "concatenate": lambda x: ops.concatenate([x, x], axis=-1),
    "stack": lambda x: ops.stack([x, x], axis=1),
    "split": lambda x: ops.split(x, 2, axis=1)[0],
    "split_at": lambda x: ops.split(x, [1, 4], axis=2),
    "unstack": lambda x: ops.unstack(x, axis=1),
    "flip": lambda x: ops.flip(x, 1),
    "roll": lambda x: ops.roll(x, 1, 1),
    "tile": lambda x: ops.tile(x, (1, 2, 1)),
    "repeat": lambda x: ops.repeat(x, 2, axis=1),
    "pad": lambda x: ops.pad(x, ((0, 0), (1, 2), (0, 0))),
    "getitem": lambda x: x[:, 1:, ..., None],
    "slice": lambda x: ops.slice(x, (0, 1, 0), (2, 2, 3)),
    "take": lambda x: ops.take(x, np.array([0, 1]), axis=1),
    "where": lambda x: ops.where(x > 0, x, 0.0),
    "clip": lambda x: ops.clip(x, -1.0, 1.0),
    "cast": lambda x: ops.cast(x, "int32"),
    "matmul": lambda x: x @ ops.transpose(x, (0, 2, 1)),
    "dot": lambda x: ops.dot(x, ops.ones((6, 3))),
    "einsum": lambda x: ops.einsum("abc,adc->abd", x, x),
    "one_hot": lambda x: ops.one_hot(ops.argmax(x, axis=-1), 6),
    "top_k": lambda x: ops.top_k(x, 2),
    "sort": lambda x: ops.sort(x, axis=1),
    "argsort": lambda x: ops.argsort(x, axis=1),
    "norm": lambda x: ops.norm(x, axis=-1),
    "moments": lambda x: ops.moments(x, axes=[1]),
    "layer_normalization": lambda x: ops.layer_normalization(x, ops.ones((6,)), ops.zeros((6,))),
    "rms_normalization": lambda x: ops.rms_normalization(x, ops.ones((6,))),
    "batch_normalization": lambda x: ops.batch_normalization(x, ops.zeros((6,)), ops.ones((6,)), -1, None, None),
    "conv": lambda x: ops.conv(x, ops.ones((3, 6, 4)), padding="same"),
    "depthwise_conv": lambda x: ops.depthwise_conv(x, ops.ones((3, 6, 2))),
    "separable_conv": lambda x: ops.separable_conv(x, ops.ones((3, 6, 1)), ops.ones((1, 6, 5))),
    "conv_transpose": lambda x: ops.conv_transpose(x, ops.ones((3, 4, 6)), 2, padding="same"),
    "max_pool": lambda x: ops.max_pool(x, 2, padding="same"),
    "average_pool": lambda x: ops.average_pool(x, 2, 1),
    "resize": lambda x: ops.image.resize(ops.expand_dims(x, 0), (4, 8)),
    "attention": lambda x: ops.dot_product_attention(*[ops.reshape(x, (2, 4, 2, 3))] * 3),
    "leaky": lambda x: ops.leaky_relu(x, 0.3),
    "python": lambda x: 1 - (-x) / 2 + 3 * abs(x) ** 2 - (2**x) % 3 // 1,
    "compare": lambda x: ops.logical_and(x > 0, x <= 1),
    "constant": lambda x: x + np.ones((6,), "float32"),
}


def counted(function: Callable[[Any], Any], *shapes: tuple[int, ...]) -> Any:
    inputs = [keras.Input(batch_shape=shape) for shape in shapes]
    outputs = function(*inputs)
    return nl.count(keras.Model(inputs, outputs)), keras.tree.flatten(outputs)


def check(function: Callable[[Any], Any], *shapes: tuple[int, ...]) -> None:
    """In a graph, and in a layer of one's own: complete, and what Keras says comes out."""
    ledger, told = counted(function, *shapes)
    inner, _ = counted(lambda *x: keras.layers.Lambda(lambda given: function(*given))(list(x)), *shapes)
    for one in (ledger, inner):
        assert one.complete, one.gaps
        made = [one.network.tensors[number] for number in one.network.outputs]
        assert [(tensor.shape, tensor.dtype) for tensor in made] == [(tensor.shape, tensor.dtype) for tensor in told]
    assert ledger.total("arithmetic") == inner.total("arithmetic")


@pytest.mark.parametrize("name", ONE)
def test_one(name: str) -> None:
    axis = {"axis": 1} if name in ("argmax", "argmin", "cumsum", "logsumexp") else {}
    check(lambda x: getattr(ops, name)(x, **axis), (2, 4, 6))


@pytest.mark.parametrize("name", TWO)
def test_two(name: str) -> None:
    """Of two tensors that are broadcast, and of a tensor and a number on either side."""
    check(getattr(ops, name), (2, 4, 6), (4, 1))
    check(lambda x: getattr(ops, name)(x, 3.0), (2, 4, 6))
    check(lambda x: getattr(ops, name)(3.0, x), (2, 4, 6))


@pytest.mark.parametrize("name", MORE)
def test_more(name: str) -> None:
    check(MORE[name], (2, 4, 6))


@settings(RUN, max_examples=40)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), st.data())
def test_reductions(shape: list[int], data: Any) -> None:
    """Any axes, kept or not."""
    axes = data.draw(
        st.lists(st.integers(-len(shape), len(shape) - 1), min_size=1, unique_by=lambda axis: axis % len(shape))
    )
    keep = data.draw(st.booleans())
    name = data.draw(st.sampled_from(["sum", "mean", "max", "var", "std", "prod"]))
    check(lambda x: getattr(ops, name)(x, axis=tuple(axes), keepdims=keep), tuple(shape))
