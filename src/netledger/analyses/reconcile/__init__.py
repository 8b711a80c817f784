"""Every convention side by side, and where each differs from the plain count: named terms that add up exactly.

The plain count is the products of convolutions, linears, matmuls, attention and recurrences (`macs`). A convention
charges term by term (`core.ledger.Charge`); what it charges besides the plain products is added, the products that it
leaves out are taken off under the name of why. No term is what is left over: the sum is checked against the figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from netledger.conventions._words import several
from netledger.core.applied import failures
from netledger.core.errors import NetledgerError
from netledger.core.language import later, say
from netledger.core.ledger import Charge, Convention, Entry, Ledger, charges, price

__all__ = ["TWICE", "Column", "Figure", "Reconciliation", "Term", "about", "grouped", "reconcile"]

TWICE = later("one multiply-add counted as two")

PRODUCTS = ("products", "product")
"""Terms that are exactly the plain products of an entry."""

TWO_EACH = later("products and their additions")
"""The term of two operations for each product."""

PARAMETERS = "parameters"
"""The term of a parameter that is counted once, in full."""


class Term(NamedTuple):
    """Why a figure differs, and by how much.

    Args:
        name: what for.
        amount: what is added, or taken off, if below 0.
        layers: how much of it comes from each layer, in order; they add up to the amount.

    """

    name: str
    amount: int
    layers: tuple[tuple[str, int], ...]


class Figure(NamedTuple):
    """A figure: the plain count and the terms add up to it.

    Args:
        total: the figure.
        plain: the plain count.
        terms: the difference, the largest first.

    """

    total: int
    plain: int
    terms: tuple[Term, ...]


class Column(NamedTuple):
    """One convention.

    Args:
        name: its name.
        unit: MAC or FLOP.
        checked: the tool and version that it was checked against; empty, if it is no tool's.
        cost: what it charges.
        parameters: what the tool counts as parameters; None, if it counts none.
        fails: why the tool itself would fail on this network.

    """

    name: str
    unit: str
    checked: str
    cost: Figure
    parameters: Figure | None
    fails: tuple[str, ...]


class Reconciliation(NamedTuple):
    """All conventions on one network.

    Args:
        ledger: the network.
        plain: the plain count by kind of operator, the largest first.
        parameters: all parameters, each once.
        columns: the conventions.

    """

    ledger: Ledger
    plain: tuple[tuple[str, int], ...]
    parameters: int
    columns: tuple[Column, ...]


def reconcile(ledger: Ledger, conventions: Iterable[Convention]) -> Reconciliation:
    """Every convention on a network, and the terms between each and the plain count.

    Raises:
        NetledgerError: if the terms of a convention do not add up to its figure, which is a mistake in it.

    """
    kinds: dict[str, int] = {}
    for entry in ledger:
        kinds[entry.op] = kinds.get(entry.op, 0) + _products(entry)
    plain = sorted(((kind, count) for kind, count in kinds.items() if count), key=lambda pair: -pair[1])
    columns = tuple(_column(ledger, convention) for convention in conventions)
    return Reconciliation(ledger, tuple(plain), ledger.parameter_counts.total, columns)


def _column(ledger: Ledger, convention: Convention) -> Column:
    source = getattr(convention, "convention", convention)
    return Column(
        convention.NAME,
        convention.UNIT,
        about(source, "Checked against"),
        _cost(ledger, convention),
        _parameters(ledger, source),
        failures(source, ledger),
    )


def about(convention: Convention, fact: str) -> str:
    """What a convention's docstring says after the name of a fact, up to the end of the sentence.

    >>> from netledger.conventions import load
    >>> about(load("thop"), "Checked against"), about(load("macs"), "Checked against")
    ('thop 0.1.1.post2209072238', '')
    """
    lines = (convention.__doc__ or "").splitlines()
    found = next((line for line in lines if line.startswith(f"{fact}: ")), "")
    return found.removeprefix(f"{fact}: ").removesuffix(".")


def _products(entry: Entry) -> int:
    return entry.where("multiply", "product")


# What it costs.


def _cost(ledger: Ledger, convention: Convention) -> Figure:
    plain = sum(map(_products, ledger))
    parts = list(_parts(ledger, convention))
    kept = sum(amount for name, _, amount in parts if name == PRODUCTS[0])
    left = -sum(amount for name, _, amount in parts if name.startswith(_LEFT_OUT))
    if kept + left != plain:
        raise _wrong(
            convention, say("{kept} products and {left} left out, of {plain}", kept=kept, left=left, plain=plain)
        )
    terms = _terms(
        (name.removeprefix(_LEFT_OUT), layer, amount) for name, layer, amount in parts if name != PRODUCTS[0]
    )
    return _checked(convention, Figure(price(convention, ledger), plain, terms))


_LEFT_OUT = "\0"
"""Before the name of what is taken off for products that are left out."""


def _parts(ledger: Ledger, convention: Convention) -> Iterator[tuple[str, str, int]]:
    """Name, layer and amount of every part of the figure."""
    if not hasattr(convention, "charges"):
        for entry in ledger:
            yield from _of_entry(entry, convention)
        return
    for charge in charges(convention, ledger):
        layer = _layer(ledger, charge)
        yield charge.term, layer, charge.amount
        if charge.missing:
            yield f"{_LEFT_OUT}{charge.term}", layer, -charge.missing


def _of_entry(entry: Entry, convention: Convention) -> Iterator[tuple[str, str, int]]:
    """What a convention that prices entry by entry charges one."""
    products, counted = _products(entry), False
    for name, amount in convention.amounts(entry).items():
        if name in (*PRODUCTS, TWO_EACH):
            counted = True
            yield PRODUCTS[0], entry.name, products
            name, amount = TWICE, amount - products
        yield name, entry.name, amount
    if products and not counted:
        yield (
            f"{_LEFT_OUT}{several(entry.op)} not counted",
            entry.name,
            -products,
        )


def _layer(ledger: Ledger, charge: Charge) -> str:
    if charge.entry >= 0:
        return ledger.entries[charge.entry].name
    return ledger.calls[charge.call].path if charge.call >= 0 else ledger.name


def _terms(parts: Iterable[tuple[str, str, int]]) -> tuple[Term, ...]:
    """The same by name, the largest first."""
    found: dict[str, dict[str, int]] = {}
    for name, layer, amount in parts:
        if amount:
            layers = found.setdefault(name, {})
            layers[layer] = layers.get(layer, 0) + amount
    made = [Term(name, sum(layers.values()), tuple(layers.items())) for name, layers in found.items()]
    return tuple(sorted(made, key=lambda term: (term.name != TWICE, -abs(term.amount))))


def _checked(convention: Convention, figure: Figure) -> Figure:
    if figure.plain + sum(term.amount for term in figure.terms) != figure.total:
        raise _wrong(
            convention,
            say(
                "{plain} and {terms} are not {total}",
                plain=figure.plain,
                terms=[term.amount for term in figure.terms],
                total=figure.total,
            ),
        )
    return figure


def _wrong(convention: Convention, what: str) -> NetledgerError:
    hint = "This is a mistake in the convention: its charges must name every product, counted or left out."
    return NetledgerError(say("the terms of {name} do not add up: {what}", name=convention.NAME, what=what), hint=hint)


# What it holds.


def _parameters(ledger: Ledger, convention: Convention) -> Figure | None:
    told = getattr(convention, "held", None)
    if told is None:
        return None
    parts = tuple(told(ledger))
    plain = ledger.parameter_counts.total
    terms = _terms(
        pair
        for one in parts
        for pair in (
            (one.term, one.key, one.amount if one.term != PARAMETERS else 0),
            (one.term, one.key, -one.missing),
        )
    )
    return _checked(convention, Figure(sum(one.amount for one in parts), plain, terms))


def grouped(columns: Sequence[Column]) -> list[tuple[Column, ...]]:
    """Conventions whose figures and terms are the same, together."""
    found: dict[object, list[Column]] = {}
    for column in columns:
        same = (column.unit, column.cost.total, tuple(term[:2] for term in column.cost.terms))
        found.setdefault(same, []).append(column)
    return list(map(tuple, found.values()))
