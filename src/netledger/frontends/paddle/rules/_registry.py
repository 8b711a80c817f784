"""Rules by the names of the operations that they answer.

A rule is given the reader and the operation; it returns what each output stands for (see `Reader.values`), or None if
it does not take these attributes: then the operation is a gap.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from netledger.frontends.operators import load, unique
from netledger.frontends.operators import one as axes

__all__ = ["RULES", "axes", "channels", "load", "rule", "unique"]

RULES: dict[str, Callable[[Any, Any], Any]] = {}


def rule(*names: str) -> Callable[[Any], Any]:
    """Declare the rule of some operations."""

    def declare(apply: Any) -> Any:
        RULES.update(dict.fromkeys(names, apply))
        return apply

    return declare


def channels(op: Any) -> str:
    """Where the channels stand."""
    layout = op.attributes.get("data_format") or op.attributes.get("data_layout") or "NCHW"
    return "last" if layout in ("NHWC", "NDHWC", "NLC") else "first"
