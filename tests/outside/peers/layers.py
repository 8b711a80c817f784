"""Networks of PyTorch's own layers, beyond what the libraries of pictures have."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["NETWORKS"]

Network = tuple[Callable[[], nn.Module], Callable[[int], tuple[Any, ...]]]
"""What builds it, and what makes its arguments for a batch."""


class LastState(nn.Module):
    """A recurrent layer and a classifier on what its last step answers."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.layer = getattr(nn, kind)(32, 48, num_layers=2, bidirectional=True, batch_first=True)
        self.head = nn.Linear(96, 10)

    def forward(self, x: Tensor) -> Tensor:
        answered, _ = self.layer(x)
        return self.head(answered[:, -1])


class TextClassifier(nn.Module):
    """Words, an LSTM over them, the final states of both directions, classes."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(1000, 64)
        self.layer = nn.LSTM(64, 80, bidirectional=True, batch_first=True)
        self.dropout = nn.Dropout()
        self.head = nn.Linear(160, 5)

    def forward(self, words: Tensor) -> Tensor:
        _, (final, _) = self.layer(self.words(words))
        return self.head(self.dropout(torch.cat([final[0], final[1]], dim=1)))


class Cells(nn.Module):
    """A cell of each kind, stepped by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.plain, self.gated, self.long = nn.RNNCell(16, 24), nn.GRUCell(24, 24), nn.LSTMCell(24, 32)
        self.head = nn.Linear(32, 16)

    def forward(self, x: Tensor) -> Tensor:
        plain = gated = None
        long: Any = None
        for step in range(x.shape[1]):
            plain = self.plain(x[:, step], plain)
            gated = self.gated(plain, gated)
            long = self.long(gated, long)
        return self.head(long[0])


def generator() -> nn.Module:
    """DCGAN's: transposed convolutions from a vector to a picture."""
    layers: list[nn.Module] = []
    for made, wanted, stride, padding in [(100, 256, 1, 0), (256, 128, 2, 1), (128, 64, 2, 1), (64, 32, 2, 1)]:
        layers += [nn.ConvTranspose2d(made, wanted, 4, stride, padding, bias=False), nn.BatchNorm2d(wanted)]
        layers += [nn.ReLU(inplace=True)]
    return nn.Sequential(*layers, nn.ConvTranspose2d(32, 3, 4, 2, 1, bias=False), nn.Tanh())


def twice(made: int, wanted: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for channels in (made, wanted):
        layers += [nn.Conv2d(channels, wanted, 3, padding=1, bias=False), nn.BatchNorm2d(wanted), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)


class UNet(nn.Module):
    """Down three times and up again, each level joined with what it was on the way down."""

    def __init__(self, widths: tuple[int, ...] = (16, 32, 64, 128)) -> None:
        super().__init__()
        pairs = list(itertools.pairwise(widths))
        self.start, self.pool = twice(3, widths[0]), nn.MaxPool2d(2)
        self.down = nn.ModuleList(twice(*pair) for pair in pairs)
        self.up = nn.ModuleList(nn.ConvTranspose2d(wide, narrow, 2, 2) for narrow, wide in reversed(pairs))
        self.join = nn.ModuleList(twice(wide, narrow) for narrow, wide in reversed(pairs))
        self.head = nn.Conv2d(widths[0], 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        levels = [self.start(x)]
        for down in self.down:
            levels.append(down(self.pool(levels[-1])))
        x = levels.pop()
        for up, join in zip(self.up, self.join, strict=True):
            x = join(torch.cat([levels.pop(), up(x)], dim=1))
        return self.head(x)


class Pyramid(nn.Module):
    """Three scales, brought to one width and added from the coarse to the fine; one head for all of them."""

    def __init__(self, widths: tuple[int, ...] = (16, 32, 64), width: int = 24) -> None:
        super().__init__()
        strided = zip((3, *widths), widths, strict=False)
        self.stages = nn.ModuleList(
            nn.Sequential(nn.Conv2d(made, wanted, 3, 2, 1), nn.GroupNorm(4, wanted), nn.SiLU())
            for made, wanted in strided
        )
        self.sides = nn.ModuleList(nn.Conv2d(made, width, 1) for made in widths)
        self.smooth = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in widths)
        self.head = nn.Conv2d(width, 9, 1)

    def forward(self, x: Tensor) -> list[Tensor]:
        scales = []
        for stage in self.stages:
            x = stage(x)
            scales.append(x)
        merged = [side(scale) for side, scale in zip(self.sides, scales, strict=True)]
        for level in (1, 0):
            merged[level] = merged[level] + F.interpolate(merged[level + 1], size=merged[level].shape[-2:])
        return [self.head(smooth(scale)) for smooth, scale in zip(self.smooth, merged, strict=True)]


def mixed() -> nn.Module:
    """Every norm, several activations, pools and upsampling, one after the other."""
    return nn.Sequential(
        *(nn.Conv2d(3, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 16, 3, padding=1, groups=16), nn.GroupNorm(4, 16), nn.GELU(), nn.AvgPool2d(2)),
        *(nn.Conv2d(16, 24, 5, padding=2, bias=False), nn.InstanceNorm2d(24, affine=True), nn.LeakyReLU(0.2)),
        *(nn.Upsample(scale_factor=2, mode="bilinear"), nn.Conv2d(24, 8, 1), nn.PReLU(8), nn.Upsample(scale_factor=2)),
        *(nn.Conv2d(8, 4, 3, padding="same"), nn.Hardswish(), nn.AdaptiveAvgPool2d(3), nn.Flatten()),
        *(nn.LayerNorm(36), nn.Linear(36, 20), nn.Sigmoid(), nn.Dropout(), nn.Linear(20, 10), nn.Softmax(dim=1)),
    )


class Shared(nn.Module):
    """Layers called twice, one that two parents hold, and one that is never called."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(8, 8, 3, padding=1)
        self.first = nn.Sequential(nn.Conv2d(3, 8, 1), self.conv, nn.ReLU())
        self.second = nn.Sequential(self.conv, nn.BatchNorm2d(8))
        self.spare = nn.Linear(5, 5)
        self.head = nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        x = self.second(self.second(self.first(x))).mean((2, 3))
        return self.head(self.head(x))


class Written(nn.Module):
    """Attention written out in operators and functions, with loose parameters."""

    def __init__(self, width: int = 32, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.place = nn.Parameter(torch.zeros(1, 20, width))
        self.scale = nn.Parameter(torch.ones(width))
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        batch, length, width = x.shape
        x = (x + self.place) * self.scale
        parts = self.qkv(x).reshape(batch, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = parts.unbind(0)
        weights = ((q @ k.transpose(-2, -1)) * (width // self.heads) ** -0.5).softmax(dim=-1)
        x = torch.matmul(weights, v).transpose(1, 2).reshape(batch, length, width)
        return torch.add(self.out(x), torch.einsum("blc,dc->bld", x, self.qkv.weight[:width]))


class CrossAttention(nn.Module):
    """nn.MultiheadAttention asked for its weights, keys and values of other widths."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(32, 4, kdim=24, vdim=20, batch_first=True)
        self.norm = nn.LayerNorm(32)

    def forward(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        answered, weights = self.attention(query, key, value)
        return self.norm(query + answered) * weights.sum()


def encoder() -> nn.Module:
    layer = nn.TransformerEncoderLayer(64, 4, 128, batch_first=True)
    return nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)


def encoder_norm_first() -> nn.Module:
    layer = nn.TransformerEncoderLayer(64, 4, 128, activation="gelu", batch_first=True, norm_first=True)
    return nn.TransformerEncoder(layer, 2, norm=nn.LayerNorm(64), enable_nested_tensor=False)


def one(*shape: int) -> Callable[[int], tuple[Any, ...]]:
    return several(shape)


def several(*shapes: tuple[int, ...]) -> Callable[[int], tuple[Any, ...]]:
    return lambda batch: tuple(torch.rand(batch, *shape) for shape in shapes)


def words(batch: int) -> tuple[Any, ...]:
    return (torch.zeros(batch, 30, dtype=torch.long),)


def volumes() -> nn.Module:
    """Three dimensions, down and up."""
    return nn.Sequential(
        *(nn.Conv3d(2, 8, 3, padding=1), nn.BatchNorm3d(8), nn.ReLU(), nn.MaxPool3d(2)),
        *(nn.ConvTranspose3d(8, 4, 2, stride=2), nn.Upsample(scale_factor=2, mode="trilinear"), nn.AvgPool3d(2)),
        *(nn.AdaptiveAvgPool3d(2), nn.Flatten(), nn.Linear(32, 3)),
    )


def signals() -> nn.Module:
    """One dimension, dilated convolutions and back."""
    return nn.Sequential(
        *(nn.Conv1d(4, 16, 5, padding=4, dilation=2), nn.BatchNorm1d(16), nn.ELU(), nn.AvgPool1d(2)),
        *(nn.Conv1d(16, 32, 3, stride=2, groups=4), nn.InstanceNorm1d(32), nn.SiLU(), nn.MaxPool1d(2)),
        *(nn.ConvTranspose1d(32, 8, 4, stride=2), nn.Tanh(), nn.AdaptiveAvgPool1d(5), nn.Flatten(), nn.Linear(40, 2)),
    )


NETWORKS: dict[str, Network] = {
    "nn:lstm": (lambda: LastState("LSTM"), one(12, 32)),
    "nn:gru": (lambda: LastState("GRU"), one(12, 32)),
    "nn:rnn": (lambda: LastState("RNN"), one(12, 32)),
    "nn:cells": (Cells, one(6, 16)),
    "nn:text": (TextClassifier, words),
    "nn:encoder": (encoder, one(20, 64)),
    "nn:encoder_norm_first": (encoder_norm_first, one(20, 64)),
    "nn:transformer": (
        lambda: nn.Transformer(32, 4, 2, 2, 64, batch_first=True),
        several((10, 32), (8, 32)),
    ),
    "nn:cross_attention": (CrossAttention, several((9, 32), (7, 24), (7, 20))),
    "nn:written_attention": (Written, one(20, 32)),
    "nn:generator": (generator, one(100, 1, 1)),
    "nn:unet": (UNet, one(3, 64, 64)),
    "nn:pyramid": (Pyramid, one(3, 64, 64)),
    "nn:mixed": (mixed, one(3, 32, 32)),
    "nn:shared": (Shared, one(3, 16, 16)),
    "nn:volumes": (volumes, one(2, 8, 8, 8)),
    "nn:signals": (signals, one(4, 64)),
}
