"""Recurrent layers and their cells."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ops.helpers import refused, shapes, stored, work

INPUT = (2, 5, 4)


@pytest.mark.parametrize(
    ("kind", "words", "expected"),
    [
        ("lstm", {}, 2400),
        ("lstm", {"layers": 2, "bidirectional": True}, 13440),
        ("lstm", {"proj": 3}, 2 * 5 * (24 * (4 + 3) + 3 * 6)),
        ("gru", {}, 1800),
        ("rnn", {}, 600),
    ],
)
def test_products(kind: str, words: dict[str, Any], expected: int) -> None:
    assert work(kind, INPUT, hidden=6, **words)["multiply product"] == expected


def test_gates_of_an_lstm() -> None:
    steps = 2 * 5 * 6
    assert work("lstm", INPUT, hidden=6) == {
        "multiply product": 2400,
        "add accumulate": 2400 - 4 * steps,
        "add bias": 2 * 4 * steps,
        "negate activation": 3 * steps,
        "exponential activation": 3 * steps,
        "add activation": 3 * steps,
        "divide activation": 3 * steps,
        "tanh activation": 2 * steps,
        "multiply gate": 3 * steps,
        "add gate": steps,
    }
    assert work("lstm_cell", (2, 4), hidden=6)["multiply product"] == 480
    assert work("rnn_cell", (4,), hidden=6, bias=False, activation="relu") == {
        "multiply product": 60,
        "add accumulate": 54,
        "compare activation": 6,
    }


def test_parameters_and_shapes() -> None:
    assert stored("gru", INPUT, hidden=6, layers=2, bidirectional=True, biases=1)["weight_ih_l1_reverse"] == (18, 12)
    assert stored("lstm", INPUT, hidden=6, proj=3, bias=False) == {
        "weight_ih_l0": (24, 4),
        "weight_hh_l0": (24, 3),
        "weight_hr_l0": (3, 6),
    }
    assert shapes("lstm", INPUT, (1, 2, 3), (1, 2, 6), hidden=6, proj=3, states=True, last=True) == [
        (2, 3),
        (1, 2, 3),
        (1, 2, 6),
    ]


@pytest.mark.parametrize(
    ("given_", "words", "rule"),
    [
        ((INPUT, (1, 2, 6)), {}, "lstm takes one input, or 2 more: the first states"),
        ((INPUT, (2, 6), (2, 6)), {}, "a state has the layers and directions, the batch and the hidden elements"),
        ((INPUT, (1, 2, 6), (1, 3, 6)), {}, "a state has the layers and directions, the batch and the hidden elements"),
        (((5, 4),), {}, "the input must have a batch, a length and features"),
        ((INPUT,), {"layers": 257}, "there are at most 256 layers"),
        ((INPUT,), {"biases": 3}, "there are 1 or 2 biases per gate"),
        ((INPUT,), {"proj": 6}, "a projection has less elements than are hidden"),
    ],
)
def test_layers_that_do_not_fit(given_: Any, words: dict[str, Any], rule: str) -> None:
    assert refused("lstm", *given_, hidden=6, **words).rule == rule


@pytest.mark.parametrize(
    ("given_", "rule"),
    [
        (((2, 4), (2, 5)), "a state has the batch and the hidden elements"),
        (((2, 4), (6,)), "a state has the batch and the hidden elements"),
        (((2, 3, 4),), "the input must have features, and perhaps a batch"),
        (((2, 4), (2, 6), (2, 6)), "gru_cell takes one input, or 1 more: the states before"),
    ],
)
def test_cells_that_do_not_fit(given_: Any, rule: str) -> None:
    assert refused("gru_cell", *given_, hidden=6).rule == rule
