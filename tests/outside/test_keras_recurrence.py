"""Parameters and shapes of recurrent layers and attention against Keras, whose biases differ from PyTorch's."""

from __future__ import annotations

import os
import warnings
from typing import Any

import pytest

from netledger.core.network import Tensor
from netledger.ops import load
from tests.laws.entries import entry_of

os.environ.setdefault("KERAS_BACKEND", "torch")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    keras = pytest.importorskip("keras")

SHAPE = (2, 5, 4)
HOW = pytest.mark.parametrize(("bias", "last"), [(True, True), (True, False), (False, True)])


def assert_alike(layer: Any, kind: str, **words: Any) -> None:
    """As many parameters, and the same shape."""
    made = layer.compute_output_shape(SHAPE)
    layer.build(SHAPE)
    entry = entry_of((load(kind)(**words), (Tensor(SHAPE),)))
    assert entry.parameter_counts.total == layer.count_params()
    assert entry.outputs[0].shape == tuple(made)


@HOW
def test_simple_rnn(bias: bool, last: bool) -> None:
    layer = keras.layers.SimpleRNN(6, use_bias=bias, return_sequences=not last)
    assert_alike(layer, "rnn", hidden=6, bias=bias, biases=1, last=last)


@HOW
def test_lstm(bias: bool, last: bool) -> None:
    layer = keras.layers.LSTM(6, use_bias=bias, return_sequences=not last)
    assert_alike(layer, "lstm", hidden=6, bias=bias, biases=1, last=last)


@HOW
@pytest.mark.parametrize(("after", "biases"), [(True, 2), (False, 1)])
def test_gru(bias: bool, last: bool, after: bool, biases: int) -> None:
    """Reset after the product, there are two biases; before, one."""
    layer = keras.layers.GRU(6, use_bias=bias, return_sequences=not last, reset_after=after)
    assert_alike(layer, "gru", hidden=6, bias=bias, biases=biases, reset="after" if after else "before", last=last)


def test_bidirectional() -> None:
    layer = keras.layers.Bidirectional(keras.layers.LSTM(6, return_sequences=True))
    assert_alike(layer, "lstm", hidden=6, biases=1, bidirectional=True)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("value_head", [None, 3])
def test_multihead_attention(bias: bool, value_head: int | None) -> None:
    """Heads as wide as told, whatever the features."""
    layer = keras.layers.MultiHeadAttention(2, 5, value_head, use_bias=bias)
    layer.build((2, 5, 8), (2, 7, 6))
    op = load("multihead_attention")(heads=2, head=5, value_head=value_head, bias=bias)
    entry = entry_of((op, (Tensor((2, 5, 8)), Tensor((2, 7, 6)))))
    assert entry.parameter_counts.total == layer.count_params()


@pytest.mark.parametrize("bias", [True, False])
def test_grouped_query_attention(bias: bool) -> None:
    """Fewer heads of keys and values."""
    layer = keras.layers.GroupQueryAttention(4, 6, 2, use_bias=bias)
    layer.build((2, 5, 8), (2, 7, 8))
    op = load("multihead_attention")(heads=6, kv_heads=2, head=4, bias=bias)
    entry = entry_of((op, (Tensor((2, 5, 8)), Tensor((2, 7, 8)))))
    assert entry.parameter_counts.total == layer.count_params()
