"""The ways of counting: one file each, one pure function from an entry's facts to amounts."""

from __future__ import annotations

import os
import sys
from types import ModuleType
from typing import Any, cast

from netledger.core.errors import PluginError, UnknownNameError
from netledger.core.ledger import Convention
from netledger.core.plugins import Folder

__all__ = ["DEFAULT", "FOLDER", "GROUP", "checked", "load", "names"]

DEFAULT = ("macs", "flops")
"""What is shown where nobody asks for another."""

FOLDER = Folder(__name__, os.path.dirname(__file__), "convention")


GROUP = "netledger.conventions"
"""The group of entry points under which other packages offer conventions."""


def load(name: str) -> Convention:
    """The convention of this name: one of this folder, or one that an installed package offers.

    Raises:
        UnknownNameError: if there is none.
        PluginError: if a package offers something else.

    """
    if name in FOLDER.index:
        return cast(Convention, FOLDER.module(name))
    offered = _offered()
    if name not in offered:
        raise UnknownNameError(FOLDER.what, name, names())
    return checked(offered[name].load(), name)


def names() -> tuple[str, ...]:
    """The names of all conventions, those of installed packages included."""
    return tuple(sorted({*FOLDER.index, *_offered()}))


def _offered() -> dict[str, Any]:
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=GROUP)}


def checked(convention: Any, name: str = "") -> Convention:
    """A convention of somebody's own, once it has what one needs; a class of one is called.

    Raises:
        PluginError: if it has no NAME, UNIT or amounts.

    """
    made = convention() if isinstance(convention, type) else convention
    lacking = [part for part in ("NAME", "UNIT", "amounts") if not hasattr(made, part)]
    if lacking or made.UNIT not in ("MAC", "FLOP"):
        what = name or getattr(made, "NAME", "") or type(made).__name__
        hint = "A convention has NAME, UNIT (MAC or FLOP) and amounts(entry): see docs/conventions.md."
        raise PluginError(f"{what} is no convention: it lacks {', '.join(lacking) or 'a proper UNIT'}", hint=hint)
    return cast(Convention, made)


class _Callable(ModuleType):
    """The module, callable: `nl.conventions()` lists what is here, whoever imported the folder before."""

    def __call__(self) -> tuple[str, ...]:
        return names()


sys.modules[__name__].__class__ = _Callable
