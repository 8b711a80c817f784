"""Truth: the tables of the papers and repositories, as printed.

published.csv holds printed figures with their unit; one is met if it is our figure divided by the unit, rounded (or cut
off, `down`) to the printed digits. A row with a `misprint` is known not to be met, and says why.
layers.csv holds whole tables of layers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

import pytest

import netledger as nl
from netledger import Entry

Row = dict[str, str]

ROUNDING = {"nearest": ROUND_HALF_UP, "down": ROUND_DOWN}


def _parameters(entry: Entry) -> int:
    return entry.parameters


def _kernels(entry: Entry) -> int:
    """Weights of convolutions and linear layers, biases apart."""
    return sum(part.elements for part in entry.parameter_list if part.role == "weight")


def _without_batch_norms(entry: Entry) -> int:
    return 0 if entry.op == "batchnorm" else entry.parameters


def _with_means(entry: Entry) -> int:
    return entry.parameters + entry.parameter_counts.buffers // 2


QUANTITIES: dict[str, Callable[[Entry], int]] = {
    "macs": lambda entry: entry.total("macs"),
    "parameters": _parameters,
    "kernels": _kernels,
    "parameters without batch norms": _without_batch_norms,
    "parameters and means of batch norms": _with_means,
}


def _let(text: str) -> dict[str, str]:
    return dict(part.split("=") for part in text.split())


def _within(entries: Iterable[Entry], layers: str) -> list[Entry]:
    """The entries that are one of these layers, or part of one; all if none is named."""
    names = layers.split()
    return [entry for entry in entries if not names or {entry.name, entry.name.split(".")[0]} & set(names)]


def test_published(published: Row) -> None:
    ledger = nl.count(published["preset"], f"3x{published['size']}", let=_let(published["let"]))
    entries = _within(ledger, published["layers"])
    exact = sum(map(QUANTITIES[published["quantity"]], entries))
    printed = Decimal(published["figure"])
    ours = (exact / Decimal(published["unit"])).quantize(printed, ROUNDING[published["rounding"]])
    assert (ours == printed) != bool(published["misprint"]), f"{ours} ({exact}), printed {printed}"


def test_layer(layers: Row) -> None:
    entry = nl.count(layers["preset"])[layers["layer"]]
    (_, channels, *sizes), counts = entry.outputs[0], entry.parameter_counts
    shown = "x".join(map(str, (*sizes, channels)))
    assert (shown, counts.weights, counts.biases) == (
        layers["output"],
        int(layers["weights"]),
        int(layers["biases"]),
    )


def test_totals_of_alexnet() -> None:
    ledger = nl.count("alexnet")
    assert sum(entry.parameters for entry in ledger if entry.op == "conv") == 3_747_200
    assert ledger.parameters == 62_378_344


def test_alexnet_at_224() -> None:
    ledger = nl.count("alexnet", (3, 224, 224))
    assert [ledger[name].outputs[0][2] for name in ("conv1", "pool1", "pool2", "pool3")] == [54, 26, 12, 5]
    assert ledger["fc1"].inputs == ((1, 6400),)


def test_totals_of_alexnet_in_two_groups() -> None:
    """The sizes that Caffe's CaffeNet, the usual copy of the paper's network, is known by."""
    ledger = nl.count("alexnet_grouped")
    assert (ledger.parameters, ledger.total("macs")) == (60_965_224, 724_406_816)


def test_order_of_alexnet_in_two_groups() -> None:
    """Section 3.5 of the paper: the norms follow the first and second convolution, each before its pooling."""
    shown = " ".join(entry.op for entry in nl.count("alexnet_grouped"))
    assert shown.startswith("conv relu lrn maxpool conv relu lrn maxpool conv relu conv relu conv relu maxpool flatten")


def test_totals_of_lenet5() -> None:
    counts = nl.count("lenet5").parameter_counts
    assert (counts.weights, counts.total) == (61_470, 61_706)


def test_totals_of_vgg_mnist() -> None:
    ledger = nl.count("vgg_mnist")
    assert (ledger.parameters, ledger.total("macs")) == (26_557_642, 216_957_952)


@pytest.mark.parametrize("size", range(16, 32))
def test_vgg_mnist_takes_what_shrinks_to_one_cell(size: int) -> None:
    assert nl.count("vgg_mnist", (1, size, size)).parameters == 26_557_642


@pytest.mark.parametrize(("size", "left"), [(32, 2048), (63, 4608), (64, 8192)])
def test_vgg_mnist_refuses_more_features(size: int, left: int) -> None:
    with pytest.raises(nl.ShapeError) as caught:
        nl.count("vgg_mnist", (1, size, size))
    message = str(caught.value)
    assert "512" in message
    assert str(left) in message
    assert "fc1" in message


def test_vgg_mnist_refuses_what_shrinks_to_nothing() -> None:
    with pytest.raises(nl.ShapeError, match="the output would be empty"):
        nl.count("vgg_mnist", (1, 15, 15))
