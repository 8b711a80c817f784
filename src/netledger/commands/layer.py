"""`netledger layer`: one layer, no file."""

from __future__ import annotations

import click

from netledger.analyses.explain import named_term
from netledger.api import Entry, layer
from netledger.commands import _options as options
from netledger.conventions import load
from netledger.core.document import thousands
from netledger.core.language import say
from netledger.core.network import Parameter, shapes
from netledger.writers.text import aligned

__all__ = ["NAME", "command"]

NAME = "layer"

_EPILOG = """\b
Examples:
  netledger layer "conv(96, 11, stride=4)" 3x227x227
  netledger layer "conv(32, 3, padding=same, groups=in_channels)" 32x112x112
  netledger layer "maxpool(3, stride=2, rounding=ceil)" 64x55x55 --convention arithmetic
  netledger layer "linear(10)" 84
"""


@click.command(NAME, epilog=_EPILOG)
@click.argument("call", metavar="LAYER")
@click.argument("given", metavar="SHAPE...", nargs=-1, required=True)
@click.option("--batch", type=click.IntRange(min=1), help="How many inputs at once.  [default: 1]")
@options.convention_option
def command(call: str, given: tuple[str, ...], batch: int | None, conventions: tuple[str, ...]) -> None:
    """Show one LAYER on an input of this SHAPE (without the batch): output, parameters, work."""
    entry = layer(call, *given, batch=batch)
    options.write("\n".join(_lines(entry, conventions)), None)


def _lines(entry: Entry, conventions: tuple[str, ...]) -> list[str]:
    facts = [(say("layer"), entry.call), (say("input"), _input(entry)), (say("output"), shapes(entry.data.outputs))]
    for part in entry.parameter_list:
        facts.append((say(part.role), _stored(part)))
    facts.append((say("parameters"), thousands(entry.parameters)))
    facts += [(named_term(term), thousands(term.count)) for term in entry.work]
    facts += [(name, f"{thousands(entry.total(name))} {load(name).UNIT}") for name in conventions if entry.counted]
    if gap := entry.data.gap:
        facts.append((say("not counted"), gap.reason))
    return aligned(facts)


def _stored(part: Parameter) -> str:
    shape = f"{'x'.join(map(str, part.shape))} = " if len(part.shape) > 1 else ""
    return f"{shape}{thousands(part.elements)}{say(' (buffer)') if part.buffer else ''}"


def _input(entry: Entry) -> str:
    """The inputs, and which of their numbers is the batch: a user may have meant another."""
    return say("{inputs} (batch {batch})", inputs=shapes(entry.data.inputs), batch=entry.inputs[0][0])
