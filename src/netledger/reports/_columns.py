"""Columns by name: what `netledger show --columns` chooses from."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from netledger.conventions import FOLDER as CONVENTIONS
from netledger.conventions import load
from netledger.core.applied import applied
from netledger.core.document import Column, thousands
from netledger.core.errors import UnknownNameError
from netledger.core.language import later, say
from netledger.core.ledger import Entry
from netledger.reports._document import NOTHING, Sheet, Shown, added, core, one_line, percent, stored
from netledger.reports._view import Row, View, decimal, rows, share

__all__ = ["ALIASES", "NAMES", "chosen", "conventions", "kernel", "resolve"]

NAMES = (
    *("layer", later("class"), later("kind"), "operator", "input", "output"),
    *(later("kernel"), later("stride"), later("padding"), later("dilation"), later("groups")),
    *("weights", "biases", "parameters", later("share"), later("trainable"), later("buffers"), later("dtype")),
    *(later("function"), "file:line", "counted"),
)
"""The columns that there are, besides one for each convention, and one for each convention's share, such as macs%."""

YES, PARTLY, NO = later("yes"), later("partly"), later("no")

ALIASES = {
    "input_size": "input",
    "output_size": "output",
    "num_params": "parameters",
    "params_percent": "share",
    "kernel_size": "kernel",
    "mult_adds": "macs+bias",
    "name": "layer",
    "op": "kind",
    "at": "file:line",
}
"""Other names of columns: torchinfo's, and those of the JSON."""


def resolve(names: Iterable[str], more: Iterable[str] = ()) -> tuple[str, ...]:
    """The names of columns, each separate, none by another name; the layer first, unless it is placed.

    Args:
        names: as users give them: aliases are known, and several may stand between commas.
        more: conventions that are known besides those of the folder.

    Raises:
        UnknownNameError: if there is no such column.

    """
    known = {*NAMES, *_priced(CONVENTIONS.names()), *_priced(more)}
    found = [_known(part.strip(), known) for name in names for part in name.split(",") if part.strip()]
    return tuple(dict.fromkeys(found if "layer" in found or not found else ["layer", *found]))


def _priced(names: Iterable[str]) -> Iterator[str]:
    """The columns of conventions: what is counted, and each share in it."""
    for name in names:
        yield name
        yield f"{name}%"


def _known(name: str, known: set[str]) -> str:
    name = ALIASES.get(name, name)
    if name not in known:
        raise UnknownNameError("column", name, (*known, *ALIASES))
    return name


def conventions(names: Iterable[str]) -> tuple[str, ...]:
    """The conventions that have columns among those of these names."""
    bare = (name.removesuffix("%") for name in names)
    return tuple(dict.fromkeys(name for name in bare if name in CONVENTIONS.index))


def chosen(view: View) -> Sheet:
    """The rows of a view, and the columns that it names."""
    known = [convention.NAME for convention in view.conventions]
    names = resolve(view.columns, known)
    more = (applied(load(name), view.ledger) for name in conventions(names) if name not in known)
    view = view._replace(conventions=(*view.conventions, *more))
    made = rows(view)
    totals = added(view, made)
    usual = core(view, totals)
    return Sheet(made, tuple(usual.get(name) or _further(name, view, totals) for name in names), totals)


def _further(name: str, view: View, totals: tuple[int, ...]) -> Shown:
    if name in _FURTHER:
        return _FURTHER[name](view)
    places = [f"{convention.NAME}%" for convention in view.conventions]
    return percent(places.index(name), name, totals)


# What is told of a layer.


def _told(head: str, read: Callable[[Entry], int | str], number: bool = False) -> Callable[[View], Shown]:
    """A column of what the operations of a row agree on."""

    def sole(row: Row) -> int | str:
        found = {read(entry) for entry in row.told} - {""}
        return found.pop() if len(found) == 1 else ""

    return lambda view: _plain(head, sole, number=number, spare=3)


def _plain(head: str, read: Callable[[Row], int | str], **column: Any) -> Shown:
    """A column of facts; where there is none, a dash."""
    return Shown(Column(head, **column), read, lambda row: one_line(str(read(row))) or NOTHING)


def _attribute(name: str) -> Callable[[View], Shown]:
    return _told(name, lambda entry: _sizes(entry.attributes.get(name, "")))


def _sizes(value: Any) -> int | str:
    """A size, or sizes by axis as 3x5."""
    if isinstance(value, list | tuple):
        return "x".join(map(str, value))
    return value if type(value) is int else str(value)


def _kernel(entry: Entry) -> int | str:
    """Its sizes along every axis."""
    return _sizes(kernel(entry))


def kernel(entry: Entry) -> Any:
    """The kernel of a layer along every axis; nothing, if it has none."""
    value = entry.attributes.get("kernel", "")
    axes = max((len(tensor.shape) for tensor in (*entry.inputs, *entry.outputs)), default=3) - 2
    return [value] * axes if type(value) is int else value


def _place(entry: Entry) -> str:
    place = entry.provenance
    return f"{place.file}:{place.line}" if place.file else ""


def _file_and_line(view: View) -> Shown:
    """In full where a machine reads it; without folders for people."""
    shown = _told("file:line", _place)(view)
    return shown._replace(text=lambda row: one_line(os.path.basename(str(shown.plain(row)))) or NOTHING)


def _dtype(row: Row) -> str:
    return ", ".join(dict.fromkeys(tensor.dtype for tensor in row.outputs))


# What is stored.


def _trainable(row: Row) -> str:
    counts = row.held
    if not counts.total:
        return ""
    return YES if counts.trainable == counts.total else PARTLY if counts.trainable else NO


def _trained(view: View) -> Shown:
    shown = _plain("trainable", _trainable, number=False, spare=2)
    return shown._replace(text=lambda row: say(_trainable(row)) or NOTHING)


def _share(view: View) -> Shown:
    """In the parameters of the whole network."""
    whole = view.ledger.parameter_counts.total
    total = stored("total", "")

    def text(row: Row) -> str:
        return share(row.counts.total, whole) if row.counts.total or not row.held.total else total.text(row)

    return Shown(
        Column("% of parameters", spare=4),
        lambda row: decimal(100 * row.counts.total, whole, 4) if whole else "",
        text,
        share(whole, whole),
    )


def _buffers(view: View) -> Shown:
    return stored("buffers", thousands(view.ledger.parameter_counts.buffers), spare=4)


_FURTHER: dict[str, Callable[[View], Shown]] = {
    "class": lambda view: _plain("class", lambda row: row.module, number=False, spare=2, least=14),
    "kind": _told("kind", lambda entry: entry.op),
    "kernel": _told("kernel", _kernel),
    **{name: _attribute(name) for name in ("stride", "padding", "dilation")},
    "groups": _told("groups", lambda entry: _sizes(entry.attributes.get("groups", "")), number=True),
    "share": _share,
    "trainable": _trained,
    "buffers": _buffers,
    "dtype": lambda view: _plain("dtype", _dtype, number=False, spare=3),
    "function": _told("function", lambda entry: entry.provenance.function),
    "file:line": _file_and_line,
    "counted": lambda view: _plain("counted", lambda row: str(row.counted).lower(), number=False),
}
