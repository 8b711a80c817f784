"""All of keras.applications: Keras's own count of parameters, published tables, and the same networks in PyTorch."""

from __future__ import annotations

import csv
import functools
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import netledger as nl
from bench.models import torchvision
from netledger.core.errors import NetledgerError
from tests.outside.shapes import RUN

keras: Any = pytest.importorskip("keras")
FEW = settings(RUN, max_examples=40)
TABLE = Path(__file__).parent / "data" / "keras_applications.csv"

NAMES = [name for name, make in vars(keras.applications).items() if name[0].isupper() and callable(make)]
NOT_HERE = ("NASNetMobile",)
"""Keras itself does not build it on the backend of PyTorch: see tests/frontends/keras/test_backends.py."""


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """TensorFlow is not loaded only because Keras asks whether it is there: Paddle dies in the same process."""
    from netledger.frontends.keras.building import without

    with without("tensorflow"), without("jax"):
        yield


def built(name: str, **arguments: Any) -> Any:
    from netledger.frontends.keras.building import unfilled

    with unfilled():
        return getattr(keras.applications, name)(weights=None, **arguments)


@functools.cache
def counted(name: str) -> Any:
    """The ledger of a network by its name."""
    return nl.count(f"keras:{name}")


def weights(ledger: Any) -> int:
    """Parameters and buffers: what Keras calls parameters."""
    stored = {part.key: part for node in ledger.network.nodes for part in node.parameters}
    return sum(math.prod(part.shape) for part in stored.values())


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", NAMES)
def test_count_params(name: str) -> None:
    """`model.count_params()`, nothing left out; `parameters` leaves out the running statistics, and says how many."""
    if name in NOT_HERE:
        with pytest.raises(NetledgerError):
            nl.count(f"keras:{name}")
        return
    model = built(name)
    ledger = counted(name)
    assert ledger.complete, ledger.gaps
    assert weights(ledger) == model.count_params()
    counts = ledger.parameter_counts
    assert counts.total + counts.buffers == model.count_params()
    assert counts.trainable == sum(math.prod(weight.shape) for weight in model.trainable_weights)
    assert counts.total == ledger.parameters


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("row", rows(), ids=lambda row: row["model"])
def test_published(row: dict[str, str]) -> None:
    """The table of keras.io: parameters, statistics included; where it was printed in millions, as far as printed."""
    if row["model"] in NOT_HERE:
        return
    found = weights(counted(row["model"]))
    if row["params"].isdigit():
        assert found == int(row["params"])
    else:
        places = len(row["params"].rstrip("M").partition(".")[2])
        assert abs(found / 1e6 - float(row["params"].rstrip("M"))) < 10**-places


# The same networks in PyTorch.

SOFTMAX = 5 * 1000 - 2
"""The classifier's softmax, which torchvision leaves to the loss: 999 comparisons, 1000 differences, …"""


def scaled(size: int) -> int:
    """Rescaling: a product and an addition for each element of the image."""
    return 2 * 3 * size * size


NORMALISED = 2 * 3
"""Normalisation by stored statistics: a root and a comparison for each channel, besides what `scaled` counts."""

TWINS: dict[str, tuple[str, int]] = {
    "MobileNetV2": ("mobilenet_v2", SOFTMAX),
    "VGG16": ("vgg16", SOFTMAX - 7 * 7 * 512),  # and no pooling to the size that it has already
    "VGG19": ("vgg19", SOFTMAX - 7 * 7 * 512),
    "DenseNet121": ("densenet121", SOFTMAX),
    "DenseNet169": ("densenet169", SOFTMAX),
    "DenseNet201": ("densenet201", SOFTMAX),
    "EfficientNetB0": ("efficientnet_b0", SOFTMAX + 2 * scaled(224) + NORMALISED),
    "EfficientNetV2S": ("efficientnet_v2_s", SOFTMAX + scaled(384)),
    "MobileNetV3Small": ("mobilenet_v3_small", SOFTMAX + scaled(224)),
    "MobileNetV3Large": ("mobilenet_v3_large", SOFTMAX + scaled(224)),
    "ConvNeXtTiny": ("convnext_tiny", SOFTMAX + scaled(224) + NORMALISED),
    "ConvNeXtBase": ("convnext_base", SOFTMAX + scaled(224) + NORMALISED),
}
"""torchvision's model, and by how much arithmetic Keras's differs, term by term."""


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", TWINS)
def test_as_in_torchvision(name: str) -> None:
    """Parameters, macs and flops are equal; the other arithmetic differs by what Keras has put into the model."""
    twin, more = TWINS[name]
    torchvision()
    mine = counted(name)
    size = mine.inputs[0][1]
    theirs = nl.count(f"torchvision:{twin}", (1, 3, size, size))
    assert mine.parameters == theirs.parameters
    assert mine.total("macs") == theirs.total("macs")
    assert mine.total("flops") == theirs.total("flops")
    assert mine.total("arithmetic") - theirs.total("arithmetic") == more


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_resnet_is_another_one() -> None:
    """Keras's has the stride in the first convolution of a block (v1), torchvision's in the second (v1.5)."""
    mine, theirs = counted("ResNet50"), nl.count("torchvision:resnet50", (1, 3, 224, 224))
    biases = sum(math.prod(part.shape) for entry in mine for part in entry.parameter_list if part.role == "bias")
    assert mine.parameters - theirs.parameters == biases - 1000
    assert mine.total("macs") < theirs.total("macs")


# Any configuration: the shapes that Keras computes.

SIZES = st.lists(st.integers(5, 12), min_size=1, max_size=3)
KERNEL = st.integers(1, 4)
PADDING = st.sampled_from(["same", "valid"])


def agree(layer: Any, shape: tuple[int, ...]) -> None:
    """The same shape as Keras says, and its parameters; or neither of us makes one."""
    try:
        expected = tuple(layer.compute_output_shape(shape))
        fair = all(size >= 1 for size in expected)
    except ValueError:
        fair = False
    if not fair:
        with pytest.raises(NetledgerError):
            nl.count(layer, shape)
        return
    ledger = nl.count(layer, shape)
    assert ledger.complete
    network: Any = ledger.network
    assert network.tensors[network.outputs[0]].shape == expected
    if not layer.built:
        layer.build(shape)
    assert weights(ledger) == layer.count_params()


@FEW
@given(SIZES, KERNEL, st.integers(1, 3), PADDING, st.integers(1, 3), st.sampled_from([1, 2]), st.booleans())
def test_convolutions(
    sizes: list[int], kernel: int, stride: int, padding: str, dilation: int, groups: int, bias: bool
) -> None:
    dilation = 1 if stride > 1 else dilation  # Keras takes one or the other
    make = getattr(keras.layers, f"Conv{len(sizes)}D")
    layer = make(4, kernel, stride, padding=padding, dilation_rate=dilation, groups=groups, use_bias=bias)
    agree(layer, (2, *sizes, 6))


@pytest.mark.filterwarnings("ignore::UserWarning")
@FEW
@given(SIZES, KERNEL, st.integers(1, 3), PADDING, st.none() | st.integers(0, 2))
def test_transposed_convolutions(sizes: list[int], kernel: int, stride: int, padding: str, extra: int | None) -> None:
    extra = None if extra is not None and extra >= stride else extra
    make = getattr(keras.layers, f"Conv{len(sizes)}DTranspose")
    agree(make(4, kernel, stride, padding=padding, output_padding=extra), (2, *sizes, 3))


@FEW
@given(SIZES, KERNEL, st.integers(1, 3), PADDING, st.sampled_from(["Max", "Average"]))
def test_pools(sizes: list[int], size: int, stride: int, padding: str, kind: str) -> None:
    make = getattr(keras.layers, f"{kind}Pooling{len(sizes)}D")
    agree(make(size, stride, padding=padding), (2, *sizes, 3))


@FEW
@given(st.lists(st.integers(5, 12), min_size=1, max_size=2), KERNEL, st.integers(1, 3), PADDING, st.integers(1, 3))
def test_depthwise_and_separable(sizes: list[int], kernel: int, stride: int, padding: str, times: int) -> None:
    for kind in ("Depthwise", "Separable"):
        make = getattr(keras.layers, f"{kind}Conv{len(sizes)}D")
        given_ = (kernel,) if kind == "Depthwise" else (5, kernel)
        agree(make(*given_, strides=stride, padding=padding, depth_multiplier=times), (2, *sizes, 3))
