"""The language of the command line: `--lang`, or the locale."""

from __future__ import annotations

import copy
import os
from collections.abc import Sequence
from inspect import cleandoc
from itertools import pairwise

import click

from netledger.core.language import ENGLISH, languages, later, of_locale, say, switch, used

__all__ = ["EXAMPLES", "asked", "epilog", "option", "translated"]

OPTION = "--lang"
EXAMPLES = (later("Examples:"), later("Example:"))
_KEPT = "\b\n"
"""How click marks a paragraph whose lines stay as they are."""


def asked(arguments: Sequence[str]) -> str:
    """The language that the arguments ask for, or the environment; English, if there is none by that name."""
    given = [after for before, after in pairwise(arguments) if before == OPTION]
    given += [word.partition("=")[2] for word in arguments if word.startswith(f"{OPTION}=")]
    found = of_locale({"LANG": given[-1]}) if given else of_locale(os.environ)
    return found if found in languages() else ENGLISH


def _use(ctx: click.Context, param: click.Parameter, name: str | None) -> None:
    if name is not None and not ctx.resilient_parsing:
        switch(name)


def option() -> click.Option:
    """The option that every command has."""
    return click.Option(
        [OPTION],
        metavar="NAME",
        callback=_use,
        is_eager=True,
        expose_value=False,
        help=say("Language of the answer: {names}.  [default: that of the locale]", names=", ".join(languages())),
    )


def translated(command: click.Command) -> click.Command:
    """The command with `--lang`, and its help in the language in use."""
    made = copy.copy(command)
    made.params = [*map(_translated, command.params), option()]
    if used() != ENGLISH:
        made.help = say(cleandoc(command.help or ""))
        made.short_help = made.help.split("\n\n")[0].strip()
        made.epilog = epilog(command.epilog or "")
    return made


def epilog(text: str) -> str:
    """What stands below the options, in the language in use; examples stay as they are typed."""
    return "\n\n".join(map(_paragraph, text.split("\n\n")))


def _paragraph(part: str) -> str:
    head, line, rest = part.removeprefix(_KEPT).partition("\n")
    said = say(head) + line + rest if head in EXAMPLES else say(part.removeprefix(_KEPT).strip())
    return f"{_KEPT}{said}" if part.startswith(_KEPT) else said


def _translated(param: click.Parameter) -> click.Parameter:
    if used() == ENGLISH or not isinstance(param, click.Option) or not param.help:
        return param
    made = copy.copy(param)
    made.help = say(param.help)
    return made
