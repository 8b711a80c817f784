"""One unit from another: MAC, FLOP, rates, seconds, bytes. Exact; every factor is stated."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from netledger.analyses.quantity import Quantity, short, unit_of, written
from netledger.core.document import Block, Document, Pairs, Paragraph
from netledger.core.errors import SourceError
from netledger.core.language import say

__all__ = ["Conversion", "convert", "document", "record"]

SCHEMA = 1

COUNTS = ("MAC", "FLOP")
RATES = {"MAC/s": "MAC", "FLOPS": "FLOP"}
"""A rate, and what it counts in a second."""


class Step(NamedTuple):
    """One factor: what was there, what it was multiplied by, what that made, and why."""

    before: Quantity
    factor: Fraction
    after: Quantity
    why: str


class Conversion(NamedTuple):
    """An answer.

    Args:
        given: what was converted.
        made: what it is, in the plain unit.
        target: the unit as it was asked for, with its scale.
        steps: every factor, in order.

    """

    given: Quantity
    made: Quantity
    target: tuple[str, Fraction]
    steps: tuple[Step, ...]


def convert(given: Quantity, to: str, at: Quantity | None = None, mac_counts: int = 2) -> Conversion:
    """A quantity in another unit.

    Args:
        given: what is converted.
        to: the unit, perhaps with a prefix.
        at: the rate at which operations are done, where seconds are asked for or given.
        mac_counts: how many FLOPs a multiply-accumulate counts as: 2, or 1.

    Raises:
        SourceError: if the one is not made of the other.

    """
    scale, unit = unit_of(to)
    if not given.unit or not unit:
        raise SourceError("a unit is needed on both sides", hint="Write --from MACs --to FLOPs.")
    if mac_counts not in (1, 2):
        raise SourceError("a MAC counts as one FLOP or as two", values={"given": mac_counts})
    if at is not None and (at.unit not in RATES or at.value <= 0):
        raise SourceError("--at is a rate greater than 0", hint="Write --at 10TFLOPS, or --at 5TMACs/s.")
    steps = tuple(_steps(given, unit, at, mac_counts))
    made = steps[-1].after if steps else given
    return Conversion(given, made, (to, Fraction(scale)), steps)


def _steps(given: Quantity, unit: str, at: Quantity | None, mac_counts: int) -> Iterator[Step]:
    """The factors from one unit to the other."""
    now = given
    if given.unit == unit:
        return
    if given.unit == "s" and unit in COUNTS and at is not None:
        yield (step := _times(now, at.value, RATES[at.unit], say("at {rate}, all of it used", rate=_said(at))))
        now = step.after
    elif given.unit in COUNTS and unit == "s" and at is not None:
        if given.unit != RATES[at.unit]:
            yield (step := _mac(now, RATES[at.unit], mac_counts))
            now = step.after
        why = say("at {rate}, all of it used: it takes at least as long", rate=_said(at))
        yield (step := _times(now, 1 / at.value, "s", why))
        now = step.after
    if now.unit == unit:
        return
    pairs = ({"MAC", "FLOP"}, {"MAC/s", "FLOPS"})
    if {now.unit, unit} not in pairs:
        raise _cannot(given.unit, unit)
    yield _mac(now, unit, mac_counts)


def _said(rate: Quantity) -> str:
    return short(rate.value, rate.unit)[0]


def _mac(now: Quantity, unit: str, mac_counts: int) -> Step:
    factor = Fraction(mac_counts) if now.unit.startswith("MAC") else Fraction(1, mac_counts)
    two = say("a multiply-accumulate (MAC) counts as two FLOPs: a multiplication and an addition")
    one = say("a multiply-accumulate (MAC) counts as one FLOP, as where one instruction does both")
    return _times(now, factor, unit, two if mac_counts == 2 else one)


def _times(now: Quantity, factor: Fraction, unit: str, why: str) -> Step:
    return Step(now, factor, Quantity(now.value * factor, unit), why)


def _cannot(given: str, unit: str) -> SourceError:
    rule = say("{given} cannot be converted to {unit}", given=given, unit=unit)
    if {given, unit} & {"FLOPS", "MAC/s"}:
        hint = say(
            "FLOPs and MACs are counts; FLOPS (FLOP/s) is a rate. From a count to seconds: --to s --at 10TFLOPS."
        )
    elif "s" in (given, unit):
        hint = say("Seconds need a rate: --at 10TFLOPS.")
    else:
        hint = say("MACs, FLOPs and seconds are converted into each other; bytes into bytes.")
    return SourceError(rule, hint=hint)


# As a document, and as JSON.


def document(found: Conversion) -> Document:
    """The answer, exactly and in short, and every factor."""
    given, made = found.given, found.made
    name, scale = found.target
    plain = f"{written(made.value)} {made.unit}"
    asked = plain if scale == 1 else f"{written(made.value / scale)} {name}"
    exact = " = ".join(dict.fromkeys((plain, asked)))
    pairs = [(say("exactly"), exact), (say("in short"), ", ".join(short(made.value, made.unit)))]
    title = f"{written(given.value)} {given.unit} = {asked}"
    blocks: list[Block] = [Pairs(tuple(pairs))]
    blocks += [Paragraph(_sentence(step)) for step in found.steps]
    return Document(title, "", tuple(blocks))


def _sentence(step: Step) -> str:
    """A factor, and why it is that."""
    sign = f"· {written(step.factor)}" if step.factor >= 1 else f"/ {written(1 / step.factor)}"
    sums = f"{written(step.before.value)} {step.before.unit} {sign} = {written(step.after.value)} {step.after.unit}"
    return f"{sums}: {step.why}."


def record(found: Conversion) -> str:
    """As JSON; numbers are exact, as fractions where they are no whole numbers."""
    steps = [
        {"from": _plain(step.before), "factor": str(step.factor), "to": _plain(step.after), "why": step.why}
        for step in found.steps
    ]
    made = {"schema": SCHEMA, "given": _plain(found.given), "made": _plain(found.made), "steps": steps}
    return json.dumps(made, indent=2, ensure_ascii=False)


def _plain(quantity: Quantity) -> dict[str, Any]:
    return {"value": str(quantity.value), "unit": quantity.unit}
