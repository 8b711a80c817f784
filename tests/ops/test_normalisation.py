"""Batch norm and local response norm."""

from __future__ import annotations

from netledger.conventions import load as convention
from netledger.core.ledger import price
from tests.ops.helpers import entry, refused, shape, stored, work

MAPS = (2, 6, 4, 5)


def test_batch_norm_stores_four_values_per_channel() -> None:
    """4·C values, 2·C of them trainable."""
    counts = entry("batchnorm", MAPS).parameter_counts
    assert counts.total + counts.buffers == 4 * 6
    assert counts.trainable == counts.total == 2 * 6
    assert (counts.weights, counts.biases) == (6, 6)
    assert list(stored("batchnorm", MAPS)) == ["scale", "shift", "running_mean", "running_var"]


def test_batch_norm_without_scale_or_statistics() -> None:
    assert list(stored("batchnorm", MAPS, affine=False)) == ["running_mean", "running_var"]
    assert list(stored("batchnorm", MAPS, track=False)) == ["scale", "shift"]
    assert stored("batchnorm", MAPS, affine=False, track=False) == {}


def test_batch_norm_under_paddle() -> None:
    """2·N·C·H·W."""
    assert price(convention("paddle"), [entry("batchnorm", MAPS)]) == 2 * 2 * 6 * 4 * 5


def test_batch_norm_is_a_multiplication_and_an_addition_per_element() -> None:
    assert work("batchnorm", MAPS) == {
        "add setup": 6,
        "reciprocal square root setup": 6,
        "multiply setup": 12,
        "subtract setup": 6,
        "multiply affine": 240,
        "add affine": 240,
    }
    assert work("batchnorm", MAPS, affine=False) == {
        "add setup": 6,
        "reciprocal square root setup": 6,
        "multiply setup": 6,
        "multiply normalise": 240,
        "subtract normalise": 240,
    }


def test_batch_norm_with_a_scale_or_a_shift_only() -> None:
    """Without a scale the factor is the root itself; without a shift mean·a is subtracted."""
    shift = work("batchnorm", MAPS, scale=False)
    assert shift["multiply setup"] == shift["subtract setup"] == 6
    assert shift["multiply affine"] == shift["add affine"] == 240
    scale = work("batchnorm", MAPS, shift=False)
    assert scale["multiply setup"] == 12
    assert scale["multiply affine"] == scale["subtract affine"] == 240
    assert list(stored("batchnorm", MAPS, scale=False, track=False)) == ["shift"]
    assert list(stored("batchnorm", MAPS, shift=False, track=False)) == ["scale"]
    assert work("batchnorm", MAPS, scale=False, shift=False) == work("batchnorm", MAPS, affine=False)


def test_untracked_statistics_are_computed() -> None:
    made = work("batchnorm", MAPS, track=False)
    assert made["add statistics"] == 2 * (240 - 6)
    assert made["divide statistics"] == 12
    assert made["subtract statistics"] == made["multiply statistics"] == 240


def test_batch_norm_needs_channels() -> None:
    assert shape("batchnorm", (2, 6)) == (2, 6)
    assert "a batch, channels and perhaps some further axes" in refused("batchnorm", (2,)).rule


def test_local_response_norm() -> None:
    assert shape("lrn", MAPS) == MAPS
    assert stored("lrn", MAPS) == {}
    assert work("lrn", MAPS, size=3) == {
        "multiply normalise": 2 * 240,
        "add normalise": 3 * 240,
        "power normalise": 240,
        "divide normalise": 240,
    }
    assert "further axis" in refused("lrn", (2, 6)).rule
