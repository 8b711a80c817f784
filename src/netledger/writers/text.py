"""Plain text, as wide as it needs to be: nothing is cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from netledger.core.document import (
    Block,
    Definitions,
    Document,
    Formula,
    Frames,
    Heading,
    Pairs,
    Paragraph,
    Picture,
    Table,
    said,
    thousands,
)
from netledger.core.errors import printable
from netledger.writers._width import left, right, wide

__all__ = ["NAME", "aligned", "widths", "write"]

NAME = "text"

GAP = "  "
WIDTH = 110


def write(document: Document, width: int = WIDTH) -> str:
    """The title, the source, and each block after an empty line; formulas stand together; pictures fit the width."""
    document = said(document)
    head = f"{document.title}\n{document.source}" if document.source else document.title
    parts = [head]
    before: Block | None = None
    for block in document.blocks:
        text = _fitted(block, width) or _WRITERS[type(block)](block)
        together = isinstance(block, Definitions | Formula) and isinstance(before, Definitions | Formula)
        parts.append(f"\n{text}" if together else f"\n\n{text}")
        before = block
    return printable("".join(parts))


def _fitted(block: Block, width: int) -> str:
    """Pictures as wide as there is room; texts only where there is less than usual. Nothing: as ever."""
    if isinstance(block, Picture | Frames):
        from netledger.writers._grids import picture, step

        if isinstance(block, Picture):
            return picture(block.grids, width)
        return "\n".join(step(frame, width) for frame in block.frames).rstrip("\n")
    if width >= WIDTH or not isinstance(block, Paragraph | Pairs):
        return ""
    from textwrap import wrap

    lines = [block.text] if isinstance(block, Paragraph) else aligned(block.items)
    indent = " " * (wide(lines[0]) - wide(block.items[0][1])) if isinstance(block, Pairs) and block.items else ""
    if len(indent) > width // 2:
        indent = GAP
    return "\n".join(part for line in lines for part in wrap(line, width, subsequent_indent=indent))


def _heading(block: Heading) -> str:
    return f"{block.text}\n{('=' if block.level == 1 else '-') * wide(block.text)}"


def _paragraph(block: Paragraph) -> str:
    return block.text


def _formula(block: Formula) -> str:
    """On one line, or a line for each sign of equality where that is too long."""
    from netledger.core.formula import TEXT
    from netledger.writers._chain import chain

    parts, value = chain(block, TEXT)
    unit = f" {block.unit}" if block.unit else ""
    note = f"   ({block.note})" if block.note else ""
    line = " = ".join([block.name, *parts, f"{value}{unit}"])
    if wide(line) > WIDTH:
        line = "\n      = ".join([block.name, *parts, f"{value}{unit}"])
    return f"  {line}{note}"


def _definitions(block: Definitions) -> str:
    lines = [(item.symbol, _equals(item.value), item.meaning) for item in block.items]
    columns = [max(map(wide, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        f"      {left(symbol, columns[0])} {left(value, columns[1])}  {meaning}".rstrip()
        for symbol, value, meaning in lines
    )


def _equals(value: Any) -> str:
    return f"= {thousands(value)}" if isinstance(value, int) else f"= {value}" if value else ""


def _pairs(block: Pairs) -> str:
    return "\n".join(aligned(block.items))


def _table(block: Table) -> str:
    room = widths(block)
    rule = GAP.join("-" * width for width in room)
    lines = [_line(tuple(column.head for column in block.columns), block, room), rule]
    lines += [_line(row, block, room) for row in block.rows]
    return "\n".join([*lines, rule, _line(block.total, block, room)] if block.total else lines)


def _line(cells: tuple[str, ...], table: Table, room: list[int]) -> str:
    padded = (
        right(cell, width) if column.number else left(cell, width)
        for cell, column, width in zip(cells, table.columns, room, strict=True)
    )
    return GAP.join(padded).rstrip()


def widths(table: Table) -> list[int]:
    """How wide each column needs to be."""
    heads = tuple(column.head for column in table.columns)
    rows = (*table.rows, table.total) if table.total else table.rows
    return [max(map(wide, cells)) for cells in zip(heads, *rows, strict=True)]


def aligned(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """A line for each name and text, the texts below one another."""
    width = max((wide(name) for name, _ in pairs), default=0)
    return [f"{left(name, width)}  {text}" for name, text in pairs]


_WRITERS: dict[type, Callable[[Any], str]] = {
    Heading: _heading,
    Paragraph: _paragraph,
    Formula: _formula,
    Definitions: _definitions,
    Pairs: _pairs,
    Table: _table,
}
