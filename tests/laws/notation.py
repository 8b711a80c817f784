"""Reads formulas back: an evaluator for the text, and checks that LaTeX and MathML are well formed.

It shares nothing with `netledger.core.formula` but the functions that formulas name: fractions are computed as
fractions and rounded by what is written.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial
from xml.etree import ElementTree

from netledger.core.functions import FUNCTIONS

_WRITTEN = {
    "⌊": "floor(",
    "⌋": ")",
    "⌈": "ceil(",
    "⌉": ")",
    "[": "(",
    "]": ")",
    "−": "-",
    "·": "*",
    "≤": "<=",
    "≥": ">=",
    " = ": " == ",
    " mod ": " % ",
}


def _whole(function: Callable[..., int], *args: Fraction) -> int:
    """A function of integers; it has tests of its own."""
    return function(*map(int, args))


_KNOWN = {
    "floor": math.floor,
    "ceil": math.ceil,
    "min": min,
    "max": max,
    "gcd": lambda a, b: math.gcd(int(a), int(b)),
    "exact": Fraction,
    **{name: partial(_whole, function) for name, function in FUNCTIONS.items()},
}

_PAIRS = {")": "(", "⌋": "⌊", "⌉": "⌈", "]": "["}


def evaluate(text: str, symbols: Mapping[str, int] | None = None) -> Fraction:
    """The value of a formula in plain text, with these values for its symbols.

    >>> evaluate("⌊(227 − 11) / 4⌋ + 1"), evaluate("⌈K_h / 2⌉·3", {"K_h": 5})
    (Fraction(55, 1), Fraction(9, 1))
    """
    check_brackets(text)
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    for sign, python in _WRITTEN.items():
        text = text.replace(sign, python)
    exact = re.sub(r"\b\d+\b", r"exact(\g<0>)", text)
    names = {name: Fraction(value) for name, value in (symbols or {}).items()}
    return Fraction(eval(exact, {"__builtins__": {}}, {**_KNOWN, **names}))


def check_brackets(text: str) -> None:
    """Every bracket is closed by its own kind."""
    open_: list[str] = []
    for char in text:
        if char in _PAIRS.values():
            open_.append(char)
        elif char in _PAIRS:
            assert open_, text
            assert open_.pop() == _PAIRS[char], text
    assert not open_, text


def check_latex(text: str) -> None:
    """Braces balance, and so do \\left and \\right, and \\begin and \\end; no operand is empty."""
    depth = 0
    for char in text:
        depth += (char == "{") - (char == "}")
        assert depth >= 0, text
    assert depth == 0, text
    assert "{}" not in text, text
    for opening, closing in ((r"\left", r"\right"), (r"\begin{", r"\end{")):
        # \leftX and \rightX with any delimiter; \le, \lfloor and \rceil do not match.
        assert len(re.findall(re.escape(opening), text)) == len(re.findall(re.escape(closing), text)), text


def check_mathml(text: str) -> ElementTree.Element:
    """It parses as XML, and every fraction has its two parts; returns the tree."""
    tree = ElementTree.fromstring(f"<math>{text}</math>")
    for kind in ("mfrac", "msub"):
        assert all(len(part) == 2 for part in tree.iter(kind)), text
    assert all(part.text for kind in ("mn", "mi", "mo") for part in tree.iter(kind)), text
    return tree
