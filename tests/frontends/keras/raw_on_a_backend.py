"""Counts layers that call a backend's own functions, and the same with Keras's: python -m … tensorflow."""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Callable
from typing import Any


def dense_tensorflow(layer: Any, x: Any) -> Any:
    import tensorflow as tf

    return tf.nn.relu(tf.nn.bias_add(tf.matmul(x, layer.w), layer.b)) / 2.0


def dense_jax(layer: Any, x: Any) -> Any:
    import jax.numpy as jnp

    return jnp.maximum(jnp.matmul(x, layer.w.value) + layer.b.value, 0) / 2.0


def dense_keras(layer: Any, x: Any) -> Any:
    from keras import ops

    return ops.divide(ops.relu(ops.add(ops.matmul(x, layer.w), layer.b)), 2.0)


def image_tensorflow(layer: Any, x: Any) -> Any:
    import tensorflow as tf

    y = tf.reshape(x, (tf.shape(x)[0], 2, 2, 6))
    y = tf.nn.conv2d(y, layer.kernel, 1, "SAME") * tf.sqrt(tf.constant(2.0))
    y = tf.nn.max_pool2d(tf.tanh(tf.concat([y, y], -1)), 2, 1, "SAME")
    y = tf.transpose(y[:, 1:, :, :4], (0, 3, 1, 2))
    return tf.reduce_mean(tf.math.squared_difference(y, 3.0), (2, 3))


def image_jax(layer: Any, x: Any) -> Any:
    import jax
    import jax.numpy as jnp

    y = jnp.reshape(x, (x.shape[0], 2, 2, 6))
    order = ("NHWC", "HWIO", "NHWC")
    y = jax.lax.conv_general_dilated(y, layer.kernel.value, (1, 1), "SAME", dimension_numbers=order) * 1.5
    y = jnp.tanh(jnp.concatenate([y, y], -1))
    y = jax.lax.reduce_window(y, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 1, 1, 1), "SAME")
    y = jnp.square(jnp.transpose(y[:, 1:, :, :4], (0, 3, 1, 2)) - 3.0)
    return jnp.sum(y, (2, 3)) / 2


def image_keras(layer: Any, x: Any) -> Any:
    from keras import ops

    y = ops.multiply(ops.conv(ops.reshape(x, (-1, 2, 2, 6)), layer.kernel, 1, "same"), 1.5)
    y = ops.max_pool(ops.tanh(ops.concatenate([y, y], -1)), 2, 1, "same")
    y = ops.transpose(y[:, 1:, :, :4], (0, 3, 1, 2))
    return ops.mean(ops.square(ops.subtract(y, 3.0)), (2, 3))


def attention_tensorflow(layer: Any, x: Any) -> Any:
    import tensorflow as tf

    scores = tf.matmul(x, x, transpose_b=True) * 0.5
    scores = tf.where(scores > 0.0, scores, tf.zeros_like(scores))
    made = tf.einsum("bij,bjk->bik", tf.nn.sigmoid(scores), x)
    return tf.tensordot(made, layer.w, 1)


def attention_jax(layer: Any, x: Any) -> Any:
    import jax
    import jax.numpy as jnp

    scores = jnp.matmul(x, jnp.swapaxes(x, 1, 2)) * 0.5
    scores = jax.lax.select(scores > 0.0, scores, jnp.zeros_like(scores))
    made = jnp.einsum("bij,bjk->bik", jax.nn.sigmoid(scores), x)
    return jnp.tensordot(made, layer.w.value, 1)


def attention_keras(layer: Any, x: Any) -> Any:
    from keras import ops

    scores = ops.multiply(ops.matmul(x, ops.transpose(x, (0, 2, 1))), 0.5)
    scores = ops.where(ops.greater(scores, 0.0), scores, ops.zeros_like(scores))
    return ops.matmul(ops.einsum("bij,bjk->bik", ops.sigmoid(scores), x), layer.w)


BODIES = {"dense": (2, 6), "image": (2, 4, 6), "attention": (2, 4, 6)}
"""The shape of the input of each."""


def made(body: Callable[[Any, Any], Any]) -> Any:
    """A layer with the weights that the bodies compute with."""
    import keras

    class Raw(keras.layers.Layer):  # type: ignore[misc]
        def build(self, shape: Any) -> None:
            self.w = self.add_weight(shape=(6, 5), name="w")
            self.b = self.add_weight(shape=(5,), name="b")
            self.kernel = self.add_weight(shape=(3, 3, 6, 8), name="kernel")

        def call(self, x: Any) -> Any:
            return body(self, x)

    return Raw()


def main(backend: str) -> None:
    """One line of JSON for each layer: complete, and the figures of both ways to write it."""
    os.environ["KERAS_BACKEND"] = backend
    warnings.simplefilter("ignore")
    import keras

    import netledger as nl

    assert keras.backend.backend() == backend
    for name, shape in BODIES.items():
        found = []
        for way in (backend, "keras"):
            ledger = nl.count(made(globals()[f"{name}_{way}"]), shape)
            built = made(globals()[f"{name}_{way}"])
            built.build(shape)
            again = nl.count(built, shape)
            assert [entry.op for entry in again] == [entry.op for entry in ledger]
            figures = [ledger.total("macs"), ledger.total("arithmetic"), ledger.parameters]
            found.append([ledger.complete, [entry.op for entry in ledger if entry.op == "linear"], *figures])
        print(json.dumps([name, *found]))


if __name__ == "__main__":
    main(sys.argv[1])
