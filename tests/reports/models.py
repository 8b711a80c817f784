"""Networks of PyTorch, each for what is odd about its modules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

GOLDEN = Path(__file__).parent / "golden"

Example = tuple[Any, tuple[int, ...]]


class Tied(nn.Module):
    """A module that is called again, and a layer that shares its weight with another."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(100, 100, bias=False)
        self.again = nn.Linear(100, 100)
        self.tied = nn.Linear(100, 100, bias=False)
        self.tied.weight = self.first.weight

    def forward(self, x: Any) -> Any:
        return self.tied(self.again(self.again(self.again(self.first(x)))))

    @staticmethod
    def example() -> Example:
        return Tied(), (1, 100)


class Uncalled(nn.Module):
    """A layer that is stored and never run, and not trained."""

    def __init__(self) -> None:
        super().__init__()
        self.used = nn.Linear(3, 3)
        self.left = nn.Linear(2, 2).requires_grad_(False)

    def forward(self, x: Any) -> Any:
        return self.used(x)

    @staticmethod
    def example() -> Example:
        return Uncalled(), (1, 3)


class Recurrent(nn.Module):
    """A classifier of sequences."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Linear(5, 8)
        self.lstm = nn.LSTM(8, 16, batch_first=True)
        self.head = nn.Linear(16, 3)

    def forward(self, x: Any) -> Any:
        states, _ = self.lstm(self.embed(x))
        return self.head(states[:, -1])

    @staticmethod
    def example() -> Example:
        return Recurrent(), (2, 30, 5)


class Block(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, padding=1)
        self.norm = nn.BatchNorm2d(width)

    def forward(self, x: Any) -> Any:
        return x + F.relu(self.norm(self.conv(x)))


class Nested(nn.Module):
    """Blocks in a list, in blocks, called again; functions between; nothing but an identity; a loose parameter."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3)
        self.blocks = nn.ModuleList([Block(4), nn.Sequential(Block(4), nn.Sequential(Block(4), nn.Identity()))])
        self.scale = nn.Parameter(torch.ones(4, 1, 1))
        self.head = nn.Linear(4, 2)
        self.aux = nn.Sequential(nn.Conv2d(4, 4, 1), nn.Linear(4, 2))

    def forward(self, x: Any) -> Any:
        x = self.stem(x)
        for block in self.blocks:
            x = block(x) * self.scale
        return self.head(self.blocks[0](x).mean((2, 3)))

    @staticmethod
    def example() -> Example:
        return Nested(), (2, 3, 8, 8)


def sequence() -> Example:
    """Attention, and a normalisation."""

    class Attending(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm = nn.LayerNorm(10)
            self.attention = nn.MultiheadAttention(10, 2, batch_first=True)

        def forward(self, x: Any) -> Any:
            x = self.norm(x)
            return self.attention(x, x, x, need_weights=False)[0]

    return Attending().eval(), (2, 6, 10)


def hostile() -> Example:
    """Names and classes that mean something in some format, or to a terminal."""
    kind = type("<b>|&_%$#{}~^\\[x](y)\n\x1b[31m", (nn.Sequential,), {})
    inner = kind()
    inner.add_module("=1+1|<i>\x1b[0m", nn.Linear(2, 2))
    inner.add_module("\\input{x}\n| --- |", nn.ReLU())
    return nn.Sequential(inner, nn.Linear(2, 2)), (1, 2)


@st.composite
def small(draw: st.DrawFn) -> Example:
    """Convolutions, normalisation, activations and pools, then perhaps linear layers; perhaps in blocks."""
    channels, size = draw(st.integers(1, 4)), draw(st.integers(6, 9))
    shape = (draw(st.integers(1, 3)), channels, size, size)
    layers: list[nn.Module] = []
    for _ in range(draw(st.integers(1, 4))):
        made, channels = draw(_piece(channels))
        layers.append(nn.Sequential(*made) if draw(st.booleans()) else made[0])
    if draw(st.booleans()):
        layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 3, bias=draw(st.booleans())), nn.ReLU()]
    return nn.Sequential(*layers).eval(), shape


@st.composite
def _piece(draw: st.DrawFn, channels: int) -> tuple[list[nn.Module], int]:
    groups = draw(st.sampled_from([groups for groups in range(1, channels + 1) if channels % groups == 0]))
    out = groups * draw(st.integers(1, 3))
    kernel = draw(st.sampled_from([1, 3, (1, 3)]))
    options = {"stride": draw(st.integers(1, 2)), "padding": 1, "groups": groups, "bias": draw(st.booleans())}
    rest = [nn.BatchNorm2d(out, affine=draw(st.booleans())), nn.ReLU(), nn.AvgPool2d((1, 1)), nn.Identity()]
    chosen = draw(st.lists(st.sampled_from(rest), max_size=3, unique=True))
    return [nn.Conv2d(channels, out, kernel, **options), *chosen], out
