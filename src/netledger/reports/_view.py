"""What a report shows: a ledger, the conventions chosen, and the rows that follow from them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from netledger.core.applied import failures
from netledger.core.document import thousands
from netledger.core.language import say
from netledger.core.ledger import Convention, Entry, Gap, Ledger, ParameterCounts, count_parameters, price
from netledger.core.network import Call, Parameter, Tensor

__all__ = ["Row", "View", "decimal", "mebibytes", "prefixed", "row", "rows", "share", "summary"]


class View(NamedTuple):
    """What to show.

    Args:
        ledger: the facts.
        conventions: the ways of counting, in order of their columns.
        depth: so many levels of modules are shown, and what is deeper is part of its module's row; without modules,
            so many names. None: every layer is a row.
        fold: each turn of a repeat is folded into one row, and turns that are alike into one.
        columns: names of the columns, in order (see `reports.columns`); none: those that a report has by itself.

    """

    ledger: Ledger
    conventions: tuple[Convention, ...]
    depth: int | None = None
    fold: bool = False
    columns: tuple[str, ...] = ()


class Row(NamedTuple):
    """One layer, or several folded into one.

    Args:
        name: what it is called in full.
        operator: what it is, in words.
        inputs: what it is given.
        outputs: what it makes.
        counts: the stored values that no row above has.
        held: all stored values that it reads; those of counts, and those that it shares with a row above.
        prices: what it costs, by convention.
        counted: whether all of it is counted.
        known: whether at least some of it is.
        entries: the operations in it.
        told: those of them whose attributes are its own.
        label: what it is called within the row around it.
        module: the class of the module that it is, or is in.
        level: how deep it is, from 1.
        opened: whether its parts follow as rows: then its figures are their sums.

    """

    name: str
    operator: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    counts: ParameterCounts
    held: ParameterCounts
    prices: tuple[int, ...]
    counted: bool
    known: bool
    entries: tuple[Entry, ...]
    told: tuple[Entry, ...]
    label: str
    module: str = ""
    level: int = 1
    opened: bool = False


def rows(view: View) -> tuple[Row, ...]:
    """The rows of a table: those that are not opened add up to the total."""
    if view.depth is not None and view.ledger.calls:
        from netledger.reports._nested import nested

        made = tuple(nested(view))
    else:
        made = tuple(_flat(view))
    return tuple(_merged(made)) if view.fold else made


def _flat(view: View) -> Iterator[Row]:
    seen: set[object] = set()
    kinds = {module.path: _short(module.kind) for module in view.ledger.modules}
    for name, group in groupby(view.ledger.entries, key=lambda entry: _folded(entry.name, view)):
        entries = tuple(group)
        made = row(name, entries, view.conventions, seen)
        single = entries[0] if len(entries) == 1 else None
        yield made._replace(module=_module(single, view.ledger.calls) or kinds.get(name, "")) if single else made


def _module(entry: Entry, calls: tuple[Call, ...]) -> str:
    """The class of the innermost module that an operation happened in; nothing, if it happened in none."""
    number = entry.provenance.call
    while 0 <= number < len(calls):
        if calls[number].module:
            return _short(calls[number].kind)
        number = min(calls[number].parent, number - 1)
    return ""


def _short(kind: str) -> str:
    """The name of a class without that of its package."""
    return kind.rpartition(".")[2]


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


def _alike(made: Row) -> tuple[object, ...]:
    """What turns that look the same have in common; a row that is no turn is like no other."""
    block, _, turn = made.name.rpartition(".")
    if made.opened or not block or not turn.isdecimal():
        return (made.name, made.level)
    return (block, *made[1:9], made.module, made.level)


def _times(same: tuple[Row, ...]) -> Row:
    first, last, count = same[0], same[-1], len(same)
    until = last.name.rpartition(".")[2]
    return first._replace(
        name=f"{first.name} … {until}",
        label=f"{first.label} … {until}",
        operator=f"{count} × ({first.operator})",
        counts=ParameterCounts(*(count * stored for stored in first.counts)),
        held=ParameterCounts(*(count * stored for stored in first.held)),
        prices=tuple(count * amount for amount in first.prices),
        entries=tuple(entry for made in same for entry in made.entries),
    )


def row(
    name: str,
    entries: Sequence[Entry],
    conventions: Iterable[Convention],
    seen: set[object],
    opened: bool = False,
) -> Row:
    """The row of some operations; what they store is seen from now on, unless its parts follow."""
    stored: dict[object, Parameter] = {
        part.key or (entry.name, part.role): part for entry in entries for part in entry.parameters
    }
    counts = _counts(stored, seen)
    if not opened:
        seen.update(stored)
    single = len(entries) == 1
    return Row(
        name,
        entries[0].call if single else f"{len(entries)} layers",
        entries[0].inputs if entries else (),
        entries[-1].outputs if entries else (),
        counts,
        _counts(stored, ()),
        tuple(price(convention, entries) for convention in conventions),
        all(entry.counted for entry in entries),
        not entries or any(entry.counted for entry in entries),
        tuple(entries),
        tuple(entries) if single else (),
        name,
        opened=opened,
    )


def _counts(stored: Mapping[object, Parameter], seen: Container[object]) -> ParameterCounts:
    return count_parameters(part for key, part in stored.items() if key not in seen)


def summary(view: View) -> tuple[tuple[str, str], ...]:
    """The lines below a table: each total with its convention, and memory."""
    ledger = view.ledger
    least = "" if ledger.complete else say("at least ")
    counts = ledger.parameter_counts
    buffers = say("; {count} more values in buffers", count=thousands(counts.buffers)) if counts.buffers else ""
    trainable = say("; {count} trainable", count=thousands(counts.trainable))
    known = "" if ledger.modules else least  # a model of a framework tells all that it stores
    lines = [(say("parameters"), f"{known}{_figure(counts.total)}{trainable}{buffers}")]
    for convention in view.conventions:
        lines.append((convention.NAME, f"{least}{_figure(price(convention, ledger), convention.UNIT)}"))
        lines.extend(
            ("", say("{name} itself fails here: {reason}", name=convention.NAME, reason=reason))
            for reason in failures(convention, ledger)[:1]
        )
    sizes = ledger.bytes
    lines.append((say("size of input"), mebibytes(sizes["input"])))
    lines.append(
        (
            say("size of feature maps"),
            say("{size} (every layer's output; views are free)", size=mebibytes(sizes["feature_maps"])),
        )
    )
    lines.append((say("size of parameters"), say("{size} (buffers included)", size=mebibytes(sizes["parameters"]))))
    lines.extend((say("assumed"), note) for note in ledger.notes)
    lines.extend((say("not counted"), _uncounted(gap)) for gap in ledger.gaps)
    return tuple(lines)


def _uncounted(gap: Gap) -> str:
    told = {"layer": gap.layer, "op": gap.op, "reason": gap.reason}
    if gap.bound is None:
        return say("{layer} ({op}): {reason}; there is no bound", **told)
    return say("{layer} ({op}): {reason}; at most {bound:,} FLOP", **told, bound=gap.bound)


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
            return f"{decimal(count, unit, 3)} {prefix}"
    return ""


def mebibytes(count: int) -> str:
    """In MiB, or GiB from 1024 MiB: powers of 1024; small sizes to four decimals.

    >>> mebibytes(5 * 2**19), mebibytes(3136)
    ('2.50 MiB', '0.0030 MiB')
    """
    unit, name = (2**30, "GiB") if count >= 2**30 else (2**20, "MiB")
    return f"{decimal(count, unit, 2 if count >= 2**17 else 4)} {name}"


def share(part: int, whole: int) -> str:
    """In per cent, to two decimals."""
    return f"{decimal(100 * part, whole, 2)} %" if whole else "–"


def decimal(count: int, unit: int, places: int) -> str:
    """The quotient, rounded half up; in integers, for any size."""
    scaled = (2 * count * 10**places + unit) // (2 * unit)
    return f"{scaled // 10**places:,}.{scaled % 10**places:0{places}d}"
