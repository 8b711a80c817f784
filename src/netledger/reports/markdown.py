"""The per-layer table as GitHub-flavoured Markdown."""

from __future__ import annotations

import re

from netledger.core.errors import printable
from netledger.reports._grid import grid
from netledger.reports._view import View, shapes, summary

__all__ = ["NAME", "escape", "render"]

NAME = "markdown"

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&$])")


def render(view: View) -> str:
    """A heading, the table, the totals as a list."""
    table = grid(view)
    ledger = view.ledger
    head = [f"## {escape(ledger.name)}, input {shapes(ledger.inputs)}", ""]
    source = [escape(ledger.source), ""] if ledger.source else []
    names = _line(tuple(column.head for column in table.columns))
    rule = "|" + "|".join(" ---: " if column.number else " --- " for column in table.columns) + "|"
    below = [f"- {escape(name)}: {escape(text)}" for name, text in summary(view)]
    total = tuple(f"**{cell}**" if cell else "" for cell in table.total)
    body = [_line(tuple(map(escape, row))) for row in table.rows]
    return "\n".join([*head, *source, names, rule, *body, _line(total), "", *below])


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def escape(text: str) -> str:
    """The text as Markdown that shows it literally, on one line."""
    return _SPECIAL.sub(r"\\\1", printable(text).replace("\n", " "))
