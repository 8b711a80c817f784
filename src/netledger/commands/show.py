"""`netledger show`: the per-layer table of a network."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

import click
from click.core import ParameterSource

from netledger import reports
from netledger.api import Ledger
from netledger.api._ledger import MANY
from netledger.commands import _options as options
from netledger.conventions import load
from netledger.core.errors import NetledgerError
from netledger.core.language import say

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = ["NAME", "command"]

NAME = "show"

_EPILOG = """\b
Examples:
  netledger show alexnet
  netledger show resnet152 --fold
  netledger show resnet50 --depth 1
  netledger show mobilenet_v1 --set width=0.5 --input 3x160x160
  netledger show torchvision:resnet50 --depth 2
  netledger show net.py:Net --input 1x3x32x32
  netledger show transformers:bert --input "input_ids:int64[1,128]"
  netledger show net.yaml --batch 8 --convention textbook --convention arithmetic
  netledger show vgg16 --format csv --out vgg16.csv
  netledger show vgg16 --columns output,kernel,parameters,share,macs,macs%
  netledger show resnet50 --format torchinfo --columns output_size,num_params,mult_adds
  netledger show lenet --format paddle
"""


_COLUMNS = """Columns to show, between commas: layer, class, kind, operator, input, output, kernel, stride, padding,
dilation, groups, weights, biases, parameters, share (of all parameters), trainable, buffers, dtype, function,
file:line, counted; a convention, such as macs, or the share in it: macs%. torchinfo's names are known, too."""


def _complete_columns(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The names of columns that may follow the last comma."""
    from click.shell_completion import CompletionItem

    from netledger.conventions import FOLDER
    from netledger.reports._columns import ALIASES, NAMES

    before, comma, last = incomplete.rpartition(",")
    found = (name for name in (*NAMES, *FOLDER.names(), *ALIASES) if name.startswith(last))
    return [CompletionItem(f"{before}{comma}{name}") for name in found]


@click.command(NAME, epilog=_EPILOG)
@options.source_argument
@options.network_options
@options.convention_option
@click.option(
    "--depth",
    type=click.IntRange(min=1),
    help="Show so many levels of modules; what is deeper is part of its module's row. Without modules: of names.",
)
@click.option(
    "--fold/--no-fold",
    default=None,
    help="Repeated blocks as one row.  [default: on a terminal, where there are many rows]",
)
@click.option("--columns", multiple=True, metavar="NAMES", help=_COLUMNS, shell_complete=_complete_columns)
@options.format_option
@options.out_option
@click.option("--strict", is_flag=True, help="Fail (exit code 1) if anything is not counted.")
def command(
    source: str,
    given: options.Given,
    conventions: tuple[str, ...],
    depth: int | None,
    fold: bool | None,
    columns: tuple[str, ...],
    format_name: str,
    out: str | None,
    strict: bool,
) -> None:
    """Show what every layer of SOURCE costs, and the totals.

    SOURCE is the name of a preset (netledger presets), a spec file (net.yaml), or - for a spec on standard input; or a
    model of PyTorch: torchvision:NAME, timm:NAME, transformers:TYPE, net.py:Net, package.module:Name, with arguments
    in parentheses: "net.py:Net(width=32)".
    """
    columns = reports.columns(format_name, columns)
    shown = _Shown(_priced(conventions, columns), depth, columns)
    try:
        ledger = options.counted(source, given)
    except NetledgerError as error:
        _show_partly(error.ledger, shown)
        raise
    if strict:
        ledger.require_complete()
    if format_name == "table" and not out and _on_terminal():
        many = depth is None and len(ledger) > MANY
        _on_console(ledger, shown, many if fold is None else fold)
    else:
        options.write(reports.load(format_name).render(shown.of(ledger, bool(fold))), out)


class _Shown(NamedTuple):
    """What is to be shown of a ledger."""

    conventions: tuple[str, ...]
    depth: int | None
    columns: tuple[str, ...]

    def of(self, ledger: Ledger, fold: bool = False) -> reports.View:
        return ledger.view(self.conventions, self.depth, fold, self.columns)


def _priced(conventions: tuple[str, ...], columns: tuple[str, ...]) -> tuple[str, ...]:
    """The conventions of the totals: those asked for, or those of the columns. A wrong name is told before the work."""
    source = click.get_current_context().get_parameter_source("conventions")
    if columns and source is ParameterSource.DEFAULT:
        from netledger.reports._columns import conventions as named

        conventions = named(columns) or conventions
    for name in conventions:
        load(name)
    return conventions


def _show_partly(ledger: Ledger | None, shown: _Shown) -> None:
    """On a mistake: the table up to the layer that failed."""
    if ledger:
        text = reports.load("table").render(shown.of(ledger))
        click.echo(f"{text}\n\n{say('(up to the layer that failed)')}\n", err=True)


def _on_terminal() -> bool:
    """Whether there is a terminal that shows what rich writes."""
    out = sys.stdout
    return out is not None and out.isatty() and out.encoding.lower() == "utf-8" and os.environ.get("TERM") != "dumb"


def _on_console(ledger: Ledger, shown: _Shown, fold: bool) -> None:
    from rich.console import Console

    from netledger.reports.table import for_terminal

    console = Console(color_system=None) if os.environ.get("NO_COLOR") else Console()
    console.print(for_terminal(shown.of(ledger, fold), console.width))
    if fold:
        console.print("Repeated blocks are one row each; --no-fold shows every layer.", style="dim", highlight=False)
