"""From what was written down to the network: names, places in the user's code, parameters, plain data."""

from __future__ import annotations

from collections import Counter
from typing import Any

import torch

from netledger.core.network import Call, Network, Node, Parameter, Provenance
from netledger.frontends.torch.abstract import Abstract
from netledger.frontends.torch.model import Static, class_name
from netledger.frontends.torch.record import Called, Place
from netledger.frontends.torch.trace import Trace
from netledger.ops.constants import Unused

__all__ = ["frozen", "function_name", "line_of", "numbers_in"]


_new: Any = tuple.__new__
"""Makes a NamedTuple of its parts, several times faster than calling its class."""


def frozen(
    trace: Trace, model: Static, name: str, source: str, inputs: Any, outputs: Any, partly: bool = False
) -> Network:
    """The network of a trace; `partly`: of one that failed, where what did not run is no fact."""
    paths, turns = _paths(trace, model)
    calls = tuple(_call(called, path, turn) for called, path, turn in zip(trace.calls, paths, turns, strict=True))
    names = _names(trace, model, calls)
    lines: dict[Place | None, tuple[str, int]] = {None: ("", 0)}
    functions: dict[Any, str] = {}
    nodes = []
    for (op, read, first, kinds, stored, operands, func, call, place), (node, scope) in zip(
        trace.done, names, strict=True
    ):
        where = lines.get(place)
        if where is None:
            where = lines[place] = line_of(place)
        function = functions.get(func)
        if function is None:
            function = functions[func] = function_name(func)
        parameters = tuple([one.record(role) for role, one in stored]) if stored else ()
        made = (first,) if len(kinds) == 1 else tuple(range(first, first + len(kinds)))
        provenance = _new(Provenance, (*where, function, call))
        nodes.append(_new(Node, (node, scope, op, read, made, parameters, provenance, operands)))
    unused = () if partly else _unused(model, {node.name for node in nodes})
    return Network(
        name,
        source,
        tuple([kind.tensor for kind in trace.kinds_by_number]),
        (*nodes, *unused),
        tuple(inputs),
        tuple(outputs),
        calls,
        tuple(model.modules),
    )


def _call(called: Called, path: str, turn: int) -> Call:
    what = called.what
    module = isinstance(what, torch.nn.Module)
    kind = class_name(what.__class__) if module else function_name(what)
    inputs = tuple(numbers_in((called.args, called.kwargs) if called.kwargs else called.args))
    training = bool(module and what.training)
    return _new(Call, (path, kind, called.parent, turn, module, training, inputs, tuple(numbers_in(called.result))))


def numbers_in(value: Any) -> list[int]:
    """The numbers of the tensors in a value, nested as it may be."""
    kind = type(value)
    if kind is Abstract:
        return [value._number]
    if kind is tuple and len(value) == 1 and type(value[0]) is Abstract:
        return [value[0]._number]
    if value is None or kind is int or isinstance(value, torch.Tensor):
        return []
    if isinstance(value, dict):
        return [number for part in value.values() for number in numbers_in(part)]
    if isinstance(value, (tuple, list)):
        return [number for part in value for number in numbers_in(part)]
    if hasattr(value, "__dataclass_fields__"):
        return numbers_in([getattr(value, name, None) for name in value.__dataclass_fields__])
    return []


def _paths(trace: Trace, model: Static) -> tuple[list[str], list[int]]:
    """The name of the module of each call, and which call of it it is; a function is part of the module it is in."""
    paths: list[str] = []
    turns: list[int] = []
    seen: Counter[str] = Counter()
    for called in trace.calls:
        above = paths[called.parent] if called.parent >= 0 else ""
        if not isinstance(called.what, torch.nn.Module):
            paths.append(above)
            turns.append(turns[called.parent] if called.parent >= 0 else 0)
            continue
        path = model.paths.get(id(called.what))
        if path is None:
            path = f"{above}.{type(called.what).__name__}" if above else type(called.what).__name__
        paths.append(path)
        turns.append(seen[path])
        seen[path] += 1
    return paths, turns


def _names(trace: Trace, model: Static, calls: tuple[Call, ...]) -> list[tuple[str, str]]:
    """A name for each operation, and the block that it is part of.

    The only operation of a module is called as the module is; others after their kind, counted within the module.
    """
    direct = Counter([did[7] for did in trace.done])
    parents = {call.parent for call in calls}
    taken = set(model.paths.values())
    counts: dict[str, int] = {}
    names = []
    for op, read, _, _, stored, _, _, number, _ in trace.done:
        call = calls[number] if number >= 0 else None
        path = call.path if call else ""
        if not read and stored and stored[0][1].registered:
            key = stored[0][1].key
            names.append((key, key.rpartition(".")[0]))
        elif call and path and direct[number] == 1 and number not in parents and call.module:
            name = path if not call.turn else f"{path}:{call.turn + 1}"
            names.append((name, path.rpartition(".")[0]))
        else:
            names.append((_numbered(path, op.LABEL or op.KIND, counts, taken), path))
    return names


def _numbered(path: str, label: str, counts: dict[str, int], taken: set[str]) -> str:
    stem = f"{path}.{label}" if path else label
    while True:
        count = counts[stem] = counts.get(stem, 0) + 1
        name = f"{stem}{count}"
        if name not in taken:
            return name


def line_of(place: Place | None) -> tuple[str, int]:
    """File and line of a place in code."""
    if place is None:
        return "", 0
    code, instruction = place
    for start, end, line in code.co_lines():
        if start <= instruction < end and line:
            return code.co_filename, line
    return code.co_filename, code.co_firstlineno


def function_name(func: Any) -> str:
    """The framework's own name of a function: torch.conv2d, torch.Tensor.view, aten.mm."""
    if func is None:
        return ""
    if isinstance(func, torch._ops.OpOverload):
        return str(func)
    holder = getattr(func, "__self__", None)
    name = getattr(func, "__name__", type(func).__name__)
    if name in ("__get__", "__set__"):
        return f"torch.Tensor.{getattr(holder, '__name__', '')}"
    owner = getattr(func, "__objclass__", None)
    if owner is not None:
        return f"torch.Tensor.{name}"
    module = getattr(func, "__module__", None) or getattr(holder, "__name__", None) or "torch"
    module = {"torch._C._nn": "torch.nn.functional", "torch._C": "torch", "torch._tensor": "torch.Tensor"}.get(
        str(module), str(module)
    )
    return f"{module}.{name}"


def _unused(model: Static, names: set[str]) -> list[Node]:
    """The stored tensors that nothing read, module by module."""
    left: dict[str, list[Parameter]] = {}
    for stored in model.stored.values():
        if not stored.used and stored.registered and not stored.counter:
            path, _, role = stored.key.rpartition(".")
            left.setdefault(path, []).append(stored.record(role))
    made = []
    for path, parameters in left.items():
        name = path or "unused"
        name = name if name not in names else f"{name}.unused"
        made.append(Node(name, path.rpartition(".")[0], Unused(), (), (), tuple(parameters)))
    return made
