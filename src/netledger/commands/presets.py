"""`netledger presets`: the networks that come with netledger."""

from __future__ import annotations

import click

from netledger.api import count, presets
from netledger.commands import _options as options
from netledger.core.document import thousands
from netledger.core.language import say
from netledger.writers._width import left, right, wide

__all__ = ["NAME", "command"]

NAME = "presets"


@click.command(NAME, epilog="\b\nExamples:\n  netledger presets\n  netledger presets lenet > net.yaml")
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """List the presets with input, parameters and macs; or print the spec of one."""
    options.write(_spec(name) if name else _table(), None)


def _spec(name: str) -> str:
    from netledger.core.errors import UnknownNameError
    from netledger.frontends.spec.source import locate

    if name not in presets():
        raise UnknownNameError("preset", name, presets())
    return locate(name)[0].decode().rstrip("\n")


def _table() -> str:
    head = (say("preset"), say("input"), say("parameters"), say("macs (MAC)"), say("source"))
    cells = [head, *map(_row, presets())]
    widths = [max(map(wide, column)) for column in zip(*cells, strict=True)]
    return "\n".join(_line(row, widths) for row in cells)


def _row(name: str) -> tuple[str, ...]:
    ledger = count(name)
    shape = "x".join(map(str, ledger.inputs[0][1:]))
    return name, shape, thousands(ledger.parameters), thousands(ledger.total("macs")), ledger.source


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    name, shape, parameters, macs, source = row
    numbers = f"{right(parameters, widths[2])}  {right(macs, widths[3])}"
    return f"{left(name, widths[0])}  {left(shape, widths[1])}  {numbers}  {source}"
