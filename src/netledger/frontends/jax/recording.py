"""A jaxpr with long loops: counted by how often each operation runs; laid out in full only when that is asked for."""

from __future__ import annotations

from collections.abc import Callable

from netledger.core.ledger import Convention, Entry
from netledger.core.network import Network
from netledger.frontends.graph import Graph
from netledger.frontends.jax.reader import Repeat

__all__ = ["Recording"]


class Recording:
    """What a function does: see `netledger.core.ledger.Recorded`.

    Args:
        name: what it is called.
        source: where it comes from.
        graph: what it does, with one step of each loop that stands for all others.
        repeats: which operations stand for how many more; an inner loop before the one around it.
        whole: lays it out in full.

    """

    def __init__(
        self, name: str, source: str, graph: Graph, repeats: list[Repeat], whole: Callable[[], Network]
    ) -> None:
        self.name, self.source, self.notes = name, source, tuple[str, ...]()
        self._whole = whole
        self._times = _times(len(graph.done), repeats)
        self._entries = [_entry(graph, place) for place in range(len(graph.done))]
        stored = {part.key: part.elements for entry in self._entries for part in entry.parameters if not part.buffer}
        held = {one.key: one.record("").elements for _, one in graph.held.values() if not one.buffer}
        buffers = {part.key for entry in self._entries for part in entry.parameters if part.buffer}
        self._parameters = sum({**{key: size for key, size in held.items() if key not in buffers}, **stored}.values())

    @property
    def parameters(self) -> int:
        """How many parameters there are, shared ones once."""
        return self._parameters

    @property
    def complete(self) -> bool:
        """Whether everything is counted."""
        return all(entry.counted for entry in self._entries)

    def price(self, convention: Convention) -> int:
        """What all of it costs under a convention; each operation is asked once."""
        rows = zip(self._entries, self._times, strict=True)
        return sum(times * sum(convention.amounts(entry).values()) for entry, times in rows)

    def network(self) -> Network:
        """All of it, every step of every loop."""
        made = self._whole()
        return made._replace(name=self.name, source=self.source, notes=(*made.notes, *self.notes))


def _times(count: int, repeats: list[Repeat]) -> list[int]:
    """How often each operation runs."""
    times = [1] * count
    for first, last, more in repeats:
        for place in range(first, last):
            times[place] *= 1 + more
    return times


def _entry(graph: Graph, place: int) -> Entry:
    did = graph.done[place]
    inputs = tuple([graph.tensors[number] for number in did.inputs])
    outputs = tuple([graph.tensors[number] for number in did.outputs])
    return Entry("", "", did.op, inputs, outputs, did.records, did.op.work(inputs, outputs))
