"""Matrices drawn with letters: side by side as far as there is room; what is marked stands in brackets."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from netledger.core.document import Frame, Grid
from netledger.core.formula import TEXT
from netledger.writers._chain import worked
from netledger.writers._width import left, wide

__all__ = ["folded", "picture", "step"]

GAP = "   "


def step(frame: Frame, width: int) -> str:
    """The picture of a step, if there is room for one, and its sum."""
    lines = [frame.caption, picture(frame.grids, width), ""] if frame.drawn else []
    return "\n".join([*lines, *_sum(frame, width - 2), *([""] if frame.drawn else [])])


def picture(grids: Sequence[Grid], width: int) -> str:
    """The matrices, in as many rows as they need."""
    rows: list[list[list[str]]] = [[]]
    used = 0
    for block in map(_block, grids):
        taken = wide(block[0]) + len(GAP)
        if rows[-1] and used + taken > width:
            rows.append([])
            used = 0
        rows[-1].append(block)
        used += taken
    return "\n\n".join(_beside(row) for row in rows)


def _block(grid: Grid) -> list[str]:
    """The name and the rows, all equally wide; in the middle of a cell its text, around it the mark."""
    room = max(grid.wide, *(len(cell) for row in grid.cells for cell in row))
    rows = ["".join(_cell(grid, (r, c), room) for c in range(len(row))) for r, row in enumerate(grid.cells)]
    full = max(wide(grid.name) + 1, *map(len, rows))
    return [left(f" {grid.name}", full), *(row.ljust(full) for row in rows)]


def _cell(grid: Grid, spot: tuple[int, int], room: int) -> str:
    text = grid.cells[spot[0]][spot[1]].rjust(room)
    return f"[{text}]" if spot in grid.marks else f" {text} "


def _beside(blocks: list[list[str]]) -> str:
    tall = max(map(len, blocks))
    full = [block + [" " * wide(block[0])] * (tall - len(block)) for block in blocks]
    return "\n".join(f"{GAP}{GAP.join(line)}".rstrip() for line in zip(*full, strict=True))


def folded(text: str, width: int) -> list[str]:
    """Lines that are not longer, and begin with a sign."""
    glued = text.replace(" + ", " +\u00a0").replace(" − ", " −\u00a0").replace("= ", "=\u00a0")
    return [line.replace("\u00a0", " ") for line in wrap(glued, width, subsequent_indent="  ")]


def _sum(frame: Frame, width: int) -> list[str]:
    """On one line, or a line for each sign of equality, folded at signs where that is too long too."""
    parts, sign, value = worked(frame, TEXT)
    whole = f"{' = '.join([frame.formula.name, *parts])} {sign} {value}"
    if len(whole) <= width:
        return [f"  {whole}"]
    signed = [*(f"= {part}" for part in parts), f"{sign} {value}"]
    lines = (line for part in signed for line in folded(part, max(width - 4, 10)))
    return [f"  {frame.formula.name}", *(f"    {line}" for line in lines)]
