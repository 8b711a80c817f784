"""The networks of the matrix test in Keras: each the architecture of the preset of its name, channels last.

model, shape = NETWORKS["lenet"]()
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

__all__ = ["NETWORKS"]

Built = tuple[Any, tuple[int, ...]]

NETWORKS: dict[str, Callable[[], Built]] = {}
"""By name: makes the model, and the shape of its input, batch included."""


def _network(name: str, shape: tuple[int, ...], dtype: str = "float32") -> Callable[..., Any]:
    """Declare a network as what it does with its input; it is built without filling its weights."""

    def declared(body: Callable[[Any], Any]) -> Callable[[Any], Any]:
        @wraps(body)
        def build() -> Built:
            import keras

            from netledger.frontends.keras.building import unfilled

            with unfilled():
                image = keras.Input(shape[1:], dtype=dtype)
                return keras.Model(image, body(image), name=name), shape

        NETWORKS[name] = build
        return body

    return declared


@_network("lenet", (1, 28, 28, 1))
def _lenet(x: Any) -> Any:
    from keras import layers

    x = layers.Conv2D(6, 3, padding="same", activation="relu")(x)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(16, 5, activation="relu")(x)
    x = layers.Flatten()(layers.MaxPooling2D(2)(x))
    return layers.Dense(10)(layers.Dense(84)(layers.Dense(120)(x)))


@_network("lenet5", (1, 32, 32, 1))
def _lenet5(x: Any) -> Any:
    from keras import layers

    x = layers.AveragePooling2D(2)(layers.Conv2D(6, 5, activation="relu")(x))
    x = layers.AveragePooling2D(2)(layers.Conv2D(16, 5, activation="relu")(x))
    x = layers.Flatten()(layers.Conv2D(120, 5, activation="relu")(x))
    return layers.Dense(10, activation="softmax")(layers.Dense(84, activation="relu")(x))


@_network("alexnet", (1, 227, 227, 3))
def _alexnet(x: Any) -> Any:
    from keras import layers

    x = layers.MaxPooling2D(3, 2)(layers.Conv2D(96, 11, 4, activation="relu")(x))
    x = layers.MaxPooling2D(3, 2)(layers.Conv2D(256, 5, padding="same", activation="relu")(x))
    for out in (384, 384, 256):
        x = layers.Conv2D(out, 3, padding="same", activation="relu")(x)
    x = layers.Flatten()(layers.MaxPooling2D(3, 2)(x))
    for _ in range(2):
        x = layers.Dense(4096, activation="relu")(layers.Dropout(0.5)(x))
    return layers.Dense(1000, activation="softmax")(x)


@_network("vgg16", (1, 224, 224, 3))
def _vgg16(x: Any) -> Any:
    from keras import layers

    for times, out in ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512)):
        for _ in range(times):
            x = layers.Conv2D(out, 3, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(layers.AdaptiveAveragePooling2D(7)(x))
    for _ in range(2):
        x = layers.Dropout(0.5)(layers.Dense(4096, activation="relu")(x))
    return layers.Dense(1000)(x)


def _convolved(x: Any, out: int, kernel: int, stride: int = 1, groups: bool = False) -> Any:
    """A convolution without bias, padded on both sides alike, and its batch norm."""
    from keras import layers

    if kernel > 1:
        x = layers.ZeroPadding2D(kernel // 2)(x)
    if groups:
        x = layers.DepthwiseConv2D(kernel, stride, use_bias=False)(x)
    else:
        x = layers.Conv2D(out, kernel, stride, use_bias=False)(x)
    return layers.BatchNormalization(epsilon=1e-5)(x)


def _resnet(x: Any, depths: tuple[int, ...], wide: int) -> Any:
    from keras import layers

    x = layers.ReLU()(_convolved(x, 64, 7, 2))
    x = layers.MaxPooling2D(3, 2)(layers.ZeroPadding2D(1)(x))
    for stage, depth in enumerate(depths):
        for turn in range(depth):
            x = _residual(x, 64 * 2**stage, 2 if stage and not turn else 1, wide)
    return layers.Dense(1000)(layers.GlobalAveragePooling2D()(x))


def _residual(x: Any, width: int, stride: int, wide: int) -> Any:
    from keras import layers

    out = width * wide
    short = x if x.shape[-1] == out else _convolved(x, out, 1, stride)
    if wide == 1:
        y = layers.ReLU()(_convolved(x, width, 3, stride))
        y = _convolved(y, out, 3)
    else:
        y = layers.ReLU()(_convolved(x, width, 1))
        y = layers.ReLU()(_convolved(y, width, 3, stride))
        y = _convolved(y, out, 1)
    return layers.ReLU()(layers.Add()([y, short]))


@_network("resnet18", (1, 224, 224, 3))
def _resnet18(x: Any) -> Any:
    return _resnet(x, (2, 2, 2, 2), 1)


@_network("resnet50", (1, 224, 224, 3))
def _resnet50(x: Any) -> Any:
    return _resnet(x, (3, 4, 6, 3), 4)


@_network("mobilenet_v2", (1, 224, 224, 3))
def _mobilenet_v2(x: Any) -> Any:
    from keras import layers

    x = layers.ReLU(6)(_convolved(x, 32, 3, 2))
    settings = (
        (1, 16, 1, 1),
        (6, 24, 2, 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    )
    for expand, out, depth, stride in settings:
        for turn in range(depth):
            y = layers.ReLU(6)(_convolved(x, expand * x.shape[-1], 1)) if expand > 1 else x
            y = layers.ReLU(6)(_convolved(y, 0, 3, stride if turn == 0 else 1, groups=True))
            y = _convolved(y, out, 1)
            x = layers.Add()([x, y]) if turn else y
    x = layers.GlobalAveragePooling2D()(layers.ReLU(6)(_convolved(x, 1280, 1)))
    return layers.Dense(1000)(layers.Dropout(0.2)(x))


def _double(x: Any, out: int) -> Any:
    from keras import layers

    return layers.Conv2D(out, 3, activation="relu")(layers.Conv2D(out, 3, activation="relu")(x))


@_network("unet", (1, 572, 572, 1))
def _unet(x: Any) -> Any:
    from keras import layers

    kept = []
    for out in (64, 128, 256, 512):
        kept.append(_double(x, out))
        x = layers.MaxPooling2D(2)(kept[-1])
    x = _double(x, 1024)
    for out, margin in ((512, 4), (256, 16), (128, 40), (64, 88)):
        x = layers.Conv2DTranspose(out, 2, 2)(x)
        x = _double(layers.Concatenate()([layers.Cropping2D(margin)(kept.pop()), x]), out)
    return layers.Conv2D(2, 1)(x)


@_network("transformer_encoder", (1, 128, 512))
def _transformer_encoder(x: Any) -> Any:
    from keras import layers

    for _ in range(6):
        y = layers.Dropout(0.1)(layers.MultiHeadAttention(8, 64)(x, x))
        x = layers.LayerNormalization(epsilon=1e-5)(layers.Add()([x, y]))
        y = layers.Dropout(0.1)(layers.Dense(2048, activation="relu")(x))
        y = layers.Dropout(0.1)(layers.Dense(512)(y))
        x = layers.LayerNormalization(epsilon=1e-5)(layers.Add()([x, y]))
    return x


@_network("lstm_classifier", (1, 200), "int32")
def _lstm_classifier(x: Any) -> Any:
    from keras import layers

    x = layers.Embedding(20000, 128)(x)
    x = layers.Bidirectional(layers.LSTM(64, return_sequences=True))(x)
    x = layers.Bidirectional(layers.LSTM(64))(x)
    return layers.Dense(1, activation="sigmoid")(x)
