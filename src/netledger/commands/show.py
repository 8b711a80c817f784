"""`netledger show`: the per-layer table of a network."""

from __future__ import annotations

import os
import sys

import click

from netledger import reports
from netledger.api import Ledger
from netledger.api._ledger import MANY
from netledger.commands import _options as options
from netledger.conventions import load
from netledger.core.errors import NetledgerError

__all__ = ["NAME", "command"]

NAME = "show"

_EPILOG = """\b
Examples:
  netledger show alexnet
  netledger show resnet152 --fold
  netledger show resnet50 --depth 1
  netledger show mobilenet_v1 --set width=0.5 --input 3x160x160
  netledger show net.yaml --batch 8 --convention textbook --convention arithmetic
  netledger show vgg16 --format csv --out vgg16.csv
  netledger show lenet --format paddle
"""


@click.command(NAME, epilog=_EPILOG)
@options.source_argument
@options.network_options
@options.convention_option
@click.option("--depth", type=click.IntRange(min=1), help="Fold rows deeper than so many names.")
@click.option(
    "--fold/--no-fold",
    default=None,
    help="Repeated blocks as one row.  [default: on a terminal, where there are many rows]",
)
@options.format_option
@options.out_option
@click.option("--strict", is_flag=True, help="Fail (exit code 1) if anything is not counted.")
def command(
    source: str,
    given: options.Given,
    conventions: tuple[str, ...],
    depth: int | None,
    fold: bool | None,
    format_name: str,
    out: str | None,
    strict: bool,
) -> None:
    """Show what every layer of SOURCE costs, and the totals.

    SOURCE is the name of a preset (netledger presets), a spec file (net.yaml), or - for a spec on standard input.
    """
    _check_names(conventions, format_name)
    try:
        ledger = options.counted(source, given)
    except NetledgerError as error:
        _show_partly(error.ledger, conventions, depth)
        raise
    if strict:
        ledger.require_complete()
    if format_name == "table" and not out and _on_terminal():
        many = depth is None and len(ledger) > MANY
        _on_console(ledger, conventions, depth, many if fold is None else fold)
    else:
        options.write(ledger.to(format_name, conventions, depth, bool(fold)), out)


def _show_partly(ledger: Ledger | None, conventions: tuple[str, ...], depth: int | None) -> None:
    """On a mistake: the table up to the layer that failed."""
    if ledger:
        click.echo(f"{ledger.to('table', conventions, depth)}\n\n(up to the layer that failed)\n", err=True)


def _check_names(conventions: tuple[str, ...], format_name: str) -> None:
    """A wrong name is told before the work is done."""
    reports.load(format_name)
    for name in conventions:
        load(name)


def _on_terminal() -> bool:
    """Whether there is a terminal that shows what rich writes."""
    out = sys.stdout
    return out is not None and out.isatty() and out.encoding.lower() == "utf-8" and os.environ.get("TERM") != "dumb"


def _on_console(ledger: Ledger, conventions: tuple[str, ...], depth: int | None, fold: bool) -> None:
    from rich.console import Console

    from netledger.reports.table import for_terminal

    console = Console(color_system=None) if os.environ.get("NO_COLOR") else Console()
    console.print(for_terminal(ledger.view(conventions, depth, fold), console.width))
    if fold:
        console.print("Repeated blocks are one row each; --no-fold shows every layer.", style="dim", highlight=False)
