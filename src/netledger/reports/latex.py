r"""The per-layer table as LaTeX: a longtable with booktabs rules, for \usepackage{booktabs,longtable}."""

from __future__ import annotations

from netledger.core.errors import printable
from netledger.reports._grid import grid
from netledger.reports._view import View, shapes, summary

__all__ = ["NAME", "escape", "render"]

NAME = "latex"

_ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "%": r"\%",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "≥": r"$\ge$",
    "–": "--",
    "×": r"$\times$",
    "−": "$-$",
    "\n": " ",
}


def render(view: View) -> str:
    """The table with a caption; the totals as comments below."""
    table = grid(view)
    ledger = view.ledger
    columns = "".join("r" if column.number else "l" for column in table.columns)
    source = f" {escape(ledger.source)}" if ledger.source else ""
    body = [_line(row) for row in table.rows]
    return "\n".join(
        [
            r"% needs \usepackage{booktabs,longtable}",
            rf"\begin{{longtable}}{{@{{}}{columns}@{{}}}}",
            rf"\caption{{{escape(ledger.name)}, input {escape(shapes(ledger.inputs))}.{source}}} \\",
            r"\toprule",
            _line(tuple(column.head for column in table.columns)),
            r"\midrule",
            r"\endhead",
            *body,
            r"\midrule",
            _line(table.total),
            r"\bottomrule",
            r"\end{longtable}",
            r"\begin{description}",
            *(rf"\item[{escape(name)}] {escape(text)}" for name, text in summary(view)),
            r"\end{description}",
        ]
    )


def _line(cells: tuple[str, ...]) -> str:
    return " & ".join(map(escape, cells)) + r" \\"


def escape(text: str) -> str:
    """The text as LaTeX that shows it literally, on one line."""
    return "".join(_ESCAPES.get(char, char) for char in printable(text))
