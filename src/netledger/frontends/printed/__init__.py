"""What `print(net)` shows in PyTorch or Paddle: read as text, laid out as a chain in the printed order, and said so.

text        the text → a tree of layers
layers      what each class is as an operator
chain       the tree → a Network

The text is never executed.
"""

from __future__ import annotations

import os
import re
from typing import Any

from netledger.core.errors import SourceError, quote
from netledger.core.language import say
from netledger.core.network import Network
from netledger.frontends.options import Options

__all__ = ["accepts", "network"]

MAX_TEXT = 5_000_000

_CHILD = re.compile(r"\([\w.-]+\):\s*(?:\d+ x )?[A-Za-z_][\w.]*\(")
_ALONE = re.compile(r"\s*[A-Z][\w.]*\((?:[^\n()]|\([^\n()]*\))*\)\s*\Z")


def accepts(source: object) -> bool:
    """Whether it is such a text, or a file that begins like one."""
    if isinstance(source, os.PathLike):
        source = os.fspath(source)
    if not isinstance(source, str):
        return False
    head = source if "\n" in source or "(" in source else _head(source)
    start = head.lstrip()[:1]
    if not (start.isalpha() or start == "_"):
        return False
    return (
        bool(_CHILD.search(head[:20_000]) or _ALONE.match(head[:2_000]))
        and head.lstrip().partition("(")[0].isidentifier()
    )


def network(source: Any, options: Options) -> Network:
    """The network of a printed text.

    Raises:
        SourceError: if it is none, is too long or too deep, or needs an input.
        ShapeError: if its layers do not follow each other.

    """
    if options.symbols is not None:
        raise SourceError("closed forms are made of specs, not of printed models", hint="Write it as a spec.")
    if options.let:
        raise SourceError("a printed model has no numbers to set", hint="Print it as you want it.")
    from netledger.frontends.printed.chain import lay_out
    from netledger.frontends.printed.text import parsed

    text, place = _read(os.fspath(source))
    return lay_out(parsed(text), options, place)


def _head(path: str) -> str:
    try:
        if not os.path.isfile(path):
            return ""
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(20_000)
    except (OSError, ValueError):
        return ""


def _read(source: str) -> tuple[str, str]:
    """The text, and where it is from."""
    if "\n" in source or "(" in source:
        return source, "printed"
    try:
        if os.path.getsize(source) > MAX_TEXT:
            raise SourceError(say("{path} is longer than {most:,} characters", path=quote(source), most=MAX_TEXT))
        with open(source, encoding="utf-8", errors="replace") as file:
            return file.read(), source
    except OSError as error:
        raise SourceError(say("cannot read {path}: {error}", path=quote(source), error=error.strerror)) from None
