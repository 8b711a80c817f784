"""TensorFlow is not loaded only because Keras asks whether it is there: Paddle dies in the same process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

keras = pytest.importorskip("keras")


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """As a machine without TensorFlow and JAX, and without warnings of Keras's own."""
    import warnings

    from netledger.frontends.keras.building import without

    with without("tensorflow"), without("jax"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
