"""What becomes of the output when the input is shifted: which elements stay, which move along, which change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from netledger.analyses.work.grids import whole_grids
from netledger.analyses.work.steps import Worked, perform
from netledger.core.decimals import decimal
from netledger.core.document import Block, Grid, Heading, Paragraph, Picture
from netledger.core.errors import SourceError
from netledger.core.language import plural, say
from netledger.core.performed import Performed, Place, Values, leaves
from netledger.core.reach import Reads

__all__ = ["Shift", "shift", "shifted"]

_SHIFT = re.compile(r"\s*([+-]?\d{1,4})\s*([,x ]\s*([+-]?\d{1,4}))?\s*")
SHOWN = 8
"""How many elements a sentence names."""


class Shift(NamedTuple):
    """An output before and after.

    Args:
        by: how far each axis of the map was shifted.
        whole: whether every output reads everything along an axis that is shifted.
        steps: how far the output moves along with it; None: it does not, or by no whole number of elements.
        before: the worked input.
        after: the worked copy.
        stayed, moved, changed: the places of the output.

    """

    by: Place
    whole: bool
    steps: Place | None
    before: Worked
    after: Worked
    stayed: tuple[Place, ...]
    moved: tuple[Place, ...]
    changed: tuple[Place, ...]


def shift(worked: Worked, by: Any) -> Shift:
    """The output of a copy whose first input is shifted by so many columns, or rows and columns.

    Raises:
        SourceError: if the layer takes no map, or the shift is none.

    """
    job = worked.job
    if not job.op.AHEAD:
        raise SourceError("only maps are shifted", hint="Take a convolution or a pooling.", values={"layer": job.op})
    x = job.inputs[0]
    offsets = _offsets(by, len(x.shape) - job.op.AHEAD)
    after = perform(job._replace(inputs=(_moved(x, offsets), *job.inputs[1:])))
    readings = job.op.reads(tuple(values.tensor for values in job.inputs), (worked.output.tensor,))
    assert readings is not None
    reading = readings[0][job.op.AHEAD :]
    steps = _steps(reading, offsets)
    whole = any(by and follow.axis is None for follow, by in zip(reading, offsets, strict=True))
    places: dict[str, list[Place]] = {"stayed": [], "moved": [], "changed": []}
    for place in worked.output.places():
        places[_fate(worked.output, after.output, place, steps)].append(place)
    stayed, moved, changed = (tuple(found) for found in places.values())
    return Shift(offsets, whole, steps, worked, after, stayed, moved, changed)


def _offsets(by: Any, axes: int) -> Place:
    found = _SHIFT.fullmatch(str(by).strip("()[]"))
    numbers = [int(number) for number in (found[1], found[3]) if number] if found else []
    if not numbers or len(numbers) > axes or not any(numbers):
        raise SourceError(
            "a shift is a number of columns, or of rows and columns",
            hint="Write --shift 1, or --shift 1,2 for one down and two to the right.",
            values={"shift": str(by)[:60]},
        )
    return (*(0,) * (axes - len(numbers)), *numbers)


def _moved(x: Values, offsets: Place) -> Values:
    """Every element further on; zeros come in."""
    ahead = len(x.shape) - len(offsets)

    def value(place: Place) -> Any:
        source = tuple(index - by for index, by in zip(place[ahead:], offsets, strict=True))
        return x.at((*place[:ahead], *source)).value

    return Values.named(x.sign, x.shape, map(value, x.places()), x.ahead)


def _steps(reading: Reads, offsets: Place) -> Place | None:
    """How far the output moves along with the input; None, if it does not, or by no whole number of elements.

    Output q·period + i reads from q·shift on: what moves the input by `shift` moves the output by `period`.
    """
    steps = []
    for follow, by in zip(reading, offsets, strict=True):
        reach = follow.reach
        if not by:
            steps.append(0)
        elif reach is None or not reach.shift or by * reach.period % reach.shift:
            return None
        else:
            steps.append(by * reach.period // reach.shift)
    return tuple(steps)


def _fate(before: Values, after: Values, place: Place, steps: Place | None) -> str:
    if after.at(place).value == before.at(place).value:
        return "stayed"
    if steps is None:
        return "changed"
    ahead = len(place) - len(steps)
    source = (*place[:ahead], *(index - step for index, step in zip(place[ahead:], steps, strict=True)))
    return "moved" if before.inside(source) and before.at(source).value == after.at(place).value else "changed"


def shifted(made: Shift) -> tuple[Block, ...]:
    """The comparison, in pictures and sentences."""
    return (Heading(say("The input shifted")), *_pictures(made), *map(Paragraph, _sentences(made)))


def _pictures(made: Shift) -> Iterator[Block]:
    x, copy = made.before.job.inputs[0], made.after.job.inputs[0]
    yield Picture((*whole_grids(x), *_called(copy, say("{name} shifted", name=x.sign))))
    y = made.before.output
    grids = _called(made.after.output, say("{name} of the shifted input", name=y.sign))
    differ = {place for place in y.places() if place not in made.stayed}
    yield Picture((*whole_grids(y), *_marked(grids, y, differ)))


def _called(values: Values, name: str) -> tuple[Grid, ...]:
    """The matrices under another name."""
    return tuple(grid._replace(name=grid.name.replace(values.sign, name, 1)) for grid in whole_grids(values))


def _marked(grids: tuple[Grid, ...], values: Values, places: set[Place]) -> Iterator[Grid]:
    """What differs is marked, matrix by matrix."""
    heads = list(dict.fromkeys(place[: values.ahead] for place in values.places()))
    for grid, head in zip(grids, heads, strict=False):
        spots = ((0, *place[values.ahead :])[-2:] for place in places if place[: values.ahead] == head)
        yield grid._replace(marks=frozenset((row, column) for row, column in spots))


def _sentences(made: Shift) -> Iterator[str]:
    down, right = (0, *made.by)[-2:]
    yield say(
        "The copy is shifted by {down} down and {right} to the right: zeros come in, and what leaves is lost.",
        down=decimal(down),
        right=decimal(right),
    )
    total = len(made.stayed) + len(made.moved) + len(made.changed)
    yield plural(
        "Of {count} output, {stayed} stayed as it was{names}.",
        "Of {count} outputs, {stayed} stayed as they were{names}.",
        total,
        **_listed(made, made.stayed),
    )
    if made.steps:
        where = ", ".join(map(str, made.steps)).replace("-", "−")
        yield say("{stayed} moved along by ({steps}){names}.", steps=where, **_listed(made, made.moved))
    yield say("{stayed} changed otherwise{names}.", **_listed(made, made.changed))
    yield from _why(made)
    yield _verdict(made, total)


def _listed(made: Shift, places: tuple[Place, ...]) -> dict[str, Any]:
    names = ", ".join(made.before.output.name(place) for place in places[:SHOWN])
    more = ", …" if len(places) > SHOWN else ""
    return {"stayed": len(places), "names": say(": {names}", names=names + more) if places else ""}


def _why(made: Shift) -> Iterator[str]:
    """What follows from the stride, and why a greatest element stays."""
    if made.steps:
        yield say(
            "The output can move along with the input by a whole number of elements, and away from the borders it "
            "does. That is equivariance, and not invariance."
        )
    elif made.whole:
        yield say(
            "Every output reads the whole axis along which the input is shifted: only what leaves, and the zeros that "
            "come in, can change it."
        )
    else:
        yield say(
            "The shift is no whole number of strides: each window now meets other elements, and no rule says that an "
            "output stays or moves."
        )
    if made.before.output.elements[0].op == "greatest" and made.stayed:
        same = sum(_same(made, place) for place in made.stayed)
        yield plural(
            "{count} output stayed because its greatest element is still in the same window; {others} by meeting an "
            "equal number.",
            "{count} outputs stayed because their greatest element is still in the same window; {others} by meeting "
            "an equal number.",
            same,
            others=len(made.stayed) - same,
        )


def _same(made: Shift, place: Place) -> bool:
    """Whether a window has the same greatest element before and after."""
    ahead = made.before.output.ahead
    before, after = _greatest(made.before.output.at(place)), _greatest(made.after.output.at(place))
    moved = {(*spot[:ahead], *(i + by for i, by in zip(spot[ahead:], made.by, strict=True))) for spot in before}
    return bool(moved & after)


def _greatest(number: Performed) -> set[Place]:
    return {leaf.place for leaf in leaves(number) if leaf.value == number.value}


def _verdict(made: Shift, total: int) -> str:
    if len(made.stayed) == total:
        return say(
            "On this input nothing changed. That is a fact about this input, not a property of the layer: put its "
            "greatest elements at the edges of the windows, and they leave."
        )
    if made.stayed:
        return say(
            "So the layer is robust to this shift in part: {stayed} of {total} outputs of this input. It is not "
            "invariant to translation; another input may keep none.",
            stayed=len(made.stayed),
            total=total,
        )
    return say("So no output of this input is robust to this shift: the layer is not invariant to translation.")
