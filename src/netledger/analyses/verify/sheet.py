"""The text of a table: comma, tab, semicolon or bar between cells; bounded, as it comes from anywhere.

With bars it may be Markdown: bars at the ends, and a row of dashes below the head.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Callable
from typing import NamedTuple

from netledger.core.errors import SourceError, quote
from netledger.core.language import say

__all__ = ["MAX_BYTES", "Line", "Sheet", "parse", "read"]

MAX_BYTES = 4 * 2**20
MAX_ROWS = 20_000
MAX_COLUMNS = 200

_MARKS = (",", "\t", ";", "|")
_LINK = re.compile(r"!?\[([^\]\[]*)\]\([^()]*\)")
_DASHES = re.compile(r":?-{2,}:?")


class Line(NamedTuple):
    """A row of a table, and the line of the file that it begins on, counted from 1."""

    number: int
    cells: tuple[str, ...]


class Sheet(NamedTuple):
    """A table: what it is called, its head, its rows."""

    name: str
    head: Line
    rows: tuple[Line, ...]

    def wrong(self, line: int, column: str, rule: str, hint: str) -> SourceError:
        """The error for a cell."""
        place = (
            say("{name}, line {line}, column {column}", name=self.name, line=line, column=quote(column))
            if column
            else say("{name}, line {line}", name=self.name, line=line)
        )
        return SourceError(f"{place}: {rule}", hint=hint)


def read(table: str | os.PathLike[str]) -> tuple[str, str]:
    """The text of a table, and what to call it; a text is known by its line ends.

    Raises:
        SourceError: if there is no such file, or it is no text.

    """
    if isinstance(table, str) and "\n" in table:
        return table, "table"
    path = os.fspath(table)
    try:
        with open(path, "rb") as file:
            return decode(file.read(MAX_BYTES + 1), path), path
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not a path"
        raise SourceError(
            say("cannot read {path}: {reason}", path=quote(path), reason=reason), hint="Give a table: a CSV file."
        ) from None


def decode(data: bytes, name: str) -> str:
    """Bytes as text.

    Raises:
        SourceError: if they are none.

    """
    try:
        text = data[: MAX_BYTES + 1].decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SourceError(
            say("{name}, line {line}: this is not UTF-8 text", name=name, line=line),
            hint="Save the table as CSV, UTF-8.",
        ) from None
    return text


def parse(text: str, name: str, known: Callable[[tuple[str, ...]], int]) -> Sheet:
    """The cells of a table.

    Args:
        text: the table, with a row of names on top.
        name: what to call it in messages.
        known: how many of these names of columns are known: the separator is the one that makes most of them so.

    Raises:
        SourceError: if it is no table, or too large.

    """
    if len(text) > MAX_BYTES:
        raise SourceError(
            say("{name} is larger than {most} bytes", name=name, most=MAX_BYTES), hint="Give a part of the table."
        )
    if "\0" in text:
        raise SourceError(
            say("{name} is not a table: it holds the character 0", name=name), hint="Save the table as CSV."
        )
    lines = _lines(text, _mark(text, known), name)
    if not lines:
        raise SourceError(
            say("{name} is empty", name=name), hint="The first row names the columns: layer,output,parameters"
        )
    sheet = Sheet(name, lines[0], tuple(lines[1:]))
    if not sheet.rows:
        hint = "Its first row names the columns; the rows below it are compared."
        raise SourceError(say("{name} has no rows below its first", name=name), hint=hint)
    return sheet


def _mark(text: str, known: Callable[[tuple[str, ...]], int]) -> str:
    """The separator: a guess from the cells (`csv.Sniffer`) would take that of a shape, 55,55,96."""
    head = text.lstrip().partition("\n")[0][:MAX_BYTES]

    def columns(mark: str) -> tuple[int, int]:
        names = tuple(next(csv.reader([head], delimiter=mark), []))
        return (known(names) if len(names) <= MAX_COLUMNS else 0, len(names))

    try:
        return max(_MARKS, key=columns)
    except csv.Error:
        return ","


def _lines(text: str, mark: str, name: str) -> list[Line]:
    if mark == "|":
        text = "\n".join(line.strip().removeprefix("|").removesuffix("|") for line in text.splitlines())
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, skipinitialspace=True)
    found: list[Line] = []
    before = 0
    try:
        for cells in reader:
            line = Line(before + 1, tuple(_bare(cell, mark) for cell in cells))
            before = reader.line_num
            if any(not _DASHES.fullmatch(cell) for cell in line.cells if cell):
                found.append(_fitting(line, found[0] if found else line, name))
            if len(found) > MAX_ROWS + 1:
                raise SourceError(
                    say("{name} has more than {most} rows", name=name, most=MAX_ROWS), hint="Give a part of the table."
                )
    except csv.Error as error:
        rule = say("{name}, line {before}: {error}", name=name, before=before + 1, error=error)
        raise SourceError(rule, hint="Are its quotation marks closed?") from None
    return found


def _bare(cell: str, mark: str) -> str:
    """A cell without spaces around it; of Markdown, without links and emphasis."""
    return _LINK.sub(r"\1", cell).strip(" *`") if mark == "|" else cell.strip()


def _fitting(line: Line, head: Line, name: str) -> Line:
    """The line with as many cells as the head."""
    wide, cells = len(head.cells), line.cells
    if wide > MAX_COLUMNS:
        raise SourceError(
            say("{name} has {wide} columns", name=name, wide=wide),
            hint=say("Give those to compare: at most {most}.", most=MAX_COLUMNS),
        )
    if any(cells[wide:]):
        rule = say(
            "{name}, line {number}: {count} cells, but {wide} columns are named",
            name=name,
            number=line.number,
            count=len(cells),
            wide=wide,
        )
        raise SourceError(rule, hint='A cell with the separator in it needs quotation marks: "34,944".')
    return line._replace(cells=(cells + ("",) * wide)[:wide])
