"""The command line: one file per command, loaded when it is called.

Exit codes: 0 fine; 1 a check failed; 2 wrong use or bad input.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from netledger import __version__
from netledger.commands._language import asked, epilog, option, translated
from netledger.core.errors import IncompleteError, NetledgerError
from netledger.core.language import language, say
from netledger.core.plugins import Folder

__all__ = ["FOLDER", "main", "program"]

FOLDER = Folder(__name__, os.path.dirname(__file__), "command")

HELP = "What every layer of a neural network costs, exactly, under every counting convention, and why."

_EPILOG = """\b
Examples:
  netledger show alexnet
  netledger show mobilenet_v1 --set width=0.5 --input 3x160x160
  netledger show net.yaml --convention macs --format csv
  netledger explain alexnet conv1
  netledger formula resnet50
  netledger receptive-field unet
  netledger verify table.csv alexnet
  netledger layer "conv(96, 11, stride=4)" 3x227x227
  netledger work maxpool --kernel 2 --input "1 2 3 4; 5 6 7 8"
"""


class _Commands(click.Group):
    """Finds the commands in this folder."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **named: Any) -> Any:
        """Run a command; what it says of the language holds for it alone."""
        with language(asked(sys.argv[1:] if args is None else args)):
            return super().main(args, *rest, **named)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        return [option(), *super().get_params(ctx)]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.help = say(HELP)
        self.epilog = epilog(_EPILOG)
        super().format_help_text(ctx, formatter)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(FOLDER.names())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in FOLDER.index:
            return None
        command: click.Command = FOLDER.module(cmd_name).command
        return translated(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in FOLDER.index and not ctx.resilient_parsing:
            from netledger.core.errors import UnknownNameError

            raise UnknownNameError("command", args[0], FOLDER.names())
        return super().resolve_command(ctx, args)


@click.command(cls=_Commands, help=HELP, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="netledger", message="%(prog)s %(version)s")
def program() -> None:
    """The root of all commands."""


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit."""
    with language(asked(sys.argv[1:] if arguments is None else arguments)):
        _run(arguments)
    raise SystemExit(0)


def _run(arguments: list[str] | None) -> None:
    try:
        program.main(arguments, prog_name="netledger", standalone_mode=True)
    except IncompleteError as error:
        _fail(str(error), 1)
    except NetledgerError as error:
        _fail(str(error), 2)


def _fail(message: str, code: int) -> NoReturn:
    encoding = sys.stderr.encoding or "utf-8"
    click.echo(f"{say('error')}: {message}".encode(encoding, "backslashreplace").decode(encoding), err=True)
    raise SystemExit(code)
