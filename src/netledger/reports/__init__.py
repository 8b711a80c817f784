"""The reports: one file per output. A report knows the ledger and conventions, never operators or front ends."""

from __future__ import annotations

import os
from typing import Protocol, cast

from netledger.core.plugins import Folder
from netledger.reports._view import View, aligned, shapes, thousands

__all__ = ["FOLDER", "Report", "View", "aligned", "load", "shapes", "thousands"]

FOLDER = Folder(__name__, os.path.dirname(__file__), "format")


class Report(Protocol):
    """One output format: a module of this folder."""

    NAME: str

    def render(self, view: View) -> str:
        """The whole report."""
        ...


def load(name: str) -> Report:
    """The report of this name.

    Raises:
        UnknownNameError: if there is none.

    """
    return cast(Report, FOLDER.module(name))
