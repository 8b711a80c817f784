"""The line of a sheet that says which exercise it is: a spec, a seed, how many blanks. Nothing in it is ever run."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from typing import NamedTuple

from netledger.analyses.exercise.paper import MOST
from netledger.core.errors import SourceError
from netledger.core.language import say

__all__ = ["MAX_SHEET", "Code", "read", "write"]

MARK = "netledger exercise"
VERSION = 1
MAX_SHEET = 2**23
MAX_SPEC = 2**20

_LINE = re.compile(rf"{MARK} (?P<version>\d{{1,4}}): (?P<data>[A-Za-z0-9+/=]+)")
_HINT = "Give the sheet as `netledger exercise` wrote it: its first line says which exercise it is."


class Code(NamedTuple):
    """What an exercise is drawn from.

    Args:
        spec: the network, as the text of a spec.
        seed: of the draw.
        blanks: how many blanks were asked for.
        notation: of the formulas in the key.

    """

    spec: str
    seed: int
    blanks: int
    notation: str


def write(code: Code) -> str:
    """The code on one line, without signs that a format could take for its own."""
    data = zlib.compress(json.dumps(code._asdict(), ensure_ascii=False).encode(), 9)
    return f"{MARK} {VERSION}: {base64.b64encode(data).decode()}"


def read(sheet: str) -> Code:
    """The code of a sheet.

    Raises:
        SourceError: if there is none, or one that cannot be read.

    """
    if len(sheet) > MAX_SHEET:
        raise SourceError(say("a sheet has at most {most:,} characters", most=MAX_SHEET), hint=_HINT)
    found = _LINE.search(sheet)
    if not found:
        raise SourceError("this is no sheet of exercises", hint=_HINT)
    if int(found["version"]) != VERSION:
        raise SourceError(
            say("this sheet has version {given}; {known} is known", given=found["version"], known=VERSION),
            hint="Grade it with the netledger that wrote it.",
        )
    return _checked(_unpacked(found["data"]))


def _unpacked(data: str) -> object:
    try:
        packed = zlib.decompressobj()
        text = packed.decompress(base64.b64decode(data, validate=True), MAX_SPEC)
        made: object = json.loads(text)
    except (binascii.Error, zlib.error, ValueError, RecursionError):
        raise SourceError("the first line of the sheet is damaged", hint=_HINT) from None
    return made


def _checked(made: object) -> Code:
    kinds = {"spec": str, "seed": int, "blanks": int, "notation": str}
    fits = isinstance(made, dict) and made.keys() == kinds.keys()
    if not (isinstance(made, dict) and fits and all(type(made[name]) is kind for name, kind in kinds.items())):
        raise SourceError("the first line of the sheet is damaged", hint=_HINT)
    code = Code(**made)
    if not 1 <= code.blanks <= MOST:
        raise SourceError("the first line of the sheet is damaged", hint=_HINT)
    return code
