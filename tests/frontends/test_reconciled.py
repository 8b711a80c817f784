"""Every convention on networks of every front end: the terms add up to each figure."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from importlib import import_module

import pytest

import netledger as nl


def check(front_end: str) -> None:
    """All networks of a front end; what does not add up raises."""
    warnings.simplefilter("ignore")
    for name, build in import_module(f"tests.matrix.{front_end}_models").NETWORKS.items():
        model, shape = build()
        dtypes = {"keras": "float32", "flax": "int32"} if name == "lstm_classifier" else {}
        dtype = dtypes.get(front_end, "int64" if name == "lstm_classifier" else "float32")
        found = nl.reconcile(model, nl.Shape(*shape, dtype=dtype))
        for column in found.columns:
            assert column.cost.plain + sum(term.amount for term in column.cost.terms) == column.cost.total
            told = column.parameters
            if told is not None:
                assert told.plain + sum(term.amount for term in told.terms) == told.total
        print(name, len(found.columns))


@pytest.mark.parametrize(("front_end", "library"), [("keras", "keras"), ("flax", "flax"), ("paddle", "paddle")])
def test_all_conventions_add_up(front_end: str, library: str) -> None:
    """Each in a process of its own: frameworks do not all bear each other."""
    pytest.importorskip("torch")
    from importlib.util import find_spec

    if find_spec(library) is None:
        pytest.skip(f"no {library}")
    command = [sys.executable, "-m", "tests.frontends.test_reconciled", front_end]
    environment = {**os.environ, "KERAS_BACKEND": "torch"}
    made = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600, env=environment)
    assert made.returncode == 0, made.stderr[-2000:]
    assert len([line for line in made.stdout.splitlines() if line.split()[-1].isdigit()]) == 10


@pytest.mark.parametrize("name", ["lenet", "unet", "transformer_encoder", "lstm_classifier"])
def test_paddle_names_the_products_that_it_leaves_out(name: str) -> None:
    """In process, of specs: transposed convolutions counted otherwise, attention and recurrences not at all."""
    (column,) = nl.reconcile(name, conventions=["paddle"]).columns
    assert column.cost.plain + sum(term.amount for term in column.cost.terms) == column.cost.total


if __name__ == "__main__":
    check(sys.argv[1])
