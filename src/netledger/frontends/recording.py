"""What was written down of a run (see `graph`), counted as it stands; its network is made when asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from netledger.core.ledger import Convention, Entry
from netledger.core.network import Network
from netledger.frontends.freezing import Did
from netledger.frontends.graph import Graph

__all__ = ["Recording", "Repeat", "recording"]

Repeat = tuple[int, int, int]
"""Operations of a graph, from one place to another (exclusive), that stand for so many turns more."""


class Recording:
    """What a run did: see `netledger.core.ledger.Recorded`.

    Args:
        name: what it is called.
        source: where it comes from.
        graph: what it does.
        whole: makes its network.
        repeats: which operations stand for how many more; an inner loop before the one around it.

    """

    def __init__(
        self, name: str, source: str, graph: Graph, whole: Callable[[], Network], repeats: Sequence[Repeat] = ()
    ) -> None:
        self.name, self.source, self.notes = name, source, tuple[str, ...]()
        self._graph, self._whole = graph, whole
        self._times = _times(len(graph.done), repeats)
        self._groups: list[tuple[Entry, int]] | None = None

    @property
    def parameters(self) -> int:
        """How many parameters there are, shared ones once."""
        records = [part for did in self._graph.done for part in did.records]
        stored = {part.key: part.elements for part in records if not part.buffer}
        buffers = {part.key for part in records if part.buffer}
        rest = [one for _, one in self._graph.held.values() if not one.buffer]
        held = {one.key: one.record("").elements for one in rest if one.key not in buffers}
        return sum({**held, **stored}.values())

    @property
    def complete(self) -> bool:
        """Whether everything is counted."""
        return all(did.op.COUNTED for did in self._graph.done)

    def price(self, convention: Convention) -> int:
        """What all of it costs under a convention; operations that are alike are asked once."""
        return sum([times * sum(convention.amounts(entry).values()) for entry, times in self._alike()])

    def network(self) -> Network:
        """All of it, every step of every loop."""
        made = self._whole()
        return made._replace(name=self.name, source=self.source, notes=(*made.notes, *self.notes))

    def _alike(self) -> list[tuple[Entry, int]]:
        """The operations, those that are alike as one entry, with how often they run."""
        if self._groups is None:
            found: dict[tuple[object, ...], list[Any]] = {}
            for did, times in zip(self._graph.done, self._times, strict=True):
                key = (did.answer, *[(part.role, *part[1:4], part.dtype) for part in did.records])
                found.setdefault(key, [did, 0])[1] += times
            self._groups = [(_entry(did), times) for did, times in found.values()]
        return self._groups


def recording(graph: Graph, name: str, source: str, outputs: Iterable[int], *, partly: bool = False) -> Recording:
    """What was written down, each operation done once; `partly`: see `Graph.network`."""
    numbers = tuple(outputs)
    return Recording(name, source, graph, lambda: graph.network(name, source, numbers, partly=partly))


def _times(count: int, repeats: Sequence[Repeat]) -> list[int]:
    """How often each operation runs."""
    times = [1] * count
    for first, last, more in repeats:
        for place in range(first, last):
            times[place] *= 1 + more
    return times


def _entry(did: Did) -> Entry:
    answer = did.answer
    return Entry("", "", did.op, answer.given, answer.outputs, did.records, answer.work)
