"""`netledger show`: the per-layer table of a network."""

from __future__ import annotations

import os
import sys

import click

from netledger import reports
from netledger.api import Ledger, count
from netledger.commands import _options as options
from netledger.conventions import load
from netledger.core.errors import NetledgerError

__all__ = ["NAME", "command"]

NAME = "show"

_EPILOG = """\b
Examples:
  netledger show alexnet
  netledger show resnet50 --depth 1
  netledger show mobilenet_v1 --set width=0.5 --input 3x160x160
  netledger show net.yaml --batch 8 --convention textbook --convention arithmetic
  netledger show vgg16 --format csv --out vgg16.csv
  netledger show lenet --format paddle
"""


@click.command(NAME, epilog=_EPILOG)
@options.source_argument
@options.input_option
@click.option("--batch", type=click.IntRange(min=1), help="How many inputs at once.  [default: 1]")
@options.convention_option
@click.option("--depth", type=click.IntRange(min=1), help="Fold rows deeper than so many names.")
@options.set_option
@options.format_option
@options.out_option
@click.option("--strict", is_flag=True, help="Fail (exit code 1) if anything is not counted.")
def command(
    source: str,
    inputs: tuple[str, ...],
    batch: int | None,
    conventions: tuple[str, ...],
    depth: int | None,
    let: dict[str, str],
    format_name: str,
    out: str | None,
    strict: bool,
) -> None:
    """Show what every layer of SOURCE costs, and the totals.

    SOURCE is the name of a preset (netledger presets), a spec file (net.yaml), or - for a spec on standard input.
    """
    _check_names(conventions, format_name)
    try:
        ledger = count(_text(source), *inputs, batch=batch, let=let)
    except NetledgerError as error:
        _show_partly(error.ledger, conventions, depth)
        raise
    if strict:
        ledger.require_complete()
    if format_name == "table" and not out and _on_terminal():
        _on_console(ledger, conventions, depth)
    else:
        options.write(ledger.to(format_name, conventions, depth), out)


def _show_partly(ledger: Ledger | None, conventions: tuple[str, ...], depth: int | None) -> None:
    """On a mistake: the table up to the layer that failed."""
    if ledger:
        click.echo(f"{ledger.to('table', conventions, depth)}\n\n(up to the layer that failed)\n", err=True)


def _check_names(conventions: tuple[str, ...], format_name: str) -> None:
    """A wrong name is told before the work is done."""
    reports.load(format_name)
    for name in conventions:
        load(name)


def _text(source: str) -> str:
    """The source itself; what is on standard input for a minus sign."""
    return f"{sys.stdin.read()}\n" if source == "-" else source


def _on_terminal() -> bool:
    """Whether there is a terminal that shows what rich writes."""
    out = sys.stdout
    return out is not None and out.isatty() and out.encoding.lower() == "utf-8" and os.environ.get("TERM") != "dumb"


def _on_console(ledger: Ledger, conventions: tuple[str, ...], depth: int | None) -> None:
    from rich.console import Console

    from netledger.reports.table import for_terminal

    console = Console(color_system=None) if os.environ.get("NO_COLOR") else Console()
    console.print(for_terminal(ledger.view(conventions, depth), console.width))
