"""Bytes to a tree of nodes that know where they stand. Nothing is evaluated, everything is bounded.

PyYAML splits the text into events; the tree is built here, so that depth, size and aliases are counted before
anything grows. An alias is its anchor's node again, and counts with all that is below it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from netledger.core.errors import SpecError, Where, quote
from netledger.core.language import say

__all__ = ["Branch", "Leaf", "Node", "Sequence", "read", "spec_error"]

MAX_BYTES = 256 * 1024
MAX_DEPTH = 48
MAX_NODES = 50_000

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE, _FALSE = frozenset({"true", "True", "TRUE"}), frozenset({"false", "False", "FALSE"})
_LINE_ENDS = ("\r\n", "\r", "\x85", "\u2028", "\u2029")


class Leaf(NamedTuple):
    """A single word, number or expression; `plain` unless it was quoted."""

    text: str
    where: Where
    plain: bool = True

    @property
    def weight(self) -> int:
        """How much reading it takes: one, and more for a long text."""
        return 1 + len(self.text) // 32

    @property
    def value(self) -> bool | int | str | None:
        """The text as null, a truth value, an integer, or itself."""
        if not self.plain:
            return self.text
        if self.text in _NULL:
            return None
        if self.text in _TRUE or self.text in _FALSE:
            return self.text in _TRUE
        return int(self.text) if _is_integer(self.text) else self.text


def _is_integer(text: str) -> bool:
    digits = text[1:] if text[:1] in ("-", "+") else text
    return digits.isdecimal() and digits.isascii() and len(digits) <= 18


class Sequence(NamedTuple):
    """A list."""

    items: tuple[Node, ...]
    where: Where
    weight: int = 1


class Branch(NamedTuple):
    """A mapping; `keys` are the places of the names."""

    items: Mapping[str, Node]
    keys: Mapping[str, Where]
    where: Where
    weight: int = 1


Node: TypeAlias = Leaf | Sequence | Branch


def spec_error(rule: str, node: Node | Where, hint: str = "", **values: Any) -> SpecError:
    """A mistake at a place in the text."""
    return SpecError(rule, hint=hint, values=values, where=node if isinstance(node, Where) else node.where)


def read(data: bytes, file: str) -> Node:
    """The tree of a document.

    Raises:
        SpecError: if it is too large, too deep, not UTF-8, not YAML, or not one document.

    """
    if len(data) > MAX_BYTES:
        raise SpecError(
            say("a spec has at most {most} bytes; this one has {count}", most=MAX_BYTES, count=len(data)),
            where=Where(file, 1, 1),
        )
    return _Reader(_decode(data, file), file).read()


def _decode(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        rule = say("a spec is UTF-8 text; byte 0x{data:02x} is not", data=data[error.start])
        raise SpecError(rule, where=Where(file, line, column)) from None


class _Reader:
    """Builds the tree from PyYAML's events; holds the containers that are still open."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.lines = _lines(text)
        self.anchors: dict[str, Node] = {}
        self.open: list[tuple[Any, list[Node]]] = []

    def read(self) -> Node:
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        root: Node | None = None
        try:
            for event in yaml.parse(self.text, Loader=loader):
                if type(event).__name__ in _IGNORED:
                    continue
                if root is not None:
                    raise spec_error("a spec is one document", self._where(event.start_mark), "Remove the rest.")
                root = self._take(type(event).__name__, event)
        except yaml.YAMLError as error:
            raise self._not_yaml(error) from None
        if root is None:
            raise SpecError("the spec is empty", hint=_START, where=Where(self.file, 1, 1))
        return root

    def _take(self, kind: str, event: Any) -> Node | None:
        """Take one event; the root once it is whole."""
        where = self._where(event.start_mark)
        if kind in ("SequenceStartEvent", "MappingStartEvent"):
            self._start(event, where)
            return None
        if kind in ("SequenceEndEvent", "MappingEndEvent"):
            start, items = self.open.pop()
            return self._add(self._container(kind, start, items), start.anchor)
        if kind == "AliasEvent":
            return self._add(self._alias(event, where), None)
        self._check_tag(event, where)
        return self._add(Leaf(event.value, where, not event.style), event.anchor)

    def _start(self, event: Any, where: Where) -> None:
        self._check_tag(event, where)
        if len(self.open) >= MAX_DEPTH:
            raise spec_error(say("lists and mappings nest at most {most} deep", most=MAX_DEPTH), where)
        self.open.append((event, []))

    def _container(self, kind: str, start: Any, items: list[Node]) -> Node:
        where = self._where(start.start_mark)
        if start.flow_style:
            items = _rejoined(items, 1 if kind == "SequenceEndEvent" else 2)
        weight = 1 + sum(item.weight for item in items)
        if weight > MAX_NODES:
            raise spec_error(say("a spec has at most {most} values, aliases written out", most=MAX_NODES), where)
        if kind == "SequenceEndEvent":
            return Sequence(tuple(items), where, weight)
        found: dict[str, Node] = {}
        keys: dict[str, Where] = {}
        for key, value in zip(items[::2], items[1::2], strict=True):
            if not isinstance(key, Leaf):
                raise spec_error("a name is a word, not a list or a mapping", key)
            if key.text in found:
                raise spec_error(say("{given} is given twice", given=quote(key.text)), key, "Remove one of them.")
            found[key.text], keys[key.text] = value, key.where
        return Branch(found, keys, where, weight)

    def _alias(self, event: Any, where: Where) -> Node:
        if event.anchor not in self.anchors:
            raise spec_error(say("there is no anchor &{anchor} before this", anchor=event.anchor), where)
        return self.anchors[event.anchor]

    def _add(self, node: Node, anchor: str | None) -> Node | None:
        if anchor:
            self.anchors[anchor] = node
        if not self.open:
            return node
        self.open[-1][1].append(node)
        return None

    def _check_tag(self, event: Any, where: Where) -> None:
        if event.tag not in (None, "!"):
            raise spec_error(
                say("tags such as {tag} are not part of the language", tag=quote(event.tag)), where, "Remove it."
            )

    def _where(self, mark: Any) -> Where:
        text = self.lines[mark.line] if mark.line < len(self.lines) else ""
        return Where(self.file, mark.line + 1, mark.column + 1, text)

    def _not_yaml(self, error: Any) -> SpecError:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        where = self._where(mark) if mark else Where(self.file, 1, 1)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
        return SpecError(say("this is not YAML: {problem}", problem=problem), hint=_YAML_HINT, where=where)


def _rejoined(items: list[Node], width: int) -> list[Node]:
    """The items of [ … ] (width 1), or names and values of { … } (width 2), with calls made whole again.

    YAML cuts `multiple(x, 8)` there at its comma; in { … } the rest then stands as a name without a value.
    """
    groups: list[list[Node]] = []
    depth = 0
    for start in range(0, len(items), width):
        entry = items[start : start + width]
        if depth > 0 and _is_rest(entry):
            groups[-1].append(entry[0])
            depth += _opened(entry[0])
        else:
            groups.append(entry)
            depth = _opened(entry[-1])
    return [node for group in groups for node in _whole(group, width)]


def _is_rest(entry: list[Node]) -> bool:
    texts = [node.text for node in entry if isinstance(node, Leaf) and node.plain]
    return len(texts) == len(entry) and not any(texts[1:])


def _opened(node: Node) -> int:
    """How many parentheses a word leaves open."""
    return node.text.count("(") - node.text.count(")") if isinstance(node, Leaf) and node.plain else 0


def _whole(group: list[Node], width: int) -> list[Node]:
    if len(group) == width:
        return group
    first = group[width - 1]
    pieces = [node.text for node in group[width - 1 :] if isinstance(node, Leaf)]
    return [*group[: width - 1], first._replace(text=", ".join(pieces)) if isinstance(first, Leaf) else first]


def _lines(text: str) -> list[str]:
    """The lines as YAML counts them."""
    for end in _LINE_ENDS:
        text = text.replace(end, "\n")
    return text.split("\n")


_IGNORED = frozenset({"StreamStartEvent", "StreamEndEvent", "DocumentStartEvent", "DocumentEndEvent"})
_START = "Start with input: and layers:, or look at a preset: netledger presets lenet."
_YAML_HINT = "Check the indentation, and that brackets and quotation marks are closed."
