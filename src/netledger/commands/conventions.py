"""`netledger conventions`: the ways of counting."""

from __future__ import annotations

import click

from netledger.commands import _options as options
from netledger.conventions import load, names

__all__ = ["NAME", "command"]

NAME = "conventions"


@click.command(NAME, epilog="\b\nExample:\n  netledger conventions")
def command() -> None:
    """List the ways of counting: name, unit, who uses it, where it departs from a plain count."""
    options.write("\n\n".join(map(_paragraph, names())), None)


def _paragraph(name: str) -> str:
    convention = load(name)
    lines = (convention.__doc__ or "").strip().splitlines()
    return "\n".join([f"{name} ({convention.UNIT})", *(f"    {line}".rstrip() for line in lines)])
