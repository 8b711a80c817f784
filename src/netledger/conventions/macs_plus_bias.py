"""Multiply-accumulates, and one more for each addition of a bias.

Who uses it: the rule of thumb "parameters × output area" for convolutions; ptflops and torchinfo count biases so.
Where it departs from a plain count: an addition alone is charged like a multiplication with its addition.
"""

from __future__ import annotations

from collections.abc import Mapping

from netledger.core.ledger import Entry

__all__ = ["NAME", "UNIT", "amounts"]

NAME = "macs+bias"
UNIT = "MAC"


def amounts(entry: Entry) -> Mapping[str, int]:
    """Products, additions of the bias."""
    return {"products": entry.where("multiply", "product"), "bias": entry.where("add", "bias")}
