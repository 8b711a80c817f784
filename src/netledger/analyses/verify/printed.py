"""Values as tables print them: 34,944, 0.7 M, 1.135 x 10^9, 55×55×96, (None, 96, 55, 55). Exact: never a float."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from typing import NamedTuple

from netledger.core.language import say

__all__ = ["BLANK", "LONGEST", "Figure", "Sizes", "Unit", "figure", "plain", "sizes", "unit"]

LONGEST = 200
"""The longest cell, in characters, that is read as a number or a shape."""

MAX_POWER = 60
MAX_RANK = 16

BLANK = frozenset(("", "-", "–", "—", "−", "n/a", "na", "nan", "none", "null", "/", "?", "...", "…"))
"""What says that nothing is said."""

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_POWER = re.compile(r"10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_NUMBER = re.compile(
    r"(?:[~≈=]|about|approx\.?|ca?\.)?\s*"
    r"(?P<sign>-?)\s*"
    r"(?P<digits>[1-9]\d{0,2}(?:(?P<group>[,' _])\d{3})(?:(?P=group)\d{3})*(?:\.\d+)?|[1-9]\d{0,2}(?:\.\d{3}){2,}"
    r"|\d+[.,]\d*|\.\d+|\d+)"
    r"(?:\s*(?:e|[x×·*]\s*10\s*(?:\^|\*\*))\s*\{?(?P<power>[+-]?\d+)\}?)?"
    r"\s*(?P<unit>[a-z][a-z/. ()-]*)?[*†‡§ ]*",
    re.ASCII,
)


class Unit(NamedTuple):
    """What a printed figure is multiplied by, and whether it tells memory.

    Args:
        scale: 1,000,000 for M; other scales that it may mean stand in `others`.
        memory: whether it counts bytes.
        power: how many times 1,000 it is (3 for G); 0 for other scales.

    """

    scale: Fraction = Fraction(1)
    memory: bool = False
    power: int = 0


class Figure(NamedTuple):
    """A number as printed: it stands for every exact figure that rounds to it.

    Args:
        text: as it stands in the table.
        value: the number, unit included.
        step: what one unit of its last digit is worth.
        unit: the unit it was printed with, here or in the head; None: none was.

    """

    text: str
    value: Fraction
    step: Fraction
    unit: Unit | None = None

    def scaled(self, factor: Fraction) -> Figure:
        """The same digits in another unit."""
        return self._replace(value=self.value * factor, step=self.step * factor)

    def agrees(self, exact: int | Fraction) -> bool:
        """Whether the exact figure rounds to this one: to the nearest (halves to either side), or towards 0."""
        return -self.step / 2 <= exact - self.value < self.step

    def how(self, exact: int | Fraction) -> str:
        """How an exact figure that agrees does so."""
        if exact == self.value:
            return say("exactly")
        cut = exact - self.value > self.step / 2
        return say("to the printed precision, cut off") if cut else say("to the printed precision")

    @property
    def zeros(self) -> int:
        """How many zeros the printed digits end in."""
        count, steps = 0, self.value / self.step
        while steps and steps % 10 == 0:
            count, steps = count + 1, steps / 10
        return count


class Sizes(NamedTuple):
    """A shape as printed; sizes that are not told (None, ?, N) are None.

    Args:
        text: as it stands in the table.
        readings: what it may mean: 1,000 is one size, or two.

    """

    text: str
    readings: tuple[tuple[int | None, ...], ...]


def plain(text: str) -> str:
    """In lower case, with powers written out, signs that look alike made one, and single spaces."""
    powers = _POWER.sub(lambda match: f"10^{match[1].translate(_SUPERSCRIPTS)}", text)
    return " ".join(unicodedata.normalize("NFKC", powers).lower().replace("−", "-").split())


_PREFIXES = {
    "": 0,
    **dict.fromkeys(("k", "thousand", "thousands"), 1),
    **dict.fromkeys(("m", "mio", "mln", "million", "millions"), 2),
    **dict.fromkeys(("g", "b", "bn", "billion", "billions"), 3),
    **dict.fromkeys(("t", "trillion", "trillions"), 4),
}
_MEMORY = {"bytes": 0, "byte": 0, "kb": 1, "kib": 1, "mb": 2, "mib": 2, "gb": 3, "gib": 3}
_WHAT = re.compile(
    r"(?:multiplyadds?|multadds?|madds?|macs?|flops?|fma|ops?|parameters|params?|weights|elements|points)$"
)
_TIMES = re.compile(r"(?:in )?[x×*]?\s*(?:10\s*(?:\^|\*\*)\s*|1e)(?P<power>\d{1,2})")
_THOUSANDS = re.compile(r"(?:in )?[x×*]?\s*1?(?P<zeros>(?:[, ]?000){1,4})'?s?")


def unit(text: str) -> Unit | None:
    """The unit that a text says: K, M, GFLOPs, million, MB, 10^6; None if it says none.

    >>> unit("GFLOPs").scale, unit("x 10^6").scale, unit("MB").memory, unit("pixels")
    (Fraction(1000000000, 1), Fraction(1000000, 1), True, None)
    """
    shown = plain(text)
    if match := _TIMES.fullmatch(shown):
        return _scaled(int(match["power"]))
    if match := _THOUSANDS.fullmatch(shown):
        return _scaled(match["zeros"].count("0"))
    word = re.sub(r"[^a-z]", "", shown.partition("(")[0].removeprefix("in "))
    if word in _MEMORY:
        return Unit(Fraction(1024 ** _MEMORY[word]), True, _MEMORY[word])
    power = _PREFIXES.get(word if word in _PREFIXES else _WHAT.sub("", word))
    return None if power is None else Unit(Fraction(1000**power), False, power)


def _scaled(power: int) -> Unit:
    return Unit(Fraction(10**power), False, power // 3 if power % 3 == 0 else 0)


def figure(text: str, head: Unit | None = None) -> Figure | None:
    """The number that a cell shows; None if it shows none. `head`: the unit that its column says.

    >>> figure("34,944").value, figure("0.7 M").step, figure("1.135 x 10^9").value
    (Fraction(34944, 1), Fraction(100000, 1), Fraction(1135000000, 1))
    """
    match = _NUMBER.fullmatch(plain(text)) if len(text) <= LONGEST else None
    own = unit(match["unit"]) if match and match["unit"] else None
    if not match or (match["unit"] and own is None) or match["sign"]:
        return None
    whole, _, decimals = _digits(match["digits"], match["group"]).partition(".")
    power = int(match["power"] or 0)
    if abs(power) > MAX_POWER:
        return None
    said = own if own and (own.power or own.memory) else head or (_scaled(0) if match["power"] else None)
    step = Fraction(10) ** (power - len(decimals)) * (said.scale if said else 1)
    return Figure(text, int(whole + decimals) * step, step, said)


def _digits(shown: str, group: str | None) -> str:
    """The digits with a point for the decimals."""
    if group:
        return shown.replace(group, "")
    if shown.count(".") > 1:
        return shown.replace(".", "")
    return shown.replace(",", ".")


_MARKS = re.compile(r"\s*(?:[x×*·,;/@]|\bby\b|\s)\s*")
_REMARK = re.compile(r"(?<=\d)\s*\([^()]*\)$")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+")
_UNTOLD = frozenset(("none", "?", "-1", "n", "b", "batch", "bs"))


def sizes(text: str) -> Sizes | None:
    """The shape that a cell shows; None if it shows none.

    >>> sizes("(None, 96, 55, 55)").readings, sizes("1,000").readings
    (((None, 96, 55, 55),), ((1000,), (1, 0)))
    """
    if len(text) > LONGEST:
        return None
    shown = _REMARK.sub("", plain(text)).removeprefix("torch.size").strip("()[]{}<> ").rstrip("px ").rstrip(",")
    parts = [part for part in _MARKS.split(shown) if part]
    if not 0 < len(parts) <= MAX_RANK or not all(part.isdecimal() or part in _UNTOLD for part in parts):
        return None
    dims = tuple(int(part) if part.isdecimal() else None for part in parts)
    if all(size is None for size in dims):
        return None
    return Sizes(text, ((int(shown.replace(",", "")),), dims) if _GROUPED.fullmatch(shown) else (dims,))
