"""Folding axes."""

from __future__ import annotations

from typing import Any

from netledger.frontends.onnx.node import At
from netledger.frontends.onnx.rules._registry import RULES, load, rule
from netledger.frontends.onnx.values import Value

_KINDS = {
    "ReduceSum": "sum",
    "ReduceMean": "mean",
    "ReduceMax": "max",
    "ReduceMin": "min",
    "ReduceProd": "prod",
    "ReduceLogSumExp": "logsumexp",
}


def _axes(at: At) -> tuple[int, ...] | None:
    """The axes; None: nothing is folded."""
    rank = len(at[0].shape)
    chosen = at.axes()
    if not chosen:
        return None if at.get("noop_with_empty_axes", 0) or not rank else tuple(range(rank))
    return tuple(sorted(axis + rank if axis < 0 else axis for axis in chosen))


def reduced(at: At, kind: str, value: Value, **attributes: Any) -> Value:
    """Some axes folded; a single number is its own."""
    axes = _axes(at)
    if axes is None:
        return at.one("identity", value)
    keep = bool(at.get("keepdims", 1))
    if any(value.shape[axis] == 0 for axis in axes) or 0 in value.shape:
        shape = [1 if a in axes else size for a, size in enumerate(value.shape) if keep or a not in axes]
        op = load("empty")(tuple(shape)) if 0 in shape else load("rearrange")(at.op, tuple(shape))
        return at.one(op, value)
    return at.one(kind, value, axes=axes, keepdims=keep, **attributes)


def _declare(name: str, kind: str) -> None:
    RULES["", name] = lambda at: reduced(at, kind, at[0])


for _name, _kind in _KINDS.items():
    _declare(_name, _kind)


@rule("ReduceL1", "ReduceL2")
def norm(at: At) -> Value:
    """A norm."""
    if _axes(at) is None:
        return at.one("abs", at[0])
    return reduced(at, "norm", at[0], p=float(at.op[-1]))


@rule("ReduceSumSquare")
def sum_of_squares(at: At) -> Value:
    """Squares, added up."""
    return reduced(at, "sum", at.one("square", at[0]))


@rule("ReduceLogSum")
def log_of_sum(at: At) -> Value:
    """The logarithm of a sum."""
    return at.one("log", reduced(at, "sum", at[0]))


@rule("ArgMax", "ArgMin")
def places(at: At) -> Value:
    """Where the greatest or least element is."""
    return at.one(at.op.lower(), at[0], axis=at.get("axis", 0), keepdims=bool(at.get("keepdims", 1)), dtype="int64")
