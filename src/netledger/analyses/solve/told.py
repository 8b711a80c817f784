"""What is found, as documents, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from netledger.analyses.quantity import written
from netledger.analyses.solve.accepts import Accepted, Axis, Refusal, Sweep
from netledger.analyses.solve.largest import Budget, Largest, Step
from netledger.analyses.solve.layer import OUT, Candidate, Found, Question, traced
from netledger.analyses.solve.runs import Run
from netledger.core.document import (
    Block,
    Column,
    Definition,
    Definitions,
    Document,
    Formula,
    Heading,
    Pairs,
    Paragraph,
    Table,
    thousands,
)
from netledger.core.formula import TEXT, symbols
from netledger.core.language import plural, say
from netledger.core.network import shapes
from netledger.core.trace import meaning
from netledger.core.window import rounding_rule
from netledger.notations import DEFAULT, naming

__all__ = ["accepted", "budget_figure", "largest", "layer", "record", "written_json"]

SCHEMA = 1
MANY_RUNS = 3


# One layer.


def layer(found: Found, notation: str = DEFAULT) -> Document:
    """The answers, the usual one first, with the check of it."""
    names = naming(notation, found.question.op)
    blocks = map(names.block, _answers(found) if found.answers else _no_answer(found))
    return Document(_question(found.question), "", tuple(blocks))


def _question(question: Question) -> str:
    known = [f"{name} {_value(value)}" for name, value in question.known.items()]
    sizes = [
        f"{name} {thousands(size)}"
        for name, size in (("in", question.size), ("out", question.made))
        if size is not None
    ]
    return say(
        "{op}: {unknown} for {given}",
        op=question.op.KIND,
        unknown=", ".join(question.unknown),
        given=", ".join([*known, *sizes]) or say("nothing given"),
    )


def _value(value: Any) -> str:
    return thousands(value) if isinstance(value, int) and not isinstance(value, bool) else str(value).lower()


def _values(question: Question, made: Candidate) -> str:
    return ", ".join(f"{name} = {thousands(made.values[name])}" for name in question.unknown)


def _answers(found: Found) -> Iterator[Block]:
    usual = found.answers[0]
    yield Paragraph(_values(found.question, usual))
    yield from _check(usual)
    if len(found.answers) > 1:
        yield Heading(plural("{count} answer", "{count} answers", len(found.answers)))
        yield _table(found)
    yield Paragraph(_tried(found.question))
    if len(found.answers) > 1:
        yield Paragraph(_usual(found.question))


def _check(made: Candidate) -> Iterator[Block]:
    """The rule, written out: what it gives for these numbers."""
    op, number = traced(made)
    note = ""
    if "rounding" in op.ATTRIBUTES:
        same = getattr(op, "padding", None) == "same"
        note = rounding_rule("same" if same else getattr(op, "rounding", ""), getattr(op, "clip", True))
    yield Formula("L_out", number, note=note)
    signs = symbols(number).items()
    yield Definitions(tuple(Definition(name, value, meaning(op, name)) for name, value in signs))


def _table(found: Found) -> Table:
    heads = (*(Column(name) for name in found.question.unknown), Column(say("check"), number=False))
    rows = [(*(thousands(made.values[name]) for name in found.question.unknown), _sum(made)) for made in found.answers]
    return Table(heads, tuple(rows))


def _sum(made: Candidate) -> str:
    rest = "" if made.even else say(" (elements left over)")
    return f"{TEXT.substitution(traced(made)[1])} = {thousands(made.made)}{rest}"


def _tried(question: Question) -> str:
    if not question.bounds:
        return say("The output follows from the rule; nothing was searched.")
    bounds = ", ".join(say("{name} up to {bound:,}", name=name, bound=bound) for name, bound in question.bounds.items())
    return say("Tried, each with the layer's own rule: every {bounds}.", bounds=bounds)


def _usual(question: Question) -> str:
    odd = say("an odd kernel; ") if question.op.DEFAULTS["stride"] is not None else ""
    return say(
        "The usual ones first: a kernel of at most 11; {odd}no padding, or half the kernel; no stride beyond the "
        "kernel; no element left over; then the smaller dilation, stride, kernel and padding.",
        odd=odd,
    )


def _no_answer(found: Found) -> Iterator[Block]:
    question, near = found.question, found.nearest
    wanted = thousands(question.made or 0)
    if near is None:
        yield Paragraph(say("There is no answer: every candidate is refused. {rule}", rule=found.refused))
    else:
        yield Paragraph(
            say(
                "There is no answer: nothing gives {out}. The nearest is {values}, which gives {made:,}:",
                out=wanted,
                values=_values(question, near),
                made=near.made,
            )
        )
        yield from _check(near)
    yield Paragraph(_tried(question))


# Accepted inputs.


def accepted(found: Accepted) -> Document:
    """What the network takes, and why not the rest."""
    network = found.network
    inputs = network.at(network.inputs)
    title = say("{name}: which inputs it takes", name=network.name)
    groups = _alike(found)
    blocks: list[Block] = [_sizes(groups)]
    refusals = [(name, sweep, refusal) for name, sweep in groups for refusal in sweep.refusals]
    if refusals:
        blocks += [Heading(say("Refused")), _refused(refusals)]
    blocks.append(
        Paragraph(
            say(
                "Varied one at a time, everything else as in {inputs}. Every size up to the bound was tried; beyond it "
                "nothing is said.",
                inputs=shapes(inputs),
            )
        )
    )
    return Document(title, network.source, tuple(blocks))


def _alike(found: Accepted) -> list[tuple[str, Sweep]]:
    """Axes along which the same sizes are taken, and refused by the same layers, are told together."""
    groups: dict[Any, list[Sweep]] = {}
    for sweep in found.sweeps:
        refused = tuple((refusal.runs, refusal.layer) for refusal in sweep.refusals)
        groups.setdefault((sweep.bound, sweep.taken, refused), []).append(sweep)
    return [(", ".join(sweep.axis.name for sweep in same), same[0]) for same in groups.values()]


def _sizes(groups: list[tuple[str, Sweep]]) -> Table:
    heads = (Column(say("varied"), number=False), Column(say("taken"), number=False), Column(say("tried up to")))
    return Table(heads, tuple((name, _taken(name, sweep), thousands(sweep.bound)) for name, sweep in groups))


def _format(name: str, axis: Axis) -> str:
    """How a size is written: 16x16, or 16 where it is that of each axis too."""
    return "x".join(["{0}"] * len(axis.axes)) if name == axis.name else "{0}"


def _taken(name: str, sweep: Sweep) -> str:
    if not sweep.taken:
        return say("none")
    if sweep.taken == (Run(1, sweep.bound),):
        return say("all")
    said = _few(sweep.taken, _format(name, sweep.axis))
    last = sweep.taken[-1]
    return say("{sizes} (the bound)", sizes=said) if last.last == sweep.bound and last.first < last.last else said


def _few(runs: tuple[Run, ...], size: str) -> str:
    said = [run.said(size) for run in runs[:MANY_RUNS]]
    if len(runs) > MANY_RUNS:
        said.append(say("and {count} more", count=len(runs) - MANY_RUNS))
    return ", ".join(said)


def _refused(refusals: list[tuple[str, Sweep, Refusal]]) -> Table:
    heads = tuple(Column(name, number=False) for name in (say("varied"), say("sizes"), say("first layer"), say("why")))
    rows = (
        (name, _few(refusal.runs, _format(name, sweep.axis)), refusal.layer, refusal.rule)
        for name, sweep, refusal in refusals
    )
    return Table(heads, tuple(rows))


# The largest within budgets.


def largest(found: Largest) -> Document:
    """The answer, its figures, and those of the next one."""
    step = found.answer or found.beyond
    title = say("the largest {name} within {budgets}", name=found.name, budgets=_budgets(found))
    if step is None:
        text = say("Every {name} up to {bound} is refused.", name=found.name, bound=written(found.bound))
        return Document(title, "", (Paragraph(text),))
    network = step.network
    blocks: list[Block] = [Pairs(((found.name, _answer(found)),)), _figures(found), *map(Paragraph, _said(found))]
    return Document(f"{network.name}: {title}", network.source, tuple(blocks))


def _budgets(found: Largest) -> str:
    return ", ".join(f"{budget_figure(budget, budget.most)} ({budget.name})" for budget in found.budgets)


def _answer(found: Largest) -> str:
    if found.answer is None:
        return say("none: even the smallest that is taken is over")
    return f"{written(found.answer.value)}  ({shapes(found.answer.network.at(found.answer.network.inputs))})"


def budget_figure(budget: Budget, figure: Fraction | int) -> str:
    """A figure with its unit; bytes in MiB or GiB too.

    >>> budget_figure(Budget("feature maps", "B", Fraction(1), len), 2**31)
    '2,147,483,648 B = 2 GiB'
    """
    return f"{written(figure)} {budget.unit}{_binary(budget, figure)}"


def _binary(budget: Budget, figure: Fraction | int) -> str:
    """Bytes in MiB or GiB, cut off: a figure over a budget is never rounded down to it."""
    scale, unit = (2**30, "GiB") if figure >= 2**30 else (2**20, "MiB")
    return f" = {written(Fraction(figure) / scale, 3)} {unit}" if budget.unit == "B" else ""


def _figures(found: Largest) -> Table:
    heads = (
        Column(found.name),
        Column(say("input"), number=False),
        *(Column(f"{one.name} ({one.unit})") for one in found.budgets),
    )
    steps = [step for step in (found.answer, found.beyond) if step is not None]
    return Table(heads, tuple(_row(found, step) for step in steps))


def _row(found: Largest, step: Step) -> tuple[str, ...]:
    figures = (
        f"{written(figure)}{_binary(budget, figure)}{_over(budget, figure)}"
        for budget, figure in zip(found.budgets, step.figures, strict=True)
    )
    return (written(step.value), shapes(step.network.at(step.network.inputs)), *figures)


def _over(budget: Budget, figure: int) -> str:
    return say(", over") if figure > budget.most else ""


def _said(found: Largest) -> Iterator[str]:
    step, bound = written(found.step), written(found.bound)
    if found.answer is not None and found.beyond is None:
        yield say("In steps of {step}; the bound {bound} itself fits: a higher one may too.", step=step, bound=bound)
        return
    yield say(
        "In steps of {step}; every larger one up to {bound} was tried, and is over or refused.", step=step, bound=bound
    )
    if found.refused:
        yield plural("{count} of them is refused.", "{count} of them are refused.", found.refused)


# As JSON.


def record(found: Found | Accepted | Largest) -> dict[str, Any]:
    """The same as plain dictionaries, lists, strings and numbers."""
    made = (
        _layer(found) if isinstance(found, Found) else _accepted(found) if isinstance(found, Accepted) else _most(found)
    )
    return {"schema": SCHEMA, **made}


def _layer(found: Found) -> dict[str, Any]:
    question = found.question
    return {
        "op": question.op.KIND,
        "known": dict(question.known),
        "unknown": list(question.unknown),
        "in": question.size,
        "out": question.made,
        "bounds": dict(question.bounds),
        "answers": [_candidate(made) for made in found.answers],
        "nearest": None if found.nearest is None else _candidate(found.nearest),
    }


def _candidate(made: Candidate) -> dict[str, Any]:
    return {"values": dict(made.values), "in": made.size, OUT: made.made, "even": made.even}


def _accepted(found: Accepted) -> dict[str, Any]:
    return {
        "name": found.network.name,
        "inputs": [list(tensor.shape) for tensor in found.network.at(found.network.inputs)],
        "sweeps": [
            {
                "varied": sweep.axis.name,
                "input": sweep.axis.place,
                "axes": list(sweep.axis.axes),
                "bound": sweep.bound,
                "taken": list(map(list, sweep.taken)),
                "refused": [
                    {"sizes": list(map(list, one.runs)), "layer": one.layer, "rule": one.rule} for one in sweep.refusals
                ],
            }
            for sweep in found.sweeps
        ],
    }


def _most(found: Largest) -> dict[str, Any]:
    return {
        "varied": found.name,
        "step": written(found.step),
        "bound": written(found.bound),
        "budgets": [{"name": one.name, "unit": one.unit, "most": written(one.most)} for one in found.budgets],
        "answer": None if found.answer is None else _step(found.answer),
        "beyond": None if found.beyond is None else _step(found.beyond),
    }


def _step(step: Step) -> dict[str, Any]:
    inputs = [list(tensor.shape) for tensor in step.network.at(step.network.inputs)]
    return {"value": written(step.value), "inputs": inputs, "figures": list(step.figures)}


def written_json(found: Found | Accepted | Largest) -> str:
    """As JSON."""
    return json.dumps(record(found), indent=2)
