"""A figure as somebody wrote it down: read, with its precision, and held against exact figures.

Nothing here is a float. The text is not trusted: its length and its exponent are bounded.
"""

from __future__ import annotations

import re
from fractions import Fraction
from math import floor
from typing import NamedTuple

from netledger.core.document import thousands
from netledger.core.errors import SourceError, quote
from netledger.core.language import later, say

__all__ = ["MEANINGS", "Claimed", "decimal", "read"]

MAX_TEXT = 200
MAX_EXPONENT = 30

MEANINGS = {
    "parameters": later("parameters"),
    "MAC": later("multiply-accumulates; figures in FLOP are tried too"),
    "FLOP": later("FLOP; the word is also used for multiply-accumulates: both are tried"),
    "operations": later("operations; figures in FLOP and in MAC are tried"),
    "": later("anything: operations and parameters are tried"),
}
"""What the words of a claim can mean."""


class Claimed(NamedTuple):
    """A figure that somebody claims.

    Args:
        text: as it was written.
        value: what it says.
        step: the worth of its last digit: the precision to which it is printed.
        meaning: parameters, MAC, FLOP, operations, or nothing: what its words say that is counted.

    """

    text: str
    value: Fraction
    step: Fraction
    meaning: str

    def agrees(self, figure: int | Fraction) -> str:
        """How the figure is printed as claimed: exact, rounded (half up or to even), cut off; empty: it is not."""
        if figure == self.value:
            return later("exact")
        if abs(figure - self.value) * 2 < self.step or self._is_half(figure):
            return later("rounded")
        return later("cut off") if floor(figure / self.step) * self.step == self.value else ""

    def _is_half(self, figure: int | Fraction) -> bool:
        """Half a step away: below, it is rounded up to here; above, to here where the last digit is even."""
        even = (self.value / self.step) % 2 == 0
        return (self.value - figure) * 2 == self.step or ((figure - self.value) * 2 == self.step and even)

    @property
    def least(self) -> Fraction:
        """The least figure that is printed as claimed."""
        return self.value - self.step / 2

    @property
    def bound(self) -> Fraction:
        """What every figure that is printed as claimed is less than: the claim, with one more in its last digit."""
        return self.value + self.step


def decimal(value: Fraction) -> str:
    """A decimal number in full, with thousands.

    >>> decimal(Fraction(38, 10)), decimal(Fraction(4100000000))
    ('3.8', '4,100,000,000')
    """
    if value.denominator == 1:
        return thousands(value.numerator)
    places = next(count for count in range(1, 2 * MAX_TEXT) if 10**count % value.denominator == 0)
    whole, rest = divmod(abs(value) * 10**places, 10**places)
    return f"{'−' if value < 0 else ''}{thousands(whole)}.{int(rest):0{places}d}"


_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("×·∙*", "x"),
        **dict.fromkeys("−–\u2011", "-"),
        **dict.fromkeys("\u00a0\u2009\u202f\t\n", " "),
        "’": "'",
    }
)
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.,])(?<![A-Za-z]-)(?P<sign>-?)"
    r"(?P<digits>\d{1,3}(?:(?P<gap>[,_' ])\d{3}(?!\d)(?:(?P=gap)\d{3}(?!\d))*)(?:\.\d+)?|\d+(?:[.,]\d+)?|\.\d+)"
    r"(?:[eE](?P<e>[+-]?\d+)(?![\dA-Za-z])|\s*[xX]\s*10\s*\^?\s*[({]?(?P<ten>[+-]?\d+)[)}]?)?",
    re.ASCII,
)
_MULTIPLY_ADDS = re.compile(
    r"(?:fused[ -]*)?mult(?:i(?:ply|plication)?)?s?[ -]*(?:and[ -]*)?"
    r"(?:add|accumulate|accumulation|addition)s?\b|\bfmas?\b",
    re.IGNORECASE,
)
_SPEED = re.compile(r"/\s*s\b|/\s*sec|per\s+second", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]+")

_SCALES = {
    **dict(zip(("", "k", "m", "g", "t", "p"), (1, 10**3, 10**6, 10**9, 10**12, 10**15), strict=True)),
    "b": 10**9,
    "thousand": 10**3,
    "mn": 10**6,
    "mio": 10**6,
    "million": 10**6,
    "millions": 10**6,
    "bn": 10**9,
    "billion": 10**9,
    "billions": 10**9,
    "trillion": 10**12,
    "trillions": 10**12,
}
_UNITS = {
    **dict.fromkeys(("param", "params", "parameter", "parameters", "weight", "weights"), "parameters"),
    **dict.fromkeys(("mac", "macs", "macc", "maccs", "madd", "madds", "mad", "mads", "multadds"), "MAC"),
    **dict.fromkeys(("flop", "flops"), "FLOP"),
    **dict.fromkeys(("op", "ops", "operation", "operations"), "operations"),
    **dict.fromkeys(("byte", "bytes", "ib"), "bytes"),
}
_BYTES = re.compile(r"\b[KMGTP]i?B\b|\bkB\b")
_EXAMPLE = 'Write it as it was printed: --claim "3.8 GFLOPs", "25.6M params", "1.135 x 10^9 MACs", "4,089,184,256".'


def read(text: str) -> Claimed:
    """What a claim says.

    Raises:
        SourceError: if it is no figure, several, not of something that is counted here, or out of bounds.

    >>> claim = read("Total GFlops: 0.00778")
    >>> claim.meaning, int(claim.value), int(claim.step)
    ('FLOP', 7780000, 10000)

    """
    if len(text) > MAX_TEXT:
        raise SourceError(
            say("a claim has at most {most} characters; this one has {count}", most=MAX_TEXT, count=len(text)),
            hint=_EXAMPLE,
        )
    plain = _plain(text)
    found = _numbers(plain, text)
    if len(found) != 1:
        many = say("there are {count} numbers", count=len(found)) if found else say("there is no number")
        raise SourceError(say("a claim is one figure; {many} in {given}", many=many, given=quote(text)), hint=_EXAMPLE)
    value, step = _value(found[0], text)
    scale, meaning = _words(f"{plain[: found[0].start()]} {plain[found[0].end() :]}", text)
    if value <= 0:
        raise SourceError(say("a claim is greater than 0; {given} is not", given=quote(text)), hint=_EXAMPLE)
    return Claimed(text.strip(), value * scale, step * scale, meaning)


def _plain(text: str) -> str:
    """The text with one sign for each meaning: 10⁹ as 10^9, every product as x."""
    raised = _SUPERSCRIPT.sub(lambda run: f"^{run[0].translate(_SUPERSCRIPTS)}", text)
    return raised.replace("**", "^").translate(_SIGNS)


_SUPERSCRIPT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+")


def _numbers(plain: str, text: str) -> list[re.Match[str]]:
    """Every number; names such as ResNet-50 hold none."""
    found = list(_NUMBER.finditer(plain))
    broken = any(_MORE.match(plain, match.end()) for match in found)
    if broken or any(char.isdecimal() and not char.isascii() for char in plain):
        raise SourceError(say("{given} has a number that cannot be read", given=quote(text)), hint=_EXAMPLE)
    return found


_MORE = re.compile(r"[.,]*\d|\.\.|,,")


def _value(number: re.Match[str], text: str) -> tuple[Fraction, Fraction]:
    """The number, and the worth of its last digit."""
    digits, gap = number["digits"], number["gap"]
    plain = digits.replace(gap, "") if gap else digits.replace(",", ".")
    whole, _, rest = plain.partition(".")
    exponent = number["e"] or number["ten"] or "0"
    if len(exponent) > 4 or abs(int(exponent)) > MAX_EXPONENT:
        raise SourceError(
            say("an exponent is at most {most}; that of {given} is not", most=MAX_EXPONENT, given=quote(text)),
            hint=_EXAMPLE,
        )
    times = Fraction(10) ** int(exponent)
    step = times / 10 ** len(rest)
    return int(f"{number['sign']}{whole}{rest}") * step, step


def _words(words: str, text: str) -> tuple[int, str]:
    """The scale, and what is counted: what the words around a number say."""
    if _SPEED.search(words):
        raise SourceError(
            say("{given} is a speed; claims about counts are reconciled", given=quote(text)), hint=_EXAMPLE
        )
    told = [_word(word) for word in _WORD.findall(_MULTIPLY_ADDS.sub(" macs ", words).replace("-", " "))]
    scales = {scale for scale, _ in told if scale > 1}
    meanings = {meaning for _, meaning in told if meaning}
    if "bytes" in meanings or _BYTES.search(words):
        raise SourceError(
            say("{given} is memory; claims about operations and parameters are reconciled", given=quote(text)),
            hint=_EXAMPLE,
        )
    if len(meanings) > 1:
        meanings -= {"operations"}  # "multiply-add operations"
    for several, what in ((scales, "scales"), (meanings, "units")):
        if len(several) > 1:
            raise SourceError(
                say(
                    "a claim is one figure; there are {count} {what} in {given}",
                    count=len(several),
                    what=what,
                    given=quote(text),
                ),
                hint=_EXAMPLE,
            )
    return next(iter(scales), 1), next(iter(meanings), "")


def _word(word: str) -> tuple[int, str]:
    """The scale (1: none) and the unit (empty: none) that a word says: million, G, GFLOPs, MAdds, params."""
    low = word.lower()
    if low in _UNITS:
        return 1, _UNITS[low]
    if low[0] in _SCALES and low[1:] in _UNITS:
        return _SCALES[low[0]], _UNITS[low[1:]]
    return _SCALES.get(low, 1), ""
