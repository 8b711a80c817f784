"""The operators by kind, for front ends: what each takes is its own business."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from netledger import ops

__all__ = ["load", "one", "unique"]

load: Callable[[str], Any] = ops.load
"""The operator of a kind."""


@lru_cache(5_000, typed=True)
def unique(kind: str, *values: Any, **named: Any) -> Any:
    """The operator of a kind with these attributes: one object for equal ones, which a graph asks its rules once.

    For words, and numbers, alone or in tuples; 0.0 and −0.0 are told apart by `load` only.
    """
    return load(kind)(*values, **named)


def one(values: Iterable[Any]) -> Any:
    """One number where all are the same, else a tuple of them.

    >>> one([3, 3]), one([3, 1])
    (3, (3, 1))

    """
    return _one(tuple(values))


@lru_cache(1000)
def _one(values: tuple[Any, ...]) -> Any:
    parts = tuple(map(int, values))
    return parts[0] if len(set(parts)) == 1 else parts
