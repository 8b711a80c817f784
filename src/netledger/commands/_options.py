"""Options that several commands share, and how a result is written."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import click
from click.shell_completion import CompletionItem

from netledger.core.errors import SourceError

__all__ = ["convention_option", "format_option", "input_option", "out_option", "set_option", "source_argument", "write"]


def _complete(names: Callable[[], Any]) -> Callable[..., list[CompletionItem]]:
    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return [CompletionItem(name) for name in names() if name.startswith(incomplete)]

    return complete


def _sources() -> tuple[str, ...]:
    from netledger.frontends.spec.source import presets

    return presets()


def _conventions() -> tuple[str, ...]:
    from netledger.conventions import FOLDER

    return FOLDER.names()


def _formats() -> tuple[str, ...]:
    from netledger.reports import FOLDER

    return FOLDER.names()


def _settings(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    pairs = [value.partition("=") for value in values]
    for name, sign, _ in pairs:
        if not sign:
            raise click.BadParameter(f"{name!r} is not NAME=VALUE, such as width=0.5")
    return {name.strip(): text.strip() for name, _, text in pairs}


source_argument = click.argument("source", shell_complete=_complete(_sources))
input_option = click.option(
    "--input", "inputs", multiple=True, metavar="SHAPE", help="Shape of an input: 3x224x224, ids:int64[128]."
)
set_option = click.option(
    "--set", "let", multiple=True, callback=_settings, metavar="NAME=VALUE", help="Replace a number under `let`."
)
convention_option = click.option(
    "--convention",
    "conventions",
    multiple=True,
    default=("macs", "flops"),
    show_default=True,
    metavar="NAME",
    help="How to count; may be given several times (netledger conventions).",
    shell_complete=_complete(_conventions),
)
format_option = click.option(
    "--format",
    "format_name",
    default="table",
    show_default=True,
    metavar="NAME",
    help="How to write it: table, json, csv, markdown, latex, html or paddle.",
    shell_complete=_complete(_formats),
)
out_option = click.option("--out", metavar="FILE", help="Write to a file instead.")


def write(text: str, out: str | None) -> None:
    """Write a result to a file, or to standard output in full."""
    if out:
        _to_file(text, out)
        return
    encoding = sys.stdout.encoding or "utf-8"
    try:
        click.echo(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _to_file(text: str, out: str) -> None:
    try:
        with open(out, "w", encoding="utf-8", newline="\n") as file:
            file.write(text + "\n")
    except OSError as error:
        raise SourceError(f"cannot write {out!r}: {error.strerror}") from None
