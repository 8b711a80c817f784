"""A layer written as a call: `conv(96, 11, stride=4)`. It gives the same tree as `conv: {out: 96, …}` would."""

from __future__ import annotations

import re

from netledger.core.errors import Where
from netledger.core.language import say
from netledger.core.operator import Operator
from netledger.frontends.spec.document import Branch, Leaf, Node, Sequence, spec_error
from netledger.ops import load

__all__ = ["read_call", "read_value"]

MAX_LENGTH = 1000
MAX_DEPTH = 16

_CALL = re.compile(r"\s*(?P<kind>[A-Za-z_]\w*)\s*(?:\((?P<arguments>.*)\))?\s*", re.DOTALL)
_KEYWORD = re.compile(r"\s*(?P<name>[A-Za-z_]\w*)\s*=(?P<value>.*)", re.DOTALL)
_HINT = 'Write it like "conv(96, 11, stride=4)" or "relu".'


def read_call(text: str, inputs: tuple[str, ...] = ()) -> Branch:
    """The node of one layer, which takes these inputs.

    Raises:
        SpecError: if it is not written as a call.
        UnknownNameError: if there is no such layer.

    """
    where = Where("layer", 1, 1, text[:MAX_LENGTH])
    match = _CALL.fullmatch(text) if len(text) <= MAX_LENGTH else None
    if match is None:
        raise spec_error("this is not a layer", where, _HINT)
    kind = match["kind"]
    start = match.start("arguments") if match["arguments"] else 0
    options = _arguments(load(kind), match["arguments"] or "", where, start)
    if inputs:
        source = Sequence(tuple(Leaf(name, where) for name in inputs), where)
        options = options._replace(items={**options.items, "from": source})
    return Branch({kind: options}, {kind: where}, where)


def read_value(text: str, name: str) -> Node:
    """The node of one value by itself: what stands after `name=` in a call.

    Raises:
        SpecError: if its brackets do not match.

    """
    where = Where(name, 1, 1, text[:MAX_LENGTH])
    if len(text) > MAX_LENGTH:
        raise spec_error("this is not a value of a layer", where, _HINT)
    return _value(text, where, 0)


def _arguments(op: type[Operator], text: str, where: Where, start: int) -> Branch:
    items: dict[str, Node] = {}
    places: dict[str, Where] = {}
    free = list(op.ATTRIBUTES)
    named = False
    for place, part in _split(text, where, start):
        here = Where(where.file, 1, place + 1, where.text)
        keyword = _KEYWORD.fullmatch(part)
        if named and not keyword:
            raise spec_error("values without a name come first, in order", here)
        if len(items) >= len(free) and not keyword:
            raise spec_error(say("{kind} takes at most {count} values", kind=op.KIND, count=len(free)), here)
        named = bool(keyword)
        name = keyword["name"] if keyword else free[len(items)]
        if name in items:
            raise spec_error(say("{name} is given twice", name=name), here)
        items[name] = _value(keyword["value"] if keyword else part, here, place)
        places[name] = here
    return Branch(items, places, where)


def _value(text: str, where: Where, start: int, depth: int = 0) -> Node:
    text = text.strip()
    if depth > MAX_DEPTH:
        raise spec_error(say("brackets nest at most {most} deep", most=MAX_DEPTH), where)
    if text[:1] in ("[", "(") and text[-1:] in ("]", ")") and (text[0] == "[" or "," in text):
        parts = _split(text[1:-1], where, start + 1)
        return Sequence(tuple(_value(part, where, place, depth + 1) for place, part in parts), where)
    quoted = len(text) >= 2 and text[0] == text[-1] and text[0] in "'\""
    return Leaf(text[1:-1] if quoted else text, where, not quoted)


def _split(text: str, where: Where, start: int) -> list[tuple[int, str]]:
    """The parts between commas that stand outside of brackets, each with its place in the text."""
    parts, depth, begin, quoted = [], 0, 0, ""
    for place, char in enumerate(text):
        if quoted or char in "'\"":
            quoted = char if not quoted else "" if char == quoted else quoted
            continue
        depth += (char in "([") - (char in ")]")
        if depth < 0:
            raise spec_error("brackets do not match", where, _HINT)
        if char == "," and depth == 0:
            parts.append((start + begin, text[begin:place]))
            begin = place + 1
    if depth:
        raise spec_error("brackets do not match", where, _HINT)
    if text[begin:].strip():
        parts.append((start + begin, text[begin:]))
    return parts
