"""Recurrent layers and their cells."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from hypothesis import strategies as st

from netledger.core.network import Tensor
from netledger.ops import load
from tests.laws.draws import BATCH, SMALL, Case, Draw, Maker

STATES = {"rnn": 1, "lstm": 2, "gru": 1}


def _words(kind: str, draw: Draw) -> dict[str, Any]:
    words: dict[str, Any] = {"bias": draw(st.booleans()), "biases": draw(st.integers(1, 2))}
    if kind == "rnn":
        words["activation"] = draw(st.sampled_from(("tanh", "relu")))
    if kind == "gru":
        words["reset"] = draw(st.sampled_from(("after", "before")))
    return words


def _recurrent(kind: str, draw: Draw) -> Callable[[], Case]:
    words = {**_words(kind, draw), "layers": draw(st.integers(1, 3))}
    words |= {name: draw(st.booleans()) for name in ("bidirectional", "last", "states")}
    given, projected = draw(st.booleans()), kind == "lstm" and draw(st.booleans())

    def fill() -> Case:
        hidden = draw(SMALL) + projected
        proj = draw(st.integers(1, hidden - 1)) if projected else None
        op = load(kind)(hidden=hidden, **words, **({"proj": proj} if projected else {}))
        batch = draw(BATCH)
        rows = words["layers"] * (1 + words["bidirectional"])
        states = [(rows, batch, proj or hidden), (rows, batch, hidden)][: STATES[kind] * given]
        return op, tuple(map(Tensor, [(batch, draw(SMALL), draw(SMALL)), *states]))

    return fill


def _cell(kind: str, draw: Draw) -> Callable[[], Case]:
    words, given, batched = _words(kind, draw), draw(st.booleans()), draw(st.booleans())

    def fill() -> Case:
        rows, hidden = (draw(BATCH),) * batched, draw(SMALL)
        shapes = [(*rows, draw(SMALL)), *[(*rows, hidden)] * (STATES[kind] * given)]
        return load(f"{kind}_cell")(hidden=hidden, **words), tuple(map(Tensor, shapes))

    return fill


MAKERS: dict[str, Maker] = {
    **{kind: partial(_recurrent, kind) for kind in STATES},
    **{f"{kind}_cell": partial(_cell, kind) for kind in STATES},
}
