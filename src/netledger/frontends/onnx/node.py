"""A node as rules see it, and the front end's answer to what a rule cannot know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import NodeProto

from netledger.core.errors import SourceError
from netledger.core.language import say
from netledger.core.network import Tensor
from netledger.core.number import Shape
from netledger.core.operator import Operator
from netledger.frontends.graph import Stored
from netledger.frontends.onnx.order import called
from netledger.frontends.onnx.values import Value, constant, initialiser
from netledger.ops import load

if TYPE_CHECKING:
    from netledger.frontends.onnx.walk import Frame, Walk

__all__ = ["At", "UnansweredError", "attribute", "read_attributes"]


class UnansweredError(Exception):
    """A rule does not answer this: the node becomes a gap.

    Args:
        reason: why, for the reader.
        made: the outputs, if the rule knows them.
        values: whether it is values that are missing.

    """

    def __init__(self, reason: str, made: Sequence[Tensor] = (), *, values: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.made = tuple(made)
        self.values = values


def attribute(proto: Any) -> Any:
    """The value of an attribute: numbers, bytes, tuples of them, tensors as values, graphs as they are."""
    kind = proto.type
    if kind == 2:
        return int(proto.i)
    if kind == 7:
        return tuple(proto.ints)
    if kind == 1:
        return float(str(np.float32(proto.f)))  # 1e-05, as it was written, not what is nearest to it
    if kind == 3:
        return proto.s.decode("utf-8", "replace")
    if kind == 4:
        return proto.t
    if kind == 5:
        return proto.g
    if kind == 6:
        return tuple(proto.floats)
    if kind == 8:
        return tuple(one.decode("utf-8", "replace") for one in proto.strings)
    return None


def read_attributes(node: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of a node; `given`: those of the call of the function that it is part of."""
    found = {}
    for one in node.attribute:
        if one.ref_attr_name:
            if one.ref_attr_name in given:
                found[one.name] = given[one.ref_attr_name]
        else:
            found[one.name] = attribute(one)
    return found


class At:
    """A node, and the values that it reads.

    Args:
        walk: the walk that it is part of.
        frame: the graph that it is in.
        node: itself.
        inputs: the values that it reads, in order; None where one is left out.

    """

    __slots__ = ("attributes", "domain", "frame", "function", "inputs", "name", "node", "op", "version", "walk")

    def __init__(self, walk: Walk, frame: Frame, node: NodeProto, inputs: list[Value | None]) -> None:
        self.walk = walk
        self.frame = frame
        self.node = node
        self.op: str = node.op_type
        self.domain: str = "" if node.domain == "ai.onnx" else node.domain
        self.inputs = inputs
        self.attributes = read_attributes(node, frame.attributes) if node.attribute else {}
        self.version: int = frame.opsets.get(self.domain, 1)
        self.function = f"{self.domain}.{self.op}" if self.domain else f"onnx.{self.op}"
        self.name: str = node.name

    def __getitem__(self, place: int) -> Value:
        """An input that must be there."""
        value = self.maybe(place)
        if value is None:
            rule = say("input {place} of {op} is left out, and needed", place=place, op=self.op)
            raise SourceError(rule, layer=called(self.node), hint="The file is broken.")
        return value

    def maybe(self, place: int) -> Value | None:
        """An input, if it is there."""
        return self.inputs[place] if place < len(self.inputs) else None

    def get(self, name: str, default: Any = None) -> Any:
        """An attribute, or what it is when left out."""
        return self.attributes.get(name, default)

    @property
    def wanted(self) -> int:
        """How many outputs there are: those left out at the end are none."""
        return len(self.node.output)

    def asked(self, place: int) -> bool:
        """Whether an output is asked for."""
        return place < len(self.node.output) and bool(self.node.output[place])

    def known(self, place: int) -> Any:
        """The numbers of an input, as an array; None if it is left out.

        Raises:
            UnansweredError: if they are not known.

        """
        value = self.maybe(place)
        if value is None:
            return None
        data = value.known()
        if data is None:
            raise UnansweredError(say("it depends on values that are not known before it runs"), values=True)
        return data

    def whole(self, place: int) -> tuple[Any, ...] | None:
        """The whole numbers of an input; None if it is left out."""
        data = self.known(place)
        if data is None:
            return None
        return tuple(int(one) if isinstance(one, np.generic) else one for one in data.reshape(-1))

    def axes(self, place: int = 1) -> tuple[int, ...] | None:
        """Axes, as an attribute or as an input; None: they are left out."""
        return tuple(self.attributes["axes"]) if "axes" in self.attributes else self.whole(place)

    def number(self, value: Value) -> int:
        """The number of a value in the graph."""
        return self.walk.number(value)

    def stored(self, value: Value, *, buffer: bool = False) -> Stored | int:
        """What stands where a layer has a stored tensor: a stored one, or the number of one that is computed."""
        held = value.held()
        if held is None:
            return self.number(value)
        return held._replace(trainable=False, buffer=True) if buffer else held

    def add(
        self,
        op: Operator,
        *values: Value,
        stored: Mapping[str, Stored | int] | None = None,
        types: Iterable[str] = (),
    ) -> tuple[Value, ...]:
        """Write an operation down; `types`: the element types of its outputs, if not the operator's own."""
        graph = self.walk.graph
        made = graph.add(op, *map(self.walk.number, values), stored=stored, function=self.function, name=self.name)
        for number, dtype in zip(made, types, strict=False):
            graph.tensors[number] = Tensor(graph.tensors[number].shape, dtype)
        return tuple([Value(graph.tensors[number], number=number) for number in made])

    def one(
        self, kind: str | Operator, *values: Value, dtype: str = "", stored: Any = None, **attributes: Any
    ) -> Value:
        """Write an operation with one output down."""
        op = load(kind)(**attributes) if isinstance(kind, str) else kind
        return self.add(op, *values, stored=stored, types=(dtype or values[0].dtype,) if dtype or values else ())[0]

    def gap(self, reason: str, *shapes: Shape, dtype: str = "") -> UnansweredError:
        """A gap whose outputs are known."""
        chosen = dtype or (self.inputs[0].dtype if self.inputs and self.inputs[0] is not None else "float32")
        return UnansweredError(reason, [Tensor(tuple(shape), chosen) for shape in shapes])

    def viewed(self, op: Operator, value: Value) -> Value:
        """The same elements seen differently: no row, where it is a stored tensor or a number that is known."""
        if value.number is not None or (value.held() is None and value.data is None):
            return self.add(op, value)[0]
        (made,) = op.infer((value.tensor,))
        return Value(made, view=(op, value), name=value.name)

    def tensor_of(self, proto: Any) -> Value:
        """A tensor that stands in an attribute."""
        if not proto.name:
            copy = type(proto)()
            copy.CopyFrom(proto)
            proto = copy
            proto.name = next((one for one in self.node.output if one), self.name) or self.op
        return initialiser(proto, None, self.frame.scope)

    def constant(self, data: Any, dtype: str = "") -> Value:
        """Numbers that are known."""
        return constant(data, dtype)
