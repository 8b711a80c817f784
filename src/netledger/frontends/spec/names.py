"""The names of layers and blocks: kept in full (`layer1.2.conv1`), found from where one stands outwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from netledger.core.errors import UnknownNameError, quote
from netledger.core.language import say
from netledger.frontends.spec.document import Leaf, spec_error
from netledger.frontends.spec.expression import Exact
from netledger.frontends.spec.header import check_path

__all__ = ["Flow", "Names", "Scope"]

Flow = tuple[int, ...]
"""The numbers of the tensors that come out of a layer."""

RESERVED = ("last",)


class Scope(NamedTuple):
    """Where a layer stands: its path of names, the numbers known there, and the blocks that it is part of.

    `sole`: it is the only layer of a turn of a repeat; a block there needs no name besides the turn's.
    """

    path: str
    numbers: Mapping[str, Exact]
    uses: tuple[str, ...] = ()
    sole: bool = False

    def full(self, name: str) -> str:
        """The full name of something that stands here."""
        return f"{self.path}.{name}" if self.path else name

    def inside(self, path: str) -> Scope:
        """The scope of what has this full name."""
        return self._replace(path=path, sole=False)

    def knowing(self, numbers: Mapping[str, Exact]) -> Scope:
        """The same place, with more numbers known."""
        return self._replace(numbers={**self.numbers, **numbers})


class Names:
    """What comes out of every layer and block so far, by full name."""

    def __init__(self) -> None:
        self.flows: dict[str, Flow] = {}
        self.counters: dict[tuple[str, str], int] = {}

    def choose(self, written: Leaf | None, label: str, scope: Scope) -> str:
        """The full name of a layer or block: the written one, or its label and ordinal.

        Raises:
            SpecError: if the name is taken.

        """
        if written is None:
            return self._ordinal(label, scope)
        full = scope.full(check_path(written.text, written.where, "the name of a layer"))
        if full in self.flows or written.text in RESERVED:
            raise spec_error(say("there is already something called {given}", given=quote(written.text)), written)
        return full

    def _ordinal(self, label: str, scope: Scope) -> str:
        while True:
            ordinal = self.counters[scope.path, label] = self.counters.get((scope.path, label), 0) + 1
            full = scope.full(f"{label}{ordinal}")
            if full not in self.flows:
                return full

    def find(self, reference: Leaf, scope: Scope, last: Flow) -> Flow:
        """What comes out of the layer or block of this name; `name.0` is the first of its outputs.

        Raises:
            UnknownNameError: if there is none.

        """
        if reference.text == "last":
            return last
        path = scope.path
        while True:
            found = self._at(f"{path}.{reference.text}" if path else reference.text)
            if found:
                return found
            if found is not None:
                hint = "A layer cannot take what a block gives that it is part of."
                raise spec_error(say("{given} is not finished here", given=quote(reference.text)), reference, hint)
            if not path:
                raise UnknownNameError(
                    "layer to take from", reference.text, ("last", *self.flows), where=reference.where
                )
            path = path.rpartition(".")[0]

    def _at(self, full: str) -> Flow | None:
        if full in self.flows:
            return self.flows[full]
        head, _, last = full.rpartition(".")
        flow = self.flows.get(head, ())
        inside = last.isdecimal() and len(last) < 6 and int(last) < len(flow)
        return (flow[int(last)],) if inside else None
