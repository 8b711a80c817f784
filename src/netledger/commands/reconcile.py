"""`netledger reconcile`: every convention side by side, or where a claimed figure comes from."""

from __future__ import annotations

import click

from netledger.commands import _options as options
from netledger.core.language import say

__all__ = ["NAME", "command"]

NAME = "reconcile"

_EPILOG = """\b
Examples:
  netledger reconcile resnet50
  netledger reconcile torchvision:resnet50 --convention thop --convention fvcore
  netledger reconcile timm:vit_base_patch16_224 --layers --format html --out vit.html
  netledger reconcile net.py:Net --input 1x3x32x32 --format json
  netledger reconcile resnet50 --claim "3.8 GFLOPs"
"""


@click.command(NAME, epilog=_EPILOG)
@options.source_argument
@options.network_options
@click.option(
    "--convention",
    "conventions",
    multiple=True,
    metavar="NAME",
    help="How to count; may be given several times.  [default: every convention]",
    shell_complete=options.complete_conventions,
)
@click.option("--claim", metavar="FIGURE", help="Find what gives a figure as it was printed: 3.8G, 25.6M params.")
@click.option("--layers", is_flag=True, help="Show the layers that each term comes from, too.")
@options.answer_option
@options.out_option
def command(
    source: str,
    given: options.Given,
    conventions: tuple[str, ...],
    claim: str | None,
    layers: bool,
    format_name: str,
    out: str | None,
) -> None:
    """Show what every convention, and every tool, counts of SOURCE, and why their figures differ.

    Each difference from the plain count of multiply-adds is a sum of named terms; the sum is checked.
    With --claim: which conventions, input sizes and variants of SOURCE give a figure to its printed precision.
    """
    from netledger.api import claim as claimed
    from netledger.api import reconcile
    from netledger.conventions import load

    for name in conventions:
        load(name)
    if claim is not None:
        if conventions or layers:
            raise click.UsageError(say("--claim tries every convention: leave out --convention and --layers"))
        options.write(claimed(options.text(source), claim, *given.inputs, **given.rest).to(format_name), out)
        return
    found = reconcile(options.counted(source, given), conventions=conventions, layers=layers)
    options.write(found.to(format_name), out)
