"""The writers: one file per format. A writer knows the blocks of a document, and nothing of what it says."""

from __future__ import annotations

import os
from typing import Protocol, cast

from netledger.core.document import Document
from netledger.core.plugins import Folder

__all__ = ["FOLDER", "Writer", "load"]

FOLDER = Folder(__name__, os.path.dirname(__file__), "format")


class Writer(Protocol):
    """One format: a module of this folder."""

    NAME: str

    def write(self, document: Document) -> str:
        """The whole document."""
        ...


def load(name: str) -> Writer:
    """The writer of this name.

    Raises:
        UnknownNameError: if there is none.

    """
    return cast(Writer, FOLDER.module(name))
