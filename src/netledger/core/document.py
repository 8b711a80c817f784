"""What an answer is made of, whatever it is written as: headings, sentences, formulas, tables.

Analyses make documents; each writer (text, Markdown, LaTeX, HTML) knows these blocks and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from netledger.core.language import ENGLISH, Text, say, used

__all__ = [
    "Block",
    "Cells",
    "Column",
    "Definition",
    "Definitions",
    "Document",
    "Formula",
    "Frame",
    "Frames",
    "Grid",
    "Heading",
    "Pairs",
    "Picture",
    "Spot",
    "Table",
    "said",
    "thousands",
]


def thousands(count: Any) -> str:
    """The digits of an integer in groups of three, with the sign of a subtraction; a fraction as it is.

    >>> thousands(1135256096), thousands(-1000)
    ('1,135,256,096', '−1,000')
    """
    return (f"{count:,}" if isinstance(count, int) else str(count)).replace("-", "−")


Cells: TypeAlias = tuple[str, ...]
"""The cells of a row."""


class Heading(NamedTuple):
    """A heading; level 1 is the greatest below the title."""

    text: str
    level: int = 1


class Paragraph(NamedTuple):
    """A sentence or several."""

    text: str


class Formula(NamedTuple):
    """A named number with where it comes from: name = formula = substitution = value unit.

    Args:
        name: a sign (H_out), or words (weight).
        number: an integer or traced number; a float, or a text, stands for itself.
        unit: of the value.
        note: what else to know: the rule of rounding, say.

    """

    name: str
    number: Any
    unit: str = ""
    note: str = ""


class Definition(NamedTuple):
    """What a sign in the formulas above means, and its value here."""

    symbol: str
    value: Any
    meaning: str


class Definitions(NamedTuple):
    """Signs that appeared for the first time."""

    items: tuple[Definition, ...]


class Pairs(NamedTuple):
    """Facts by name, below one another."""

    items: tuple[tuple[str, str], ...]


class Column(NamedTuple):
    """A column.

    Args:
        head: its head.
        number: whether it holds numbers.
        spare: how soon it may be left out where there is no room (0: never).
        least: how narrow it may be folded (0: not at all).

    """

    head: str
    number: bool = True
    spare: int = 0
    least: int = 0


class Table(NamedTuple):
    """Cells in rows, and perhaps a last row of totals.

    Args:
        columns: the columns.
        rows: the cells.
        total: the last row; none, if empty.
        shades: how costly each row is, in per cent of the total; none, if empty.

    """

    columns: tuple[Column, ...]
    rows: tuple[Cells, ...]
    total: Cells = ()
    shades: tuple[int, ...] = ()

    def without(self, place: int) -> Table:
        """The same without one column."""
        after = place + 1
        return self._replace(
            columns=self.columns[:place] + self.columns[after:],
            rows=tuple(row[:place] + row[after:] for row in self.rows),
            total=self.total[:place] + self.total[after:],
        )


Spot: TypeAlias = "tuple[int, int]"
"""A row and a column."""


class Grid(NamedTuple):
    """A matrix, some of its cells marked.

    Args:
        name: what it is.
        cells: the text of each cell, row by row.
        marks: the cells that matter now.
        edge: the cells that are padding.
        wide: how many letters every cell has room for, at least.

    """

    name: str
    cells: tuple[Cells, ...]
    marks: frozenset[Spot] = frozenset()
    edge: frozenset[Spot] = frozenset()
    wide: int = 0


class Picture(NamedTuple):
    """Matrices side by side."""

    grids: tuple[Grid, ...]


class Frame(NamedTuple):
    """One step of what is worked out.

    Args:
        title: the stage that it belongs to.
        caption: what is read, in words.
        grids: what is read, and what is made.
        formula: the sum.
        symbols: whether the sum is shown in symbols too.
        drawn: whether paper has room for the picture.

    """

    title: str
    caption: str
    grids: tuple[Grid, ...]
    formula: Formula
    symbols: bool = False
    drawn: bool = True


class Frames(NamedTuple):
    """Steps, one after another: an animation where there can be one."""

    frames: tuple[Frame, ...]


Block: TypeAlias = Heading | Paragraph | Formula | Definitions | Pairs | Table | Picture | Frames


class Document(NamedTuple):
    """A titled answer.

    Args:
        title: what it is about.
        source: where that comes from.
        blocks: what it says.

    """

    title: str
    source: str
    blocks: tuple[Block, ...]


def said(document: Document) -> Document:
    """The document in the language in use: its fixed words; what was put together with values was said before."""
    if used() == ENGLISH:
        return document
    return document._replace(title=say(document.title), blocks=tuple(map(_said, document.blocks)))


def _said(block: Block) -> Block:
    """Pictures and steps were said when they were drawn."""
    return _SAYS[type(block)](block) if type(block) in _SAYS else block


def _said_definitions(block: Definitions) -> Definitions:
    return Definitions(tuple(item._replace(meaning=say(item.meaning)) for item in block.items))


def _said_table(block: Table) -> Table:
    columns = tuple(column._replace(head=say(column.head)) for column in block.columns)
    rows = tuple(tuple(map(_cell, row)) for row in block.rows)
    return block._replace(columns=columns, rows=rows, total=tuple(map(_cell, block.total)))


def _cell(text: str) -> str:
    return say(text) if isinstance(text, Text) else text


_SAYS: dict[type, Callable[[Any], Block]] = {
    Heading: lambda block: block._replace(text=say(block.text)),
    Paragraph: lambda block: Paragraph(say(block.text)),
    Formula: lambda block: block._replace(name=say(block.name), note=say(block.note)),
    Definitions: _said_definitions,
    Pairs: lambda block: Pairs(tuple((say(name), _cell(text)) for name, text in block.items)),
    Table: _said_table,
}
