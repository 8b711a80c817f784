"""The operators: one file per family, all about an operator in its file."""

from __future__ import annotations

import os
from functools import cache

from netledger.core.errors import PluginError
from netledger.core.operator import Operator
from netledger.core.plugins import Folder

__all__ = ["FOLDER", "load"]

FOLDER = Folder(__name__, os.path.dirname(__file__), "layer")


@cache
def load(kind: str) -> type[Operator]:
    """The operator of this kind.

    Raises:
        UnknownNameError: if there is none.

    """
    module = FOLDER.module(kind)
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Operator) and value.__dict__.get("KIND") == kind:
            return value
    raise PluginError(f"no class of {module.__name__} has KIND = {kind!r}", hint="Derive it from Operator.")
