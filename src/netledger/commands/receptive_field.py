"""`netledger receptive-field`: how far each layer sees."""

from __future__ import annotations

import click

from netledger.commands import _options as options

__all__ = ["NAME", "command"]

NAME = "receptive-field"

_EPILOG = """\b
Examples:
  netledger receptive-field vgg16
  netledger receptive-field unet --format html --out unet.html
  netledger receptive-field net.yaml --input 3x512x512
"""


@click.command(NAME, epilog=_EPILOG)
@options.source_argument
@options.network_options
@options.writer_option
@options.out_option
def command(source: str, given: options.Given, format_name: str, out: str | None) -> None:
    """Show the receptive field of every layer of SOURCE: size, jump, padding, offset along each axis."""
    from netledger.api import receptive_field

    options.write(receptive_field(options.text(source), *given.inputs, **given.rest).to(format_name), out)
