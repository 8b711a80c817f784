"""Nodes in an order in which they can run: the file's own, where that is one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from netledger.core.errors import SourceError, quote
from netledger.core.language import say

__all__ = ["called", "ordered", "read_by"]


def called(node: Any) -> str:
    """A node in a message: its name, and what it is."""
    name = node.name or next((output for output in node.output if output), "")
    return f"{name[:200]} ({node.op_type[:80]})" if name else str(node.op_type[:80])


def read_by(node: Any) -> list[str]:
    """The names that a node reads, those that the graphs in it read from outside included."""
    names = [name for name in node.input if name]
    for attribute in node.attribute:
        for graph in (*([attribute.g] if attribute.type == 5 else ()), *attribute.graphs):
            names += _from_outside(graph)
    return names


def _from_outside(graph: Any) -> list[str]:
    own = {one.name for one in (*graph.input, *graph.initializer)}
    own.update(output for node in graph.node for output in node.output)
    read = [name for node in graph.node for name in read_by(node)]
    return [name for name in (*read, *(one.name for one in graph.output)) if name not in own]


def ordered(nodes: Sequence[Any], known: Callable[[str], bool]) -> Sequence[Any]:
    """The nodes, each after those that make what it reads.

    Raises:
        SourceError: if nothing makes what one reads, two make the same, or they go round in a circle.

    """
    made: set[str] = set()
    for node in nodes:
        if not all(name in made or known(name) for name in read_by(node)):
            return _sorted(nodes, known)
        made.update(node.output)
    return nodes


def _sorted(nodes: Sequence[Any], known: Callable[[str], bool]) -> list[Any]:
    makers = {output: place for place, node in enumerate(nodes) for output in node.output if output}
    waits = [_awaited(node, makers, known) for node in nodes]
    readers: dict[int, list[int]] = {}
    for place, awaited in enumerate(waits):
        for maker in awaited:
            readers.setdefault(maker, []).append(place)
    left = [len(awaited) for awaited in waits]
    order = [place for place, count in enumerate(left) if not count]
    for place in order:
        for reader in readers.get(place, ()):
            left[reader] -= 1
            if not left[reader]:
                order.append(reader)
    if len(order) < len(nodes):
        stuck = next(place for place, count in enumerate(left) if count)
        raise SourceError("these nodes go round in a circle: each waits for another", layer=called(nodes[stuck]))
    return [nodes[place] for place in order]


def _awaited(node: Any, makers: dict[str, int], known: Callable[[str], bool]) -> set[int]:
    found = set()
    for name in read_by(node):
        if name in makers:
            found.add(makers[name])
        elif not known(name):
            rule = say("it reads {name}, which nothing makes: no input, stored tensor or node", name=quote(name))
            raise SourceError(rule, layer=called(node), hint="The file is broken, or was cut out of a larger graph.")
    return found
