"""How each operation of a Paddle program is written as operators: one file per family."""

from __future__ import annotations

from netledger.frontends.paddle.rules import (
    arithmetic,
    convolution,
    elementwise,
    indexing,
    joining,
    linear,
    making,
    normalisation,
    pooling,
    recurrence,
    reducing,
    resampling,
    shaping,
)
from netledger.frontends.paddle.rules._registry import RULES

__all__ = ["RULES"]

_FAMILIES = (
    *(arithmetic, convolution, elementwise, indexing, joining, linear, making, normalisation, pooling, recurrence),
    *(reducing, resampling, shaping),
)
"""Imported for their rules."""
