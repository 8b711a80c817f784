"""Names that users type: NAME(key=literal, …), net.py:Net, package.module:factory. No text is ever evaluated."""

from __future__ import annotations

import ast
from typing import Any

from netledger.core.errors import SourceError, quote
from netledger.core.language import say

__all__ = ["called", "literal"]


def called(source: str, hint: str = "") -> tuple[str, dict[str, Any]]:
    """The name, and the arguments in parentheses: literals by name, nothing that is evaluated.

    `hint`: what to write, if they cannot be read.

    >>> called("timm:resnet50(num_classes=10)")
    ('timm:resnet50', {'num_classes': 10})
    """
    name, bracket, rest = source.partition("(")
    if not bracket:
        return source, {}
    try:
        call = ast.parse(f"f({rest}", mode="eval").body
        if not isinstance(call, ast.Call) or call.args:
            raise ValueError
        return name.strip(), {keyword.arg or "": ast.literal_eval(keyword.value) for keyword in call.keywords}
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        hint = hint or "Write literals by name: timm:resnet50(num_classes=10)."
        raise SourceError(say("cannot read the arguments of {source}", source=quote(source)), hint=hint) from None


def literal(text: str) -> Any:
    """A literal; any other text as it is."""
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return text
