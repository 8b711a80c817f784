"""The reports: one file per output. A report knows the ledger and conventions, never operators or front ends.

What every writer can write (Markdown, LaTeX, HTML) needs no file here: the ledger as a document is enough.
"""

from __future__ import annotations

import os
from typing import NamedTuple, Protocol, cast

from netledger import writers
from netledger.core.errors import UnknownNameError
from netledger.core.plugins import Folder
from netledger.reports._view import View

__all__ = ["FOLDER", "Report", "View", "load", "names"]

FOLDER = Folder(__name__, os.path.dirname(__file__), "format")


class Report(Protocol):
    """One output format: a module of this folder, or a writer."""

    def render(self, view: View) -> str:
        """The whole report."""
        ...


class _Written(NamedTuple):
    """The ledger as a document, by a writer."""

    writer: writers.Writer

    def render(self, view: View) -> str:
        from netledger.reports._document import document

        return self.writer.write(document(view))


def names() -> tuple[str, ...]:
    """The formats of a ledger; plain text is called table."""
    return tuple(sorted({*FOLDER.names(), *writers.FOLDER.names()} - {"text"}))


def load(name: str) -> Report:
    """The report of this name.

    Raises:
        UnknownNameError: if there is none.

    """
    if name in FOLDER.index:
        return cast(Report, FOLDER.module(name))
    if name in names():
        return _Written(writers.load(name))
    raise UnknownNameError("format", name, names())
