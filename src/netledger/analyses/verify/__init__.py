"""A published table against the ledger, cell by cell: what agrees, what differs, by how much, and why that may be.

sheet     the text of the table
printed   figures and shapes as they are printed
heads     what its columns mean
matching  the layers of a ledger by all that a table may call them
rows      which rows are about the network, and what each is about
subject   the figures of a layer, a block, the whole
shapes    the orders in which sizes are printed
judge     each cell: agrees, differs
variants  the same layers, counted otherwise
reasons   which of them gives what is printed
told      the findings as a document, and as JSON
"""

from __future__ import annotations

import os
from typing import NamedTuple

from netledger.analyses.receptive_field import receptive_fields
from netledger.analyses.verify.heads import Heads, columns, known
from netledger.analyses.verify.judge import Judge, Known, Pair, Read, Verdict
from netledger.analyses.verify.matching import Layers
from netledger.analyses.verify.rows import Unmatched, chosen
from netledger.analyses.verify.sheet import parse, read
from netledger.core.errors import SourceError
from netledger.core.language import say
from netledger.core.ledger import Ledger
from netledger.core.network import Network

__all__ = ["Findings", "Unmatched", "Verdict", "verify"]


class Findings(NamedTuple):
    """What is found of a table.

    Args:
        table: what the table is called.
        ledger: what it was compared with.
        verdicts: a verdict for each cell that says something.
        reads: how each column is read.
        ignored: the names of columns that are not read.
        unmatched: the rows that are about no layer.
        others: how many rows are about another network, or another input.
        left_out: how many layers the table has no row for.

    """

    table: str
    ledger: Ledger
    verdicts: tuple[Verdict, ...]
    reads: tuple[Read, ...]
    ignored: tuple[str, ...]
    unmatched: tuple[Unmatched, ...]
    others: int
    left_out: int

    @property
    def differing(self) -> tuple[Verdict, ...]:
        """The cells that differ."""
        return tuple(verdict for verdict in self.verdicts if verdict.agrees is False)

    @property
    def agrees(self) -> bool:
        """Whether no cell differs, and every row is about something."""
        return not self.differing and not self.unmatched


def verify(
    table: str | os.PathLike[str],
    ledger: Ledger,
    network: Network | None = None,
    names: tuple[str, ...] = (),
    row: str | None = None,
) -> Findings:
    """Compare a table with a ledger.

    Args:
        table: the path of a table, or its text.
        ledger: the ledger.
        network: its graph, for receptive fields.
        names: what else the network is called.
        row: the row, or rows, of the network by name, where the table is of several.

    Raises:
        SourceError: if the table cannot be read, has nothing to compare, or no row about the network.

    """
    text, name = read(table)
    sheet = parse(text, name, known)
    heads = columns(sheet)
    rows = chosen(sheet, heads, Layers(ledger, names), row)
    judge = Judge(sheet, ledger, _fields(heads, network))
    reads = tuple(judge.read(column, rows.pairs) for column in heads.judged)
    verdicts = tuple(found for pair in rows.pairs for found in judge.row(pair, reads))
    if not verdicts and not rows.unmatched:
        hint = "The cells of its known columns are empty in all rows about the network."
        raise SourceError(say("{name} has no cell to compare", name=name), hint=hint)
    left_out = _left_out(ledger, rows.pairs)
    return Findings(name, ledger, verdicts, reads, heads.ignored, rows.unmatched, rows.others, left_out)


def _fields(heads: Heads, network: Network | None) -> Known:
    """The receptive fields, where the table tells any."""
    if network is None or not any(column.meaning in ("field", "jump", "reach") for column in heads.compared):
        return {}
    return {row.layer: dict(row.fields) for row in receptive_fields(network)}


def _left_out(ledger: Ledger, pairs: tuple[Pair, ...]) -> int:
    """How many layers are in no row, where rows are about layers."""
    if all(pair.subject.place < 0 for pair in pairs):
        return 0
    told = {entry.name for pair in pairs if pair.subject.place >= 0 for entry in pair.subject.entries}
    return sum(entry.name not in told for entry in ledger.entries)
