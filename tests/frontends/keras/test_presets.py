"""The networks of the matrix test: Keras and the preset of the same name, to the last digit."""

from __future__ import annotations

import pytest

import netledger as nl
from tests.matrix.keras_models import NETWORKS


@pytest.mark.parametrize("name", NETWORKS)
def test_as_the_preset(name: str) -> None:
    """Parameters and every kind of work; layouts differ, numbers do not."""
    model, shape = NETWORKS[name]()
    mine, preset = nl.count(model, shape), nl.count(name)
    assert mine.complete
    assert mine.parameters == preset.parameters
    for convention in ("macs", "flops", "textbook", "arithmetic"):
        assert mine.total(convention) == preset.total(convention), convention
