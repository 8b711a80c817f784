"""Every layer of Keras: the shapes and the parameters that Keras says, nothing left out."""

from __future__ import annotations

import math
from typing import Any

import pytest

import netledger as nl
from tests.frontends.keras.cases import CASES, GAPS, made


def shapes(model: Any) -> list[tuple[int, ...]]:
    """What Keras says comes out, with a batch of one."""
    return [tuple(1 if size is None else size for size in tensor.shape) for tensor in model.outputs]


def outputs(ledger: Any) -> list[tuple[int, ...]]:
    network = ledger.network
    return [network.tensors[number].shape for number in network.outputs]


def weights(ledger: Any) -> int:
    """Parameters and buffers: what Keras calls parameters."""
    stored = {part.key: part for node in ledger.network.nodes for part in node.parameters}
    return sum(math.prod(part.shape) for part in stored.values())


@pytest.mark.parametrize("name", [*CASES, *GAPS])
def test_shapes_and_weights(name: str) -> None:
    """`model.outputs` and `model.count_params()`."""
    model = made(name)
    ledger = nl.count(model)
    assert outputs(ledger) == shapes(model)
    assert weights(ledger) == model.count_params()


@pytest.mark.parametrize("name", CASES)
def test_complete(name: str) -> None:
    """There is a rule for all that a layer does."""
    ledger = nl.count(made(name))
    assert ledger.complete, ledger.gaps


@pytest.mark.parametrize("name", GAPS)
def test_gaps(name: str) -> None:
    """What has no rule says so, with a bound."""
    ledger = nl.count(made(name))
    assert not ledger.complete
    assert all(gap.bound for gap in ledger.gaps)


@pytest.mark.parametrize("name", CASES)
def test_twice_the_batch(name: str) -> None:
    """Twice the batch, twice the work; weights as before."""
    model = made(name)
    once, twice = nl.count(model), nl.count(model, batch=2)
    assert weights(once) == weights(twice)
    assert twice.total("macs") == 2 * once.total("macs")


# Against PyTorch: the same layer with the same arguments counts the same.


def _pair(name: str) -> tuple[Any, Any, tuple[int, ...], tuple[int, ...]]:
    """A layer of Keras, that of PyTorch, and the shape that each takes."""
    import keras
    from torch import nn

    layers = keras.layers
    image = (2, 9, 8, 6), (2, 6, 9, 8)
    rows = ((2, 7, 5),) * 2
    pairs = {
        "conv": (layers.Conv2D(4, 3, 2, groups=2), nn.Conv2d(6, 4, 3, 2, groups=2), *image),
        "conv_same": (layers.Conv2D(4, 3, padding="same"), nn.Conv2d(6, 4, 3, padding=1), *image),
        "transposed": (layers.Conv2DTranspose(4, 3, 2), nn.ConvTranspose2d(6, 4, 3, 2), *image),
        "depthwise": (layers.DepthwiseConv2D(3), nn.Conv2d(6, 6, 3, groups=6), *image),
        "dense": (layers.Dense(4), nn.Linear(5, 4), *rows),
        "max": (layers.MaxPooling2D(2), nn.MaxPool2d(2), *image),
        "mean": (layers.AveragePooling2D((3, 2), 2), nn.AvgPool2d((3, 2), 2), *image),
        "batch_norm": (layers.BatchNormalization(), nn.BatchNorm2d(6), *image),
        "layer_norm": (layers.LayerNormalization(), nn.LayerNorm(5), *rows),
        "group_norm": (layers.GroupNormalization(3), nn.GroupNorm(3, 6), *image),
        "gru": (layers.GRU(4, return_sequences=True), nn.GRU(5, 4, batch_first=True), *rows),
        "upsampling": (layers.UpSampling2D(2), nn.Upsample(scale_factor=2), *image),
        "prelu": (layers.PReLU(shared_axes=[1, 2]), nn.PReLU(6), *image),
        "gelu": (layers.Activation("gelu"), nn.GELU(), *rows),
        "hard_swish": (layers.Activation("hard_silu"), nn.Hardswish(), *rows),
        "softmax": (layers.Softmax(), nn.Softmax(-1), *rows),
    }
    return pairs[name]


NAMES = (
    *("conv", "conv_same", "transposed", "depthwise", "dense", "max", "mean", "batch_norm", "layer_norm", "group_norm"),
    *("gru", "upsampling", "prelu", "gelu", "hard_swish", "softmax"),
)


@pytest.mark.parametrize("name", NAMES)
def test_as_in_pytorch(name: str) -> None:
    """The same architecture in two frameworks: the same parameters and the same work, layout apart."""
    ours, theirs, last, first = _pair(name)
    mine, other = nl.count(ours, last), nl.count(theirs.eval(), first)
    assert mine.parameters == other.parameters
    for convention in ("macs", "flops", "textbook", "arithmetic"):
        assert mine.total(convention) == other.total(convention), convention


def test_one_bias_of_an_lstm() -> None:
    """Keras adds one bias to each gate, PyTorch two: 4·H fewer parameters, and N·L·4·H fewer additions."""
    import keras
    from torch import nn

    mine = nl.count(keras.layers.LSTM(4, return_sequences=True), (2, 7, 5))
    other = nl.count(nn.LSTM(5, 4, batch_first=True), (2, 7, 5))
    assert other.parameters - mine.parameters == 4 * 4
    assert mine.total("macs") == other.total("macs")
    assert other.total("arithmetic") - mine.total("arithmetic") == 2 * 7 * 4 * 4
