"""An operator and its inputs with every number replaced by a named, traced one.

The same rules then give formulas: run `infer`, `parameters` and `work` on what `trace` returns.
"""

from __future__ import annotations

import dataclasses
from typing import Any, cast

from netledger.core.language import later, say
from netledger.core.network import Tensor
from netledger.core.number import Number, Traced, value_of
from netledger.core.operator import Attribute, Operator

__all__ = ["meaning", "name_outputs", "trace"]

_SPATIAL = {1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}
_TRACED = frozenset({"number", "per_axis", "padding", "scale"})
_AXES = frozenset("hwdl")
_SIZES = {
    "N": later("batch"),
    "C": later("channels"),
    "F": later("features"),
    "H": later("height"),
    "W": later("width"),
    "D": later("depth"),
    "L": later("length"),
}
_SIDES = (("in", later("input")), ("out", later("output")))


def trace(op: Operator, inputs: tuple[Tensor, ...]) -> tuple[Operator, tuple[Tensor, ...]]:
    """The operator with a symbol for each numeric attribute, and inputs with a symbol for each size."""
    values = {
        name: _symbols(attribute, attribute.symbol, getattr(op, name))
        for name, attribute in op.ATTRIBUTES.items()
        if attribute.kind in _TRACED
    }
    traced = dataclasses.replace(op, **values) if values else op  # type: ignore[type-var]
    return traced, _named(op.layout, inputs)


def name_outputs(op: Operator, outputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """The outputs with a symbol for each computed size, so that what follows is written in terms of it."""
    return tuple(
        tensor.like(
            tuple(map(_unless_simple, tensor.shape, size_names(op.layout, len(tensor.shape), suffix, f"N_{suffix}")))
        )
        for suffix, tensor in zip(suffixes("out", len(outputs)), outputs, strict=True)
    )


def meaning(op: Operator, symbol: str) -> str:
    """What a symbol of the formulas of an operator stands for; empty if it is none.

    >>> from netledger.ops import load
    >>> meaning(load("conv")(96, 11), "K_h"), meaning(load("conv")(96, 11), "H_in")
    ('size of the kernel, along the height', 'height of the input')
    """
    for attribute in op.ATTRIBUTES.values():
        if attribute.symbol and attribute.symbol == symbol:
            return say(attribute.doc)
        head, _, axis = symbol.rpartition("_")
        if attribute.symbol and head == attribute.symbol and (axis.isdecimal() or axis in _AXES):
            return say("{what}, {where}", what=say(attribute.doc), where=_along(axis))
        if attribute.symbol and symbol.startswith(f"{attribute.symbol}_") and attribute.kind == "padding":
            _, axis, side = symbol.rsplit("_", 2)
            return say("{what}, {where}, {side}", what=say(attribute.doc), where=_along(axis), side=say(side))
    return _size_meaning(symbol)


def _along(axis: str) -> str:
    size = _SIZES.get(axis.upper())
    return say("along the {size}", size=size) if size else say("along axis {axis}", axis=axis)


def _size_meaning(symbol: str) -> str:
    head, _, suffix = symbol.partition("_")
    what = say(_SIZES.get(head, ""))
    if head[:1] == "L" and head[1:].isdigit():
        what = say("length {number}", number=head[1:])
    for side, word in _SIDES:
        if what and suffix.startswith(side):
            place = suffix[len(side) :]
            said = say("{what} of {side} {place}", what=what, side=word, place=place)
            return said if place else say("{what} of the {side}", what=what, side=word)
    return what


def _named(layout: str, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """The inputs with a symbol for each size; their batches are all N if they are equal."""
    batches = {tensor.shape[0] for tensor in inputs if len(tensor.shape) > 1}
    return tuple(
        tensor.like(
            tuple(
                map(_symbol, tensor.shape, size_names(layout, len(tensor.shape), suffix, _batch(suffix, len(batches))))
            )
        )
        for suffix, tensor in zip(suffixes("in", len(inputs)), inputs, strict=True)
    )


def _batch(suffix: str, different: int) -> str:
    return f"N_{suffix}" if different > 1 else "N"


def suffixes(side: str, count: int) -> tuple[str, ...]:
    """What tells tensors apart: in, or in1, in2, …"""
    return tuple(f"{side}{place}" for place in range(1, count + 1)) if count > 1 else (side,) * count


def _symbol(size: Any, name: str) -> Number:
    return cast(Number, Traced.symbol(name, value_of(size)))


def _unless_simple(size: Any, name: str) -> Number:
    """A symbol for a formula; a symbol or a constant stays what it is."""
    return _symbol(size, name) if isinstance(size, Traced) and size.op != "symbol" else cast(Number, size)


def _symbols(attribute: Attribute, symbol: str, value: Any) -> Any:
    if not isinstance(value, (int, tuple)) or (attribute.tacit and value == 1):
        return value  # a word, a fraction, nothing, or a 1 that goes without saying
    if not isinstance(value, tuple):
        return Traced.symbol(symbol, value)
    names = (later("before"), later("after")) if attribute.kind == "pair" else _axis_names(len(value))
    inner = attribute._replace(kind="pair")
    return tuple(_symbols(inner, f"{symbol}_{name}", part) for name, part in zip(names, value, strict=True))


def _axis_names(count: int) -> tuple[str, ...]:
    return tuple(name.lower() for name in _SPATIAL.get(count, tuple(f"{place}" for place in range(1, count + 1))))


def size_names(layout: str, rank: int, suffix: str, batch: str) -> tuple[str, ...]:
    """The symbols of the sizes of a tensor: N, C_in, H_in, W_in; or N, H_in, W_in, C_in; or N, L_in, F_in."""
    if rank <= 2:
        return (batch, f"{'L' if layout == 'places' else 'F'}_{suffix}")[2 - rank :]
    between = rank - 2
    if layout in ("channels", "last"):
        spatial = _SPATIAL.get(between, tuple(f"L{place}" for place in range(1, between + 1)))
        sizes = tuple(f"{name}_{suffix}" for name in spatial)
        return (batch, f"C_{suffix}", *sizes) if layout == "channels" else (batch, *sizes, f"C_{suffix}")
    lengths = ("L",) if between == 1 else tuple(f"L{place}" for place in range(1, between + 1))
    return (batch, *(f"{name}_{suffix}" for name in lengths), f"F_{suffix}")
