"""What the columns of a table mean, by their names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from netledger.analyses.verify.printed import Unit, plain, unit
from netledger.analyses.verify.sheet import Sheet
from netledger.conventions import FOLDER as CONVENTIONS
from netledger.core.language import say

__all__ = ["FIGURES", "SHAPES", "Column", "Heads", "columns", "convention_of", "known"]


class Column(NamedTuple):
    """A column that is understood.

    Args:
        place: where it stands, from 0.
        head: its name in the table.
        meaning: what it holds: a key of `NAMES`.
        word: for operations: what the table calls them.
        unit: what its figures are multiplied by; None: its name does not say.
        units: where the column stands that says so for each row.

    """

    place: int
    head: str
    meaning: str
    word: str = ""
    unit: Unit | None = None
    units: int | None = None


class Heads(NamedTuple):
    """The columns by use: the names of rows, the kinds of layers, those that are compared, those that are not read."""

    layer: Column | None
    model: Column | None
    kind: Column | None
    compared: tuple[Column, ...]
    ignored: tuple[str, ...]

    @property
    def judged(self) -> tuple[Column, ...]:
        """The columns whose cells get a verdict."""
        return (self.kind, *self.compared) if self.kind and self.layer else self.compared


NAMES: Mapping[str, str] = {
    "layer": "layer name layername layers module block endpoint stage",
    "model": "model network architecture arch net backbone modelname",
    "kind": "type kind op operation operator layertype optype",
    "output": "output outputshape outputsize featuremap featuremaps featuremapsize outshape outsize outputhwc "
    "outputchw outputdim outputdims outputdimension outputdimensions outputs shape activationshape ofm",
    "size": "size",
    "input": "input inputshape inputsize inputhwc inputchw inputdim inputdims inputs inshape insize ifm",
    "resolution": "resolution imgsize imagesize inputresolution res",
    "kernel": "kernel kernelsize filter filtersize windowsize window poolsize ksize patchsize",
    "stride": "stride strides",
    "padding": "padding pad pads paddings",
    "dilation": "dilation dilationrate",
    "groups": "groups group cardinality",
    "channels": "channels filters outchannels outputchannels numfilters nfilters channelsout kernels neurons units",
    "parameters": "params parameters param parameter paramcount weightsandbiases learnableparameters",
    "trainable": "trainable trainableparams trainableparameters",
    "weights": "weights weight",
    "biases": "biases bias",
    "operations": "macs mac multadds multadd madds madd multiplyadds multiplyadd multiplyaccumulates maccs macc "
    "muladds flops flop ops operations cost computation computations complexity flopcount",
    "field": "rf receptivefield receptivefieldsize rfsize",
    "jump": "jump effectivestride rfstride",
    "reach": "effectivepadding rfpadding",
    "memory": "",
}
"""The names of columns, without signs and in lower case."""

SHAPES = frozenset(("output", "size", "input", "resolution"))
FIGURES = frozenset(("parameters", "trainable", "weights", "biases", "operations", "memory"))

_MEANING = {name: meaning for meaning, names in NAMES.items() for name in names.split()}
_NOISE = frozenset(("printed", "published", "total", "number", "no", "num", "n", "of", "the", "count", "reported"))
_BRACKETS = re.compile(r"[(\[{]([^)\]}]*)[)\]}]?")
_PREFIXED = re.compile(r"(?P<prefix>[kmgt])(?P<rest>.+)")


def convention_of(name: str) -> str:
    """The convention of this name, written with any signs; nothing if there is none."""
    return next((known for known in CONVENTIONS.names() if _bare(known) == name), "")


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", plain(name).replace("+", "plus"))


def _meant(words: list[str]) -> tuple[str, str, Unit | None]:
    """Meaning, bare name and unit of the words of a head; no meaning if it is not known."""
    for chosen in (words, [word for word in words if word not in _NOISE]):
        name = "".join(chosen)
        if name in _MEANING:
            return _MEANING[name], name, None
        if convention_of(name):
            return "operations", name, None
        if len(chosen) > 1 and (found := _ending_in_unit(chosen))[0]:
            return found
        match = _PREFIXED.fullmatch(name)
        if match and _MEANING.get(match["rest"]) in FIGURES:
            return _MEANING[match["rest"]], match["rest"], unit(match["prefix"])
    return "", "", None


def _ending_in_unit(words: list[str]) -> tuple[str, str, Unit | None]:
    """params_m, size_mb, flops (in) millions."""
    scale = unit(words[-1])
    if scale is None or not scale.power or words[-1] in _MEANING:
        return "", "", None
    return _in_unit(words[:-1], scale)


def _in_unit(words: list[str], scale: Unit) -> tuple[str, str, Unit | None]:
    meaning, name, inner = _meant(words)
    if scale.memory and meaning in ("size", "parameters", "weights"):
        return "memory", name, scale
    return (meaning, name, inner or scale) if meaning in FIGURES else ("", "", None)


def _column(place: int, head: str) -> Column | None:
    """The column of this name; None if it is not understood."""
    shown = plain(head.replace("#", " "))
    scale = next((found for text in _BRACKETS.findall(shown) if text and (found := unit(text))), None)
    words = re.findall(r"[a-z0-9]+", _BRACKETS.sub(" ", shown).replace("+", " plus "))
    meaning, name, own = _in_unit(words, scale) if scale else _meant(words)
    return Column(place, head, meaning, name, own) if meaning else None


def known(names: Iterable[str]) -> int:
    """How many of these names of columns are understood."""
    return sum(len(name) < 100 and _column(0, name) is not None for name in names)


def columns(sheet: Sheet) -> Heads:
    """What each column of a table is.

    Raises:
        SourceError: if none names the rows, or none can be compared.

    """
    names = sheet.head.cells
    units = {_bare(name[:-5]): place for place, name in enumerate(names) if name.lower().endswith("_unit")}
    found = {place: made for place, name in enumerate(names) if len(name) < 100 and (made := _column(place, name))}
    if not names[0] and not any(made.meaning in ("layer", "model") for made in found.values()):
        found[0] = Column(0, names[0], "layer")
    by_use = {use: next((made for made in found.values() if made.meaning == use), None) for use in _KEYS}
    compared = tuple(
        made._replace(units=units.get(_bare(made.head))) for made in found.values() if made.meaning not in _KEYS
    )
    said = {made.units for made in compared}
    kept = {*(made.place for made in compared), *(made.place for made in by_use.values() if made), *said}
    ignored = tuple(
        name or say("number {place}", place=place + 1) for place, name in enumerate(names) if place not in kept
    )
    _check(sheet, by_use, compared)
    return Heads(by_use["layer"], by_use["model"], by_use["kind"], compared, ignored)


MAX_CELLS = 200_000
_KEYS = ("layer", "model", "kind")


def _check(sheet: Sheet, by_use: Mapping[str, Column | None], compared: tuple[Column, ...]) -> None:
    hint = "Its first row names the columns, such as: layer,output,parameters,macs"
    if not compared:
        raise sheet.wrong(sheet.head.number, "", "no column that can be compared is named", hint)
    if len(compared) * len(sheet.rows) > MAX_CELLS:
        raise sheet.wrong(
            sheet.head.number, "", say("more than {most} cells to compare", most=MAX_CELLS), "Give a part of the table."
        )
    if not any(by_use.values()):
        raise sheet.wrong(sheet.head.number, "", "no column names the layers", hint)
