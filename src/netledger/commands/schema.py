"""`netledger schema`: the spec language as JSON Schema."""

from __future__ import annotations

import json

import click

from netledger.commands import _options as options

__all__ = ["NAME", "command"]

NAME = "schema"


@click.command(NAME, epilog="\b\nExample:\n  netledger schema > netledger.schema.json")
def command() -> None:
    """Print the JSON Schema of the spec language, for editors that complete and check as you type."""
    from netledger.frontends.spec.schema import schema

    options.write(json.dumps(schema(), indent=2, ensure_ascii=False), None)
