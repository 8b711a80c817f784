"""What a report shows: a ledger, the conventions chosen, and the rows that follow from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from netledger.core.document import thousands
from netledger.core.ledger import Convention, Entry, Ledger, count_parameters, price
from netledger.core.network import Tensor

__all__ = ["Row", "View", "mebibytes", "prefixed", "rows", "share", "summary"]


class View(NamedTuple):
    """What to show.

    Args:
        ledger: the facts.
        conventions: the ways of counting, in order of their columns.
        depth: rows deeper than so many names are folded into one; None: all are shown.
        fold: each turn of a repeat is folded into one row, and turns that are alike into one.

    """

    ledger: Ledger
    conventions: tuple[Convention, ...]
    depth: int | None = None
    fold: bool = False


class Row(NamedTuple):
    """One layer, or several folded into one; `counted`: all of it, `known`: at least some of it."""

    name: str
    operator: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    weights: int
    biases: int
    parameters: int
    buffers: int
    prices: tuple[int, ...]
    counted: bool
    known: bool


def rows(view: View) -> tuple[Row, ...]:
    """The rows of a table."""
    groups = groupby(view.ledger.entries, key=lambda entry: _folded(entry.name, view))
    made = tuple(_row(name, tuple(entries), view.conventions) for name, entries in groups)
    return tuple(_merged(made)) if view.fold else made


def _folded(name: str, view: View) -> str:
    """The name of the row that a layer is part of."""
    parts = name.split(".")
    if view.depth is not None:
        return ".".join(parts[: view.depth])
    turn = (
        next((place for place, part in enumerate(parts) if part.isdecimal()), len(parts)) if view.fold else len(parts)
    )
    return ".".join(parts[: turn + 1])


def _merged(made: tuple[Row, ...]) -> Iterator[Row]:
    """Turns of a repeat that are alike, one after another, as one row."""
    for _, run in groupby(made, key=_alike):
        same = tuple(run)
        yield _times(same) if len(same) > 1 else same[0]


def _alike(row: Row) -> tuple[object, ...]:
    """What turns that look the same have in common; a row that is no turn is like no other."""
    block, _, turn = row.name.rpartition(".")
    return (block, *row[1:]) if block and turn.isdecimal() else (row.name,)


def _times(same: tuple[Row, ...]) -> Row:
    first, last, count = same[0], same[-1], len(same)
    return first._replace(
        name=f"{first.name} … {last.name.rpartition('.')[2]}",
        operator=f"{count} × ({first.operator})",
        weights=count * first.weights,
        biases=count * first.biases,
        parameters=count * first.parameters,
        buffers=count * first.buffers,
        prices=tuple(count * amount for amount in first.prices),
    )


def _row(name: str, entries: Sequence[Entry], conventions: tuple[Convention, ...]) -> Row:
    counts = count_parameters({part.key: part for entry in entries for part in entry.parameters}.values())
    single = len(entries) == 1
    return Row(
        name,
        entries[0].call if single else f"{len(entries)} layers",
        entries[0].inputs,
        entries[-1].outputs,
        counts.weights,
        counts.biases,
        counts.total,
        counts.buffers,
        tuple(price(convention, entries) for convention in conventions),
        all(entry.counted for entry in entries),
        any(entry.counted for entry in entries),
    )


def summary(view: View) -> tuple[tuple[str, str], ...]:
    """The lines below a table: each total with its convention, and memory."""
    ledger = view.ledger
    least = "" if ledger.complete else "at least "
    counts = ledger.parameter_counts
    buffers = f"; {thousands(counts.buffers)} more values in buffers" if counts.buffers else ""
    trainable = f"; {thousands(counts.trainable)} trainable"
    lines = [("parameters", f"{least}{_figure(counts.total)}{trainable}{buffers}")]
    for convention in view.conventions:
        lines.append((convention.NAME, f"{least}{_figure(price(convention, ledger), convention.UNIT)}"))
    sizes = ledger.bytes
    lines.append(("size of input", mebibytes(sizes["input"])))
    lines.append(("size of feature maps", f"{mebibytes(sizes['feature_maps'])} (every layer's output; views are free)"))
    lines.append(("size of parameters", f"{mebibytes(sizes['parameters'])} (buffers included)"))
    for gap in ledger.gaps:
        lines.append(("not counted", f"{gap.layer} ({gap.op}): {gap.reason}; at most {thousands(gap.bound)} FLOP"))
    return tuple(lines)


def _figure(count: int, unit: str = "") -> str:
    short = prefixed(count)
    exact = f"{thousands(count)} {unit}".strip()
    return f"{exact} ({short}{unit})" if short else exact


def prefixed(count: int) -> str:
    """In K, M, G or T (powers of 1000), to three decimals; nothing if below 1000.

    >>> prefixed(1135256096)
    '1.135 G'
    """
    for power, prefix in ((12, "T"), (9, "G"), (6, "M"), (3, "K")):
        unit = 10**power
        if count >= unit:
            return f"{_decimal(count, unit, 3)} {prefix}"
    return ""


def mebibytes(count: int) -> str:
    """In MiB, or GiB from 1024 MiB: powers of 1024; small sizes to four decimals.

    >>> mebibytes(5 * 2**19), mebibytes(3136)
    ('2.50 MiB', '0.0030 MiB')
    """
    unit, name = (2**30, "GiB") if count >= 2**30 else (2**20, "MiB")
    return f"{_decimal(count, unit, 2 if count >= 2**17 else 4)} {name}"


def share(part: int, whole: int) -> str:
    """In per cent, to two decimals."""
    return f"{_decimal(100 * part, whole, 2)} %" if whole else "–"


def _decimal(count: int, unit: int, places: int) -> str:
    """The quotient, rounded half up; in integers, for any size."""
    scaled = (2 * count * 10**places + unit) // (2 * unit)
    return f"{scaled // 10**places:,}.{scaled % 10**places:0{places}d}"
