"""How far each layer sees: size, jump, padding and offset of its receptive field along each axis of the input.

Every element of a layer's output is computed from an interval of the input, if zeros around the input are counted as
input. `Reach`es say which; they are composed along the graph, and joined where paths meet.

Source: Araujo, Norris & Sim, Computing Receptive Fields of Convolutional Neural Networks, Distill (2019)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import reduce
from math import lcm
from typing import NamedTuple, TypeAlias

from netledger.core.document import Column, Document, Pairs, Paragraph, Table
from netledger.core.language import later, say
from netledger.core.network import Network, Node, shapes
from netledger.core.reach import MAX_PERIOD, POINT, UNKNOWN, Follow, Reach, Span

__all__ = ["Field", "Fields", "Row", "document", "receptive_fields"]


MAX_STEPS = 20_000_000


class Field(NamedTuple):
    """The receptive field of a layer along one axis of the input.

    Args:
        axis: the axis of the layer's output that moves it; None: it does not move.
        reach: what an element reads; None: it is not known (`size` may be).
        size: elements of the input, from the first to the last (the most that an element reads); 0: none is read.
        aligned: whether all paths to here move in step, and are centred on the same place.

    """

    axis: int | None
    reach: Reach | None
    size: int | None
    aligned: bool = True

    @property
    def jump(self) -> Fraction | None:
        """How far the field moves in the input from one element to the next; None if it does not move evenly."""
        if self.reach is None or self.axis is None:
            return None
        return Fraction(self.reach.shift, self.reach.period)

    @property
    def padding(self) -> int | None:
        """How far the first element's field begins before the input."""
        span = self.reach.at(0) if self.reach else None
        return None if span is None else -span[0]

    @property
    def offset(self) -> Fraction | None:
        """The centre of the first element's field, in the input; elements are counted from 0."""
        span = self.reach.at(0) if self.reach else None
        return None if span is None else Fraction(span[0] + span[1], 2)

    @property
    def centre(self) -> Fraction | None:
        """Where the fields lie: the mean of their centres over a period, less how far they have moved."""
        jump = self.jump
        if self.reach is None or jump is None:
            return None
        found = [Fraction(span[0] + span[1], 2) - place * jump for place, span in enumerate(self.reach.spans) if span]
        return sum(found, Fraction(0)) / len(found) if found else None


Fields: TypeAlias = Mapping[tuple[int, int], Field]
"""By input of the network and axis of that input."""


class Row(NamedTuple):
    """A layer, the field of its first output, and whether paths that are not in line meet in it."""

    layer: str
    operator: str
    shape: tuple[int, ...]
    fields: Fields
    apart: bool


class _Budget:
    """How much may still be computed; beyond it, fields are not known. It bounds what a hostile network can take."""

    left = MAX_STEPS

    def take(self, steps: int) -> bool:
        """Whether so many steps may be taken."""
        self.left -= steps
        return self.left > 0


def receptive_fields(network: Network) -> tuple[Row, ...]:
    """The receptive field of every layer, in order of execution."""
    budget = _Budget()
    known: dict[int, Fields] = {}
    for place, number in enumerate(network.inputs):
        rank = len(network.tensors[number].shape)
        known[number] = {(place, axis): Field(axis, POINT, 1) for axis in range(1, rank)}
    for node in network.nodes:
        for which, number in enumerate(node.outputs):
            known[number] = _through(network, node, which, known, budget)
    return tuple(_row(network, node, known) for node in network.nodes if node.outputs)


def _row(network: Network, node: Node, known: Mapping[int, Fields]) -> Row:
    fields = known[node.outputs[0]]
    apart = any(
        not field.aligned and all(known[number][source].aligned for number in node.inputs if source in known[number])
        for source, field in fields.items()
    )
    return Row(node.name, str(node.op), network.tensors[node.outputs[0]].shape, fields, apart)


def _through(network: Network, node: Node, which: int, known: Mapping[int, Fields], budget: _Budget) -> Fields:
    """The fields behind an operation: each input's, composed with how it is read; then joined."""
    inputs, outputs = network.at(node.inputs), network.at(node.outputs)
    readings = node.op.reads(inputs, outputs, which)
    found: dict[tuple[int, int], list[Field]] = {}
    for place, number in enumerate(node.inputs):
        for source, field in known[number].items():
            follow = readings[place][field.axis] if readings and field.axis is not None else None
            size = _size(network, source)
            found.setdefault(source, []).append(_composed(field, follow, size, readings is not None, budget))
    return {
        source: reduce(lambda one, other: _joined(one, other, _size(network, source)), fields)
        for source, fields in found.items()
    }


def _size(network: Network, source: tuple[int, int]) -> int:
    return network.tensors[network.inputs[source[0]]].shape[source[1]]


def _composed(field: Field, follow: Follow | None, size: int, known: bool, budget: _Budget) -> Field:
    """A field, read further; `size` is that of the input."""
    if not known:
        return Field(None, None, None, field.aligned)
    if follow is None:  # the field does not move along any axis of what is read
        return field
    if field.reach is None or follow.reach is None or follow.reach == UNKNOWN:
        return _out_of_step(field, follow, size)
    period = follow.reach.period * field.reach.period
    if period > MAX_PERIOD or not budget.take(period * field.reach.period):
        return Field(follow.axis, None, None, field.aligned)
    spans = tuple(_read(field.reach, follow.reach.at(place)) for place in range(period))
    shift = follow.reach.shift * field.reach.shift
    return _field(follow.axis, Reach(period, shift, spans), size, field.aligned)


def _out_of_step(field: Field, follow: Follow, size: int) -> Field:
    """One element each, but not evenly: the size is known; several elements: only where they are all of them."""
    if follow.reach is None:
        return Field(follow.axis, None, field.size, field.aligned)
    if follow.reach == UNKNOWN:
        return Field(follow.axis, None, None, field.aligned)
    if follow.axis is None and follow.reach.spans[0] and follow.reach.spans[0][1] > follow.reach.spans[0][0]:
        return Field(None, Reach(1, 0, ((0, size - 1),)), size, field.aligned)
    single = all(span is None or span[0] == span[1] for span in follow.reach.spans)
    return Field(follow.axis, None, field.size if single else None, field.aligned)


def _read(reach: Reach, span: Span) -> Span:
    """The hull of what a run of elements reads: the ends of the first and of the last that read anything."""
    if span is None:
        return None
    first, last = span
    near = range(first, min(last, first + reach.period) + 1)
    far = range(last, max(first, last - reach.period) - 1, -1)
    ends = [found for place in (*near, *far) if (found := reach.at(place))]
    return (min(start for start, _ in ends), max(end for _, end in ends)) if ends else None


def _field(axis: int | None, reach: Reach, size: int, aligned: bool) -> Field:
    """The field with the shortest period; one that reads the whole input is fixed to it."""
    reach = _shortened(reach)
    largest = max((span[1] - span[0] + 1 for span in reach.spans if span), default=0)
    if (
        axis is None
        and reach.shift == 0
        and reach.spans[0]
        and reach.spans[0][0] <= 0
        and reach.spans[0][1] >= size - 1
    ):
        return Field(None, Reach(1, 0, ((0, size - 1),)), size, aligned)
    return Field(axis, reach if axis is not None else reach._replace(shift=0), largest, aligned)


def _shortened(reach: Reach) -> Reach:
    for period in range(1, reach.period // 2 + 1):
        if reach.period % period or reach.shift * period % reach.period:
            continue
        shorter = Reach(period, reach.shift * period // reach.period, reach.spans[:period])
        if all(shorter.at(place) == reach.spans[place] for place in range(reach.period)):
            return shorter
    return reach


def _joined(one: Field, other: Field, size: int) -> Field:
    """Two paths that meet; `size` is that of the input."""
    aligned = one.aligned and other.aligned
    if one[:3] == other[:3]:
        return one._replace(aligned=aligned)
    for field in (one, other):
        if field == Field(None, Reach(1, 0, ((0, size - 1),)), size, field.aligned):
            return field._replace(aligned=aligned)  # the whole input
    if one.reach is None or other.reach is None or one.axis != other.axis or one.jump != other.jump:
        return Field(one.axis if one.axis == other.axis else None, None, None, False)
    period = lcm(one.reach.period, other.reach.period)
    if period > MAX_PERIOD:
        return Field(one.axis, None, None, aligned)
    spans = tuple(_both(one.reach.at(place), other.reach.at(place)) for place in range(period))
    reach = Reach(period, one.reach.shift * (period // one.reach.period), spans)
    centred = None in (one.centre, other.centre) or one.centre == other.centre
    return _field(one.axis, reach, size, aligned and centred)


def _both(one: Span, other: Span) -> Span:
    if one is None or other is None:
        return one or other
    return min(one[0], other[0]), max(one[1], other[1])


def document(network: Network, rows: Iterable[Row]) -> Document:
    """The table: for every layer, along every axis of the input that is not its channels."""
    shown = tuple(rows)
    sources = _places(shown)
    groups = _alike(shown, sources)
    heads = [Column("layer", number=False), Column("operator", number=False), Column("output", number=False)]
    for group in groups:
        name = _axes_name(network, group)
        heads += [Column(f"{say(what)} ({name})" if len(groups) > 1 else what) for what in _FIGURES]
    cells = tuple(_cells(row, groups, network) for row in shown)
    apart = [row.layer for row in shown if row.apart]
    notes: list[Paragraph | Pairs] = [Pairs(tuple((say(name), say(text)) for name, text in _LEGEND))]
    if apart:
        more = say(" and {count} more", count=len(apart) - 5) if len(apart) > 5 else ""
        notes.append(
            Paragraph(
                say(
                    "Paths that meet are out of line at {apart}{more}: {why}",
                    apart=", ".join(apart[:5]),
                    more=more,
                    why=say(_APART),
                )
            )
        )
    title = say("{name}, receptive fields, input {at}", name=network.name, at=shapes(network.at(network.inputs)))
    return Document(title, network.source, (Table(tuple(heads), cells), *notes))


_FIGURES = ("size", "jump", "padding", "offset")
_LEGEND = (
    (later("size"), later("elements of the input that an element of the output is computed from, first to last")),
    (later("jump"), later("how far that moves in the input from one element to the next")),
    (
        later("padding"),
        later(
            "how far the first element's field begins before the input; padding counts as more input, whatever it holds"
        ),
    ),
    (later("offset"), later("the centre of the first element's field, the first element of the input being 0")),
)
_APART = later("they do not move in step, or are centred on different places of the input.")


def _places(rows: tuple[Row, ...]) -> list[tuple[int, int]]:
    """The axes that are places (height, width, length): channels are what the first layer reads whole, if not all."""
    found = list(dict.fromkeys(key for row in rows for key in row.fields))
    for row in rows:
        kept = [source for source in found if source not in row.fields or not _is_fixed(row.fields[source])]
        if len(kept) < len(found):
            return kept or found
    return found


def _is_fixed(field: Field) -> bool:
    return field.axis is None and field.reach is not None


def _alike(rows: tuple[Row, ...], sources: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Axes whose figures are the same everywhere stand in one column."""
    groups: dict[tuple[object, ...], list[tuple[int, int]]] = {}
    for source in sources:
        key = tuple(_figures(row.fields[source]) if source in row.fields else None for row in rows)
        groups.setdefault(key, []).append(source)
    return list(groups.values())


def _axes_name(network: Network, group: list[tuple[int, int]]) -> str:
    many = len(network.inputs) > 1
    return ", ".join(
        say("input {place}, axis {axis}", place=place + 1, axis=axis) if many else say("axis {axis}", axis=axis)
        for place, axis in group
    )


def _cells(row: Row, groups: list[list[tuple[int, int]]], network: Network) -> tuple[str, ...]:
    cells = [row.layer, row.operator, "x".join(map(str, row.shape))]
    for group in groups:
        field = row.fields.get(group[0])
        whole = field is not None and field.axis is None and field.size == _size(network, group[0])
        figures = ("–",) * 4 if field is None else _figures(field)
        cells += [say("whole ({figures})", figures=figures[0]) if whole else figures[0], *figures[1:]]
    return tuple(cells)


def _figures(field: Field) -> tuple[str, ...]:
    if field.size is None:
        return (say("not known"), "–", "–", "–")
    others = (field.jump, field.padding, field.offset)
    return (_sizes(field), *("–" if figure is None else str(figure) for figure in others))


def _sizes(field: Field) -> str:
    """The size; from the least to the greatest, where it changes from element to element."""
    found = {span[1] - span[0] + 1 for span in field.reach.spans if span} if field.reach else set()
    return f"{min(found)}–{max(found)}" if len(found) > 1 else str(field.size)
