"""Activations (their steps are performed one by one in tests/laws/test_reference.py)."""

from __future__ import annotations

import pytest

from netledger.ops import FOLDER, load
from tests.ops.helpers import refused, shape, stored, work

STEPS = {
    "relu": {"compare": 1},
    "relu6": {"compare": 2},
    "leaky_relu": {"compare": 1, "multiply": 1},
    "sigmoid": {"negate": 1, "exponential": 1, "add": 1, "divide": 1},
    "tanh": {"tanh": 1},
    "silu": {"negate": 1, "exponential": 1, "add": 1, "divide": 1, "multiply": 1},
    "hardsigmoid": {"add": 1, "compare": 2, "divide": 1},
    "hardswish": {"add": 1, "compare": 2, "multiply": 1, "divide": 1},
    "gelu": {"multiply": 3, "add": 1, "erf": 1},
}


@pytest.mark.parametrize("kind", STEPS)
def test_steps_are_taken_once_per_element(kind: str) -> None:
    assert work(kind, (2, 3, 4)) == {f"{action} activation": 24 * times for action, times in STEPS[kind].items()}
    assert shape(kind, (2, 3, 4)) == (2, 3, 4)
    assert stored(kind, (2, 3, 4)) == {}


def test_every_activation_of_the_file_is_here() -> None:
    here = {kind for kind, file in FOLDER.index.items() if file == "activations"} - {"softmax"}
    assert here == STEPS.keys(), "Add the new activation and its steps per element to STEPS."


def test_gelu_by_tanh() -> None:
    made = work("gelu", (5,), approximate="tanh")
    assert made == {"multiply activation": 30, "add activation": 10, "tanh activation": 5}


def test_softmax_works_row_by_row() -> None:
    expected = {"compare": 2 * 9, "subtract": 20, "exponential": 20, "add": 2 * 9, "divide": 20}
    assert work("softmax", (2, 10)) == {f"{action} activation": count for action, count in expected.items()}
    assert work("softmax", (2, 5, 2), axis=-1)["compare activation"] == 10
    assert refused("softmax", (2,)).rule == "there is no axis 1"


def test_passing_layers_do_nothing() -> None:
    for kind in ("identity", "dropout"):
        assert work(kind, (2, 3)) == {}
        assert shape(kind, (2, 3)) == (2, 3)
        assert load(kind).VIEW
