"""The field's: H_in, W_in, C_in, K, S, P, D, as the documentation of PyTorch and most papers have them."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["NAME", "SIGNS", "SIZES"]

NAME = "field"

SIZES: Mapping[str, str] = {}
SIGNS: Mapping[str, str] = {}
