"""One layer along one axis: the attributes or sizes that are not known, from those that are.

Every candidate within a bound is put to the operator's own rule; there is no rule for the way back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from math import prod
from typing import Any, NamedTuple

from netledger.core.errors import ShapeError, SourceError, UnknownNameError
from netledger.core.language import say
from netledger.core.network import Tensor
from netledger.core.number import Number
from netledger.core.operator import Operator
from netledger.core.trace import trace

__all__ = ["IN", "OUT", "Candidate", "Found", "Question", "asked", "names", "solve", "traced"]

IN, OUT = "in", "out"

ALONE = 4096
"""How far a number is searched that is the only unknown."""
FARTHER = 16
"""The size of an input is searched up to so many times the output, if that is more,"""
MOST_ALONE = 2**18
"""and at most up to here."""
SIZES = 1024
"""How far a size is searched among other unknowns."""
TOGETHER = 11
"""How far an attribute is searched among other unknowns."""
MAX_CANDIDATES = 1_000_000
MAX_SIZE = 2**31
MAX_ATTRIBUTE = 2**20

USUAL_KERNEL = 11

_KINDS = ("per_axis", "padding", "choice")
_USUAL = ("kernel", "stride", "padding")


class Question(NamedTuple):
    """What is asked of one layer.

    Args:
        op: its operator.
        known: its attributes as far as they are given; the others are as they are by default.
        unknown: what is asked for: attributes, `in`, `out`.
        size: the size of the input along one axis, if given.
        made: the size of the output, if given.
        bounds: how far each unknown is searched.

    """

    op: type[Operator]
    known: Mapping[str, Any]
    unknown: tuple[str, ...]
    size: int | None
    made: int | None
    bounds: Mapping[str, int]


class Candidate(NamedTuple):
    """Values of the unknowns, and what they give.

    Args:
        values: by name.
        op: the operator with these attributes.
        size: of the input.
        made: of the output.
        even: whether no element of the input is left over.

    """

    values: Mapping[str, int]
    op: Operator
    size: int
    made: int
    even: bool = True


class Found(NamedTuple):
    """The answer.

    Args:
        question: what was asked.
        answers: all within the bounds, the usual ones first.
        nearest: where there is none: the candidate whose output is nearest; None: no candidate has an output.
        refused: the rule that refused the first candidate, if one did.

    """

    question: Question
    answers: tuple[Candidate, ...]
    nearest: Candidate | None
    refused: str


def names(op: type[Operator]) -> tuple[str, ...]:
    """The attributes of an operator that decide the size of its output."""
    return tuple(name for name, one in op.ATTRIBUTES.items() if one.kind in _KINDS or name == "clip")


def asked(
    op: type[Operator],
    known: Mapping[str, Any],
    unknown: tuple[str, ...] = (),
    size: int | None = None,
    made: int | None = None,
    up_to: int | None = None,
) -> Question:
    """The question, checked; without unknowns: what is left out of in and out; else kernel, stride and padding.

    Raises:
        SourceError, UnknownNameError: if it is none.

    """
    _check_op(op)
    searched = (IN, OUT, *(name for name in names(op) if op.ATTRIBUTES[name].kind in _KINDS[:2]))
    for name in (*unknown, *known):
        if name not in (*searched, *names(op)):
            raise UnknownNameError("number to solve for", name, searched)
    unknown = tuple(dict.fromkeys(unknown)) or _left_out(op, known, size, made)
    _check_given(op, known, unknown, size, made)
    bounds = {name: up_to or _bound(name, unknown, made or 0) for name in unknown if name != OUT}
    if prod(bounds.values()) > MAX_CANDIDATES:
        most = say("at most {most:,} candidates are tried", most=MAX_CANDIDATES)
        raise SourceError(most, values={"asked": prod(bounds.values())}, hint="Give a lower bound, or more numbers.")
    return Question(op, dict(known), unknown, size, made, bounds)


def _check_op(op: type[Operator]) -> None:
    if not hasattr(op, "windows") or op.INPUTS != (1, 1):
        rule = say("{op} has no window whose size could be solved for", op=op.KIND)
        raise SourceError(rule, hint="Take conv, conv_transpose, maxpool, avgpool or lp_pool.")


def _bound(name: str, unknown: tuple[str, ...], made: int) -> int:
    if len(unknown) > 1:
        return SIZES if name == IN else TOGETHER
    return min(max(ALONE, FARTHER * made), MOST_ALONE) if name == IN else ALONE


def _left_out(op: type[Operator], known: Mapping[str, Any], size: int | None, made: int | None) -> tuple[str, ...]:
    if size is None and made is None:
        hint = say("Give --in and --out, or one of them and the attributes; or a network: netledger solve --help.")
        raise SourceError("in or out is needed", hint=hint)
    missing = tuple(name for name, value in ((IN, size), (OUT, made)) if value is None)
    return missing or tuple(name for name in _USUAL if name in op.ATTRIBUTES and name not in known)


def _check_given(
    op: type[Operator], known: Mapping[str, Any], unknown: tuple[str, ...], size: int | None, made: int | None
) -> None:
    given = {**known, **{name: value for name, value in ((IN, size), (OUT, made)) if value is not None}}
    for name, value in given.items():
        if name in unknown:
            raise SourceError(say("{name} is asked for and given", name=name), hint="Leave one of them out.")
        if isinstance(value, int) and value > (MAX_SIZE if name in (IN, OUT) else MAX_ATTRIBUTE):
            raise SourceError(say("{name} is too large", name=name), values={name: value})
        if name in (IN, OUT) and value < 1:
            raise SourceError(say("{name} is at least 1", name=name), values={name: value})
    for name in (IN, OUT, *names(op)):
        if name not in given and name not in unknown and (name in (IN, OUT) or name not in op.DEFAULTS):
            hint = say("Give --{name}, or ask for it: --unknown {name}.", name=name)
            raise SourceError(say("{name} is needed", name=name), hint=hint)
    if not unknown:
        raise SourceError("nothing is asked for", hint="Name what is not known: --unknown padding.")


def solve(question: Question) -> Found:
    """Every answer within the bounds, or the nearest candidate.

    Raises:
        ShapeError: if what is given breaks a rule, whatever the unknowns are.

    """
    answers: list[Candidate] = []
    nearest: tuple[Any, ...] = ()
    refused: ShapeError | None = None
    for values in _candidates(question):
        try:
            made = _put(question, values)
        except ShapeError as error:
            refused = refused or error
            continue
        if question.made in (None, made.made):
            answers.append(_checked(question, made))
        else:
            rank = (abs(made.made - (question.made or 0)), *_departures(made))
            nearest = min(nearest, (rank, made), key=lambda pair: pair[0]) if nearest else (rank, made)
    if refused and not answers and not nearest and len(question.bounds) == 0:
        raise refused
    beside = nearest[1] if nearest and not answers else None
    return Found(question, tuple(sorted(answers, key=_departures)), beside, refused.rule if refused else "")


def _candidates(question: Question) -> Iterator[dict[str, int]]:
    least = {name: question.op.ATTRIBUTES[name].least or 0 for name in question.bounds if name != IN}
    ranges = (range(least.get(name, 1), bound + 1) for name, bound in question.bounds.items())
    return (dict(zip(question.bounds, values, strict=True)) for values in product(*ranges))


def _put(question: Question, values: Mapping[str, int]) -> Candidate:
    """What the rule gives."""
    own = {name: value for name, value in values.items() if name != IN}
    op = question.op(**{**_rest(question.op), **question.known, **own})
    size = values.get(IN, question.size) or 0
    return Candidate(dict(values), op, size, _made(op, size))


def _rest(op: type[Operator]) -> dict[str, Any]:
    """A value for what must be given, and does not decide the size."""
    return {
        name: 2.0 if attribute.kind == "real" else attribute.least or 1
        for name, attribute in op.ATTRIBUTES.items()
        if name not in op.DEFAULTS and name != "kernel"
    }


def _made(op: Operator, size: Number) -> int:
    return op.infer((Tensor((1, 1, size)),))[0].shape[2]


def _checked(question: Question, made: Candidate) -> Candidate:
    """With the output, if it was asked for; and whether an element of the input is left over."""
    values = {**made.values, **({OUT: made.made} if OUT in question.unknown else {})}
    other = made.size + (1 if getattr(made.op, "rounding", "") == "ceil" else -1)
    try:
        even = other < 1 or _made(made.op, other) != made.made
    except ShapeError:
        even = True
    return made._replace(values=values, even=even)


def _departures(made: Candidate) -> tuple[Any, ...]:
    """What is unusual of a candidate, the worst first; docs and `told.USUAL` say it in words."""
    op: Any = made.op
    kernel, stride, gap = op.kernel, op.stride or op.kernel, getattr(op, "dilation", 1)
    padding = op.padding if isinstance(getattr(op, "padding", 0), int) else 0
    span = gap * (kernel - 1) + 1
    return (
        kernel > USUAL_KERNEL,
        op.DEFAULTS["stride"] is not None and kernel % 2 == 0,
        padding > 0 and 2 * padding != span - 1,
        stride > kernel,
        not made.even,
        gap,
        stride,
        kernel,
        padding,
        made.size,
        *made.values.values(),
    )


def traced(made: Candidate) -> tuple[Operator, Any]:
    """The operator with a symbol for each number, and the size of the output as a formula."""
    op, inputs = trace(made.op, (Tensor((1, 1, made.size)),))
    return op, op.infer(inputs)[0].shape[2]
