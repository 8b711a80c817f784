"""Which rows of a table are about the network, and what each is about."""

from __future__ import annotations

from typing import NamedTuple

from netledger.analyses.verify.heads import Column, Heads
from netledger.analyses.verify.judge import Pair
from netledger.analyses.verify.matching import Layers, Match, bare
from netledger.analyses.verify.printed import BLANK, LONGEST, plain, sizes
from netledger.analyses.verify.shapes import agreeing
from netledger.analyses.verify.sheet import Line, Sheet
from netledger.core.errors import SourceError, UnknownNameError, did_you_mean
from netledger.core.language import say

__all__ = ["Rows", "Unmatched", "chosen"]

MAX_HINTS = 20
"""So many rows without a layer are told with what may have been meant."""


class Unmatched(NamedTuple):
    """A row that is about no layer, and what may have been meant."""

    line: int
    row: str
    hint: str


class Rows(NamedTuple):
    """The rows with what they are about, those that are about nothing, and how many are about other networks."""

    pairs: tuple[Pair, ...]
    unmatched: tuple[Unmatched, ...] = ()
    others: int = 0


def chosen(sheet: Sheet, heads: Heads, layers: Layers, row: str | None) -> Rows:
    """The rows about a network; `row`: those of this name, be they about the network or one of its layers.

    Raises:
        SourceError: if there is none.

    """
    names = heads.model or (heads.layer if row is not None else None)
    if names is None:
        return _layers(sheet.rows, heads, layers, 0)
    lines = _of_network(sheet, names.place, layers, row)
    lines = _of_input(lines, heads, layers)
    others = len(sheet.rows) - len(lines)
    if heads.model and (heads.layer or heads.kind):
        return _layers(lines, heads, layers, others)
    network = Match(layers.whole, "the network")
    found = network if heads.model or row is None else layers.match([(row, "")])[0]
    match = found if found.subject else network
    subject = match.subject or layers.whole
    return Rows(tuple(Pair(line, line.cells[names.place], match, subject) for line in lines), (), others)


def _of_network(sheet: Sheet, place: int, layers: Layers, row: str | None) -> tuple[Line, ...]:
    """The rows that have the name of the network, or the name given, in a column."""
    wanted = layers.names if row is None else {bare(row)}
    found = tuple(line for line in sheet.rows if bare(line.cells[place][:LONGEST]) in wanted)
    if found:
        return found
    names = [name for name in dict.fromkeys(line.cells[place][:LONGEST] for line in sheet.rows) if name]
    if row is not None:
        raise UnknownNameError("row", row, names)
    hint = say("{meant} Choose a row with --row NAME.", meant=did_you_mean(layers.ledger.name, names)).strip()
    raise SourceError(say("{table} has no row for {network}", table=sheet.name, network=layers.ledger.name), hint=hint)


def _of_input(lines: tuple[Line, ...], heads: Heads, layers: Layers) -> tuple[Line, ...]:
    """Of several rows about one network, those about its input, or that tell none; all, if there are none."""
    meanings = ("resolution",) if heads.layer else ("resolution", "input", "size")
    column = next((column for column in heads.compared if column.meaning in meanings), None)
    if column is None or not layers.ledger.inputs:
        return lines
    shape = layers.ledger.inputs[0].shape
    shown = ((line, sizes(line.cells[column.place])) for line in lines)
    return tuple(line for line, found in shown if found is None or agreeing(found, shape)) or lines


def _layers(lines: tuple[Line, ...], heads: Heads, layers: Layers, others: int) -> Rows:
    """Rows of layers; beside a row of the network itself, those that are not found are of other networks."""
    named = [_named(line, heads) for line in lines]
    matches = layers.match(named)
    found = [(line, name or kind, match) for line, (name, kind), match in zip(lines, named, matches, strict=True)]
    pairs = tuple(Pair(line, name, match, match.subject) for line, name, match in found if match.subject)
    missing = [(line, name) for line, name, match in found if not match.subject and _says(line, heads)]
    if any(pair.match.how == "the network" for pair in pairs):
        return Rows(pairs, (), others + len(missing))
    told = (_unmatched(line, name, layers, place) for place, (line, name) in enumerate(missing))
    return Rows(pairs, tuple(told), others)


def _named(line: Line, heads: Heads) -> tuple[str, str]:
    """The name of a row, and the word for its kind."""
    return _cell(line, heads.layer), _cell(line, heads.kind)


def _says(line: Line, heads: Heads) -> bool:
    """Whether a row has anything to compare."""
    return any(plain(line.cells[column.place][:20]) not in BLANK for column in heads.compared)


def _cell(line: Line, column: Column | None) -> str:
    return line.cells[column.place] if column else ""


def _unmatched(line: Line, name: str, layers: Layers, place: int) -> Unmatched:
    """A row without a layer; for the first of them, what may have been meant."""
    return Unmatched(line.number, name, did_you_mean(name, layers.exact) if place < MAX_HINTS else "")
