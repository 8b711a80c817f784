"""One attribute of a layer, read from its node as its declaration says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, TypeVar, cast

from netledger.core.errors import NetledgerError, UnknownNameError, Where, did_you_mean, quote
from netledger.core.language import later, say
from netledger.core.number import value_of
from netledger.core.operator import Attribute
from netledger.frontends.shape import MAX_RANK, parse_shape
from netledger.frontends.spec.document import Branch, Leaf, Node, Sequence, spec_error
from netledger.frontends.spec.expression import Exact, assume_whole, evaluate, is_symbol

__all__ = [
    "at",
    "branch",
    "exact",
    "flag",
    "leaf",
    "number_or_flag",
    "only",
    "read_field",
    "sequence",
    "structural",
    "whole",
]

Names = Mapping[str, Exact]

MAX_LIST = 256

_T = TypeVar("_T")


def read_field(attribute: Attribute, node: Node, names: Names) -> Any:
    """The value of an attribute.

    Raises:
        SpecError: if the node does not hold what the attribute needs; says what it needs.

    """
    if attribute.optional and isinstance(node, Leaf) and node.value is None:
        return None
    return _READERS[attribute.kind](attribute, node, names)


def leaf(node: Node, what: str) -> Leaf:
    """The node, if it is a single word or number."""
    if isinstance(node, Leaf):
        return node
    raise spec_error(
        say(
            "{what} is needed here, not {given}",
            what=say(what),
            given=later("a list") if isinstance(node, Sequence) else later("a mapping"),
        ),
        node,
    )


def branch(node: Node, what: str) -> Branch:
    """The node, if it is a mapping."""
    if isinstance(node, Branch):
        return node
    raise spec_error(say("{what} is needed here: `name: value` lines", what=say(what)), node)


def sequence(node: Node, what: str) -> tuple[Node, ...]:
    """The items of the node, if it is a list."""
    if isinstance(node, Sequence):
        return node.items
    raise spec_error(say("{what} is needed here: lines that start with `-`, or [ … ]", what=say(what)), node)


def only(node: Branch, known: Mapping[str, Any] | tuple[str, ...], what: str) -> None:
    """Raise a SpecError if the mapping has a name that is not known."""
    for name, where in node.keys.items():
        if name not in known:
            hint = did_you_mean(name, known) or say("It takes: {names}.", names=", ".join(known) or later("nothing"))
            raise spec_error(say("{what} has no {name}", what=say(what), name=quote(name)), where, hint)


def exact(node: Node, names: Names, what: str = "a number") -> Exact:
    """A number, perhaps a fraction."""
    value = leaf(node, what).value
    if isinstance(value, bool) or value is None:
        raise spec_error(
            say("{what} is needed here, not {given}", what=say(what), given=quote(leaf(node, what).text)), node
        )
    return value if isinstance(value, int) else evaluate(value, names, node.where)


def number_or_flag(node: Node, names: Names) -> Exact:
    """A number; true is 1, false is 0."""
    if isinstance(node, Leaf) and isinstance(node.value, bool):
        return int(node.value)
    return exact(node, names)


def whole(node: Node, names: Names, what: str = "a whole number") -> int:
    """A whole number."""
    value = exact(node, names, what)
    if isinstance(value, int):
        return value
    if is_symbol(value) and isinstance(value_of(value), int):
        assume_whole(value)
        return cast(int, value)
    hint = "Use floor(), ceil(), round() or multiple()."
    raise spec_error(
        say("{what} is needed here, not {value} = {real:g}", what=say(what), value=value, real=float(value_of(value))),
        node,
        hint,
    )


def structural(node: Node, names: Names) -> int:
    """A whole number that decides what the network is made of: it cannot stay a symbol."""
    value = whole(node, names)
    if is_symbol(value):
        raise spec_error("this decides what the network is made of: there is no closed form in it", node, _STRUCTURE)
    return value


_STRUCTURE = "Leave it a number: do not ask for it as a symbol."


def _number(attribute: Attribute, node: Node, names: Names) -> int:
    return whole(node, names)


def _scale(attribute: Attribute, node: Node, names: Names) -> Exact | tuple[Exact, ...]:
    if isinstance(node, Sequence):
        return tuple(exact(item, names) for item in _short(node, MAX_RANK))
    return exact(node, names, "a factor, or a list of one per axis,")


def _per_axis(attribute: Attribute, node: Node, names: Names) -> int | tuple[int, ...]:
    if isinstance(node, Sequence):
        return tuple(whole(item, names) for item in _short(node, MAX_RANK))
    return whole(node, names, "a number, or a list of one per axis,")


def _padding(attribute: Attribute, node: Node, names: Names) -> Any:
    if isinstance(node, Sequence):
        return tuple(_pads(item, names) for item in _short(node, MAX_RANK))
    text = leaf(node, "a padding").text
    if text in ("same", "valid"):
        return text
    if text.isalpha() and text not in names:
        hint = did_you_mean(text, ("same", "valid", *names))
        raise spec_error("a padding is a number, one or a pair per axis, same or valid", node, hint)
    return whole(node, names, "a padding")


def _pads(node: Node, names: Names) -> int | tuple[int, int]:
    if not isinstance(node, Sequence):
        return whole(node, names)
    if len(node.items) != 2:
        raise spec_error("the padding of an axis is one number, or [before, after]", node)
    return whole(node.items[0], names), whole(node.items[1], names)


def _numbers(attribute: Attribute, node: Node, names: Names) -> tuple[int, ...]:
    if isinstance(node, Sequence):
        return tuple(whole(item, names) for item in _short(node, MAX_LIST))
    text = leaf(node, "a list of numbers").text
    if "x" in text and text.replace("x", "").isdecimal():
        return at(node.where, lambda: parse_shape(text).shape)
    return (whole(node, names, "a number, a list of them, or sizes like 3x4x5,"),)


def _short(node: Sequence, limit: int) -> tuple[Node, ...]:
    if 1 <= len(node.items) <= limit:
        return node.items
    raise spec_error(say("a list of 1 to {limit} numbers is needed here", limit=limit), node)


def at(where: Where, read: Callable[[], _T]) -> _T:
    """What is read; a mistake in it is placed."""
    try:
        return read()
    except NetledgerError as error:
        error.where = error.where or where
        raise


def _real(attribute: Attribute, node: Node, names: Names) -> float:
    text = leaf(node, "a number").text
    try:
        value = float(text)
    except ValueError:
        value = float(value_of(exact(node, names)))
    if not isfinite(value):
        raise spec_error("a finite number is needed here", node)
    return value


def flag(node: Node, names: Names) -> bool:
    """True or false; a name counts as true unless it is 0."""
    value = leaf(node, "true or false").value
    if isinstance(value, str) and value in names:
        value = structural(node, names) != 0 if is_symbol(names[value]) else names[value] != 0
    if isinstance(value, bool):
        return value
    raise spec_error("true or false is needed here", node)


def _choice(attribute: Attribute, node: Node, names: Names) -> str:
    text = leaf(node, say("one of {choices}", choices=", ".join(attribute.choices))).text
    if text not in attribute.choices:
        raise UnknownNameError("choice", text, attribute.choices, where=node.where)
    return text


def _word(attribute: Attribute, node: Node, names: Names) -> str:
    return " ".join(leaf(node, "a text").text[:200].split())


_READERS: dict[str, Callable[[Attribute, Node, Names], Any]] = {
    "number": _number,
    "per_axis": _per_axis,
    "padding": _padding,
    "scale": _scale,
    "index": lambda attribute, node, names: structural(node, names),
    "numbers": _numbers,
    "real": _real,
    "flag": lambda attribute, node, names: flag(node, names),
    "choice": _choice,
    "word": _word,
}
