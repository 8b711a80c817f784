"""Activations (their steps are performed one by one in tests/laws/test_reference.py)."""

from __future__ import annotations

import pytest

from netledger.ops import FOLDER, load
from tests.ops.helpers import refused, shape, stored, work

SIGMOID = {"negate": 1, "exponential": 1, "add": 1, "divide": 1}
STEPS = {
    "relu": {"compare": 1},
    "relu6": {"compare": 2},
    "leaky_relu": {"compare": 1, "multiply": 1},
    "rrelu": {"compare": 1, "multiply": 1},
    "threshold": {"compare": 1},
    "thresholded_relu": {"compare": 1},
    "hardtanh": {"compare": 2},
    "hardshrink": {"absolute": 1, "compare": 1},
    "softshrink": {"subtract": 1, "add": 1, "compare": 2},
    "elu": {"exponential": 1, "subtract": 1, "multiply": 1, "compare": 1},
    "selu": {"exponential": 1, "subtract": 1, "multiply": 2, "compare": 1},
    "celu": {"divide": 1, "exponential": 1, "subtract": 1, "multiply": 1, "compare": 1},
    "sparse_plus": {"add": 1, "multiply": 2, "compare": 2},
    "sparse_sigmoid": {"add": 1, "multiply": 1, "compare": 2},
    "sigmoid": SIGMOID,
    "logsigmoid": {"negate": 2, "exponential": 1, "add": 1, "logarithm": 1},
    "tanh": {"tanh": 1},
    "tanhshrink": {"tanh": 1, "subtract": 1},
    "stanh": {"multiply": 2, "tanh": 1},
    "silu": {**SIGMOID, "multiply": 1},
    "hardsigmoid": {"add": 1, "compare": 2, "divide": 1},
    "hardswish": {"add": 1, "compare": 2, "multiply": 1, "divide": 1},
    "gelu": {"multiply": 3, "add": 1, "erf": 1},
    "softplus": {"multiply": 1, "exponential": 1, "add": 1, "logarithm": 1, "divide": 1, "compare": 1},
    "mish": {"exponential": 1, "add": 1, "logarithm": 1, "tanh": 1, "multiply": 1},
    "softsign": {"absolute": 1, "add": 1, "divide": 1},
    "squareplus": {"multiply": 1, "add": 2, "square root": 1, "divide": 1},
    "exponential": {"exponential": 1},
}
NEEDED = {"threshold": {"threshold": 0.0, "value": -1.0}}
"""What must be said."""


@pytest.mark.parametrize("kind", STEPS)
def test_steps_are_taken_once_per_element(kind: str) -> None:
    options = NEEDED.get(kind, {})
    expected = {f"{action} activation": 24 * times for action, times in STEPS[kind].items()}
    assert work(kind, (2, 3, 4), **options) == expected
    assert shape(kind, (2, 3, 4), **options) == (2, 3, 4)
    assert stored(kind, (2, 3, 4), **options) == {}


def test_every_activation_of_the_files_is_here() -> None:
    here = {kind for kind, file in FOLDER.index.items() if file in ("rectifiers", "sigmoids")}
    assert here - {"prelu", "maxout", "glu"} == STEPS.keys(), "Add the new activation and its steps to STEPS."


def test_a_hard_sigmoid_with_a_slope_needs_no_division() -> None:
    made = work("hardsigmoid", (5,), slope=0.2)
    assert made == {"multiply activation": 5, "add activation": 5, "compare activation": 10}


def test_prelu_learns_its_slopes() -> None:
    for slopes, weight in (("one", (1,)), ("channel", (3,)), ("element", (3, 4))):
        assert stored("prelu", (2, 3, 4), slopes=slopes) == {"weight": weight}
        assert work("prelu", (2, 3, 4), slopes=slopes) == {"compare activation": 24, "multiply activation": 24}
    assert shape("prelu", (4,)) == (4,)
    assert "a batch, channels" in refused("prelu", (4,), slopes="channel").rule


def test_glu_halves_an_axis() -> None:
    assert shape("glu", (2, 6)) == (2, 3)
    assert shape("glu", (2, 6, 5), axis=1) == (2, 3, 5)
    made = work("glu", (2, 6))
    assert made == {f"{action} activation": 6 * times for action, times in STEPS["silu"].items()}
    assert refused("glu", (2, 5)).rule == "the axis that is halved must be even"


def test_maxout_keeps_the_greatest_of_a_group() -> None:
    assert shape("maxout", (2, 6, 5), groups=3) == (2, 2, 5)
    assert work("maxout", (2, 6, 5), groups=3) == {"compare activation": 2 * 2 * 5 * 2}
    assert refused("maxout", (2, 5), groups=2).rule == "groups must divide the axis"


def test_log_softmax_and_softmin() -> None:
    """Rows of 10."""
    shared = {"compare activation": 18, "exponential activation": 20, "add activation": 18}
    assert work("log_softmax", (2, 10)) == {**shared, "subtract activation": 40, "logarithm activation": 2}
    more = {"negate activation": 20, "subtract activation": 20, "divide activation": 20}
    assert work("softmin", (2, 10)) == {**shared, **more}


def test_sparsemax_sorts_by_selection() -> None:
    """A row of 4: 3 + 2 + 1 comparisons; 3 sums; 4 tests; τ; 4 differences."""
    assert work("sparsemax", (2, 4)) == {
        "compare sort": 12,
        "add activation": 2 * (3 + 4),
        "multiply activation": 8,
        "compare activation": 2 * (4 + 4),
        "subtract activation": 2 * (1 + 4),
        "divide activation": 2,
    }


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
