"""HTML: a fragment with MathML, without network access; a script only where steps are played; names are escaped."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from netledger.core.document import (
    Column,
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
from netledger.core.formula import MATHML
from netledger.core.language import ENGLISH, used
from netledger.writers._chain import chain, worked

__all__ = ["NAME", "write"]

NAME = "html"

_STYLE = """<meta charset="utf-8">
<style>
.netledger table { border-collapse: collapse; margin: 0.5em 0; font-variant-numeric: tabular-nums }
.netledger th, .netledger td { text-align: left; padding: 0.1em 0.6em; white-space: nowrap; vertical-align: top }
.netledger .n { text-align: right }
.netledger .facts td { white-space: normal }
.netledger thead th { border-bottom: 1px solid; vertical-align: bottom }
.netledger tfoot th { border-top: 1px solid }
.netledger .f { margin: 0.4em 0 0.4em 1em; line-height: 1.7 }
.netledger .f math { math-style: normal }
.netledger dl { margin: 0.2em 0 0.8em 2em }
.netledger dt { float: left; clear: left; margin-right: 0.6em }
.netledger dd { margin: 0 }
</style>"""


def write(document: Document) -> str:
    """The title, the source, and each block."""
    document = said(document)
    source = [f"<p><small>{_text(document.source)}</small></p>"] if document.source else []
    blocks = (_WRITERS[type(block)](block) for block in document.blocks)
    frames = [frame for block in document.blocks if isinstance(block, Frames) for frame in block.frames]
    if frames or any(isinstance(block, Picture) for block in document.blocks):
        from netledger.writers._player import STYLE, player

        source += [STYLE, *([player(frames, document.title)] if frames else [])]
    title = f"<h2>{_text(document.title)}</h2>"
    tongue = "" if used() == ENGLISH else f' lang="{used()}"'
    return "\n".join([_STYLE, f'<div class="netledger"{tongue}>', title, *source, *blocks, "</div>"])


def _picture(grids: tuple[Grid, ...]) -> str:
    return f'<div class="grids">{"".join(map(_grid, grids))}</div>'


def _grid(grid: Grid) -> str:
    rows = (
        "".join(f"<td{_cell_class(grid, (r, c))}>{_text(cell)}</td>" for c, cell in enumerate(row))
        for r, row in enumerate(grid.cells)
    )
    lines = "".join(f"<tr>{row}</tr>" for row in rows)
    return f"<table><caption>{_text(grid.name)}</caption><tbody>{lines}</tbody></table>"


def _cell_class(grid: Grid, spot: tuple[int, int]) -> str:
    return ' class="m"' if spot in grid.marks else ' class="e"' if spot in grid.edge else ""


def _step(frame: Frame) -> str:
    parts, sign, value = worked(frame, MATHML)
    pieces = " = ".join([_math(MATHML.symbol(printable(frame.formula.name))), *map(_math, parts)])
    made = f'<p class="f">{pieces} {sign} <b>{_math(value)}</b></p>'
    return f"<p>{_text(frame.caption)}</p>\n{_picture(frame.grids)}\n{made}" if frame.drawn else made


def _heading(block: Heading) -> str:
    return f"<h{block.level + 2}>{_text(block.text)}</h{block.level + 2}>"


def _formula(block: Formula) -> str:
    """Each side of a sign of equality is a piece of its own, so that lines break there."""
    parts, value = chain(block, MATHML)
    unit = f" {_text(block.unit)}" if block.unit else ""
    note = f" <small>({_text(block.note)})</small>" if block.note else ""
    pieces = [_math(MATHML.symbol(printable(block.name))), *map(_math, parts), f"<b>{_text(value)}</b>{unit}"]
    return f'<p class="f">{" = ".join(pieces)}{note}</p>'


def _math(inner: str) -> str:
    return f"<math><mrow>{inner}</mrow></math>"


def _definitions(block: Definitions) -> str:
    return "\n".join(["<dl>", *map(_definition, block.items), "</dl>"])


def _definition(item: Definition) -> str:
    value = f" = {_text(str(item.value))}" if item.value != "" else ""
    return f"<dt>{_math(MATHML.symbol(printable(item.symbol)))}{value}</dt><dd>{_text(item.meaning)}</dd>"


def _pairs(block: Pairs) -> str:
    lines = (f"<tr><td>{_text(name)}</td><td>{_text(text)}</td></tr>" for name, text in block.items)
    return "\n".join(['<table class="facts">', "<tbody>", *lines, "</tbody>", "</table>"])


def _table(block: Table) -> str:
    heads = _line("th", tuple(column.head for column in block.columns), block.columns)
    shades = block.shades or (0,) * len(block.rows)
    body = (_line("td", row, block.columns, shade) for row, shade in zip(block.rows, shades, strict=True))
    foot = [f"<tfoot>{_line('th', block.total, block.columns)}</tfoot>"] if block.total else []
    return "\n".join(["<table>", f"<thead>{heads}</thead>", "<tbody>", *body, "</tbody>", *foot, "</table>"])


def _line(tag: str, cells: tuple[str, ...], columns: tuple[Column, ...], shade: int = 0) -> str:
    inner = "".join(
        f'<{tag} class="n">{_text(cell)}</{tag}>' if column.number else f"<{tag}>{_text(cell)}</{tag}>"
        for cell, column in zip(cells, columns, strict=True)
    )
    colour = f' style="background: rgba(255, 140, 0, 0.{min(shade * 2, 60):02d})"' if shade else ""
    return f"<tr{colour}>{inner}</tr>"


def _text(text: str) -> str:
    return escape(printable(text))


_WRITERS: dict[type, Callable[[Any], str]] = {
    Heading: _heading,
    Paragraph: lambda block: f"<p>{_text(block.text)}</p>",
    Formula: _formula,
    Definitions: _definitions,
    Pairs: _pairs,
    Table: _table,
    Picture: lambda block: _picture(block.grids),
    Frames: lambda block: "\n".join(map(_step, block.frames)),
}
