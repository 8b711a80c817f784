"""`netledger spec`: any network as a spec."""

from __future__ import annotations

import click

from netledger.commands import _options as options

__all__ = ["NAME", "command"]

NAME = "spec"

_EPILOG = """\b
Examples:
  netledger spec resnet18 > resnet18.yaml
  netledger spec mobilenet_v1 --set width=0.5 --out half.yaml
"""


@click.command(NAME, epilog=_EPILOG)
@options.source_argument
@options.network_options
@options.out_option
def command(source: str, given: options.Given, out: str | None) -> None:
    """Write SOURCE as a spec with every layer by name: blocks, repeats and expressions written out."""
    from netledger.api import to_spec

    options.write(to_spec(options.text(source), *given.inputs, **given.rest).rstrip("\n"), out)
