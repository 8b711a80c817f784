"""Small matrices: typed in, read from CSV, nested lists, or made by a seed; every number exact.

    1 2; 3 4                a row after each `;` (or on a line of its own)
    1 2; 3 4 | 5 6; 7 8     a channel after each `|`
    1 2 || 3 4              an image, or a kernel, after each `||`

Numbers stand apart by spaces or commas: 3, −2.5, 1e-3, 1/3. In CSV every line is a row; an empty line begins the next
channel, two begin the next image.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import prod
from random import Random
from typing import Any, NamedTuple

from netledger.core.errors import SourceError, quote
from netledger.core.language import say

__all__ = ["MAX_ELEMENTS", "Matrix", "made", "read"]

MAX_ELEMENTS = 4096
MAX_TEXT = 200_000
MAX_NUMBER = 10**12
_WHOLE = re.compile(r"[+-]?\d{1,40}(\.\d{0,40})?|[+-]?\.\d{1,40}|[+-]?\d{1,20}/\d{1,20}")
_EXPONENT = re.compile(r"[eE]([+-]?\d{1,3})$")
_TYPED = re.compile(r"[-+−\d.,;|/eE\s]*")
_FILE = re.compile(r"[/\\]|\.\s*[A-Za-z]\w*\s*$")
_HINT = 'Write rows like "1 2; 3 4", channels after |, images or kernels after ||; or name a CSV file.'


class Matrix(NamedTuple):
    """Numbers in rows of equal length.

    Args:
        shape: images (or kernels), channels, rows, columns.
        numbers: the numbers, the last axis running fastest.
        line: whether it is a single row, written without a sign that ends one.

    """

    shape: tuple[int, int, int, int]
    numbers: tuple[Any, ...]
    line: bool = False


def read(given: Any, what: str) -> Matrix:
    """What is typed, a file of it, or nested lists (also anything with `tolist`).

    Raises:
        SourceError: if it is none of them; says which value, and what to write.

    """
    if not isinstance(given, str):
        return _nested(given, what)
    if len(given) > MAX_TEXT:
        raise SourceError(
            "this is too long to be worked out", hint="Take a smaller matrix.", values={what: quote(given)}
        )
    if _TYPED.fullmatch(given) or not _FILE.search(given):
        return _parsed(given, what)
    return _parsed(_csv(given, what), what, line=False)


def _parsed(text: str, what: str, line: bool = True) -> Matrix:
    images = [[_rows(channel) for channel in image.split("|")] for image in text.split("||")]
    cells = [[[[_number(word, what) for word in row] for row in rows] for rows in image] for image in images]
    single = line and not any(sign in text.strip() for sign in ";\n")
    return _matrix(cells, what, single)


def _rows(text: str) -> list[list[str]]:
    lines = (line.replace(",", " ").split() for line in re.split(r"[;\n]", text))
    return [line for line in lines if line]


def _csv(path: str, what: str) -> str:
    """The text of a file, as it would be typed."""
    try:
        with open(path, encoding="utf-8-sig") as file:
            text = file.read(MAX_TEXT + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not a text"
        raise SourceError(
            "this is neither numbers nor a file that can be read",
            hint=_HINT,
            values={what: quote(path), "file": reason},
        ) from None
    if len(text) > MAX_TEXT:
        raise SourceError("this file is too long to be worked out", hint="Take a smaller matrix.", values={what: path})
    if any("," in line and ";" in line for line in text.splitlines()):
        raise SourceError(
            "a line of this file has commas and semicolons: a comma may be a decimal sign there, or end a number",
            hint="Write decimals with a point: 1.5;2.5, or 1.5,2.5.",
            values={what: path},
        )
    text = re.sub(r"\n[ \t,;]*\n[ \t,;]*\n\s*", "||", text.replace("\r", "").strip().replace("\t", " "))
    return re.sub(r"\n[ ,;]*\n", "|", text.replace(";", ","))


def _number(word: str, what: str) -> Any:
    """A whole number or a fraction, exactly as written."""
    text = word.replace("−", "-")
    exponent = _EXPONENT.search(text)
    digits = text[: exponent.start()] if exponent else text
    power = int(exponent[1]) if exponent else 0
    if not _WHOLE.fullmatch(digits) or abs(power) > 30 or ("/" in digits and not int(digits.partition("/")[2])):
        raise SourceError("this is not a number", hint=_HINT, values={what: quote(word)})
    return _exact(Fraction(digits) * Fraction(10) ** power, what)


def _exact(value: Fraction, what: str) -> Any:
    if abs(value) > MAX_NUMBER:
        raise SourceError("numbers lie between −10^12 and 10^12", values={what: f"{float(value):g}"})
    return value.numerator if value.denominator == 1 else value


def _nested(given: Any, what: str) -> Matrix:
    lists = given.tolist() if hasattr(given, "tolist") else given
    depth, part = 0, lists
    while isinstance(part, (list, tuple)) and depth < 5:
        depth, part = depth + 1, part[0] if part else 0
    if not 1 <= depth <= 4:
        kind = quote(type(given).__name__)
        raise SourceError("lists of one to four axes are needed here", hint=_HINT, values={what: kind})
    for _ in range(4 - depth):
        lists = [lists]
    cells = [[[_numbers(row, what) for row in _list(rows, what)] for rows in _list(image, what)] for image in lists]
    return _matrix(cells, what, depth == 1)


def _list(part: Any, what: str) -> list[Any] | tuple[Any, ...]:
    if isinstance(part, (list, tuple)):
        return part
    raise SourceError("every row must have as many numbers", hint=_HINT, values={what: quote(str(part))})


def _numbers(row: Any, what: str) -> list[Any]:
    return [_number(str(value), what) for value in _list(row, what)]


def _matrix(images: list[list[list[list[Any]]]], what: str, line: bool) -> Matrix:
    """The numbers, if every part has as many."""
    rows = len(images[0][0]) if images[0] else 0
    columns = len(images[0][0][0]) if rows else 0
    channels = [channel for image in images for channel in image]
    _check(map(len, images), what, "image", say("every image must have as many channels"))
    _check(map(len, channels), what, "channel", say("every channel must have as many rows"))
    _check((len(row) for part in channels for row in part), what, "row", say("every row must have as many numbers"))
    shape = (len(images), len(images[0]), rows, columns)
    _check_size(shape, what)
    return Matrix(shape, tuple(value for channel in channels for row in channel for value in row), line)


def _check(sizes: Iterable[int], what: str, unit: str, rule: str) -> None:
    first = None
    for place, size in enumerate(sizes, 1):
        first = size if first is None else first
        if size != first:
            raise SourceError(rule, hint=_HINT, values={f"{unit} 1:": first, f"{unit} {place}:": size, "in": what})


def _check_size(shape: tuple[int, ...], what: str) -> None:
    if not prod(shape):
        raise SourceError("there are no numbers", hint=_HINT, values={what: shape})
    if prod(shape) > MAX_ELEMENTS:
        raise SourceError("at most 4096 numbers are worked out", hint="Take a smaller matrix.", values={what: shape})


def made(shape: tuple[int, ...], seed: int, name: str, choices: Sequence[int]) -> tuple[int, ...]:
    """Whole numbers of these that the same seed makes again."""
    _check_size(shape, name)
    random = Random(f"{seed} {name}")
    return tuple(choices[int(random.random() * len(choices))] for _ in range(prod(shape)))
