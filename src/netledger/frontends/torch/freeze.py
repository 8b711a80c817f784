"""What was written down, without the model; and from it the network, when asked for."""

from __future__ import annotations

from collections import Counter
from typing import Any

import torch

from netledger.core.ledger import Entry
from netledger.core.network import Call, Network, Node, Parameter, Provenance
from netledger.frontends.torch.abstract import Kind
from netledger.frontends.torch.memory import Memory
from netledger.frontends.torch.model import class_name
from netledger.frontends.torch.record import Called, Did, Place
from netledger.frontends.torch.recorder import Recorder
from netledger.frontends.torch.stored import Stored
from netledger.ops.constants import Unused

__all__ = ["Recording", "function_name", "line_of"]


_new: Any = tuple.__new__
"""Makes a NamedTuple of its parts, several times faster than calling its class."""


class Recording:
    """What one run of a model did, without the model. Its network, with names and places, is made when asked for.

    Args:
        trace: the run.
        name: what the model is called.
        source: where it comes from.
        inputs: the numbers of its inputs.
        outputs: the numbers of its outputs.
        partly: whether it failed: what did not run is no fact then.

    """

    def __init__(
        self,
        trace: Recorder,
        name: str,
        source: str,
        inputs: tuple[int, ...],
        outputs: tuple[int, ...],
        partly: bool = False,
    ) -> None:
        self.name, self.source, self.inputs, self.outputs, self.partly = name, source, inputs, outputs, partly
        self.done, self.calls, self.kinds = trace.done, trace.calls, trace.kinds_by_number
        self.modules, self.memory = trace.known.modules, trace.known.memory
        self.taken = set(trace.known.paths.values())
        self.stored = list(trace.stored.values())
        self.notes: tuple[str, ...] = ()
        self._distinct: list[tuple[Entry, int]] | None = None
        for stored in self.stored:
            stored.forget()

    @property
    def parameters(self) -> int:
        """How many parameters the model has, shared ones once."""
        return sum([one.kind.elements for one in self.stored if one.registered and not one.buffer])

    def distinct(self) -> list[tuple[Entry, int]]:
        """Every operation with its shapes once, nameless, and how often it is done."""
        if self._distinct is None:
            self._distinct = _distinct(self.done, self.kinds, self.memory)
        return self._distinct

    def network(self) -> Network:
        """The network: names, places, parameters, plain data."""
        turns = _turns(self.calls)
        calls = tuple([_call(called, turn) for called, turn in zip(self.calls, turns, strict=True)])
        names = _names(self, calls)
        nodes = self._nodes(names)
        read = {id(one) for did in self.done for _, one in did.stored}
        left = [] if self.partly else [one for one in self.stored if id(one) not in read]
        unused = _unused(left, {name for name, _ in names})
        tensors = tuple([kind.tensor for kind in self.kinds])
        parts = (self.inputs, self.outputs, calls, tuple(self.modules), self.notes)
        return Network(self.name, self.source, tensors, (*nodes, *unused), *parts)

    def _nodes(self, names: list[tuple[str, str]]) -> list[Node]:
        lines: dict[Place | None, tuple[str, int]] = {None: ("", 0)}
        functions: dict[Any, str] = {}
        nodes = []
        for done, (node, scope) in zip(self.done, names, strict=True):
            op, read, first, kinds, stored, operands, func, call, place = done
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
        return nodes


def _distinct(done: list[Did], kinds: list[Kind], memory: Memory) -> list[tuple[Entry, int]]:
    counts: dict[Any, list[Any]] = {}
    for did in done:
        op, read, _, made, stored, *_ = did
        inputs = kinds[read[0]] if len(read) == 1 else tuple([kinds[number] for number in read])
        key = (id(op), inputs, made, len(stored))
        found = counts.get(key)
        if found is None:
            counts[key] = [did, 1]
        else:
            found[1] += 1
    return [(_nameless(did, kinds, memory), times) for did, times in counts.values()]


def _nameless(did: Did, kinds: list[Kind], memory: Memory) -> Entry:
    inputs = tuple([kinds[number].tensor for number in did.inputs])
    outputs = tuple([kind.tensor for kind in did.kinds])
    parameters = tuple([one.record(role) for role, one in did.stored])
    key = did.op, inputs, outputs  # by value: an operator that is made anew finds the work of its equal
    work = memory.work.get(key)
    if work is None:
        work = memory.work[key] = did.op.work(inputs, outputs)
    return _new(Entry, ("", "", did.op, inputs, outputs, parameters, work, Provenance()))


def _call(called: Called, turn: int) -> Call:
    kind = class_name(called.kind) if called.module else function_name(called.kind)
    path, parent, module, training = called.path, called.parent, called.module, called.training
    return _new(Call, (path, kind, parent, turn, module, training, called.inputs, called.outputs))


def _turns(calls: list[Called]) -> list[int]:
    """Which call of its module each call is; a function is part of the call it is in."""
    turns: list[int] = []
    seen: dict[str, int] = {}
    for called in calls:
        if called.module:
            turns.append(seen.get(called.path, 0))
            seen[called.path] = turns[-1] + 1
        else:
            turns.append(turns[called.parent] if called.parent >= 0 else 0)
    return turns


def _names(recording: Recording, calls: tuple[Call, ...]) -> list[tuple[str, str]]:
    """A name for each operation, and the block that it is part of.

    The only operation of a module is called as the module is; others after their kind, counted within the module.
    """
    direct = Counter([did[7] for did in recording.done])
    parents = {call.parent for call in calls}
    taken = recording.taken
    counts: dict[str, int] = {}
    names = []
    for op, read, _, _, stored, _, _, number, _ in recording.done:
        call = calls[number] if number >= 0 else None
        path = call.path if call else ""
        if not read and stored and stored[0][1].registered:
            key = stored[0][1].key
            names.append((key, key.rpartition(".")[0]))
        elif call and path and direct[number] == 1 and number not in parents and call.module:
            name = path if not call.turn else _turned(path, call.turn + 1, taken)
            names.append((name, path.rpartition(".")[0]))
        else:
            names.append((_numbered(path, op.LABEL or op.KIND, counts, taken), path))
    return names


def _turned(path: str, turn: int, taken: set[str]) -> str:
    name = f"{path}:{turn}"
    return name if name not in taken else f"{name}:again"


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


def _unused(stored: list[Stored], names: set[str]) -> list[Node]:
    """The stored tensors that nothing read, module by module."""
    left: dict[str, list[Parameter]] = {}
    for one in stored:
        if one.registered and not one.counter:
            path, _, role = one.key.rpartition(".")
            left.setdefault(path, []).append(one.record(role))
    made = []
    for path, parameters in left.items():
        name = path or "unused"
        name = name if name not in names else f"{name}.unused"
        made.append(Node(name, path.rpartition(".")[0], Unused(), (), (), tuple(parameters)))
    return made
