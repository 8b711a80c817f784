"""The reports: one file per output. A report knows the ledger and conventions, never operators or front ends.

What every writer can write (Markdown, LaTeX, HTML) needs no file here: the ledger as a document is enough.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import NamedTuple, Protocol, cast

from netledger import writers
from netledger.core.errors import SourceError, UnknownNameError
from netledger.core.language import say
from netledger.core.plugins import Folder
from netledger.reports._view import View

__all__ = ["FOLDER", "Report", "View", "columns", "load", "names"]

FOLDER = Folder(__name__, os.path.dirname(__file__), "format")


class Report(Protocol):
    """One output format: a module of this folder, or a writer.

    If users may choose its columns, `columns(names)` says which these are.
    """

    def render(self, view: View) -> str:
        """The whole report."""
        ...


class _Written(NamedTuple):
    """The ledger as a document, by a writer."""

    writer: writers.Writer

    def columns(self, names: Iterable[str]) -> tuple[str, ...]:
        from netledger.reports._columns import resolve

        return resolve(names)

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


def columns(format_name: str, names: Iterable[str]) -> tuple[str, ...]:
    """The columns of a format that users call so, by their proper names.

    Raises:
        UnknownNameError: if there is no such column, or format.
        SourceError: if the format always has the same columns.

    """
    chosen = tuple(names)
    report = load(format_name)
    if not chosen:
        return ()
    if not hasattr(report, "columns"):
        hint = "Leave --columns out, or choose another format: table, csv, markdown, latex, html, torchinfo."
        raise SourceError(say("{format_name} always has the same columns", format_name=format_name), hint=hint)
    found: tuple[str, ...] = report.columns(chosen)
    return found
