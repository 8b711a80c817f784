"""A graph that is walked: its names, and what they stand for."""

from __future__ import annotations

from collections import Counter
from typing import Any

from netledger.core.errors import SourceError, quote
from netledger.core.language import say
from netledger.frontends.onnx.scopes import Modules
from netledger.frontends.onnx.values import Value

__all__ = ["Frame"]

MOST_DEPTH = 24
"""So many graphs and functions stand in each other."""


class Frame:
    """A graph that is walked: its names, what they stand for, and the graph that it stands in.

    Args:
        opsets: the versions of its operators.
        above: the graph whose names it sees; None: none.
        attributes: what the attributes of the function that it is stand for.
        modules: the modules that it is in.
        depth: how many graphs it stands in.
        scope: where its stored tensors stand; empty for the graph of the model.

    """

    __slots__ = ("above", "attributes", "depth", "infos", "modules", "opsets", "scope", "uses", "values")

    def __init__(
        self,
        opsets: dict[str, int],
        above: Frame | None = None,
        attributes: dict[str, Any] | None = None,
        modules: Modules = (),
        depth: int = 0,
        scope: str = "",
    ) -> None:
        self.values: dict[str, Value] = {}
        self.opsets = opsets
        self.above = above
        self.attributes = attributes or {}
        self.modules = modules
        self.depth = depth
        self.scope = scope
        self.infos: dict[str, Any] = {}
        self.uses: Counter[str] = Counter()
        if depth > MOST_DEPTH:
            rule = say("more than {most} graphs and functions stand in each other", most=MOST_DEPTH)
            raise SourceError(rule, hint="A function that calls itself has no end.")

    def lookup(self, name: str) -> Value | None:
        """What a name stands for, here or in the graphs around."""
        frame: Frame | None = self
        while frame is not None:
            found = frame.values.get(name)
            if found is not None:
                return found
            frame = frame.above
        return None

    def bind(self, name: str, value: Value) -> None:
        """A name stands for a value."""
        if name in self.values:
            raise SourceError(say("{name} is made twice", name=quote(name)), hint="A name stands for one tensor.")
        self.values[name] = value
