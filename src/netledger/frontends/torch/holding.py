"""What modules hold (attributes, containers, objects) is afterwards what it was, by identity."""

from __future__ import annotations

import copy
import operator
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import chain, islice
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from netledger.frontends.torch.abstract import Abstract

__all__ = ["Holdings", "Row", "kept"]

_CONTAINERS = (list, dict, set, deque)
_LIBRARY = ("torch.", "builtins", "collections", "functools", "typing", "numpy", "_")
_DEPTH = 6


class Row:
    """What is in many dictionaries, one after the other, written down in one go."""

    __slots__ = ("names", "sizes", "values")

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.names: list[Any] = []
        self.values: list[Any] = []

    def add(self, dicts: list[Any], change: Callable[[Any], Any] = iter) -> None:
        """What is in some more; `change`: what stands for their values."""
        self.sizes += map(len, dicts)
        self.names += chain.from_iterable(dicts)
        self.values += change(chain.from_iterable(map(_values, dicts)))

    def each(self) -> Iterator[list[tuple[Any, Any]]]:
        """Names and values, dictionary by dictionary."""
        pairs = zip(self.names, self.values, strict=True)
        return (list(islice(pairs, size)) for size in self.sizes)


class Holdings:
    """Containers, objects and classes, and what was in them."""

    def __init__(self) -> None:
        self.dicts: list[dict[Any, Any]] = []
        self.copies: list[dict[Any, Any]] = []
        self.bases: list[Any] = []
        self.filled: list[Any] = []
        self.order: list[Any] = []
        self.slots: list[tuple[dict[str, Any], str, Any]] = []
        self.pairs: list[tuple[Any, Any]] = []
        self.classes: dict[type, dict[str, Any]] = {}
        self._met: set[int] = set()

    def keep_all(self, modules: list[Any], known: list[dict[str, Any]]) -> None:
        """The attributes of modules, what they hold as every module does, and what is in their own containers."""
        bases = list(chain.from_iterable([_bases(one) for one in known if "_parameters" in one]))
        filled = list(filter(None, bases))
        self.bases += bases
        self.filled += filled
        self.order += chain.from_iterable(filled)
        self.pairs += [(base, base.copy()) for base in filled if not isinstance(base, dict)]
        self._keep_dicts([*known, *[base for base in filled if isinstance(base, dict)]])
        for module, one in zip(modules, known, strict=True):
            if not is_plain(module.__class__):
                self._keep_own(one, module.__class__)

    def _keep_dicts(self, known: list[dict[Any, Any]]) -> None:
        self.dicts += known
        self.copies += [one.copy() for one in known]

    def _keep_own(self, known: dict[str, Any], kind: type) -> None:
        for name in known.keys() - _OF_ALL:
            value = known[name]
            if type(value) not in _SIMPLE:
                self.slots.append((known, name, value))
                self._keep(value, 0)
        if kind not in self.classes and not kind.__module__.startswith(_LIBRARY):
            self.classes[kind] = dict(vars(kind))

    def _keep(self, value: Any, depth: int) -> None:
        if depth > _DEPTH or id(value) in self._met or isinstance(value, (torch.Tensor, torch.nn.Module, type)):
            return
        if isinstance(value, _CONTAINERS):
            self._met.add(id(value))
            if isinstance(value, dict):
                self._keep_dicts([value])
            else:
                self.pairs.append((value, copy.copy(value)))
            for part in value.values() if isinstance(value, dict) else value:
                if type(part) not in _SIMPLE:
                    self._keep(part, depth + 1)
        elif isinstance(value, tuple):
            for part in value:
                if type(part) not in _SIMPLE:
                    self._keep(part, depth + 1)
        elif hasattr(value, "__dict__") and not type(value).__module__.startswith(_LIBRARY) and not callable(value):
            self._met.add(id(value))
            self._keep(value.__dict__, depth + 1)

    def restore(self, dicts: int, pairs: int, bases: int) -> None:
        """Put everything back; of what was met later than so many, only where a tensor without values is left."""
        if not self._same():
            self._restore_sizes(dicts)
            if not self._same():
                self._restore_dicts(dicts)
            self._empty(bases)
        for place, (container, before) in enumerate(self.pairs):
            if _changed(container, before) and (place < pairs or _abstract_in(container)):
                _restore(container, before)
        for kind, known in self.classes.items():
            _restore_class(kind, known)

    def _same(self) -> bool:
        """Whether everything is in its place: numbers and words by value, which is fast, all else by identity."""
        try:
            with _Unequal():
                return (
                    list(filter(None, self.bases)) == self.filled
                    and self.dicts == self.copies
                    and all(known.get(name) is value for known, name, value in self.slots)
                    and list(chain.from_iterable(self.filled)) == self.order
                )
        except Exception:  # noqa: BLE001  # what was put there cannot be compared
            return False

    def _restore_sizes(self, own: int) -> None:
        """Put back what has more or less in it: most often a table that is filled once."""
        for place, (known, before) in enumerate(zip(self.dicts, self.copies, strict=True)):
            if len(known) != len(before):
                self._restore_dict(place, own)

    def _restore_dicts(self, own: int) -> None:
        for place in range(len(self.dicts)):
            self._restore_dict(place, own)

    def _restore_dict(self, place: int, own: int) -> None:
        known, before = self.dicts[place], self.copies[place]
        same = all(map(operator.is_, known.values(), before.values())) and list(known) == list(before)
        if not same and (place < own or _abstract_in(known.values())):
            _restore(known, before)

    def _empty(self, own: int) -> None:
        """What every module holds, and was empty."""
        kept = {*map(id, self.dicts), *(id(container) for container, _ in self.pairs)}
        for base in self.bases[:own]:
            if base and id(base) not in kept:
                base.clear()


class _Unequal(TorchFunctionMode):
    """Tensors are compared by identity: two of them are never equal."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> bool:
        return False


_values = operator.methodcaller("values")
_OF_ALL = frozenset(vars(torch.nn.Module()))
"""The attributes that every module has."""
_bases: Any = operator.itemgetter(
    *[name for name, value in vars(torch.nn.Module()).items() if isinstance(value, (dict, set))]
)
"""Where every module holds its parameters, children and hooks."""
_SIMPLE = frozenset({int, float, bool, str, type(None), torch.Size, torch.dtype, torch.device})


@cache
def is_plain(kind: Any) -> bool:
    """Whether it is a layer of PyTorch's own: what else they hold, they do not change."""
    return str(kind.__module__).startswith("torch.nn.modules.")


@contextmanager
def kept(holdings: Holdings) -> Iterator[None]:
    """Put everything back afterwards."""
    own = len(holdings.dicts), len(holdings.pairs), len(holdings.bases)
    try:
        yield
    finally:
        holdings.restore(*own)


def _changed(container: Any, before: Any) -> bool:
    return len(container) != len(before) or not all(map(operator.is_, container, before))


def _abstract_in(values: Any) -> bool:
    """Whether a tensor without values is left in it: of modules that are met on the way, nothing else is put back."""
    return any(type(value) is Abstract for value in values)


def _restore(container: Any, before: Any) -> None:
    if isinstance(container, list):
        container[:] = before
        return
    container.clear()
    (container.extend if isinstance(container, deque) else container.update)(before)


def _restore_class(kind: type, before: dict[str, Any]) -> None:
    if len(vars(kind)) == len(before) and all(map(operator.is_, vars(kind).values(), before.values())):
        return
    now = dict(vars(kind))
    for name in now.keys() - before.keys():
        delattr(kind, name)
    for name, value in before.items():
        if now.get(name, before) is not value and name not in ("__dict__", "__weakref__"):
            setattr(kind, name, value)
