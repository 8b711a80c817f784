"""One node of a model after another, each written down by its rule, folded away, or left as a gap."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from netledger.core.errors import NetledgerError, SourceError, ValuesNeededError, printable, quote
from netledger.core.language import say
from netledger.core.network import Tensor, shapes
from netledger.frontends.graph import Graph, Stored
from netledger.frontends.onnx.folding import FOLDS
from netledger.frontends.onnx.frame import Frame
from netledger.frontends.onnx.inputs import declared, inputs_of, resolved
from netledger.frontends.onnx.node import At, UnansweredError, attribute
from netledger.frontends.onnx.order import called, ordered, read_by
from netledger.frontends.onnx.rules import MOVES, RULES
from netledger.frontends.onnx.rules._registry import load
from netledger.frontends.onnx.scopes import modules_of
from netledger.frontends.onnx.source import Model, opsets_of
from netledger.frontends.onnx.values import Value, constant, initialiser
from netledger.frontends.options import Options
from netledger.frontends.recording import Recording, recording

__all__ = ["Walk", "laid_out"]

MOST_NODES = 100_000
"""So many nodes are laid out, those of loops as often as they run."""

_MALFORMED = (TypeError, ValueError, IndexError, KeyError, ArithmeticError, AttributeError, AssertionError)


class Walk:
    """A model on its way into a graph of operations."""

    def __init__(self, model: Model, options: Options) -> None:
        self.model = model
        self.options = options
        self.graph = Graph()
        self.symbols: dict[str, Any] = {}
        self.spent = 0

    # What stands in the graph.

    def number(self, value: Value) -> int:
        """The number of a value in the graph; it is written down if it was not."""
        if value.number is None:
            value.number = self._written(value)
        return value.number

    def _written(self, value: Value) -> int:
        if value.parts is not None:
            raise UnansweredError(say("it reads a sequence"))
        if 0 in value.shape:
            return self._made(load("empty")(value.shape), value)
        if value.stored is not None:
            return self.graph.value(value.stored)
        if value.view is not None:
            (made,) = self.graph.add(value.view[0], self.number(value.view[1]))
            return made
        return self._made(load("constant")(value.shape), value)

    def _made(self, op: Any, value: Value) -> int:
        (made,) = self.graph.add(op, name=value.name)
        self.graph.tensors[made] = value.tensor
        return made

    def biases(self, number: int, rank: int, bias: Any) -> bool:
        """Whether a vector added to a tensor is what a bias of the layer that made it would add."""
        maker = self.graph.maker(number)
        long = [axis - len(bias) + rank for axis, size in enumerate(bias) if size != 1]
        if maker is None or maker.KIND not in ("linear", "conv", "conv_transpose"):
            return False
        return not long or long == [rank - 1 if maker.KIND == "linear" else 1]

    # Graphs.

    def graph_of(self, proto: Any, frame: Frame, given: Sequence[Value] = ()) -> list[Value]:
        """Walk a graph; `given`: what its inputs stand for, in order. Returns its outputs."""
        for info, value in zip(proto.input, given, strict=False):
            frame.bind(info.name, value)
        for place, tensor in enumerate(proto.initializer):
            lost = self.model.lost.get(place) if proto is self.model.graph else None
            if tensor.name not in frame.values:
                frame.bind(tensor.name, initialiser(tensor, lost, frame.scope))
        for sparse in proto.sparse_initializer:
            frame.bind(sparse.values.name, _sparse(sparse, frame.scope))
        frame.infos = {info.name: info for info in (*proto.value_info, *proto.output)}
        return self.nodes(proto.node, [one.name for one in proto.output], frame)

    def nodes(self, nodes: Sequence[Any], outputs: Iterable[str], frame: Frame) -> list[Value]:
        """Walk nodes; returns what these outputs stand for."""
        outputs = list(outputs)
        frame.uses.update(outputs)
        for node in nodes:
            frame.uses.update(read_by(node))
        for node in ordered(nodes, lambda name: frame.lookup(name) is not None):
            self.node(node, frame)
        return [self._output(name, frame) for name in outputs]

    def _output(self, name: str, frame: Frame) -> Value:
        value = frame.lookup(name)
        if value is None:
            raise SourceError(say("nothing makes the output {name}", name=quote(name)), hint="The file is broken.")
        return value

    # Nodes.

    def node(self, node: Any, frame: Frame) -> None:
        """Lay a node out."""
        self.spend(1, node)
        try:
            inputs = [frame.lookup(name) if name else None for name in node.input]
            at = At(self, frame, node, inputs)
            made = self._answered(at)
            self._bound(at, made)
        except NetledgerError as error:
            error.layer = error.layer or called(node)
            raise
        except RecursionError:
            raise SourceError("this graph is too deep", layer=called(node)) from None
        except _MALFORMED as error:
            reason = printable(f"{type(error).__name__}: {error}")[:200]
            rule = say("this node is not well formed ({reason})", reason=reason)
            raise SourceError(
                rule, layer=called(node), hint="Compare it with the operator in the documentation of ONNX."
            ) from None

    def spend(self, count: int, node: Any) -> None:
        """So many nodes are laid out."""
        self.spent += count
        if self.spent > MOST_NODES:
            rule = say("the model runs more than {most} nodes", most=MOST_NODES)
            raise SourceError(rule, layer=called(node), hint="Count a part of it, or a loop with fewer turns.")

    def _answered(self, at: At) -> Sequence[Value | None]:
        folded = self._folded(at)
        if folded is not None and not _costs(at):
            return [constant(data, name=name) for data, name in zip(folded, at.node.output, strict=False)]
        self._place(at)
        try:
            made = self._ruled(at)
        except UnansweredError as why:
            return self._gap(at, why)
        answers = made if isinstance(made, (tuple, list)) else (made,)
        for value, data in zip(answers, folded or (), strict=False):
            if value is not None and value.data is None and tuple(value.shape) == data.shape:
                value.data, value.proto = data, None
        return answers

    def _place(self, at: At) -> None:
        self.graph.within((*at.frame.modules, *modules_of(at.node)))

    def _ruled(self, at: At) -> Any:
        key = (at.domain, at.op)
        function = self.model.functions.get((*key, getattr(at.node, "overload", "")))
        rule: Callable[[At], Any] | None = RULES.get(key)
        if function is not None and (rule is None or at.domain):
            return self.function(at, function)
        if rule is None:
            raise UnansweredError(say("there is no rule for {op}", op=at.function))
        return rule(at)

    def function(self, at: At, proto: Any) -> list[Value]:
        """A function of the model: its nodes, as a call."""
        given = {one.name: one for one in proto.attribute_proto}
        attributes = {name: attribute(one) for name, one in given.items()} | at.attributes
        where = (*at.frame.modules, *modules_of(at.node), (at.name or at.op, at.function))
        frame = Frame(
            opsets_of(proto) or at.frame.opsets, None, attributes, where, at.frame.depth + 1, f"{at.function}/"
        )
        for name, value in zip(proto.input, at.inputs, strict=False):
            if value is not None:
                frame.bind(name, value)
        frame.infos = {info.name: info for info in getattr(proto, "value_info", ())}
        return self.nodes(_without_missing(proto, frame), proto.output, frame)

    def _folded(self, at: At) -> tuple[Any, ...] | None:
        """The numbers that come out, where all that go in are known."""
        fold = None if at.domain else FOLDS.get(at.op)
        if fold is None or not at.inputs:
            return None
        given = []
        for value in at.inputs:
            data = None if value is None else value.known()
            if data is None and value is not None:
                return None
            given.append(data)
        attributes = at.attributes
        if at.op == "Split":
            attributes = {**attributes, "outputs": at.wanted}
        elif "value" in attributes:
            attributes = {**attributes, "value": at.tensor_of(attributes["value"]).known()}
        try:
            with np.errstate(all="ignore"):
                made = fold(given, attributes, at.version)
        except (*_MALFORMED, NetledgerError):
            return None  # its rule says what is wrong
        return made if isinstance(made, tuple) else (made,)

    def _bound(self, at: At, made: Sequence[Value | None]) -> None:
        for name, value in zip(at.node.output, made, strict=False):
            if name and value is not None:
                at.frame.bind(name, value)
        missing = [name for name in at.node.output[len(made) :] if name and at.frame.uses[name]]
        missing += [
            n for n, value in zip(at.node.output, made, strict=False) if n and value is None and at.frame.uses[n]
        ]
        if missing:
            rule = say("there is no rule for its output {name}", name=quote(missing[0]))
            raise SourceError(rule, layer=called(at.node))

    # What has no rule.

    def _gap(self, at: At, why: UnansweredError) -> list[Value | None]:
        asked = [name for name in at.node.output if name and (at.frame.uses[name] or name == at.node.output[0])]
        made = list(why.made[: len(asked)]) or [self._declared(name, at, why) for name in asked]
        if len(made) < len(asked):
            made += [self._declared(name, at, why) for name in asked[len(made) :]]
        inputs = [self.number(value) for value in at.inputs if value is not None and value.parts is None]
        numbers = self.graph.unknown(at.function, inputs, made, name=at.name)
        self.graph.note(say("{name}: not counted: {reason}", name=printable(called(at.node)), reason=why.reason))
        found = {name: Value(self.graph.tensors[n], number=n) for name, n in zip(asked, numbers, strict=True)}
        return [found.get(name) for name in at.node.output]

    def _declared(self, name: str, at: At, why: UnansweredError) -> Tensor:
        """What the file says of an output."""
        info = at.frame.infos.get(name)
        told = None if info is None else resolved(declared(info), self.symbols)
        if told is not None:
            return told
        rule = say("{reason}, and the file does not say the shape of {name}", reason=why.reason, name=quote(name))
        hint = say("Save the model with the shapes of its tensors (value_info), or with that one fixed.")
        open_sizes = _open(info)
        if open_sizes:
            hint = say("Say what it is: --set {name}=NUMBER.", name=open_sizes[0])
        raise (ValuesNeededError if why.values else SourceError)(rule, layer=called(at.node), hint=hint)


def laid_out(model: Model, options: Options) -> Recording:
    """What a model does.

    Raises:
        SourceError: if it is not well formed.

    """
    try:
        return _laid_out(model, options)
    except TypeError:
        if _no_text(model.graph):
            raise SourceError("a name in it is no text", hint="The file is broken.") from None
        raise


def _no_text(graph: Any) -> bool:
    """Whether a name is no text: it is read as bytes then."""
    names = [name for node in graph.node for name in (node.name, node.op_type, node.domain, *node.input, *node.output)]
    names += [one.name for one in (*graph.input, *graph.output, *graph.initializer, *graph.value_info)]
    names += [entry for node in graph.node for one in node.metadata_props for entry in (one.key, one.value)]
    names += [dim.dim_param for one in (*graph.input, *graph.output) for dim in one.type.tensor_type.shape.dim]
    return not all(isinstance(name, str) for name in names)


def _laid_out(model: Model, options: Options) -> Recording:
    walk = Walk(model, options)
    stored = {one.name for one in model.graph.initializer}
    stored.update(one.values.name for one in model.graph.sparse_initializer)
    infos = [info for info in model.graph.input if info.name not in stored]
    frame = Frame(model.opsets)
    with walk.graph.telling(model.name, model.source):
        inputs = inputs_of(infos, options, _named_sizes(model.graph))
        walk.symbols = inputs.symbols
        for note in inputs.notes:
            walk.graph.note(note)
        for name, tensor in inputs.tensors:
            frame.bind(
                name, Value(tensor, number=walk.graph.input(tensor), data=_array(inputs.values.get(name)), name=name)
            )
        outputs = walk.graph_of(model.graph, frame)
        parts = [part for value in outputs for part in (value.parts or (value,))]
        numbers = [walk.number(part) for part in parts]
        _hold(walk, frame)
        _compare(walk, model, outputs)
        return recording(walk.graph, model.name, model.source, numbers)


def _array(value: Any) -> Any:
    return None if value is None else np.asarray(value)


def _named_sizes(graph: Any) -> set[str]:
    """The names of sizes inside of a model: what has no rule may need one."""
    return {name for info in (*graph.value_info, *graph.output) for name in _open(info)}


def _open(info: Any) -> list[str]:
    told = None if info is None or info.type.WhichOneof("value") != "tensor_type" else info.type.tensor_type
    return [] if told is None else [dim.dim_param for dim in told.shape.dim if dim.dim_param]


def _hold(walk: Walk, frame: Frame) -> None:
    """Stored tensors that nothing reads."""
    for name, value in frame.values.items():
        if value.stored is not None and not frame.uses[name] and not value.stored.buffer:
            walk.graph.hold("", value.stored)


def _compare(walk: Walk, model: Model, outputs: list[Value]) -> None:
    """Say so where the file says another shape of an output."""
    for info, value in zip(model.graph.output, outputs, strict=True):
        told = resolved(declared(info), walk.symbols) if value.parts is None and info.type.ByteSize() else None
        if told is not None and told.shape != value.shape and all(type(size) is int for size in value.shape):
            pair = {"told": shapes((told,)), "made": shapes((value.tensor,))}
            walk.graph.note(
                say("the file says that output {name} is {told}; it is {made}", name=printable(info.name), **pair)
            )


def _costs(at: At) -> bool:
    """Whether folding it away would hide work, or a stored tensor."""
    for value in at.inputs:
        if value is None:
            continue
        if value.number is not None and at.op not in ("Shape", "Size"):
            return True
        if at.op in MOVES:
            if value.held() is not None and value.data is not None and value.data.dtype.kind in "fc":
                return True
        elif value.data is not None and value.data.dtype.kind in "fc" and value.data.size > 1:
            return True
    return False


def _without_missing(proto: Any, frame: Frame) -> list[Any]:
    """The nodes of a function, where inputs that were left out are left out of its nodes too."""
    missing = set(proto.input) - set(frame.values)
    if not missing:
        return list(proto.node)
    nodes = []
    for node in proto.node:
        copy = type(node)()
        copy.CopyFrom(node)
        for place, name in enumerate(copy.input):
            if name in missing:
                copy.input[place] = ""
        nodes.append(copy)
    return nodes


def _sparse(proto: Any, scope: str) -> Value:
    """A stored tensor of which only some elements are kept: counted as these."""
    kept = initialiser(proto.values, None, scope)
    assert kept.stored is not None
    shape = tuple(map(int, proto.dims))
    dtype = kept.tensor.dtype
    stored = Stored(kept.stored.key, kept.shape, dtype)
    source = Value(kept.tensor, stored=stored, name=proto.values.name)
    return Value(Tensor(shape, dtype), view=(load("rearrange")("sparse", shape), source), name=proto.values.name)
