"""The per-layer table as plain text; with rich, on a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from netledger.core.document import Pairs, Table, said
from netledger.core.errors import printable
from netledger.core.language import say
from netledger.reports._document import NOT_COUNTED, document
from netledger.reports._view import View
from netledger.writers.text import GAP, aligned, widths, write

__all__ = ["NAME", "columns", "for_terminal", "render"]

NAME = "table"

HOT = ((40, "bold red"), (15, "red"), (4, "yellow"))
"""From so many per cent of the total on, a row is shown so."""


def render(view: View) -> str:
    """Plain text, as wide as it needs to be: nothing is cut."""
    return write(document(view, "spaces"))


def columns(names: Iterable[str]) -> tuple[str, ...]:
    """The columns that users call so."""
    from netledger.reports._columns import resolve

    return resolve(names)


def for_terminal(view: View, width: int) -> Any:
    """The same for rich's console; columns that do not fit are left out, and named below."""
    from rich.console import Group
    from rich.table import Table as Grid
    from rich.text import Text

    answer = said(document(view, "lines"))
    whole, facts = answer.blocks
    assert isinstance(whole, Table)
    assert isinstance(facts, Pairs)
    shown, left_out = _fitting(whole, width)
    if not _fits(shown, width):
        return Text(write(answer))
    made = Grid(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", show_footer=True)
    for column, total, least in zip(shown.columns, shown.total, _least(shown), strict=True):
        made.add_column(
            Text(column.head),
            Text(total, "bold"),
            justify="right" if column.number else "left",
            overflow="fold",
            min_width=least,
        )
    for row, shade in zip(shown.rows, shown.shades, strict=True):
        made.add_row(*(Text(printable(cell), _style(cell, shade)) for cell in row))
    notes = [Text(printable(line)) for line in aligned(facts.items)]
    if left_out:
        notes.append(
            Text(say("Left out to fit {width} columns: {left_out}.", width=width, left_out=", ".join(left_out)), "dim")
        )
    head = f"{answer.title}\n{answer.source}" if answer.source else answer.title
    return Group(Text(printable(head), "bold"), Text(), made, Text(), *notes)


def _style(cell: str, shade: int) -> str:
    if cell == say(NOT_COUNTED):
        return "yellow"
    if cell in ("0", "0.00 %"):
        return "dim"
    return next((style for least, style in HOT if shade >= least), "")


def _least(shown: Table) -> list[int]:
    """How narrow each column may be."""
    return [min(width, column.least or width) for width, column in zip(widths(shown), shown.columns, strict=True)]


def _fits(shown: Table, width: int) -> bool:
    return sum(_least(shown)) + len(GAP) * (len(shown.columns) - 1) <= width


def _fitting(shown: Table, width: int) -> tuple[Table, list[str]]:
    """The table without the columns that are too much, the sparest first."""
    left_out: list[str] = []
    while not _fits(shown, width):
        sparest = max(range(len(shown.columns)), key=lambda place: (shown.columns[place].spare, place))
        if not shown.columns[sparest].spare:
            break
        left_out.append(shown.columns[sparest].head)
        shown = shown.without(sparest)
    return shown, left_out
