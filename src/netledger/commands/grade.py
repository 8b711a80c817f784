"""`netledger grade`: answers to a problem sheet."""

from __future__ import annotations

import click

from netledger.commands import _options as options

__all__ = ["NAME", "command"]

NAME = "grade"

_EPILOG = """\b
Examples:
  netledger grade sheet.md answers.csv
  netledger grade sheet.html answers.csv --format markdown --lang zh

Exit codes: 0: everything is right; 1: something is wrong, or not answered; 2: wrong use or bad input.
"""


@click.command(NAME, epilog=_EPILOG)
@click.argument("sheet", type=click.Path())
@click.argument("answers", type=click.Path())
@options.writer_option
@options.out_option
def command(sheet: str, answers: str, format_name: str, out: str | None) -> None:
    """Judge ANSWERS to a SHEET of `netledger exercise`: the first wrong step, and the likely mistake.

    ANSWERS is a CSV file: the number of a question, then the answer (3,34944). Sizes may stand in any usual order, a
    large number may be rounded (105.4M), and what follows from an earlier wrong answer counts as right.
    """
    from netledger.api import grade

    found = grade(sheet, answers)
    options.write(found.to(format_name), out)
    if not found.passed:
        raise SystemExit(1)
