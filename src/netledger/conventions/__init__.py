"""The ways of counting: one file each, one pure function from an entry's facts to amounts."""

from __future__ import annotations

import os
from typing import cast

from netledger.core.ledger import Convention
from netledger.core.plugins import Folder

__all__ = ["FOLDER", "load"]

FOLDER = Folder(__name__, os.path.dirname(__file__), "convention")


def load(name: str) -> Convention:
    """The convention of this name.

    Raises:
        UnknownNameError: if there is none.

    """
    return cast(Convention, FOLDER.module(name))
