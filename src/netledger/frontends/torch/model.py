"""What a model is before it runs: its modules, by name, and its own tensors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, partial
from itertools import count, repeat
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

import torch
from torch.nn.parameter import is_lazy

from netledger.frontends.torch.abstract import Kind
from netledger.frontends.torch.holding import Holdings, Row
from netledger.frontends.torch.memory import Memory, memory
from netledger.frontends.torch.stored import BUFFER, PARAMETER, Sort, Stored

__all__ = ["Parts", "Static", "class_name", "kind_of", "meet", "sort_of", "static"]

_new: Any = tuple.__new__


class Parts:
    """Every module as it stands, without the modules; the whole first, parents before their children.

    Attributes:
        kinds: their classes.
        above: the number of the one that each was first met in; -1: none.
        names: its name in that.
        numbers: the place of each, by identity.
        children: the modules in them, by identity.
        parameters: what they hold; None: nothing under this name.
        buffers: likewise.

    """

    __slots__ = ("above", "buffers", "children", "kinds", "names", "numbers", "parameters")

    def __init__(self) -> None:
        self.kinds: list[type] = []
        self.above: list[int] = []
        self.names: list[str] = []
        self.numbers: dict[int, int] = {}
        self.children, self.parameters, self.buffers = Row(), Row(), Row()

    def paths(self) -> list[str]:
        """The first name of every module."""
        found: list[str] = []
        for place, name in zip(self.above, self.names, strict=True):
            above = found[place] if place >= 0 else ""
            found.append(f"{above}.{name}" if above else name)
        return found

    def replace(self, before: Stored, after: Stored) -> None:
        """One tensor now stands for another, under its names."""
        for row in (self.parameters, self.buffers):
            row.values = [after if one is before else one for one in row.values]


class Static(NamedTuple):
    """A model as it stands.

    Args:
        parts: its modules.
        stored: every parameter and buffer, by identity.
        tensors: these, by number.
        device: where it is.
        memory: what is known of calls on its device.
        holdings: what modules hold that could change.
        compiled: modules that are compiled in place.

    """

    parts: Parts
    stored: dict[int, Stored]
    tensors: list[torch.Tensor]
    device: torch.device
    memory: Memory
    holdings: Holdings
    compiled: list[Any]


def static(model: Any) -> Static:
    """Look at a model, or at anything that can be called: the modules that a function knows are its own."""
    known = dict(_known(model))
    device = _device(known.values())
    found = Static(Parts(), {}, [], device, memory(device), Holdings(), [])
    for name, module in known.items():
        _walk(module, name, found)
    return found


def _known(model: Any) -> Iterator[tuple[str, torch.nn.Module]]:
    """The modules of a model by name: itself, or those that a function has in its closure, arguments and globals."""
    if isinstance(model, torch.nn.Module):
        yield "", model
        return
    if isinstance(model, partial):
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
    known = found.parts.paths()
    name = f"{known[above]}.{type(module).__name__}" if above >= 0 and known[above] else type(module).__name__
    taken = set(known)
    times = 1
    while (name if times == 1 else f"{name}_{times}") in taken:
        times += 1
    _walk(module, name if times == 1 else f"{name}_{times}", found)
    return found.parts.numbers[id(module)]


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


def _walk(model: Any, called: str, found: Static) -> None:
    """Every module once, parents first; without recursion, however deep."""
    parts = found.parts
    numbers, above, names = parts.numbers, parts.above, parts.names
    met: list[Any] = []
    levels: list[Any] = [(-1, iter([(called, model)]))]
    while levels:
        place, children = levels[-1]
        for name, module in children:
            if module is None or id(module) in numbers:
                continue
            number = numbers[id(module)] = len(numbers)
            met.append(module)
            above.append(place)
            names.append(name)
            if module._modules:
                levels.append((number, iter(module._modules.items())))
                break
        else:
            levels.pop()
    known: list[dict[str, Any]] = [module.__dict__ for module in met]
    found.holdings.keep_all(met, known)
    found.compiled.extend([module for module, one in zip(met, known, strict=True) if _is_compiled(one)])
    parts.kinds += [module.__class__ for module in met]
    parts.children.add([module._modules for module in met], partial(map, id))
    parameters, buffers = _tensors(met, known)
    parts.parameters.add(parameters, partial(_stored, PARAMETER, found))
    parts.buffers.add(buffers, partial(_stored, BUFFER, found))


def _is_compiled(known: dict[str, Any]) -> bool:
    return "_compiled_call_impl" in known and known["_compiled_call_impl"] is not None


@cache
def class_name(kind: Any) -> str:
    """A class in full."""
    return f"{kind.__module__}.{kind.__qualname__}"


def _tensors(modules: list[Any], known: list[dict[str, Any]]) -> tuple[list[Any], list[Any]]:
    """The parameters of each, and the buffers; a scripted module answers for itself."""
    try:
        return list(map(itemgetter("_parameters"), known)), list(map(itemgetter("_buffers"), known))
    except KeyError:
        return (
            [dict(module.named_parameters(recurse=False)) for module in modules],
            [dict(module.named_buffers(recurse=False)) for module in modules],
        )


def _stored(use: int, found: Static, tensors: Iterable[Any]) -> Iterable[Stored | None]:
    """What stands for tensors that modules hold; one that is held twice is stored once."""
    stored = found.stored
    held = list(tensors)
    identities = list(map(id, held))
    fresh = dict(zip(identities, held, strict=True))
    fresh.pop(id(None), None)
    for key in fresh.keys() & stored.keys():
        del fresh[key]
    made = zip(count(len(found.tensors)), _sorts(list(fresh.values()), use, found))
    stored.update(zip(fresh, map(_new, repeat(Stored), made), strict=True))
    found.tensors.extend(fresh.values())
    return map(stored.get, identities)


_facts = attrgetter("shape", "dtype", "requires_grad")


def _sorts(tensors: list[Any], use: int, found: Static) -> list[Any]:
    known = found.memory.sorts[use]
    try:
        sorts = list(map(known.get, map(_facts, tensors)))
    except RuntimeError:  # one has no shape yet
        sorts = [None] * len(tensors)
    if None not in sorts:
        return sorts
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
