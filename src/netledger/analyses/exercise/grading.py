"""Answers against the key: what is right, what follows from an earlier answer, the first wrong step, and why."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import NamedTuple

from netledger.analyses.exercise.mistakes import MISTAKES, Mistake, made
from netledger.analyses.exercise.paper import Paper
from netledger.analyses.exercise.problems import Answer, Problem, answer, places
from netledger.analyses.exercise.told import asked, derivation, written
from netledger.analyses.verify.printed import Figure, Sizes, figure, plain, sizes
from netledger.analyses.verify.shapes import agreeing, closest, placed
from netledger.analyses.verify.variants import rerun
from netledger.core.document import Block, Column, Document, Heading, Paragraph, Table
from netledger.core.errors import NetledgerError, SourceError, quote
from netledger.core.language import later, plural, say
from netledger.core.ledger import Entry
from netledger.core.network import Tensor
from netledger.core.number import Shape

__all__ = ["Graded", "Verdict", "document", "grade", "read_answers"]

MAX_ANSWERS = 2**20
NONE = frozenset({"none", "no", "never", "n/a", "无", "没有", "不存在"})
ROUGH = later("it is cut off, or has fewer than two digits")
_SEPARATOR = re.compile(r"^[\s\"(（]*[0-9]+[\s\").）]*([,;\t])", re.MULTILINE)
_HINT = "Write one answer a line, such as 3,34944: the number of the question, then the answer."


class Verdict(NamedTuple):
    """What an answer is worth.

    Args:
        problem: what was asked.
        given: what was answered, as it was written; empty: nothing.
        right: whether it is right; None: there is no answer.
        carried: whether it is right only from an earlier answer on, which is wrong.
        mistakes: what it may come from, the likeliest first.
        read: whether it could be read at all.

    """

    problem: Problem
    given: str
    right: bool | None
    carried: bool = False
    mistakes: tuple[str, ...] = ()
    read: bool = True


class Graded(NamedTuple):
    """An exercise with its answers judged."""

    paper: Paper
    verdicts: tuple[Verdict, ...]

    @property
    def first_wrong(self) -> Verdict | None:
        """The first wrong step."""
        return next((verdict for verdict in self.verdicts if verdict.right is False), None)

    @property
    def passed(self) -> bool:
        """Whether every answer is there, and right."""
        return all(verdict.right and not verdict.carried for verdict in self.verdicts)


def read_answers(text: str, name: str) -> dict[int, str]:
    """The answers of a CSV file by question; the first line may name the columns.

    Raises:
        SourceError: if it is no such file.

    """
    if len(text) > MAX_ANSWERS:
        raise SourceError(say("{name} has more than {most:,} characters", name=name, most=MAX_ANSWERS), hint=_HINT)
    text = text.removeprefix("\ufeff")
    separator = _SEPARATOR.search(text)
    mark = separator[1] if separator else ","
    found: dict[int, str] = {}
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=None), delimiter=mark) if any(row)]
    except csv.Error as error:
        raise SourceError(say("{name} is no CSV file: {error}", name=name, error=error), hint=_HINT) from None
    for place, row in enumerate(rows):
        number, given = plain(row[0]).strip("(). "), mark.join(row[1:]).strip(f"{mark} ")
        if number.isdecimal() and number.isascii() and len(number) < 6:
            if given and (found.get(int(number)) or given) != given:
                raise SourceError(say("question {number} is answered twice", number=number), hint=_HINT)
            found[int(number)] = given or found.get(int(number), "")
        elif place:
            raise SourceError(say("{given} is not the number of a question", given=quote(number)), hint=_HINT)
    return found


def grade(paper: Paper, answers: Mapping[int, str]) -> Graded:
    """Judge answers, in the order of the questions.

    Raises:
        SourceError: if there is an answer to a question that is not there.

    """
    known = {problem.number for problem in paper.problems}
    if strange := sorted(answers.keys() - known):
        raise SourceError(
            say("there is no question {number}", number=strange[0]),
            hint=say("The questions are 1 to {last}. Is this the sheet of these answers?", last=len(known)),
        )
    wrong: dict[str, Tensor] = {}
    verdicts = []
    for problem in paper.problems:
        verdicts.append(_judged(problem, answers.get(problem.number, ""), paper, wrong))
        if verdicts[-1].right is False and problem.what == "output":
            _remember(problem, verdicts[-1].given, wrong)
    return Graded(paper, tuple(verdicts))


def _judged(problem: Problem, given: str, paper: Paper, wrong: Mapping[str, Tensor]) -> Verdict:
    if not given or given in ("-", "?"):
        return Verdict(problem, "", None)
    if _fits(problem, given, problem.answer):
        return Verdict(problem, given, True)
    if wrong and not problem.question and _fits(problem, given, _carried(problem, paper, wrong)):
        return Verdict(problem, given, True, carried=True)
    named = tuple(dict.fromkeys(one.words for one in MISTAKES if _gives(one, problem, given)))
    if not named and _rough(problem, given):
        named = (ROUGH,)
    return Verdict(problem, given, False, mistakes=named, read=_readable(problem, given))


def _gives(mistake: Mistake, problem: Problem, given: str) -> bool:
    found = made(mistake, problem)
    return found is not None and _fits(problem, given, found)


def _fits(problem: Problem, given: str, exact: Answer) -> bool:
    """Whether an answer is this one: sizes in any usual order, a number to the digits that were written."""
    if exact is None:
        return problem.what == "padding" and plain(given) in NONE
    if problem.what == "output":
        shown = sizes(given)
        return bool(shown and _every_size(shown, (problem.entry.outputs[0].shape[0], *exact)))
    if problem.what == "field":
        shown = sizes(given)
        return bool(shown and any(places(tuple(size or 0 for size in one)) == exact for one in shown.readings))
    number = figure(given)
    return bool(number and _rounds(number, exact[0], exactly=problem.what == "padding"))


def _every_size(shown: Sizes, shape: Shape) -> bool:
    """Whether channels and places are all told; nothing but the batch may be left out, or open."""
    readings = ((shape[0], *one[1:]) if one[0] is None and len(one) == len(shape) else one for one in shown.readings)
    told = shown._replace(readings=tuple(one for one in readings if None not in one))
    order = agreeing(told, shape)
    return order is not None and (
        not order.axes or {axis for axes in order.axes for axis in axes} >= {*range(1, len(shape))}
    )


def _rounds(number: Figure, exact: int, exactly: bool = False) -> bool:
    """Whether a figure is this number, or this number rounded to the nearest, with two digits at least."""
    if number.unit and number.unit.memory:
        return False
    near = number.value >= 10 * number.step and abs(exact - number.value) <= number.step / 2
    return exact == number.value or (near and not exactly)


def _rough(problem: Problem, given: str) -> bool:
    """Whether an answer would be right if it were not rounded so far."""
    number = None if problem.what in ("output", "field", "padding") or not problem.answer else figure(given)
    if number is None or problem.answer is None or (number.unit and number.unit.memory):
        return False
    return number.agrees(problem.answer[0])


def _readable(problem: Problem, given: str) -> bool:
    return bool(sizes(given) if problem.what in ("output", "field") else figure(given) or plain(given) in NONE)


def _remember(problem: Problem, given: str, wrong: dict[str, Tensor]) -> None:
    """What later layers get, if the answer were right."""
    shown, right = sizes(given), problem.entry.outputs[0]
    near = closest(shown, right.shape) if shown else None
    if near and len(near[1]) == len(near[0].axes):
        shape = placed(right.shape, *near)
        if all(size > 0 for size in shape):
            wrong[problem.layer] = right.like(shape)


def _carried(problem: Problem, paper: Paper, wrong: Mapping[str, Tensor]) -> Answer:
    """The answer from the wrong shapes on: the network is laid out again with them."""
    entry = _again(paper, wrong, problem)
    return answer(problem.what, entry) if entry else None


def _again(paper: Paper, wrong: Mapping[str, Tensor], problem: Problem) -> Entry | None:
    """The layer of a problem, on what it gets from layers with these shapes; None if it fits no more."""
    network = paper.network
    known = {number: network.tensors[number] for number in network.inputs}
    for node in network.nodes:
        inputs = tuple(known[number] for number in node.inputs)
        if node.name == problem.layer:
            return rerun(problem.entry, inputs)
        try:
            made = node.op.infer(inputs)
        except NetledgerError:
            return None
        known.update(zip(node.outputs, made, strict=True))
        if node.name in wrong:
            known[node.outputs[0]] = wrong[node.name]
    return None


def document(graded: Graded, notation: str) -> Document:
    """How many are right, each answer, the first wrong step, and how it should have gone."""
    heads = [Column("question"), *(Column(head, number=False) for head in ("asked", "your answer", "verdict"))]
    rows = tuple(
        (str(one.problem.number), asked(one.problem), one.given or "–", _verdict(one)) for one in graded.verdicts
    )
    right = sum(bool(one.right) for one in graded.verdicts)
    summary = say("{right} of {all} answers are right.", right=right, all=len(graded.verdicts))
    blocks: list[Block] = [Paragraph(summary), Table(tuple(heads), rows), *_first(graded, notation)]
    title = say("{network}, exercise {seed}, graded", network=graded.paper.network.name, seed=graded.paper.seed)
    return Document(title, "", tuple(blocks))


def _verdict(one: Verdict) -> str:
    if one.right is None:
        return say("not answered")
    if one.carried:
        return say("right, from your earlier answer on")
    if one.right:
        return say("right")
    if not one.read:
        return say("wrong: it cannot be read")
    return say("wrong: {likely}", likely=_likely(one)) if one.mistakes else say("wrong")


def _likely(one: Verdict) -> str:
    return say(", or ").join(map(say, one.mistakes[:3]))


def _first(graded: Graded, notation: str) -> list[Block]:
    wrong = graded.first_wrong
    if wrong is None:
        left = sum(one.right is None for one in graded.verdicts)
        said = plural("{count} question is left.", "{count} questions are left.", left)
        return [Paragraph(said)] if left else []
    problem = wrong.problem
    said = say(
        "The first wrong step is ({number}), {asked}: it is {right}, not {given}.",
        number=problem.number,
        asked=asked(problem),
        right=written(problem.answer, problem.what),
        given=wrong.given[:60],
    )
    likely = [Paragraph(say("Likely: {likely}.", likely=_likely(wrong)))] if wrong.mistakes else []
    return [
        Heading(later("The first wrong step")),
        Paragraph(said),
        *likely,
        *derivation(problem, graded.paper, notation),
    ]
