"""The per-layer table as plain text; with rich, on a terminal."""

from __future__ import annotations

from typing import Any

from netledger.core.errors import printable
from netledger.reports._grid import NOT_COUNTED, Grid, grid
from netledger.reports._view import View, aligned, shapes, summary

__all__ = ["NAME", "for_terminal", "render"]

NAME = "table"

GAP = "  "


def render(view: View) -> str:
    """Plain text, as wide as it needs to be: nothing is cut."""
    table = grid(view)
    widths = _widths(table)
    lines = [_title(view), "", _line(tuple(column.head for column in table.columns), table, widths)]
    rule = GAP.join("-" * width for width in widths)
    body = [_line(row, table, widths) for row in table.rows]
    return printable("\n".join([*lines, rule, *body, rule, _line(table.total, table, widths), "", *_below(view)]))


def _title(view: View) -> str:
    ledger = view.ledger
    source = f"\n{ledger.source}" if ledger.source else ""
    return f"{ledger.name}, input {shapes(ledger.inputs)}{source}"


def _below(view: View) -> list[str]:
    return aligned(summary(view))


def _widths(table: Grid) -> list[int]:
    heads = tuple(column.head for column in table.columns)
    return [max(map(len, cells)) for cells in zip(heads, *table.rows, table.total, strict=True)]


def _line(cells: tuple[str, ...], table: Grid, widths: list[int]) -> str:
    padded = (
        cell.rjust(width) if column.number else cell.ljust(width)
        for cell, column, width in zip(cells, table.columns, widths, strict=True)
    )
    return GAP.join(padded).rstrip()


def for_terminal(view: View, width: int) -> Any:
    """The same for rich's console; columns that do not fit are left out, and named below."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table, left_out = _fitting(grid(view), width)
    if not _fits(table, width):
        return Text(render(view))
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", show_footer=True)
    for column, total, least in zip(table.columns, table.total, _least(table), strict=True):
        made.add_column(
            Text(column.head),
            Text(total, "bold"),
            justify="right" if column.number else "left",
            overflow="fold",
            min_width=least,
        )
    for row in table.rows:
        made.add_row(*(Text(printable(cell), _style(cell)) for cell in row))
    notes = [Text(printable(line)) for line in _below(view)]
    if left_out:
        notes.append(Text(f"Left out to fit {width} columns: {', '.join(left_out)}.", "dim"))
    return Group(Text(printable(_title(view)), "bold"), Text(), made, Text(), *notes)


def _style(cell: str) -> str:
    if cell == NOT_COUNTED:
        return "yellow"
    return "dim" if cell in ("0", "0.00 %") else ""


def _least(table: Grid) -> list[int]:
    """How narrow each column may be."""
    widths = zip(_widths(table), table.columns, strict=True)
    return [min(width, column.least or width) for width, column in widths]


def _fits(table: Grid, width: int) -> bool:
    return sum(_least(table)) + len(GAP) * (len(table.columns) - 1) <= width


def _fitting(table: Grid, width: int) -> tuple[Grid, list[str]]:
    """The table without the columns that are too much, the sparest first."""
    left_out: list[str] = []
    while not _fits(table, width):
        sparest = max(range(len(table.columns)), key=lambda place: (table.columns[place].spare, place))
        if not table.columns[sparest].spare:
            break
        left_out.append(table.columns[sparest].head)
        table = table.without(sparest)
    return table, left_out
