"""The printed text as a tree: classes, what stands in their parentheses, and the layers inside.

module   = CLASS "(" { argument "," | child } ")"
child    = "(" name "):" [ count "x" ] module
argument = [ name "=" ] value
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from netledger.core.errors import SourceError, Where
from netledger.core.language import say
from netledger.frontends.printed import MAX_TEXT

__all__ = ["Printed", "parsed"]

MAX_DEPTH = 100
MAX_LAYERS = 100_000

_BLANK = re.compile(r"[, \t\r\n]*")
_CLASS = re.compile(r"\s*([A-Za-z_][\w.]*)\s*\(")
_CHILD = re.compile(r"\s*\(([\w.-]+)\):\s*")
_TIMES = re.compile(r"(\d{1,6}) x ")
_RANGE = re.compile(r"(\d+)-(\d+)$")
_WORDS = {"True": True, "False": False, "None": None}
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$")


class Printed(NamedTuple):
    """One layer as it was printed.

    Args:
        name: its name in the layer around it.
        kind: its class.
        values: its arguments without a name, in order.
        named: its arguments by name.
        children: the layers inside.
        place: where it begins in the text.
        size: how many layers it is, itself included.

    """

    name: str
    kind: str
    values: tuple[Any, ...]
    named: dict[str, Any]
    children: tuple[Printed, ...]
    place: Where
    size: int = 1


def parsed(text: str) -> Printed:
    """The outermost layer.

    Raises:
        SourceError: if the text is none, or is too long, too deep or of too many layers.

    """
    if len(text) > MAX_TEXT:
        raise SourceError(say("a printed model has at most {most:,} characters", most=MAX_TEXT))
    reader = _Reader(text)
    (found,) = reader.module("", 0)
    if text[reader.at :].strip():
        raise reader.error("the text goes on after the model", "Give one model at a time.")
    return found


class _Line(NamedTuple):
    """A line of the text: its number, where it begins and ends, and itself."""

    number: int
    start: int
    end: int
    text: str


class _Reader:
    """Reads from the left; `at` is the next character."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.left = MAX_LAYERS
        self.line = _Line(1, 0, -1, "")

    def module(self, name: str, depth: int) -> list[Printed]:
        """CLASS "(" … ")", once for each name: (0-3) are four."""
        if depth > MAX_DEPTH:
            raise self.error(say("layers nest at most {most} deep", most=MAX_DEPTH))
        times = _TIMES.match(self.text, self.at)
        if times:
            self.at = times.end()
        found = _CLASS.match(self.text, self.at)
        if found is None:
            raise self.error("the name of a class and a parenthesis are expected here", "Give all of what is printed.")
        place, self.at = self.where(found.start(1)), found.end()
        values, named, children = self.inside(depth)
        size = 1 + sum(child.size for child in children)
        names = self.names(name, int(times[1]) if times else 1, size)
        return [Printed(own, found[1], values, named, children, place, size) for own in names]

    def names(self, name: str, times: int, size: int) -> list[str]:
        """The names that it stands for; the layers inside are paid for once already."""
        self.left -= times * size - (size - 1)
        if self.left < 0:
            raise self.error(say("a printed model has at most {most:,} layers", most=MAX_LAYERS))
        span = _RANGE.match(name)
        if times == 1 or span is None:
            return [name] if times == 1 else [f"{name}.{turn}" for turn in range(times)]
        return [str(int(span[1]) + turn) for turn in range(times)]

    def inside(self, depth: int) -> tuple[tuple[Any, ...], dict[str, Any], tuple[Printed, ...]]:
        """What stands in the parentheses."""
        values: list[Any] = []
        named: dict[str, Any] = {}
        children: list[Printed] = []
        while True:
            self._skip(_BLANK)
            if self.at >= len(self.text):
                raise self.error("a parenthesis is not closed", "Give all of what is printed.")
            child = _CHILD.match(self.text, self.at)
            if self.text[self.at] == ")":
                self.at += 1
                return tuple(values), named, tuple(children)
            if child:
                self.at = child.end()
                children.extend(self.module(child[1], depth + 1))
            else:
                self.argument(values, named)

    def _skip(self, what: re.Pattern[str]) -> None:
        found = what.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def argument(self, values: list[Any], named: dict[str, Any]) -> None:
        """One argument, up to the next comma or the end of the parentheses or line."""
        start, open_ = self.at, 0
        while self.at < len(self.text):
            sign = self.text[self.at]
            if not open_ and sign in "),\n":
                break
            open_ += (sign in "([{") - (sign in ")]}")
            self.at += 1
        text = self.text[start : self.at].strip()
        if not text:
            raise self.error("a value is expected here")
        name, equals, value = text.partition("=")
        if equals and name.strip().isidentifier():
            named[name.strip()] = _value(value.strip())
        else:
            values.append(_value(text))

    def where(self, at: int) -> Where:
        """The place of a character; places on one line share its text."""
        if not self.line.start <= at <= self.line.end:
            start, end = self.text.rfind("\n", 0, at) + 1, self.text.find("\n", at)
            end = end if end >= 0 else len(self.text)
            number = self.line.number + self.text.count("\n", self.line.start, at)
            self.line = _Line(number, start, end, self.text[start:end])
        return Where("printed", self.line.number, at - self.line.start + 1, self.line.text)

    def error(self, rule: str, hint: str = "") -> SourceError:
        """A mistake at the present place."""
        return SourceError(rule, hint=hint, where=self.where(min(self.at, len(self.text))))


def _value(text: str, depth: int = 0) -> Any:
    """A number, a truth value, None, a list of such; anything else is a word."""
    if text in _WORDS:
        return _WORDS[text]
    if _NUMBER.match(text) and len(text) < 40:
        return int(text) if text.lstrip("+-").isdigit() else float(text)
    if text[:1] in "([" and text[-1:] in ")]" and depth < 4:
        return tuple(_value(part.strip(), depth + 1) for part in _parts(text[1:-1]) if part.strip())
    return text.strip("'\"")


def _parts(text: str) -> list[str]:
    """What stands between the outermost commas."""
    found, start, open_ = [], 0, 0
    for at, sign in enumerate(text):
        open_ += (sign in "([{") - (sign in ")]}")
        if sign == "," and not open_:
            found.append(text[start:at])
            start = at + 1
    return [*found, text[start:]]
