"""`netledger completion`: the script that teaches a shell to complete."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from netledger.commands import _options as options

__all__ = ["NAME", "command"]

NAME = "completion"

_EPILOG = """\b
Examples:
  netledger completion bash >> ~/.bashrc
  netledger completion zsh >> ~/.zshrc
  netledger completion fish > ~/.config/fish/completions/netledger.fish
"""


@click.command(NAME, epilog=_EPILOG)
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
def command(shell: str) -> None:
    """Print the completion script of a SHELL."""
    from netledger.commands import program

    found = get_completion_class(shell)
    assert found is not None, "click knows these shells"
    options.write(found(program, {}, "netledger", "_NETLEDGER_COMPLETE").source(), None)
