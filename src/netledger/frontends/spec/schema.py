"""The spec language as JSON Schema (2020-12), for editors: made from the operators' own declarations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from netledger.core.operator import Attribute, Operator
from netledger.core.window import ROUNDINGS
from netledger.frontends.spec.words import COMMON, JOINS, ROUNDED, STRUCTURES, TOP
from netledger.ops import FOLDER, load

__all__ = ["schema"]

Schema = dict[str, Any]


def schema() -> Schema:
    """The schema of a whole spec."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "netledger spec",
        "description": "A neural network as text: netledger show FILE",
        "type": "object",
        "properties": {name: _TOP[name] for name in TOP},
        "required": ["layers"],
        "additionalProperties": False,
        "$defs": {**_DEFS, "layer": _layer()},
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _list(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def _object(properties: Schema, required: tuple[str, ...] = ()) -> Schema:
    made = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**made, "required": list(required)} if required else made


_SCALAR = {"type": ["string", "number"]}
_WORD = {"type": ["string", "number", "boolean", "null"]}
_NUMBER = {"description": "a number, or an expression over the names under let", "type": ["integer", "string"]}
_MODE = {"enum": list(ROUNDINGS)}
_DEFS: Schema = {
    "number": _NUMBER,
    "numbers": {"anyOf": [_ref("number"), _list(_ref("number"), minItems=1)]},
    "factors": {"anyOf": [{"type": ["number", "string"]}, _list({"type": ["number", "string"]}, minItems=1)]},
    "padding": {
        "description": "a number; one per axis; one [before, after] pair per axis; same; valid",
        "anyOf": [
            _ref("number"),
            _list({"anyOf": [_ref("number"), _list(_ref("number"), minItems=2, maxItems=2)]}, minItems=1),
        ],
    },
    "shape": {"anyOf": [{"type": ["string", "integer"]}, _list(_ref("number"), minItems=1)]},
    "names": {"anyOf": [{"type": "string"}, _list({"type": "string"}, minItems=1)]},
    "layers": _list(_ref("layer")),
}
_TOP: Schema = {
    "name": _WORD,
    "source": _WORD,
    "input": {"anyOf": [_ref("shape"), {"type": "object", "additionalProperties": _ref("shape")}]},
    "rounding": {
        "anyOf": [_MODE, _object({**dict.fromkeys(ROUNDED, _MODE), "clip": {"type": "boolean"}})],
    },
    "let": {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}},
    "blocks": {
        "type": "object",
        "additionalProperties": _object(
            {
                "parameters": {
                    "type": "object",
                    "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
                },
                "layers": _ref("layers"),
            },
            ("layers",),
        ),
    },
    "layers": _ref("layers"),
    "batch": _ref("number"),
    "outputs": _ref("names"),
}
_COMMON: Schema = {"name": _SCALAR, "from": _ref("names"), "trainable": {"type": ["boolean", "string"]}}
_STRUCTURES: Schema = {
    "join": {"enum": list(JOINS)},
    "paths": _list(_ref("layers")),
    "times": _ref("number"),
    "layers": _ref("layers"),
    "block": {"type": "string"},
}

_KINDS: dict[str, Callable[[Attribute], Schema]] = {
    "number": lambda _: _ref("number"),
    "per_axis": lambda _: _ref("numbers"),
    "padding": lambda _: _ref("padding"),
    "scale": lambda _: _ref("factors"),
    "index": lambda _: _ref("number"),
    "numbers": lambda _: _ref("numbers"),
    "real": lambda _: _SCALAR,
    "flag": lambda _: {"type": ["boolean", "string"]},
    "choice": lambda attribute: {"enum": list(attribute.choices)},
    "word": lambda _: _SCALAR,
}


def _layer() -> Schema:
    operators = [load(kind) for kind in FOLDER.names()]
    bare = [op.KIND for op in operators if all(name in op.DEFAULTS for name in op.ATTRIBUTES)]
    forms = [_form(op.KIND, _operator(op), first=_first(op)) for op in operators]
    forms += [_form(kind, _structure(kind), first=None) for kind in STRUCTURES]
    return {"anyOf": [{"enum": bare}, *forms]}


def _form(kind: str, body: Schema, first: Schema | None) -> Schema:
    """`kind: {…}`, or `kind: value` where there is a first attribute, or `kind:` alone."""
    either = [body, first, {"type": "null"}] if first else [body, {"type": "null"}]
    shown = body if "required" in body and first is None else {"anyOf": either}
    return _object({kind: shown}, (kind,))


def _first(op: type[Operator]) -> Schema | None:
    return next((_attribute(attribute) for attribute in op.ATTRIBUTES.values()), None)


def _operator(op: type[Operator]) -> Schema:
    own = {name: _attribute(attribute) for name, attribute in op.ATTRIBUTES.items()}
    required = tuple(name for name in op.ATTRIBUTES if name not in op.DEFAULTS)
    summary = (op.__doc__ or "").strip().partition("\n")[0]
    return {"description": summary, **_object({**own, **_COMMON}, required)}


def _attribute(attribute: Attribute) -> Schema:
    made = {"description": attribute.doc, **_KINDS[attribute.kind](attribute)}
    return {"anyOf": [made, {"type": "null"}]} if attribute.optional else made


def _structure(kind: str) -> Schema:
    names = STRUCTURES[kind]
    own = {name: _COMMON.get(name) or _STRUCTURES[name] for name in names}
    made = _object(own, tuple(name for name in names if name not in COMMON))
    return {**made, "additionalProperties": _SCALAR_OR_FLAG} if kind == "use" else made


_SCALAR_OR_FLAG = {"type": ["string", "number", "boolean"]}
