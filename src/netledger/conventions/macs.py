"""Multiply-accumulates: the products of convolutions, linears, matmuls, attention and recurrences.

Who uses it: vision papers ("multi-adds", "MACs", often called "FLOPs"), torchvision's and timm's tables.
Where it departs from a plain count: biases, normalisations, activations, poolings and additions of feature maps
are free; windows are counted whole, padding included.
"""

from __future__ import annotations

from collections.abc import Mapping

from netledger.core.ledger import Entry

__all__ = ["NAME", "UNIT", "amounts"]

NAME = "macs"
UNIT = "MAC"


def amounts(entry: Entry) -> Mapping[str, int]:
    """The products."""
    return {"products": entry.where("multiply", "product")}
