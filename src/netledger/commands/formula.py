"""`netledger formula`: totals in symbols."""

from __future__ import annotations

import click

from netledger.commands import _options as options

__all__ = ["NAME", "command"]

NAME = "formula"

_EPILOG = """\b
Examples:
  netledger formula vgg16
  netledger formula mobilenet_v1 --free width --convention macs
  netledger formula net.yaml --format latex
  netledger formula lenet --simplify
"""


@click.command(NAME, epilog=_EPILOG)
@options.source_argument
@click.option("--free", multiple=True, metavar="NAME", help="A number under `let` that stays a symbol.")
@options.network_options
@options.convention_option
@click.option("--simplify", is_flag=True, help="Let SymPy simplify the totals (it must be installed).")
@options.writer_option
@options.out_option
def command(
    source: str,
    free: tuple[str, ...],
    given: options.Given,
    conventions: tuple[str, ...],
    simplify: bool,
    format_name: str,
    out: str | None,
) -> None:
    """Show the totals of SOURCE in its batch N, its sizes (H, W, …) and its numbers: exact, with floors."""
    from netledger.api import formula

    made = formula(options.text(source), *given.inputs, free=free, conventions=conventions, **given.rest)
    options.write((made.simplified() if simplify else made).to(format_name), out)
