"""The per-layer table as comma-separated values: plain integers, one head line, no totals.

With a depth, a line for every module and operation that is not shown by its parts: the lines add up to the total.
"""

from __future__ import annotations

import csv
import io

from netledger.reports._columns import chosen, resolve
from netledger.reports._document import one_line
from netledger.reports._view import View

__all__ = ["NAME", "columns", "render"]

NAME = "csv"

columns = resolve

HEAD = ("layer", "operator", "input", "output", "weights", "biases", "parameters", "buffers", "counted")


def render(view: View) -> str:
    """One line per layer; columns carry their names."""
    priced = [convention.NAME for convention in view.conventions]
    names = resolve(view.columns or (*HEAD, *priced), priced)
    sheet = chosen(view._replace(columns=names))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(_safe, names))
    writer.writerows([_safe(part.plain(row)) for part in sheet.columns] for row in sheet.rows if not row.opened)
    return text.getvalue().rstrip("\n")


def _safe(value: int | str) -> int | str:
    """The text as a spreadsheet will not take it for a formula."""
    if isinstance(value, int):
        return value
    line = one_line(value)
    return f"'{line}" if line[:1] in ("=", "+", "-", "@") else line
