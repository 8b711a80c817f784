"""The operators by kind, for front ends: what each takes is its own business."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from netledger import ops

__all__ = ["load"]

load: Callable[[str], Any] = ops.load
"""The operator of a kind."""
