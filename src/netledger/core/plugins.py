"""Plug-ins are found by looking in their folder: no list to edit, and listing imports nothing.

A plug-in says its name on a line of its own, as `NAME = "…"` (or `KIND = "…"` in an operator's class).
Files whose names start with an underscore are helpers, not plug-ins.
"""

from __future__ import annotations

import importlib
import os
from functools import cached_property
from types import ModuleType

from netledger.core.errors import PluginError, UnknownNameError
from netledger.core.language import say

__all__ = ["Folder"]

_MARKS = (b'\nNAME = "', b'\n    KIND = "')


class Folder:
    """The plug-ins of one package.

    Args:
        package: its dotted name, such as netledger.ops.
        path: its folder.
        what: what one plug-in is called in messages.

    """

    def __init__(self, package: str, path: str, what: str) -> None:
        self.package = package
        self.path = path
        self.what = what

    @cached_property
    def index(self) -> dict[str, str]:
        """The file of each plug-in, by name, sorted.

        Raises:
            PluginError: if two files claim one name.

        """
        found: dict[str, str] = {}
        for file in sorted(os.listdir(self.path)):
            if not file.endswith(".py") or file.startswith("_"):
                continue
            for name in _declared(os.path.join(self.path, file)):
                if name in found:
                    hint = say("Rename one: {one}.py or {other}.", one=found[name], other=file)
                    raise PluginError(say("two plug-ins are called {name}", name=name), hint=hint)
                found[name] = file[:-3]
        return dict(sorted(found.items()))

    def names(self) -> tuple[str, ...]:
        """The names of all plug-ins."""
        return tuple(self.index)

    def module(self, name: str) -> ModuleType:
        """The module that holds a plug-in.

        Raises:
            UnknownNameError: if there is none of this name.

        """
        if name not in self.index:
            raise UnknownNameError(self.what, name, self.names())
        return importlib.import_module(f"{self.package}.{self.index[name]}")


def _declared(path: str) -> list[str]:
    with open(path, "rb") as file:
        text = file.read()
    return [after.partition(b'"')[0].decode() for mark in _MARKS for after in text.split(mark)[1:]]
