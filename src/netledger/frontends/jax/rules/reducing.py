"""Reductions, sorting, cumulation."""

from __future__ import annotations

from typing import Any

from netledger.frontends.jax.rules._registry import RULES, rule, unique

_KINDS = {
    "reduce_sum": "sum",
    "reduce_max": "max",
    "reduce_min": "min",
    "reduce_prod": "prod",
    "reduce_and": "all",
    "reduce_or": "any",
}


def _reduce(kind: str) -> Any:
    def apply(reader: Any, equation: Any) -> Any:
        axes = tuple(map(int, equation.params["axes"]))
        if not axes:
            return [equation.values[0]]
        return reader.add(equation, unique(kind, axes), equation.values[0])

    return apply


RULES.update({name: _reduce(kind) for name, kind in _KINDS.items()})


@rule("argmax", "argmin")
def best(reader: Any, equation: Any) -> Any:
    """Where the greatest or least is."""
    (axis,) = equation.params["axes"]
    return reader.add(equation, unique(equation.name, int(axis)), equation.values[0])


@rule("cumsum", "cumprod", "cummax", "cummin", "cumlogsumexp")
def cumulate(reader: Any, equation: Any) -> Any:
    """What has come so far."""
    kind = {"cumlogsumexp": "logcumsumexp"}.get(equation.name, equation.name)
    return reader.add(equation, unique(kind, equation.params["axis"]), equation.values[0])


@rule("sort")
def sort(reader: Any, equation: Any) -> Any:
    """In order; what goes along is put in the same order."""
    axis = equation.params["dimension"]
    made = reader.add(equation, unique("sort", axis), equation.values[0], made=...)
    rest = [
        reader.add(equation, unique("gather", axis), value, made[1], made=(tensor,))[0]
        for value, tensor in zip(equation.values[1:], equation.made[1:], strict=True)
    ]
    return [made[0], *rest]


@rule("top_k")
def top_k(reader: Any, equation: Any) -> Any:
    """The k greatest along the last axis, and where they are."""
    axis = len(reader.tensor(equation.values[0]).shape) - 1
    return reader.add(equation, unique("topk", equation.params["k"], axis), equation.values[0])
