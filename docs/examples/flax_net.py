"""A small network of Flax: what docs/jax.md counts."""

from __future__ import annotations

from flax import linen as nn


class Net(nn.Module):
    """A convolution, a pool and a linear layer."""

    @nn.compact
    def __call__(self, x):
        x = nn.relu(nn.Conv(16, (3, 3), strides=2)(x))
        x = nn.max_pool(x, (2, 2), (2, 2))
        return nn.Dense(10, name="head")(x.reshape(x.shape[0], -1))
