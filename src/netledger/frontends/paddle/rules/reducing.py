"""Reductions, sorting, cumulation."""

from __future__ import annotations

from typing import Any

from netledger.frontends.paddle.rules._registry import RULES, load, rule, unique

_KINDS = {
    "sum": "sum",
    "mean": "mean",
    "max": "max",
    "min": "min",
    "amax": "max",
    "amin": "min",
    "prod": "prod",
    "all": "all",
    "any": "any",
    "logsumexp": "logsumexp",
}


def _axes(reader: Any, op: Any) -> Any:
    """The axes: all of them, if none are told."""
    given = op.attributes["axis"] if "axis" in op.attributes else reader.known(op, 1)
    chosen = [given] if isinstance(given, int) else list(given or ())
    whole = not chosen or op.attributes.get("reduce_all")
    return tuple(range(len(reader.tensor(op).shape)) if whole else map(int, chosen))


def _reduce(kind: str) -> Any:
    def apply(reader: Any, op: Any) -> Any:
        keep = bool(op.attributes.get("keepdim", op.attributes.get("keep_dim", False)))
        return reader.add(op, unique(kind, _axes(reader, op), keep), 0)

    return apply


for _name, _kind in _KINDS.items():
    RULES[_name] = _reduce(_kind)


@rule("mean_all")
def mean_all(reader: Any, op: Any) -> Any:
    """The mean of everything."""
    return reader.add(op, unique("mean"), 0)


@rule("p_norm")
def p_norm(reader: Any, op: Any) -> Any:
    """The p-norm."""
    given = op.attributes
    chosen = None if given.get("asvector") else (int(given["axis"]),)
    return reader.add(op, load("norm")(chosen, bool(given["keepdim"]), float(given["porder"])), 0)


@rule("frobenius_norm")
def frobenius_norm(reader: Any, op: Any) -> Any:
    """The 2-norm over axes."""
    return reader.add(op, load("norm")(_axes(reader, op), bool(op.attributes["keep_dim"]), 2.0), 0)


@rule("argmax", "argmin")
def best(reader: Any, op: Any) -> Any:
    """Where the greatest or least is."""
    axis = reader.known(op, 1)
    if axis is None or op.attributes["flatten"]:
        return None
    axis = int(axis[0] if isinstance(axis, list) else axis)
    return reader.add(op, unique(op.name, axis, bool(op.attributes["keepdims"])), 0)


@rule("topk")
def topk(reader: Any, op: Any) -> Any:
    """The k greatest or least, and where they are."""
    k = reader.known(op, 1)
    if k is None:
        return None
    count = int(k[0] if isinstance(k, list) else k)
    operator = unique("topk", count, int(op.attributes["axis"]), bool(op.attributes["largest"]))
    return reader.add(op, operator, 0, outputs=2)


@rule("argsort")
def argsort(reader: Any, op: Any) -> Any:
    """In order, and where each was."""
    operator = unique("sort", int(op.attributes["axis"]), bool(op.attributes["descending"]))
    return reader.add(op, operator, 0, outputs=2)


@rule("cumsum")
def cumsum(reader: Any, op: Any) -> Any:
    """Sums so far."""
    axis = reader.known(op, 1)
    if axis is None or op.attributes["flatten"]:
        return None
    return reader.add(op, unique("cumsum", int(axis[0] if isinstance(axis, list) else axis)), 0)


@rule("cumprod")
def cumprod(reader: Any, op: Any) -> Any:
    """Products so far."""
    return reader.add(op, unique("cumprod", int(op.attributes["dim"])), 0)
