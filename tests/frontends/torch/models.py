"""Small models that spell one thing in several ways."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class OneConv(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 7, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


class Small(nn.Module):
    """Convolutions, normalisation, a reused activation, a bare parameter, a functional call."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(8)
        self.relu = nn.ReLU(inplace=True)
        self.depthwise = nn.Conv2d(8, 8, 3, groups=8)
        self.scale = nn.Parameter(torch.ones(8, 1, 1))
        self.fc = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.bn(self.conv(x)))
        x = self.relu(self.depthwise(x)) * self.scale
        x = F.adaptive_avg_pool2d(x, 1).flatten(1)
        return F.dropout(self.fc(x), 0.1, self.training)


class Heads(nn.Module):
    """Self attention, spelled as asked: module, function, products, einsum."""

    def __init__(self, spelling: str, features: int = 16, heads: int = 4) -> None:
        super().__init__()
        self.spelling = spelling
        self.heads = heads
        self.qkv = nn.Linear(features, 3 * features)
        self.out = nn.Linear(features, features)

    def forward(self, x: Tensor) -> Tensor:
        batch, length, features = x.shape
        q, k, v = self.qkv(x).reshape(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        y = getattr(self, self.spelling)(q, k, v)
        return self.out(y.transpose(1, 2).reshape(batch, length, features))

    def sdpa(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return F.scaled_dot_product_attention(q, k, v)

    def products(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return torch.softmax(q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5, -1) @ v

    def methods(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return q.mul(q.size(-1) ** -0.5).matmul(k.mT).softmax(dim=-1).matmul(v)

    def sums(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        scores = torch.einsum("bhqd,bhkd->bhqk", q, k) / q.shape[-1] ** 0.5
        return torch.einsum("bhqk,bhkd->bhqd", scores.softmax(-1), v)

    def batches(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        q, k, v = (part.flatten(0, 1) for part in (q, k, v))
        scores = torch.baddbmm(torch.zeros(1, device=q.device), q, k.transpose(1, 2), beta=0, alpha=q.shape[-1] ** -0.5)
        return torch.bmm(F.softmax(scores, dim=-1), v).unflatten(0, (-1, self.heads))


class Standardised(nn.Conv2d):
    """A convolution whose weight is computed."""

    def forward(self, x: Tensor) -> Tensor:
        flat = self.weight.reshape(1, self.out_channels, -1)
        weight = F.batch_norm(flat, None, None, training=True).reshape_as(self.weight)
        return F.conv2d(x, weight, self.bias, self.stride, self.padding)


class Windows(nn.Module):
    """Decides by its own small buffers: a loop, an index table, a mask."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("steps", torch.tensor([1, 2]))
        self.table = nn.Parameter(torch.zeros(9, 2))
        grid = torch.stack(torch.meshgrid(torch.arange(2), torch.arange(2), indexing="ij")).flatten(1)
        self.register_buffer("index", ((grid[:, :, None] - grid[:, None, :]) + 1).sum(0))

    def forward(self, x: Tensor) -> Tensor:
        for step in self.steps.tolist():
            x = x.roll(step, 1)
        bias = self.table[self.index.view(-1)].view(4, 4, 2).permute(2, 0, 1)
        mask = torch.zeros(4, 4)
        mask[:2, 2:] = 1
        if bool((mask > 0).any()):
            x = x + bias.mean() + mask.masked_fill(mask != 0, -100.0).sum()
        return x


class Dependent(nn.Module):
    """Decides by its input."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        y = self.fc(x)
        while y.sum() < 100:
            y = y.abs() * 2 + 1
        return self.fc(y[y[:, 0] > 0])


class Broken(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.fc = nn.Linear(512, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(F.relu(self.conv(x)).flatten(1))


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(100, 8)
        self.inner = nn.Linear(8, 8)
        self.again = self.inner
        self.head = nn.Linear(8, 100, bias=False)
        self.head.weight = self.embedding.weight
        self.spare = nn.Linear(3, 3)

    def forward(self, ids: Tensor, scale: float = 1.0, mask: Tensor | None = None) -> dict[str, Any]:
        x = self.again(self.inner(self.embedding(ids))) * scale
        if mask is not None:
            x = x * mask[..., None]
        return {"logits": self.head(x), "shape": x.shape}


class Recorder(nn.Module):
    """Changes itself while it runs, as careless models do."""

    def __init__(self) -> None:
        super().__init__()
        self.bn = nn.BatchNorm1d(4)
        self.seen: list[Tensor] = []
        self.cache: dict[str, Tensor] = {}
        self.register_buffer("count", torch.zeros((), dtype=torch.long))
        self.register_buffer("mean", torch.zeros(4))
        self.weight = nn.Parameter(torch.ones(4))

    def forward(self, x: Tensor) -> Tensor:
        self.count += 1
        self.mean.mul_(0.9).add_(x.mean(0), alpha=0.1)
        self.last = x
        self.seen.append(x)
        self.cache["x"] = x
        self.weight.data.clamp_(0, 1)
        x = F.dropout(self.bn(x) * self.weight, training=True) + torch.rand(4)
        self.mean = x.mean(0)
        del self.last
        self.last2 = x
        return x


class Rewriter(nn.Module):
    """Changes what layers of PyTorch's own hold."""

    def __init__(self) -> None:
        super().__init__()
        self.full = nn.Linear(4, 4)
        self.chain = nn.Sequential(nn.Linear(4, 4), nn.ReLU())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.full.weight = nn.Parameter(torch.zeros(5, 4))
        self.full._parameters["bias"] = None
        self.full.in_features = 7
        self.full.register_buffer("mask", torch.zeros(5), persistent=False)
        self.full.register_forward_hook(lambda module, args, out: out + 1)
        weight = self.chain[0].weight
        del self.chain[0].weight
        self.chain[0].weight = weight  # the same, but now the last
        self.chain[1] = nn.Sigmoid()
        self.chain.append(nn.Tanh())
        return self.chain(x) @ self.full.weight.T + self.full(x)
