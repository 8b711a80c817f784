"""The base conventions on one convolution, one linear layer and one batch norm, by hand."""

from __future__ import annotations

from typing import Any

import pytest

from netledger.conventions import load
from tests.ops.helpers import entry

CONV = entry("conv", (2, 3, 8, 8), out=4, kernel=3)
PLAIN = entry("conv", (2, 3, 8, 8), out=4, kernel=3, bias=False)
NORM = entry("batchnorm", (2, 3, 8, 8))
OUTPUTS, ELEMENTS = 2 * 4 * 36, 2 * 3 * 64
PRODUCTS = OUTPUTS * 27


def test_macs_are_products() -> None:
    assert load("macs").amounts(CONV) == load("macs").amounts(PLAIN) == {"products": PRODUCTS}
    assert load("macs").amounts(NORM) == {"products": 0}


def test_macs_plus_bias() -> None:
    assert load("macs+bias").amounts(CONV) == {"products": PRODUCTS, "bias": OUTPUTS}
    assert load("macs+bias").amounts(PLAIN) == {"products": PRODUCTS, "bias": 0}


def test_flops_are_two_per_product() -> None:
    assert list(load("flops").amounts(CONV).values()) == [2 * PRODUCTS]
    assert list(load("flops").amounts(NORM).values()) == [0]


def test_textbook_counts_each_addition() -> None:
    amounts = {"products": PRODUCTS, "accumulation": PRODUCTS - OUTPUTS, "bias": OUTPUTS}
    assert load("textbook").amounts(CONV) == amounts
    assert load("textbook").amounts(PLAIN) == {**amounts, "bias": 0}
    assert sum(load("textbook").amounts(NORM).values()) == 0


def test_arithmetic_counts_everything_by_role() -> None:
    assert load("arithmetic").amounts(CONV) == {"product": PRODUCTS, "accumulate": PRODUCTS - OUTPUTS, "bias": OUTPUTS}
    assert load("arithmetic").amounts(NORM) == {"setup": 15, "affine": 2 * ELEMENTS}
    assert load("arithmetic").amounts(entry("identity", (2, 3))) == {}


@pytest.mark.parametrize("name", ["macs", "macs+bias"])
def test_multiply_accumulates_are_not_operations(name: str) -> None:
    assert load(name).UNIT == "MAC"
    assert load("flops").UNIT == load("textbook").UNIT == load("arithmetic").UNIT == "FLOP"


def test_the_folder_lists_its_conventions_when_called() -> None:
    """`nl.conventions()` is public; the folder of the same name stays importable."""
    import netledger.conventions as folder

    listed: Any = folder
    assert listed() == folder.FOLDER.names()
    assert {"macs", "macs+bias", "flops", "textbook", "arithmetic", "paddle"} <= set(listed())
