"""What PyTorch's own FlopCounterMode counts of a model on the CPU, in eval mode and without gradients.

Who uses it: whoever counts a model where it is.
What it calls it: "FLOP", and means two per multiply-add.
Checked against: torch 2.13.0.
Where it departs from a plain count: as `torch`, but kernels of the CPU that it does not know count as nothing, which is
wrong: fused attention with heads of one size, whose features lie in memory one behind the other (the formula of its
own is used otherwise, and counted), LSTMs without projection, and self-attention or encoder layers that PyTorch
replaces by one kernel (batch first, an even number of heads).
Parameters: none.
"""

from __future__ import annotations

from collections.abc import Iterator

from netledger.conventions._functions import Amounts, alone_amounts, charged
from netledger.conventions._kernels import doubled, formed, is_fused, refused, without_layer
from netledger.conventions._pytorch import Act
from netledger.conventions._seen import is_run, seen
from netledger.conventions._strides import layouts
from netledger.core.ledger import Charge, Entry, Ledger

__all__ = ["NAME", "UNIT", "amounts", "charges", "fails"]

NAME = "torch-cpu"
UNIT = "FLOP"


def charges(ledger: Ledger) -> Iterator[Charge]:
    """What it charges each kernel."""
    network = seen(ledger)
    replaced = without_layer(network)
    attends = any(act.kind == "attention" for act in network.acts)
    known = layouts(ledger) if is_run(ledger) and attends else []

    def is_seen(act: Act) -> bool:
        if id(act) in replaced or (act.kind == "lstm" and act.entry.attributes.get("proj") is None):
            return False
        given = [known[number] for number in act.entry.reads] if known else []
        return formed(act) and not (act.kind == "attention" and is_fused(act, given))

    yield from charged(network, lambda act, layer: doubled(act.products) if is_seen(act) else {})


def amounts(entry: Entry) -> Amounts:
    """What it charges an entry by itself."""
    return alone_amounts(charges, entry)


def fails(ledger: Ledger) -> Iterator[str]:
    """Modules that are given a view of a parameter."""
    return refused(ledger)
