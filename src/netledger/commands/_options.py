"""Options that several commands share, and how a result is written."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from netledger.conventions import DEFAULT
from netledger.conventions import FOLDER as CONVENTIONS
from netledger.core.errors import SourceError
from netledger.reports import FOLDER as FORMATS

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = ["convention_option", "format_option", "input_option", "out_option", "set_option", "source_argument", "write"]


def _complete(names: Callable[[], Any]) -> Callable[..., list[CompletionItem]]:
    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        found = [CompletionItem(name) for name in names() if name.startswith(incomplete)]
        return [*found, CompletionItem(incomplete, type="file")] if param.name == "source" else found

    return complete


def _sources() -> tuple[str, ...]:
    from netledger.frontends.spec.source import presets

    return presets()


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
    default=DEFAULT,
    show_default=True,
    metavar="NAME",
    help="How to count; may be given several times (netledger conventions).",
    shell_complete=_complete(CONVENTIONS.names),
)
format_option = click.option(
    "--format",
    "format_name",
    default="table",
    show_default=True,
    metavar="NAME",
    help=f"How to write it: {', '.join(FORMATS.names())}.",
    shell_complete=_complete(FORMATS.names),
)
out_option = click.option("--out", type=click.Path(), metavar="FILE", help="Write to a file instead.")


def write(text: str, out: str | None) -> None:
    """Write a result to a file, or to standard output in full."""
    if out:
        _to_file(text, out)
        return
    if sys.stdout is None:
        raise SourceError("standard output is closed", hint="Write to a file with --out.")
    encoding = sys.stdout.encoding or "utf-8"
    try:
        click.echo(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        _discard()
    except OSError as error:
        _discard()
        raise SourceError(f"cannot write to standard output: {error.strerror}") from None


def _discard() -> None:
    """Nothing more can be written: not at exit either."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _to_file(text: str, out: str) -> None:
    try:
        with open(out, "w", encoding="utf-8", newline="\n") as file:
            file.write(text + "\n")
    except OSError as error:
        raise SourceError(f"cannot write {out!r}: {error.strerror}") from None
