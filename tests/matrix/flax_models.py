"""The networks of the matrix test in Flax (linen): each the architecture of the preset of its name, channels last.

model, shape = NETWORKS["lenet"]()
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax.numpy as jnp
from flax import linen as nn

__all__ = ["NETWORKS"]

Built = tuple[Any, tuple[int, ...]]
conv = partial(nn.Conv, padding="VALID")


class LeNet(nn.Module):  # type: ignore[misc]
    @nn.compact
    def __call__(self, x: Any) -> Any:
        x = nn.max_pool(nn.relu(conv(6, (3, 3), padding=1)(x)), (2, 2), (2, 2))
        x = nn.max_pool(nn.relu(conv(16, (5, 5))(x)), (2, 2), (2, 2))
        return nn.Dense(10)(nn.Dense(84)(nn.Dense(120)(x.reshape(x.shape[0], -1))))


class LeNet5(nn.Module):  # type: ignore[misc]
    @nn.compact
    def __call__(self, x: Any) -> Any:
        x = nn.avg_pool(nn.relu(conv(6, (5, 5))(x)), (2, 2), (2, 2))
        x = nn.avg_pool(nn.relu(conv(16, (5, 5))(x)), (2, 2), (2, 2))
        x = nn.relu(conv(120, (5, 5))(x)).reshape(x.shape[0], -1)
        return nn.softmax(nn.Dense(10)(nn.relu(nn.Dense(84)(x))))


class AlexNet(nn.Module):  # type: ignore[misc]
    @nn.compact
    def __call__(self, x: Any) -> Any:
        x = nn.max_pool(nn.relu(conv(96, (11, 11), 4)(x)), (3, 3), (2, 2))
        x = nn.max_pool(nn.relu(conv(256, (5, 5), padding=2)(x)), (3, 3), (2, 2))
        for out in (384, 384, 256):
            x = nn.relu(conv(out, (3, 3), padding=1)(x))
        x = nn.max_pool(x, (3, 3), (2, 2)).reshape(x.shape[0], -1)
        for _ in range(2):
            x = nn.relu(nn.Dense(4096)(nn.Dropout(0.5, deterministic=True)(x)))
        return nn.softmax(nn.Dense(1000)(x))


class Vgg16(nn.Module):  # type: ignore[misc]
    @nn.compact
    def __call__(self, x: Any) -> Any:
        for out, times in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
            for _ in range(times):
                x = nn.relu(conv(out, (3, 3), padding=1)(x))
            x = nn.max_pool(x, (2, 2), (2, 2))
        x = x.reshape(x.shape[0], -1)
        for _ in range(2):
            x = nn.relu(nn.Dense(4096)(x))
        return nn.Dense(1000)(x)


class Normed(nn.Module):  # type: ignore[misc]
    out: int
    kernel: int
    stride: int = 1
    groups: int = 1

    @nn.compact
    def __call__(self, x: Any) -> Any:
        sides = self.kernel // 2
        kernel = (self.kernel, self.kernel)
        x = nn.Conv(self.out, kernel, self.stride, sides, feature_group_count=self.groups, use_bias=False)(x)
        return nn.BatchNorm(use_running_average=True)(x)


class Block(nn.Module):  # type: ignore[misc]
    """A residual block of ResNet: basic, or a bottleneck with the stride in its second convolution."""

    mid: int
    out: int
    stride: int = 1

    @nn.compact
    def __call__(self, x: Any) -> Any:
        if self.mid == self.out:
            made = Normed(self.out, 3)(nn.relu(Normed(self.mid, 3, self.stride)(x)))
        else:
            made = nn.relu(Normed(self.mid, 3, self.stride)(nn.relu(Normed(self.mid, 1)(x))))
            made = Normed(self.out, 1)(made)
        if x.shape != made.shape:
            x = Normed(self.out, 1, self.stride)(x)
        return nn.relu(made + x)


class ResNet(nn.Module):  # type: ignore[misc]
    times: tuple[int, ...]
    wider: int = 1

    @nn.compact
    def __call__(self, x: Any) -> Any:
        x = nn.max_pool(nn.relu(Normed(64, 7, 2)(x)), (3, 3), (2, 2), ((1, 1), (1, 1)))
        for stage, times in enumerate(self.times):
            for turn in range(times):
                mid = 64 * 2**stage
                x = Block(mid, mid * self.wider, 2 if stage and not turn else 1)(x)
        return nn.Dense(1000)(x.mean((1, 2)))


class MobileNetV2(nn.Module):  # type: ignore[misc]
    @nn.compact
    def __call__(self, x: Any) -> Any:
        rows = (
            (1, 16, 1, 1),
            (6, 24, 2, 2),
            (6, 32, 3, 2),
            (6, 64, 4, 2),
            (6, 96, 3, 1),
            (6, 160, 3, 2),
            (6, 320, 1, 1),
        )
        x = nn.relu6(Normed(32, 3, 2)(x))
        for factor, out, times, first in rows:
            for turn in range(times):
                x = self.inverted(x, factor, out, 1 if turn else first)
        x = nn.relu6(Normed(1280, 1)(x)).mean((1, 2))
        return nn.Dense(1000)(nn.Dropout(0.2, deterministic=True)(x))

    def inverted(self, x: Any, factor: int, out: int, stride: int) -> Any:
        inside = x.shape[-1]
        made = nn.relu6(Normed(inside * factor, 1)(x)) if factor > 1 else x
        made = nn.relu6(Normed(inside * factor, 3, stride, inside * factor)(made))
        made = Normed(out, 1)(made)
        return made + x if stride == 1 and inside == out else made


class UNet(nn.Module):  # type: ignore[misc]
    width: int = 64

    @nn.compact
    def __call__(self, x: Any) -> Any:
        sizes = [self.width * 2**step for step in range(5)]
        kept = []
        for size in sizes[:-1]:
            kept.append(self.double(x, size))
            x = nn.max_pool(kept[-1], (2, 2), (2, 2))
        x = self.double(x, sizes[-1])
        for margin, size in zip((4, 16, 40, 88), sizes[-2::-1], strict=True):
            copy = kept.pop()[:, margin:-margin, margin:-margin]
            lifted = nn.ConvTranspose(size, (2, 2), (2, 2), padding="VALID")(x)
            x = self.double(jnp.concatenate((copy, lifted), -1), size)
        return nn.Conv(2, (1, 1))(x)

    def double(self, x: Any, out: int) -> Any:
        return nn.relu(conv(out, (3, 3))(nn.relu(conv(out, (3, 3))(x))))


class Encoder(nn.Module):  # type: ignore[misc]
    @nn.compact
    def __call__(self, x: Any) -> Any:
        for _ in range(6):
            x = nn.LayerNorm()(x + nn.MultiHeadDotProductAttention(8, deterministic=True)(x))
            x = nn.LayerNorm()(x + nn.Dense(512)(nn.relu(nn.Dense(2048)(x))))
        return x


class Classifier(nn.Module):  # type: ignore[misc]
    @nn.compact
    def __call__(self, x: Any) -> Any:
        x = nn.Embed(20_000, 128)(x)
        x = nn.Bidirectional(nn.RNN(nn.LSTMCell(64)), nn.RNN(nn.LSTMCell(64)))(x)
        (_, there), _ = nn.RNN(nn.LSTMCell(64), return_carry=True)(x)
        (_, back), _ = nn.RNN(nn.LSTMCell(64), return_carry=True, reverse=True)(x)
        return nn.sigmoid(nn.Dense(1)(jnp.concatenate((there, back), -1)))


NETWORKS: dict[str, Callable[[], Built]] = {
    "lenet": lambda: (LeNet(), (1, 28, 28, 1)),
    "lenet5": lambda: (LeNet5(), (1, 32, 32, 1)),
    "alexnet": lambda: (AlexNet(), (1, 227, 227, 3)),
    "vgg16": lambda: (Vgg16(), (1, 224, 224, 3)),
    "resnet18": lambda: (ResNet((2, 2, 2, 2)), (1, 224, 224, 3)),
    "resnet50": lambda: (ResNet((3, 4, 6, 3), 4), (1, 224, 224, 3)),
    "mobilenet_v2": lambda: (MobileNetV2(), (1, 224, 224, 3)),
    "unet": lambda: (UNet(), (1, 572, 572, 1)),
    "transformer_encoder": lambda: (Encoder(), (1, 128, 512)),
    "lstm_classifier": lambda: (Classifier(), (1, 200)),
}
"""By name: makes the model, and the shape of its input, batch included."""
