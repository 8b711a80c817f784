"""Two operations per multiply-accumulate.

Who uses it: PyTorch's FlopCounterMode, language-model papers, hardware data sheets.
Where it departs from a plain count: k products need only k − 1 additions to add them up; the one too many stands
for the bias, there or not. Everything but convolutions, linears, matmuls, attention and recurrences is free.
"""

from __future__ import annotations

from collections.abc import Mapping

from netledger.core.ledger import Entry

__all__ = ["NAME", "UNIT", "amounts"]

NAME = "flops"
UNIT = "FLOP"


def amounts(entry: Entry) -> Mapping[str, int]:
    """Two per product."""
    return {"products and their additions": 2 * entry.where("multiply", "product")}
