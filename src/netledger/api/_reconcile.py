"""Every convention side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from netledger.analyses import reconcile as _reconcile
from netledger.analyses.reconcile import told
from netledger.api._answer import Answer
from netledger.api._count import Let, Source, count
from netledger.api._ledger import Ledger
from netledger.api._shapes import Input
from netledger.conventions import names as _names
from netledger.core.ledger import Convention

__all__ = ["Reconciliation", "reconcile"]

FIRST = ("macs", "macs+bias", "flops", "textbook", "arithmetic")


class Reconciliation(Answer):
    """What each convention counts: `found["thop"].cost.terms`; iterating gives the columns."""

    __slots__ = ("data",)

    def __init__(self, data: _reconcile.Reconciliation, layers: bool = False) -> None:
        super().__init__(told.document(data, layers))
        self.data = data

    @property
    def columns(self) -> tuple[_reconcile.Column, ...]:
        """For each convention: name, unit, checked, cost and parameters (total, plain, terms), fails."""
        return self.data.columns

    def __getitem__(self, name: str) -> _reconcile.Column:
        """The column of a convention.

        Raises:
            KeyError: if it was not asked for.

        """
        return {column.name: column for column in self.columns}[name]

    def to(self, format: str) -> str:
        """The answer as text, markdown, latex, html or json.

        Raises:
            UnknownNameError: if there is no such format.

        """
        return told.written(self.data) if format == "json" else super().to(format)


def reconcile(
    source: Source | Ledger,
    *inputs: Input,
    conventions: Iterable[str | Convention] = (),
    layers: bool = False,
    batch: int | None = None,
    let: Let = None,
    kwargs: Mapping[str, Any] | None = None,
) -> Reconciliation:
    """Every convention on one network, and the named terms between each and the plain count, which add up exactly.

    Args:
        source: what `count` takes, or a ledger.
        inputs: as for `count`.
        conventions: names, or conventions of one's own; all that are installed, if left out.
        layers: show the layers that each term comes from, too.
        batch: as for `count`.
        let: as for `count`.
        kwargs: as for `count`.

    Raises:
        UnknownNameError: if there is no such convention.

    >>> found = reconcile("resnet50", conventions=["thop", "fvcore"])
    >>> [(term.name, term.amount) for term in found["fvcore"].cost.terms]
    [('2 × batch-norm inputs', 22227968), ('adaptive average-pool inputs', 100352)]

    """
    ledger = source if isinstance(source, Ledger) else count(source, *inputs, batch=batch, let=let, kwargs=kwargs)
    chosen = (conventions,) if isinstance(conventions, str) else tuple(conventions) or _usual()
    return Reconciliation(_reconcile.reconcile(ledger.data, map(ledger.convention, chosen)), layers)


def _usual() -> tuple[str, ...]:
    """All conventions, those of no tool first."""
    return (*FIRST, *(name for name in _names() if name not in FIRST))
