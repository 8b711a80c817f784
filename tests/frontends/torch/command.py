"""The command line in this process: it imports what the tests have prepared."""

from __future__ import annotations

import contextlib
import io
from typing import NamedTuple

from netledger.commands import main


class Ran(NamedTuple):
    code: int
    output: str


def run_command(*arguments: str) -> Ran:
    """Run it; its output and its complaints together."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text), contextlib.redirect_stderr(text):
        try:
            main(list(arguments))
        except SystemExit as stop:
            return Ran(int(stop.code or 0), text.getvalue())
    return Ran(0, text.getvalue())
