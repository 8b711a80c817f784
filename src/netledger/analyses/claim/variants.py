"""What is commonly left out of a network, or built otherwise, before it is counted: variants of a ledger.

A variant says which operations are left out, and which are others than before. Places stay, so that whatever refers to
the place of an operation or to the number of a tensor still holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from math import prod
from typing import Any, NamedTuple

from netledger import ops
from netledger.core.errors import ShapeError
from netledger.core.language import later
from netledger.core.ledger import Entry, Ledger
from netledger.core.network import Tensor

__all__ = ["VARIANTS", "Change", "Graph", "Variant", "changed"]


class Change(NamedTuple):
    """What a variant does to a ledger, by the places of its operations.

    Args:
        left_out: those that are not counted.
        others: those that are others.

    """

    left_out: frozenset[int] = frozenset()
    others: Mapping[int, Entry] = {}


class Variant(NamedTuple):
    """A way in which networks are commonly told.

    Args:
        name: what it is, after "counted".
        change: what it does to a ledger; nothing, where it does not apply.

    """

    name: str
    change: Callable[[Graph], Change | None]


class Graph:
    """A ledger, with who makes and who reads each tensor."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.entries = ledger.entries

    @cached_property
    def makers(self) -> dict[int, int]:
        """The place of the operation that makes a tensor, by its number."""
        return {number: place for place, made in enumerate(self.made) for number in made}

    @cached_property
    def made(self) -> tuple[range, ...]:
        """The numbers of the tensors that each operation makes."""
        found, number = [], len(self.ledger.inputs)
        for entry in self.entries:
            found.append(range(number, number + len(entry.outputs)))
            number += len(entry.outputs)
        return tuple(found)

    @cached_property
    def readers(self) -> dict[int, list[int]]:
        """The places of the operations that read a tensor, by its number."""
        found: dict[int, list[int]] = {}
        for place, entry in enumerate(self.entries):
            for number in entry.reads:
                found.setdefault(number, []).append(place)
        return found

    def places(self, chosen: Callable[[Entry], bool]) -> Change | None:
        """Leave out whatever is chosen; nothing, where there is no such thing, or nothing else."""
        found = frozenset(place for place, entry in enumerate(self.entries) if chosen(entry))
        return Change(found) if 0 < len(found) < len(self.entries) else None

    def only_reader(self, place: int) -> int:
        """The place of the one operation that reads what this one makes; -1: there are several, or none."""
        found = self.readers.get(self.made[place][0], []) if len(self.made[place]) == 1 else []
        return found[0] if len(found) == 1 and found[0] > place else -1

    def source(self, place: int) -> int:
        """The place of the operation whose output this one reads first; -1: it reads an input of the network."""
        read = self.entries[place].reads
        found = self.makers.get(read[0], -1) if read else -1
        return found if found < place else -1

    def beside(self, place: int) -> list[int]:
        """The places of the other operations that read what this one reads first."""
        read = self.entries[place].reads
        return [other for other in self.readers[read[0]] if other != place] if read else []


def changed(ledger: Ledger, others: Mapping[int, Entry]) -> Ledger:
    """The ledger with other operations at some places."""
    if not others:
        return ledger
    entries = tuple(others.get(place, entry) for place, entry in enumerate(ledger.entries))
    return replace(ledger, entries=entries)


def _roles(entry: Entry) -> set[str]:
    return {term.role for term in entry.work}


def _is_norm(entry: Entry) -> bool:
    return bool(_roles(entry) & {"affine", "normalise"}) and "product" not in _roles(entry)


def _is_pool(entry: Entry) -> bool:
    return "pool" in entry.op and "unpool" not in entry.op


def _is_activation(entry: Entry) -> bool:
    return "activation" in _roles(entry) and "product" not in _roles(entry)


def _is_conv(entry: Entry) -> bool:
    return entry.op in ("conv", "conv_transpose", "deform_conv")


def _batch_norms(graph: Graph) -> Change | None:
    return graph.places(lambda entry: entry.op == "batchnorm")


def _norms(graph: Graph) -> Change | None:
    return graph.places(_is_norm)


def _pooling(graph: Graph) -> Change | None:
    return graph.places(_is_pool)


def _activations(graph: Graph) -> Change | None:
    return graph.places(_is_activation)


def _all_but_convolutions(graph: Graph) -> Change | None:
    return graph.places(lambda entry: not _is_conv(entry))


def _all_but_layers(graph: Graph) -> Change | None:
    return graph.places(lambda entry: not _is_conv(entry) and entry.op != "linear")


def _last_linear(graph: Graph) -> Change | None:
    found = [place for place, entry in enumerate(graph.entries) if entry.op == "linear"]
    return Change(frozenset(found[-1:])) if found and len(graph.entries) > 1 else None


def _classifier(graph: Graph) -> Change | None:
    """All linear layers behind the last convolution or pooling, where nothing else forms products there."""
    last = max((place for place, entry in enumerate(graph.entries) if _is_conv(entry) or _is_pool(entry)), default=-1)
    behind = [place for place in range(last + 1, len(graph.entries)) if "product" in _roles(graph.entries[place])]
    plain = all(graph.entries[place].op == "linear" for place in behind)
    return Change(frozenset(behind)) if last >= 0 and behind and plain else None


def _unused(graph: Graph) -> Change | None:
    """Whatever the first output does not need: the heads that serve training only."""
    if not graph.ledger.outputs:
        return None
    needed: set[int] = set()
    waiting = [graph.ledger.outputs[0]]
    while waiting:
        place = graph.makers.get(waiting.pop(), -1)
        if place >= 0 and place not in needed:
            needed.add(place)
            waiting.extend(graph.entries[place].reads)
    others = frozenset(range(len(graph.entries))) - needed
    return Change(others) if others and needed else None


def _biases(graph: Graph) -> Change | None:
    """Neither stored nor added; shifts of normalisations stay."""
    others = {place: _without_bias(entry) for place, entry in enumerate(graph.entries) if _has_bias(entry)}
    return Change(others=others) if others else None


def _has_bias(entry: Entry) -> bool:
    return "bias" in _roles(entry) or any("bias" in part.role.split("_") for part in entry.parameters)


def _without_bias(entry: Entry) -> Entry:
    kept = tuple(part for part in entry.parameters if "bias" not in part.role.split("_"))
    return entry._replace(work=tuple(term for term in entry.work if term.role != "bias"), parameters=kept)


def _ungrouped(graph: Graph) -> Change | None:
    found = {
        place: entry for place, entry in enumerate(graph.entries) if entry.op == "conv" and _of(entry, "groups") > 1
    }
    others = {place: _rebuilt(entry, entry.inputs, groups=1) for place, entry in found.items()}
    return Change(others=others) if others else None


def _of(entry: Entry, name: str) -> Any:
    """An attribute as an operator takes it: in a ledger that was read from JSON, lists stand for tuples."""
    return _frozen(entry.attributes.get(name))


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, (list, tuple)) else value


def _rebuilt(entry: Entry, inputs: tuple[Tensor, ...], **attributes: Any) -> Entry:
    """The same layer with other attributes on other inputs: shapes, parameters and work follow its rules.

    Raises:
        ShapeError: if it cannot take them.

    """
    given = {name: _of(entry, name) for name in entry.attributes}
    operator = ops.load(entry.op)(**{**given, **attributes})
    outputs = operator.infer(inputs)
    shapes = {**operator.parameters(inputs), **operator.buffers(inputs)}
    parameters = tuple(part._replace(shape=shapes.get(part.role, part.shape)) for part in entry.parameters)
    work = operator.work(inputs, outputs)
    return entry._replace(operator=operator, inputs=inputs, outputs=outputs, parameters=parameters, work=work)


def _stride_first(graph: Graph) -> Change | None:
    """From the 3x3 convolution of a bottleneck to the 1x1 before it: as the paper of ResNet has it."""
    return _moved(graph, 1, 0)


def _stride_second(graph: Graph) -> Change | None:
    """From the 1x1 convolution of a bottleneck to the 3x3 behind it: as most libraries have it."""
    return _moved(graph, 0, 1)


def _moved(graph: Graph, source: int, target: int) -> Change | None:
    """Move the stride from one to the other convolution of every pair that has it."""
    others: dict[int, Entry] = {}
    for chain in _bottlenecks(graph):
        ends = chain[0], chain[-1]
        giver, taker = graph.entries[ends[source]], graph.entries[ends[target]]
        stride = _strides(giver)
        if max(stride) > 1 and max(_strides(taker)) == 1 and _has_shortcut(graph, chain[0], stride):
            others.update(_rechained(graph, chain, {ends[source]: 1, ends[target]: _of(giver, "stride")}))
    return Change(others=others) if others else None


def _bottlenecks(graph: Graph) -> Iterator[tuple[int, ...]]:
    """Chains of a 1x1 convolution, norms and activations that nothing else reads, and a larger convolution."""
    for place, entry in enumerate(graph.entries):
        if entry.op != "conv" or _taps(entry) > 1:
            continue
        chain, after = [place], graph.only_reader(place)
        while after >= 0 and (_is_norm(graph.entries[after]) or _is_activation(graph.entries[after])):
            chain.append(after)
            after = graph.only_reader(after)
        if after >= 0 and graph.entries[after].op == "conv" and _taps(graph.entries[after]) > 1:
            yield (*chain, after)


def _taps(entry: Entry) -> int:
    return prod(_each(entry, "kernel"))


def _strides(entry: Entry) -> tuple[int, ...]:
    return _each(entry, "stride")


def _each(entry: Entry, name: str) -> tuple[int, ...]:
    """One number per axis."""
    value = _of(entry, name)
    return value if isinstance(value, tuple) else (value,) * (len(entry.inputs[0].shape) - 2)


def _has_shortcut(graph: Graph, place: int, stride: tuple[int, ...]) -> bool:
    """Whether another 1x1 convolution reads the same with this stride: the shortcut around a residual block."""
    beside = (graph.entries[other] for other in graph.beside(place))
    return any(entry.op == "conv" and _taps(entry) == 1 and _strides(entry) == stride for entry in beside)


def _rechained(graph: Graph, chain: Iterable[int], strides: Mapping[int, Any]) -> dict[int, Entry]:
    """The layers of a chain with other strides; none, if what comes out would have another shape."""
    found: dict[int, Entry] = {}
    before: Entry | None = None
    for place in chain:
        entry = graph.entries[place]
        inputs = before.outputs if before else entry.inputs
        try:
            before = found[place] = _rebuilt(entry, inputs, **({"stride": strides[place]} if place in strides else {}))
        except ShapeError:
            return {}
    return found if before and before.outputs == entry.outputs else {}


def _projections(graph: Graph) -> Change | None:
    """Shortcuts that are 1x1 convolutions, with their norms, as if they were parameter-free."""
    found: set[int] = set()
    for entry in graph.entries:
        if entry.op == "add" and len(entry.reads) == 2:
            paths = [_projection(graph, graph.makers.get(number, -1)) for number in entry.reads]
            found.update(paths[0] if len(paths[0]) <= len(paths[1]) and paths[0] else paths[1])
    return Change(frozenset(found)) if found else None


def _projection(graph: Graph, place: int) -> tuple[int, ...]:
    """A 1x1 convolution of what others read too, and norms, up to a place; nothing, if that is not what it is."""
    chain = []
    while place >= 0 and _is_norm(graph.entries[place]):
        chain.append(place)
        place = graph.source(place)
    if place < 0 or graph.entries[place].op != "conv" or _taps(graph.entries[place]) > 1 or not graph.beside(place):
        return ()
    return (place, *chain)


VARIANTS = (
    Variant(later("without what the first output does not need"), _unused),
    Variant(later("without the last linear layer"), _last_linear),
    Variant(later("without the linear layers at the end"), _classifier),
    Variant(later("stride in the 1x1 convolution"), _stride_first),
    Variant(later("stride in the 3x3 convolution"), _stride_second),
    Variant(later("without batch norms"), _batch_norms),
    Variant(later("without norms"), _norms),
    Variant(later("without biases"), _biases),
    Variant(later("convolutions only"), _all_but_convolutions),
    Variant(later("convolutions and linear layers only"), _all_but_layers),
    Variant(later("without pooling"), _pooling),
    Variant(later("without activations"), _activations),
    Variant(later("without convolutions on shortcuts"), _projections),
    Variant(later("groups ignored"), _ungrouped),
)
"""Those that are tried, the commoner ones first."""
