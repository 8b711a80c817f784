"""Pooling to a given size."""

from __future__ import annotations

import pytest

from tests.ops.helpers import refused, shape, work


@pytest.mark.parametrize("kind", ["adaptive_avgpool", "adaptive_maxpool"])
def test_the_output_has_the_given_size(kind: str) -> None:
    assert shape(kind, (1, 8, 13, 9), out=7) == (1, 8, 7, 7)
    assert shape(kind, (1, 8, 13, 9), out=(7, 1)) == (1, 8, 7, 1)
    assert shape(kind, (1, 8, 3), out=5) == (1, 8, 5)
    assert refused(kind, (1, 8, 3), out=(5, 5)).rule == "out needs one number per axis"


@pytest.mark.parametrize("kind", ["global_avgpool", "global_maxpool"])
def test_global_pooling_leaves_one_element_per_channel(kind: str) -> None:
    assert shape(kind, (2, 8, 7, 7)) == (2, 8, 1, 1)
    assert shape(kind, (2, 8, 7, 7), keepdims=False) == (2, 8)
    assert "further axis" in refused(kind, (2, 8)).rule


def test_windows_that_share_elements_are_counted_whole() -> None:
    """8 → 3: windows of 3, 4 and 3 elements: 10 in all, less one per output."""
    assert work("adaptive_avgpool", (1, 1, 8), out=3) == {"add average": 10 - 3, "divide average": 3}
    assert work("adaptive_maxpool", (1, 1, 8), out=3) == {"compare maximum": 10 - 3}
    assert work("adaptive_avgpool", (1, 2, 8, 8), out=(3, 4)) == {
        "add average": 2 * (10 * 8 - 12),
        "divide average": 24,
    }


def test_a_global_pool_reads_every_element_once() -> None:
    for keep in (True, False):
        assert work("global_avgpool", (2, 8, 7, 7), keepdims=keep) == {"add average": 16 * 48, "divide average": 16}
        assert work("global_maxpool", (2, 8, 7, 7), keepdims=keep) == {"compare maximum": 16 * 48}
