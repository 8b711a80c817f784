r"""LaTeX: tables as longtables with booktabs rules, for \usepackage{amsmath,booktabs,longtable}."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from netledger.core.document import (
    Definition,
    Definitions,
    Document,
    Formula,
    Frame,
    Frames,
    Grid,
    Heading,
    Pairs,
    Paragraph,
    Picture,
    Table,
    said,
)
from netledger.core.errors import printable
from netledger.core.formula import LATEX, latex_text
from netledger.core.language import used
from netledger.writers._chain import aligned, chain, in_mathematics

__all__ = ["NAME", "escape", "write"]

NAME = "latex"

_FONTS = {"zh": ",ctex"}
"""What a language needs besides; ctex is for XeLaTeX and LuaLaTeX."""

_HEADINGS = {1: r"\subsection*", 2: r"\subsubsection*"}


def write(document: Document) -> str:
    """The title as a section, and each block."""
    document = said(document)
    source = [escape(document.source)] if document.source else []
    blocks = (_WRITERS[type(block)](block) for block in document.blocks)
    needs = rf"% needs \usepackage{{amsmath,booktabs,longtable{_FONTS.get(used(), '')}}}"
    return "\n".join([needs, rf"\section*{{{escape(document.title)}}}", *source, *blocks])


def _heading(block: Heading) -> str:
    return f"{_HEADINGS.get(block.level, _HEADINGS[2])}{{{escape(block.text)}}}"


def _formula(block: Formula) -> str:
    parts, value = chain(block, LATEX)
    unit = rf"\ \text{{{escape(block.unit)}}}" if block.unit else ""
    steps = [*parts, f"{in_mathematics(block, value)}{unit}"]
    name = LATEX.symbol(printable(block.name))
    lines = " \\\\\n".join(f"{'' if place else name} &= {step}" for place, step in enumerate(steps))
    note = f"\n\\par {escape(block.note)}" if block.note else ""
    return f"\\begin{{align*}}\n{lines}\n\\end{{align*}}{note}"


def _picture(grids: tuple[Grid, ...]) -> str:
    """Matrices side by side, those cells boxed that are marked."""
    drawn = r" \qquad ".join(map(_matrix, grids))
    return f"\\[\n{drawn}\n\\]"


def _matrix(grid: Grid) -> str:
    rows = (" & ".join(_cell(grid, (r, c)) for c in range(len(row))) for r, row in enumerate(grid.cells))
    lines = " \\\\\n".join(rows)
    columns = "r" * len(grid.cells[0])
    array = f"\\begin{{array}}{{|{columns}|}}\n{lines}\n\\end{{array}}"
    return rf"\underset{{\text{{{escape(grid.name)}}}}}{{{array}}}"


def _cell(grid: Grid, spot: tuple[int, int]) -> str:
    text = rf"\text{{{escape(grid.cells[spot[0]][spot[1]])}}}"
    return rf"\boxed{{{text}}}" if spot in grid.marks else text


def _step(frame: Frame) -> str:
    made = f"\\begin{{align*}}\n{aligned(frame)}\n\\end{{align*}}"
    return "\n".join(["", escape(frame.caption), _picture(frame.grids), made] if frame.drawn else [made])


def _definitions(block: Definitions) -> str:
    items = [rf"\item {_definition(item)}: {escape(item.meaning)}" for item in block.items]
    return "\n".join([r"\begin{itemize}", *items, r"\end{itemize}"])


def _definition(item: Definition) -> str:
    value = "" if item.value == "" else f" = {LATEX.number(item.value)}"
    return f"${LATEX.symbol(printable(item.symbol))}{value}$"


def _pairs(block: Pairs) -> str:
    items = (rf"\item[{escape(name)}] {escape(text)}" for name, text in block.items)
    return "\n".join([r"\begin{description}", *items, r"\end{description}"])


def _table(block: Table) -> str:
    columns = "".join("r" if column.number else "l" for column in block.columns)
    total = [r"\midrule", _line(block.total)] if block.total else []
    return "\n".join(
        [
            rf"\begin{{longtable}}{{@{{}}{columns}@{{}}}}",
            r"\toprule",
            _line(tuple(column.head for column in block.columns)),
            r"\midrule",
            r"\endhead",
            *map(_line, block.rows),
            *total,
            r"\bottomrule",
            r"\end{longtable}",
        ]
    )


def _line(cells: tuple[str, ...]) -> str:
    """A row; what starts with a bracket would be taken for an option of the row before."""
    row = " & ".join(map(escape, cells))
    return ("{}" if row.startswith(("[", "*")) else "") + row + r" \\"


def escape(text: str) -> str:
    """The text as LaTeX that shows it literally, on one line."""
    return latex_text(printable(text))


_WRITERS: dict[type, Callable[[Any], str]] = {
    Heading: _heading,
    Paragraph: lambda block: f"\n{escape(block.text)}\n",
    Formula: _formula,
    Definitions: _definitions,
    Pairs: _pairs,
    Table: _table,
    Picture: lambda block: _picture(block.grids),
    Frames: lambda block: "\n".join(map(_step, block.frames)),
}
