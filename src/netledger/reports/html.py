"""The per-layer table as HTML: a fragment without script, style sheet or network access."""

from __future__ import annotations

from html import escape

from netledger.core.errors import printable
from netledger.reports._grid import Column, grid
from netledger.reports._view import View, shapes, summary

__all__ = ["NAME", "render"]

NAME = "html"


def render(view: View) -> str:
    """The table with a caption, and the totals as a second one."""
    table = grid(view)
    ledger = view.ledger
    title = f"{_text(ledger.name)}, input {_text(shapes(ledger.inputs))}"
    source = f"<br><small>{_text(ledger.source)}</small>" if ledger.source else ""
    heads = "".join(_cell("th", column.head, column) for column in table.columns)
    body = (_line("td", row, table.columns) for row in table.rows)
    pair = (Column("", number=False),) * 2
    below = (_line("td", line, pair) for line in summary(view))
    return "\n".join(
        [
            "<table>",
            f'<caption style="text-align: left">{title}{source}</caption>',
            f"<thead><tr>{heads}</tr></thead>",
            "<tbody>",
            *body,
            "</tbody>",
            f"<tfoot>{_line('th', table.total, table.columns)}</tfoot>",
            "</table>",
            "<table>",
            "<tbody>",
            *below,
            "</tbody>",
            "</table>",
        ]
    )


def _line(tag: str, cells: tuple[str, ...], columns: tuple[Column, ...]) -> str:
    inner = "".join(_cell(tag, cell, column) for cell, column in zip(cells, columns, strict=True))
    return f"<tr>{inner}</tr>"


def _cell(tag: str, text: str, column: Column) -> str:
    side = "right" if column.number else "left"
    return f'<{tag} style="text-align: {side}; padding: 0.1em 0.6em">{_text(text)}</{tag}>'


def _text(text: str) -> str:
    return escape(printable(text))
