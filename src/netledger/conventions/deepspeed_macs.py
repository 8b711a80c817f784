"""The MACs that DeepSpeed's flops profiler reports.

Who uses it: as `deepspeed`.
What it calls it: "MACs".
Checked against: deepspeed 0.19.8.
Where it departs from a plain count: multiply-adds of convolutions, linear layers, matrix products and fused attention,
as far as `deepspeed` counts them right; einsum and all recurrences are left out, which is wrong.
Parameters: each once.
"""

from __future__ import annotations

from collections.abc import Iterator

from netledger.conventions._functions import Amounts, alone_amounts
from netledger.conventions._patched import in_macs
from netledger.conventions._seen import seen
from netledger.conventions.deepspeed import RULES, fails, held
from netledger.core.ledger import Charge, Entry, Ledger

__all__ = ["NAME", "UNIT", "amounts", "charges", "fails", "held"]

NAME = "deepspeed-macs"
UNIT = "MAC"


def charges(ledger: Ledger) -> Iterator[Charge]:
    """What it charges each call of a function."""
    return in_macs(seen(ledger), RULES)


def amounts(entry: Entry) -> Amounts:
    """What it charges an entry by itself."""
    return alone_amounts(charges, entry)
