"""The catalogue of each language: in step with the code, complete, and true to the places of values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from languages.texts import ROOT, every

__all__ = ["check", "compiled", "names", "read", "renew"]

LOCALE = ROOT / "locale"
SAME = Path(__file__).parent / "same.txt"
"""Texts that another language may write as they are: one a line."""


def names() -> tuple[str, ...]:
    """Every language besides English."""
    return tuple(sorted(path.name for path in LOCALE.iterdir() if path.is_dir()))


def read(name: str) -> Catalog:
    """The catalogue of a language."""
    with _file(name, "po").open("rb") as file:
        return read_po(file, locale=name)


def renew(name: str) -> list[str]:
    """Write the catalogue anew, with the texts that there are now; what is still wrong with it."""
    old, new = read(name), Catalog(locale=name, project="netledger", fuzzy=False)
    for text in every():
        known = old.get(text.one)
        key = (text.one, text.many) if text.many else text.one
        new.add(key, _kept(known, bool(text.many)), locations=[(text.place, 0)])
    with _file(name, "po").open("wb") as file:
        write_po(file, new, width=120, omit_header=False, include_lineno=False)
    _file(name, "mo").write_bytes(compiled(name))
    return check(name)


def _kept(known: Message | None, several: bool) -> str | tuple[str, ...]:
    if known is None or not known.string:
        return ("",) if several else ""
    first = known.string if isinstance(known.string, str) else known.string[0]
    return (first,) if several else first


def compiled(name: str) -> bytes:
    """The catalogue as gettext reads it."""
    made = BytesIO()
    write_mo(made, read(name))
    return made.getvalue()


def check(name: str) -> list[str]:
    """What is wrong with a catalogue: texts missing, left as they were, or with other places for values."""
    catalogue = read(name)
    found = [problem for text in every() for problem in _wrong(text.one, catalogue.get(text.one))]
    if _file(name, "mo").read_bytes() != compiled(name):
        found.append("the compiled catalogue is not that of the text: python -m languages")
    return found


def _wrong(text: str, message: Message | None) -> Iterator[str]:
    if message is None or not message.string or not all(message.string):
        yield f"missing: {text!r}"
        return
    for said in [message.string] if isinstance(message.string, str) else message.string:
        if said == text and text not in same():
            yield f"not translated: {text!r}"
        if _places(said) != _places(text):
            yield f"other places for values: {text!r} became {said!r}"


def _places(text: str) -> Counter[str]:
    return Counter(re.findall(r"{[^{}]*}", text.replace("{{", "").replace("}}", "")))


def same() -> frozenset[str]:
    """The texts that need no other words."""
    return frozenset(SAME.read_text(encoding="utf-8").splitlines())


def _file(name: str, kind: str) -> Path:
    return LOCALE / name / "LC_MESSAGES" / f"netledger.{kind}"
