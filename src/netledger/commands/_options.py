"""Options that several commands share, and how a result is written."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from netledger.conventions import DEFAULT
from netledger.conventions import FOLDER as CONVENTIONS
from netledger.core.errors import SourceError
from netledger.core.language import ENGLISH, say, switch
from netledger.notations import DEFAULT as FIELD
from netledger.notations import FOLDER as NOTATIONS
from netledger.reports import names as formats
from netledger.writers import FOLDER as WRITERS

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from netledger.api import Ledger

__all__ = [
    "Given",
    "answer_option",
    "complete_conventions",
    "convention_option",
    "counted",
    "format_option",
    "network_options",
    "notation_option",
    "out_option",
    "source_argument",
    "text",
    "write",
    "writer_option",
]


class Given(NamedTuple):
    """What the user says of a network besides its source."""

    inputs: tuple[str, ...]
    batch: int | None
    let: dict[str, str]

    @property
    def rest(self) -> dict[str, Any]:
        """All but the inputs, by name."""
        return {"batch": self.batch, "let": self.let}


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
            raise click.BadParameter(say("{name!r} is not NAME=VALUE, such as width=0.5", name=name))
    return {name.strip(): text.strip() for name, _, text in pairs}


source_argument = click.argument("source", shell_complete=_complete(_sources))
_NETWORK = (
    click.option(
        "--input", "inputs", multiple=True, metavar="SHAPE", help="Shape of an input: 3x224x224, ids:int64[128]."
    ),
    click.option("--batch", type=click.IntRange(min=1), help="How many inputs at once.  [default: 1]"),
    click.option(
        "--set", "let", multiple=True, callback=_settings, metavar="NAME=VALUE", help="Replace a number under `let`."
    ),
)


def network_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that change a network; the command takes them together, as `given`."""

    @functools.wraps(command)
    def gathered(*, inputs: tuple[str, ...], batch: int | None, let: dict[str, str], **rest: Any) -> Any:
        return command(given=Given(inputs, batch, let), **rest)

    for option in reversed(_NETWORK):
        gathered = option(gathered)
    return gathered


complete_conventions = _complete(CONVENTIONS.names)
convention_option = click.option(
    "--convention",
    "conventions",
    multiple=True,
    default=DEFAULT,
    show_default=True,
    metavar="NAME",
    help="How to count; may be given several times (netledger conventions).",
    shell_complete=complete_conventions,
)


def _answer_format(ctx: click.Context, param: click.Parameter, name: str) -> str:
    """A wrong name is told before the work."""
    if name != "json":
        WRITERS.module(name)
    return _for_machines(name)


def _ledger_format(ctx: click.Context, param: click.Parameter, name: str) -> str:
    return _for_machines(name)


def _for_machines(format_name: str) -> str:
    """What programs read is in English."""
    if format_name in ("json", "csv"):
        switch(ENGLISH)
    return format_name


def _notation(ctx: click.Context, param: click.Parameter, name: str) -> str:
    """A wrong name is told before the work."""
    NOTATIONS.module(name)
    return name


notation_option = click.option(
    "--notation",
    default=FIELD,
    show_default=True,
    metavar="NAME",
    callback=_notation,
    help="How formulas write sizes: field (H_in, K, C_out), cs231n (W, F, K), oiksp (O, I, N).",
    shell_complete=_complete(NOTATIONS.names),
)
format_option = click.option(
    "--format",
    "format_name",
    default="table",
    show_default=True,
    metavar="|".join(formats()),
    callback=_ledger_format,
    help="How to write it.",
    shell_complete=_complete(formats),
)
writer_option = click.option(
    "--format",
    "format_name",
    default="text",
    show_default=True,
    metavar="|".join(WRITERS.names()),
    help="How to write it.",
    shell_complete=_complete(WRITERS.names),
)


answer_option = click.option(
    "--format",
    "format_name",
    default="text",
    show_default=True,
    metavar="|".join(sorted((*WRITERS.names(), "json"))),
    callback=_answer_format,
    help="How to write it.",
    shell_complete=_complete(lambda: sorted((*WRITERS.names(), "json"))),
)
out_option = click.option("--out", type=click.Path(), metavar="FILE", help="Write to a file instead.")


def text(source: str) -> str:
    """The source itself; what is on standard input for a minus sign."""
    return f"{sys.stdin.read()}\n" if source == "-" else source


def counted(source: str, given: Given) -> Ledger:
    """The ledger of a source."""
    from netledger.api import count

    return count(text(source), *given.inputs, **given.rest)


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
        raise SourceError(say("cannot write to standard output: {strerror}", strerror=error.strerror)) from None


def _discard() -> None:
    """Nothing more can be written: not at exit either."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _to_file(text: str, out: str) -> None:
    try:
        with open(out, "w", encoding="utf-8", newline="\n") as file:
            file.write(text + "\n")
    except OSError as error:
        raise SourceError(say("cannot write {out!r}: {strerror}", out=out, strerror=error.strerror)) from None
