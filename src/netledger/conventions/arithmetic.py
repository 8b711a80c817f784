"""Every primitive operation of every layer, one each, whatever it takes a machine to do it.

Who uses it: anyone who wants the whole count: a comparison, an exponential and a multiplication are each one.
Where it departs from a plain count: it is the plain count. What a layer computes from its parameters alone
(role `setup`: the scale and offset of a batch norm) is included, once per forward pass whatever the batch.
"""

from __future__ import annotations

from collections.abc import Mapping

from netledger.core.ledger import Entry

__all__ = ["NAME", "UNIT", "amounts"]

NAME = "arithmetic"
UNIT = "FLOP"


def amounts(entry: Entry) -> Mapping[str, int]:
    """All terms, by role."""
    return {role: entry.where(role=role) for role in dict.fromkeys(term.role for term in entry.work)}
