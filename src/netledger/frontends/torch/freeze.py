"""What was written down, without the model; and from it the network, when asked for."""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import chain
from operator import itemgetter
from typing import Any

import torch

from netledger.core.ledger import Convention, Entry
from netledger.core.network import Call, Module, Network, Node, Parameter, Provenance
from netledger.frontends.torch.memory import Memory
from netledger.frontends.torch.model import Parts, class_name
from netledger.frontends.torch.record import Called, Place, Step
from netledger.frontends.torch.recorder import Recorder
from netledger.frontends.torch.shortcuts import LAYERS
from netledger.frontends.torch.spelling import OPERATORS, Spelling
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
        self.done, self.calls, self.answers, self.kinds = trace.done, trace.calls, trace.answers, trace.kinds_by_number
        self.parts, self.memory = trace.known.parts, trace.known.memory
        self.notes: tuple[str, ...] = ()
        self._counted: Counter[Step] | None = None

    @property
    def parameters(self) -> int:
        """How many parameters the model has, shared ones once."""
        return sum([one.sort.kind.elements for one in set(self.parts.parameters.values) if one])

    @property
    def complete(self) -> bool:
        """Whether everything is counted."""
        return all(self._entry(step).counted for step in self._steps())

    def price(self, convention: Convention) -> int:
        """What all of it costs under a convention; each step is asked once."""
        name, total = convention.NAME, 0
        for step, times in self._steps().items():
            price = step.prices.get(name)
            if price is None:
                price = step.prices[name] = sum(convention.amounts(self._entry(step)).values())
            total += times * price
        return total

    def _steps(self) -> Counter[Step]:
        """How often each was done."""
        if self._counted is None:
            self._counted = Counter(map(itemgetter(0), self.done))
        return self._counted

    def _entry(self, step: Step) -> Entry:
        return step.entry or _nameless(step, self.memory)

    def network(self) -> Network:
        """The network: names, places, parameters, plain data."""
        named = self.parts.paths()
        turns = _turns(self.calls)
        calls = tuple(map(partial(_call, named), self.calls, turns, self.answers))
        keys, modules = _modules(self.parts, named)
        names = _names(self, calls, keys, set(named))
        nodes = self._nodes(names, keys)
        unused = [] if self.partly else self._unused(keys, {name for name, _ in names})
        tensors = tuple([kind.tensor for kind in self.kinds])
        parts = (self.inputs, self.outputs, calls, modules, self.notes)
        return Network(self.name, self.source, tensors, (*nodes, *unused), *parts)

    def _nodes(self, names: list[tuple[str, str]], keys: dict[int, str]) -> list[Node]:
        lines: dict[Place | None, tuple[str, int]] = {None: ("", 0)}
        functions: dict[Any, str] = {}
        spellings: dict[Any, tuple[str, bool]] = {}
        spelling = Spelling()
        nodes = []
        for (step, read, first, held, func, call, place), (node, scope) in zip(self.done, names, strict=True):
            where = lines.get(place)
            if where is None:
                where = lines[place] = line_of(place)
            function = functions.get(func)
            if function is None:
                function = functions[func] = function_name(func)
            spelled = spellings.get((func, place))
            if spelled is None:
                spelled = spellings[func, place] = _spelled(spelling, func, function, place)
            layer = LAYERS.get(self.calls[call].kind) if spelled[1] and call >= 0 else None
            kept = spelled[1] and (
                layer is None or layer.function is not func
            )  # its forward, if it has one, may not run
            parameters, operands = _held(step, held, keys) if held else ((), ())
            made = (first,) if len(step.kinds) == 1 else tuple(range(first, first + len(step.kinds)))
            provenance = _new(Provenance, (*where, spelled[0], call, kept))
            nodes.append(_new(Node, (node, scope, step.op, read, made, parameters, provenance, operands)))
        return nodes

    def _unused(self, keys: dict[int, str], names: set[str]) -> list[Node]:
        """The stored tensors that nothing read, module by module."""
        read = {one.number for did in self.done for one in did.held if type(one) is Stored}
        left: dict[str, list[Parameter]] = {}
        held = chain(self.parts.parameters.values, self.parts.buffers.values)
        for one in {one.number: one for one in held if one is not None}.values():
            if one.number not in read and not one.sort.counter:
                path, _, role = keys[one.number].rpartition(".")
                left.setdefault(path, []).append(one.sort.record(role, keys[one.number]))
        return [_unread(path, parameters, names) for path, parameters in left.items()]


def _unread(path: str, parameters: list[Parameter], names: set[str]) -> Node:
    name = path or "unused"
    name = name if name not in names else f"{name}.unused"
    return Node(name, path.rpartition(".")[0], Unused(), (), (), tuple(parameters))


def _nameless(step: Step, memory: Memory) -> Entry:
    """A step as an entry; one that is like it in all has done the same work."""
    inputs = tuple([kind.tensor for kind in step.given])
    outputs = tuple([kind.tensor for kind in step.kinds])
    parameters = tuple([sort.record(role) for role, sort in zip(step.roles, step.sorts, strict=True) if sort])
    key = step.op, inputs, outputs
    work = memory.work.get(key)
    if work is None:
        work = memory.work[key] = step.op.work(inputs, outputs)
    step.entry = _new(Entry, ("", "", step.op, inputs, outputs, parameters, work, Provenance(), ()))
    return step.entry


def _held(step: Step, held: tuple[Stored | int, ...], keys: dict[int, str]) -> Any:
    """The parameters and buffers of an operation, and what it is given in the place of one."""
    pairs = list(zip(step.roles, held, strict=True))
    stored = [(role, one) for role, one in pairs if type(one) is Stored]
    records = tuple([one.sort.record(role, keys.get(one.number) or f"constant {one.number}") for role, one in stored])
    return records, tuple([(role, one) for role, one in pairs if type(one) is not Stored])


def _modules(parts: Parts, named: list[str]) -> tuple[dict[int, str], tuple[Module, ...]]:
    """The first names of all stored tensors, and the modules that hold them."""
    keys: dict[int, str] = {}
    modules = []
    rows = zip(*(row.each() for row in (parts.children, parts.parameters, parts.buffers)), strict=True)
    for path, kind, (children, *held) in zip(named, parts.kinds, rows, strict=True):
        own = [(name, one) for name, one in chain(*held) if one is not None]
        for name, one in own:
            keys.setdefault(one.number, f"{path}.{name}" if path else name)
        inner = tuple([(name, parts.numbers[child]) for name, child in children if child in parts.numbers])
        modules.append(Module(path, class_name(kind), inner, tuple([(name, keys[one.number]) for name, one in own])))
    return keys, tuple(modules)


def _call(named: list[str], called: Called, turn: int, answers: tuple[int, ...]) -> Call:
    kind = class_name(called.kind) if called.module else function_name(called.kind)
    path = named[called.part] if called.part >= 0 else ""
    _, _, module, training, parent, *_ = called
    return _new(Call, (path, kind, parent, turn, module, training, called.inputs, answers, called.named))


def _turns(calls: list[Called]) -> list[int]:
    """Which call of its module each call is; a function is part of the call it is in."""
    turns: list[int] = []
    seen: dict[int, int] = {}
    for called in calls:
        if called.module:
            turns.append(seen.get(called.part, 0))
            seen[called.part] = turns[-1] + 1
        else:
            turns.append(turns[called.parent] if called.parent >= 0 else 0)
    return turns


def _names(recording: Recording, calls: tuple[Call, ...], keys: dict[int, str], taken: set[str]) -> Any:
    """A name for each operation, and the block that it is part of.

    The only operation of a module is called as the module is; others after their kind, counted within the module.
    """
    direct = Counter([did.call for did in recording.done])
    parents = {call.parent for call in calls}
    counts: dict[str, int] = {}
    names = []
    for step, read, _, held, _, number, _ in recording.done:
        call = calls[number] if number >= 0 else None
        path = call.path if call else ""
        if not read and held and type(held[0]) is Stored and held[0].number in keys:
            key = keys[held[0].number]
            names.append((key, key.rpartition(".")[0]))
        elif call and path and direct[number] == 1 and number not in parents and call.module:
            name = path if not call.turn else _turned(path, call.turn + 1, taken)
            names.append((name, path.rpartition(".")[0]))
        else:
            names.append((_numbered(path, step.op.LABEL or step.op.KIND, counts, taken), path))
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


def _spelled(spelling: Spelling, func: Any, name: str, place: Place | None) -> tuple[str, bool]:
    """What a function was called as, and whether by a reference that was kept."""
    if func in OPERATORS:
        return (OPERATORS[func] if spelling.is_operator(func, place) else name), False
    return name, spelling.is_kept(func, place)


def line_of(place: Place | None) -> tuple[str, int]:
    """File and line of a place in code."""
    if place is None:
        return "", 0
    code, instruction = place[:2]
    if code is None:
        return "", 0
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
