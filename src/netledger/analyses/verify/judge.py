"""Each cell of a table against the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import islice
from typing import NamedTuple, TypeAlias

from netledger.analyses.receptive_field import Field
from netledger.analyses.verify import reasons
from netledger.analyses.verify.heads import FIGURES, NAMES, SHAPES, Column, convention_of
from netledger.analyses.verify.matching import Match, kinds_of
from netledger.analyses.verify.printed import BLANK, Figure, Sizes, Unit, figure, plain, sizes, unit
from netledger.analyses.verify.shapes import agreeing, arranged, closest, placed
from netledger.analyses.verify.sheet import Line, Sheet
from netledger.analyses.verify.subject import Subject, attribute, shape, whole, with_channels
from netledger.analyses.verify.subject import figure as exact_figure
from netledger.analyses.verify.variants import Variant, changed
from netledger.conventions import DEFAULT, load
from netledger.core.errors import quote
from netledger.core.language import later, say
from netledger.core.ledger import Convention, Ledger
from netledger.core.network import shapes

__all__ = ["Judge", "Known", "Pair", "Read", "Verdict"]

MAX_SAMPLE = 500
"""So many cells of a column decide how it is read."""

MAX_REASONS = 300
"""For so many cells that differ, reasons are looked for."""

Ours: TypeAlias = "int | tuple[int, ...] | str | None"


class Verdict(NamedTuple):
    """What is found of a cell.

    Args:
        line: the line of the file, from 1.
        row: what the table calls the row.
        column: the head of its column.
        layer: the layer, block or network that the row is about.
        match: how that was found.
        theirs: what the table prints.
        ours: what the ledger says, shapes in the table's order; None if it says nothing.
        difference: theirs − ours, of figures that are whole numbers.
        agrees: whether they agree; None: it cannot be told.
        how: in what sense they agree, or why it cannot be told.
        reason: the likely reasons for a difference; empty if none was found.

    """

    line: int
    row: str
    column: str
    layer: str
    match: str
    theirs: str
    ours: Ours
    difference: int | None
    agrees: bool | None
    how: str
    reason: str = ""


class Pair(NamedTuple):
    """A row of the table and what it is about."""

    line: Line
    name: str
    match: Match
    subject: Subject


class Read(NamedTuple):
    """How a column is read.

    Args:
        column: the column.
        convention: under which its operations are counted.
        unit: what its figures are multiplied by where the table does not say; 1 if it says.

    """

    column: Column
    convention: Convention | None = None
    unit: Unit = Unit()


Known: TypeAlias = "dict[str, dict[tuple[int, int], Field]]"
"""The receptive fields of each layer; none, where there is no graph."""

_MAC = frozenset(word for word in NAMES["operations"].split() if word[0] == "m")
_USUAL = ("macs", "flops", "macs+bias", "textbook")
_UNSAID = tuple(Unit(Fraction(1000**power), False, power) for power in range(4))


class Judge:
    """Compares the cells of a sheet; what it has counted it remembers."""

    def __init__(self, sheet: Sheet, ledger: Ledger, fields: Known) -> None:
        self.sheet, self.ledger, self.fields = sheet, ledger, fields
        self.followed: list[reasons.Followed] = []
        self.sought = 0
        self.variants: dict[tuple[str, int], tuple[Variant, ...]] = {}
        self.counts: dict[tuple[str, int, str, str], int] = {}

    def read(self, column: Column, pairs: tuple[Pair, ...]) -> Read:
        """The one convention, and unit where none is said, under which most cells of a column agree.

        Where none does: macs or flops, whichever is nearer.
        """
        if column.meaning not in FIGURES:
            return Read(column)
        few = islice(pairs, MAX_SAMPLE)
        cells = [(pair, found) for pair in few if (found := self._figure(column, pair.line))]
        said = column.unit or column.units is not None or any(found.unit for _, found in cells)
        ways = [
            Read(column, convention, unit)
            for unit in ((Unit(),) if said else _UNSAID)
            for convention in self._conventions(column)
        ]
        differing = [self._misfit(way, cells)[0] for way in ways]
        if min(differing) < len(cells):
            return ways[differing.index(min(differing))]
        plain_ways = [
            way for way in ways if way.unit.power == 0 and (way.convention is None or way.convention.NAME in DEFAULT)
        ]
        return min(plain_ways or ways, key=lambda way: self._misfit(way, cells)[1])

    def _conventions(self, column: Column) -> list[Convention | None]:
        """Those that the name of a column may mean, the likeliest first; those of tools are reasons, if not named."""
        if column.meaning != "operations":
            return [None]
        own = convention_of(column.word)
        if own and own not in DEFAULT:
            return [load(own)]
        found = [load(name) for name in _USUAL]
        return [one for one in found if column.word not in _MAC or one.UNIT == "MAC"]

    def _misfit(self, way: Read, cells: list[tuple[Pair, Figure]]) -> tuple[int, Fraction]:
        """How many cells differ, and by how much."""
        differ, distance = 0, Fraction(0)
        for pair, theirs in cells:
            shown, ours = theirs.scaled(way.unit.scale), self._exact(_stored(way, theirs), pair.subject)
            if not shown.agrees(ours):
                differ, distance = differ + 1, distance + abs(shown.value - ours)
        return differ, distance

    def _exact(self, way: Read, subject: Subject) -> int:
        meaning, name = way.column.meaning, way.convention.NAME if way.convention else ""
        key = (subject.name, subject.place, meaning, name)
        if key not in self.counts:
            self.counts[key] = exact_figure(meaning, subject, way.convention) or 0
        return self.counts[key]

    def _figure(self, column: Column, line: Line) -> Figure | None:
        """The figure of a cell; None if it is blank.

        Raises:
            SourceError: if it is none.

        """
        text = line.cells[column.place]
        if plain(text[:20]) in BLANK:
            return None
        said = unit(line.cells[column.units]) if column.units is not None else column.unit
        found = figure(text, said)
        if found is None:
            hint = "Write it as 34944, 34,944, 35K, 0.7 M or 1.135 x 10^9; leave it empty, or -, if there is none."
            raise self.sheet.wrong(line.number, column.head, say("{given} is not a figure", given=quote(text)), hint)
        return found

    def _sizes(self, column: Column, line: Line) -> Sizes | None:
        text = line.cells[column.place]
        if plain(text[:20]) in BLANK:
            return None
        found = sizes(text)
        if found is None:
            hint = "Write it as 55x55x96, 96x55x55 or (1, 96, 55, 55); leave it empty, or -, if there is none."
            raise self.sheet.wrong(line.number, column.head, say("{given} is not a shape", given=quote(text)), hint)
        return found

    def row(self, pair: Pair, reads: tuple[Read, ...]) -> Iterator[Verdict]:
        """The cells of a row that say something."""
        for way in reads:
            found = self._cell(pair, way)
            if found:
                yield found

    def _cell(self, pair: Pair, way: Read) -> Verdict | None:
        meaning = way.column.meaning
        if meaning in FIGURES:
            theirs = self._figure(way.column, pair.line)
            return self._of_figure(pair, _stored(way, theirs), theirs.scaled(way.unit.scale)) if theirs else None
        if meaning == "kind":
            return self._of_kind(pair, way.column)
        if meaning == "padding" and plain(pair.line.cells[way.column.place][:20]) in ("same", "valid"):
            return self._of_word(pair, way.column)
        if meaning in SHAPES and (own := _own(way.column, pair)):
            return _verdict(pair, way.column, True, later("exactly"), own)
        shown = self._sizes(way.column, pair.line)
        if shown is None:
            return None
        if meaning in SHAPES:
            return self._of_shape(pair, way.column, shown)
        return self._of_axes(pair, way.column, shown)

    def _of_figure(self, pair: Pair, way: Read, theirs: Figure) -> Verdict:
        column, ours = way.column, self._exact(way, pair.subject)
        if column.meaning == "operations" and not pair.subject.counted and theirs.value > ours:
            return _verdict(pair, column, None, say("not all of it is counted: at least {ours:,}", ours=ours), ours)
        gap = theirs.value - ours
        difference = int(gap) if gap.denominator == 1 else None
        if theirs.agrees(ours):
            return _verdict(pair, column, True, _agreed(way, theirs.how(ours)), ours, difference)
        if column.meaning == "memory" and theirs.scaled(_decimal(theirs)).agrees(ours):
            return _verdict(pair, column, True, later("to the printed precision, in powers of 1,000"), ours)
        why = self._why(pair.subject, lambda case: reasons.of_figure(column.meaning, case, theirs, way.convention))
        return _verdict(pair, column, False, _agreed(way, ""), ours, difference, why)

    def _why(self, subject: Subject, search: Callable[[reasons.Case], tuple[str, ...]]) -> str:
        """The reasons found, for the first cells that differ."""
        self.sought += 1
        if self.sought > MAX_REASONS:
            return later("not looked for: too many cells differ")
        key = (subject.name, subject.place)
        if key not in self.variants:
            self.variants[key] = tuple(changed(subject))
        found = search(reasons.Case(subject, self.ledger, self.variants[key], tuple(self.followed)))
        return say("; or ").join(map(say, found))

    def _of_shape(self, pair: Pair, column: Column, theirs: Sizes) -> Verdict:
        subject = whole(self.ledger) if column.meaning == "resolution" else pair.subject
        meaning = _meaning(column.meaning, subject)
        ours = shape(meaning, subject)
        if ours is None:
            return _verdict(pair, column, None, later("it has none"), None)
        order = agreeing(theirs, ours)
        if order:
            return _verdict(
                pair, column, True, order.name or later("exactly"), arranged(ours, order) if order.axes else ours
            )
        near = closest(theirs, ours)
        shown = arranged(ours, near[0]) if near else ours[1:]
        why = self._why(subject, lambda case: reasons.of_shape(meaning, case, theirs))
        if near and meaning == "output":
            self.followed = [*self.followed[-20:], reasons.Followed(pair.name, ours, placed(ours, *near))]
        return _verdict(pair, column, False, near[0].name if near else "", shown, None, why)

    def _of_axes(self, pair: Pair, column: Column, theirs: Sizes) -> Verdict | None:
        """Kernel, stride, padding and the like: a number, or one for each axis."""
        ours = self._attribute(column.meaning, pair.subject)
        if ours is None:
            return _verdict(pair, column, None, later("it has none, or more than one number says"), None)
        agrees = any(_axes_agree(reading, ours) for reading in theirs.readings)
        if column.meaning == "kernel" and pair.subject.single and with_channels(pair.subject.single, theirs.readings):
            return _verdict(pair, column, True, later("exactly, with the channels"), ours)
        if len(set(ours)) > 1:
            return _verdict(pair, column, agrees, later("exactly") if agrees else "", ours)
        first = theirs.readings[0][0] if len(theirs.readings[0]) == 1 else None
        difference = None if first is None else first - ours[0]
        return _verdict(pair, column, agrees, later("exactly") if agrees else "", ours[0], difference)

    def _attribute(self, meaning: str, subject: Subject) -> tuple[int, ...] | None:
        entry = subject.single
        if meaning in ("field", "jump", "reach"):
            return self._field(meaning, subject)
        if entry is None or not entry.inputs:
            return None
        return attribute(meaning, entry)

    def _field(self, meaning: str, subject: Subject) -> tuple[int, ...] | None:
        last = subject.entries[-1].name if subject.entries else ""
        found = [field for (place, axis), field in self.fields.get(last, {}).items() if place == 0 and axis > 1]
        name = {"field": "size", "jump": "jump", "reach": "padding"}[meaning]
        values = [getattr(field, name) for field in found]
        return tuple(map(int, values)) if values and all(value == int(value or 0) for value in values) else None

    def _of_kind(self, pair: Pair, column: Column) -> Verdict | None:
        """A word for a kind of layer, if it is known."""
        kinds, entry = kinds_of(pair.line.cells[column.place]), pair.subject.single
        if entry is None or not kinds:
            return None
        agrees = entry.op in kinds
        return _verdict(pair, column, agrees, later("exactly") if agrees else "", entry.op)

    def _of_word(self, pair: Pair, column: Column) -> Verdict:
        """Padding `same` or `valid`."""
        entry, word = pair.subject.single, plain(pair.line.cells[column.place])
        ours = attribute("padding", entry) if entry else None
        if entry is None or ours is None:
            return _verdict(pair, column, None, later("it has none, or more than one number says"), None)
        stride = attribute("stride", entry) or (1,)
        pairs = zip(entry.outputs[0].shape[2:], entry.inputs[0].shape[2:], stride, strict=False)
        same = all(made == -(-size // step) for made, size, step in pairs)
        agrees = same if word == "same" else not any(ours)
        return _verdict(pair, column, agrees, later("exactly") if agrees else "", ours)


def _verdict(
    pair: Pair,
    column: Column,
    agrees: bool | None,
    how: str,
    ours: Ours,
    difference: int | None = None,
    reason: str = "",
) -> Verdict:
    line, match = pair.line, pair.match
    theirs = line.cells[column.place]
    if column.units is not None and line.cells[column.units] not in ("", "1"):
        theirs = f"{theirs} {line.cells[column.units]}"
    gap = None if agrees and later("exactly") in how else difference
    return Verdict(
        line.number, pair.name, column.head, pair.subject.name, match.how, theirs, ours, gap, agrees, how, reason
    )


def _own(column: Column, pair: Pair) -> str:
    """Several shapes in one cell, as netledger's own tables write them."""
    tensors = pair.subject.outputs if _meaning(column.meaning, pair.subject) == "output" else pair.subject.inputs
    text = pair.line.cells[column.place]
    return text if len(tensors) > 1 and text == shapes(tensors) else ""


def _agreed(way: Read, how: str) -> str:
    """In what sense a figure agrees, or was compared."""
    if way.convention is None:
        return how
    counted = f"as {way.convention.NAME}: {reasons.COUNTED[way.convention.UNIT]}"
    return f"{how}, {counted}" if how else counted


def _stored(way: Read, theirs: Figure) -> Read:
    """The column as one of memory, where the unit of a cell is one: parameters in MB."""
    memory = theirs.unit is not None and theirs.unit.memory and way.column.meaning in ("parameters", "weights")
    return way._replace(column=way.column._replace(meaning="memory")) if memory else way


def _decimal(theirs: Figure) -> Fraction:
    """From powers of 1,024 to powers of 1,000."""
    return Fraction(1000, 1024) ** (theirs.unit.power if theirs.unit else 0)


def _axes_agree(reading: tuple[int | None, ...], ours: tuple[int, ...]) -> bool:
    """One number for all axes, or one each."""
    if len(reading) == 1:
        return set(ours) == set(reading)
    return reading == ours


def _meaning(meaning: str, subject: Subject) -> str:
    """What a column of sizes is of: of a layer, its output; of a network, its input."""
    if meaning == "size":
        return "input" if subject.place < 0 else "output"
    return "input" if meaning == "resolution" else meaning
