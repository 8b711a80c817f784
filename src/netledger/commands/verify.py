"""`netledger verify`: a published table against the ledger."""

from __future__ import annotations

import sys

import click

from netledger.commands import _options as options
from netledger.core.errors import SourceError

__all__ = ["NAME", "command"]

NAME = "verify"

_EPILOG = """\b
Examples:
  netledger verify table.csv alexnet
  netledger verify table.csv net.yaml --input 3x224x224 --all
  netledger verify models.csv torchvision:resnet50
  netledger verify models.csv mobilenet_v1 --row "MobileNet_v1_1.0_224"
  netledger verify table.csv vgg16 --format json --out findings.json

Exit codes: 0: everything agrees; 1: something differs, or a row is about no layer; 2: wrong use or bad input.
"""


@click.command(NAME, epilog=_EPILOG)
@click.argument("table", type=click.Path())
@options.source_argument
@options.network_options
@click.option("--row", metavar="NAME", help="The row of the network, where it has another name in the table.")
@click.option("--all", "everything", is_flag=True, help="Show the cells that agree, too.")
@options.answer_option
@options.out_option
def command(
    table: str,
    source: str,
    given: options.Given,
    row: str | None,
    everything: bool,
    format_name: str,
    out: str | None,
) -> None:
    """Compare the published TABLE with SOURCE, cell by cell: what differs, by how much, and why that may be.

    TABLE is a CSV file (or has tabs, semicolons, or the bars of Markdown), or - for standard input. Its first row
    names the columns: layer (or model), output, input, kernel, stride, padding, channels, parameters, weights, biases,
    macs, flops, …; a unit may follow: params (M), flops_g. Figures agree if the exact one rounds to what is printed.
    """
    from netledger.api import verify

    found = verify(_table(table, source), options.text(source), *given.inputs, row=row, all=everything, **given.rest)
    options.write(found.to(format_name), out)
    if not found.agrees:
        raise SystemExit(1)


def _table(table: str, source: str) -> str:
    """The path of the table; its text, if it is on standard input."""
    if table != "-":
        return table
    if source == "-":
        raise SourceError("TABLE and SOURCE cannot both be -", hint="Give one of them as a file.")
    from netledger.analyses.verify.sheet import MAX_BYTES, decode

    return f"{decode(sys.stdin.buffer.read(MAX_BYTES + 1), 'standard input')}\n"
