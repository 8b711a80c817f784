"""What a model is before it runs: its modules, by name, and its own tensors."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import torch

from netledger.core.network import Module
from netledger.frontends.torch.abstract import Kind
from netledger.frontends.torch.memory import Memory, memory
from netledger.frontends.torch.stored import Stored

__all__ = ["Static", "static"]

_CONTAINERS = frozenset({list, dict, set})
_PARAMETER = torch.nn.Parameter


class Static(NamedTuple):
    """A model as it stands.

    Args:
        modules: every module, the whole first.
        paths: first name of each, by identity.
        stored: every parameter and buffer, by identity.
        device: where it is.
        memory: what is known of calls on its device.
        containers: what modules hold that could change, and what is in it.
        compiled: modules that are compiled in place.

    """

    modules: list[Module]
    paths: dict[int, str]
    stored: dict[int, Stored]
    device: torch.device
    memory: Memory
    containers: list[tuple[Any, Any]]
    compiled: list[Any]


def static(model: Any) -> Static:
    """Look at a model, or at anything that can be called."""
    device = _device(model)
    found = Static([], {}, {}, device, memory(device), [], [])
    if isinstance(model, torch.nn.Module):
        _walk(model, "", found)
    return found


def meet(module: Any, found: Static, above: str) -> None:
    """Look at a module that is no part of the model, called within another."""
    name = f"{above}.{type(module).__name__}" if above else type(module).__name__
    taken = set(found.paths.values())
    times = 1
    while (name if times == 1 else f"{name}_{times}") in taken:
        times += 1
    _walk(module, name if times == 1 else f"{name}_{times}", found)


def _device(model: Any) -> torch.device:
    """The device of the first of its tensors; a model on the meta device believes to be on the CPU."""
    if isinstance(model, torch.nn.Module):
        for tensors in (model.parameters(), model.buffers()):
            for tensor in tensors:
                return torch.device("cpu") if tensor.is_meta else tensor.device
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
    keep = found.containers.append
    keep((known, known.copy()))
    for value in known.values():
        if type(value) in _CONTAINERS:
            keep((value, value.copy()))
    if known.get("_compiled_call_impl") is not None:
        found.compiled.append(module)
    children = module._modules
    kept = tuple([(name, numbers[id(child)]) for name, child in children.items() if id(child) in numbers])
    return Module(path, class_name(module.__class__), kept if children else (), tuple(own))


@cache
def class_name(kind: Any) -> str:
    """A class in full."""
    return f"{kind.__module__}.{kind.__qualname__}"


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
