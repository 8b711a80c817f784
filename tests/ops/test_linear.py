"""The fully connected layer."""

from __future__ import annotations

import pytest

from netledger.conventions import load as convention
from netledger.core.ledger import price
from tests.ops.helpers import entry, refused, shape, stored, work


def test_parameters() -> None:
    """16 → 133 has 2,261 parameters."""
    assert entry("linear", (1, 16), out=133).parameter_counts == (2261, 2261, 2128, 133, 0)
    assert stored("linear", (1, 16), out=133, bias=False) == {"weight": (133, 16)}


def test_the_weight_may_be_stored_the_other_way() -> None:
    """Linear 2→4 in layout in_out: weight (2, 4), 12 parameters."""
    assert stored("linear", (1, 2), out=4, layout="in_out") == {"weight": (2, 4), "bias": (4,)}
    assert entry("linear", (1, 2), out=4, layout="in_out").parameter_counts.total == 12


def test_operations() -> None:
    """With bias 2·N_in·N_out under textbook, N_in·N_out multiply-accumulates."""
    made = entry("linear", (1, 16), out=133)
    assert price(convention("textbook"), [made]) == 2 * 16 * 133
    assert price(convention("macs"), [made]) == 16 * 133


def test_it_works_along_the_last_axis() -> None:
    assert shape("linear", (5, 7, 2), out=4) == (5, 7, 4)
    assert shape("linear", (2,), out=4) == (4,)
    assert work("linear", (5, 7, 2), out=4) == {"multiply product": 280, "add accumulate": 140, "add bias": 140}


@pytest.mark.parametrize(("given", "flops"), [((1, 2), 8), ((5, 2), 40), ((5, 7, 2), 280)])
def test_under_paddle(given: tuple[int, ...], flops: int) -> None:
    assert price(convention("paddle"), [entry("linear", given, out=4)]) == flops


def test_features_that_do_not_fit_are_an_error() -> None:
    assert shape("linear", (1, 16), out=4, in_features=16) == (1, 4)
    error = refused("linear", (1, 12), out=4, in_features=16)
    assert error.rule == "the weight has 16 input features, and the input has 12"
    assert "write in_features: 12" in error.hint


def test_a_scalar_has_no_last_axis() -> None:
    assert refused("linear", (), out=4).rule == "the input must have at least one axis"
