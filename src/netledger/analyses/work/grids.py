"""Pictures of tensors: the matrices of the last two axes, with what an expression reads marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
from typing import NamedTuple

from netledger.core.decimals import decimal
from netledger.core.document import Grid
from netledger.core.language import plural, say
from netledger.core.performed import Leaf, Place, Stage, Values, leaves

__all__ = ["View", "made_grid", "read_grids", "views", "whole_grids", "widest"]

MOST = 12
"""Rows and columns of a picture."""

MATRICES = 4
"""Matrices of one tensor in a picture."""


class View(NamedTuple):
    """What of a tensor a stage looks at: along each of its last axes, from where up to where; what padding is."""

    axes: int
    spans: tuple[tuple[int, int], ...]
    padding: str = ""


def _axes(values: Values) -> int:
    """Whether its pictures are matrices or rows."""
    return max(1, min(2, len(values.shape) - values.ahead))


def views(stage: Stage, known: Mapping[str, Values]) -> dict[str, View]:
    """The view of every tensor that a stage reads: the same for all of its steps."""
    found: dict[str, list[Leaf]] = {}
    for number in stage.made.elements:
        for leaf in leaves(number):
            if leaf.tensor in known:
                found.setdefault(leaf.tensor, []).append(leaf)
    return {sign: _view(known[sign], read) for sign, read in found.items()}


def _view(values: Values, read: Sequence[Leaf]) -> View:
    axes = _axes(values)
    spans = []
    for axis in range(-axes, 0):
        places = [leaf.place[axis] for leaf in read]
        spans.append((min(0, *places, 0), max(values.shape[axis], max(places) + 1)))
    outside = next((decimal(leaf.value) for leaf in read if not values.inside(leaf.place)), "")
    return View(axes, tuple(spans), outside)


def read_grids(read: Sequence[Leaf], known: Mapping[str, Values], seen: Mapping[str, View]) -> tuple[Grid, ...]:
    """Every matrix of which something is read, in order; a few of each tensor."""
    found: dict[str, dict[Place, set[Place]]] = {}
    for leaf in read:
        if leaf.tensor in seen:
            axes = seen[leaf.tensor].axes
            found.setdefault(leaf.tensor, {}).setdefault(leaf.place[:-axes], set()).add(leaf.place[-axes:])
    grids: list[Grid] = []
    for sign, matrices in ((sign, found[sign]) for sign in known if sign in found):
        shown = islice(matrices.items(), MATRICES)
        grids += [_grid(known[sign], seen[sign], ahead, marks) for ahead, marks in shown]
        if len(matrices) > MATRICES:
            grids[-1] = _more(grids[-1], len(matrices) - MATRICES)
    return tuple(grids)


def _more(grid: Grid, count: int) -> Grid:
    more = plural("and {count} more", "and {count} more", count)
    return grid._replace(name=f"{grid.name} ({more})")


def whole_grids(values: Values) -> Iterator[Grid]:
    """Every matrix of a tensor, nothing marked; a few of them."""
    axes = _axes(values)
    view = View(axes, tuple((0, size) for size in values.shape[-axes:]))
    heads = list(product(*map(range, values.shape[:-axes])))
    for place, head in enumerate(heads[:MATRICES], 1):
        grid = _grid(values, view, head, set())
        yield _more(grid, len(heads) - MATRICES) if place == MATRICES < len(heads) else grid


def widest(values: Values) -> int:
    """The letters of its longest element."""
    return max(len(decimal(number.value)) for number in values.elements)


def made_grid(made: Values, place: Place, done: int, wide: int) -> Grid:
    """The matrix of the element that is made now; those after it are still open."""
    axes = _axes(made)
    view = View(axes, tuple((0, size) for size in made.shape[-axes:]))
    return _grid(made, view, place[:-axes], {place[-axes:]}, done)._replace(wide=wide)


def _grid(values: Values, view: View, head: Place, marks: set[Place], done: int | None = None) -> Grid:
    """A part of the matrix around the marks, if it is too large."""
    spans = [_cut(span, [mark[axis] for mark in marks]) for axis, span in enumerate(view.spans)]
    rows, columns = spans if view.axes == 2 else [(0, 1), *spans]
    cells, marked, edge = [], set(), set()
    for r, row in enumerate(range(*rows)):
        line = []
        for c, column in enumerate(range(*columns)):
            local = (row, column)[-view.axes :]
            place = (*head, *local)
            line.append(_text(values, place, done) if values.inside(place) else view.padding)
            if local in marks:
                marked.add((r, c))
            if not values.inside(place):
                edge.add((r, c))
        cells.append(tuple(line))
    return Grid(_name(values, head, view, spans), tuple(cells), frozenset(marked), frozenset(edge))


def _text(values: Values, place: Place, done: int | None) -> str:
    index = 0
    for position, size in zip(place, values.shape, strict=True):
        index = index * size + position
    return decimal(values.elements[index].value) if done is None or index <= done else "·"


def _cut(span: tuple[int, int], marks: list[int]) -> tuple[int, int]:
    """At most so many rows or columns, the first marks among them."""
    first, last = span
    if last - first <= MOST:
        return span
    low = min(marks, default=first)
    start = max(first, min(low - 1, last - MOST))
    return start, start + MOST


def _name(values: Values, head: Place, view: View, spans: Sequence[tuple[int, int]]) -> str:
    """x, or x[1] where it has several matrices; and which part, if it is one."""
    skipped = 0
    while skipped < min(values.ahead, len(head)) and values.shape[skipped] == 1:
        skipped += 1
    name = f"{values.sign}[{','.join(map(str, head[skipped:]))}]" if head[skipped:] else values.sign
    if tuple(spans) == view.spans:
        return name
    parts = ", ".join(f"{first}…{last - 1}" for first, last in spans).replace("-", "−")
    return say("{name}, part {parts}", name=name, parts=parts)
