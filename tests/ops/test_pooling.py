"""Pooling over sliding windows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ops.helpers import refused, shape, stored, work

POOLS = pytest.mark.parametrize("kind", ["maxpool", "avgpool"])


@POOLS
@pytest.mark.parametrize(
    ("size", "attributes", "expected"),
    [
        ((6, 6), {"kernel": 3, "stride": 1}, (4, 4)),
        ((6, 6), {"kernel": 3, "stride": 1, "padding": 1}, (6, 6)),
        ((12, 6), {"kernel": (3, 5), "stride": 1}, (10, 2)),
        ((12, 6), {"kernel": (3, 5), "stride": 1, "padding": (1, 2)}, (12, 6)),
        ((6, 6), {"kernel": 2, "padding": "same"}, (3, 3)),
        ((6, 6), {"kernel": 1, "padding": "same"}, (6, 6)),
        ((6, 6), {"kernel": 2, "padding": "valid"}, (3, 3)),
        ((55, 55), {"kernel": 3, "stride": 2}, (27, 27)),
        ((4,), {"kernel": 1, "stride": 2, "rounding": "ceil"}, (2,)),
        ((4,), {"kernel": 1, "stride": 2, "rounding": "ceil", "clip": False}, (3,)),
        ((5, 5, 5), {"kernel": 2}, (2, 2, 2)),
        ((6,), {"kernel": 2, "stride": 1, "padding": ((1, 0),)}, (6,)),
    ],
)
def test_shapes(kind: str, size: tuple[int, ...], attributes: dict[str, Any], expected: tuple[int, ...]) -> None:
    assert shape(kind, (1, 2, *size), **attributes) == (1, 2, *expected)


def test_only_max_pools_dilate() -> None:
    assert shape("maxpool", (1, 2, 9, 9), kernel=3, stride=1, dilation=(2, 4)) == (1, 2, 5, 1)
    with pytest.raises(TypeError):
        shape("avgpool", (1, 2, 9, 9), kernel=3, dilation=2)


def test_a_maximum_is_comparisons() -> None:
    assert work("maxpool", (1, 2, 6, 6), kernel=3, stride=1) == {"compare maximum": 2 * 16 * 8}
    assert work("maxpool", (1, 2, 6, 6), kernel=1) == {"compare maximum": 0}


def test_a_mean_is_additions_and_a_division() -> None:
    expected = {"add average": 2 * 16 * 8, "divide average": 2 * 16}
    assert work("avgpool", (1, 2, 6, 6), kernel=3, stride=1) == expected
    # Windows are counted whole, whether the mean includes the padding or not.
    assert work("avgpool", (1, 2, 4, 4), kernel=3, stride=1, padding=1, count_include_pad=False) == expected


@POOLS
def test_pools_store_nothing(kind: str) -> None:
    assert stored(kind, (1, 2, 6, 6), kernel=3) == {}


@POOLS
def test_a_pool_needs_a_feature_map(kind: str) -> None:
    assert "batch, channels and at least 1 further axis" in refused(kind, (1, 2), kernel=1).rule
    assert refused(kind, (1, 2, 3), kernel=4).rule == "the output would be empty: no window fits"
