"""`netledger explain`: where every figure comes from."""

from __future__ import annotations

import click

from netledger.commands import _options as options

__all__ = ["NAME", "command"]

NAME = "explain"

_EPILOG = """\b
Examples:
  netledger explain alexnet conv1
  netledger explain resnet50 layer1.0
  netledger explain lenet --all --format html --out lenet.html
  netledger explain alexnet
  netledger explain net.yaml fc1 --convention textbook --format latex
  netledger explain alexnet conv1 --notation cs231n
"""


@click.command(NAME, epilog=_EPILOG)
@options.source_argument
@click.argument("layer", required=False)
@click.option("--all", "every", is_flag=True, help="Explain every layer.")
@options.network_options
@options.convention_option
@options.notation_option
@options.writer_option
@options.out_option
def command(
    source: str,
    layer: str | None,
    every: bool,
    given: options.Given,
    conventions: tuple[str, ...],
    notation: str,
    format_name: str,
    out: str | None,
) -> None:
    """Show where the figures of a LAYER of SOURCE come from: formula, substitution, value.

    LAYER may be a block: everything in it is explained. Without LAYER: the figures of every layer in numbers.
    """
    ledger = options.counted(source, given)
    options.write(ledger.explain(layer, all=every, conventions=conventions, notation=notation).to(format_name), out)
