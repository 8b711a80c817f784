"""The ledger as a document: the per-layer table, and the totals below it."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, NamedTuple

from netledger.core.document import Column, Document, Pairs, Table, thousands
from netledger.core.errors import printable
from netledger.core.language import later, say
from netledger.core.network import shapes
from netledger.reports._view import Row, View, decimal, rows, share, summary

__all__ = ["NOT_COUNTED", "Sheet", "Shown", "core", "document", "one_line", "sheet", "stored", "word"]

NOT_COUNTED = later("not counted")
SHARED = later("(shared)")
NOTHING = "–"
TOTAL = later("total")

SHADED = 4
"""Rows below so many per cent of the total are not shaded."""


class Shown(NamedTuple):
    """A column, and what stands in it.

    Args:
        column: its head, and how it is set.
        plain: an integer or a word for each row; empty, where there is nothing to say.
        text: the same, as it is read.
        total: what stands in the last row.

    """

    column: Column
    plain: Callable[[Row], int | str]
    text: Callable[[Row], str]
    total: str = ""


class Sheet(NamedTuple):
    """A table before it is written: rows, columns, and the total of each convention of the view."""

    rows: tuple[Row, ...]
    columns: tuple[Shown, ...]
    totals: tuple[int, ...]


def document(view: View, indent: str = "dots") -> Document:
    """Everything that a view shows; `indent`: how what is in a module is set off (see `_nested.INDENTS`)."""
    ledger = view.ledger
    title = say("{name}, input {inputs}", name=ledger.name, inputs=shapes(ledger.inputs))
    return Document(title, ledger.source, (_table(sheet(view), indent), Pairs(summary(view))))


def sheet(view: View) -> Sheet:
    """The rows of a view, and the columns that it names, or the usual ones."""
    if view.columns:
        from netledger.reports._columns import chosen

        return chosen(view)
    made = rows(view)
    totals = added(view, made)
    return Sheet(made, tuple(core(view, totals).values()), totals)


def added(view: View, made: tuple[Row, ...]) -> tuple[int, ...]:
    """The total of each convention."""
    leaves = [row.prices for row in made if not row.opened]
    return tuple(sum(prices[place] for prices in leaves) for place in range(len(view.conventions)))


def _table(shown: Sheet, indent: str) -> Table:
    return Table(
        tuple(part.column for part in shown.columns),
        tuple(tuple(part.text(row) for part in shown.columns) for row in _indented(shown.rows, indent)),
        tuple(part.total for part in shown.columns),
        tuple(_shade(row, shown.totals) for row in shown.rows),
    )


def _indented(made: tuple[Row, ...], indent: str) -> tuple[Row, ...]:
    if all(row.level == 1 for row in made):
        return made
    from netledger.reports._nested import INDENTS

    drawn = INDENTS[indent]([row.level for row in made])
    return tuple(row._replace(label=before + row.label) for before, row in zip(drawn, made, strict=True))


def _shade(row: Row, totals: tuple[int, ...]) -> int:
    """The share of the first total, in whole per cent; 0 if small, or if it is that of the rows below."""
    part = 100 * row.prices[0] // totals[0] if totals and totals[0] and not row.opened else 0
    return part if part >= SHADED else 0


def core(view: View, totals: tuple[int, ...]) -> dict[str, Shown]:
    """The usual columns by name."""
    least = "" if view.ledger.complete else "≥ "
    counts = view.ledger.parameter_counts
    first = [f"{convention.NAME}%" for convention in view.conventions[:1]]
    return {
        "layer": Shown(
            Column("layer", number=False), attrgetter("name"), lambda row: one_line(row.label), later("total")
        ),
        "operator": word("operator", attrgetter("operator"), spare=3, least=14),
        "input": word("input", lambda row: shapes(row.inputs), spare=7),
        "output": word("output", lambda row: shapes(row.outputs), spare=2),
        "weights": stored(later("weights"), f"{least}{thousands(counts.weights)}", spare=6),
        "biases": stored(later("biases"), f"{least}{thousands(counts.biases)}", spare=5),
        "parameters": stored("total", f"{least}{thousands(counts.total)}", "parameters"),
        **{
            convention.NAME: _priced(place, f"{convention.NAME} ({convention.UNIT})", f"{least}{thousands(total)}")
            for place, (convention, total) in enumerate(zip(view.conventions, totals, strict=True))
        },
        **{name: percent(0, name, totals) for name in first},
    }


def word(head: str, read: Callable[[Row], str], **column: Any) -> Shown:
    """A column of words."""
    return Shown(Column(head, number=False, **column), read, lambda row: one_line(read(row)))


def one_line(text: str) -> str:
    """The text on one line, as wide as it will be written."""
    return printable(text).replace("\n", "\\n")


def stored(field: str, total: str, head: str = "", **column: Any) -> Shown:
    """A column of what is stored: in the first row that reads it."""
    read = attrgetter(f"counts.{field}")
    held = attrgetter(f"held.{field}")
    text = lambda row: SHARED if held(row) and not read(row) else thousands(read(row))  # noqa: E731
    return Shown(Column(head or field, **column), read, text, total)


def _priced(place: int, head: str, total: str) -> Shown:
    return Shown(
        Column(head, spare=min(place, 1)),
        lambda row: row.prices[place] if row.known else "",
        lambda row: _amount(row, row.prices[place]),
        total,
    )


def _amount(row: Row, price: int) -> str:
    return f"{'' if row.counted else '≥ '}{thousands(price)}" if row.known else NOT_COUNTED


def percent(place: int, name: str, totals: tuple[int, ...]) -> Shown:
    """A column of shares in a total."""
    whole = totals[place]
    return Shown(
        Column(say("% of {convention}", convention=name.removesuffix("%")), spare=4),
        lambda row: decimal(100 * row.prices[place], whole, 4) if row.known and whole else "",
        lambda row: share(row.prices[place], whole) if row.known else NOTHING,
        share(whole, whole),
    )
