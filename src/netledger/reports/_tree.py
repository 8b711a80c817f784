"""The modules of a network as a tree: as they were called, or, where no calls are known, as the dots in names say.

A module that was not called itself, such as a list of modules, is there if something in it was: once, where the
first of that was called. What is stored and never run stands in its module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from netledger.core.ledger import Entry, Ledger
from netledger.core.network import Call, Tensor

__all__ = ["Block", "Step", "tree", "walk"]


def is_unused(entry: Entry) -> bool:
    """Whether it is only stored: it reads nothing and makes nothing."""
    return not entry.inputs and not entry.outputs


class Block(NamedTuple):
    """A module, each call of it apart.

    Args:
        name: what it is called within the block that it is in.
        path: what it is called in full.
        kind: its class; nothing, if that is not known.
        origin: the package that its class comes from.
        turn: which call of it this is, from 0.
        parts: the blocks and the operations in it, in order.
        inputs: what it is given, as far as that is known.
        outputs: what it gives.

    """

    name: str
    path: str
    kind: str
    origin: str
    turn: int
    parts: tuple[Block | Entry, ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]

    @property
    def full(self) -> str:
        """Its path, and which call of it this is, if it is not the first."""
        return f"{self.path}:{self.turn + 1}" if self.turn else self.path

    @property
    def unused(self) -> bool:
        """Whether all of it is stored, and never run."""
        return all(map(is_unused, self.entries))

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks in it."""
        return tuple(part for part in self.parts if isinstance(part, Block))

    @property
    def own(self) -> tuple[Entry, ...]:
        """The operations that are in none of its blocks."""
        return tuple(part for part in self.parts if isinstance(part, Entry))

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every operation in it."""
        return tuple(_entries(self))

    @property
    def layer(self) -> bool:
        """Whether it is one layer to its users: a single operation, or a module of the framework with none in it."""
        if self.alone or not self.parts:
            return True
        functions = (entry.provenance.function.partition(".")[0] for entry in self.own)
        return not self.blocks and bool(self.origin) and self.origin in functions

    @property
    def alone(self) -> Entry | None:
        """The operation that is all of it, if it is one."""
        part = self.parts[0] if len(self.parts) == 1 else None
        return part if isinstance(part, Entry) else None


def _entries(block: Block) -> Iterator[Entry]:
    for part in block.parts:
        if isinstance(part, Entry):
            yield part
        else:
            yield from _entries(part)


class Step(NamedTuple):
    """A part that is met on a walk; if it is opened, its own parts follow."""

    level: int
    around: Block
    part: Block | Entry
    opened: bool


def walk(block: Block, depth: int | None, level: int = 1) -> Iterator[Step]:
    """Every part down to a depth."""
    for part in block.parts:
        if isinstance(part, Entry) or part.layer or level == depth:
            yield Step(level, block, part, False)
        else:
            yield Step(level, block, part, True)
            yield from walk(part, depth, level + 1)


def tree(ledger: Ledger) -> Block:
    """The whole network as a block."""
    if not ledger.calls:
        return _named(ledger)
    # Tensors are numbered in the order in which they come to be: see core.network.
    tensors = (*ledger.inputs, *(tensor for entry in ledger for tensor in entry.outputs))
    return _frozen(_called(ledger), lambda draft: _ends(draft, tensors))


class _Draft:
    """A block that is being made; `inside` holds the first block of each name in it."""

    __slots__ = ("call", "inside", "kind", "name", "parts", "path")

    def __init__(self, name: str, path: str, kind: str, call: Call | None = None) -> None:
        self.name = name
        self.path = path
        self.kind = kind
        self.call = call
        self.parts: list[_Draft | Entry] = []
        self.inside: dict[str, _Draft] = {}

    def add(self, draft: _Draft) -> _Draft:
        self.parts.append(draft)
        return self.inside.setdefault(draft.name, draft)


_Ends = tuple[tuple[Tensor, ...], tuple[Tensor, ...]]


def _frozen(draft: _Draft, ends: Callable[[_Draft], _Ends]) -> Block:
    parts = tuple(part if isinstance(part, Entry) else _frozen(part, ends) for part in draft.parts)
    turn, kind = (draft.call.turn, draft.call.kind) if draft.call else (0, "")
    return Block(draft.name, draft.path, draft.kind, kind.partition(".")[0], turn, parts, *ends(draft))


def _ends(draft: _Draft, tensors: tuple[Tensor, ...]) -> _Ends:
    """What a call was given, and what it gave."""
    given, made = (draft.call.inputs, draft.call.outputs) if draft.call else ((), ())
    return _at(given, tensors), _at(made, tensors)


def _at(numbers: tuple[int, ...], tensors: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return tuple(tensors[number] for number in numbers if 0 <= number < len(tensors))


# By names.


def _named(ledger: Ledger) -> Block:
    """Every operation is a module of its own kind."""
    root = _Draft("", "", ledger.name)
    for entry in ledger:
        around, name = _around(root, entry.name, {})
        made = _Draft(name, entry.name, entry.op)
        made.parts.append(entry)
        around.parts.append(made)
    return _frozen(root, _outer)


def _outer(draft: _Draft) -> _Ends:
    """What the first operation in it reads, and what the last one makes."""
    return (_edge(draft, 0).inputs, _edge(draft, -1).outputs) if draft.parts else ((), ())


def _edge(draft: _Draft, place: int) -> Entry:
    part = draft.parts[place]
    return part if isinstance(part, Entry) else _edge(part, place)


def _around(draft: _Draft, path: str, kinds: dict[str, str]) -> tuple[_Draft, str]:
    """The block in which a path ends, made where it is missing, and the name there; in full, if it leads elsewhere."""
    dot = f"{draft.path}." if draft.path else ""
    if not path.startswith(dot):
        return draft, path
    *way, name = path[len(dot) :].split(".")
    for part in way:
        inner = f"{draft.path}.{part}" if draft.path else part
        draft = draft.inside.get(part) or draft.add(_Draft(part, inner, kinds.get(inner, "")))
    return draft, name


# By calls.


def _called(ledger: Ledger) -> _Draft:
    """Every call of a module is opened when the first operation after its start is met."""
    kinds = {module.path: _short(module.kind) for module in ledger.modules}
    root = _Draft("", "", kinds.get("", "") or ledger.name)
    drafts: list[_Draft] = []
    for entry in ledger:
        _open(ledger.calls[len(drafts) : entry.provenance.call + 1], drafts, root, kinds)
        if is_unused(entry):
            _open(ledger.calls[len(drafts) :], drafts, root, kinds)
            _store(entry, root, kinds)
        else:
            _drafted(entry.provenance.call, drafts, root).parts.append(entry)
    _open(ledger.calls[len(drafts) :], drafts, root, kinds)
    return root


def _open(calls: tuple[Call, ...], drafts: list[_Draft], root: _Draft, kinds: dict[str, str]) -> None:
    for call in calls:
        around = _drafted(call.parent, drafts, root)
        drafts.append(_opened(call, around, root, kinds) if call.module else around)


def _drafted(number: int, drafts: list[_Draft], root: _Draft) -> _Draft:
    return drafts[number] if 0 <= number < len(drafts) else root


def _opened(call: Call, around: _Draft, root: _Draft, kinds: dict[str, str]) -> _Draft:
    """The block of a call; the first call of the whole is the root."""
    kind = _short(call.kind)
    if not call.path and around is root and root.call is None:
        root.call, root.kind = call, kind
        return root
    around, name = _around(around, call.path or kind, kinds)
    made = _Draft(f"{name}:{call.turn + 1}" if call.turn else name, call.path or kind, kind, call)
    around.add(made)
    return made


def _short(kind: str) -> str:
    """The name of a class without that of its module."""
    return kind.rpartition(".")[2]


def _store(entry: Entry, root: _Draft, kinds: dict[str, str]) -> None:
    """Put what is stored and not run into its module."""
    path = entry.name if entry.name in kinds else entry.name.removesuffix("unused").removesuffix(".")
    if not path:
        root.parts.append(entry)
        return
    around, name = _around(root, path, kinds)
    draft = around.inside.get(name) or around.add(_Draft(name, path, kinds.get(path, "")))
    draft.parts.append(entry)
