"""One model for each layer of Keras, with arguments that are not the usual ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import layers as L  # as its users write it

__all__ = ["CASES", "GAPS", "made"]


def _in(*shape: int, dtype: str = "float32") -> Any:
    return keras.Input(shape, dtype=dtype)


def _places(count: int = 8) -> Any:
    return _in(count, dtype="int32")


IMAGE, ROWS, PAIR = (9, 9, 3), (8, 12), ((8, 12), (9, 12))

_ONE: dict[str, tuple[tuple[int, ...], Callable[[], Any]]] = {
    "conv1d_causal": ((16, 3), lambda: L.Conv1D(5, 3, padding="causal", dilation_rate=2)),
    "conv2d_same": (IMAGE, lambda: L.Conv2D(4, (3, 2), (2, 3), padding="same", activation="silu")),
    "conv3d_groups": ((8, 8, 8, 2), lambda: L.Conv3D(4, 3, groups=2, use_bias=False)),
    "separable_conv1d": ((16, 3), lambda: L.SeparableConv1D(5, 3, depth_multiplier=2, activation="relu")),
    "separable_conv2d": (IMAGE, lambda: L.SeparableConv2D(5, 3, padding="same", strides=2)),
    "depthwise_conv1d": ((16, 3), lambda: L.DepthwiseConv1D(3, padding="same")),
    "depthwise_conv2d": (IMAGE, lambda: L.DepthwiseConv2D(3, depth_multiplier=2, dilation_rate=2)),
    "conv1d_transpose": ((5, 3), lambda: L.Conv1DTranspose(4, 2, 3)),
    "conv2d_transpose": ((5, 5, 3), lambda: L.Conv2DTranspose(4, 3, 2, padding="same")),
    "conv3d_transpose": ((5, 5, 5, 3), lambda: L.Conv3DTranspose(4, 3, 2, output_padding=1)),
    "dense_on_rows": (ROWS, lambda: L.Dense(7, activation="hard_silu")),
    "einsum_dense": (ROWS, lambda: L.EinsumDense("abc,cd->abd", output_shape=(8, 7), bias_axes="d")),
    "einsum_dense_heads": (ROWS, lambda: L.EinsumDense("abc,cde->abde", output_shape=(8, 2, 5), bias_axes="de")),
    "einsum_dense_other_axis": (ROWS, lambda: L.EinsumDense("abc,bd->adc", output_shape=(7, 12), bias_axes="d")),
    "batch_norm_shift": (IMAGE, lambda: L.BatchNormalization(scale=False)),
    "batch_norm_scale": (IMAGE, lambda: L.BatchNormalization(center=False)),
    "batch_norm_first": ((3, 9, 9), lambda: L.BatchNormalization(axis=1)),
    "layer_norm": (ROWS, L.LayerNormalization),
    "layer_norm_two_axes": (ROWS, lambda: L.LayerNormalization(axis=[1, 2], center=False)),
    "layer_norm_shift": (ROWS, lambda: L.LayerNormalization(scale=False)),
    "group_norm": ((8, 8, 12), lambda: L.GroupNormalization(4)),
    "group_norm_shift": ((8, 8, 12), lambda: L.GroupNormalization(4, scale=False)),
    "instance_norm": ((8, 8, 12), lambda: L.GroupNormalization(-1)),
    "rms_norm": (ROWS, L.RMSNormalization),
    "unit_norm": (ROWS, L.UnitNormalization),
    "spectral_norm": (IMAGE, lambda: L.SpectralNormalization(L.Conv2D(4, 3))),
    "average_pool": (IMAGE, lambda: L.AveragePooling2D(2, padding="same")),
    "max_pool": (IMAGE, lambda: L.MaxPooling2D((3, 2), (1, 2), padding="same")),
    "global_max": (IMAGE, lambda: L.GlobalMaxPooling2D(keepdims=True)),
    "global_average": ((9, 3), L.GlobalAveragePooling1D),
    "adaptive_max": (IMAGE, lambda: L.AdaptiveMaxPooling2D((2, 3))),
    "adaptive_average": ((9, 3), lambda: L.AdaptiveAveragePooling1D(4)),
    "upsampling1d": ((9, 3), lambda: L.UpSampling1D(2)),
    "upsampling2d": (IMAGE, lambda: L.UpSampling2D((2, 3), interpolation="bilinear")),
    "upsampling3d": ((4, 4, 4, 3), lambda: L.UpSampling3D(2)),
    "zero_padding1d": ((9, 3), lambda: L.ZeroPadding1D((1, 2))),
    "zero_padding3d": ((4, 4, 4, 3), lambda: L.ZeroPadding3D(1)),
    "cropping1d": ((9, 3), lambda: L.Cropping1D((1, 2))),
    "cropping2d": (IMAGE, lambda: L.Cropping2D(((1, 2), (0, 1)))),
    "repeat_vector": ((3,), lambda: L.RepeatVector(4)),
    "permute": ((3, 4), lambda: L.Permute((2, 1))),
    "reshape": ((3, 4), lambda: L.Reshape((-1, 2))),
    "masking": ((3, 4), L.Masking),
    "prelu": ((8, 8, 3), L.PReLU),
    "prelu_shared": ((8, 8, 3), lambda: L.PReLU(shared_axes=[1, 2])),
    "prelu_partly_shared": ((8, 8, 3), lambda: L.PReLU(shared_axes=[1])),
    "softmax_two_axes": ((8, 8), lambda: L.Softmax(axis=(1, 2))),
    "relu_to_4": ((3,), lambda: L.ReLU(4.0)),
    "relu_from_1": ((3,), lambda: L.ReLU(threshold=1.0)),
    "leaky_relu": ((3,), lambda: L.LeakyReLU(0.1)),
    "elu": ((3,), lambda: L.ELU(0.5)),
    "activation": ((3,), lambda: L.Activation("gelu")),
    "activation_of_ones_own": ((3,), lambda: L.Activation(lambda x: keras.ops.square(x) * 2)),
    "lambda": ((3,), lambda: L.Lambda(lambda x: x**2 + 1)),
    "dropout": ((3,), lambda: L.Dropout(0.1)),
    "spatial_dropout": (IMAGE, lambda: L.SpatialDropout2D(0.1)),
    "gaussian_noise": ((3,), lambda: L.GaussianNoise(0.1)),
    "lstm": ((7, 5), lambda: L.LSTM(4)),
    "lstm_states": ((7, 5), lambda: L.LSTM(4, return_state=True, return_sequences=True)),
    "lstm_relu": ((7, 5), lambda: L.LSTM(4, activation="relu")),
    "gru": ((7, 5), lambda: L.GRU(4)),
    "gru_before": ((7, 5), lambda: L.GRU(4, reset_after=False, go_backwards=True)),
    "gru_relu": ((7, 5), lambda: L.GRU(4, activation="relu")),
    "simple_rnn": ((7, 5), lambda: L.SimpleRNN(4)),
    "simple_rnn_sigmoid": ((7, 5), lambda: L.SimpleRNN(4, activation="sigmoid")),
    "cells": ((7, 5), lambda: L.RNN([L.LSTMCell(4), L.GRUCell(3), L.SimpleRNNCell(2)], return_sequences=True)),
    "bidirectional": ((7, 5), lambda: L.Bidirectional(L.GRU(4, return_sequences=True), merge_mode="sum")),
    "conv_lstm": ((4, 8, 8, 3), lambda: L.ConvLSTM2D(5, 3, padding="same", return_sequences=True)),
    "time_distributed": ((4, 8, 8, 3), lambda: L.TimeDistributed(L.Conv2D(5, 3))),
    "rescaling": ((8, 8, 3), lambda: L.Rescaling(1 / 255, [0.1, 0.2, 0.3])),
    "normalization": ((8, 8, 3), L.Normalization),
    "normalization_known": ((3,), lambda: L.Normalization(mean=1.0, variance=2.0)),
    "resizing": ((8, 8, 3), lambda: L.Resizing(4, 6)),
    "center_crop": ((8, 8, 3), lambda: L.CenterCrop(4, 6)),
    "random_flip": ((8, 8, 3), L.RandomFlip),
    "random_rotation": ((8, 8, 3), lambda: L.RandomRotation(0.1)),
}


def _later(shape: tuple[int, ...], layer: Callable[[], Any]) -> Callable[[], Any]:
    return lambda: _alone(shape, layer())


CASES: dict[str, Callable[[], Any]] = {
    **{name: _later(*case) for name, case in _ONE.items()},
    "embedding": lambda: _on(_places(), L.Embedding(10, 4)),
    "embedding_masked_lstm": lambda: _on(_places(), L.Embedding(10, 4, mask_zero=True), L.LSTM(3), L.Dense(2)),
    "embedding_masked_mean": lambda: _on(_places(), L.Embedding(10, 4, mask_zero=True), L.GlobalAveragePooling1D()),
    "reversible_embedding": lambda: _on(_places(), L.ReversibleEmbedding(10, 4)),
    "add": lambda: _many(L.Add(), (8, 3), (8, 3), (8, 3)),
    "average": lambda: _many(L.Average(), (8, 3), (8, 3), (8, 3)),
    "subtract": lambda: _many(L.Subtract(), (8, 3), (8, 3)),
    "concatenate": lambda: _many(L.Concatenate(axis=1), (8, 3), (7, 3)),
    "dot": lambda: _many(L.Dot(axes=2), (8, 3), (9, 3)),
    "attention": lambda: _many(L.Attention(), *PAIR),
    "attention_scaled": lambda: _many(L.Attention(use_scale=True), *PAIR),
    "additive_attention": lambda: _many(L.AdditiveAttention(), *PAIR),
    "multi_head": lambda: _spread(L.MultiHeadAttention(3, 4), *PAIR),
    "multi_head_wide": lambda: _spread(L.MultiHeadAttention(3, 4, value_dim=5, output_shape=7), *PAIR),
    "multi_head_dropout": lambda: _spread(L.MultiHeadAttention(3, 4, dropout=0.1), *PAIR),
    "multi_head_two_axes": lambda: _spread(L.MultiHeadAttention(3, 4, attention_axes=(2,)), (4, 8, 12), (4, 9, 12)),
    "grouped_query": lambda: _spread(L.GroupQueryAttention(4, 4, 2), *PAIR),
}
"""Every one is counted to the end."""

GAPS: dict[str, Callable[[], Any]] = {
    "batch_norm_middle": lambda: _alone((8, 8, 8, 3), L.BatchNormalization(axis=2)),
    "layer_norm_first": lambda: _alone(ROWS, L.LayerNormalization(axis=1)),
    "lanczos": lambda: _alone(IMAGE, L.UpSampling2D(2, interpolation="lanczos3")),
    "relu_of_everything": lambda: _alone((3,), L.ReLU(4.0, 0.1, 1.0)),
    "operation": lambda: _alone((3,), L.Lambda(lambda x: keras.ops.erfinv(x))),
}
"""What has no rule: a row that says so."""


def made(name: str) -> Any:
    """The model of a case."""
    return {**CASES, **GAPS}[name]()


def _alone(shape: tuple[int, ...], layer: Any) -> Any:
    return _on(_in(*shape), layer)


def _on(x: Any, *layers: Any) -> Any:
    first = x
    for layer in layers:
        x = layer(x)
    return keras.Model(first, x)


def _many(layer: Any, *shapes: tuple[int, ...]) -> Any:
    inputs = [_in(*shape) for shape in shapes]
    return keras.Model(inputs, layer(inputs))


def _spread(layer: Any, *shapes: tuple[int, ...]) -> Any:
    inputs = [_in(*shape) for shape in shapes]
    return keras.Model(inputs, layer(*inputs))
