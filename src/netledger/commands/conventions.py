"""`netledger conventions`: the ways of counting."""

from __future__ import annotations

from inspect import cleandoc

import click

from netledger.commands import _options as options
from netledger.conventions import load, names
from netledger.core.language import say

__all__ = ["NAME", "command"]

NAME = "conventions"


@click.command(NAME, epilog="\b\nExample:\n  netledger conventions")
def command() -> None:
    """List the ways of counting: name, unit, who uses it, where it departs from a plain count."""
    options.write("\n\n".join(map(_paragraph, names())), None)


def _paragraph(name: str) -> str:
    convention = load(name)
    lines = say(cleandoc(convention.__doc__ or "")).splitlines()
    return "\n".join([f"{name} ({convention.UNIT})", *(f"    {line}".rstrip() for line in lines)])
