"""The ledger as JSON, and back: versioned, exact, nothing lost.

    {"schema": 1, "name", "source", "inputs": [[1, 3, 227, 227]], "complete",
     "gaps": [{"layer", "op", "reason", "bound"}],
     "parameters": {"total", "trainable", "weights", "biases", "buffers"},
     "totals": {CONVENTION: int}, "outputs": [number],
     "layers": [{"name", "scope", "op", "call", "attributes", "inputs": [[…]], "outputs": [[…]],
                 "parameters": {ROLE: int}, "parameter_shapes": {ROLE: […]}, "buffers": {ROLE: int},
                 "buffer_shapes": {ROLE: […]}, "work": [{"action", "role", "count"}], "totals": {CONVENTION: int}}]}

Only where they say something: "dtypes" (element types of the network's inputs, or of a layer's inputs and outputs,
where one is not float32), "stored_dtypes" (the same of what is stored, by role), "frozen" (roles that are not
trained), "shared" (role: name of the memory, where it is not LAYER.ROLE; layers that share memory give one name),
"valid_products" (those that fall on real input, where windows read padding too), "view" (the output is the input's
memory), "at" (file and line), "function" (the framework's own name), "kept" (it was called by a reference made
before), "reads" (numbers of the tensors that it reads; last, those in the place of stored ones), "in_call" (in which
call of a module it happened: a place in "calls"), "assumed" (sentences), and for a model of a framework:

    "calls": [{"path", "kind", "parent", "turn", "module", "training", "inputs": [number], "outputs": [number],
               "named"}],
    "modules": [{"path", "kind", "children": [[name, number]], "parameters": [[name, key]],
                 "label" if it has one}]

Tensors are numbered: the network's inputs, then the outputs of each layer in order.
"""

from __future__ import annotations

import json
from typing import Any

from netledger.conventions import FOLDER as CONVENTIONS
from netledger.conventions import load
from netledger.core.errors import SourceError
from netledger.core.facts import lines
from netledger.core.language import say
from netledger.core.ledger import Entry, Ledger, Told, price
from netledger.core.network import DTYPE_BITS, Call, Module, Parameter, Provenance, Tensor
from netledger.core.work import ACTIONS, ROLES, Term
from netledger.ops import FOLDER as OPERATORS
from netledger.ops import load as operator
from netledger.reports._view import View

__all__ = ["NAME", "SCHEMA", "read", "record", "render"]

NAME = "json"
SCHEMA = 1

MAX_RANK = 64
MAX_COUNT = 2**256

Record = dict[str, Any]


def render(view: View) -> str:
    """The whole ledger (never folded), a fact a line, a layer a line."""
    return lines(record(view), "layers")


def record(view: View) -> Record:
    """The ledger as plain dictionaries, lists, strings and integers."""
    ledger = view.ledger
    return {
        "schema": SCHEMA,
        "name": ledger.name,
        "source": ledger.source,
        "inputs": _shapes(ledger.inputs),
        **_dtypes(ledger.inputs),
        "complete": ledger.complete,
        **({"assumed": list(ledger.notes)} if ledger.notes else {}),
        "gaps": [gap._asdict() for gap in ledger.gaps],
        "parameters": ledger.parameter_counts._asdict(),
        "totals": _totals(view, ledger.entries),
        **({"calls": [_plain(call) for call in ledger.calls]} if ledger.calls else {}),
        **({"modules": [_plain(module) for module in ledger.modules]} if ledger.modules else {}),
        "outputs": list(ledger.outputs),
        "layers": [_layer(view, entry) for entry in ledger],
    }


def _plain(fact: Call | Module) -> Record:
    facts = {name: _listed(value) for name, value in fact._asdict().items()}
    return {name: value for name, value in facts.items() if name != "label" or value}


def _listed(value: Any) -> Any:
    return [_listed(part) for part in value] if isinstance(value, tuple) else value


def _layer(view: View, entry: Entry) -> Record:
    learned = [part for part in entry.parameters if not part.buffer]
    kept = [part for part in entry.parameters if part.buffer]
    return {
        "name": entry.name,
        "scope": entry.scope,
        "op": entry.op,
        "call": entry.call,
        "attributes": dict(entry.attributes),
        "inputs": _shapes(entry.inputs),
        "outputs": _shapes(entry.outputs),
        "parameters": {part.role: part.elements for part in learned},
        "parameter_shapes": {part.role: list(part.shape) for part in learned},
        "buffers": {part.role: part.elements for part in kept},
        "buffer_shapes": {part.role: list(part.shape) for part in kept},
        "work": [term._asdict() for term in entry.work],
        "totals": _totals(view, (entry,)),
        **_said(entry, learned),
    }


def _said(entry: Entry, learned: list[Parameter]) -> Record:
    """What is only there where it says something."""
    place = entry.provenance
    frozen = [part.role for part in learned if not part.trainable]
    shared = {part.role: part.key for part in entry.parameters if part.key != f"{entry.name}.{part.role}"}
    optional: Record = {
        "frozen": frozen,
        "shared": shared,
        "stored_dtypes": {part.role: part.dtype for part in entry.parameters if part.dtype != "float32"},
        "valid_products": entry.inside,
        "view": entry.view,
        "at": [place.file, place.line] if place.file else None,
        "function": place.function,
        "in_call": place.call if place.call >= 0 else None,
        "kept": place.kept,
        "reads": list(entry.reads),
    }
    said = {name: value for name, value in optional.items() if value not in (None, "", [], {}) and value is not False}
    return {**_dtypes((*entry.inputs, *entry.outputs)), **said}


def _totals(view: View, entries: tuple[Entry, ...]) -> dict[str, int]:
    return {convention.NAME: price(convention, entries) for convention in view.conventions}


def _shapes(tensors: tuple[Tensor, ...]) -> list[list[int]]:
    return [list(tensor.shape) for tensor in tensors]


def _dtypes(tensors: tuple[Tensor, ...]) -> Record:
    dtypes = [tensor.dtype for tensor in tensors]
    return {"dtypes": dtypes} if any(dtype != "float32" for dtype in dtypes) else {}


def read(text: str) -> Ledger:
    """The ledger that was written; its totals follow from its facts.

    Raises:
        SourceError: if the text is not such a ledger.

    """
    try:
        made = json.loads(text)
        if made["schema"] != SCHEMA:
            raise SourceError(
                say("this ledger has schema {made!r}; {schema} is known", made=made["schema"], schema=SCHEMA)
            )
        gaps = {gap["layer"] for gap in made["gaps"]}
        entries = tuple(_entry(layer, layer["name"] not in gaps) for layer in made["layers"])
        inputs = _tensors(made["inputs"], made)
        calls, modules = tuple(map(_call, made.get("calls", ()))), tuple(map(_module, made.get("modules", ())))
        outputs = tuple(map(_count, made.get("outputs", ())))
        notes = tuple(map(str, made.get("assumed", ())))
        ledger = Ledger(str(made["name"]), str(made["source"]), inputs, entries, calls, modules, notes, outputs)
        for name in CONVENTIONS.names():
            if not hasattr(load(name), "charges"):
                price(load(name), ledger)  # facts that no convention can price are no ledger
        return ledger
    except (LookupError, TypeError, ArithmeticError, ValueError, AttributeError, RecursionError) as error:
        hint = "Write one with --format json."
        raise SourceError(
            say("this is not a ledger in JSON: {name} {error}", name=type(error).__name__, error=error), hint=hint
        ) from None


def _entry(layer: Record, counted: bool) -> Entry:
    tensors = _tensors((*layer["inputs"], *layer["outputs"]), layer)
    split = len(layer["inputs"])
    if not split and layer["op"] in OPERATORS.index and operator(layer["op"]).INPUTS[0]:
        raise ValueError(say("layer {layer!r} has no input", layer=layer["name"]))
    shapes = {**layer["parameter_shapes"], **layer["buffer_shapes"]}
    return Entry(
        str(layer["name"]),
        str(layer["scope"]),
        _told(layer, counted),
        tensors[:split],
        tensors[split:],
        tuple(_parameter(layer, role, shape) for role, shape in shapes.items()),
        tuple(_term(term) for term in layer["work"]),
        _provenance(layer),
        tuple(map(_count, layer.get("reads", ()))),
    )


def _provenance(layer: Record) -> Provenance:
    file, line = map(_typed, layer.get("at", ("", 0)), (str, int))
    function, kept = _typed(layer.get("function", ""), str), _typed(layer.get("kept", False), bool)
    return Provenance(file, line, function, _typed(layer.get("in_call", -1), int), kept)


def _call(made: Record) -> Call:
    return Call(
        _typed(made["path"], str),
        _typed(made["kind"], str),
        _typed(made["parent"], int),
        _typed(made["turn"], int),
        _typed(made["module"], bool),
        _typed(made["training"], bool),
        tuple(map(_count, made["inputs"])),
        tuple(map(_count, made["outputs"])),
        _count(made.get("named", 0)),
    )


def _module(made: Record) -> Module:
    children = tuple((_typed(name, str), _count(number)) for name, number in made["children"])
    parameters = tuple((_typed(name, str), _typed(key, str)) for name, key in made["parameters"])
    label = _typed(made.get("label", ""), str)
    return Module(_typed(made["path"], str), _typed(made["kind"], str), children, parameters, label)


def _told(layer: Record, counted: bool) -> Told:
    inside = _count(layer["valid_products"]) if "valid_products" in layer else None
    view = bool(layer.get("view", False))
    return Told(str(layer["op"]), str(layer["call"]), dict(layer["attributes"]), counted, view, inside)


def _term(term: Record) -> Term:
    if term["action"] not in ACTIONS or term["role"] not in ROLES:
        raise ValueError(say("unknown term {term!r}, {term2!r}", term=term["action"], term2=term["role"]))
    return Term(term["action"], term["role"], _count(term["count"]))


def _typed(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise ValueError(say("{value!r} is no {name}", value=value, name=kind.__name__))
    return value


def _parameter(layer: Record, role: str, shape: list[int]) -> Parameter:
    buffer = role in layer["buffer_shapes"]
    trainable = not buffer and role not in layer.get("frozen", ())
    key = layer.get("shared", {}).get(role, f"{layer['name']}.{role}")
    dtype = layer.get("stored_dtypes", {}).get(role, "float32")
    if dtype not in DTYPE_BITS:
        raise ValueError("an unknown element type")
    return Parameter(role, _shape(shape), trainable, buffer, str(key), dtype)


def _tensors(shapes: Any, made: Record) -> tuple[Tensor, ...]:
    dtypes = made.get("dtypes", ["float32"] * len(shapes))
    found = tuple(Tensor(_shape(shape), dtype) for shape, dtype in zip(shapes, dtypes, strict=True))
    if any(tensor.dtype not in DTYPE_BITS for tensor in found):
        raise ValueError("an unknown element type")
    return found


def _shape(sizes: list[Any]) -> tuple[int, ...]:
    if len(sizes) > MAX_RANK:
        raise ValueError(say("a tensor of {count} axes", count=len(sizes)))
    return tuple(map(_count, sizes))


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= MAX_COUNT:
        raise ValueError(say("{value!r} is not a count", value=value))
    return value
