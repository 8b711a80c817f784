"""Recurrent layers."""

from __future__ import annotations

from typing import Any

from netledger.core.language import say
from netledger.core.network import Tensor
from netledger.frontends.onnx.node import At, UnansweredError
from netledger.frontends.onnx.rules._registry import load, rule
from netledger.frontends.onnx.values import Value

_DEFAULT = {
    "LSTM": (("sigmoid", "tanh", "tanh"),),
    "GRU": (("sigmoid", "tanh"),),
    "RNN": (("tanh",), ("relu",)),
}
_STATES = {"LSTM": (5, 6), "GRU": (5,), "RNN": (5,)}


@rule("LSTM", "GRU", "RNN")
def recurrent(at: At) -> list[Value | None]:
    """A recurrent layer in one direction or both; its sequence is first made batch first, if it is not."""
    value, last = at[0], bool(at.get("layout", 0))
    weight = at[1]
    ways, hidden = weight.shape[0], at[2].shape[-1]
    if value.shape[-1] != weight.shape[-1] or len(value.shape) != 3:
        raise ValueError("the weight does not fit the input")
    steps, batch = (value.shape[1], value.shape[0]) if last else value.shape[:2]
    _check(at, _shapes(at, last, (steps, batch, ways, hidden)))
    attributes: dict[str, Any] = {"hidden": hidden, "bidirectional": ways == 2, "bias": at.maybe(3) is not None}
    if at.op == "RNN" and _activations(at) == ("relu",):
        attributes["activation"] = "relu"
    if at.op == "GRU":
        attributes["reset"] = "after" if at.get("linear_before_reset", 0) else "before"
    op = load(at.op.lower())(states=True, **attributes)
    sequence = value if last else at.one("transpose", value, first=0, second=1)
    states = [_state(at, place, last) for place in _STATES[at.op]]
    given = [state for state in states if state is not None]
    made, *ends = at.add(op, sequence, *(given if len(given) == len(states) else ()), stored=_stored(at, ways))
    return [
        _sequence(at, made, (batch, steps, ways, hidden), last) if at.asked(0) else None,
        *(_end(at, end, last) if at.asked(place) else None for place, end in enumerate(ends, 1)),
    ]


def _activations(at: At) -> tuple[str, ...]:
    """Those of one direction; empty if the directions differ."""
    given = [one.lower() for one in at.get("activations") or _DEFAULT[at.op][0]]
    width = len(_DEFAULT[at.op][0])
    parts = {tuple(given[start : start + width]) for start in range(0, len(given), width)}
    return parts.pop() if len(parts) == 1 else ()


def _check(at: At, shapes: list[Tensor]) -> None:
    """What the operators do not do is a gap: other activations, peepholes, bounded or coupled gates."""
    peephole = at.op == "LSTM" and at.maybe(7) is not None
    if _activations(at) not in _DEFAULT[at.op] or peephole or "clip" in at.attributes or at.get("input_forget", 0):
        raise UnansweredError(say("there is no rule for {op} with these activations or gates", op=at.op), shapes)


def _shapes(at: At, last: bool, sizes: Any) -> list[Tensor]:
    steps, batch, ways, hidden = sizes
    sequence = (batch, steps, ways, hidden) if last else (steps, ways, batch, hidden)
    end = (batch, ways, hidden) if last else (ways, batch, hidden)
    made = (sequence, end, end)
    return [at[0].tensor.like(shape) for place, shape in enumerate(made) if at.asked(place)]


def _stored(at: At, ways: int) -> dict[str, Any]:
    """The weights of both directions are one tensor, and all biases."""
    stored = {"weight_ih_l0": at.stored(at[1]), "weight_hh_l0": at.stored(at[2])}
    bias = at.maybe(3)
    return stored if bias is None else {**stored, "bias_ih_l0": at.stored(bias)}


def _state(at: At, place: int, last: bool) -> Value | None:
    value = at.maybe(place)
    if value is None or not last:
        return value
    return at.one("transpose", value, first=0, second=1)


def _sequence(at: At, made: Value, sizes: Any, last: bool) -> Value:
    """The directions on an axis of their own."""
    apart = at.one(load("reshape")(sizes, whole=True), made)
    return apart if last else at.one("permute", apart, axes=(1, 2, 0, 3))


def _end(at: At, end: Value, last: bool) -> Value:
    return at.one("transpose", end, first=0, second=1) if last else end
