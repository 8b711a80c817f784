"""`netledger solve`: the unknown from the rest."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, Self

import click

from netledger.commands import _options as options
from netledger.core.errors import SourceError
from netledger.core.language import say

__all__ = ["NAME", "command"]

NAME = "solve"

_EPILOG = """\b
Examples:
  netledger solve --unknown padding --kernel 11 --stride 4 --in 227 --out 55
  netledger solve --in 55 --out 27
  netledger solve --op maxpool --rounding ceil --unknown kernel --stride 2 --in 112 --out 56
  netledger solve --op conv_transpose --unknown output_padding --kernel 3 --stride 2 --padding 1 --in 7 --out 14
  netledger solve alexnet --accepts
  netledger solve mobilenet_v1 --largest width --max-macs 300M
  netledger solve resnet50 --largest input --max-feature-maps 2GiB
  netledger solve net.py:Net --input 1x3x224x224 --largest batch --max textbook=1T

Exit codes: 0: there is an answer; 1: there is none; 2: wrong use or bad input.
"""


class _Command(click.Command):
    """Its options are those of the operator too, as declared."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[NAME] = _attributes(_operator(args))
        return super().parse_args(ctx, args)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        found = super().get_params(ctx)
        return [*found[:-1], *ctx.meta.get(NAME, ()), found[-1]]


def _operator(args: Sequence[str]) -> str:
    """The operator that is asked about: its options are needed before the others can be read."""
    for place, arg in enumerate(args):
        if arg.startswith("--op="):
            return arg.removeprefix("--op=")
        if arg == "--op" and place + 1 < len(args):
            return args[place + 1]
    return "conv"


def _attributes(kind: str) -> list[click.Parameter]:
    from netledger import ops
    from netledger.analyses.solve.layer import names

    op = ops.load(kind)
    return [_option(name, op.ATTRIBUTES[name]) for name in names(op)]


def _option(name: str, attribute: Any) -> click.Parameter:
    flag = f"--{name.replace('_', '-')}"
    names = [f"attribute_{name}", *dict.fromkeys((flag, f"--{name}"))]
    if attribute.kind == "flag":
        return click.Option([names[0], f"{flag}/--no-{name}"], default=None, help=say(attribute.doc))
    kind: Any = click.Choice(attribute.choices) if attribute.choices else _NUMBER
    return click.Option(names, type=kind, help=say(attribute.doc), metavar=None if attribute.choices else "N")


class _Number(click.ParamType):  # type: ignore[type-arg]
    """A whole number; a padding may be a word."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        text = str(value)
        if text.isdecimal() and text.isascii() and len(text) <= 10:
            return int(text)
        if param is not None and param.name == "attribute_padding" and text in ("same", "valid"):
            return text
        return self.fail(f"{text[:40]!r} is not a whole number", param, ctx)


_NUMBER = _Number()
_SIZE = click.IntRange(min=1, max=2**31)


def _budgets(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    pairs = [value.rpartition("=") for value in values]
    for name, sign, text in pairs:
        if not sign or not name:
            raise click.BadParameter(say("{given!r} is not NAME=FIGURE, such as textbook=300M", given=text[:40]))
    return {name: text for name, _, text in pairs}


@click.command(NAME, epilog=_EPILOG, cls=_Command)
@click.argument("source", required=False)
@options.network_options
@click.option("--accepts", is_flag=True, help="Which inputs SOURCE takes.")
@click.option("--largest", metavar="NAME", help="The largest `input`, `batch`, or number under `let`, within budgets.")
@click.option("--max-macs", metavar="FIGURE", help="At most so many multiply-adds (MAC).")
@click.option("--max-params", metavar="FIGURE", help="At most so many parameters.")
@click.option("--max-feature-maps", metavar="SIZE", help="At most so many bytes of feature maps: 512MiB, 2GiB.")
@click.option(
    "--max", "budgets", multiple=True, callback=_budgets, metavar="NAME=FIGURE", help="At most so much of a convention."
)
@click.option("--step", metavar="NUMBER", help="The steps in which --largest tries.")
@click.option("--up-to", metavar="NUMBER", help="How far to try.  [default: printed with the answer]")
@click.option("--op", default="conv", show_default=True, metavar="NAME", help="A layer: conv, conv_transpose, maxpool…")
@click.option("--unknown", multiple=True, metavar="NAME", help="What to solve for: padding, kernel, in, out, …")
@click.option("--in", "size", type=_SIZE, metavar="N", help="Size of the input, along one axis.")
@click.option("--out", "made", type=_SIZE, metavar="N", help="Size of the output, along one axis.")
@options.notation_option
@options.answer_option
def command(source: str | None, given: options.Given, notation: str, format_name: str, **rest: Any) -> None:
    """Solve for the unknown numbers of a layer; or ask which inputs SOURCE takes; or the largest within a budget.

    Every candidate up to a bound is put to the rules that count; no rule is turned round. Without --unknown: what is
    left out of --in and --out, or else kernel, stride and padding as far as they are not given.
    """
    known = {name: value for name, value in rest.items() if value not in (None, (), {}, False)}
    attributes = {
        name.removeprefix("attribute_"): value
        for name, value in rest.items()
        if name.startswith("attribute_") and value is not None
    }
    if source is None:
        answer, found = _layer(given, known, {**attributes, "notation": notation})
    else:
        answer, found = _network(source, given, known, attributes)
    options.write(answer.to(format_name), None)
    if not found:
        raise SystemExit(1)


def _layer(given: options.Given, known: dict[str, Any], attributes: dict[str, Any]) -> Any:
    from netledger.api import solve

    wrong = [name for name in ("accepts", "largest", "budgets", "max_macs", "max_params", "step") if name in known]
    if wrong or "max_feature_maps" in known or given != options.Given((), None, {}):
        raise click.UsageError(say("this is asked of a network: give its SOURCE, such as alexnet"))
    answer = solve(
        known["op"],
        unknown=known.get("unknown", ()),
        input=known.get("size"),
        output=known.get("made"),
        up_to=_whole(known.get("up_to")),
        **attributes,
    )
    return answer, answer.answers


def _network(source: str, given: options.Given, known: dict[str, Any], attributes: dict[str, Any]) -> Any:
    from netledger.api import accepts, largest

    if attributes or {"size", "made", "unknown"} & set(known):
        raise click.UsageError(say("this is asked of one layer: leave out SOURCE, or the numbers of a layer"))
    if ("accepts" in known) == ("largest" in known):
        raise click.UsageError(say("ask a network for --accepts, or for --largest NAME"))
    text, progress = options.text(source), _Progress()
    if "accepts" in known:
        with progress:
            answer = accepts(text, *given.inputs, up_to=_whole(known.get("up_to")), progress=progress, **given.rest)
        return answer, any(sweep.taken for sweep in answer.sweeps)
    with progress:
        most = largest(
            text,
            known["largest"],
            *given.inputs,
            max=_most(known),
            step=known.get("step"),
            up_to=known.get("up_to"),
            progress=progress,
            **given.rest,
        )
    return most, most.value is not None


def _most(known: dict[str, Any]) -> dict[str, str]:
    short = {"max_macs": "macs", "max_params": "parameters", "max_feature_maps": "feature_maps"}
    return {**{name: known[option] for option, name in short.items() if option in known}, **known.get("budgets", {})}


def _whole(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isdecimal() and text.isascii() and len(text) <= 10):
        raise SourceError(say("a bound is a whole number, not {given!r}", given=text[:40]))
    return int(text)


class _Progress:
    """How far it is, on a terminal only; wiped out afterwards."""

    def __init__(self) -> None:
        self.shown = 0
        self.on = sys.stderr is not None and sys.stderr.isatty()

    def __call__(self, done: int, of: int) -> None:
        if self.on and done % 16 == 0:
            text = f"tried {done:,} of at most {of:,}"
            self.shown = max(self.shown, len(text))
            click.echo(f"\r{text}", err=True, nl=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.shown:
            click.echo(f"\r{' ' * self.shown}\r", err=True, nl=False)
