"""What a model is before it runs: its modules, by name, and its own tensors."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain, count, repeat
from operator import attrgetter, methodcaller
from typing import Any, NamedTuple

import torch
from torch.nn.parameter import is_lazy

from netledger.frontends.torch.abstract import Kind
from netledger.frontends.torch.holding import Holdings
from netledger.frontends.torch.memory import Memory, memory
from netledger.frontends.torch.stored import BUFFER, PARAMETER, Sort, Stored

__all__ = ["Part", "Static", "class_name", "kind_of", "meet", "paths", "sort_of", "static"]

_new: Any = tuple.__new__


class Part(NamedTuple):
    """A module as it stands, without the module.

    Args:
        kind: its class.
        above: the number of the one that it was first met in; -1: none.
        name: its name in that.
        children: the names of its own modules.
        identities: which those are.
        parameters: the names of its own parameters, those that are None included.
        buffers: the names of its own buffers, likewise.

    """

    kind: type
    above: int
    name: str
    children: tuple[str, ...]
    identities: tuple[int, ...]
    parameters: tuple[str, ...]
    buffers: tuple[str, ...]


class Static(NamedTuple):
    """A model as it stands.

    Args:
        parts: every module, the whole first.
        numbers: the place of each among them, by identity.
        parameters: what the modules hold, in order; None: nothing under this name.
        buffers: likewise.
        stored: every parameter and buffer, by identity.
        tensors: these, by number.
        device: where it is.
        memory: what is known of calls on its device.
        holdings: what modules hold that could change.
        compiled: modules that are compiled in place.

    """

    parts: list[Part]
    numbers: dict[int, int]
    parameters: list[Stored | None]
    buffers: list[Stored | None]
    stored: dict[int, Stored]
    tensors: list[torch.Tensor]
    device: torch.device
    memory: Memory
    holdings: Holdings
    compiled: list[Any]

    def paths(self) -> list[str]:
        """The first name of every module."""
        return paths(self.parts)

    def replace(self, before: Stored, after: Stored) -> None:
        """One tensor now stands for another, under its names."""
        for row in (self.parameters, self.buffers):
            row[:] = [after if one is before else one for one in row]


def paths(parts: list[Part]) -> list[str]:
    """The first name of every module."""
    found: list[str] = []
    for part in parts:
        above = found[part.above] if part.above >= 0 else ""
        found.append(f"{above}.{part.name}" if above else part.name)
    return found


def static(model: Any) -> Static:
    """Look at a model, or at anything that can be called: the modules that a function knows are its own."""
    known = dict(_known(model))
    device = _device(known.values())
    found = Static([], {}, [], [], {}, [], device, memory(device), Holdings(), [])
    for name, module in known.items():
        _walk(module, name, found)
    return found


def _known(model: Any) -> Iterator[tuple[str, torch.nn.Module]]:
    """The modules of a model by name: itself, or those that a function has in its closure, arguments and globals."""
    if isinstance(model, torch.nn.Module):
        yield "", model
        return
    if isinstance(model, functools.partial):
        values = {f"argument{place}": value for place, value in enumerate(model.args)} | model.keywords
        yield from _modules_in(values)
        model = model.func
    if isinstance(getattr(model, "__self__", None), torch.nn.Module):
        yield type(model.__self__).__name__, model.__self__
    code = getattr(model, "__code__", None)
    if code is not None:
        cells = zip(code.co_freevars, model.__closure__ or (), strict=True)
        yield from _modules_in({name: _content(cell) for name, cell in cells})
        yield from _modules_in({name: model.__globals__.get(name) for name in code.co_names})


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # it is empty
        return None


def _modules_in(values: dict[str, Any]) -> Iterator[tuple[str, torch.nn.Module]]:
    return ((name, value) for name, value in values.items() if isinstance(value, torch.nn.Module))


def meet(module: Any, found: Static, above: int) -> int:
    """Look at a module that is no part of the model, called within another; its number."""
    known = found.paths()
    name = f"{known[above]}.{type(module).__name__}" if above >= 0 and known[above] else type(module).__name__
    taken = set(known)
    times = 1
    while (name if times == 1 else f"{name}_{times}") in taken:
        times += 1
    _walk(module, name if times == 1 else f"{name}_{times}", found)
    return found.numbers[id(module)]


def _device(modules: Iterable[Any]) -> torch.device:
    """The device of the first of their tensors; a model on the meta device believes to be on the CPU."""
    queue, met = list(modules), set()
    while queue:
        module = queue.pop()
        if id(module) in met:
            continue
        met.add(id(module))
        for tensors in (module._parameters, module._buffers):
            for tensor in tensors.values() if isinstance(tensors, dict) else ():
                if tensor is not None:
                    return torch.device("cpu") if tensor.is_meta else tensor.device
        queue.extend(child for child in module._modules.values() if child is not None)
    return torch.device("cpu")


def _walk(model: Any, name: str, found: Static) -> None:
    """Every module once, parents first; without recursion, however deep."""
    numbers = found.numbers
    queue: list[tuple[Any, str, int]] = [(model, name, -1)]
    met: list[Any] = []
    places: list[tuple[int, str, tuple[str, ...], tuple[int, ...]]] = []
    while queue:
        module, name, above = queue.pop()
        identity = id(module)
        if identity in numbers:
            continue
        number = numbers[identity] = len(numbers)
        met.append(module)
        children = module._modules
        if not children:
            places.append((above, name, (), ()))
            continue
        places.append((above, name, tuple(children), tuple(map(id, children.values()))))
        queue += [(child, name, number) for name, child in children.items() if child is not None][::-1]
    parameters, buffers = zip(*map(_tensors, met), strict=True)
    named = zip(met, places, map(tuple, parameters), map(tuple, buffers), strict=True)
    found.parts.extend([_new(Part, (module.__class__, *place, own, held)) for module, place, own, held in named])
    found.holdings.keep_all(met)
    found.compiled.extend([module for module in met if module.__dict__.get("_compiled_call_impl") is not None])
    _store(list(chain.from_iterable(map(_values, parameters))), PARAMETER, found)
    _store(list(chain.from_iterable(map(_values, buffers))), BUFFER, found)


@cache
def class_name(kind: Any) -> str:
    """A class in full."""
    return f"{kind.__module__}.{kind.__qualname__}"


def _tensors(module: Any) -> Any:
    """Parameters, then buffers; a scripted module answers for itself."""
    known = module.__dict__
    if "_parameters" in known:
        return known["_parameters"], known["_buffers"]
    return dict(module.named_parameters(recurse=False)), dict(module.named_buffers(recurse=False))


def _store(tensors: list[Any], use: int, found: Static) -> None:
    """Tensors that modules hold, in order; one that is held twice is stored once."""
    stored = found.stored
    fresh = [tensor for tensor in dict(zip(map(id, tensors), tensors, strict=True)).values() if tensor is not None]
    fresh = [tensor for tensor in fresh if id(tensor) not in stored]
    made = zip(count(len(found.tensors)), _sorts(fresh, use, found))
    stored.update(zip(map(id, fresh), map(_new, repeat(Stored), made)))
    found.tensors.extend(fresh)
    (found.buffers if use == BUFFER else found.parameters).extend(map(stored.get, map(id, tensors)))


_values = methodcaller("values")
_facts = attrgetter("shape", "dtype", "requires_grad")


def _sorts(tensors: list[Any], use: int, found: Static) -> list[Sort]:
    known = found.memory.sorts[use]
    try:
        sorts = list(map(known.get, map(_facts, tensors)))
    except RuntimeError:  # one has no shape yet
        sorts = [None] * len(tensors)
    return [sort or _sort(tensor, use, found) for sort, tensor in zip(sorts, tensors, strict=True)]


def _sort(tensor: Any, use: int, found: Static) -> Sort:
    shape = torch.Size() if is_lazy(tensor) else tensor.shape
    return sort_of(found, shape, tensor.dtype, tensor.requires_grad, use)


def sort_of(found: Static, shape: tuple[int, ...], dtype: torch.dtype, trainable: bool, use: int) -> Sort:
    """The one sort of stored tensors of this shape, element type and use."""
    known = found.memory.sorts[use]
    sort = known.get((shape, dtype, trainable))
    if sort is None:
        kind = kind_of(found, shape, dtype)
        sort = known[shape, dtype, trainable] = Sort(kind, use, trainable and use == PARAMETER)
    return sort


def kind_of(found: Static, shape: tuple[int, ...], dtype: torch.dtype) -> Kind:
    """The one kind of this shape and element type."""
    kinds = found.memory.kinds
    kind = kinds.get((shape, dtype))
    if kind is None:
        kind = kinds[shape, dtype] = Kind(shape, dtype, found.device)
    return kind
