"""Resampling, pixels, patches, sampling at given places."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from netledger.core.network import Tensor
from netledger.core.reach import UNKNOWN, Reach
from netledger.ops import load
from tests.ops.helpers import refused, shape, work

MAPS = (1, 2, 4, 6)


@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        (2, (8, 12)),
        ((2, 3), (8, 18)),
        (Fraction(3, 2), (6, 9)),
        (Fraction(1, 3), (1, 2)),
        ((1, Fraction(2, 5)), (4, 2)),
    ],
)
def test_scales_are_rounded_down(scale: Any, expected: tuple[int, ...]) -> None:
    assert shape("upsample", MAPS, scale=scale) == (1, 2, *expected)


@pytest.mark.parametrize(("mode", "multiply", "add"), [("bilinear", 4, 3), ("linear", 4, 3), ("bicubic", 16, 15)])
def test_neighbours_are_weighed(mode: str, multiply: int, add: int) -> None:
    made = work("upsample", MAPS, scale=2, mode=mode)
    assert made == {"multiply interpolate": 2 * 96 * multiply, "add interpolate": 2 * 96 * add}


def test_copies_and_means() -> None:
    assert work("upsample", MAPS, scale=2) == work("upsample", MAPS, size=5, mode="nearest-exact") == {}
    assert work("upsample", MAPS, size=2, mode="area") == work("adaptive_avgpool", MAPS, out=2)


def test_what_upsample_refuses() -> None:
    assert refused("upsample", (1, 2, 4), scale=2, mode="bicubic").rule == "bicubic needs 2 axes"
    assert refused("upsample", MAPS, scale=2, align_corners=True).rule == "align_corners is not for nearest"
    assert refused("upsample", MAPS, scale=Fraction(1, 5)).rule == "the output would be empty"
    assert refused("upsample", MAPS, scale=0).rule == "the scale must be greater than 0"


def reach(size: int, /, **attributes: Any) -> Any:
    op, tensor = load("upsample")(**attributes), Tensor((1, 1, size))
    reading = op.reads((tensor,), op.infer((tensor,)))
    assert reading is not None
    return reading[0][2].reach


def test_what_is_read() -> None:
    assert reach(4, scale=2) == Reach(2, 1, ((0, 0), (0, 0)))
    assert reach(4, scale=Fraction(2, 3), mode="linear") == Reach(2, 3, ((0, 1), (1, 2)))
    assert reach(4, size=7, mode="linear", align_corners=True) == Reach(2, 1, ((0, 0), (0, 1)))
    assert reach(4, size=1, mode="linear", align_corners=True) == Reach(1, 0, ((0, 0),))
    assert reach(6, size=4, mode="area") == Reach(2, 3, ((0, 1), (1, 2)))


def test_a_rhythm_that_is_too_long_is_not_written_out() -> None:
    """Sizes that share no divisor: what is read is not known, place by place."""
    assert reach(2**31 - 1, size=2**31 - 2, mode="linear") == UNKNOWN


def test_pixels() -> None:
    assert shape("pixel_shuffle", (1, 8, 3, 5), factor=2) == (1, 2, 6, 10)
    assert shape("pixel_unshuffle", (1, 2, 6, 10), factor=2) == (1, 8, 3, 5)
    assert refused("pixel_shuffle", (1, 6, 3, 5), factor=2).rule == "the square of the factor must divide the channels"
    assert refused("pixel_unshuffle", (1, 6, 3, 4), factor=2).rule == "the factor must divide height and width"
    assert refused("pixel_shuffle", (1, 8, 2, 2, 2), factor=2).rule == "pixels are shuffled along two axes"


def test_patches() -> None:
    assert shape("unfold", (1, 2, 4, 5), kernel=(2, 3)) == (1, 12, 9)
    assert shape("fold", (1, 12, 9), size=(4, 5), kernel=(2, 3)) == (1, 2, 4, 5)
    # 2 windows of 3 on 4 elements: 6 land, 4 are reached.
    assert work("fold", (1, 3, 2), size=(4,), kernel=3) == {"add overlap": 2}
    assert work("fold", (1, 8, 4), size=4, kernel=2, stride=2) == {"add overlap": 0}
    assert "as many columns" in refused("fold", (1, 12, 8), size=(4, 5), kernel=(2, 3)).rule
    assert "must divide the channels" in refused("fold", (1, 11, 9), size=(4, 5), kernel=(2, 3)).rule
    assert "the input must be" in refused("fold", (1, 2, 4, 5), size=2, kernel=2).rule


IMAGE, GRID = (1, 3, 4, 4), (1, 5, 2, 2)


def test_sampling() -> None:
    """10 places, 20 coordinates, 30 outputs."""
    assert shape("grid_sample", IMAGE, GRID) == (1, 3, 5, 2)
    assert work("grid_sample", IMAGE, GRID) == {
        "add position": 20,
        "subtract position": 20,
        "multiply position": 20,
        "add interpolate": 30 * 3,
        "subtract interpolate": 40,
        "multiply interpolate": 10 * 4 + 30 * 4,
        "round interpolate": 20,
    }
    aligned = work("grid_sample", IMAGE, GRID, align_corners=True, mode="nearest", padding_mode="border")
    assert aligned == {
        "add position": 20,
        "multiply position": 20,
        "compare position": 40,
        "round interpolate": 20,
    }
    cubic = work("grid_sample", IMAGE, GRID, mode="bicubic")
    assert cubic["multiply interpolate"] == 20 * 12 + 30 * 20


@pytest.mark.parametrize(
    ("image", "grid", "mode", "rule"),
    [
        (IMAGE, (1, 5, 2, 3), "nearest", "one coordinate per axis"),
        (IMAGE, (2, 5, 2, 2), "nearest", "the batch of the input"),
        (IMAGE, (1, 5, 2), "nearest", "as many axes"),
        ((1, 3, 4, 4, 4), (1, 5, 2, 2, 3), "bicubic", "bicubic needs 2 axes"),
        ((1, 3, 4), (1, 5, 1), "nearest", "at least 2 further axes"),
    ],
)
def test_grids_that_do_not_fit(image: tuple[int, ...], grid: tuple[int, ...], mode: str, rule: str) -> None:
    assert rule in refused("grid_sample", image, grid, mode=mode).rule
