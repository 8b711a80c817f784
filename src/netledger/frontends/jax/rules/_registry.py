"""Rules by the names of primitives.

A rule is given the reader and the equation; it returns what each output stands for, or None if it does not take these
parameters: then the equation is a gap.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from netledger.frontends.operators import load, one, unique

__all__ = ["RULES", "load", "one", "rule", "unique"]

RULES: dict[str, Callable[[Any, Any], Any]] = {}


def rule(*names: str) -> Callable[[Any], Any]:
    """Declare the rule of some primitives."""

    def declare(apply: Any) -> Any:
        RULES.update(dict.fromkeys(names, apply))
        return apply

    return declare
