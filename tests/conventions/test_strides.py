"""The layout of every tensor, against PyTorch's on the CPU."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

import netledger as nl
from netledger.conventions._strides import is_contiguous, layouts
from tests.outside.peers.steps import Dice

Step = Callable[[Tensor], Tensor]
Maker = Callable[[Dice, Tensor], Step]


def axis(dice: Dice, x: Tensor) -> int:
    return dice.number(0, x.dim() - 1)


def permuted(dice: Dice, x: Tensor) -> Step:
    left = list(range(x.dim()))
    order = [left.pop(dice.number(0, len(left) - 1)) for _ in range(x.dim())]
    return lambda x: x.permute(order)


def transposed(dice: Dice, x: Tensor) -> Step:
    first, second = axis(dice, x), axis(dice, x)
    return lambda x: x.transpose(first, second)


def reshaped(dice: Dice, x: Tensor) -> Step:
    """Two neighbours joined, or one parted."""
    shape, place = list(x.shape), axis(dice, x)
    if place + 1 < x.dim() and dice.flag():
        shape[place : place + 2] = [shape[place] * shape[place + 1]]
    else:
        part = dice.one(*(d for d in range(1, shape[place] + 1) if shape[place] % d == 0))
        shape[place : place + 1] = [part, shape[place] // part]
    return lambda x: x.reshape(shape)


def sliced(dice: Dice, x: Tensor) -> Step:
    where, step = axis(dice, x), dice.number(1, 2)
    first = dice.number(0, x.shape[where] - 1)
    return lambda x: x[(slice(None),) * where + (slice(first, None, step),)]


def selected(dice: Dice, x: Tensor) -> Step:
    where = axis(dice, x)
    return lambda x: x.select(where, 0)


def narrowed(dice: Dice, x: Tensor) -> Step:
    where = axis(dice, x)
    parts = dice.number(1, min(3, x.shape[where]))
    take = dice.number(0, 1)
    return dice.one(
        lambda x: x.chunk(parts, where)[-take],
        lambda x: x.split(1 + x.shape[where] // 2, where)[-take],
        lambda x: x.unbind(where)[-take],
        lambda x: x.mean(where, keepdim=True).squeeze(where),
        lambda x: x.narrow(where, 0, 1),
    )


def grown(dice: Dice, x: Tensor) -> Step:
    where = dice.number(0, x.dim())
    return dice.one(
        lambda x: x.unsqueeze(where),
        lambda x: x.unsqueeze(where).expand(*x.shape[:where], 2, *x.shape[where:]),
        lambda x: x.unsqueeze(0).expand(2, *x.shape),
        lambda x: x.flatten(dice_start(x)),
        lambda x: x[None],
    )


def dice_start(x: Tensor) -> int:
    return min(1, x.dim() - 1)


def copied(dice: Dice, x: Tensor) -> Step:
    return dice.one(lambda x: x.contiguous(), lambda x: x.clone(), lambda x: F.dropout(x, training=False))


def elementwise(dice: Dice, x: Tensor) -> Step:
    where, second = axis(dice, x), axis(dice, x)
    alike = [place for place in range(x.dim()) if x.shape[place] == x.shape[where]]
    other = dice.one(*alike)
    return dice.one(
        lambda x: x + 1,
        lambda x: F.relu(x),
        lambda x: x.sigmoid() * x,
        lambda x: x + x.transpose(where, other),
        lambda x: x.transpose(where, other) * x.clone(),
        lambda x: x + torch.ones(x.shape[-1]),
        lambda x: torch.ones(x.shape[-1]) + x,
        lambda x: x + torch.ones(x.shape[0], *[1] * (x.dim() - 1)),
        lambda x: x * x.mean(where, keepdim=True),
        lambda x: x.narrow(second, 0, 1) * x,
        lambda x: torch.ones(x.shape) + x,
        lambda x: x + torch.ones(x.shape),
        lambda x: x.contiguous().transpose(where, other) + x,
        lambda x: F.gelu(x),
        lambda x: -x,
    )


def kernel(dice: Dice, x: Tensor) -> Step:
    """Kernels that write in an order of their own."""
    where, width = axis(dice, x), x.shape[-1]
    choices: list[Step] = [
        lambda x: x.softmax(where),
        lambda x: x.mean(where, keepdim=True),
        lambda x: x.sum(where),
        lambda x: x.amax(where, keepdim=True),
        lambda x: torch.cat([x, x], where),
        lambda x: torch.stack([x, x], where),
        lambda x: F.linear(x, torch.ones(3, width)),
        lambda x: F.layer_norm(x, (width,)),
        lambda x: F.pad(x, (1, 1)),
        lambda x: x.roll(1, where),
        lambda x: x.cumsum(where),
        lambda x: x @ x.transpose(-2, -1) if x.dim() > 1 else x,
    ]
    if x.dim() == 4:
        channels = x.shape[1]
        choices += 2 * [
            lambda x: F.conv2d(x, torch.ones(4, channels, 1, 1)),
            lambda x: F.conv2d(x, torch.ones(channels, 1, 3, 3), padding=1, groups=channels),
            lambda x: F.conv_transpose2d(x, torch.ones(channels, 2, 2, 2), stride=2),
            lambda x: F.max_pool2d(x, 2, 1, 1),
            lambda x: F.avg_pool2d(x, 2, 1, 1),
            lambda x: F.adaptive_avg_pool2d(x, 2),
            lambda x: F.adaptive_avg_pool2d(x, 1),
            lambda x: F.adaptive_max_pool2d(x, 2),
            lambda x: F.batch_norm(x, torch.zeros(channels), torch.ones(channels)),
            lambda x: F.group_norm(x, 1),
            lambda x: F.interpolate(x, scale_factor=2),
            lambda x: F.interpolate(x, scale_factor=2, mode="bilinear"),
            lambda x: F.scaled_dot_product_attention(x, x, x),
            lambda x: F.pixel_shuffle(torch.cat([x] * 4, 1), 2),
        ]
    if x.dim() == 3:
        channels = x.shape[1]
        choices += [
            lambda x: F.conv1d(x, torch.ones(4, channels, 1)),
            lambda x: F.conv1d(x, torch.ones(4, channels, 1)).transpose(1, 2),
            lambda x: F.conv_transpose1d(x, torch.ones(channels, 2, 2), stride=2),
            lambda x: F.avg_pool1d(x, 2, 1, 1),
            lambda x: F.max_pool1d(x, 2, 1, 1),
            lambda x: F.adaptive_avg_pool1d(x, 2),
            lambda x: F.adaptive_max_pool1d(x, 2),
            lambda x: F.interpolate(x, scale_factor=2),
            lambda x: F.interpolate(x, scale_factor=2, mode="linear"),
            lambda x: F.group_norm(x, 1),
            lambda x: F.instance_norm(x),
            lambda x: F.batch_norm(x, torch.zeros(channels), torch.ones(channels)),
        ]
    return dice.one(*choices)


MAKERS: tuple[Maker, ...] = (
    *(permuted, transposed, reshaped, sliced, selected, narrowed, grown, copied),
    *(permuted, elementwise, elementwise, kernel, kernel),
)


Program = tuple[Tensor, list[Step]]


@st.composite
def programs(draw: Callable[[Any], Any]) -> Program:
    return program(Dice(lambda least, most: draw(st.integers(least, most))))


def program(dice: Dice) -> Program:
    """A tensor, and what is done with it one after the other; what PyTorch refuses is left out."""
    x = torch.rand([dice.number(1, 4) for _ in range(dice.one(4, 4, 3, 2))])
    start, steps = x, []
    for _ in range(dice.number(1, 6)):
        step = dice.one(*MAKERS)(dice, x)
        try:
            made = step(x)
        except (RuntimeError, ValueError, IndexError):
            continue
        if 1 <= made.dim() <= 6 and 0 < made.numel() <= 2**12:
            x, steps = made, [*steps, step]
    return start, steps


def agrees(start: Tensor, steps: list[Step]) -> None:
    """Whether axes are in order, and every stride that matters."""

    def run(x: Tensor) -> Tensor:
        for step in steps:
            x = step(x)
        return x

    ledger = nl.count(run, start).data
    made, (shape, strides) = run(start), layouts(ledger)[ledger.outputs[0]]
    assert tuple(made.shape) == shape
    told = [(size, step) for size, step in zip(shape, strides, strict=True) if size > 1]
    assert told == [(size, step) for size, step in zip(shape, made.stride(), strict=True) if size > 1]
    assert is_contiguous((shape, strides)) == made.is_contiguous()


@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(programs())
def test_strides_are_those_of_pytorch(drawn: Program) -> None:
    agrees(*drawn)


@pytest.mark.parametrize("part", range(8))
def test_strides_are_those_of_pytorch_by_number(part: int) -> None:
    """More even than what Hypothesis draws."""
    for number in range(100 * part, 100 * part + 100):
        agrees(*program(Dice(random.Random(number).randint)))


CHANNELS_LAST: dict[str, Step] = {
    "convolution": lambda x: F.conv2d(x, torch.ones(4, 3, 2, 2)),
    "transposed convolution": lambda x: F.conv_transpose2d(x, torch.ones(3, 4, 2, 2)),
    "norm": lambda x: F.batch_norm(x, torch.zeros(3), torch.ones(3)),
    "pooling": lambda x: F.max_pool2d(x, 2),
    "average": lambda x: F.adaptive_avg_pool2d(x, 2),
    "resampling": lambda x: F.interpolate(x, scale_factor=2),
    "joined": lambda x: torch.cat([x, x], 1),
    "one of two": lambda x: torch.cat([x, x.contiguous()], 1),
    "another shape": lambda x: F.unfold(x, 2),
    "fewer": lambda x: F.relu(x[:, :, 0]),
}


@pytest.mark.parametrize("name", CHANNELS_LAST)
def test_channels_that_are_last_stay_last(name: str) -> None:
    agrees(torch.rand(2, 6, 6, 3), [lambda x: x.permute(0, 3, 1, 2), CHANNELS_LAST[name]])


class Turned(nn.Module):
    """Attention on features that do not lie one behind the other: no kernel of its own takes them."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        x = self.layer(x).transpose(1, 2).unflatten(1, (2, 4))
        return F.scaled_dot_product_attention(x, x, x).flatten(1, 2)


class Pooled(nn.Module):
    """Pooling with a gradient keeps the order of axes."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last, self.pool = nn.Linear(8, 8), nn.Linear(8, 3), nn.MaxPool1d(2)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.pool(self.first(x).transpose(1, 2)).transpose(1, 2))


def test_what_hangs_on_the_layout() -> None:
    """As FlopCounterMode and ptflops answer."""
    turned, pooled = nl.count(Turned(), torch.rand(2, 5, 8)), nl.count(Pooled(), torch.rand(2, 6, 8))
    assert [turned.total("torch-cpu"), turned.total("ptflops-aten")] == [2560, 1360]
    assert [pooled.total("torch-cpu"), pooled.total("ptflops-aten")] == [1824, 1026]
