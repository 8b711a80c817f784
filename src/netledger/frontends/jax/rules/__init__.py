"""How each primitive of a jaxpr is written as operators: one file per family."""

from __future__ import annotations

from netledger.frontends.jax.rules import (
    arithmetic,
    constants,
    convolution,
    elementwise,
    indexing,
    products,
    reducing,
    shaping,
    windows,
)
from netledger.frontends.jax.rules._registry import RULES

__all__ = ["RULES"]

_FAMILIES = (arithmetic, constants, convolution, elementwise, indexing, products, reducing, shaping, windows)
"""Imported for their rules."""
