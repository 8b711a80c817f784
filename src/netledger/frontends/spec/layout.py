"""The tree of a spec, laid out as a Network.

Steps are counted (a layer, a path, a turn of a loop, a reference), so that no text, however clever, takes long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from netledger.core.errors import NetledgerError, SpecError, UnknownNameError, Where, quote
from netledger.core.language import plural, say
from netledger.core.network import Builder, Network, Provenance, Tensor
from netledger.core.number import value_of
from netledger.core.operator import Operator
from netledger.frontends.options import Options
from netledger.frontends.shape import MAX_RANK
from netledger.frontends.spec.document import Branch, Leaf, Node, Sequence, spec_error
from netledger.frontends.spec.expression import Exact
from netledger.frontends.spec.fields import (
    at,
    branch,
    flag,
    leaf,
    number_or_flag,
    only,
    read_field,
    sequence,
    structural,
)
from netledger.frontends.spec.header import Block, Header, read_header
from netledger.frontends.spec.names import Flow, Names, Scope
from netledger.frontends.spec.words import CALLED, COMMON, JOINS, STRUCTURES
from netledger.ops import FOLDER, load

__all__ = ["lay_out"]

MAX_STEPS = 20_000
MAX_LAYERS = 10_000
MAX_DEPTH = 48
MAX_ELEMENTS = 2**62


def lay_out(root: Node, options: Options, name: str = "network") -> Network:
    """The network that a spec describes.

    Raises:
        SpecError: if it breaks a rule of the language; says where. What was laid out so far is in `.network`.
        ShapeError: if a layer cannot take what it is given; says where.

    """
    header = read_header(branch(root, "a spec"), options, name)
    layout = _Layout(header)
    try:
        outputs = layout.all()
    except NetledgerError as error:
        error.network = layout.builder.network(header.name, header.source, ())
        raise
    return layout.builder.network(header.name, header.source, outputs)


class _Layout:
    def __init__(self, header: Header) -> None:
        self.header = header
        self.builder = Builder()
        self.names = Names()
        self.steps = 0
        self.depth = 0

    def all(self) -> Flow:
        """Lay out everything; the outputs of the network."""
        for name, tensor in self.header.inputs.items():
            self.names.flows[name] = (self.builder.input(tensor),)
        self.names.flows.setdefault("input", (0,))
        top = Scope("", self.header.numbers)
        flow = self._layers(self.header.layers, top, (0,))
        if self.header.outputs is None:
            return flow
        return self._named(self.header.outputs, top, flow)

    def _layers(self, node: Node, scope: Scope, flow: Flow) -> Flow:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise spec_error(say("blocks, branches and repeats nest at most {most} deep", most=MAX_DEPTH), node)
        for item in sequence(node, "a list of layers"):
            flow = at(item.where, partial(self._layer, item, scope, flow))
        self.depth -= 1
        return flow

    def _layer(self, item: Node, scope: Scope, flow: Flow) -> Flow:
        kind, options = _kind_and_options(item)
        self._step(options.where)
        if kind in STRUCTURES:
            flow = self._from(options, scope, flow)
            return _STRUCTURES[kind](self, options, self._knowing_channels(scope, flow), flow)
        if kind not in FOLDER.index:
            raise _unknown(kind, options.where)
        op = load(kind)
        given = self._from(options, scope, flow if op.INPUTS[1] else ())
        return self._operation(op, options, scope, given)

    def _operation(self, op: type[Operator], options: Branch, scope: Scope, flow: Flow) -> Flow:
        if len(self.builder.nodes) >= MAX_LAYERS:
            raise spec_error(say("a network has at most {most} layers", most=MAX_LAYERS), options)
        _check_inputs(op, len(flow), options)
        self._step(options.where, _cost(options.items.values()))
        made = _make(op, self._attributes(op, options), self._knowing_channels(scope, flow).numbers)
        full = self.names.choose(_name(options), op.LABEL or op.KIND, scope)
        trainable = flag(options.items["trainable"], scope.numbers) if "trainable" in options.items else True
        place = Provenance(options.where.file, options.where.line)
        scope_name = full.rpartition(".")[0]
        outputs = self.builder.add(made, flow, full, scope_name, trainable=trainable, provenance=place)
        self.names.flows[full] = outputs
        for number in outputs:
            self._step(options.where)
            self._check_size(self.builder.tensors[number], options)
        return outputs

    def _check_size(self, tensor: Tensor, options: Branch) -> None:
        if len(tensor.shape) > MAX_RANK:
            raise spec_error(say("a tensor has at most {most} axes", most=MAX_RANK), options)
        if value_of(tensor.elements) > MAX_ELEMENTS:
            raise spec_error("a feature map has at most 2^62 elements", options, "Check its sizes.")

    def _attributes(self, op: type[Operator], options: Branch) -> Branch:
        """What the layer says, and the rounding of the whole network where it does not."""
        rounding = self.header.rounding.get(op.LABEL, {}) if "rounding" in op.ATTRIBUTES else {}
        own = {name: node for name, node in options.items.items() if name not in COMMON}
        return Branch({**rounding, **own}, options.keys, options.where)

    def _knowing_channels(self, scope: Scope, flow: Flow) -> Scope:
        """The scope, with the channels of the input as a number."""
        shape = self.builder.tensors[flow[0]].shape if flow else ()
        return scope.knowing({"in_channels": shape[1]}) if len(shape) > 1 else scope

    def _from(self, options: Branch, scope: Scope, flow: Flow) -> Flow:
        node = options.items.get("from")
        if node is None:
            return flow
        return self._named(node, scope, flow)

    def _named(self, node: Node, scope: Scope, flow: Flow) -> Flow:
        """What comes out of the layers of these names."""
        found: list[int] = []
        for reference in node.items if isinstance(node, Sequence) else (node,):
            pieces = self.names.find(leaf(reference, "the name of a layer"), scope, flow)
            self._step(node.where, 1 + len(pieces))
            found.extend(pieces)
        if not found:
            raise spec_error("the name of a layer is needed here", node)
        return tuple(found)

    def _step(self, where: Where, cost: int = 1) -> None:
        self.steps += cost
        if self.steps > MAX_STEPS:
            raise spec_error(
                say("a spec takes at most {most} steps: layers, paths, turns, references", most=MAX_STEPS), where
            )

    def _branches(self, options: Branch, scope: Scope, flow: Flow) -> Flow:
        """Paths side by side; after a split, each path takes one piece. Only a name opens a scope."""
        _needs("branches", options, "{join: add, paths: [[…], […]]}")
        join = leaf(options.items["join"], "a join").text
        if join not in JOINS:
            raise UnknownNameError("join", join, JOINS, where=options.items["join"].where)
        paths = sequence(options.items["paths"], "a list of paths")
        if len(flow) not in (1, len(paths)):
            raise spec_error(
                say("{pieces} pieces meet {paths} paths", pieces=len(flow), paths=len(paths)),
                options,
                "Write one path for each piece.",
            )
        inner = self._open(options, "branches", scope) if "name" in options.items else scope._replace(sole=False)
        ends: list[int] = []
        for turn, path in enumerate(paths):
            self._step(path.where)
            ends.extend(self._layers(path, inner, flow if len(flow) == 1 else (flow[turn],)))
        joined = self._operation(load(join), Branch({}, {}, options.where), inner, tuple(ends))
        return self._close(inner, joined) if "name" in options.items else joined

    def _repeat(self, options: Branch, scope: Scope, flow: Flow) -> Flow:
        """The same layers several times over; `turn` counts from 0."""
        _needs("repeat", options, "{times: 3, layers: […]}")
        times = structural(options.items["times"], scope.numbers)
        if times < 0:
            raise spec_error("times must not be negative", options.items["times"], times=times)
        inner = self._open(options, "repeat", scope)
        layers = options.items["layers"]
        sole = len(sequence(layers, "a list of layers")) == 1
        for turn in range(times):
            self._step(options.where)
            here = inner.inside(inner.full(str(turn))).knowing({"turn": turn})._replace(sole=sole)
            flow = self._close(here, self._layers(layers, here, flow))
        return self._close(inner, flow)

    def _use(self, options: Branch, scope: Scope, flow: Flow) -> Flow:
        """The layers of a block, with its parameters as numbers; it opens a scope unless it is all of a turn."""
        if "block" not in options.items:
            raise spec_error("use needs block", options, "Write use: {block: NAME, …}.")
        node = leaf(options.items["block"], "the name of a block")
        block = self.header.blocks.get(node.text)
        if block is None:
            raise UnknownNameError("block", node.text, self.header.blocks, where=node.where)
        if node.text in scope.uses:
            raise spec_error(
                say("block {given} uses itself", given=node.text), options, "A block may only use other blocks."
            )
        self._step(options.where, _cost((*options.items.values(), *block.parameters.values())))
        numbers = _arguments(node.text, block, options, scope)
        shares = scope.sole and "name" not in options.items
        opened = scope if shares else self._open(options, node.text, scope)
        inner = Scope(opened.path, {**self.header.numbers, **numbers}, (*scope.uses, node.text))
        return self._close(inner, self._layers(block.layers, inner, flow))

    def _open(self, options: Branch, label: str, scope: Scope) -> Scope:
        path = self.names.choose(_name(options), label, scope)
        self.names.flows[path] = ()
        return scope.inside(path)

    def _close(self, inner: Scope, flow: Flow) -> Flow:
        self.names.flows[inner.path] = flow
        return flow


_STRUCTURES: dict[str, Callable[[_Layout, Branch, Scope, Flow], Flow]] = {
    "branches": _Layout._branches,
    "repeat": _Layout._repeat,
    "use": _Layout._use,
}


def _kind_and_options(item: Node) -> tuple[str, Branch]:
    """`relu`, `conv: {…}`, or `dropout: 0.2` (a single value is the first attribute)."""
    if isinstance(item, Leaf) and item.text:
        return item.text, Branch({}, {}, item.where)
    if not isinstance(item, Branch) or len(item.items) != 1:
        raise spec_error("a layer is a name, or one name and its values", item, "Write - relu, or - conv: {out: 96}.")
    (kind, node), *_ = item.items.items()
    where = item.keys[kind]
    if isinstance(node, Branch):
        return kind, Branch(node.items, node.keys, where)
    if isinstance(node, Leaf) and node.value is None:
        return kind, Branch({}, {}, where)
    if kind in STRUCTURES:
        raise spec_error(say("{kind} takes `name: value` lines", kind=kind), node)
    first = next(iter(load(kind).ATTRIBUTES), "") if kind in FOLDER.index else "value"
    if not first:
        raise spec_error(say("{kind} takes no value", kind=kind), node, say("Write - {kind}.", kind=kind))
    return kind, Branch({first: node}, {first: node.where}, where)


def _unknown(kind: str, where: Where) -> NetledgerError:
    """There is no such layer; what others call it is known."""
    known = (*FOLDER.names(), *STRUCTURES)
    head, bracket, _ = kind.partition("(")
    if bracket and head in known:
        return spec_error(
            "calls are for the command line", where, say("Write {head}: {{…}}, its values by name.", head=head)
        )
    if kind.lower() in CALLED:
        return spec_error(
            say("unknown layer {kind}", kind=quote(kind)),
            where,
            say("It is called {called} here.", called=CALLED[kind.lower()]),
        )
    return UnknownNameError("layer", kind, known, where=where)


def _name(options: Branch) -> Leaf | None:
    return leaf(options.items["name"], "a name") if "name" in options.items else None


def _needs(kind: str, options: Branch, example: str) -> None:
    only(options, STRUCTURES[kind], kind)
    for name in STRUCTURES[kind][2:]:
        if name not in options.items:
            raise spec_error(
                say("{kind} needs {name}", kind=kind, name=name),
                options,
                say("Write {kind}: {example}.", kind=kind, example=example),
            )


def _check_inputs(op: type[Operator], given: int, options: Branch) -> None:
    least, most = op.INPUTS
    if given < least:
        hint = "Name its inputs with from: [one, another], or join paths with branches."
        raise spec_error(
            say("{kind} takes at least {least} inputs, not {given}", kind=op.KIND, least=least, given=given),
            options,
            hint,
        )
    if given > most:
        hint = "Name one with from: (the pieces of a split are split1.0, split1.1, …)."
        raise spec_error(
            plural(
                "{kind} takes {count} input, not {given}",
                "{kind} takes {count} inputs, not {given}",
                most,
                kind=op.KIND,
                given=given,
            ),
            options,
            hint,
        )


def _make(op: type[Operator], options: Branch, numbers: Mapping[str, Exact]) -> Operator:
    """The operator with the attributes that are written."""
    only(options, (*op.ATTRIBUTES, *COMMON), op.KIND)
    for name in op.ATTRIBUTES:
        if name not in op.DEFAULTS and name not in options.items:
            raise spec_error(
                say("{kind} needs {name}: {doc}", kind=op.KIND, name=name, doc=say(op.ATTRIBUTES[name].doc)), options
            )
    values: dict[str, Any] = {
        name: read_field(op.ATTRIBUTES[name], node, numbers) for name, node in options.items.items()
    }
    return op(**values)


def _arguments(name: str, block: Block, options: Branch, scope: Scope) -> dict[str, Exact]:
    """The parameters of a block: given (in terms of what is known here), or their defaults."""
    only(options, (*STRUCTURES["use"], *block.parameters), say("block {name}", name=name))
    known = dict(scope.numbers)
    for parameter, default in block.parameters.items():
        node = options.items.get(parameter, default)
        if isinstance(node, Leaf) and node.value is None:
            raise SpecError(say("block {name} needs {parameter}", name=name, parameter=parameter), where=options.where)
        known[parameter] = number_or_flag(node, known if node is default else scope.numbers)
    return {parameter: known[parameter] for parameter in block.parameters}


def _cost(nodes: Iterable[Node]) -> int:
    """The steps that reading some values takes: one for each few of them."""
    return sum(node.weight if isinstance(node, Leaf) else 2 * node.weight for node in nodes) // 4
