"""Convolution: the figures of lectures and papers."""

from __future__ import annotations

import netledger as nl
from netledger.conventions import load as convention
from netledger.core.ledger import price
from tests.ops.helpers import entry, refused, shape, stored, work


def test_alexnets_first_layer() -> None:
    assert shape("conv", (1, 3, 227, 227), out=96, kernel=11, stride=4) == (1, 96, 55, 55)
    assert entry("conv", (1, 3, 227, 227), out=96, kernel=11, stride=4).parameter_counts.total == 34_944


def test_a_kernel_covers_all_input_channels() -> None:
    """One 2x2x3 kernel has 12 weights, 16 of them 192, with biases 208."""
    assert entry("conv", (1, 3, 8, 8), out=1, kernel=2, bias=False).parameter_counts.total == 12
    sixteen = entry("conv", (1, 3, 8, 8), out=16, kernel=2).parameter_counts
    assert (sixteen.weights, sixteen.biases, sixteen.total) == (192, 16, 208)


def test_seven_kernels_make_seven_channels() -> None:
    """7 kernels 3x3x3 have 196 parameters and give 3x3x7 from 5x5."""
    made = entry("conv", (1, 3, 5, 5), out=7, kernel=3)
    assert made.parameter_counts.total == 196
    assert made.outputs[0].shape == (1, 7, 3, 3)


def test_textbook_operations() -> None:
    """One 3x3x1 kernel on 5x5: 153 operations without bias, 162 with."""
    textbook = convention("textbook")
    assert price(textbook, [entry("conv", (1, 1, 5, 5), out=1, kernel=3, bias=False)]) == 153
    assert price(textbook, [entry("conv", (1, 1, 5, 5), out=1, kernel=3)]) == 162


def test_a_convolution_under_paddle() -> None:
    """2→4 channels, 3x3, padding 1, on 320x320: 76 parameters, 7,782,400 operations."""
    made = entry("conv", (1, 2, 320, 320), out=4, kernel=3, padding=1)
    assert {part.role: part.shape for part in made.parameters} == {"weight": (4, 2, 3, 3), "bias": (4,)}
    assert made.parameter_counts.total == 76
    assert price(convention("paddle"), [made]) == 7_782_400


def test_work_is_three_terms() -> None:
    assert work("conv", (2, 3, 8, 8), out=4, kernel=3) == {
        "multiply product": 2 * 4 * 36 * 27,
        "add accumulate": 2 * 4 * 36 * 26,
        "add bias": 2 * 4 * 36,
    }


def test_groups_split_the_channels() -> None:
    assert stored("conv", (1, 8, 5, 5), out=12, kernel=3, groups=4) == {"weight": (12, 2, 3, 3), "bias": (12,)}
    assert stored("conv", (1, 8, 5, 5), out=8, kernel=3, groups=8, bias=False) == {"weight": (8, 1, 3, 3)}


def test_any_number_of_axes() -> None:
    assert shape("conv", (1, 2, 9), out=4, kernel=3) == (1, 4, 7)
    assert shape("conv", (1, 2, 9, 8, 7), out=4, kernel=(3, 1, 5), stride=(1, 2, 1)) == (1, 4, 7, 4, 3)


def test_rounding_is_an_attribute() -> None:
    assert shape("conv", (1, 2, 8), out=4, kernel=3, stride=2) == (1, 4, 3)
    assert shape("conv", (1, 2, 8), out=4, kernel=3, stride=2, rounding="ceil") == (1, 4, 4)


def test_groups_must_divide_both_sides() -> None:
    error = refused("conv", (1, 6, 5, 5), out=8, kernel=3, groups=4)
    assert str(error).splitlines() == [
        "groups must divide the input channels",
        "  values: channels 6, groups 4",
        "  Take groups that divide the input channels, such as 1 (plain) or in_channels (depthwise).",
    ]
    assert refused("conv", (1, 8, 5, 5), out=6, kernel=3, groups=4).rule == "groups must divide the output channels"


def test_after_flatten_there_is_nothing_to_convolve() -> None:
    assert "put this layer before it" in refused("conv", (1, 8), out=6, kernel=3).hint


def test_one_number_per_axis() -> None:
    assert refused("conv", (1, 8, 5, 5), out=6, kernel=(3, 3, 3)).rule == "kernel needs one number per axis"
    assert refused("conv", (1, 8, 5, 5), out=6, kernel=3, padding=(1, 1, 1)).rule == "padding needs one entry per axis"


def test_products_on_real_input() -> None:
    """XLA counts 2·13²·4·8 FLOPs for `same` 3x3 on 5x5, 4 to 8 channels, and 232,429,056 for the stem of a ResNet."""
    small = nl.layer("conv(8, 3, padding=same, bias=false)", "4x5x5")
    assert small.valid_products == 13**2 * 4 * 8
    stem = nl.layer("conv(64, 7, stride=2, padding=3, bias=false)", "3x224x224")
    assert 2 * stem.valid_products == 232_429_056
    assert nl.layer("linear(3)", "4").valid_products == 12
