"""Exactly the multiplications, accumulating additions and bias additions of layers that form products.

Who uses it: lecture notes, [(k·k·c) + (k·k·c − 1) + 1]·H·W·K for a convolution with bias.
Where it departs from a plain count: it does not, for these layers; all other layers are free.
"""

from __future__ import annotations

from collections.abc import Mapping

from netledger.core.language import later
from netledger.core.ledger import Entry

__all__ = ["NAME", "UNIT", "amounts"]

NAME = "textbook"
UNIT = "FLOP"


def amounts(entry: Entry) -> Mapping[str, int]:
    """Products, additions that add them up, additions of the bias."""
    return {
        later("products"): entry.where("multiply", "product"),
        later("accumulation"): entry.where("add", "accumulate"),
        "bias": entry.where("add", "bias"),
    }
