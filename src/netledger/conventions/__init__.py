"""The ways of counting: one file each, one pure function from an entry's facts to amounts."""

from __future__ import annotations

import os
import sys
from types import ModuleType
from typing import cast

from netledger.core.ledger import Convention
from netledger.core.plugins import Folder

__all__ = ["DEFAULT", "FOLDER", "load"]

DEFAULT = ("macs", "flops")
"""What is shown where nobody asks for another."""

FOLDER = Folder(__name__, os.path.dirname(__file__), "convention")


def load(name: str) -> Convention:
    """The convention of this name.

    Raises:
        UnknownNameError: if there is none.

    """
    return cast(Convention, FOLDER.module(name))


class _Callable(ModuleType):
    """The module, callable: `nl.conventions()` lists what is here, whoever imported the folder before."""

    def __call__(self) -> tuple[str, ...]:
        return FOLDER.names()


sys.modules[__name__].__class__ = _Callable
