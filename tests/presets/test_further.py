"""Truth for segmentation, sequences, attention: the same networks in PyTorch and Keras, and what papers print."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

import netledger as nl


class UNet(nn.Module):
    """Ronneberger et al., figure 1."""

    def __init__(self) -> None:
        super().__init__()
        sizes = (64, 128, 256, 512, 1024)
        self.down = nn.ModuleList(_double(a, b) for a, b in zip((1, *sizes), sizes, strict=False))
        self.grow = nn.ModuleList(nn.ConvTranspose2d(2 * size, size, 2, 2) for size in sizes[-2::-1])
        self.up = nn.ModuleList(_double(2 * size, size) for size in sizes[-2::-1])
        self.last = nn.Conv2d(64, 2, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kept = []
        for step in self.down:
            x = step(x if not kept else nn.functional.max_pool2d(x, 2))
            kept.append(x)
        for grow, step, copy in zip(self.grow, self.up, kept[-2::-1], strict=True):
            x = grow(x)
            cut = (copy.shape[-1] - x.shape[-1]) // 2
            x = step(torch.cat([copy[:, :, cut:-cut, cut:-cut], x], 1))
        made: torch.Tensor = self.last(x)
        return made


def _double(channels: int, out: int) -> nn.Module:
    return nn.Sequential(nn.Conv2d(channels, out, 3), nn.ReLU(), nn.Conv2d(out, out, 3), nn.ReLU())


class SegNet(nn.Module):
    """Badrinarayanan et al., figure 2: the decoder mirrors the encoder, whose pools give the places."""

    def __init__(self) -> None:
        super().__init__()
        self.encoders = nn.ModuleList(_stage(*sizes) for sizes in ENCODERS)
        self.decoders = nn.ModuleList(_stage(*sizes) for sizes in DECODERS)
        self.last = nn.Conv2d(64, 11, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        places: list[Any] = []
        for stage in self.encoders:
            x = stage(x)
            size = x.shape[2:]
            x, found = nn.functional.max_pool2d(x, 2, 2, ceil_mode=True, return_indices=True)
            places.append((found, size))
        for stage, (_, size) in zip(self.decoders, reversed(places), strict=True):
            x = stage(torch.empty(*x.shape[:2], *size, device="meta"))
        return torch.softmax(self.last(x), 1)


ENCODERS = ((3, 64, 64), (64, 128, 128), (128, 256, 256, 256), (256, 512, 512, 512), (512, 512, 512, 512))
DECODERS = ((512, 512, 512, 512), (512, 512, 512, 256), (256, 256, 256, 128), (128, 128, 64), (64, 64))


def _stage(*sizes: int) -> nn.Module:
    units = pairwise(sizes)
    return nn.Sequential(
        *(layer for a, b in units for layer in (nn.Conv2d(a, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU()))
    )


def _transformer() -> nn.Module:
    layer = nn.TransformerEncoderLayer(512, 8, 2048, batch_first=True)
    return nn.TransformerEncoder(layer, 6, enable_nested_tensor=False)


BUILT: dict[str, Callable[[ModuleType], nn.Module]] = {
    "unet": lambda _: UNet(),
    "segnet": lambda _: SegNet(),
    "transformer_encoder": lambda _: _transformer(),
    "vit_b_16": lambda torchvision: torchvision.models.vit_b_16(),
}


@pytest.mark.parametrize("batch", [1, 3])
def test_same_as_in_torch(further: dict[str, str], batch: int, torchvision: ModuleType) -> None:
    """The output, all parameters, all products."""
    if further["preset"] not in BUILT:
        return  # Keras builds it below
    size = further["size"] if batch == 1 else further["other_size"]
    shape = (batch, *map(int, size.split("x")))
    with torch.device("meta"):
        model = BUILT[further["preset"]](torchvision).eval()
    ledger = nl.count(further["preset"], shape)
    with FlopCounterMode(display=False) as counter:
        made = model(torch.empty(shape, device="meta"))
    assert tuple(made.shape) == ledger[-1].outputs[0]
    assert ledger.parameters == sum(parameter.numel() for parameter in model.parameters())
    assert 2 * ledger.total("macs") == counter.get_total_flops()
    buffers = sum(tensor.numel() for name, tensor in model.named_buffers() if "num_batches" not in name)
    assert ledger.parameter_counts.buffers == buffers


def test_the_unet_of_the_paper() -> None:
    """Figure 1: 572x572 becomes 388x388, 28x28 at the bottom; section 2: 23 convolutional layers in total."""
    ledger = nl.count("unet")
    assert ledger[-1].outputs == ((1, 2, 388, 388),)
    assert ledger["bottom.conv2"].outputs == ((1, 1024, 28, 28),)
    assert sum(entry.op in ("conv", "conv_transpose") for entry in ledger) == 23


def test_the_segnet_of_the_paper() -> None:
    """Section 3: 13 convolutions in the encoder, as in VGG-16, and as many in the decoder."""
    ledger = nl.count("segnet")
    assert sum(entry.op == "conv" for entry in ledger) == 26


def test_the_classifier_of_keras() -> None:
    """The example of keras.io, built in Keras; its products, in PyTorch."""
    import keras
    from keras import layers

    inputs = keras.Input(shape=(None,), dtype="int32")
    x = layers.Embedding(20000, 128)(inputs)
    x = layers.Bidirectional(layers.LSTM(64, return_sequences=True))(x)
    x = layers.Bidirectional(layers.LSTM(64))(x)
    model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))
    ledger = nl.count("lstm_classifier")
    assert ledger.parameters == model.count_params()
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        one, two = nn.LSTM(128, 64, bidirectional=True), nn.LSTM(128, 64, bidirectional=True)
        steps, _ = two(one(torch.empty(200, 1, 128))[0])
        nn.Linear(128, 1)(steps[-1])
    assert 2 * ledger.total("macs") == counter.get_total_flops()
