"""The same layers on the other backends, each in a process of its own: the same shapes, weights and work."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys

import pytest

import netledger as nl
from tests.frontends.keras.cases import CASES, made


@pytest.mark.parametrize("backend", ["jax", "tensorflow"])
def test_backend(backend: str) -> None:
    """As on PyTorch, to the last digit."""
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"no {backend}")
    command = [sys.executable, "-m", "tests.frontends.keras.on_a_backend", backend]
    made_there = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert made_there.returncode == 0, made_there.stderr[-2000:]
    found = [json.loads(line) for line in made_there.stdout.splitlines() if line.startswith("[")]
    assert [name for name, *_ in found] == [*CASES, "MobileNetV2", "NASNetMobile"]
    for name, facts, parameters, work in found:
        assert all(facts), name
        if name in CASES:
            here = nl.count(made(name))
            assert (here.parameters, here.total("arithmetic")) == (parameters, work), name


@pytest.mark.parametrize("backend", ["jax", "tensorflow"])
def test_layers_that_call_the_backend(backend: str) -> None:
    """They cost what the same layers cost that are written with Keras's own functions."""
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"no {backend}")
    command = [sys.executable, "-m", "tests.frontends.keras.raw_on_a_backend", backend]
    made_there = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert made_there.returncode == 0, made_there.stderr[-2000:]
    found = [json.loads(line) for line in made_there.stdout.splitlines() if line.startswith("[")]
    assert [name for name, *_ in found] == ["dense", "image", "attention"]
    for name, raw, ours in found:
        assert raw == ours, name
        assert ours[0], name
