"""Everything that can go wrong, one class per kind of mistake.

    NetledgerError
    ├── SourceError       there is nothing by this name, or it cannot be read
    │   └── UnknownNameError  a name that is not on a list; says what was probably meant
    ├── SpecError         the text of a spec breaks a rule of the language
    ├── ShapeError        a layer cannot take what it is given
    ├── ForwardError      a model of a framework fails while it is run
    ├── ValuesNeededError a model decides by values that it was not given
    ├── IncompleteError   a figure was asked to be complete, and is not
    └── PluginError       a plug-in is not what its folder expects

Every error names the layer, the values, the rule that is broken, and the next step, as far as they are known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any, NamedTuple

from netledger.core.language import later, say

__all__ = [
    "ForwardError",
    "IncompleteError",
    "NetledgerError",
    "PluginError",
    "ShapeError",
    "SourceError",
    "SpecError",
    "UnknownNameError",
    "ValuesNeededError",
    "Where",
    "did_you_mean",
]


class Where(NamedTuple):
    """A place in a text: line and column count from 1."""

    file: str
    line: int
    column: int
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def excerpt(self) -> str:
        """The line with a caret below the place; only a window of it if the line is long."""
        start = max(0, self.column - 1 - 60)
        shown = self.text[start : start + 120]
        before = "…" if start else ""
        caret = " " * (self.column - 1 - start + len(before)) + "^"
        return f"    {before}{shown}\n    {caret}"


class NetledgerError(Exception):
    """The root of the tree: a rule was broken.

    Args:
        rule: what holds, or should have held, in one sentence.
        hint: what to do next.
        layer: the layer concerned.
        values: the values that met, by name.
        where: the place in the user's text.

    """

    def __init__(
        self,
        rule: str,
        *,
        hint: str = "",
        layer: str = "",
        values: Mapping[str, Any] | None = None,
        where: Where | None = None,
    ) -> None:
        super().__init__(rule)
        self.rule = say(rule)
        self._hint = say(hint)
        self.advise: Callable[[], str] | None = None  # derives what would be right, when somebody reads it
        self.layer = layer
        self.values = dict(values or {})
        self.where = where
        self.network: Any = None  # what had been laid out before the mistake
        self.ledger: Any = None  # what had been counted before the mistake
        self.refused: Any = None  # the Node that was not laid out, if a layer refused its inputs
        self.spelled: Callable[[str, str, Any], str] | None = None  # how a layer of a class is written: name, value

    @property
    def hint(self) -> str:
        """What to do next: what was derived, or else what holds in general."""
        if self.advise is not None:
            derive, self.advise = self.advise, None
            self._hint = derive() or self._hint
        return self._hint

    def __str__(self) -> str:
        return printable("\n".join(self._lines()))

    def _lines(self) -> Iterable[str]:
        head = f"{self.layer}: {self.rule}" if self.layer else self.rule
        yield f"{self.where}: {head}" if self.where else head
        if self.where and self.where.text:
            yield self.where.excerpt()
        if self.values:
            shown = ", ".join(f"{name} {_show(value)}" for name, value in self.values.items())
            yield say("  values: {values}", values=shown)
        if self.hint:
            yield f"  {self.hint}"


class SourceError(NetledgerError):
    """There is nothing by this name, or it cannot be read."""


class UnknownNameError(SourceError, LookupError):
    """A name that is not on the list of known ones."""

    def __init__(self, kind: str, name: str, known: Iterable[str], **context: Any) -> None:
        names = sorted(known)
        hint = did_you_mean(name, names) or _known(names)
        super().__init__(say("unknown {kind} {name}", kind=say(kind), name=quote(str(name))), hint=hint, **context)


class SpecError(NetledgerError, ValueError):
    """The text of a spec breaks a rule of the language."""


class ShapeError(NetledgerError, ValueError):
    """A layer cannot take what it is given."""


class ForwardError(NetledgerError):
    """A model of a framework fails while it is run."""


class ValuesNeededError(NetledgerError):
    """A model decides by values that it was not given."""


class IncompleteError(NetledgerError):
    """A figure was asked to be complete, and is not."""


class PluginError(NetledgerError):
    """A plug-in is not what its folder expects."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """'Did you mean …?', or nothing if no known name is near.

    >>> did_you_mean("maxpol", ["conv", "maxpool"])
    'Did you mean maxpool?'
    """
    from difflib import get_close_matches

    words = {word[:80].lower(): word[:80] for word in islice(known, 2000)}
    near = [words[word] for word in get_close_matches(str(name)[:80].lower(), words, n=2)]
    return say("Did you mean {near}?", near=say(" or ").join(near)) if near else ""


def _known(names: list[str], most: int = 60) -> str:
    rest = say(", and {count} more", count=len(names) - most) if len(names) > most else ""
    return say("Known: {names}{rest}.", names=", ".join(names[:most]) or later("none"), rest=rest)


def quote(text: str, limit: int = 60) -> str:
    """The text in quotation marks, shortened, nothing unprintable in it.

    >>> quote("conv")
    "'conv'"
    """
    return repr(text if len(text) <= limit else text[: limit - 1] + "…")


def printable(text: str) -> str:
    """The text with control characters (but not line ends) written out, so that none reaches a terminal."""
    return "\n".join(line if line.isprintable() else _written_out(line) for line in text.split("\n"))


def _written_out(line: str) -> str:
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in line)


def _show(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_show, value))}]"
    if isinstance(value, tuple):
        return "x".join(map(_show, value)) or "()"
    return str(value)
