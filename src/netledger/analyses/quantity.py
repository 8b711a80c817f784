"""Quantities as people write them: 300M, 2 GiB, 4.089 GFLOPs, 10TFLOPS. Exact; the text is not trusted."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

from netledger.core.errors import SourceError, quote
from netledger.core.language import say

__all__ = ["Quantity", "read", "rounded", "short", "unit_of", "written"]

MAX_TEXT = 100
MAX_EXPONENT = 30
MAX_PLACES = 40

DECIMAL = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18}
BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50}

_NAMES = {
    **dict.fromkeys(("MAC", "MACs", "MACS", "mac", "macs", "MACC", "MACCs", "MAdd", "MAdds"), "MAC"),
    **dict.fromkeys(("FLOP", "FLOPs", "flop", "flops", "Flops"), "FLOP"),
    **dict.fromkeys(("FLOPS", "FLOP/s", "FLOPs/s", "flop/s", "flops/s"), "FLOPS"),
    **dict.fromkeys(("MAC/s", "MACs/s", "mac/s", "macs/s"), "MAC/s"),
    **dict.fromkeys(("B", "byte", "bytes", "Byte", "Bytes"), "B"),
    **dict.fromkeys(("s", "sec", "second", "seconds"), "s"),
    **dict.fromkeys(("param", "params", "parameters"), "parameters"),
}
_TIMES = {"ms": Fraction(1, 10**3), "us": Fraction(1, 10**6), "µs": Fraction(1, 10**6), "ns": Fraction(1, 10**9)}
_QUANTITY = re.compile(
    r"(?P<digits>\d{1,3}(?:[,_ ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?:[eE](?P<e>[+-]?\d+))?\s*(?P<unit>[A-Za-zµ/]*)",
    re.ASCII,
)
_HINT = "Write a number, a prefix (k, M, G, T, P) and a unit: 4089184256, 4.089G, 4.089 GMACs, 10TFLOPS, 2GiB."


class Quantity(NamedTuple):
    """A number and what it counts.

    Args:
        value: in the plain unit, prefixes multiplied out.
        unit: MAC, FLOP, FLOPS and MAC/s (rates), B, s, parameters; nothing, if none is given.

    """

    value: Fraction
    unit: str


def read(text: str) -> Quantity:
    """A quantity as it is written.

    Raises:
        SourceError: if it is none.

    >>> read("4.089G"), read("2GiB"), read("10TFLOPS").unit
    (Quantity(value=Fraction(4089000000, 1), unit=''), Quantity(value=Fraction(2147483648, 1), unit='B'), 'FLOPS')

    """
    found = _QUANTITY.fullmatch(text.strip()) if len(text) <= MAX_TEXT else None
    if found is None:
        raise SourceError(say("{text} is not a quantity", text=quote(text)), hint=_HINT)
    exponent = found["e"] or "0"
    if len(exponent) > 4 or abs(int(exponent)) > MAX_EXPONENT:
        raise SourceError(say("an exponent is at most {most}; that of {text} is not", most=MAX_EXPONENT, text=text))
    scale, unit = unit_of(found["unit"])
    digits = re.sub("[,_ ]", "", found["digits"])
    return Quantity(Fraction(digits) * Fraction(10) ** int(exponent) * scale, unit)


def unit_of(text: str) -> tuple[Fraction | int, str]:
    """The scale and the plain unit that a word says.

    Raises:
        SourceError: if it says none.

    >>> unit_of("GFLOPs"), unit_of("MiB"), unit_of("M"), unit_of("MACs")
    ((1000000000, 'FLOP'), (1048576, 'B'), (1000000, ''), (1, 'MAC'))

    """
    if text in _NAMES:
        return 1, _NAMES[text]
    if text in _TIMES:
        return _TIMES[text], "s"
    for prefix, scale in {**BINARY, **DECIMAL, "K": 10**3}.items():
        rest = text.removeprefix(prefix)
        if text.startswith(prefix) and (not rest or rest in _NAMES):
            return scale, _NAMES.get(rest, "")
    known = "MACs, FLOPs, FLOPS, MACs/s, bytes, s, ms"
    raise SourceError(say("{text} is not a unit", text=quote(text)), hint=say("Known: {units}.", units=known))


def written(value: Fraction | int, places: int = MAX_PLACES) -> str:
    """An exact decimal where there is one within so many places; else cut off, and ….

    >>> written(Fraction(4089184256, 10**9)), written(Fraction(1, 3), 4), written(1234567)
    ('4.089184256', '0.3333…', '1,234,567')
    """
    whole, rest = divmod(abs(Fraction(value)), 1)
    digits = ""
    while rest and len(digits) < places:
        place, rest = divmod(rest * 10, 1)
        digits += str(place)
    sign = "−" if value < 0 else ""
    return f"{sign}{whole:,}{f'.{digits}' if digits else ''}{'…' if rest else ''}"


def rounded(value: Fraction, places: int = 3) -> str:
    """To so many decimals, halves up; ≈ in front where that is not exact.

    >>> rounded(Fraction(8178368512, 10**9)), rounded(Fraction(5, 2))
    ('≈ 8.178', '2.5')
    """
    near = Fraction((2 * value * 10**places + 1) // 2, 10**places)
    return f"{'≈ ' if near != value else ''}{written(near)}"


def short(value: Fraction, unit: str) -> tuple[str, ...]:
    """The value with a prefix, if it has a usual one; of bytes both ways.

    >>> short(Fraction(8178368512), "FLOP"), short(Fraction(2**31), "B"), short(Fraction(1, 10**4), "s")
    (('≈ 8.178 GFLOP',), ('≈ 2.147 GB', '2 GiB'), ('100 µs',))
    """
    if unit == "s":
        scales = {"ns": _TIMES["ns"], "µs": _TIMES["us"], "ms": _TIMES["ms"], "s": Fraction(1)}
        return (_scaled(value, scales),)
    made = _scaled(value, {f"{prefix}{unit}": Fraction(scale) for prefix, scale in DECIMAL.items()})
    if unit != "B" or value < BINARY["Ki"]:
        return (made,)
    return made, _scaled(value, {f"{prefix}B": Fraction(scale) for prefix, scale in BINARY.items()})


def _scaled(value: Fraction, scales: dict[str, Fraction]) -> str:
    """In the largest unit that leaves at least 1."""
    fitting = [name for name, scale in scales.items() if value >= scale]
    name = fitting[-1] if fitting else next(iter(scales))
    return f"{rounded(value / scales[name])} {name}"
