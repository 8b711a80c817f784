"""What PyTorch's own FlopCounterMode counts, on the meta device.

Who uses it: PyTorch's users and tests.
What it calls it: "FLOP", and means two per multiply-add.
Checked against: torch 2.13.0.
Where it departs from a plain count: it looks at the kernels that are called. Convolutions, transposed ones too, linear
layers, matrix products, attention and recurrences are right, biases left out as everything else is. Products of a
matrix and a vector, of two vectors, torch.bilinear and deformable convolutions are not known to it, and count as
nothing, which is wrong. What it answers for tensors on the CPU is another figure, `torch-cpu`.
Parameters: none.
"""

from __future__ import annotations

from collections.abc import Iterator

from netledger.conventions._functions import Amounts, alone_amounts, charged
from netledger.conventions._kernels import doubled, formed, refused
from netledger.conventions._seen import seen
from netledger.core.ledger import Charge, Entry, Ledger

__all__ = ["NAME", "UNIT", "amounts", "charges", "fails"]

NAME = "torch"
UNIT = "FLOP"


def charges(ledger: Ledger) -> Iterator[Charge]:
    """What it charges each kernel."""
    return charged(seen(ledger), lambda act, layer: doubled(act.products) if formed(act) else {})


def amounts(entry: Entry) -> Amounts:
    """What it charges an entry by itself."""
    return alone_amounts(charges, entry)


def fails(ledger: Ledger) -> Iterator[str]:
    """Modules that are given a view of a parameter."""
    return refused(ledger)
