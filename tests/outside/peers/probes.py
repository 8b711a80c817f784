"""One operation at a time: the rows of `appendix.csv`, each a builder of a network in eval mode and its arguments.

A layer stands alone where it can. calflops refuses a network without parameters, so a layer or a function that has
none is held by a network with one spare parameter; three norms without parameters stand alone and show the refusal.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["PROBES"]

Made = tuple[nn.Module, tuple[Any, ...], dict[str, Any]]
Builder = Callable[[], Made]

PROBES: dict[str, Builder] = {}


class Holder(nn.Module):
    """A function; weights that it uses; and a spare parameter, which nothing uses."""

    def __init__(self, function: Callable[..., Any], *weights: Tensor) -> None:
        super().__init__()
        self.function = function
        self.weights = nn.ParameterList(weights)
        self.spare = nn.Parameter(torch.zeros(1))


class One(Holder):
    def forward(self, a: Tensor) -> Any:
        return self.function(a, *self.weights)


class Two(Holder):
    def forward(self, a: Tensor, b: Tensor) -> Any:
        return self.function(a, b, *self.weights)


class Three(Holder):
    def forward(self, a: Tensor, b: Tensor, c: Tensor) -> Any:
        return self.function(a, b, c, *self.weights)


class Attends(nn.Module):
    """Attention whose weights are asked for or not, on query, keys and values given one by one."""

    def __init__(self, need_weights: bool, batch_first: bool = True) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=batch_first)
        self.need_weights = need_weights

    def forward(self, a: Tensor, b: Tensor, c: Tensor) -> Tensor:
        return self.attention(a, b, c, need_weights=self.need_weights)[0]


def attention(name: str, model: Callable[[], nn.Module], query: tuple[int, ...], key: tuple[int, ...]) -> None:
    """Three inputs; a network that attends to itself is given the same tensor three times."""

    def build() -> Made:
        queries = torch.rand(query)
        keys = queries if query == key else torch.rand(key)
        return model().eval(), (queries, keys, keys), {}

    PROBES[name] = build


def layer(name: str, make: Callable[[], nn.Module], *shape: int) -> None:
    """A layer that stands alone."""
    PROBES[name] = lambda: (make().eval(), (torch.rand(shape),), {})


def held(name: str, make: Callable[[], nn.Module], *shape: int) -> None:
    """A layer without parameters, in a network that has one."""

    def build() -> Made:
        model = nn.Sequential(make())
        model.register_parameter("spare", nn.Parameter(torch.zeros(1)))
        return model.eval(), (torch.rand(shape),), {}

    PROBES[name] = build


def call(name: str, function: Callable[..., Any], *shapes: tuple[int, ...], weights: Any = ()) -> None:
    """A function of as many tensors as there are shapes, and of weights that the network owns."""
    kind = (One, Two, Three)[len(shapes) - 1]

    def build() -> Made:
        model = kind(function, *map(torch.rand, weights)).eval()
        return model, tuple(map(torch.rand, shapes)), {}

    PROBES[name] = build


# Convolutions

layer("conv2d(2,4,5,5)->8 k3 p1 bias", lambda: nn.Conv2d(4, 8, 3, padding=1), 2, 4, 5, 5)
layer("conv2d(1,4,5,5)->8 k3 p1 nobias", lambda: nn.Conv2d(4, 8, 3, padding=1, bias=False), 1, 4, 5, 5)
layer("conv2d groups=2 bias (1,4,5,5)->8 k3 p1", lambda: nn.Conv2d(4, 8, 3, padding=1, groups=2), 1, 4, 5, 5)
layer(
    "conv2d depthwise nobias (1,4,5,5) k3 p1",
    lambda: nn.Conv2d(4, 4, 3, padding=1, groups=4, bias=False),
    *(1, 4, 5, 5),
)
layer(
    "conv2d s2 d2 nobias (1,4,9,9)->8 k3 p2",
    lambda: nn.Conv2d(4, 8, 3, stride=2, dilation=2, padding=2, bias=False),
    *(1, 4, 9, 9),
)
layer("conv2d pad='same' k=4 nobias (1,4,8,8)->8", lambda: nn.Conv2d(4, 8, 4, padding="same", bias=False), 1, 4, 8, 8)
layer("conv2d unbatched (4,5,5)->8 k3 p1 nobias", lambda: nn.Conv2d(4, 8, 3, padding=1, bias=False), 4, 5, 5)
layer("conv1d (1,4,10)->6 k3 p1 bias", lambda: nn.Conv1d(4, 6, 3, padding=1), 1, 4, 10)
layer("conv3d (1,2,4,4,4)->3 k3 p1 bias", lambda: nn.Conv3d(2, 3, 3, padding=1), 1, 2, 4, 4, 4)
call(
    "F.conv2d (1,4,5,5)->8 k3 p1 nobias",
    lambda a, w: F.conv2d(a, w, padding=1),
    (1, 4, 5, 5),
    weights=[(8, 4, 3, 3)],
)
layer("convT2d (1,4,5,5)->8 k2 s2 bias (out 10x10)", lambda: nn.ConvTranspose2d(4, 8, 2, stride=2), 1, 4, 5, 5)
layer(
    "convT2d g=2 nobias (1,4,5,5)->8 k2 s2",
    lambda: nn.ConvTranspose2d(4, 8, 2, stride=2, groups=2, bias=False),
    *(1, 4, 5, 5),
)
layer(
    "convT2d g=2 nobias (1,8,5,5)->8 k2 s2",
    lambda: nn.ConvTranspose2d(8, 8, 2, stride=2, groups=2, bias=False),
    *(1, 8, 5, 5),
)
layer(
    "convT2d k3 s1 p1 nobias (1,4,5,5)->8 (out 5x5)",
    lambda: nn.ConvTranspose2d(4, 8, 3, padding=1, bias=False),
    *(1, 4, 5, 5),
)

# Products

layer("linear 16->8 bias b2", lambda: nn.Linear(16, 8), 2, 16)
layer("linear 16->8 bias (2,5,16)", lambda: nn.Linear(16, 8), 2, 5, 16)
layer("linear 16->8 nobias (2,5,16)", lambda: nn.Linear(16, 8, bias=False), 2, 5, 16)
layer("linear 16->8 bias 1-D input", lambda: nn.Linear(16, 8), 16)
PROBES["bilinear 4,5->6 b2"] = lambda: (nn.Bilinear(4, 5, 6).eval(), (torch.rand(2, 4), torch.rand(2, 5)), {})
call("F.linear 16->8 bias (2,5,16)", lambda a, w, b: F.linear(a, w, b), (2, 5, 16), weights=[(8, 16), (8,)])
call("torch.matmul (2,3,4)x(2,4,5)", lambda a, b: torch.matmul(a, b), (2, 3, 4), (2, 4, 5))
call("a@b (2,3,4)x(2,4,5)", lambda a, b: a @ b, (2, 3, 4), (2, 4, 5))
call("torch.matmul (2,1,3,4)x(5,4,6) bcast", lambda a, b: torch.matmul(a, b), (2, 1, 3, 4), (5, 4, 6))
call("torch.matmul (3,4)x(2,4,5) bcast lhs", lambda a, b: torch.matmul(a, b), (3, 4), (2, 4, 5))
call("torch.matmul vec (4)x(4,5)", lambda a, b: torch.matmul(a, b), (4,), (4, 5))
call("torch.mm (3,4)x(4,5)", lambda a, b: torch.mm(a, b), (3, 4), (4, 5))
call("torch.bmm (2,3,4)x(2,4,5)", lambda a, b: torch.bmm(a, b), (2, 3, 4), (2, 4, 5))
call("torch.addmm (3,5)+(3,4)x(4,5)", lambda a, b, c: torch.addmm(a, b, c), (3, 5), (3, 4), (4, 5))
call("torch.baddbmm (2,3,5)+(2,3,4)x(2,4,5)", lambda a, b, c: torch.baddbmm(a, b, c), (2, 3, 5), (2, 3, 4), (2, 4, 5))
call("einsum bij,bjk->bik (2,3,4)(2,4,5)", lambda a, b: torch.einsum("bij,bjk->bik", a, b), (2, 3, 4), (2, 4, 5))
call(
    "einsum nhwc,hkc->nhwk (2,3,4,5)(3,6,5)",
    lambda a, b: torch.einsum("nhwc,hkc->nhwk", a, b),
    (2, 3, 4, 5),
    (3, 6, 5),
)
call("einsum i,i->i (elementwise) 7", lambda a, b: torch.einsum("i,i->i", a, b), (7,), (7,))

# Attention

call(
    "F.sdpa q(2,3,8,4) k,v(2,3,6,4)",
    lambda a, b, c: F.scaled_dot_product_attention(a, b, c),
    *((2, 3, 8, 4), (2, 3, 6, 4), (2, 3, 6, 4)),
)
call(
    "F.sdpa causal q,k,v(2,3,8,4)",
    lambda a, b, c: F.scaled_dot_product_attention(a, b, c, is_causal=True),
    *((2, 3, 8, 4), (2, 3, 8, 4), (2, 3, 8, 4)),
)
attention("MHA d8 h2 self (2,5,8) need_weights=False batch_first", lambda: Attends(False), (2, 5, 8), (2, 5, 8))
attention("MHA d8 h2 self (2,5,8) need_weights=True batch_first", lambda: Attends(True), (2, 5, 8), (2, 5, 8))
attention("MHA d8 h2 cross q(2,5,8) kv(2,7,8) batch_first", lambda: Attends(False), (2, 5, 8), (2, 7, 8))
attention(
    "MHA d8 h2 self (5,2,8) seq-first need=False", lambda: Attends(False, batch_first=False), (5, 2, 8), (5, 2, 8)
)
layer(
    "TransformerEncoderLayer d8 h2 ff16 (2,5,8) bf",
    lambda: nn.TransformerEncoderLayer(8, 2, 16, batch_first=True),
    *(2, 5, 8),
)

# Recurrence

layer("LSTM 4->6 1L bf (2,5,4)", lambda: nn.LSTM(4, 6, batch_first=True), 2, 5, 4)
layer(
    "LSTM 4->6 2L bidir bf (2,5,4)",
    lambda: nn.LSTM(4, 6, num_layers=2, bidirectional=True, batch_first=True),
    *(2, 5, 4),
)
layer("LSTM 4->6 1L seqfirst (5,2,4)", lambda: nn.LSTM(4, 6), 5, 2, 4)
layer("GRU 4->6 1L bf (2,5,4)", lambda: nn.GRU(4, 6, batch_first=True), 2, 5, 4)
layer("RNN 4->6 1L bf (2,5,4)", lambda: nn.RNN(4, 6, batch_first=True), 2, 5, 4)
layer("LSTM 4->6 1L nobias bf (2,5,4)", lambda: nn.LSTM(4, 6, bias=False, batch_first=True), 2, 5, 4)
layer("LSTMCell 4->6 b2", lambda: nn.LSTMCell(4, 6), 2, 4)
layer("GRUCell 4->6 b2", lambda: nn.GRUCell(4, 6), 2, 4)
layer("RNNCell 4->6 b2", lambda: nn.RNNCell(4, 6), 2, 4)

# Norms

layer("BatchNorm2d(4) affine (2,4,3,3) n=72", lambda: nn.BatchNorm2d(4), 2, 4, 3, 3)
layer("BatchNorm2d(4) noaffine", lambda: nn.BatchNorm2d(4, affine=False), 2, 4, 3, 3)
layer("BatchNorm1d(4) (2,4)", lambda: nn.BatchNorm1d(4), 2, 4)
layer("GroupNorm(2,4) n=72", lambda: nn.GroupNorm(2, 4), 2, 4, 3, 3)
layer("InstanceNorm2d(4) noaffine n=72", lambda: nn.InstanceNorm2d(4), 2, 4, 3, 3)
layer("InstanceNorm2d(4,affine) n=72", lambda: nn.InstanceNorm2d(4, affine=True), 2, 4, 3, 3)
layer("LayerNorm(8) (2,5,8) n=80", lambda: nn.LayerNorm(8), 2, 5, 8)
layer("LayerNorm(8) noaffine n=80", lambda: nn.LayerNorm(8, elementwise_affine=False), 2, 5, 8)
layer("RMSNorm(8) (2,5,8) n=80", lambda: nn.RMSNorm(8), 2, 5, 8)
call("F.layer_norm affine n=80", lambda a, w, b: F.layer_norm(a, (8,), w, b), (2, 5, 8), weights=[(8,), (8,)])
call("F.normalize n=80", lambda a: F.normalize(a), (2, 5, 8))

# Activations

ACTIVATIONS = "ReLU ReLU6 LeakyReLU ELU GELU SiLU Sigmoid Tanh Hardswish Hardsigmoid Mish Softplus"
for activation in ACTIVATIONS.split():
    held(f"nn.{activation} (2,40) n=80", getattr(nn, activation), 2, 40)
layer("nn.PReLU (2,40) n=80", nn.PReLU, 2, 40)
held("nn.Softmax (2,40) n=80", lambda: nn.Softmax(dim=1), 2, 40)
held("nn.LogSoftmax (2,40) n=80", lambda: nn.LogSoftmax(dim=1), 2, 40)
call("F.relu (2,40) n=80", lambda a: F.relu(a), (2, 40))
call("torch.relu (2,40) n=80", lambda a: torch.relu(a), (2, 40))
call("F.gelu (2,40) n=80", lambda a: F.gelu(a), (2, 40))
call("F.silu (2,40) n=80", lambda a: F.silu(a), (2, 40))
call("torch.sigmoid (2,40) n=80", lambda a: torch.sigmoid(a), (2, 40))
call("F.softmax (2,40) n=80", lambda a: F.softmax(a, dim=1), (2, 40))
call("x.softmax (2,40) n=80", lambda a: a.softmax(dim=1), (2, 40))
call("F.leaky_relu (2,40) n=80", lambda a: F.leaky_relu(a), (2, 40))

# Pools and reductions

held("nn.MaxPool2d(2) (2,4,8,8) n=512", lambda: nn.MaxPool2d(2), 2, 4, 8, 8)
held("nn.MaxPool2d(3,2,1) (2,4,8,8) n=512", lambda: nn.MaxPool2d(3, 2, 1), 2, 4, 8, 8)
held("nn.AvgPool2d(2) (2,4,8,8) n=512", lambda: nn.AvgPool2d(2), 2, 4, 8, 8)
held("nn.AdaptiveAvgPool2d(1) (2,4,8,8) n=512", lambda: nn.AdaptiveAvgPool2d(1), 2, 4, 8, 8)
held("nn.AdaptiveAvgPool2d(4) (2,4,8,8) n=512", lambda: nn.AdaptiveAvgPool2d(4), 2, 4, 8, 8)
held("nn.AdaptiveAvgPool2d(3) (2,4,8,8) n=512", lambda: nn.AdaptiveAvgPool2d(3), 2, 4, 8, 8)
held("nn.AdaptiveMaxPool2d(1) (2,4,8,8) n=512", lambda: nn.AdaptiveMaxPool2d(1), 2, 4, 8, 8)
call("F.adaptive_avg_pool2d(1) n=512", lambda a: F.adaptive_avg_pool2d(a, 1), (2, 4, 8, 8))
call("F.max_pool2d(2) n=512", lambda a: F.max_pool2d(a, 2), (2, 4, 8, 8))
call("x.mean((2,3)) n=512", lambda a: a.mean((2, 3)), (2, 4, 8, 8))
call("x.sum((2,3)) n=512", lambda a: a.sum((2, 3)), (2, 4, 8, 8))
call("x.amax((2,3)) n=512", lambda a: a.amax((2, 3)), (2, 4, 8, 8))

# Resampling

held("nn.Upsample x2 nearest (1,4,5,5)", lambda: nn.Upsample(scale_factor=2), 1, 4, 5, 5)
held("nn.Upsample x2 bilinear (1,4,5,5)", lambda: nn.Upsample(scale_factor=2, mode="bilinear"), 1, 4, 5, 5)
held("nn.Upsample x2 bicubic (1,4,5,5)", lambda: nn.Upsample(scale_factor=2, mode="bicubic"), 1, 4, 5, 5)
held("nn.Upsample size=10 bilinear (1,4,5,5)", lambda: nn.Upsample(size=(10, 10), mode="bilinear"), 1, 4, 5, 5)
call("F.interpolate sf=2 nearest", lambda a: F.interpolate(a, scale_factor=2), (1, 4, 5, 5))
call("F.interpolate size=(10,10) bilinear", lambda a: F.interpolate(a, size=(10, 10), mode="bilinear"), (1, 4, 5, 5))
call(
    "F.interpolate sf=(2.,2.) bilinear",
    lambda a: F.interpolate(a, scale_factor=(2.0, 2.0), mode="bilinear"),
    (1, 4, 5, 5),
)

# Elementwise

call("a+b n=24", operator.add, (2, 3, 4), (2, 3, 4))
call("torch.add n=24", lambda a, b: torch.add(a, b), (2, 3, 4), (2, 3, 4))
call("a.add(b) n=24", lambda a, b: a.add(b), (2, 3, 4), (2, 3, 4))
call("a.add_(b) n=24", lambda a, b: a.add_(b), (2, 3, 4), (2, 3, 4))
call("a*b n=24", operator.mul, (2, 3, 4), (2, 3, 4))
call("torch.mul n=24", lambda a, b: torch.mul(a, b), (2, 3, 4), (2, 3, 4))
call("torch.mul bcast (2,3,4)*(4)", lambda a, b: torch.mul(a, b), (2, 3, 4), (4,))
call("torch.mul bcast (1,3,1,1)x(2,3)... (2,3)*(4,2,3)", lambda a, b: torch.mul(a, b), (2, 3), (4, 2, 3))
call("a-b n=24", operator.sub, (2, 3, 4), (2, 3, 4))
call("a/b n=24", operator.truediv, (2, 3, 4), (2, 3, 4))
call("a*2.0 n=24", lambda a: a * 2.0, (2, 3, 4))
call("torch.cat n=48", lambda a, b: torch.cat([a, b]), (2, 3, 4), (2, 3, 4))
call("exp n=24", lambda a: a.exp(), (2, 3, 4))
call("sqrt(abs) n=24", lambda a: a.abs().sqrt(), (2, 3, 4))

# The rest

PROBES["Embedding(10,6) idx(2,5)"] = lambda: (nn.Embedding(10, 6).eval(), (torch.zeros(2, 5, dtype=torch.long),), {})
held("Dropout n=80", lambda: nn.Dropout(), 2, 40)
held("Identity n=80", lambda: nn.Identity(), 2, 40)
held("PixelShuffle(2) (1,4,5,5)", lambda: nn.PixelShuffle(2), 1, 4, 5, 5)
