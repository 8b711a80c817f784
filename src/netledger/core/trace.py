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
_TRACED = frozenset({"number", "per_axis", "padding", "scale"})


def trace(op: Operator, inputs: tuple[Tensor, ...]) -> tuple[Operator, tuple[Tensor, ...]]:
    """The operator with a symbol for each numeric attribute, and inputs with a symbol for each size."""
    values = {
        name: _symbols(attribute, attribute.symbol, getattr(op, name))
        for name, attribute in op.ATTRIBUTES.items()
        if attribute.kind in _TRACED
    }
    traced = dataclasses.replace(op, **values) if values else op  # type: ignore[type-var]
    return traced, _named(inputs)


def name_outputs(outputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """The outputs with a symbol for each computed size, so that what follows is written in terms of it."""
    return tuple(
        tensor.like(tuple(map(_unless_simple, tensor.shape, _size_names(len(tensor.shape), suffix, f"N_{suffix}"))))
        for suffix, tensor in zip(_suffixes("out", len(outputs)), outputs, strict=True)
    )


def _named(inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """The inputs with a symbol for each size; their batches are all N if they are equal."""
    batches = {tensor.shape[0] for tensor in inputs if len(tensor.shape) > 1}
    return tuple(
        tensor.like(
            tuple(map(_symbol, tensor.shape, _size_names(len(tensor.shape), suffix, _batch(suffix, len(batches)))))
        )
        for suffix, tensor in zip(_suffixes("in", len(inputs)), inputs, strict=True)
    )


def _batch(suffix: str, different: int) -> str:
    return f"N_{suffix}" if different > 1 else "N"


def _suffixes(side: str, count: int) -> tuple[str, ...]:
    return tuple(f"{side}{place}" for place in range(1, count + 1)) if count > 1 else (side,) * count


def _symbol(size: Any, name: str) -> Number:
    return cast(Number, Traced.symbol(name, value_of(size)))


def _unless_simple(size: Any, name: str) -> Number:
    """A symbol for a formula; a symbol or a constant stays what it is."""
    return _symbol(size, name) if isinstance(size, Traced) and size.op != "symbol" else cast(Number, size)


def _symbols(attribute: Attribute, symbol: str, value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    if not isinstance(value, (int, tuple)):
        return value  # a fraction stays what it is
    if not isinstance(value, tuple):
        return Traced.symbol(symbol, value)
    names = ("before", "after") if attribute.kind == "pair" else _axis_names(len(value))
    inner = attribute._replace(kind="pair")
    return tuple(_symbols(inner, f"{symbol}_{name}", part) for name, part in zip(names, value, strict=True))


def _axis_names(count: int) -> tuple[str, ...]:
    return tuple(name.lower() for name in _SPATIAL.get(count, tuple(f"{place}" for place in range(1, count + 1))))


def _size_names(rank: int, suffix: str, batch: str) -> tuple[str, ...]:
    if rank <= 2:
        return (batch, f"F_{suffix}")[2 - rank :]
    spatial = _SPATIAL.get(rank - 2, tuple(f"L{place}" for place in range(1, rank - 1)))
    return (batch, f"C_{suffix}", *(f"{name}_{suffix}" for name in spatial))
