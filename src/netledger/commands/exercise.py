"""`netledger exercise`: a problem sheet, and its key."""

from __future__ import annotations

import os

import click

from netledger.commands import _options as options
from netledger.core.errors import SourceError

__all__ = ["NAME", "command"]

NAME = "exercise"

_EPILOG = """\b
Examples:
  netledger exercise alexnet --seed 7
  netledger exercise alexnet --seed 7 --key
  netledger exercise net.yaml --seed 3 --blanks 12 --out sheet.html
  netledger exercise vgg16 --seed 1 --notation cs231n --lang zh --out sheet.tex

--out sheet.md writes sheet.md, the key sheet.key.md, and the form sheet.csv for the answers (netledger grade).
"""

_SUFFIXES = {".md": "markdown", ".html": "html", ".htm": "html", ".tex": "latex", ".txt": "text"}


@click.command(NAME, epilog=_EPILOG)
@options.source_argument
@options.network_options
@click.option(
    "--seed", type=click.IntRange(min=0), required=True, help="Which exercise: the same seed gives the same one."
)
@click.option(
    "--blanks", type=click.IntRange(1, 100), default=8, show_default=True, help="How many blanks the table has."
)
@click.option("--key", "only_key", is_flag=True, help="Write the key: every answer and where it comes from.")
@options.notation_option
@click.option(
    "--format",
    "format_name",
    metavar="|".join(sorted(set(_SUFFIXES.values()))),
    type=click.Choice(sorted(set(_SUFFIXES.values()))),
    help="How to write it.  [default: by the name of the file, or markdown]",
)
@options.out_option
def command(
    source: str,
    given: options.Given,
    seed: int,
    blanks: int,
    only_key: bool,
    notation: str,
    format_name: str | None,
    out: str | None,
) -> None:
    """Write a problem sheet about SOURCE: a layer table with blanks, questions on padding, parameters, fields.

    The sheet says in its first line which exercise it is, so that `netledger grade` can judge answers.
    """
    from netledger.api import exercise

    made = exercise(options.text(source), *given.inputs, seed=seed, blanks=blanks, notation=notation, **given.rest)
    stem, suffix = os.path.splitext(out or "")
    chosen = format_name or _SUFFIXES.get(suffix.lower(), "markdown")
    if only_key or not out:
        options.write((made.key if only_key else made.sheet).to(chosen), out)
        return
    if suffix.lower() == ".csv":
        raise SourceError(
            "the sheet and the form for its answers would be the same file",
            hint="Name the sheet .md, .html, .tex or .txt: the form gets its name, and .csv.",
        )
    options.write(made.sheet.to(chosen), out)
    options.write(made.key.to(chosen), f"{stem}.key{suffix}")
    options.write(made.form(), f"{stem}.csv")
