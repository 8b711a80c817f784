"""An operator and its inputs with every number replaced by a named, traced one.

The same rules then give formulas: run `infer`, `parameters` and `work` on what `trace` returns.
"""

from __future__ import annotations

import dataclasses
from typing import Any, cast

from netledger.core.network import Tensor
from netledger.core.number import Number, Traced, value_of
from netledger.core.operator import Attribute, Operator

__all__ = ["name_outputs", "trace"]

_SPATIAL = {1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}
_TRACED = frozenset({"number", "per_axis", "padding"})


def trace(op: Operator, inputs: tuple[Tensor, ...]) -> tuple[Operator, tuple[Tensor, ...]]:
    """The operator with a symbol for each numeric attribute, and inputs with a symbol for each size."""
    values = {
        name: _symbols(attribute, attribute.symbol, getattr(op, name))
        for name, attribute in op.ATTRIBUTES.items()
        if attribute.kind in _TRACED
    }
    several = len(inputs) > 1
    named = (_name(tensor, f"in{place}" if several else "in") for place, tensor in enumerate(inputs, 1))
    traced = dataclasses.replace(op, **values) if values else op  # type: ignore[type-var]
    return traced, tuple(named)


def name_outputs(outputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """The outputs with a symbol for each computed size, so that what follows is written in terms of it."""
    several = len(outputs) > 1
    return tuple(_name(tensor, f"out{place}" if several else "out") for place, tensor in enumerate(outputs, 1))


def _symbols(attribute: Attribute, symbol: str, value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    if not isinstance(value, tuple):
        return Traced.symbol(symbol, value)
    names = ("before", "after") if attribute.kind == "pair" else _axis_names(len(value))
    inner = attribute._replace(kind="pair")
    return tuple(_symbols(inner, f"{symbol}_{name}", part) for name, part in zip(names, value, strict=True))


def _axis_names(count: int) -> tuple[str, ...]:
    return tuple(name.lower() for name in _SPATIAL.get(count, tuple(f"{place}" for place in range(1, count + 1))))


def _name(tensor: Tensor, suffix: str) -> Tensor:
    names = _size_names(len(tensor.shape), suffix)
    return tensor.like(tuple(_number(name, size) for name, size in zip(names, tensor.shape, strict=True)))


def _number(name: str, size: Number) -> Number:
    return cast(Number, Traced.symbol(name, value_of(size)))


def _size_names(rank: int, suffix: str) -> tuple[str, ...]:
    if rank <= 2:
        return ("N", f"F_{suffix}")[2 - rank :]
    spatial = _SPATIAL.get(rank - 2, tuple(f"L{place}" for place in range(1, rank - 1)))
    return ("N", f"C_{suffix}", *(f"{name}_{suffix}" for name in spatial))
