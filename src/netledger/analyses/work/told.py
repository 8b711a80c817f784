"""The steps of a job as a document: equation, values, and stage by stage what is read, the sum, and the result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from netledger.analyses.explain import named_term, parts_of_docstring
from netledger.analyses.work.grids import View, made_grid, read_grids, views, whole_grids, widest
from netledger.analyses.work.steps import Worked
from netledger.core.document import Block, Document, Formula, Frame, Frames, Heading, Pairs, Paragraph, Picture
from netledger.core.language import plural, say
from netledger.core.network import shapes
from netledger.core.performed import Performed, Stage, Values, leaves
from netledger.notations import DEFAULT, naming

__all__ = ["STEPS", "all_frames", "document", "frames_of"]

STEPS = 16
"""How many elements of each stage are worked out before the reader's eyes, unless told."""

FEW = 3
"""Elements that a caption names one by one."""

DRAWN = 16
"""How many of them have a picture on paper."""


def document(worked: Worked, steps: int = STEPS, after: tuple[Block, ...] = (), notation: str = DEFAULT) -> Document:
    """What is worked out, every stage with at most so many elements."""
    job = worked.job
    title = say("{layer}, worked out on {input}", layer=job.op, input=shapes(v.tensor for v in job.inputs))
    blocks = (*_given(worked, notation), *_stages(worked, steps), *_result(worked), *after)
    return Document(title, "", blocks)


def _given(worked: Worked, notation: str) -> Iterator[Block]:
    job = worked.job
    parts, names = parts_of_docstring(job.op), naming(notation, job.op)
    yield Paragraph(names.text(say(parts[""])))
    yield Pairs(((say("equation"), names.text(say(parts["Equation"]))),))
    yield Picture(tuple(grid for values in (*job.inputs, *job.stored.values()) for grid in whole_grids(values)))
    if job.seeded:
        yield Paragraph(say("Made by the seed {seed}: {names}.", seed=job.seed, names=", ".join(job.seeded)))


def _stages(worked: Worked, steps: int) -> Iterator[Block]:
    several = len(worked.stages) > 1
    for place, (stage, frames) in enumerate(frames_of(worked, steps), 1):
        title = _title(stage)
        yield Heading(f"{place}. {title}" if several else title)
        yield Frames(frames)
        if left := len(stage.made.elements) - len(frames):
            yield Paragraph(
                plural(
                    "{count} further element is worked out in the same way.",
                    "{count} further elements are worked out in the same way.",
                    left,
                )
            )
        if stage.cut:
            yield Paragraph(
                plural(
                    "{count} product falls outside of the output: it is cropped.",
                    "{count} products fall outside of the output: they are cropped.",
                    len(stage.cut),
                )
            )


def _title(stage: Stage) -> str:
    name = say(stage.name)
    return name[:1].upper() + name[1:]


def frames_of(worked: Worked, steps: int) -> Iterator[tuple[Stage, tuple[Frame, ...]]]:
    """Every stage and its steps."""
    known = {values.sign: values for values in (*worked.job.inputs, *worked.job.stored.values())}
    for stage in worked.stages:
        yield stage, tuple(islice(_frames(stage, known), steps))
        known[stage.made.sign] = stage.made


def all_frames(worked: Worked, steps: int = STEPS) -> tuple[Frame, ...]:
    """The steps of all stages."""
    return tuple(frame for _, frames in frames_of(worked, steps) for frame in frames)


def _frames(stage: Stage, known: dict[str, Values]) -> Iterator[Frame]:
    seen, wide = views(stage, known), widest(stage.made)
    for index, (place, number) in enumerate(zip(stage.made.places(), stage.made.elements, strict=True)):
        name = stage.made.name(place)
        grids = (*read_grids(leaves(number), known, seen), made_grid(stage.made, place, index, wide))
        yield Frame(
            _title(stage), _caption(name, number, known, seen), grids, Formula(name, number), index == 0, index < DRAWN
        )


def _caption(name: str, number: Performed, known: Iterable[str], seen: dict[str, View]) -> str:
    """What is read of the first tensor, in words."""
    found = leaves(number)
    tensor = next((sign for sign in known if any(leaf.tensor == sign for leaf in found)), "")
    read = [leaf for leaf in found if leaf.tensor == tensor]
    if not tensor:
        return say("{name} reads nothing", name=name)
    names = dict.fromkeys(leaf.name for leaf in found if leaf.tensor)
    if len({leaf.place for leaf in read}) == 1 and len(names) <= FEW:
        return say("{name} reads {elements}", name=name, elements=", ".join(names))
    columns = sorted({leaf.place[-1] for leaf in read})
    if seen[tensor].axes < 2:
        return say("{name} reads places {places} of {tensor}", name=name, places=_places(columns), tensor=tensor)
    rows = sorted({leaf.place[-2] for leaf in read})
    return say(
        "{name} reads {rows}, {columns} of {tensor}",
        name=name,
        rows=plural("row {places}", "rows {places}", len(rows), places=_places(rows)),
        columns=plural("column {places}", "columns {places}", len(columns), places=_places(columns)),
        tensor=tensor,
    )


def _places(found: list[int]) -> str:
    """0 to 2, or 0, 2, 4."""
    if len(found) > 1 and found[-1] - found[0] == len(found) - 1:
        text = say("{first} to {last}", first=found[0], last=found[-1])
    else:
        text = ", ".join(map(str, found))
    return text.replace("-", "−")


def _result(worked: Worked) -> Iterator[Block]:
    yield Heading(say("Result"))
    yield Picture(tuple(whole_grids(worked.output)))
    if worked.work:
        yield Heading(say("Work"))
        yield Pairs(tuple((named_term(term), f"{term.count:,}") for term in worked.work))
