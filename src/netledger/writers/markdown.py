"""GitHub-flavoured Markdown; formulas as LaTeX between dollar signs."""

from __future__ import annotations

import re
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
from netledger.writers._chain import aligned, chain, in_mathematics
from netledger.writers.text import WIDTH

__all__ = ["NAME", "escape", "write"]

NAME = "markdown"

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&$])")


def write(document: Document) -> str:
    """A heading, the source, and each block after an empty line."""
    document = said(document)
    source = [escape(document.source)] if document.source else []
    blocks = (_WRITERS[type(block)](block) for block in document.blocks)
    return "\n\n".join([f"## {escape(document.title)}", *source, *blocks])


def _heading(block: Heading) -> str:
    return f"{'#' * (block.level + 2)} {escape(block.text)}"


def _formula(block: Formula) -> str:
    parts, value = chain(block, LATEX)
    unit = rf"\ \text{{{latex_text(block.unit)}}}" if block.unit else ""
    steps = [*parts, f"{in_mathematics(block, value)}{unit}"]
    lines = " \\\\\n".join(
        rf"{LATEX.symbol(block.name) if not place else ''} &= {step}" for place, step in enumerate(steps)
    )
    note = f"\n\n{escape(block.note)}" if block.note else ""
    return f"$$\n\\begin{{aligned}}\n{lines}\n\\end{{aligned}}\n$$" + note


def _picture(grids: tuple[Grid, ...]) -> str:
    from netledger.writers._grids import picture

    drawn = printable(picture(grids, WIDTH)).replace("`", "'")
    return f"```text\n{drawn}\n```"


def _step(frame: Frame) -> str:
    made = f"$$\n\\begin{{aligned}}\n{aligned(frame)}\n\\end{{aligned}}\n$$"
    return "\n\n".join([escape(frame.caption), _picture(frame.grids), made] if frame.drawn else [made])


def _definitions(block: Definitions) -> str:
    return "\n".join(f"- {_definition(item)}: {escape(item.meaning)}" for item in block.items)


def _definition(item: Definition) -> str:
    value = "" if item.value == "" else f" = {LATEX.number(item.value)}"
    return f"${LATEX.symbol(printable(item.symbol))}{value}$"


def _pairs(block: Pairs) -> str:
    return "\n".join(f"- {escape(name)}: {escape(text)}" for name, text in block.items)


def _table(block: Table) -> str:
    rule = "|" + "|".join(" ---: " if column.number else " --- " for column in block.columns) + "|"
    lines = [_line(tuple(escape(column.head) for column in block.columns)), rule]
    lines += [_line(tuple(map(escape, row))) for row in block.rows]
    total = [_line(tuple(f"**{escape(cell)}**" if cell else "" for cell in block.total))] if block.total else []
    return "\n".join([*lines, *total])


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def escape(text: str) -> str:
    """The text as Markdown that shows it literally, on one line."""
    return _SPECIAL.sub(r"\\\1", printable(text).replace("\n", " "))


_WRITERS: dict[type, Callable[[Any], str]] = {
    Heading: _heading,
    Paragraph: lambda block: escape(block.text),
    Formula: _formula,
    Definitions: _definitions,
    Pairs: _pairs,
    Table: _table,
    Picture: lambda block: _picture(block.grids),
    Frames: lambda block: "\n\n".join(map(_step, block.frames)),
}
