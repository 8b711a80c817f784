"""What may come next in a network put together at random: for a shape, what builds a layer that may be called on it.

A step is drawn without asking whether PyTorch takes it; `strategies.py` tries it and leaves out what does not run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["STEPS", "Apply", "Dice", "Make"]

Shape = tuple[int, ...]
Make = Callable[[], nn.Module]


class Dice:
    """Where chance comes from: a whole number between two, both included."""

    def __init__(self, number: Callable[[int, int], int]) -> None:
        self.number = number

    def flag(self) -> bool:
        return self.number(0, 1) == 1

    def one(self, *choices: Any) -> Any:
        return choices[self.number(0, len(choices) - 1)]


class Apply(nn.Module):
    """A function, with the layers and loose parameters that it uses."""

    def __init__(self, function: Callable[..., Any], *parts: Any) -> None:
        super().__init__()
        self.function = function
        self.layers = nn.ModuleList(part for part in parts if isinstance(part, nn.Module))
        self.loose = nn.ParameterList(part for part in parts if isinstance(part, Tensor))

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x, *self.layers, *self.loose)


def applied(function: Callable[..., Any], *makes: Callable[[], Any]) -> Make:
    return lambda: Apply(function, *(make() for make in makes))


def loose(*shape: int) -> Callable[[], nn.Parameter]:
    return lambda: nn.Parameter(torch.rand(shape))


def divisor(dice: Dice, *numbers: int) -> int:
    return dice.one(*(d for d in range(1, min(numbers) + 1) if all(number % d == 0 for number in numbers)))


def rank(shape: Shape) -> int:
    return len(shape) - 2


def layer(name: str, *args: Any, **kwargs: Any) -> Make:
    return lambda: getattr(nn, name)(*args, **kwargs)


# Layers with weights


def conv(dice: Dice, shape: Shape) -> Make:
    wanted = dice.number(1, 6)
    same = dice.flag()
    return layer(
        f"Conv{rank(shape)}d",
        *(shape[1], wanted, dice.number(1, 4)),
        stride=1 if same else dice.number(1, 2),
        padding=dice.one("same", "valid") if same else dice.number(0, 2),
        dilation=dice.number(1, 2),
        groups=divisor(dice, shape[1], wanted),
        bias=dice.flag(),
        padding_mode=dice.one("zeros", "zeros", "zeros", "circular", "replicate"),
    )


def depthwise(dice: Dice, shape: Shape) -> Make:
    return layer(f"Conv{rank(shape)}d", shape[1], shape[1], 3, padding=1, groups=shape[1], bias=dice.flag())


def transposed(dice: Dice, shape: Shape) -> Make:
    wanted, stride = dice.number(1, 6), dice.number(1, 3)
    return layer(
        f"ConvTranspose{rank(shape)}d",
        *(shape[1], wanted, dice.number(1, 4), stride, dice.number(0, 1)),
        output_padding=dice.number(0, stride - 1),
        groups=divisor(dice, shape[1], wanted),
        bias=dice.flag(),
        dilation=dice.number(1, 2),
    )


def linear(dice: Dice, shape: Shape) -> Make:
    return layer("Linear", shape[-1], dice.number(1, 8), bias=dice.flag())


class OwnLinear(nn.Linear):
    """A class that tools which ask for the exact class do not know."""


class OwnNorm(nn.LayerNorm):
    """As timm's."""


def subclass(dice: Dice, shape: Shape) -> Make:
    return dice.one(lambda: OwnLinear(shape[-1], 4), lambda: OwnNorm(shape[-1]))


def functional_weights(dice: Dice, shape: Shape) -> Make:
    """Layers called as functions, on loose parameters."""
    wanted = dice.number(1, 6)
    if rank(shape) not in (1, 2, 3) or dice.flag():
        bias = [loose(wanted)] if dice.flag() else []
        return applied(lambda x, *w: F.linear(x, *w), loose(wanted, shape[-1]), *bias)
    function = getattr(F, f"conv{rank(shape)}d")
    return applied(lambda x, w: function(x, w, padding=1), loose(wanted, shape[1], *[3] * rank(shape)))


# Norms, activations


def channel_norm(dice: Dice, shape: Shape) -> Make:
    affine = dice.flag()
    wide = max(1, rank(shape))
    choices = [
        layer(f"BatchNorm{wide}d", shape[1], affine=affine),
        layer("GroupNorm", divisor(dice, shape[1]), shape[1], affine=affine),
    ]
    if rank(shape) > 0:
        choices += [layer(f"InstanceNorm{wide}d", shape[1], affine=affine)]
    return dice.one(*choices)


def last_norm(dice: Dice, shape: Shape) -> Make:
    axes = dice.number(1, 2)
    affine = dice.flag()
    return dice.one(
        layer("LayerNorm", shape[-axes:], elementwise_affine=affine),
        layer("LayerNorm", shape[-1], bias=dice.flag()),
        layer("RMSNorm", shape[-1], elementwise_affine=affine),
        applied(lambda x: F.layer_norm(x, x.shape[-1:])),
        applied(lambda x: F.normalize(x, dim=-1)),
    )


ACTIVATIONS = (
    *(nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.PReLU, nn.ELU, nn.SELU, nn.CELU, nn.GELU, nn.SiLU, nn.Sigmoid, nn.Tanh),
    *(nn.Hardswish, nn.Hardsigmoid, nn.Hardtanh, nn.Mish, nn.Softplus, nn.Softsign, nn.LogSigmoid, nn.Tanhshrink),
)
FUNCTIONS: tuple[Callable[[Tensor], Tensor], ...] = (
    lambda x: F.relu(x),
    lambda x: torch.relu(x),
    lambda x: x.relu(),
    lambda x: F.relu6(x),
    lambda x: F.leaky_relu(x, 0.2),
    lambda x: F.elu(x),
    lambda x: F.gelu(x),
    lambda x: F.gelu(x, approximate="tanh"),
    lambda x: F.silu(x),
    lambda x: F.mish(x),
    lambda x: F.hardswish(x),
    lambda x: F.sigmoid(x),
    lambda x: torch.sigmoid(x),
    lambda x: x.tanh(),
    lambda x: F.softplus(x),
    lambda x: F.softmax(x, dim=-1),
    lambda x: x.softmax(dim=1),
    lambda x: torch.softmax(x, dim=-1),
    lambda x: F.log_softmax(x, dim=-1),
    lambda x: F.dropout(x, training=False),
    lambda x: x.clamp(min=0),
    lambda x: x.exp(),
    lambda x: x.abs().sqrt(),
)


def activation(dice: Dice, shape: Shape) -> Make:
    return dice.one(*ACTIVATIONS, layer("Softmax", dim=-1), layer("ReLU", inplace=True))


def function(dice: Dice, shape: Shape) -> Make:
    return applied(dice.one(*FUNCTIONS))


# Pools, resampling


def pool(dice: Dice, shape: Shape) -> Make:
    dims, window = rank(shape), dice.number(1, 3)
    sort = dice.one("Max", "Avg")
    kwargs = {"stride": dice.number(1, 2), "padding": dice.number(0, 1), "ceil_mode": dice.flag()}
    if dice.flag():
        return layer(f"{sort}Pool{dims}d", window, **kwargs)
    called = getattr(F, f"{sort.lower()}_pool{dims}d")
    return applied(lambda x: called(x, window, **kwargs))


def adaptive(dice: Dice, shape: Shape) -> Make:
    dims = rank(shape)
    sort, size = dice.one("Max", "Avg"), dice.number(1, 4)
    if dice.flag():
        return layer(f"Adaptive{sort}Pool{dims}d", size)
    called = getattr(F, f"adaptive_{sort.lower()}_pool{dims}d")
    return applied(lambda x: called(x, size))


def resample(dice: Dice, shape: Shape) -> Make:
    modes = {1: ["nearest", "linear"], 2: ["nearest", "bilinear", "bicubic"], 3: ["nearest", "trilinear"]}
    mode = dice.one(*modes[rank(shape)])
    size = [dice.number(1, 6) for _ in range(rank(shape))]
    where = dice.one({"scale_factor": 2}, {"scale_factor": 2.0}, {"size": tuple(size)}, {"size": size[0]})
    if dice.flag():
        return layer("Upsample", mode=mode, **where)
    return applied(lambda x: F.interpolate(x, mode=mode, **where))


# Sequences


class First(nn.Module):
    """A layer that answers several things; the first counts."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x)[0]


def recurrent(dice: Dice, shape: Shape) -> Make:
    kind = dice.one("LSTM", "GRU", "RNN")
    kwargs = {
        "num_layers": dice.number(1, 3),
        "bias": dice.flag(),
        "batch_first": dice.flag(),
        "bidirectional": dice.flag(),
    }
    hidden = dice.number(2, 5)
    return lambda: First(getattr(nn, kind)(shape[-1], hidden, **kwargs))


def cell(dice: Dice, shape: Shape) -> Make:
    kind, hidden, bias = dice.one("LSTMCell", "GRUCell", "RNNCell"), dice.number(2, 5), dice.flag()
    if kind == "LSTMCell":
        return lambda: First(nn.LSTMCell(shape[-1], hidden, bias))
    return layer(kind, shape[-1], hidden, bias)


def attention(dice: Dice, shape: Shape) -> Make:
    width, need = shape[-1], dice.flag()
    heads, first, bias = divisor(dice, width), dice.flag(), dice.flag()
    return applied(
        lambda x, layer: layer(x, x, x, need_weights=need)[0],
        lambda: nn.MultiheadAttention(width, heads, bias=bias, batch_first=first),
    )


def encoder(dice: Dice, shape: Shape) -> Make:
    heads, wide = divisor(dice, shape[-1]), dice.number(1, 8)
    kwargs = {"batch_first": dice.flag(), "norm_first": dice.flag()}
    return layer("TransformerEncoderLayer", shape[-1], heads, wide, activation=dice.one("relu", "gelu"), **kwargs)


def sdpa(dice: Dice, shape: Shape) -> Make:
    causal = dice.flag()
    return applied(lambda x: F.scaled_dot_product_attention(x, x, x, is_causal=causal))


# Products and elementwise


def product(dice: Dice, shape: Shape) -> Make:
    width, wanted = shape[-1], dice.number(1, 5)
    choices = [
        applied(lambda x, w: x @ w, loose(width, wanted)),
        applied(lambda x, w: torch.matmul(x, w), loose(width, wanted)),
        applied(lambda x, w: x.matmul(w), loose(width, wanted)),
        applied(lambda x: x @ x.transpose(-2, -1)),
        applied(lambda x: torch.matmul(x.transpose(-2, -1), x)),
        applied(lambda x, w: torch.einsum("...i,ij->...j", x, w), loose(width, wanted)),
        applied(lambda x, w: torch.matmul(w, x), loose(3, shape[-2])),
    ]
    if len(shape) == 2:
        choices += [
            applied(lambda x, w: torch.mm(x, w), loose(width, wanted)),
            applied(lambda x, w, b: torch.addmm(b, x, w), loose(width, wanted), loose(wanted)),
        ]
    if len(shape) == 3:
        choices += [
            applied(lambda x: torch.bmm(x, x.transpose(1, 2))),
            applied(lambda x, b: torch.baddbmm(b, x, x.transpose(1, 2)), loose(1, shape[1], shape[1])),
            applied(lambda x, w: torch.matmul(x.unsqueeze(1), w).flatten(1, 2), loose(2, width, wanted)),
        ]
    return dice.one(*choices)


def elementwise(dice: Dice, shape: Shape) -> Make:
    last = loose(shape[-1])
    channels = loose(shape[1], *[1] * rank(shape))
    return dice.one(
        applied(lambda x, w: x + w, last),
        applied(lambda x, w: x * w, channels),
        applied(lambda x, w: torch.add(x, w), last),
        applied(lambda x, w: torch.mul(x, w), channels),
        applied(lambda x, w: torch.mul(w, x), last),
        applied(lambda x, w: x.add(w), channels),
        applied(lambda x, w: x.mul(w), last),
        applied(lambda x: x * 2.0 + 1),
        applied(lambda x: x - x.mean(-1, keepdim=True)),
        applied(lambda x: x / (1 + x.abs())),
        applied(lambda x: torch.cat([x, x], dim=1)),
        applied(lambda x: x.clone().add_(x)),
        applied(lambda x: x.mul(x)),
    )


# Other shapes


def reshape(dice: Dice, shape: Shape) -> Make:
    return dice.one(
        layer("Flatten"),
        layer("Flatten", 2),
        layer("Identity"),
        layer("Dropout"),
        applied(lambda x: x.transpose(1, -1)),
        applied(lambda x: x.transpose(1, -1).contiguous()),
        applied(lambda x: x.mean(-1)),
        applied(lambda x: x.sum(dim=-1, keepdim=True)),
        applied(lambda x: x.amax(-1)),
        applied(lambda x: x.unsqueeze(1)),
        applied(lambda x: F.pad(x, (1, 1))),
        applied(lambda x: x[:, :1]),
    )


Step = Callable[[Dice, Shape], Make]

ANY: tuple[Step, ...] = (linear, subclass, functional_weights, channel_norm, last_norm, activation, function)
ANY += (product, elementwise, reshape)
SPATIAL: tuple[Step, ...] = (conv, conv, depthwise, transposed, pool, adaptive, resample)

STEPS: dict[int, tuple[Step, ...]] = {
    2: (*ANY, cell),
    3: (*ANY, *SPATIAL, recurrent, attention, encoder, sdpa),
    4: (*ANY, *SPATIAL, sdpa),
    5: (*ANY, *SPATIAL),
}
"""What may come after a tensor of so many axes, the batch included."""
