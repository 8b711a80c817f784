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
from netledger.core.language import later, say
from netledger.core.operator import Operator
from netledger.frontends.spec.document import MAX_DEPTH, MAX_NODES, Branch, Leaf, Node, Sequence, spec_error
from netledger.frontends.spec.expression import MAX_VALUE
from netledger.frontends.spec.fields import branch
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
        return branch(_Reader().node(self.values, self.where), "a spec")


class Builder:
    """Makes layers by their names: `spec.conv(96, 11, stride=4)`."""

    def __getattr__(self, kind: str) -> Callable[..., Layer]:
        if kind in STRUCTURES or kind not in FOLDER.index:
            hint = did_you_mean(kind, (*FOLDER.names(), *STRUCTURES, "network", "block"))
            raise AttributeError(say("unknown layer {kind}. {hint}", kind=quote(kind), hint=hint).strip())
        op = load(kind)
        return lambda *values, **named: _layer(op, values, named, _here())

    def __dir__(self) -> list[str]:
        return sorted((*FOLDER.names(), *STRUCTURES, "network", "block"))

    def branches(self, paths: Iterable[Iterable[Any]], join: str, **common: Any) -> Layer:
        """Paths side by side, joined by add, multiply or concat."""
        sides = []
        for path in _listed(paths):
            sides.append(_listed(path))  # a comprehension would be a frame of its own: see _here
        return _structure("branches", {"join": join, "paths": sides, **common})

    def repeat(self, times: int | str, layers: Iterable[Any], **common: Any) -> Layer:
        """The same layers several times over."""
        return _structure("repeat", {"times": times, "layers": _listed(layers), **common})

    def use(self, block: str, /, **numbers: Any) -> Layer:
        """A block, with numbers for its parameters."""
        return _structure("use", {"block": block, **numbers})

    def block(self, layers: Iterable[Any], /, **parameters: Any) -> dict[str, Any]:
        """Layers to be used by name, with parameters and their defaults (None: must be given)."""
        given = _listed(layers)
        return {"parameters": parameters, "layers": given} if parameters else {"layers": given}

    def network(self, layers: Iterable[Any], /, **header: Any) -> Spec:
        """A whole network; `header` is what stands above the layers: input, name, source, let, blocks, …"""
        where = _here()
        for name in header:
            if name not in TOP or name == "layers":
                raise spec_error(say("a spec has no {name}", name=quote(name)), where, did_you_mean(name, TOP))
        ordered = {name: header[name] for name in TOP if name in header}
        return Spec({**ordered, "layers": _listed(layers)}, where)


spec = Builder()
"""The builder: `nl.spec`."""


def _listed(values: Any, depth: int = 3) -> list[Any]:
    """Layers in a list."""
    if isinstance(values, Iterable) and not isinstance(values, (str, Mapping)):
        return list(values)
    raise spec_error("a list of layers is needed here", _here(depth), "Write [spec.conv(8, 3), …].")


def _structure(kind: str, values: Mapping[str, Any]) -> Layer:
    return Layer(kind, {_PYTHON.get(name, name): value for name, value in values.items()}, _here(3))


def _layer(op: type[Operator], values: tuple[Any, ...], named: Mapping[str, Any], where: Where) -> Layer:
    free = list(op.ATTRIBUTES)
    if len(values) > len(free):
        raise spec_error(say("{kind} takes at most {count} values", kind=op.KIND, count=len(free)), where)
    given = dict(zip(free, values, strict=False))
    for name, value in named.items():
        word = _PYTHON.get(name, name)
        if word in given:
            raise spec_error(say("{word} is given twice", word=word), where)
        if word not in (*free, *COMMON):
            hint = did_you_mean(word, (*free, *COMMON)) or say(
                "It takes: {names}.", names=", ".join(free) or later("nothing")
            )
            raise spec_error(say("{kind} has no {word}", kind=op.KIND, word=quote(word)), where, hint)
        given[word] = value
    return Layer(op.KIND, given, where)


def _here(depth: int = 2) -> Where:
    """The user's line that makes a layer."""
    import linecache

    frame = sys._getframe(depth)
    text = linecache.getline(frame.f_code.co_filename, frame.f_lineno).rstrip("\n")
    return Where(frame.f_code.co_filename, frame.f_lineno, len(text) - len(text.lstrip()) + 1, text)


def _plain(value: Any, depth: int = 0) -> Any:
    """The value as dictionaries, lists, words and numbers."""
    if depth > MAX_DEPTH:
        raise spec_error(say("layers nest at most {most} deep", most=MAX_DEPTH), _NOWHERE)
    if isinstance(value, Layer):
        return {value.kind: _plain(value.values, depth + 1)} if value.values else value.kind
    if isinstance(value, Mapping):
        return {str(name): _plain(part, depth + 1) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part, depth + 1) for part in value]
    made = _scalar(value, _NOWHERE)
    return str(made) if isinstance(made, Fraction) else made


class _Reader:
    """Makes the tree of nodes; layers bring their own place. What is given is counted, however it is shared."""

    def __init__(self) -> None:
        self.left = MAX_NODES

    def node(self, value: Any, where: Where, depth: int = 0) -> Node:
        self.left -= 1
        if self.left < 0:
            raise spec_error(say("a spec has at most {most} values", most=MAX_NODES), where)
        if depth > MAX_DEPTH:
            raise spec_error(say("layers nest at most {most} deep", most=MAX_DEPTH), where)
        if isinstance(value, Layer):
            return self._branch({value.kind: value.values}, value.where, depth)
        if isinstance(value, Mapping):
            return self._branch(value, where, depth)
        if isinstance(value, (list, tuple)):
            parts = tuple(self.node(part, where, depth + 1) for part in value)
            return Sequence(parts, where, 1 + sum(node.weight for node in parts))
        return Leaf(_text(value, where), where, not isinstance(value, str))

    def _branch(self, values: Mapping[Any, Any], where: Where, depth: int) -> Branch:
        items = {str(name): self.node(part, where, depth + 1) for name, part in values.items()}
        return Branch(items, dict.fromkeys(items, where), where, 1 + sum(node.weight for node in items.values()))


def _text(value: Any, where: Where) -> str:
    made = _scalar(value, where)
    if made is None or isinstance(made, bool):
        return {None: "null", True: "true", False: "false"}[made]
    return str(made)


def _scalar(value: Any, where: Where) -> Any:
    """A word, a number, a truth value or None; of NumPy too."""
    made = value.item() if hasattr(value, "item") and not isinstance(value, (str, int, float)) else value
    if isinstance(made, int) and abs(made) > MAX_VALUE:
        raise spec_error("a number is at most 2^63", where)
    if made is None or isinstance(made, (bool, str, int, float, Fraction)):
        return float(made) if type(made) is not float and isinstance(made, float) else made
    raise spec_error(say("{value} is no value of a spec", value=quote(f"a {type(value).__name__}")), where, _VALUES)


_VALUES = "Write numbers, words, true or false, and lists of them."
_NOWHERE = Where("spec", 1, 1)
