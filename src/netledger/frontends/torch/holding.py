"""What modules hold (attributes, containers, objects) is afterwards what it was, by identity."""

from __future__ import annotations

import copy
import operator
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch

from netledger.frontends.torch.abstract import Abstract

if TYPE_CHECKING:
    from netledger.frontends.torch.model import Static

__all__ = ["Holdings", "kept"]

_CONTAINERS = (list, dict, set, deque)
_LIBRARY = ("torch.", "builtins", "collections", "functools", "typing", "numpy", "_")
_DEPTH = 6


class Holdings:
    """Containers, objects and classes, and what was in them."""

    def __init__(self) -> None:
        self.pairs: list[tuple[Any, Any]] = []
        self.classes: dict[type, dict[str, Any]] = {}
        self._met: set[int] = set()

    def keep_module(self, known: dict[str, Any], kind: type, plain: bool) -> None:
        """The attributes of a module, and what is in them; of a layer of PyTorch's own its attributes alone."""
        keep = self.pairs.append
        keep((known, known.copy()))
        if plain:
            return
        for name, value in known.items():
            if type(value) in _SIMPLE:
                continue
            if name in _BASE:
                keep((value, value.copy() if value else _EMPTY))
            else:
                self._keep(value, 0)
        if kind not in self.classes and not kind.__module__.startswith(_LIBRARY):
            self.classes[kind] = dict(vars(kind))

    def _keep(self, value: Any, depth: int) -> None:
        if depth > _DEPTH or id(value) in self._met or isinstance(value, (torch.Tensor, torch.nn.Module, type)):
            return
        if isinstance(value, _CONTAINERS):
            self._met.add(id(value))
            self.pairs.append((value, copy.copy(value) if value else _EMPTY))
            for part in value.values() if isinstance(value, dict) else value:
                if type(part) not in _SIMPLE:
                    self._keep(part, depth + 1)
        elif isinstance(value, tuple):
            for part in value:
                self._keep(part, depth + 1)
        elif hasattr(value, "__dict__") and not type(value).__module__.startswith(_LIBRARY) and not callable(value):
            self._met.add(id(value))
            self._keep(value.__dict__, depth + 1)


_BASE = frozenset(name for name, value in vars(torch.nn.Module()).items() if isinstance(value, (dict, set)))
"""Where every module holds its parameters, children and hooks."""
_EMPTY: dict[Any, Any] = {}
_SIMPLE = frozenset({int, float, bool, str, type(None), torch.Size, torch.dtype, torch.device})


@contextmanager
def kept(known: Static) -> Iterator[None]:
    """Put everything back."""
    own = len(known.holdings.pairs)
    try:
        yield
    finally:
        for place, (container, before) in enumerate(known.holdings.pairs):
            if (container or before) and _changed(container, before) and (place < own or _abstract_in(container)):
                _restore(container, before)
        for kind, before in known.holdings.classes.items():
            _restore_class(kind, before)


def _changed(container: Any, before: Any) -> bool:
    if len(container) != len(before):
        return True
    if isinstance(container, dict):
        return not all(map(operator.is_, container.values(), before.values())) or container.keys() != before.keys()
    return not all(map(operator.is_, container, before))


def _abstract_in(container: Any) -> bool:
    """Whether a tensor without values is left in it: of modules that are met on the way, nothing else is put back."""
    return any(type(value) is Abstract for value in (container.values() if isinstance(container, dict) else container))


def _restore(container: Any, before: Any) -> None:
    if isinstance(container, list):
        container[:] = before
        return
    container.clear()
    (container.extend if isinstance(container, deque) else container.update)(before)


def _restore_class(kind: type, before: dict[str, Any]) -> None:
    now = dict(vars(kind))
    for name in now.keys() - before.keys():
        delattr(kind, name)
    for name, value in before.items():
        if now.get(name, before) is not value and name not in ("__dict__", "__weakref__"):
            setattr(kind, name, value)
