"""The findings of a table as a document, and as JSON: versioned, described in docs/json.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netledger.analyses.verify.heads import FIGURES
from netledger.analyses.verify.judge import Read, Verdict
from netledger.analyses.verify.reasons import COUNTED
from netledger.core.document import Block, Column, Document, Pairs, Paragraph, Table, thousands
from netledger.core.facts import lines
from netledger.core.language import later, plural, say
from netledger.core.network import shapes

if TYPE_CHECKING:
    from netledger.analyses.verify import Findings

__all__ = ["SCHEMA", "document", "record", "written"]

SCHEMA = 1

NO_REASON = later("no likely reason found")

_HEADS = (later("line"), "row", "layer", "column", later("theirs"), later("ours"), "difference")
_SAMPLE = 12


def document(findings: Findings, all: bool = False) -> Document:
    """The cells that differ, or all of them; then how many do, and what was not compared."""
    shown = findings.verdicts if all else findings.differing
    columns = [Column(head, number=head in ("line", "difference")) for head in _HEADS]
    if all:
        columns.append(Column("verdict", number=False))
    last = Column("how, or likely reason" if all else "likely reason", number=False)
    rows = tuple(_cells(verdict, all) for verdict in shown)
    table: tuple[Block, ...] = (Table((*columns, last), rows),) if rows else ()
    title = say(
        "{table} against {name}, input {inputs}",
        table=findings.table,
        name=findings.ledger.name,
        inputs=shapes(findings.ledger.inputs),
    )
    notes = _notes(findings)
    blocks = (*table, Paragraph(_counts(findings)), *((Pairs(notes),) if notes else ()))
    return Document(title, findings.ledger.source, blocks)


def _cells(verdict: Verdict, all: bool) -> tuple[str, ...]:
    cells = (
        str(verdict.line),
        verdict.row,
        verdict.layer,
        verdict.column,
        verdict.theirs,
        _ours(verdict),
        "" if verdict.agrees or verdict.difference is None else _signed(verdict.difference),
    )
    said = verdict.reason or NO_REASON if verdict.agrees is False else verdict.how
    return (*cells, _WORDS[verdict.agrees], say(said)) if all else (*cells, say(said))


_WORDS = {True: later("agrees"), False: later("differs"), None: later("cannot be told")}


def _ours(verdict: Verdict) -> str:
    """Our value, a shape with the sign between sizes that the table has."""
    ours = verdict.ours
    if isinstance(ours, tuple):
        return ("×" if "×" in verdict.theirs else "x").join(map(str, ours))
    return thousands(ours) if isinstance(ours, int) else ours or "–"


def _signed(difference: int) -> str:
    return f"+{thousands(difference)}" if difference > 0 else thousands(difference)


def _counts(findings: Findings) -> str:
    """41 cells agree, 3 differ, 2 rows have no layer."""
    found = [verdict.agrees for verdict in findings.verdicts]
    parts = [
        plural("{count:,} cell agrees", "{count:,} cells agree", found.count(True)),
        plural("{count:,} differs", "{count:,} differ", found.count(False)),
    ]
    if None in found:
        parts.append(say("{count} cannot be told", count=found.count(None)))
    if findings.unmatched:
        parts.append(plural("{count:,} row has no layer", "{count:,} rows have no layer", len(findings.unmatched)))
    if findings.others:
        parts.append(
            plural(
                "{count:,} row is about another network or input",
                "{count:,} rows are about another network or input",
                findings.others,
            )
        )
    if findings.ignored:
        ignored = _several(findings.ignored)
        parts.append(plural("column {names} ignored", "columns {names} ignored", len(findings.ignored), names=ignored))
    return f"{', '.join(parts)}."


def _several(names: tuple[str, ...]) -> str:
    more = say(" and {count} more", count=len(names) - _SAMPLE) if len(names) > _SAMPLE else ""
    return f"{', '.join(names[:_SAMPLE])}{more}"


def _notes(findings: Findings) -> tuple[tuple[str, str], ...]:
    """How columns were read, which rows were matched by guess, which have no layer, what the table leaves out."""
    notes = [(say("column {head}", head=read.column.head), text) for read in findings.reads if (text := _reading(read))]
    for row, layer, match in dict.fromkeys((one.row, one.layer, one.match) for one in findings.verdicts):
        if match not in ("by its name", "the total", "the network", "the input"):
            notes.append((say("row {row}", row=row), say("taken for {layer}, {match}", layer=layer, match=say(match))))
    for missing in findings.unmatched[:20]:
        notes.append(
            (
                say("line {line}", line=missing.line),
                say("no such layer: {row}. {hint}", row=missing.row, hint=missing.hint).rstrip(),
            )
        )
    if len(findings.unmatched) > 20:
        notes.append((say("and"), say("{count} more rows have no layer", count=len(findings.unmatched) - 20)))
    if findings.left_out:
        left_out = plural(
            "{count:,} layer has no row in the table", "{count:,} layers have no row in the table", findings.left_out
        )
        notes.append((say("left out"), left_out))
    return tuple(notes)


def _reading(read: Read) -> str:
    """How a column was read, where its name alone does not say it."""
    parts = []
    if read.convention:
        parts.append(
            say("read as {name}: {counted}", name=read.convention.NAME, counted=say(COUNTED[read.convention.UNIT]))
        )
    if read.unit.power:
        parts.append(
            say(
                "taken to be in {unit}: it does not say",
                unit=("", later("thousands"), later("millions"), later("billions"))[read.unit.power],
            )
        )
    return "; ".join(parts)


def record(findings: Findings) -> dict[str, Any]:
    """The findings as plain dictionaries, lists, strings and integers."""
    found = [verdict.agrees for verdict in findings.verdicts]
    return {
        "schema": SCHEMA,
        "table": findings.table,
        "network": findings.ledger.name,
        "inputs": [list(tensor.shape) for tensor in findings.ledger.inputs],
        "agrees": findings.agrees,
        "counts": {"agree": found.count(True), "differ": found.count(False), "untold": found.count(None)},
        "columns": [_column(read) for read in findings.reads],
        "ignored": list(findings.ignored),
        "unmatched": [row._asdict() for row in findings.unmatched],
        "others": findings.others,
        "left_out": findings.left_out,
        "cells": [verdict._asdict() for verdict in findings.verdicts],
    }


def _column(read: Read) -> dict[str, Any]:
    made: dict[str, Any] = {"column": read.column.head, "meaning": read.column.meaning}
    if read.convention:
        made["convention"] = read.convention.NAME
    if read.column.meaning in FIGURES and (read.column.unit or read.unit.power):
        made["unit"] = str((read.column.unit or read.unit).scale)
    return made


def written(findings: Findings) -> str:
    """The findings as JSON, a cell a line."""
    return lines(record(findings), "cells")
