"""The findings of a table as a document, and as JSON: versioned, described in docs/json.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netledger.analyses.verify.heads import FIGURES
from netledger.analyses.verify.judge import Read, Verdict
from netledger.analyses.verify.reasons import COUNTED
from netledger.core.document import Block, Column, Document, Pairs, Paragraph, Table, thousands
from netledger.core.facts import lines
from netledger.core.network import shapes

if TYPE_CHECKING:
    from netledger.analyses.verify import Findings

__all__ = ["SCHEMA", "document", "record", "written"]

SCHEMA = 1

NO_REASON = "no likely reason found"

_HEADS = ("line", "row", "layer", "column", "theirs", "ours", "difference")
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
    title = f"{findings.table} against {findings.ledger.name}, input {shapes(findings.ledger.inputs)}"
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
    return (*cells, _WORDS[verdict.agrees], said) if all else (*cells, said)


_WORDS = {True: "agrees", False: "differs", None: "cannot be told"}


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
        _many(found.count(True), "cell agrees", "cells agree"),
        f"{_many(found.count(False), 'differs', 'differ')}",
    ]
    if None in found:
        parts.append(f"{found.count(None)} cannot be told")
    if findings.unmatched:
        parts.append(_many(len(findings.unmatched), "row has no layer", "rows have no layer"))
    if findings.others:
        about = "is about another network or input", "are about another network or input"
        parts.append(_many(findings.others, f"row {about[0]}", f"rows {about[1]}"))
    if findings.ignored:
        word = "column" if len(findings.ignored) == 1 else "columns"
        parts.append(f"{word} {_several(findings.ignored)} ignored")
    return f"{', '.join(parts)}."


def _many(count: int, one: str, more: str) -> str:
    return f"{thousands(count)} {one if count == 1 else more}"


def _several(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _SAMPLE} more" if len(names) > _SAMPLE else ""
    return f"{', '.join(names[:_SAMPLE])}{more}"


def _notes(findings: Findings) -> tuple[tuple[str, str], ...]:
    """How columns were read, which rows were matched by guess, which have no layer, what the table leaves out."""
    notes = [(f"column {read.column.head}", text) for read in findings.reads if (text := _reading(read))]
    for row, layer, match in dict.fromkeys((one.row, one.layer, one.match) for one in findings.verdicts):
        if match not in ("by its name", "the total", "the network", "the input"):
            notes.append((f"row {row}", f"taken for {layer}, {match}"))
    for missing in findings.unmatched[:20]:
        notes.append((f"line {missing.line}", f"no such layer: {missing.row}. {missing.hint}".rstrip()))
    if len(findings.unmatched) > 20:
        notes.append(("and", f"{len(findings.unmatched) - 20} more rows have no layer"))
    if findings.left_out:
        notes.append(("left out", f"{_many(findings.left_out, 'layer has', 'layers have')} no row in the table"))
    return tuple(notes)


def _reading(read: Read) -> str:
    """How a column was read, where its name alone does not say it."""
    parts = []
    if read.convention:
        parts.append(f"read as {read.convention.NAME}: {COUNTED[read.convention.UNIT]}")
    if read.unit.power:
        parts.append(f"taken to be in {('', 'thousands', 'millions', 'billions')[read.unit.power]}: it does not say")
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
