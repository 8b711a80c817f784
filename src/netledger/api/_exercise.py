"""Exercises about a network, and what answers to them are worth."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from netledger.analyses.exercise import code as _code
from netledger.analyses.exercise.grading import Graded, document, read_answers
from netledger.analyses.exercise.grading import grade as _grade
from netledger.analyses.exercise.paper import COUNT, MOST, Paper, draw
from netledger.analyses.exercise.problems import Answer as Right
from netledger.analyses.exercise.told import key as _key
from netledger.analyses.exercise.told import sheet as _sheet
from netledger.analyses.verify.sheet import decode as _decode
from netledger.api._answer import Answer
from netledger.api._count import Let, Source, count
from netledger.api._ledger import Ledger
from netledger.api._shapes import Input
from netledger.core.document import Document
from netledger.core.errors import SourceError, quote
from netledger.core.language import say
from netledger.core.ledger import build
from netledger.frontends.spec import Options, lay_out
from netledger.frontends.spec import read as read_spec
from netledger.frontends.spec.write import to_spec
from netledger.notations import DEFAULT as FIELD
from netledger.notations import load as _notation

__all__ = ["Exercise", "Grades", "Sheet", "exercise", "grade"]

_COMMENTS = {"markdown": "<!-- {} -->", "html": "<!-- {} -->", "latex": "% {}", "text": "{}"}


class Sheet(Answer):
    """The problems; the first line says which exercise it is, so that answers can be graded."""

    __slots__ = ("code",)

    def __init__(self, document: Document, code: _code.Code) -> None:
        super().__init__(document)
        self.code = code

    def to(self, format: str) -> str:
        """The sheet as markdown, latex, html or text."""
        written = super().to(format)
        return f"{_COMMENTS[format].format(_code.write(self.code))}\n{written}"


class Exercise:
    """A problem sheet and its key: `exercise.sheet`, `exercise.key`, each an answer in every format."""

    __slots__ = ("_code", "_paper")

    def __init__(self, paper: Paper, code: _code.Code) -> None:
        self._paper, self._code = paper, code

    @property
    def sheet(self) -> Sheet:
        """The problems, with blanks."""
        return Sheet(_sheet(self._paper), self._code)

    @property
    def key(self) -> Answer:
        """The answers, and where each comes from."""
        return Answer(_key(self._paper, self._code.notation))

    @property
    def answers(self) -> dict[int, Right]:
        """The right answer to each question: sizes, or one number; None: there is none."""
        return {problem.number: problem.answer for problem in self._paper.problems}

    def form(self) -> str:
        """A CSV file to be filled in."""
        return "\n".join(["question,answer", *(f"{problem.number}," for problem in self._paper.problems)])

    def __repr__(self) -> str:
        return f"<Exercise: {self._paper.network.name}, seed {self._paper.seed}>"

    def __str__(self) -> str:
        return str(self.sheet)

    def _repr_html_(self) -> str:
        return self.sheet.to("html")


class Grades(Answer):
    """Answers judged: `grades.passed`, `grades.first_wrong`, `grades.verdicts`."""

    __slots__ = ("graded",)

    def __init__(self, graded: Graded, notation: str) -> None:
        super().__init__(document(graded, notation))
        self.graded = graded

    @property
    def passed(self) -> bool:
        """Whether every answer is there, and right."""
        return self.graded.passed

    @property
    def first_wrong(self) -> int | None:
        """The number of the first question that was answered wrongly."""
        wrong = self.graded.first_wrong
        return wrong.problem.number if wrong else None

    @property
    def mistakes(self) -> dict[int, tuple[str, ...]]:
        """The likely mistakes behind each wrong answer."""
        return {one.problem.number: one.mistakes for one in self.graded.verdicts if one.right is False}


def exercise(
    source: Source | Ledger,
    *inputs: Input,
    seed: int,
    blanks: int = COUNT,
    notation: str = FIELD,
    batch: int | None = None,
    let: Let = None,
) -> Exercise:
    """A problem sheet about a network, and its key.

    Args:
        source: what `count` takes, or a ledger; a spec must be able to say it.
        inputs: as for `count`.
        seed: which exercise: the same seed gives the same one.
        blanks: how many blanks the table has, at most.
        notation: of the formulas in the key.
        batch: as for `count`.
        let: as for `count`.

    Raises:
        SourceError: if nothing can be asked about it, or no spec can say it.

    >>> exercise("lenet", seed=7).answers[1]
    (6, 28, 28)

    """
    if seed < 0:
        raise SourceError("a seed is a whole number from 0 on", values={"given": seed})
    if not 1 <= blanks <= MOST:
        raise SourceError(say("an exercise has 1 to {most} blanks, not {given}", most=MOST, given=blanks))
    _notation(notation)
    ledger = source if isinstance(source, Ledger) else count(source, *inputs, batch=batch, let=let)
    if ledger.network is None:
        raise SourceError("this ledger has no graph: it was read from JSON", hint="Give the network itself.")
    return _drawn(_code.Code(str(to_spec(ledger.network)), seed, blanks, notation))


def _drawn(code: _code.Code) -> Exercise:
    """A spec, read as nothing else: a sheet may come from anybody."""
    network = lay_out(read_spec(code.spec.encode("utf-8", "surrogatepass"), say("the sheet")), Options(), "")
    return Exercise(draw(network, build(network), code.seed, code.blanks), code)


def grade(sheet: str | os.PathLike[str], answers: str | os.PathLike[str] | Mapping[int, Any]) -> Grades:
    """Judge the answers to a sheet.

    Args:
        sheet: the path of a sheet, or its text.
        answers: the path of a CSV file (question, answer), its text, or a mapping.

    Raises:
        SourceError: if one of them cannot be read.

    """
    code = _code.read(_text(sheet))
    _notation(code.notation)
    given = _plain(answers) if isinstance(answers, Mapping) else read_answers(_text(answers), say("the answers"))
    return Grades(_grade(_drawn(code)._paper, given), code.notation)


def _plain(answers: Mapping[int, Any]) -> dict[int, str]:
    """Answers as they would be written: also numbers, and sizes."""
    return {number: "" if given is None else str(given).strip() for number, given in answers.items()}


def _text(source: str | os.PathLike[str]) -> str:
    """A text of several lines as it is; otherwise what is in the file."""
    if isinstance(source, str) and "\n" in source:
        return source
    path = os.fspath(source)
    try:
        with open(path, "rb") as file:
            return _decode(file.read(_code.MAX_SHEET), path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or say("it is not a path")
        raise SourceError(say("cannot read {path}: {reason}", path=quote(path), reason=reason)) from None
