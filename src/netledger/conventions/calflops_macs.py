"""The MACs that calflops.calculate_flops reports.

Who uses it: as `calflops`.
What it calls it: "MACs".
Checked against: calflops 0.3.2.
Where it departs from a plain count: multiply-adds of convolutions, linear layers, torch.matmul, addmm and baddbmm, as
far as `calflops` counts them right; the operator @, mm, bmm, einsum, fused attention and all recurrences are left out,
which is wrong for transformers and recurrent networks.
Parameters: each once, if it is trained.
"""

from __future__ import annotations

from collections.abc import Iterator

from netledger.conventions._functions import Amounts, alone_amounts
from netledger.conventions._patched import in_macs
from netledger.conventions._seen import seen
from netledger.conventions.calflops import RULES, fails, held
from netledger.core.ledger import Charge, Entry, Ledger

__all__ = ["NAME", "UNIT", "amounts", "charges", "fails", "held"]

NAME = "calflops-macs"
UNIT = "MAC"


def charges(ledger: Ledger) -> Iterator[Charge]:
    """What it charges each call of a function."""
    return in_macs(seen(ledger), RULES)


def amounts(entry: Entry) -> Amounts:
    """What it charges an entry by itself."""
    return alone_amounts(charges, entry)
