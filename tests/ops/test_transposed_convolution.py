"""Transposed and deformable convolution."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ops.helpers import entry, refused, shape, stored, work


@pytest.mark.parametrize(
    ("given", "attributes", "products"),
    [
        ((1, 3, 2, 2), {"out": 1, "kernel": 2, "stride": 2}, 48),
        ((1, 32, 1, 1), {"out": 1, "kernel": 3}, 288),
        ((2, 4, 8, 8), {"out": 4, "kernel": 3, "stride": 2, "padding": 1, "output_padding": 1, "groups": 4}, 4608),
        ((1, 4, 5, 5), {"out": 8, "kernel": 2, "stride": 2}, 3200),
    ],
)
def test_products(given: tuple[int, ...], attributes: dict[str, Any], products: int) -> None:
    """Every input element meets every weight that starts from its channel."""
    assert work("conv_transpose", given, **attributes)["multiply product"] == products


def test_groups_divide_the_products() -> None:
    plain = work("conv_transpose", (1, 6, 4, 4), out=6, kernel=2, stride=2)["multiply product"]
    assert plain == 3 * work("conv_transpose", (1, 6, 4, 4), out=6, kernel=2, stride=2, groups=3)["multiply product"]
    assert stored("conv_transpose", (1, 6, 4, 4), out=6, kernel=2, groups=3) == {"weight": (6, 2, 2, 2), "bias": (6,)}


def test_additions_where_products_meet() -> None:
    """1 channel, 2 inputs, kernel 3, stride 1: 6 products on 4 outputs, so 2 additions."""
    assert work("conv_transpose", (1, 1, 2), out=1, kernel=3, bias=False) == {
        "multiply product": 6,
        "add accumulate": 2,
    }
    # Cropped by 1 on both sides: 4 products land on 2 outputs.
    cropped = entry("conv_transpose", (1, 1, 2), out=1, kernel=3, padding=1)
    assert {term.action: term.count for term in cropped.work if term.role != "bias"} == {"multiply": 6, "add": 2}
    assert cropped.valid_products == 4
    # Kernel 1, stride 3: two of four outputs receive nothing but the bias.
    apart = work("conv_transpose", (1, 1, 2), out=1, kernel=1, stride=3)
    assert apart == {"multiply product": 2, "add accumulate": 0, "add bias": 4}


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"kernel": 3, "stride": 2}, (11, 15)),
        ({"kernel": 3, "stride": 2, "padding": 1, "output_padding": 1}, (10, 14)),
        ({"kernel": (3, 5), "stride": (1, 2), "padding": ((1, 0), (2, 2))}, (6, 13)),
        ({"kernel": 3, "dilation": 2}, (9, 11)),
        ({"kernel": 3, "stride": 2, "padding": "same"}, (10, 14)),
        ({"kernel": 1, "stride": 2, "padding": "same"}, (10, 14)),
        ({"kernel": 2, "stride": 2, "padding": "valid"}, (10, 14)),
    ],
)
def test_shapes(attributes: dict[str, Any], expected: tuple[int, ...]) -> None:
    assert shape("conv_transpose", (2, 3, 5, 7), out=4, **attributes) == (2, 4, *expected)


def test_what_is_refused() -> None:
    given = (1, 4, 5, 5)
    assert (
        "smaller than the stride or the dilation"
        in refused("conv_transpose", given, out=4, kernel=3, output_padding=1).rule
    )
    assert "no room" in refused("conv_transpose", given, out=4, kernel=3, padding="same", output_padding=1).rule
    assert refused("conv_transpose", given, out=3, kernel=3, groups=2).rule == "groups must divide the output channels"
    assert refused("conv_transpose", given, out=4, kernel=1, groups=3).rule == "groups must divide the input channels"
    assert refused("conv_transpose", given, out=4, kernel=1, padding=3).rule == "the output would be empty"


IMAGE, OFFSET, MASK = (1, 2, 5, 5), (1, 8, 4, 4), (1, 4, 4, 4)


def test_a_deformable_convolution() -> None:
    """Kernel 2x2 on 5x5: 16 positions, 64 taps, 128 samples."""
    assert work("deform_conv", IMAGE, OFFSET, MASK, out=3, kernel=2) == {
        "add position": 2 * 64,
        "round interpolate": 2 * 64,
        "subtract interpolate": 4 * 64,
        "multiply interpolate": 4 * 64 + 4 * 128,
        "add interpolate": 3 * 128,
        "multiply gate": 128,
        "multiply product": 3 * 128,
        "add accumulate": 3 * 128 - 3 * 16,
        "add bias": 3 * 16,
    }
    assert "multiply gate" not in work("deform_conv", IMAGE, OFFSET, out=3, kernel=2)
    assert stored("deform_conv", IMAGE, OFFSET, out=3, kernel=2, bias=False) == {"weight": (3, 2, 2, 2)}


def test_offsets_and_masks_that_do_not_fit() -> None:
    two = {"out": 3, "kernel": 2}
    assert "the offset does not fit" in refused("deform_conv", IMAGE, (1, 4, 4, 4), **two).rule
    assert "the mask does not fit" in refused("deform_conv", IMAGE, OFFSET, OFFSET, **two).rule
    assert refused("deform_conv", IMAGE, (1, 8, 16), **two).rule == "the offset must have 4 axes"
    assert "two axes" in refused("deform_conv", (1, 2, 5), (1, 8, 4), **two).rule
    assert "offset groups" in refused("deform_conv", IMAGE, OFFSET, offset_groups=3, **two).rule
    assert "output channels" in refused("deform_conv", IMAGE, OFFSET, groups=2, **two).rule
