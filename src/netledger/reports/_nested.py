"""The rows of a table of modules: each module, and below it what is in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from netledger.core.ledger import Entry
from netledger.reports._tree import Block, tree, walk
from netledger.reports._view import Row, View, row

__all__ = ["INDENTS", "nested"]


def nested(view: View) -> Iterator[Row]:
    """A row for each module and operation down to the depth of the view, modules before what is in them."""
    seen: set[object] = set()
    for level, around, part, opened in walk(tree(view.ledger), view.depth):
        made = _operation(view, part, around, seen) if isinstance(part, Entry) else _module(view, part, opened, seen)
        yield made._replace(level=level)


def _operation(view: View, entry: Entry, around: Block, seen: set[object]) -> Row:
    made = row(entry.name, (entry,), view.conventions, seen)
    inside = f"{around.path}." if around.path else ""
    return made._replace(label=entry.name.removeprefix(inside), module=around.kind)


def _module(view: View, block: Block, opened: bool, seen: set[object]) -> Row:
    entries = block.entries
    made = row(block.full, entries, view.conventions, seen, opened)
    kind = f"{block.kind} (unused)" if entries and block.unused else block.kind
    return made._replace(
        operator=made.operator if block.alone or not kind else kind,
        inputs=block.inputs or (made.inputs if block.alone else ()),
        outputs=block.outputs or (made.outputs if block.alone else ()),
        told=() if block.blocks else entries,
        label=block.name,
        module=block.kind,
    )


# How deep a row is, drawn in front of its label.


def spaces(levels: Sequence[int]) -> list[str]:
    """For plain text."""
    return ["  " * (level - 1) for level in levels]


def dots(levels: Sequence[int]) -> list[str]:
    """For whatever runs spaces together."""
    return ["· " * (level - 1) for level in levels]


def lines(levels: Sequence[int]) -> list[str]:
    """For a terminal.

    >>> lines([1, 2, 3, 2, 1])
    ['', '├─ ', '│  └─ ', '└─ ', '']
    """
    drawn: list[str] = []
    later: set[int] = set()  # levels that go on below
    for level in reversed(levels):
        above = "".join("│  " if outer in later else "   " for outer in range(2, level))
        drawn.append(above + ("├─ " if level in later else "└─ ") if level > 1 else "")
        later = {outer for outer in later if outer < level} | {level}
    return drawn[::-1]


INDENTS: dict[str, Callable[[Sequence[int]], list[str]]] = {"spaces": spaces, "dots": dots, "lines": lines}
