"""The per-layer table as text cells, for every report that draws one."""

from __future__ import annotations

from typing import NamedTuple

from netledger.reports._view import Row, View, rows, shapes, share, thousands

__all__ = ["NOT_COUNTED", "Column", "Grid", "grid"]

NOT_COUNTED = "not counted"


class Column(NamedTuple):
    """A column.

    Args:
        head: its head.
        number: whether it holds numbers.
        spare: how soon it may be left out where there is no room (0: never).
        least: how narrow it may be folded (0: not at all).

    """

    head: str
    number: bool = True
    spare: int = 0
    least: int = 0


class Grid(NamedTuple):
    """Cells in rows, and a last row of totals."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...]

    def without(self, place: int) -> Grid:
        """The same without one column."""
        after = place + 1
        return Grid(
            self.columns[:place] + self.columns[after:],
            tuple(row[:place] + row[after:] for row in self.rows),
            self.total[:place] + self.total[after:],
        )


def grid(view: View) -> Grid:
    """The table of a view."""
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
    return Grid(columns, tuple(_cells(row, totals) for row in shown), _total(view, totals))


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
