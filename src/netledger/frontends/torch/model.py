"""What a model is before it runs: its modules, by name, and its own tensors."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

import torch

from netledger.core.network import Module
from netledger.frontends.torch.abstract import Kind
from netledger.frontends.torch.holding import Holdings
from netledger.frontends.torch.memory import Memory, memory
from netledger.frontends.torch.stored import Stored

__all__ = ["Static", "static"]

_PARAMETER = torch.nn.Parameter
_new: Any = tuple.__new__


class Static(NamedTuple):
    """A model as it stands.

    Args:
        modules: every module, the whole first.
        paths: first name of each, by identity.
        stored: every parameter and buffer, by identity.
        device: where it is.
        memory: what is known of calls on its device.
        holdings: what modules hold that could change.
        compiled: modules that are compiled in place.

    """

    modules: list[Module]
    paths: dict[int, str]
    stored: dict[int, Stored]
    device: torch.device
    memory: Memory
    holdings: Holdings
    compiled: list[Any]


def static(model: Any) -> Static:
    """Look at a model, or at anything that can be called: the modules that a function knows are its own."""
    known = dict(_known(model))
    device = _device(known.values())
    found = Static([], {}, {}, device, memory(device), Holdings(), [])
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


def meet(module: Any, found: Static, above: str) -> None:
    """Look at a module that is no part of the model, called within another."""
    name = f"{above}.{type(module).__name__}" if above else type(module).__name__
    taken = set(found.paths.values())
    times = 1
    while (name if times == 1 else f"{name}_{times}") in taken:
        times += 1
    _walk(module, name if times == 1 else f"{name}_{times}", found)


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
    queue = [(model, name)]
    order: list[Any] = []
    numbers: dict[int, int] = {}
    while queue:
        module, path = queue.pop()
        if id(module) in found.paths:
            continue
        numbers[id(module)] = len(found.modules) + len(order)
        found.paths[id(module)] = path
        order.append(module)
        children = module._modules
        if children:
            dot = f"{path}." if path else ""
            queue.extend([(child, dot + name) for name, child in children.items() if child is not None][::-1])
    for module in order:
        found.modules.append(_module(module, found, numbers))


def _module(module: Any, found: Static, numbers: dict[int, int]) -> Module:
    known = module.__dict__
    path = found.paths[id(module)]
    own: list[tuple[str, str]] = []
    for buffer, tensors in _tensors(module, known):
        for name, tensor in tensors.items():
            if tensor is not None:
                stored = found.stored.get(id(tensor))
                if stored is None:
                    stored = _store(tensor, f"{path}.{name}" if path else name, buffer, found)
                own.append((name, stored.key))
    kind = module.__class__
    plain = _is_plain(kind) and not (known["_forward_pre_hooks"] or known["_forward_hooks"])
    found.holdings.keep_module(known, kind, plain)
    if known.get("_compiled_call_impl") is not None:
        found.compiled.append(module)
    children = module._modules
    kept = (
        tuple([(name, numbers[id(child)]) for name, child in children.items() if id(child) in numbers])
        if children
        else ()
    )
    return _new(Module, (path, class_name(module.__class__), kept, tuple(own)))


@cache
def class_name(kind: Any) -> str:
    """A class in full."""
    return f"{kind.__module__}.{kind.__qualname__}"


@cache
def _is_plain(kind: Any) -> bool:
    """Whether it is a layer of PyTorch's own: they change nothing that they hold."""
    return str(kind.__module__).startswith("torch.nn.modules.")


def _tensors(module: Any, known: dict[str, Any]) -> Any:
    """Parameters, then buffers; a scripted module answers for itself."""
    if "_parameters" in known:
        return (False, known["_parameters"]), (True, known["_buffers"])
    return (False, dict(module.named_parameters(recurse=False))), (True, dict(module.named_buffers(recurse=False)))


def _store(tensor: torch.Tensor, key: str, buffer: bool, found: Static) -> Stored:
    shape = tensor.shape if type(tensor) is _PARAMETER or not torch.nn.parameter.is_lazy(tensor) else torch.Size()
    kind = found.memory.kinds.get((shape, tensor.dtype))
    if kind is None:
        kind = found.memory.kinds[shape, tensor.dtype] = Kind(shape, tensor.dtype, found.device)
    made = found.stored[id(tensor)] = Stored(tensor, kind, key, buffer)
    return made
