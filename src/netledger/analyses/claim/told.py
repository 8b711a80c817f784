"""What a claim comes from, as a document and as plain data."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from netledger.analyses.claim import Found, Match
from netledger.analyses.claim.claimed import MEANINGS, Claimed, decimal
from netledger.core.document import Block, Column, Document, Pairs, Paragraph, Table, thousands
from netledger.core.errors import quote
from netledger.core.language import later, plural, say
from netledger.core.network import Tensor, shapes

__all__ = ["SCHEMA", "document", "record"]

SCHEMA = 1
SHOWN = 12
NAMES = 3
AS_GIVEN = later("as given")


def document(found: Found) -> Document:
    """The claim as it is understood; a row for each figure that agrees, or for the nearest; what was tried."""
    claimed, ledger = found.claimed, found.ledger
    title = say(
        "{name}, input {inputs}: what gives {given}",
        name=ledger.name,
        inputs=shapes(ledger.inputs),
        given=quote(claimed.text, 200),
    )
    blocks: list[Block] = [Pairs(tuple(_understood(claimed)))]
    if not found.matches:
        blocks.append(
            Paragraph("No figure that was tried is printed so. The nearest, and what the claim has more or less:")
        )
    blocks.append(_table(found, found.matches[:SHOWN] or found.nearest))
    blocks += [Paragraph(text) for text in (_tried(found), *_incomplete(found))]
    return Document(title, ledger.source, tuple(blocks))


def _understood(claimed: Claimed) -> list[tuple[str, str]]:
    least, bound = decimal(claimed.least), decimal(claimed.bound)
    return [
        (
            say("claim"),
            say("{value}, printed to {step}", value=decimal(claimed.value), step=decimal(claimed.step)),
        ),
        (say("of"), say(MEANINGS[claimed.meaning])),
        (say("agrees"), say("from {least} to less than {bound}, rounded or cut off", least=least, bound=bound)),
    ]


def _table(found: Found, shown: tuple[Match, ...]) -> Table:
    """Input and network only where some row has another than is given; differences only where no row agrees."""
    words = [Column(head, number=False) for head in ("unit", later("counted as"), "input", "network", later("remark"))]
    more = () if found.matches else (Column("claim − figure"), Column("of the claim"))
    rows = tuple((*_cells(match, found), *(() if found.matches else _rest(match, found))) for match in shown)
    table = Table((Column("figure"), *words, *more), rows)
    tacit = {"input": shapes(found.ledger.inputs), "network": AS_GIVEN, "remark": ""}
    for place in reversed(range(len(table.columns))):
        if {row[place] for row in rows} <= {tacit.get(table.columns[place].head)}:
            table = table.without(place)
    return table


def _cells(match: Match, found: Found) -> tuple[str, ...]:
    figure = match.figure
    more = say(" and {count} more", count=len(figure.names) - NAMES) if len(figure.names) > NAMES + 1 else ""
    names = figure.names[: NAMES if more else NAMES + 1]
    network = ", ".join(map(say, figure.variants)) or AS_GIVEN
    return (
        thousands(figure.amount),
        figure.unit,
        f"{', '.join(names)}{more}",
        shapes(figure.inputs),
        network,
        _remark(match, found),
    )


def _remark(match: Match, found: Found) -> str:
    """How it comes to the claimed digits, and what else sets it apart."""
    unit, meaning = match.figure.unit, found.claimed.meaning
    times = {2: say("doubled"), Fraction(1, 2): say("halved")}.get(match.figure.factor, "")
    word = say("1 MAC taken as 1 FLOP") if (meaning, unit) == ("FLOP", "MAC") else ""
    other = say("not multiply-adds") if (meaning, unit) == ("MAC", "FLOP") else ""
    return ", ".join(part for part in (times, say(match.how), word, other) if part)


def _rest(match: Match, found: Found) -> tuple[str, str]:
    return decimal(match.difference), _percent(match.difference, found.claimed.value)


def _percent(part: Fraction, whole: Fraction) -> str:
    """To two places, half to even.

    >>> _percent(Fraction(-1, 3), Fraction(1))
    '−33.33 %'
    """
    hundredths = round(part / whole * 10_000)
    sign = "−" if hundredths < 0 else ""
    return f"{sign}{abs(hundredths) // 100:,}.{abs(hundredths) % 100:02d} %"


def _tried(found: Found) -> str:
    tried, count = found.tried, len(found.matches)
    parts = (
        plural("{count} input", "{count} inputs", tried.inputs),
        plural("{count} variant", "{count} variants", tried.variants),
        plural("{count} convention", "{count} conventions", tried.conventions),
    )
    rest = say("; {count} more agree, with as many departures or more", count=count - SHOWN) if count > SHOWN else ""
    return say(
        "Tried: {parts}; {count} of {several} agree{rest}.",
        parts=", ".join(parts),
        count=count,
        several=plural("{count} figure", "{count} figures", tried.figures),
        rest=rest,
    )


def _incomplete(found: Found) -> list[str]:
    gaps = len(found.ledger.gaps)
    return [say("{gaps} layers are not counted: every figure is a lower bound.", gaps=gaps)] if gaps else []


def record(found: Found) -> dict[str, Any]:
    """The same as plain data; sizes and precision of the claim as decimal texts, since they may be fractions."""
    claimed = found.claimed
    return {
        "schema": SCHEMA,
        "name": found.ledger.name,
        "source": found.ledger.source,
        "input": _sizes(found.ledger.inputs),
        "complete": found.ledger.complete,
        "claim": {
            "text": claimed.text,
            "meaning": claimed.meaning,
            "value": _text(claimed.value),
            "step": _text(claimed.step),
            "least": _text(claimed.least),
            "bound": _text(claimed.bound),
        },
        "matches": [_told(match, found) for match in found.matches],
        "nearest": [_told(match, found) for match in found.nearest],
        "tried": found.tried._asdict(),
    }


def _told(match: Match, found: Found) -> dict[str, Any]:
    figure = match.figure
    return {
        "figure": figure.amount,
        "unit": figure.unit,
        "counted_as": list(figure.names),
        "input": _sizes(figure.inputs),
        "variants": list(figure.variants),
        "factor": str(figure.factor),
        "how": match.how,
        "remark": _remark(match, found),
        "difference": _text(match.difference),
    }


def _sizes(inputs: tuple[Tensor, ...]) -> list[list[int]]:
    return [list(tensor.shape) for tensor in inputs]


def _text(value: Fraction) -> str:
    return decimal(value).replace(",", "").replace("−", "-")
