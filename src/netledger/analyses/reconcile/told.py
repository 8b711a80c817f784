"""What is found about conventions, as a document, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from netledger.analyses.reconcile import Column, Figure, Reconciliation, Term, grouped
from netledger.core.document import Block, Cells, Document, Heading, Pairs, Paragraph, Table, thousands
from netledger.core.document import Column as Head
from netledger.core.facts import lines
from netledger.core.language import later, plural, say
from netledger.core.network import shapes

__all__ = ["SCHEMA", "document", "record", "written"]

SCHEMA = 1

NONE = later("the plain count")
ONCE = later("each once")

FEW = 4
"""With so many conventions, their sums are written out."""


def document(found: Reconciliation, layers: bool = False) -> Document:
    """All conventions in a table; `layers`: with the layers that each term comes from."""
    ledger = found.ledger
    title = say("{name}, input {inputs}: what each convention counts", name=ledger.name, inputs=shapes(ledger.inputs))
    blocks: list[Block] = [Pairs(tuple(_plain(found))), _costs(found)]
    stored = [column for column in found.columns if column.parameters is not None]
    if stored:
        blocks += [Heading("Parameters, as each tool counts them", 2), _stored(found, stored)]
    if layers or len(found.columns) <= FEW:
        blocks += [Heading("The sums", 2), Pairs(tuple(_sums(found)))]
    if layers:
        blocks += _opened(found)
    blocks += [Paragraph(sentence) for sentence in _said(found)]
    return Document(title, ledger.source, tuple(blocks))


def _plain(found: Reconciliation) -> Iterator[tuple[str, str]]:
    kinds = ", ".join(f"{kind.replace('_', ' ')} {thousands(count)}" for kind, count in found.plain)
    total = sum(count for _, count in found.plain)
    plain = say("{count} multiply-adds", count=thousands(total))
    yield say("plain count"), f"{plain}: {kinds}" if len(found.plain) > 1 else plain
    yield say("parameters"), say("{count}, each once", count=thousands(found.parameters))


def _costs(found: Reconciliation) -> Table:
    heads = (
        Head("convention", number=False),
        Head("unit", number=False),
        Head("figure"),
        Head("difference"),
        Head("what for", number=False),
    )
    rows: list[Cells] = []
    for same in grouped(found.columns):
        name = ", ".join(_marked(column) for column in same)
        rows.extend(_rows((name, same[0].unit), same[0].cost))
    return Table(heads, tuple(rows))


def _marked(column: Column) -> str:
    return f"{column.name}*" if column.fails else column.name


def _rows(head: Cells, figure: Figure) -> Iterator[Cells]:
    """The figure, and a row for each term."""
    first = (*head, thousands(figure.total))
    if not figure.terms:
        yield (*first, "", NONE)
    for place, term in enumerate(figure.terms):
        yield (*(first if not place else ("",) * len(first)), _signed(term.amount), say(term.name))


def _signed(amount: int) -> str:
    return f"+{thousands(amount)}" if amount > 0 else thousands(amount)


def _sums(found: Reconciliation) -> Iterator[tuple[str, str]]:
    """The plain count, each term, and what they make, written out."""
    for same in grouped(found.columns):
        figure = same[0].cost
        parts = [thousands(figure.plain), *(_sign(term.amount) for term in figure.terms)]
        yield ", ".join(column.name for column in same), f"{' '.join(parts)} = {thousands(figure.total)}"


def _sign(amount: int) -> str:
    return f"{'+' if amount > 0 else '−'} {thousands(abs(amount))}"


def _stored(found: Reconciliation, columns: list[Column]) -> Table:
    heads = (Head("convention", number=False), Head("figure"), Head("difference"), Head("what for", number=False))
    same: dict[Any, list[Column]] = {}
    for column in columns:
        figure = column.parameters
        assert figure is not None
        same.setdefault((figure.total, tuple(term[:2] for term in figure.terms)), []).append(column)
    rows: list[Cells] = []
    for group in same.values():
        figure = group[0].parameters
        assert figure is not None
        rows.extend(_rows((", ".join(column.name for column in group),), figure))
    return Table(heads, tuple((*row[:-1], ONCE if row[-1] == NONE else row[-1]) for row in rows))


def _opened(found: Reconciliation) -> list[Block]:
    """The layers of each term; of terms that several conventions share, once."""
    blocks: list[Block] = [Heading("Where the terms come from", 2)]
    met: set[Term] = set()
    heads = (Head("layer", number=False), Head("amount"))
    for term in (term for column in found.columns for term in column.cost.terms):
        if term in met:
            continue
        met.add(term)
        rows = tuple((layer, _signed(amount)) for layer, amount in term.layers)
        blocks += [Heading(say(term.name), 3), Table(heads, rows, (later("total"), _signed(term.amount)))]
    return blocks


def _said(found: Reconciliation) -> Iterator[str]:
    count = len(found.columns)
    yield (
        plural(
            "Each figure is the plain count and its terms, no term is a remainder: checked for {count} convention. "
            "A FLOP figure counts a multiply-add as two.",
            "Each figure is the plain count and its terms, no term is a remainder: checked for {count} conventions. "
            "A FLOP figure counts a multiply-add as two.",
            count,
        )
    )
    if not any(entry.provenance.function for entry in found.ledger):
        yield say("Tools read PyTorch models: what they count of a spec is what they count of PyTorch's own layers.")
    if not found.ledger.complete:
        yield say("{count} layers are not counted: the plain count is a lower bound.", count=len(found.ledger.gaps))
    for column in found.columns:
        if column.fails:
            more = say(", and {count} more", count=len(column.fails) - 1) if len(column.fails) > 1 else ""
            yield say(
                "* {name}: the tool itself fails here. {fails}{more}.",
                name=column.name,
                fails=column.fails[0],
                more=more,
            )


def record(found: Reconciliation) -> dict[str, Any]:
    """The same as plain dictionaries, lists, strings and integers."""
    return {
        "schema": SCHEMA,
        "name": found.ledger.name,
        "inputs": [list(tensor.shape) for tensor in found.ledger.inputs],
        "plain": sum(count for _, count in found.plain),
        "kinds": dict(found.plain),
        "parameters": found.parameters,
        "complete": found.ledger.complete,
        "conventions": [_column(column) for column in found.columns],
    }


def _column(column: Column) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": column.name,
        "unit": column.unit,
        "checked": column.checked,
        "figure": column.cost.total,
        "terms": list(map(_term, column.cost.terms)),
        "fails": list(column.fails),
    }
    if column.parameters is not None:
        made["parameters"] = {
            "figure": column.parameters.total,
            "terms": list(map(_term, column.parameters.terms)),
        }
    return made


def _term(term: Term) -> dict[str, Any]:
    return {"name": term.name, "amount": term.amount, "layers": dict(term.layers)}


def written(found: Reconciliation) -> str:
    """As JSON, a fact a line, a convention a line."""
    return lines(record(found), "conventions")
