"""The per-layer table as comma-separated values: plain integers, one head line, no totals."""

from __future__ import annotations

import csv
import io

from netledger.core.errors import printable
from netledger.core.network import shapes
from netledger.reports._view import Row, View, rows

__all__ = ["NAME", "render"]

NAME = "csv"

HEAD = ("layer", "operator", "input", "output", "weights", "biases", "parameters", "buffers", "counted")


def render(view: View) -> str:
    """One line per layer; columns of conventions carry their names."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*HEAD, *(convention.NAME for convention in view.conventions)))
    writer.writerows(_cells(row) for row in rows(view))
    return text.getvalue().rstrip("\n")


def _cells(row: Row) -> tuple[str | int, ...]:
    texts = map(_safe, (row.name, row.operator, shapes(row.inputs), shapes(row.outputs)))
    numbers = (row.weights, row.biases, row.parameters, row.buffers)
    return (*texts, *numbers, str(row.counted).lower(), *(row.prices if row.known else ("",) * len(row.prices)))


def _safe(text: str) -> str:
    """The text as a spreadsheet will not take it for a formula."""
    line = printable(text).replace("\n", "\\n")
    return f"'{line}" if line[:1] in ("=", "+", "-", "@") else line
