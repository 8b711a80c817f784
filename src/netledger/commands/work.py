"""`netledger work`: an operator on small matrices, step by step."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable

import click

from netledger.commands import _options as options
from netledger.core.errors import SourceError

__all__ = ["NAME", "command"]

NAME = "work"

_EPILOG = """\b
Attributes of the layer are options by their own names (netledger layer says which), and so are its parameters:
  --kernel 2 --stride 2 --padding 1    --weight "1 0; 0 -1" --bias 0.5    --query … --key … --value …

\b
A matrix: rows end with `;`, channels with `|`, images or kernels with `||`; or a CSV file, where an empty line
begins the next channel, and two the next image. A single row is a sequence.

\b
Examples:
  netledger work maxpool --kernel 2 --input "1 2 3 4; 5 6 7 8; 9 10 11 12; 13 14 15 16"
  netledger work "avgpool(2, stride=1)" --input map.csv --format html --out lesson.html
  netledger work conv --weight "1 0; 0 -1" --padding 1 --input "1 2 3; 4 5 6; 7 8 9"
  netledger work kmax_pool --k 2 --axis 1 --input "3 1 2; 6 5 4"
  netledger work attention --query "1 0; 0 1" --key "1 0; 0 1" --value "1 2; 3 4"
  netledger work maxpool --kernel 2 --seed 7 --size 2x4x4 --shift 1
"""

_WIDE = 110


@click.command(NAME, epilog=_EPILOG, context_settings={"ignore_unknown_options": True, "allow_interspersed_args": True})
@click.argument("layer")
@click.argument("rest", metavar="[--NAME VALUE]...", nargs=-1, type=click.UNPROCESSED)
@click.option("--input", "inputs", multiple=True, metavar="MATRIX", help="Values, or a CSV file of them.")
@click.option("--seed", type=click.IntRange(0), metavar="NUMBER", help="Make what is not given, always the same.")
@click.option("--size", metavar="SHAPE", help="Size of the inputs that are made: 4x4, 2x4x4.")
@click.option("--shift", metavar="COLUMNS", help="Compare with a shifted copy: columns, or rows,columns.")
@click.option("--steps", type=click.IntRange(1, 1000), default=16, show_default=True, help="Elements of each stage.")
@options.notation_option
@click.option(
    "--format",
    "format_name",
    default="text",
    show_default=True,
    metavar="NAME",
    help="How to write it: html, json, latex, markdown, svg, text.",
)
@click.option("--out", "outs", multiple=True, metavar="FILE", help="Write to a file instead.")
def command(
    layer: str,
    rest: tuple[str, ...],
    inputs: tuple[str, ...],
    seed: int | None,
    size: str | None,
    shift: str | None,
    steps: int,
    notation: str,
    format_name: str,
    outs: tuple[str, ...],
) -> None:
    """Work LAYER out on small matrices, step by step: which window, which products, which sum.

    LAYER is a name, with its attributes as options, or a call: "maxpool(2, stride=2)".
    """
    from netledger.api import work
    from netledger.api._work import check_format, operator_of

    check_format(format_name)
    given = _pairs(rest)
    file = None
    for out in outs:
        if "out" in operator_of(layer).ATTRIBUTES and _is_number(out):
            given["out"] = out
        else:
            file = out
    made = work(
        layer, *map(options.text, inputs), seed=seed, size=size, shift=shift, steps=steps, notation=notation, **given
    )
    options.write(made.to(format_name, width=None if file else _width()), file)


def _width() -> int:
    """As wide as the terminal; where there is none, as COLUMNS says, or as other answers are."""
    shown = "COLUMNS" in os.environ or (sys.stdout is not None and sys.stdout.isatty())
    return max(20, min(shutil.get_terminal_size((_WIDE, 24)).columns, _WIDE)) if shown else _WIDE


def _is_number(text: str) -> bool:
    """Whether `--out` means output channels or features: 4, 2x2, [2, 2]."""
    return all(char in "0123456789x×,[] " for char in text) and any(char.isdecimal() for char in text)


def _pairs(rest: Iterable[str]) -> dict[str, str]:
    """`--name value` and `--name=value`, by name."""
    given: dict[str, str] = {}
    words = iter(rest)
    for word in words:
        name, sign, value = word.removeprefix("--").partition("=")
        if not word.startswith("--") or not name:
            raise SourceError(
                "options are written as --name value", hint="netledger work --help", values={"found": repr(word[:60])}
            )
        if not sign:
            found = next(words, None)
            if found is None:
                raise SourceError("this option has no value", hint=f"--{name[:60]} VALUE", values={"option": name[:60]})
            value = found
        key = name.replace("-", "_")
        if key in given:
            raise SourceError("this option is given twice", values={"option": name[:60]})
        given[key] = value
    return given
