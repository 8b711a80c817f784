"""The sheet and the key, as documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from netledger.analyses.exercise.paper import Paper
from netledger.analyses.exercise.problems import Answer, Problem, answer, windows
from netledger.analyses.explain import derivation as explained
from netledger.analyses.receptive_field import document, receptive_fields
from netledger.analyses.verify.variants import rerun
from netledger.core.document import Block, Column, Document, Heading, Paragraph, Table, thousands
from netledger.core.language import later, say
from netledger.core.ledger import Entry
from netledger.core.network import shapes

__all__ = ["asked", "derivation", "key", "sheet", "written"]

Blanks: TypeAlias = "dict[tuple[str, str], int]"
"""The number of each blank, by layer and by what is asked of it."""

WHAT = {
    "output": later("output"),
    "parameters": later("parameters"),
    "macs": later("macs (MAC)"),
    "flops": later("flops (FLOP)"),
    "padding": later("padding"),
    "field": later("receptive field"),
}
"""What is asked, in words."""


def sheet(paper: Paper) -> Document:
    """The table with its blanks, and the questions."""
    blocks: list[Block] = [*_instructions(paper), _table(paper)]
    questions = [problem for problem in paper.problems if problem.question]
    if questions:
        blocks.append(Heading(later("Questions")))
        blocks += [Paragraph(f"({problem.number}) {problem.question}") for problem in questions]
    return Document(_title(paper, later("Exercise")), paper.network.source, tuple(blocks))


def _title(paper: Paper, what: str) -> str:
    network, ledger = paper.network.name, paper.ledger
    return say("{what}: {network}, input {input}", what=what, network=network, input=shapes(ledger.inputs))


def _instructions(paper: Paper) -> Iterator[Paragraph]:
    yield Paragraph(
        say(
            "Fill in the blanks (1) to ({last}). Outputs are channels × height × width, or length × features, without "
            "the batch; a MAC is a multiplication with its addition, counted once, a FLOP is either of them; biases, "
            "activations and pooling cost nothing under both.",
            last=sum(not problem.question for problem in paper.problems),
        )
    )


def _table(paper: Paper) -> Table:
    heads = [Column("layer", number=False), Column("operator", number=False), Column("input", number=False)]
    heads += [Column(WHAT[what], number=what != "output") for what in paper.columns]
    blanks = {(problem.layer, problem.what): problem.number for problem in paper.problems if not problem.question}
    read, made = _hidden(paper, blanks)
    rows = (
        (
            entry.name,
            entry.call,
            read.get(entry.name) or written(_given(entry), "output"),
            *_cells(entry, paper, blanks, made),
        )
        for entry in paper.rows
    )
    return Table(tuple(heads), tuple(rows))


def _given(entry: Entry) -> Answer:
    return tuple(entry.inputs[0].shape[1:])


def _cells(entry: Entry, paper: Paper, blanks: Blanks, hidden: dict[str, str]) -> Iterator[str]:
    for what in paper.columns:
        if (entry.name, what) in blanks:
            yield f"({blanks[entry.name, what]}) ______"
        else:
            shown = hidden.get(entry.name) if what == "output" else None
            yield shown or written(answer(what, entry), what)


def _hidden(paper: Paper, blanks: Blanks) -> tuple[dict[str, str], dict[str, str]]:
    """Inputs and outputs that would tell what is asked: in their place stands the number of that blank."""
    read: dict[str, str] = {}
    made: dict[str, str] = {}
    before = _before(paper)
    for entry in paper.rows:
        if number := made.get(before.get(entry.name, "")):
            read[entry.name] = number
        if (entry.name, "output") in blanks:
            made[entry.name] = f"({blanks[entry.name, 'output']})"
        elif number and entry.outputs[0].shape == entry.inputs[0].shape and "kernel" not in entry.attributes:
            made[entry.name] = number
    return read, made


def _before(paper: Paper) -> dict[str, str]:
    """By row: the row whose output comes to it in the shape in which it was made."""
    network, rows = paper.network, {entry.name for entry in paper.rows}
    made = {number: node for node in network.nodes for number in node.outputs[:1]}
    found: dict[str, str] = {}
    for entry in paper.rows:
        node = made.get(entry.reads[0]) if entry.reads else None
        while node and network.tensors[node.outputs[0]].shape == entry.inputs[0].shape:
            if node.name in rows:
                found[entry.name] = node.name
                break
            node = made.get(node.inputs[0]) if node.inputs else None
    return found


def written(found: Answer, what: str) -> str:
    """An answer as it is read."""
    if found is None:
        return say("none")
    return thousands(found[0]) if len(found) == 1 and what != "output" else "x".join(map(str, found))


def asked(problem: Problem) -> str:
    """What a problem asks, in a few words."""
    changed = problem.question and problem.what != "field"
    layer = problem.entry.call if changed else problem.layer
    return say("{what} of {layer}", what=say(WHAT[problem.what]), layer=layer)


def key(paper: Paper, notation: str) -> Document:
    """Every answer, and where it comes from."""
    heads = (Column("question"), Column("asked", number=False), Column("answer"))
    rows = tuple(
        (str(problem.number), asked(problem), written(problem.answer, problem.what)) for problem in paper.problems
    )
    blocks: list[Block] = [Table(heads, rows)]
    for problem in paper.problems:
        blocks.append(Heading(f"({problem.number}) {asked(problem)}"))
        blocks += derivation(problem, paper, notation)
    return Document(_title(paper, later("Key")), paper.network.source, tuple(blocks))


def derivation(problem: Problem, paper: Paper, notation: str) -> Sequence[Block]:
    """Where the answer of a problem comes from."""
    if problem.what == "field":
        return tuple(_growth(problem, paper))
    if problem.what == "padding":
        return tuple(_kept(problem, notation))
    return tuple(explained(problem.entry, problem.what, notation))


def _kept(problem: Problem, notation: str) -> Iterator[Block]:
    """The size with the right padding; or with the two paddings between which it lies."""
    entry = problem.entry
    total = windows(entry)[0].span - 1
    tried = [problem.answer[0]] if problem.answer else [total // 2, total // 2 + 1]
    for padding in tried:
        made = rerun(entry, entry.inputs, {"padding": padding})
        if made:
            yield Paragraph(say("With padding {padding}:", padding=padding))
            yield from explained(made, "output", notation)
    yield Paragraph(
        say(
            "Padding adds 2·P to a size, the kernel takes {total} from it: P = {total}/2, which is a whole number "
            "only if {total} is even, as it is for every odd kernel.",
            total=total,
        )
    )


def _growth(problem: Problem, paper: Paper) -> Iterator[Block]:
    """How the field grows, layer by layer, down to the one that is asked about."""
    rows = receptive_fields(paper.network)
    until = next(place for place, row in enumerate(rows) if row.layer == problem.layer)
    told = document(paper.network, rows[: until + 1])
    yield from told.blocks
