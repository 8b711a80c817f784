"""A layer of Keras, with TensorFlow as its backend: its `call` as TensorFlow's own graph, read into a network.

The graph is made of shapes alone, and none of it runs. The layer's variables are inputs of it, called v0, v1, …
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy
import tensorflow

from netledger.core.errors import SourceError
from netledger.core.network import DTYPE_BITS, Network, Tensor
from netledger.core.number import product
from netledger.core.operator import Operator
from netledger.frontends.graph import Graph, Stored
from netledger.frontends.keras.in_tensorflow_folding import folded
from netledger.frontends.keras.in_tensorflow_rules import CALLS, RULES, named
from netledger.frontends.keras.tensors import Abstract

__all__ = ["Known", "Reader", "followed"]

_MOST = 100_000
"""As many operations are read, those of inner functions each time that they are called."""
_SMALL = 4096
"""Constants of at most so many elements are known by value."""


class Known(NamedTuple):
    """A tensor that follows from no input and no variable; `value`: its numbers, if they are few and known."""

    tensor: Tensor
    value: Any = None


def followed(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any], tensors: list[Tensor]) -> Network:
    """Its `call`, everything filled in but the tensors.

    Raises:
        SourceError: if it computes with variables that are not the layer's, or is too long.

    """
    variables = list(layer.variables)
    concrete = _concrete(layer, args, kwargs, tensors, variables)
    graph, inner = Graph(), concrete.graph
    given: list[Any] = [graph.input(tensor) for tensor in tensors]
    stored: list[Any] = [_stored(f"v{place}", one) for place, one in enumerate(variables)]
    for one in stored:
        graph.hold("", one)
    if any(tensor.dtype == tensorflow.resource for _, tensor in inner.captures):
        raise SourceError("the layer computes with variables of TensorFlow's that are not its own")
    reader = Reader(graph)
    captured = [Known(tensor_of(tensor)) for _, tensor in inner.captures]
    outputs = reader.run(inner, inner.inputs, [*stored, *given, *captured], inner.outputs)
    return graph.network(layer.name, "keras", [reader.placed(value) for value in outputs])


def _concrete(
    layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any], tensors: list[Tensor], variables: list[Any]
) -> Any:
    """The function of the layer's variables and of tensors, traced."""
    stored = [tensorflow.TensorSpec(one.shape, one.dtype) for one in variables]
    given = [tensorflow.TensorSpec(tensor.shape, tensor.dtype) for tensor in tensors]

    def run(values: Any, arrays: Any) -> Any:
        left = iter(arrays)
        placed = [next(left) if isinstance(value, Abstract) else value for value in args]
        named = {name: next(left) if isinstance(value, Abstract) else value for name, value in kwargs.items()}
        with keras.StatelessScope(state_mapping=list(zip(variables, values, strict=True))):
            made = layer.call(*placed, **named)
        return [tensorflow.convert_to_tensor(part) for part in keras.tree.flatten(made)]

    return tensorflow.function(run, autograph=False).get_concrete_function(stored, given)


def _stored(key: str, variable: Any) -> Stored:
    buffer = not variable.trainable
    return Stored(key, tuple(variable.shape), variable.dtype, not buffer, buffer)


def tensor_of(tensor: Any) -> Tensor:
    """The shape and element type of a tensor of a graph; SourceError where its shape is not known."""
    if tensor.dtype.name not in DTYPE_BITS:
        raise SourceError("the layer computes with what is no tensor of numbers")
    if not tensor.shape.is_fully_defined():
        raise SourceError("the layer computes tensors whose shapes depend on values")
    return Tensor(tuple(map(int, tensor.shape)), tensor.dtype.name)


class Reader:
    """Reads the operations of graphs of TensorFlow's into a graph of ours; here is what its rules ask."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.left = _MOST

    def run(self, graph: Any, inputs: Sequence[Any], values: Sequence[Any], outputs: Sequence[Any]) -> list[Any]:
        """Every operation in order; returns what the outputs stand for: a number, what is stored, or what is known."""
        known = {tensor.ref(): value for tensor, value in zip(inputs, values, strict=True)}
        for operation in graph.get_operations():
            if operation.type == "Placeholder" or not operation.outputs:
                continue
            self.left -= 1
            if self.left < 0:
                raise SourceError("the layer calls more than 100,000 operations of TensorFlow's")
            read = [known[tensor.ref()] for tensor in operation.inputs]
            known.update(zip((one.ref() for one in operation.outputs), self._answer(operation, read), strict=True))
        return [known[tensor.ref()] for tensor in outputs]

    def _answer(self, operation: Any, values: list[Any]) -> Sequence[Any]:
        if operation.type in CALLS:
            return CALLS[operation.type](self, operation, values)
        if operation.type == "Const":
            return [self._constant(operation)]
        tensors = [tensor_of(one) for one in operation.outputs]
        if operation.type in ("Shape", "ShapeN", "Size", "Rank"):
            return [Known(one, self._sizes(operation.type, value)) for one, value in zip(tensors, values, strict=True)]
        if values and all(isinstance(value, Known) for value in values):
            return [Known(one, self._worked(operation, values, one)) for one in tensors]
        rule = RULES.get(operation.type)
        answer = rule(self, operation, *values) if rule is not None else None
        return answer if answer is not None else self.gap(operation, values)

    def _constant(self, operation: Any) -> Known:
        """A constant that is written in the graph."""
        tensor = tensor_of(operation.outputs[0])
        small = product(tensor.shape) <= _SMALL
        return Known(tensor, tensorflow.make_ndarray(operation.get_attr("value")) if small else None)

    def _sizes(self, kind: str, value: Any) -> Any:
        shape = self.tensor(value).shape
        return numpy.array({"Size": product(shape), "Rank": len(shape)}.get(kind, shape))

    def _worked(self, operation: Any, values: list[Known], made: Tensor) -> Any:
        """The numbers that follow from known ones; None, if they are many or it is not known how."""
        few = product(made.shape) <= _SMALL and all(value.value is not None for value in values)
        return folded(operation, [value.value for value in values], made.shape) if few else None

    # What a rule asks and does.

    def tensor(self, value: Any) -> Tensor:
        """The tensor that a value is."""
        if isinstance(value, Known):
            return value.tensor
        return Tensor(value.shape, value.dtype) if isinstance(value, Stored) else self.graph.tensors[value]

    def number(self, value: Any) -> float | None:
        """A single number that is known."""
        if not isinstance(value, Known) or value.value is None or product(value.tensor.shape) != 1:
            return None
        return float(numpy.asarray(value.value).item())

    def numbers(self, value: Any) -> tuple[int, ...] | None:
        """Whole numbers that are known."""
        if not isinstance(value, Known) or value.value is None:
            return None
        return tuple(int(one) for one in numpy.asarray(value.value).reshape(-1))

    def placed(self, value: Any) -> int:
        """The number in the graph of a value; it is made, if it is stored or constant."""
        if isinstance(value, Stored):
            return self.graph.value(value)
        if isinstance(value, Known):
            return self.graph.add(named("constant")(value.tensor.shape, "constant"), made=(value.tensor,))[0]
        return int(value)

    def add(self, operation: Any, operator: Operator, *values: Any, stored: Any = None, between: bool = False) -> Any:
        """An operator on values, with the outputs that TensorFlow says; `between`: not yet what the operation makes."""
        made = None if between else [tensor_of(one) for one in operation.outputs[:1]]
        numbers = [self.placed(value) for value in values]
        return list(
            self.graph.add(operator, *numbers, stored=stored, made=made, function=f"tensorflow.{operation.type}")
        )

    def gap(self, operation: Any, values: Sequence[Any]) -> list[Any]:
        """An operation that has no rule."""
        stored = {str(place): value for place, value in enumerate(values) if isinstance(value, Stored)}
        numbers = [value for value in values if type(value) is int]
        made = [tensor_of(one) for one in operation.outputs]
        loop = operation.type in ("While", "StatelessWhile")
        return list(self.graph.unknown(f"tensorflow.{operation.type}", numbers, made, stored, loop=loop))

    def drawn(self, operation: Any) -> list[Any]:
        """Numbers that are drawn: outside of the network's arithmetic."""
        return [Known(tensor_of(one)) for one in operation.outputs]
