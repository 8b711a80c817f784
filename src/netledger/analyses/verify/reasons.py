"""The likely reason for a difference: found by trying what gives the printed value, never written for a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import islice
from math import prod
from typing import NamedTuple, TypeAlias

from netledger.analyses.verify.printed import Figure, Sizes
from netledger.analyses.verify.shapes import Shape, agreeing, told
from netledger.analyses.verify.subject import Subject, area, figure, layer, shape
from netledger.analyses.verify.variants import Variant, rerun
from netledger.conventions import FOLDER as CONVENTIONS
from netledger.conventions import load
from netledger.core.language import later, say
from netledger.core.ledger import Convention, Ledger, count_parameters

__all__ = ["COUNTED", "MOST", "Case", "Followed", "of_figure", "of_shape"]

MOST = 2
"""So many reasons are told of a cell."""

COUNTED = {
    "MAC": later("a multiply-add counted once"),
    "FLOP": later("a multiplication and an addition counted each"),
}


class Followed(NamedTuple):
    """The shape of a layer as the table prints it, where it differs: what follows from it is no other mistake."""

    row: str
    ours: Shape
    theirs: Shape


class Case(NamedTuple):
    """What a cell is about, and what may have been done instead.

    Args:
        subject: the layer, block or network.
        ledger: all layers.
        variants: the subject, counted otherwise.
        followed: the shapes printed above that differ.

    """

    subject: Subject
    ledger: Ledger
    variants: tuple[Variant, ...] = ()
    followed: tuple[Followed, ...] = ()

    @property
    def until(self) -> int:
        """Where the next layer stands."""
        return self.subject.place + len(self.subject.entries)


def of_shape(meaning: str, case: Case, theirs: Sizes) -> tuple[str, ...]:
    """The best reasons why a printed shape differs; none, if none is found."""
    ours = shape(meaning, case.subject)
    found: dict[Shape, str] = {}
    for words, made in _shapes(meaning, case, theirs):
        if made and made != ours and agreeing(theirs, made):
            found.setdefault(made, words)
    return tuple(islice(found.values(), MOST))


def _shapes(meaning: str, case: Case, theirs: Sizes) -> Iterator[tuple[str, Shape | None]]:
    for variant in _follows(case):
        yield variant.words, shape(meaning, variant.subject)
    if meaning == "output":
        yield later("the input of this layer"), shape("input", case.subject)
        for variant in case.variants if case.subject.single else ():
            yield variant.words, shape(meaning, variant.subject)
    else:
        yield later("the output of this layer"), shape("output", case.subject)
    yield from _elsewhere(meaning, case)
    ours = shape(meaning, case.subject)
    if ours and told(theirs.readings[-1]) in (prod(ours), prod(ours[1:])):
        yield later("as many elements, arranged otherwise"), _as_printed(theirs)
    yield from _anywhere(case)


def _as_printed(theirs: Sizes) -> Shape:
    """A shape that agrees with what is printed."""
    return (1, *(size or 1 for size in theirs.readings[-1]))


def _follows(case: Case) -> Iterator[Variant]:
    """What a layer gives for what an earlier row prints as its input."""
    entry = case.subject.single
    if entry is None or not entry.inputs:
        return
    for row, ours, theirs in reversed(case.followed):
        given = {ours: theirs, (ours[0], prod(ours[1:])): (theirs[0], prod(theirs[1:]))}.get(entry.inputs[0].shape)
        made = rerun(entry, (entry.inputs[0].like(given), *entry.inputs[1:])) if given else None
        if made:
            words = say("it follows from what is printed for {row}", row=row)
            yield Variant(words, case.subject._replace(entries=(made,), inputs=made.inputs, outputs=made.outputs))


def _elsewhere(meaning: str, case: Case) -> Iterator[tuple[str, Shape | None]]:
    """What the nearest layers before and behind give, that do not give the same."""
    ours, entries = shape(meaning, case.subject), case.ledger.entries
    if case.subject.place < 0:
        return
    for words, others in (
        (later("the output of {name}, before it"), reversed(entries[: case.subject.place])),
        (later("the output of {name}, after it"), iter(entries[case.until :])),
    ):
        other = next((entry for entry in others if entry.outputs and entry.outputs[0].shape != ours), None)
        if other:
            yield say(words, name=other.name), other.outputs[0].shape


def _anywhere(case: Case) -> Iterator[tuple[str, Shape | None]]:
    """What layers further up give, the nearest first; those that only pass a shape on are no source of it."""
    for entry in case.ledger.entries[: max(case.subject.place, 0)][::-1]:
        if entry.inputs and entry.outputs and (entry.parameters or entry.inputs[0].shape != entry.outputs[0].shape):
            yield say("the output of {name}, further up", name=entry.name), entry.outputs[0].shape


class _Sought(NamedTuple):
    """A printed figure, what it is of, and how to read it of other layers."""

    theirs: Figure
    meaning: str
    case: Case
    convention: Convention | None
    ours: int

    def of(self, subject: Subject) -> int:
        """The same figure of other layers."""
        return figure(self.meaning, subject, self.convention) or 0


def of_figure(meaning: str, case: Case, theirs: Figure, convention: Convention | None) -> tuple[str, ...]:
    """The best reasons why a printed figure differs; none, if none is found."""
    ours = figure(meaning, case.subject, convention) or 0
    sought = _Sought(theirs, meaning, case, convention, ours)
    found: dict[int | Fraction, str] = {}
    for search in _SEARCHES:
        for words, made in search(sought):
            if made not in (0, ours) and theirs.agrees(made):
                found.setdefault(made, words)
        if found:
            break
    return tuple(islice(found.values(), MOST))


_Found: TypeAlias = Iterator[tuple[str, "int | Fraction"]]


def _of_variants(sought: _Sought) -> _Found:
    """The layers counted otherwise; other parameters of theirs."""
    for variant in (*_follows(sought.case), *sought.case.variants):
        if not variant.rare:
            yield variant.words, sought.of(variant.subject)
    yield from _stored(sought, "", sought.case.subject)


def _of_rare_variants(sought: _Sought) -> _Found:
    for variant in sought.case.variants:
        if variant.rare:
            yield variant.words, sought.of(variant.subject)


def _of_stored_variants(sought: _Sought) -> _Found:
    for variant in sought.case.variants:
        yield from _stored(sought, f"{say(variant.words)}, ", variant.subject)


def _stored(sought: _Sought, said: str, subject: Subject) -> _Found:
    """Parameters of which some are not, or others are, counted."""
    if sought.meaning in ("operations", "memory"):
        return
    counts = count_parameters(subject.parameters)
    if counts.buffers:
        yield say("{said}with the running statistics of batch norms", said=said), counts.total + counts.buffers
    if sought.meaning == "parameters":
        yield say("{said}the weights alone", said=said), counts.weights
    else:
        yield say("{said}weights and biases together", said=said), counts.total


def _of_factors(sought: _Sought) -> _Found:
    once, twice = say("a multiply-add counted once"), say("a multiply-add counted twice")
    if sought.meaning != "operations":
        once, twice = say("half of it"), say("twice that")
    yield f"2×: {twice}", 2 * sought.ours
    yield f"½×: {once}", Fraction(sought.ours, 2)
    batch = next((tensor.shape[0] for tensor in sought.case.ledger.inputs if tensor.shape), 1)
    if sought.meaning == "operations" and batch > 1:
        yield say("for one input, not {batch}", batch=batch), Fraction(sought.ours, batch)


def _of_conventions(sought: _Sought) -> _Found:
    if sought.meaning == "operations":
        for name in CONVENTIONS.names():
            yield say("as {name}", name=name), figure("operations", sought.case.subject, load(name)) or 0


def _of_area(sought: _Sought) -> _Found:
    entry = sought.case.subject.single
    if sought.meaning == "operations" and entry and entry.inputs and entry.outputs:
        read, made = area(entry)
        yield later("by the area of the input, not of the output"), Fraction(sought.ours * read, made or 1)


def _of_neighbours(sought: _Sought) -> _Found:
    subject, entries, until = sought.case.subject, sought.case.ledger.entries, sought.case.until
    if subject.place < 0:
        return
    for place in range(until, min(until + 3, len(entries))):
        both = layer(subject.name, (*subject.entries, *entries[until : place + 1]), subject.place)
        yield say("together with {name}", name=entries[place].name), sought.of(both)
    for words, others in (
        (later("that of {name}, before it"), range(subject.place - 1, -1, -1)),
        (later("that of {name}, after it"), range(until, len(entries))),
    ):
        found = ((place, made) for place in others if (made := sought.of(layer("", (entries[place],), place))))
        for place, made in islice(found, 1):
            yield say(words, name=entries[place].name), made


def _of_sums(sought: _Sought) -> _Found:
    if sought.case.subject.place > 0:
        before = sought.case.ledger.entries[: sought.case.until]
        yield later("the sum of all layers up to this one"), sought.of(layer("", before, 0))


def _of_units(sought: _Sought) -> _Found:
    """Only what is compared can be changed: the exact figure is put into the unit that the printed one may be in."""
    power = sought.theirs.unit.power if sought.theirs.unit else 0
    if power in (1, 2) and sought.meaning in ("parameters", "weights"):
        said = say("{prefix} is a power of 1,024 here", prefix=" KM"[power])
        step = Fraction(1024, 1000) ** power
        yield said, sought.ours / step
        for words, made in _stored(sought, "", sought.case.subject):
            yield say("{words}, and {said}", words=say(words), said=said), made / step
    yield later("1,000 times that: another unit"), Fraction(sought.ours * 1000)
    yield later("a thousandth of that: another unit"), Fraction(sought.ours, 1000)


def _of_other_columns(sought: _Sought) -> _Found:
    if sought.meaning == "operations":
        yield later("its parameters, in place of operations"), figure("parameters", sought.case.subject) or 0
    elif sought.meaning != "memory":
        made = figure("operations", sought.case.subject, load("macs")) or 0
        yield later("its operations (macs), in place of parameters"), made


def _of_rounding(sought: _Sought) -> _Found:
    zeros = sought.theirs.zeros
    if zeros > 1 and sought.theirs._replace(step=sought.theirs.step * 10**zeros).agrees(sought.ours):
        yield say("rounded: its last {zeros} digits are zeros", zeros=zeros), sought.theirs.value


_SEARCHES: tuple[Callable[[_Sought], _Found], ...] = (
    _of_variants,
    _of_factors,
    _of_stored_variants,
    _of_conventions,
    _of_rare_variants,
    _of_area,
    _of_neighbours,
    _of_sums,
    _of_units,
    _of_other_columns,
    _of_rounding,
)
"""Where reasons are looked for, the likeliest first: where one is found, the search ends."""
