"""Networks built in Python with the spec's own names.

    spec.network([spec.conv(96, 11, stride=4), "relu", spec.maxpool(3, stride=2)], input="3x227x227")

Each call makes plain data, the same that the text of a spec holds; what is wrong in it is told at the call's own line.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

from netledger.core.errors import Where, did_you_mean, quote
from netledger.core.operator import Operator
from netledger.frontends.spec.document import Branch, Leaf, Node, Sequence, spec_error
from netledger.frontends.spec.words import COMMON, STRUCTURES, TOP
from netledger.ops import FOLDER, load

__all__ = ["Builder", "Layer", "Spec", "spec"]

_PYTHON = {"from_": "from"}
"""What cannot be a keyword in Python is written with an underscore behind it."""


class Layer:
    """One layer, or a structure that holds layers: its kind, its values, and where it was made."""

    __slots__ = ("kind", "values", "where")

    def __init__(self, kind: str, values: Mapping[str, Any], where: Where) -> None:
        self.kind = kind
        self.values = dict(values)
        self.where = where

    def __repr__(self) -> str:
        return f"spec.{self.kind}({', '.join(f'{name}={value!r}' for name, value in self.values.items())})"

    def plain(self) -> Any:
        """The layer as the text of a spec holds it."""
        return {self.kind: _plain(self.values)} if self.values else self.kind

    def node(self) -> Branch:
        """The layer as the reader of specs takes it."""
        return Branch({self.kind: _node(self.values, self.where)}, {self.kind: self.where}, self.where)


class Spec:
    """A whole network: what `nl.count` takes, and what `str` writes as the text of a spec."""

    __slots__ = ("values", "where")

    def __init__(self, values: Mapping[str, Any], where: Where) -> None:
        self.values = dict(values)
        self.where = where

    def __str__(self) -> str:
        import yaml

        return yaml.safe_dump(
            _plain(self.values), sort_keys=False, allow_unicode=True, width=10_000, default_flow_style=None
        )

    def __repr__(self) -> str:
        return f"<Spec of {self.values.get('name', 'a network')}: {len(self.values['layers'])} layers>"

    def root(self) -> Branch:
        """The tree that the reader of specs takes."""
        node = _node(self.values, self.where)
        assert isinstance(node, Branch)
        return node


class Builder:
    """Makes layers by their names: `spec.conv(96, 11, stride=4)`."""

    def __getattr__(self, kind: str) -> Callable[..., Layer]:
        if kind in STRUCTURES or kind not in FOLDER.index:
            hint = did_you_mean(kind, (*FOLDER.names(), *STRUCTURES, "network", "block"))
            raise AttributeError(f"unknown layer {quote(kind)}. {hint}".strip())
        op = load(kind)
        return lambda *values, **named: _layer(op, values, named, _here())

    def __dir__(self) -> list[str]:
        return sorted((*FOLDER.names(), *STRUCTURES, "network", "block"))

    def branches(self, paths: Iterable[Iterable[Any]], join: str, **common: Any) -> Layer:
        """Paths side by side, joined by add, multiply or concat."""
        values = {"join": join, "paths": [list(path) for path in paths]}
        return _structure("branches", {**values, **common})

    def repeat(self, times: int | str, layers: Iterable[Any], **common: Any) -> Layer:
        """The same layers several times over."""
        return _structure("repeat", {"times": times, "layers": list(layers), **common})

    def use(self, block: str, **numbers: Any) -> Layer:
        """A block, with numbers for its parameters."""
        return _structure("use", {"block": block, **numbers})

    def block(self, layers: Iterable[Any], **parameters: Any) -> dict[str, Any]:
        """Layers to be used by name, with parameters and their defaults (None: must be given)."""
        return {"parameters": parameters, "layers": list(layers)} if parameters else {"layers": list(layers)}

    def network(self, layers: Iterable[Any], **header: Any) -> Spec:
        """A whole network; `header` is what stands above the layers: input, name, source, let, blocks, …"""
        where = _here()
        for name in header:
            if name not in TOP or name == "layers":
                raise spec_error(f"a spec has no {quote(name)}", where, did_you_mean(name, TOP))
        ordered = {name: header[name] for name in TOP if name in header}
        return Spec({**ordered, "layers": list(layers)}, where)


spec = Builder()
"""The builder: `nl.spec`."""


def _structure(kind: str, values: Mapping[str, Any]) -> Layer:
    return Layer(kind, {_PYTHON.get(name, name): value for name, value in values.items()}, _here(3))


def _layer(op: type[Operator], values: tuple[Any, ...], named: Mapping[str, Any], where: Where) -> Layer:
    free = list(op.ATTRIBUTES)
    if len(values) > len(free):
        raise spec_error(f"{op.KIND} takes at most {len(free)} values", where)
    given = dict(zip(free, values, strict=False))
    for name, value in named.items():
        word = _PYTHON.get(name, name)
        if word in given:
            raise spec_error(f"{word} is given twice", where)
        if word not in (*free, *COMMON):
            hint = did_you_mean(word, (*free, *COMMON)) or f"It takes: {', '.join(free) or 'nothing'}."
            raise spec_error(f"{op.KIND} has no {quote(word)}", where, hint)
        given[word] = value
    return Layer(op.KIND, given, where)


def _here(depth: int = 2) -> Where:
    """The user's line that makes a layer."""
    import linecache

    frame = sys._getframe(depth)
    text = linecache.getline(frame.f_code.co_filename, frame.f_lineno).rstrip("\n")
    return Where(frame.f_code.co_filename, frame.f_lineno, len(text) - len(text.lstrip()) + 1, text)


def _plain(value: Any) -> Any:
    """The value as dictionaries, lists, words and numbers."""
    if isinstance(value, Layer):
        return value.plain()
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return str(value) if isinstance(value, Fraction) else value


def _node(value: Any, where: Where) -> Node:
    """The value as a tree of nodes; layers bring their own place."""
    if isinstance(value, Layer):
        return value.node()
    if isinstance(value, Mapping):
        items = {str(name): _node(part, where) for name, part in value.items()}
        return Branch(items, dict.fromkeys(items, where), where, _weight(items.values()))
    if isinstance(value, (list, tuple)):
        parts = tuple(_node(part, where) for part in value)
        return Sequence(parts, where, _weight(parts))
    return Leaf(_text(value, where), where, not isinstance(value, str))


def _weight(nodes: Iterable[Node]) -> int:
    return 1 + sum(node.weight for node in nodes)


def _text(value: Any, where: Where) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (str, int, float, Fraction)):
        return str(value)
    try:
        return str(int(value.__index__()))  # a NumPy integer
    except (AttributeError, TypeError):
        raise spec_error(f"{quote(repr(value))} is no value of a spec", where, _VALUES) from None


_VALUES = "Write numbers, words, true or false, and lists of them."
