"""Counts every case on a backend, in a process of its own, and prints what differs: python -m … jax."""

from __future__ import annotations

import json
import os
import sys
import warnings
from typing import Any


def main(backend: str) -> None:
    """One line of JSON for each case: shapes, weights, work, whether it is complete."""
    os.environ["KERAS_BACKEND"] = backend
    warnings.simplefilter("ignore")
    import keras

    import netledger as nl
    from tests.frontends.keras.cases import CASES, made
    from tests.frontends.keras.test_layers import outputs, shapes, weights

    assert keras.backend.backend() == backend
    for name in CASES:
        model: Any = made(name)
        ledger = nl.count(model)
        facts = [outputs(ledger) == shapes(model), weights(ledger) == model.count_params(), ledger.complete]
        print(json.dumps([name, facts, ledger.parameters, ledger.total("arithmetic")]))
    for name in ("MobileNetV2", "NASNetMobile"):
        ledger = nl.count(f"keras:{name}")
        model = getattr(keras.applications, name)(weights=None)
        facts = [ledger.complete, weights(ledger) == model.count_params()]
        print(json.dumps([name, facts, ledger.parameters, ledger.total("arithmetic")]))


if __name__ == "__main__":
    main(sys.argv[1])
