"""Ledger entries of single operators, laid out as a front end would."""

from __future__ import annotations

from netledger.conventions import FOLDER, load
from netledger.core.ledger import Convention, Entry, Ledger, build, price
from netledger.core.network import Builder, Tensor
from netledger.core.operator import Operator
from tests.laws.strategies import Case

CONVENTIONS: tuple[Convention, ...] = tuple(map(load, FOLDER.names()))
BASE = tuple(convention for convention in CONVENTIONS if not hasattr(convention, "charges"))
"""Those that price entry by entry: what tools do needs no laws."""


def ledger_of(*steps: Operator, inputs: tuple[Tensor, ...], trainable: bool = True) -> Ledger:
    """A chain of operators; all inputs go to the first one, its first output to the next."""
    builder = Builder()
    given = tuple(map(builder.input, inputs))
    for place, op in enumerate(steps, 1):
        given = builder.add(op, given, f"{op.LABEL or op.KIND}{place}", trainable=trainable)[:1]
    return build(builder.network("chain", "a test", given))


def entry_of(case: Case) -> Entry:
    """The entry of one operator."""
    op, inputs = case
    return ledger_of(op, inputs=inputs).entries[0]


def amount(convention: Convention, case: Case) -> int:
    """What one operator costs."""
    return price(convention, (entry_of(case),))
