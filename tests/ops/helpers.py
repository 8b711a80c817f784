"""Short ways to run an operator's rules in a test."""

from __future__ import annotations

from typing import Any

import pytest

from netledger.core.errors import ShapeError
from netledger.core.ledger import Entry
from netledger.core.network import Tensor
from netledger.ops import load
from tests.laws.entries import entry_of


def entry(kind: str, *shapes: tuple[int, ...], **attributes: Any) -> Entry:
    """The entry of one operator on inputs of these shapes."""
    return entry_of((load(kind)(**attributes), tuple(map(Tensor, shapes))))


def shape(kind: str, *shapes: tuple[int, ...], **attributes: Any) -> tuple[int, ...]:
    """The shape of its (first) output."""
    return entry(kind, *shapes, **attributes).outputs[0].shape


def shapes(kind: str, *given: tuple[int, ...], **attributes: Any) -> list[tuple[int, ...]]:
    """The shapes of all its outputs."""
    return [tensor.shape for tensor in entry(kind, *given, **attributes).outputs]


def stored(kind: str, *given: tuple[int, ...], **attributes: Any) -> dict[str, tuple[int, ...]]:
    """Its parameters and buffers, by role."""
    return {part.role: part.shape for part in entry(kind, *given, **attributes).parameters}


def work(kind: str, *given: tuple[int, ...], **attributes: Any) -> dict[str, int]:
    """Its work, by "action role"."""
    return {f"{term.action} {term.role}": term.count for term in entry(kind, *given, **attributes).work}


def refused(kind: str, *given: tuple[int, ...], **attributes: Any) -> ShapeError:
    """The error that it raises."""
    with pytest.raises(ShapeError) as caught:
        load(kind)(**attributes).infer(tuple(map(Tensor, given)))
    return caught.value
