"""The ledger as a document: the per-layer table, and the totals below it."""

from __future__ import annotations

from netledger.core.document import Column, Document, Pairs, Table, thousands
from netledger.core.network import shapes
from netledger.reports._view import Row, View, rows, share, summary

__all__ = ["NOT_COUNTED", "document", "table"]

NOT_COUNTED = "not counted"

SHADED = 4
"""Rows below so many per cent of the total are not shaded."""


def document(view: View) -> Document:
    """Everything that a view shows."""
    ledger = view.ledger
    title = f"{ledger.name}, input {shapes(ledger.inputs)}"
    return Document(title, ledger.source, (table(view), Pairs(summary(view))))


def table(view: View) -> Table:
    """The per-layer table."""
    shown = rows(view)
    totals = tuple(sum(row.prices[place] for row in shown) for place in range(len(view.conventions)))
    named = tuple(
        Column(f"{convention.NAME} ({convention.UNIT})", spare=min(place, 1))
        for place, convention in enumerate(view.conventions)
    )
    columns = (
        Column("layer", number=False),
        Column("operator", number=False, spare=3, least=14),
        Column("input", number=False, spare=7),
        Column("output", number=False, spare=2),
        Column("weights", spare=6),
        Column("biases", spare=5),
        Column("parameters"),
        *named,
        *(Column(f"% of {convention.NAME}", spare=4) for convention in view.conventions[:1]),
    )
    cells = tuple(_cells(row, totals) for row in shown)
    return Table(columns, cells, _total(view, totals), tuple(_shade(row, totals) for row in shown))


def _shade(row: Row, totals: tuple[int, ...]) -> int:
    """The share of the first total, in whole per cent; 0 if small."""
    part = 100 * row.prices[0] // totals[0] if totals and totals[0] else 0
    return part if part >= SHADED else 0


def _cells(row: Row, totals: tuple[int, ...]) -> tuple[str, ...]:
    least = "" if row.counted else "≥ "
    prices = tuple(f"{least}{thousands(count)}" if row.known else NOT_COUNTED for count in row.prices)
    shares = (share(row.prices[0], totals[0]) if row.known else "–",) if totals else ()
    stored = (row.weights, row.biases, row.parameters)
    return (row.name, row.operator, shapes(row.inputs), shapes(row.outputs), *map(thousands, stored), *prices, *shares)


def _total(view: View, totals: tuple[int, ...]) -> tuple[str, ...]:
    least = "" if view.ledger.complete else "≥ "
    counts = view.ledger.parameter_counts
    stored = (counts.weights, counts.biases, counts.total)
    shares = (share(totals[0], totals[0]),) if totals else ()
    return ("total", "", "", "", *(f"{least}{thousands(count)}" for count in (*stored, *totals)), *shares)
