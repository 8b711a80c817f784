"""The interpreter of recurrent layers: every gate of every step, from the equations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import tanh
from typing import Any

from tests.laws.reference import Machine, Values, sigmoid

Vector = list[float]
Weights = Mapping[str, Values]


def _product(m: Machine, weight: Values, x: Vector, first: int, count: int) -> Vector:
    return [
        m.sum(m.multiply(weight.at[(first + row, column)], value) for column, value in enumerate(x))
        for row in range(count)
    ]


def _biased(m: Machine, made: Vector, bias: Values | None, first: int) -> Vector:
    return [m.add(value, bias.at[(first + row,)]) for row, value in enumerate(made)] if bias else made


def _tanh(m: Machine, x: float) -> float:
    return m.do("tanh", tanh(x))


def _gate(m: Machine, stored: Weights, x: Vector, h: Vector, which: int) -> Vector:
    """W_ih·x + b_ih + W_hh·h + b_hh of one gate."""
    hidden = len(h) if "weight_hr" not in stored else stored["weight_hr"].shape[1]
    first = which * hidden
    left = _biased(m, _product(m, stored["weight_ih"], x, first, hidden), stored.get("bias_ih"), first)
    right = _biased(m, _product(m, stored["weight_hh"], h, first, hidden), stored.get("bias_hh"), first)
    return [m.add(a, b) for a, b in zip(left, right, strict=True)]


def rnn_step(m: Machine, stored: Weights, x: Vector, states: Sequence[Vector], word: str) -> list[Vector]:
    sums = _gate(m, stored, x, states[0], 0)
    return [[_tanh(m, value) if word == "tanh" else m.greater(value, 0.0) for value in sums]]


def lstm_step(m: Machine, stored: Weights, x: Vector, states: Sequence[Vector], word: str) -> list[Vector]:
    h, c = states
    i, f, g, o = (_gate(m, stored, x, h, which) for which in range(4))
    memory = []
    for place, old in enumerate(c):
        kept = m.multiply(sigmoid(m, f[place]), old)
        memory.append(m.add(kept, m.multiply(sigmoid(m, i[place]), _tanh(m, g[place]))))
    made = [m.multiply(sigmoid(m, o[place]), _tanh(m, value)) for place, value in enumerate(memory)]
    if "weight_hr" in stored:
        made = _product(m, stored["weight_hr"], made, 0, stored["weight_hr"].shape[0])
    return [made, memory]


def gru_step(m: Machine, stored: Weights, x: Vector, states: Sequence[Vector], word: str) -> list[Vector]:
    h, hidden = states[0], len(states[0])
    r = [sigmoid(m, value) for value in _gate(m, stored, x, h, 0)]
    z = [sigmoid(m, value) for value in _gate(m, stored, x, h, 1)]
    first = 2 * hidden
    left = _biased(m, _product(m, stored["weight_ih"], x, first, hidden), stored.get("bias_ih"), first)
    source = [m.multiply(a, b) for a, b in zip(r, h, strict=True)] if word == "before" else h
    right = _biased(m, _product(m, stored["weight_hh"], source, first, hidden), stored.get("bias_hh"), first)
    if word == "after":
        right = [m.multiply(a, b) for a, b in zip(r, right, strict=True)]
    n = [_tanh(m, m.add(a, b)) for a, b in zip(left, right, strict=True)]
    return [
        [
            m.add(m.multiply(m.subtract(1.0, z[place]), n[place]), m.multiply(z[place], h[place]))
            for place in range(hidden)
        ]
    ]


Step = Callable[[Machine, Weights, Vector, Sequence[Vector], str], list[Vector]]
STEPS: dict[str, Step] = {"rnn": rnn_step, "lstm": lstm_step, "gru": gru_step}


def cell(m: Machine, kind: str, word: str, x: Values, states: Sequence[Values], stored: Weights) -> list[Values]:
    """One step of every row."""
    rows: list[list[Vector]] = []
    for row in range(x.shape[0]):
        before = [[state.at[(row, place)] for place in range(state.shape[1])] for state in states]
        rows.append(STEPS[kind](m, stored, [x.at[(row, place)] for place in range(x.shape[1])], before, word))
    return [
        Values.make((x.shape[0], state.shape[1]), lambda place, n=n: rows[place[0]][n][place[1]])  # type: ignore[misc]
        for n, state in enumerate(states)
    ]


def layers(m: Machine, kind: str, op: Any, x: Values, states: Sequence[Values], stored: Weights) -> list[Values]:
    """All layers and directions; the sequence, then the last states."""
    word = getattr(op, "activation", getattr(op, "reset", ""))
    ways, ends = ("", "_reverse")[: 1 + op.bidirectional], [Values(state.shape, {}) for state in states]
    batch, length, _ = x.shape
    for layer in range(op.layers):
        made: dict[tuple[int, ...], float] = {}
        width = states[0].shape[2]
        for way, suffix in enumerate(ways):
            end = f"_l{layer}{suffix}"
            own = {role.removesuffix(end): values for role, values in stored.items() if role.endswith(end)}
            row = layer * len(ways) + way
            for n in range(batch):
                now = [[state.at[(row, n, place)] for place in range(state.shape[2])] for state in states]
                for t in range(length) if not way else reversed(range(length)):
                    now = STEPS[kind](m, own, [x.at[(n, t, place)] for place in range(x.shape[2])], now, word)
                    made |= {(n, t, way * width + place): value for place, value in enumerate(now[0])}
                for end_state, vector in zip(ends, now, strict=True):
                    end_state.at.update({(row, n, place): value for place, value in enumerate(vector)})  # type: ignore[attr-defined]
        x = Values((batch, length, len(ways) * width), made)
    return [x, *ends]
