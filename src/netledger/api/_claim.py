"""Where a claimed figure comes from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from netledger.analyses import claim as _claim
from netledger.analyses.claim import told
from netledger.api._answer import Answer
from netledger.api._count import Let, Source, count
from netledger.api._ledger import Ledger
from netledger.api._shapes import Input, Shape
from netledger.core import ledger as core
from netledger.core.errors import NetledgerError
from netledger.core.network import Tensor

__all__ = ["Claim", "claim"]


class Claim(Answer):
    """Where a claimed figure comes from: `answer.matches`, those with the fewest departures first; or `.nearest`."""

    __slots__ = ("found",)

    def __init__(self, found: _claim.Found) -> None:
        super().__init__(told.document(found))
        self.found = found

    @property
    def claimed(self) -> _claim.Claimed:
        """The claim as it was understood: value, step (the worth of its last digit), meaning."""
        return self.found.claimed

    @property
    def matches(self) -> tuple[_claim.Match, ...]:
        """What gives the claim to its printed precision: figure (amount, unit, names, inputs, variants), how."""
        return self.found.matches

    @property
    def nearest(self) -> tuple[_claim.Match, ...]:
        """The nearest figures, with the difference, if nothing gives the claim."""
        return self.found.nearest

    @property
    def tried(self) -> _claim.Tried:
        """How much was tried: inputs, variants, conventions, figures."""
        return self.found.tried

    def to(self, format: str) -> str:
        """The answer as text, markdown, latex, html or json.

        Raises:
            UnknownNameError: if there is no such format.

        """
        return self.to_json() if format == "json" else super().to(format)

    def to_json(self) -> str:
        """Every figure that agrees, exactly; docs/json.md says how."""
        return json.dumps(told.record(self.found), indent=2)


def claim(
    source: Source | Ledger,
    claimed: str,
    *inputs: Input,
    batch: int | None = None,
    let: Let = None,
    kwargs: Mapping[str, Any] | None = None,
) -> Claim:
    """Which ways of counting a network give a figure that somebody claims, to its printed precision.

    Args:
        source: what `count` takes, or a ledger (which is not counted again at other sizes).
        claimed: the figure as it was printed: "3.8 GFLOPs", "25.6M params", "1.135 x 10^9 MACs", "4,089,184,256".
        inputs: as for `count`: what the network is counted with first.
        batch: as for `count`.
        let: as for `count`.
        kwargs: as for `count`.

    Raises:
        SourceError: if the text is no claim.

    >>> answer = claim("resnet50", "4.1 GFLOPs")
    >>> answer.matches[0].figure.amount, answer.matches[0].figure.names[0], answer.matches[0].how
    (4089184256, 'macs', 'rounded')

    """
    if isinstance(source, Ledger):
        return Claim(_claim.reconcile(source.data, claimed))
    _claim.read(claimed)  # before anything is counted

    def recount(tensor: Tensor) -> core.Ledger | None:
        try:
            return count(source, Shape(*tensor.shape, dtype=tensor.dtype), let=let, kwargs=kwargs).data
        except NetledgerError:
            return None

    ledger = count(source, *inputs, batch=batch, let=let, kwargs=kwargs)
    return Claim(_claim.reconcile(ledger.data, claimed, recount))
