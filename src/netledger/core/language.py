"""Texts in the language of the reader: English stands in the code, other languages in gettext catalogues.

    locale/zh/LC_MESSAGES/netledger.po     written by translators, kept by `python -m languages`
    locale/zh/LC_MESSAGES/netledger.mo     the same, compiled: what is read here

>>> say("{layer} has {count:,} parameters", layer="conv1", count=34944)
'conv1 has 34,944 parameters'
>>> with language("zh"):
...     say("height")
'高度'
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from gettext import NullTranslations

__all__ = [
    "ENGLISH",
    "Text",
    "language",
    "languages",
    "later",
    "of_locale",
    "plural",
    "say",
    "set_language",
    "switch",
    "used",
]

ENGLISH = "en"
LOCALE = os.path.join(os.path.dirname(os.path.dirname(__file__)), "locale")


class _Used(NamedTuple):
    """A language, and its catalogue; None: what the code says."""

    name: str
    catalogue: NullTranslations | None


_chosen = [_Used(ENGLISH, None)]
"""What `set_language` chose, for every thread: a notebook runs each cell in a context of its own."""

_here: ContextVar[_Used | None] = ContextVar("language", default=None)
"""What `language` chose, for a while, in one thread or task."""


class Text(str):
    """A text of the code that is said later: `say` looks it up where it is a value."""

    __slots__ = ()


def later(text: str) -> Text:
    """Mark a text that is defined here and said elsewhere."""
    return Text(text)


def say(text: str, /, **values: Any) -> str:
    """A text of the code in the language in use, with values in its places: `{count:,}`."""
    catalogue = _using().catalogue
    if catalogue is None:
        return text.format(**values) if values else text
    found = catalogue.gettext(text) if text else text
    return found.format(**_said(values)) if values else found


def plural(one: str, many: str, count: int, /, **values: Any) -> str:
    """As `say`, of one or of many; `{count}` is the number.

    >>> plural("{count} layer", "{count} layers", 1), plural("{count} layer", "{count} layers", 8)
    ('1 layer', '8 layers')
    """
    catalogue = _using().catalogue
    if catalogue is None:
        return (one if count == 1 else many).format(count=count, **values)
    return catalogue.ngettext(one, many, count).format(count=count, **_said(values))


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: say(value) if isinstance(value, Text) else value for name, value in values.items()}


def used() -> str:
    """The language in use: en, zh, …"""
    return _using().name


def _using() -> _Used:
    return _here.get() or _chosen[0]


def languages() -> tuple[str, ...]:
    """Every language there is."""
    return tuple(sorted((ENGLISH, *os.listdir(LOCALE))))


def set_language(name: str) -> None:
    """Use a language from now on, in every thread: en, zh; also as a locale says it, zh_CN.UTF-8.

    Raises:
        UnknownNameError: if there is no catalogue of it.

    """
    _chosen[0] = _found(name)
    if _here.get():
        _here.set(_chosen[0])


def switch(name: str) -> None:
    """Use another language from here on, as `language` does: in this thread or task, until its `with` ends.

    Raises:
        UnknownNameError: if there is no catalogue of it.

    """
    _here.set(_found(name))


def _found(name: str) -> _Used:
    short = _short(name)
    if short not in languages():
        from netledger.core.errors import UnknownNameError

        raise UnknownNameError("language", name, languages())
    return _Used(short, None if short == ENGLISH else _read(short))


@contextmanager
def language(name: str) -> Iterator[None]:
    """Use a language for a while: in this thread or task, and nowhere else."""
    before = _here.get()
    _here.set(_found(name))
    try:
        yield
    finally:
        _here.set(before)


def of_locale(environment: Mapping[str, str]) -> str:
    """The first language that the environment asks for and that there is; English if there is none.

    >>> of_locale({"LANG": "zh_CN.UTF-8"}), of_locale({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"})
    ('zh', 'en')
    """
    asked = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    if asked not in ("", "C", "POSIX"):  # GNU's list of preferences counts only in a locale
        asked = environment.get("LANGUAGE") or asked
    return next((_short(name) for name in asked.split(":") if _short(name) in languages()), ENGLISH)


def _short(name: str) -> str:
    return name.replace("-", "_").partition("_")[0].partition(".")[0].lower()


def _read(name: str) -> NullTranslations:
    from gettext import translation

    return translation("netledger", LOCALE, [name])
