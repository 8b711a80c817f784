"""The networks of the matrix test in Paddle: each the architecture of the preset of its name.

model, shape = NETWORKS["lenet"]()
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import paddle
from paddle import nn

__all__ = ["NETWORKS"]

Built = tuple[Any, tuple[int, ...]]


def _lenet5() -> Built:
    layers = (
        *(nn.Conv2D(1, 6, 5), nn.ReLU(), nn.AvgPool2D(2), nn.Conv2D(6, 16, 5), nn.ReLU(), nn.AvgPool2D(2)),
        *(nn.Conv2D(16, 120, 5), nn.ReLU(), nn.Flatten(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
        nn.Softmax(),
    )
    return nn.Sequential(*layers), (1, 1, 32, 32)


def _alexnet() -> Built:
    layers = (
        *(nn.Conv2D(3, 96, 11, 4), nn.ReLU(), nn.MaxPool2D(3, 2)),
        *(nn.Conv2D(96, 256, 5, padding=2), nn.ReLU(), nn.MaxPool2D(3, 2)),
        *(nn.Conv2D(256, 384, 3, padding=1), nn.ReLU(), nn.Conv2D(384, 384, 3, padding=1), nn.ReLU()),
        *(nn.Conv2D(384, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2D(3, 2), nn.Flatten()),
        *(nn.Dropout(), nn.Linear(9216, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU()),
        *(nn.Linear(4096, 1000), nn.Softmax()),
    )
    return nn.Sequential(*layers), (1, 3, 227, 227)


class _UNet(nn.Layer):  # type: ignore[misc]
    def __init__(self, width: int = 64) -> None:
        super().__init__()
        sizes = [width * 2**step for step in range(5)]
        self.downs = nn.LayerList([_double(a, b) for a, b in zip([1, *sizes], sizes, strict=False)])
        self.lifts = nn.LayerList([nn.Conv2DTranspose(2 * size, size, 2, 2) for size in sizes[-2::-1]])
        self.ups = nn.LayerList([_double(2 * size, size) for size in sizes[-2::-1]])
        self.classify = nn.Conv2D(width, 2, 1)

    def forward(self, x: Any) -> Any:
        kept = []
        for down in list(self.downs)[:-1]:
            kept.append(down(x))
            x = nn.functional.max_pool2d(kept[-1], 2, 2)
        x = self.downs[-1](x)
        for margin, lift, up in zip((4, 16, 40, 88), self.lifts, self.ups, strict=True):
            copy = kept.pop()[:, :, margin:-margin, margin:-margin]
            x = up(paddle.concat((copy, lift(x)), 1))
        return self.classify(x)


def _double(inside: int, out: int) -> Any:
    return nn.Sequential(nn.Conv2D(inside, out, 3), nn.ReLU(), nn.Conv2D(out, out, 3), nn.ReLU())


class _Classifier(nn.Layer):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(20_000, 128)
        self.first = nn.LSTM(128, 64, direction="bidirect")
        self.second = nn.LSTM(128, 64, direction="bidirect")
        self.classify = nn.Linear(128, 1)

    def forward(self, x: Any) -> Any:
        x, _ = self.first(self.embedding(x))
        _, (state, _) = self.second(x)
        return nn.functional.sigmoid(self.classify(paddle.concat((state[0], state[1]), -1)))


def _zoo(name: str, shape: tuple[int, ...] = (1, 3, 224, 224)) -> Callable[[], Built]:
    return lambda: (getattr(paddle.vision.models, name)(), shape)


def _built(make: Callable[[], Built]) -> Callable[[], Built]:
    def build() -> Built:
        with paddle.LazyGuard():
            model, shape = make()
        model.eval()
        return model, shape

    return build


def _transformer() -> Built:
    layer = nn.TransformerEncoderLayer(512, 8, 2048)
    return nn.TransformerEncoder(layer, 6), (1, 128, 512)


NETWORKS: dict[str, Callable[[], Built]] = {
    "lenet": _built(_zoo("LeNet", (1, 1, 28, 28))),
    "lenet5": _built(_lenet5),
    "alexnet": _built(_alexnet),
    "vgg16": _built(_zoo("vgg16")),
    "resnet18": _built(_zoo("resnet18")),
    "resnet50": _built(_zoo("resnet50")),
    "mobilenet_v2": _built(_zoo("mobilenet_v2")),
    "unet": _built(lambda: (_UNet(), (1, 1, 572, 572))),
    "transformer_encoder": _built(_transformer),
    "lstm_classifier": lambda: (_Classifier(), (1, 200)),  # its layers do not build lazily
}
"""By name: makes the model without memory, and the shape of its input, batch included."""
