"""Rules by the domain and the name of what they answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from netledger import ops

__all__ = ["MICROSOFT", "MOVES", "RULES", "load", "rule"]

Rule = Callable[[Any], Any]

load: Callable[[str], Any] = ops.load
"""The operator of a kind; what it takes is its own business."""

MICROSOFT = "com.microsoft"
"""The domain of ONNX Runtime's own operators."""

RULES: dict[tuple[str, str], Rule] = {}

MOVES = frozenset(
    (
        *("Identity", "Cast", "CastLike", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Expand", "Tile"),
        *("Slice", "Split", "Gather", "GatherElements", "GatherND", "Concat", "Shape", "Size", "ConstantOfShape"),
        *("Range", "OneHot", "NonZero", "ScatterND", "ScatterElements", "Trilu"),
    )
)
"""What computes nothing: of numbers that are known it makes such numbers."""


def rule(*names: str, domain: str = "") -> Callable[[Rule], Rule]:
    """Declare the rule of every operator with one of these names."""

    def declared(apply: Rule) -> Rule:
        for name in names:
            if (domain, name) in RULES:
                raise ValueError(f"two rules for {name}")
            RULES[domain, name] = apply
        return apply

    return declared
