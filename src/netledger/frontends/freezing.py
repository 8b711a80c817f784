"""From what was written down (see `graph`) to a network: names, scopes, calls, modules, what nothing reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from netledger.core.network import Call, Module, Network, Node, Parameter, Provenance
from netledger.core.operator import Operator
from netledger.frontends.remembered import Answer
from netledger.ops.constants import Unused

if TYPE_CHECKING:
    from netledger.frontends.graph import Graph

__all__ = ["Declared", "Did", "Names", "Opened", "frozen"]


class Opened(NamedTuple):
    """A call of a module: where, of what class, in which other call (its number; -1: in none), its own name."""

    path: str
    kind: str
    parent: int
    training: bool = False
    label: str = ""


class Declared(NamedTuple):
    """A module that was told: its path, class, children (local name and path of each), and its own name."""

    path: str
    kind: str
    children: tuple[tuple[str, str], ...] = ()
    label: str = ""


class Did(NamedTuple):
    """One operation as it was told: see `Graph.add`. `call`: the number of the call it happened in."""

    op: Operator
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    stored: Mapping[str, Any]
    records: tuple[Parameter, ...]
    function: str
    call: int
    name: str
    place: tuple[str, int]
    answer: Answer

    @property
    def operands(self) -> tuple[tuple[str, int], ...]:
        """What stands where a layer has a stored tensor."""
        if not self.stored:
            return ()
        return tuple([(role, one) for role, one in self.stored.items() if isinstance(one, int)])

    @property
    def reads(self) -> tuple[int, ...]:
        """Every tensor that it reads."""
        if not self.stored:
            return self.inputs
        return (*self.inputs, *[number for _, number in self.operands])


class Names:
    """Gives names, none of them twice."""

    def __init__(self, taken: set[str]) -> None:
        self.taken = taken
        self._counts: dict[str, int] = {}
        self._given: set[str] = set()
        self._turns: dict[str, int] = {}

    def numbered(self, path: str, label: str) -> str:
        """A kind of operation, counted within a module: conv1, layer1.add2."""
        stem = f"{path}.{label}" if path else label
        while True:
            count = self._counts[stem] = self._counts.get(stem, 0) + 1
            name = f"{stem}{count}"
            if name not in self.taken and name not in self._given:
                self._given.add(name)
                return name

    def own(self, name: str) -> str:
        """The name itself; with a number after it if it was given before."""
        turn = self._turns.get(name, 1)
        told = name
        while told in self._given:
            turn += 1
            told = f"{name}:{turn}"
        self._turns[name] = turn
        self._given.add(told)
        return told


def frozen(graph: Graph, name: str, source: str, outputs: tuple[int, ...], partly: bool = False) -> Network:
    """The network of what was written down."""
    calls = _calls(graph, outputs)
    named = _named(graph.done, calls)
    nodes = [_node(did, *names) for did, names in zip(graph.done, named, strict=True)]
    unused = [] if partly else _unused(graph, {names[0] for names in named})
    rest = (tuple(graph.inputs), outputs, calls, _modules(graph, calls, name), tuple(graph.notes))
    return Network(name, source, tuple(graph.tensors), (*nodes, *unused), *rest)


def _node(did: Did, name: str, scope: str) -> Node:
    provenance = Provenance(*did.place, did.function, did.call)
    return Node(name, scope, did.op, did.inputs, did.outputs, did.records, provenance, did.operands)


def _named(done: Sequence[Did], calls: tuple[Call, ...]) -> list[tuple[str, str]]:
    """A name for each operation, and the block it is part of.

    The only operation of a module is called as the module is; others after their kind, counted within the module.
    """
    direct = Counter([did.call for did in done if did.inputs or did.operands])
    parents = {call.parent for call in calls}
    names = Names({call.path for call in calls} | {did.name for did in done if did.name})
    return [_name(did, calls, direct, parents, names) for did in done]


def _name(did: Did, calls: tuple[Call, ...], direct: Counter[int], parents: set[int], names: Names) -> tuple[str, str]:
    path = calls[did.call].path if did.call >= 0 else ""
    if did.name:
        return names.own(did.name), path or did.name.rpartition(".")[0]
    if path and direct[did.call] == 1 and did.call not in parents and did.inputs:
        return names.own(path), path.rpartition(".")[0]
    return names.numbered(path, did.op.LABEL or did.op.KIND), path


def _calls(graph: Graph, outputs: tuple[int, ...]) -> tuple[Call, ...]:
    """The calls with what each was given, and what it gave: what is read or made across its border."""
    inside = _insides(graph)
    made_in = {number: did.call for did in graph.done for number in did.outputs}
    given: list[dict[int, None]] = [{} for _ in graph.calls]
    gave: list[dict[int, None]] = [{} for _ in graph.calls]
    for did in graph.done:
        for number in did.reads:
            _cross(number, inside[made_in.get(number, -1)], inside[did.call], given, gave)
    for number in outputs:
        _cross(number, inside[made_in.get(number, -1)], (), given, gave)
    turns: Counter[str] = Counter()
    calls = []
    for place, call in enumerate(graph.calls):
        parts = (turns[call.path], True, call.training, tuple(given[place]), tuple(gave[place]))
        calls.append(Call(call.path, call.kind, call.parent, *parts))
        turns[call.path] += 1
    return tuple(calls)


def _insides(graph: Graph) -> dict[int, tuple[int, ...]]:
    """The calls that each call happens in, itself included."""
    inside: dict[int, tuple[int, ...]] = {-1: ()}
    for place, call in enumerate(graph.calls):
        inside[place] = (*inside[call.parent], place)
    return inside


def _cross(
    number: int, made: tuple[int, ...], read: tuple[int, ...], given: list[dict[int, None]], gave: list[dict[int, None]]
) -> None:
    """A tensor made in these calls is read in those."""
    for call in read:
        if call not in made:
            given[call][number] = None
    for call in made:
        if call not in read:
            gave[call][number] = None


def _modules(graph: Graph, calls: tuple[Call, ...], name: str) -> tuple[Module, ...]:
    """The modules, the whole first, with what they store: those that were told, else those that were called."""
    told = dict(graph.modules) or _called(graph, calls, name)
    numbers = {path: place for place, path in enumerate(told)}
    held = _stored(graph, calls, numbers)
    return tuple(
        Module(
            module.path,
            module.kind,
            tuple([(local, numbers[path]) for local, path in module.children if path in numbers]),
            tuple(held[module.path].items()),
            module.label,
        )
        for module in told.values()
    )


def _called(graph: Graph, calls: tuple[Call, ...], name: str) -> dict[str, Declared]:
    """The modules that were called."""
    kinds = {"": name}
    children: dict[str, dict[str, str]] = {"": {}}
    for call in calls:
        above = calls[call.parent].path if call.parent >= 0 else ""
        kinds[call.path] = kinds.get(call.path, call.kind) if call.path else call.kind
        children.setdefault(call.path, {})
        if call.path and above != call.path:
            children[above][call.path.removeprefix(f"{above}.") if above else call.path] = call.path
    labels = {call.path: call.label for call in graph.calls}
    return {
        path: Declared(path, kind, tuple(children[path].items()), labels.get(path, "")) for path, kind in kinds.items()
    }


def _stored(graph: Graph, calls: tuple[Call, ...], paths: Iterable[str]) -> dict[str, dict[str, str]]:
    """Local name and key of what each module stores: as it was told, or what its operations read first.

    What a module stores that is not among these (a cell that its layer never calls) is stored by the one around it.
    """
    held: dict[str, dict[str, str]] = {path: {} for path in ("", *paths)}
    for path, stored in graph.held.values():
        while path not in held:
            path = path.rpartition(".")[0]
        held[path][stored.key.removeprefix(f"{path}.")] = stored.key
    met = set(graph.held)
    for did in graph.done:
        path = calls[did.call].path if did.call >= 0 else ""
        for part in did.records:
            if part.key not in met:
                path = path if path in held else ""
                held[path][part.key.removeprefix(f"{path}.") if path else part.key] = part.key
                met.add(part.key)
    return held


def _unused(graph: Graph, names: set[str]) -> list[Node]:
    """The stored tensors that nothing read, module by module."""
    read = {part.key for did in graph.done for part in did.records}
    left: dict[str, list[Parameter]] = {}
    for path, stored in graph.held.values():
        if stored.key not in read:
            role = stored.key.removeprefix(f"{path}.") if path else stored.key
            left.setdefault(path, []).append(stored.record(role))
    return [_unread(path, parameters, names) for path, parameters in left.items()]


def _unread(path: str, parameters: list[Parameter], names: set[str]) -> Node:
    name = path or "unused"
    name = name if name not in names else f"{name}.unused"
    return Node(name, path.rpartition(".")[0], Unused(), (), (), tuple(parameters))
