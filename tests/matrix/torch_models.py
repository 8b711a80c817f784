"""The networks of the matrix test in PyTorch: each the architecture of the preset of its name.

model, shape = NETWORKS["lenet"]()
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from bench.models import torchvision

__all__ = ["DTYPES", "NETWORKS", "WITH_MEMORY"]

Built = tuple[nn.Module, tuple[int, ...]]


def _lenet() -> Built:
    layers = (
        *(nn.Conv2d(1, 6, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2, 2)),
        *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2, 2), nn.Flatten()),
        *(nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)),
    )
    return nn.Sequential(*layers), (1, 1, 28, 28)


def _lenet5() -> Built:
    layers = (
        *(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.AvgPool2d(2)),
        *(nn.Conv2d(16, 120, 5), nn.ReLU(), nn.Flatten(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
        nn.Softmax(dim=1),
    )
    return nn.Sequential(*layers), (1, 1, 32, 32)


def _alexnet() -> Built:
    layers = (
        *(nn.Conv2d(3, 96, 11, 4), nn.ReLU(), nn.MaxPool2d(3, 2)),
        *(nn.Conv2d(96, 256, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2)),
        *(nn.Conv2d(256, 384, 3, padding=1), nn.ReLU(), nn.Conv2d(384, 384, 3, padding=1), nn.ReLU()),
        *(nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2), nn.Flatten()),
        *(nn.Dropout(), nn.Linear(9216, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU()),
        *(nn.Linear(4096, 1000), nn.Softmax(dim=1)),
    )
    return nn.Sequential(*layers), (1, 3, 227, 227)


def _torchvision(name: str) -> Callable[[], Built]:
    return lambda: (getattr(torchvision().models, name)(weights=None), (1, 3, 224, 224))


class _UNet(nn.Module):
    def __init__(self, width: int = 64) -> None:
        super().__init__()
        sizes = [width * 2**step for step in range(5)]
        self.downs = nn.ModuleList(_double(a, b) for a, b in zip([1, *sizes], sizes, strict=False))
        self.lifts = nn.ModuleList(nn.ConvTranspose2d(2 * size, size, 2, 2) for size in sizes[-2::-1])
        self.ups = nn.ModuleList(_double(2 * size, size) for size in sizes[-2::-1])
        self.classify = nn.Conv2d(width, 2, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kept = []
        for down in self.downs[:-1]:
            kept.append(down(x))
            x = nn.functional.max_pool2d(kept[-1], 2, 2)
        x = self.downs[-1](x)
        for margin, lift, up in zip((4, 16, 40, 88), self.lifts, self.ups, strict=True):
            copy = kept.pop()[:, :, margin:-margin, margin:-margin]
            x = up(torch.cat((copy, lift(x)), 1))
        return self.classify(x)


def _double(inside: int, out: int) -> nn.Module:
    return nn.Sequential(nn.Conv2d(inside, out, 3), nn.ReLU(), nn.Conv2d(out, out, 3), nn.ReLU())


def _transformer() -> Built:
    layer = nn.TransformerEncoderLayer(512, 8, 2048, batch_first=True)
    return nn.TransformerEncoder(layer, 6, enable_nested_tensor=False), (1, 128, 512)


class _Classifier(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(20_000, 128)
        self.first = nn.LSTM(128, 64, bidirectional=True, batch_first=True)
        self.second = nn.LSTM(128, 64, bidirectional=True, batch_first=True)
        self.classify = nn.Linear(128, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x, _ = self.first(self.embedding(x))
        _, (state, _) = self.second(x)
        return torch.sigmoid(self.classify(torch.cat((state[0], state[1]), -1)))


def _built(make: Callable[[], Any]) -> Callable[[], Built]:
    def build() -> Built:
        with torch.device("meta"):
            model, shape = make()
        return model.eval(), shape

    return build


WITH_MEMORY: dict[str, Callable[[], Built]] = {
    "lenet": _lenet,
    "lenet5": _lenet5,
    "alexnet": _alexnet,
    "vgg16": _torchvision("vgg16"),
    "resnet18": _torchvision("resnet18"),
    "resnet50": _torchvision("resnet50"),
    "mobilenet_v2": _torchvision("mobilenet_v2"),
    "unet": lambda: (_UNet(), (1, 1, 572, 572)),
    "transformer_encoder": _transformer,
    "lstm_classifier": lambda: (_Classifier(), (1, 200)),
}
"""By name: makes the model, and the shape of its input, batch included."""

NETWORKS: dict[str, Callable[[], Built]] = {name: _built(make) for name, make in WITH_MEMORY.items()}
"""The same without memory."""

DTYPES = {"lstm_classifier": "int64"}
"""The element type of the input, where it is no float32."""
