"""`netledger convert`: one unit from another."""

from __future__ import annotations

import click

from netledger.commands import _options as options

__all__ = ["NAME", "command"]

NAME = "convert"

_EPILOG = """\b
Examples:
  netledger convert 4089184256 --from MACs --to FLOPs
  netledger convert 4.089GMACs --to GFLOPs --mac-counts 1
  netledger convert 8.2G --from FLOPs --to ms --at 10TFLOPS
  netledger convert 312TFLOPS --to MACs/s
  netledger convert 102228128 --from bytes --to MiB
"""


@click.command(NAME, epilog=_EPILOG)
@click.argument("figure")
@click.option("--from", "unit", default="", metavar="UNIT", help="The unit of FIGURE, if it does not say itself.")
@click.option("--to", required=True, metavar="UNIT", help="MACs, FLOPs, GFLOPs, FLOPS (a rate), s, ms, B, GiB, …")
@click.option("--at", metavar="RATE", help="How fast, for seconds: 10TFLOPS.")
@click.option(
    "--mac-counts",
    type=click.IntRange(1, 2),
    default=2,
    show_default=True,
    help="How many FLOPs a multiply-accumulate counts as.",
)
@options.answer_option
@options.out_option
def command(
    figure: str, unit: str, to: str, at: str | None, mac_counts: int, format_name: str, out: str | None
) -> None:
    """Convert FIGURE to another unit, exactly, and say by which factor, and why.

    Prefixes are k, M, G, T, P, E (powers of 1000), and Ki, Mi, Gi, Ti, Pi (of 1024). MACs and FLOPs are counts; FLOPS,
    FLOP/s, is a rate.
    """
    from netledger.api import convert

    options.write(convert(figure, to, unit=unit, at=at, mac_counts=mac_counts).to(format_name), out)
