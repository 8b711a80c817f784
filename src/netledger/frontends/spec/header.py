"""What stands above the layers of a spec: name, source, numbers, rounding, blocks, inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from netledger.core.errors import SpecError, UnknownNameError, Where, quote
from netledger.core.language import say
from netledger.core.network import Tensor
from netledger.core.number import Shape, value_of
from netledger.core.operator import Attribute
from netledger.core.window import ROUNDINGS
from netledger.frontends.options import Options
from netledger.frontends.shape import check_shape, parse_shape
from netledger.frontends.spec.document import Branch, Leaf, Node, Sequence, spec_error
from netledger.frontends.spec.expression import Exact, evaluate
from netledger.frontends.spec.fields import at, branch, flag, leaf, number_or_flag, only, read_field, sequence, whole
from netledger.frontends.spec.words import RESERVED, ROUNDED, TOP

__all__ = ["Block", "Header", "check_path", "check_word", "read_header"]

MAX_NAMES = 256

_MODE = Attribute("choice", "floor or ceil", choices=ROUNDINGS)
_APART = "Give the sizes without the batch, and the batch apart (--batch)."


class Block(NamedTuple):
    """Layers to be used by name, and their parameters with defaults (null: must be given)."""

    parameters: Mapping[str, Node]
    layers: Node


class Header(NamedTuple):
    """All that stands above the layers."""

    name: str
    source: str
    numbers: Mapping[str, Exact]
    rounding: Mapping[str, Mapping[str, Node]]
    blocks: Mapping[str, Block]
    inputs: Mapping[str, Tensor]
    layers: Node
    outputs: Node | None


def check_path(text: str, where: Where, what: str) -> str:
    """The text, if it can be the full name of a layer: words and numbers with points between them."""
    for part in text.split("."):
        if not (part.isdecimal() and len(part) < 10):
            check_word(part, where, what)
    return text


def check_word(text: str, where: Where, what: str) -> str:
    """The text, if it can be a name."""
    word = text.replace("-", "_")
    if not (word.isidentifier() and word.isascii() and text[0] != "-" and len(text) <= 64):
        rule = say(
            "{what} is a letter, then letters, digits, _ and -, at most 64; {given} is not",
            what=say(what),
            given=quote(text),
        )
        raise spec_error(rule, where)
    return text


def read_header(root: Branch, options: Options, name: str) -> Header:
    """Everything above the layers, checked.

    Raises:
        SpecError: if something is missing, or not what it should be.

    """
    only(root, TOP, "a spec")
    if "layers" not in root.items:
        raise spec_error("a spec needs layers", root, "Write layers: and a list below it.")
    numbers = _let(root.items.get("let"), options)
    return Header(
        _text(root, "name") or name,
        _text(root, "source"),
        numbers,
        _rounding(root.items.get("rounding")),
        _blocks(root.items.get("blocks")),
        _inputs(root, numbers, options),
        root.items["layers"],
        root.items.get("outputs"),
    )


def _text(root: Branch, name: str) -> str:
    """A text on one line, cut to 500 characters."""
    return " ".join(leaf(root.items[name], f"a {name}").text[:500].split()) if name in root.items else ""


def _let(node: Node | None, options: Options) -> dict[str, Exact]:
    written = _number_names(node, "let", "a name under let")
    given = options.let
    for name in given:
        if name not in written:
            raise UnknownNameError("name to set", name, written)
    numbers: dict[str, Exact] = {}
    for name, item in written.items():
        text = given.get(name)
        here = Where(f"--set {name}", 1, 1, text or "")
        value = number_or_flag(item, numbers) if text is None else evaluate(text, numbers, here)
        numbers[name] = options.symbols.number(name, value) if options.symbols else value
    return numbers


def _number_names(node: Node | None, where: str, what: str) -> Mapping[str, Node]:
    """Numbers by name, each name one that a number can have: a minus sign would be one, and some are taken."""
    if node is None:
        return {}
    written = branch(node, where)
    if len(written.items) > MAX_NAMES:
        raise spec_error(say("there are at most {most} names in one place", most=MAX_NAMES), node)
    for name, place in written.keys.items():
        if name in RESERVED or "-" in name:
            hint = say("No minus sign, and none of {reserved}.", reserved=", ".join(RESERVED))
            raise spec_error(say("{what} cannot be {name}", what=say(what), name=quote(name)), place, hint)
        check_word(name, place, what)
    return written.items


def _rounding(node: Node | None) -> dict[str, dict[str, Node]]:
    """The attributes that each family of layers gets where a layer says nothing itself."""
    if node is None:
        return {}
    if isinstance(node, Leaf):
        read_field(_MODE, node, {})
        return {family: {"rounding": node} for family in ROUNDED}
    given = branch(node, "rounding")
    only(given, (*ROUNDED, "clip"), "rounding")
    for name, item in given.items.items():
        flag(item, {}) if name == "clip" else read_field(_MODE, item, {})
    clip = {"clip": given.items["clip"]} if "clip" in given.items else {}
    modes = {family: {"rounding": given.items[family]} for family in ROUNDED if family in given.items}
    return {family: {**modes.get(family, {}), **clip} for family in ROUNDED}


def _blocks(node: Node | None) -> dict[str, Block]:
    return {name: _block(name, item) for name, item in branch(node, "blocks").items.items()} if node else {}


def _block(name: str, node: Node) -> Block:
    check_word(name, node.where, "the name of a block")
    body = branch(node, "a block")
    only(body, ("parameters", "layers"), say("block {name}", name=name))
    if "layers" not in body.items:
        raise spec_error(say("block {name} needs layers", name=name), body)
    return Block(_number_names(body.items.get("parameters"), "parameters", "a parameter"), body.items["layers"])


def _inputs(root: Branch, numbers: Mapping[str, Exact], options: Options) -> dict[str, Tensor]:
    declared = _declared(root.items.get("input"), numbers)
    given = _given(options.inputs, tuple(declared))
    together = {**declared, **given}
    if not together:
        raise spec_error("the size of the input is not known", root, "Write input: 3x224x224, or give --input.")
    written = whole(root.items["batch"], numbers) if "batch" in root.items else 1
    if value_of(written) < 1:
        raise spec_error("the batch is at least 1", root.items["batch"])
    batch = _batch(together, declared, options.batch, written)
    made = {name: _with_batch(tensor, declared.get(name), batch, name) for name, tensor in together.items()}
    return {name: options.symbols.tensor(name, tensor) for name, tensor in made.items()} if options.symbols else made


def _batch(given: Mapping[str, Tensor], declared: Mapping[str, Tensor], batch: int | None, written: int) -> int:
    """The one batch of all inputs: given, or brought by a shape with one axis more than declared, or written."""
    brought = {name: given[name].shape[0] for name in declared if _extra(given[name], declared[name]) == 1}
    batches = {*brought.values(), *([batch] if batch else ())}
    if len(batches) > 1:
        values = {**brought, "batch": batch or "not given"}
        raise SpecError("all inputs have the same batch", values=values, hint=_APART)
    return batches.pop() if batches else written


def _extra(tensor: Tensor, declared: Tensor | None) -> int:
    return len(tensor.shape) - len(declared.shape) if declared else 0


def _given(inputs: tuple[tuple[str, Tensor], ...], declared: tuple[str, ...]) -> dict[str, Tensor]:
    """The given shapes by name; those without a name are for the declared inputs in order."""
    free = list(declared or (["input"] if len(inputs) == 1 else []))
    found: dict[str, Tensor] = {}
    for name, tensor in inputs:
        chosen = name or (free.pop(0) if free else "")
        if chosen in found or (declared and chosen not in declared) or not chosen:
            raise UnknownNameError("input", name or "(one too many)", declared or ("(none is declared)",))
        found[chosen] = tensor
    return found


def _declared(node: Node | None, numbers: Mapping[str, Exact]) -> dict[str, Tensor]:
    if node is None:
        return {}
    if not isinstance(node, Branch):
        return {"input": _shape(node, numbers)}
    for name, place in node.keys.items():
        check_word(name, place, "the name of an input")
    return {name: _shape(item, numbers) for name, item in node.items.items()}


def _shape(node: Node, numbers: Mapping[str, Exact]) -> Tensor:
    if isinstance(node, Sequence):
        sizes: Shape = tuple(whole(item, numbers) for item in sequence(node, "a shape"))
        return at(node.where, lambda: Tensor(check_shape(sizes)))
    text = leaf(node, "a shape").text
    return at(node.where, lambda: parse_shape(text, lambda part: _size(part, numbers, node)))


def _size(text: str, numbers: Mapping[str, Exact], node: Node) -> int:
    return whole(Leaf(text, node.where), numbers)


def _with_batch(tensor: Tensor, declared: Tensor | None, batch: int, name: str) -> Tensor:
    """The batch in front, unless the shape brings it."""
    extra = _extra(tensor, declared)
    if declared and extra not in (0, 1):
        raise SpecError(
            say("input {name} has {count} axes besides the batch", name=name, count=len(declared.shape)),
            values={"declared": declared.shape, "given": tensor.shape},
            hint=_APART,
        )
    return tensor if extra else tensor.like((batch, *tensor.shape))
