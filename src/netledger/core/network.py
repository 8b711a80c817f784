"""The network as a frozen graph: what front ends make, and everything else reads.

Tensors are numbered in the order in which they come to be. A node names the numbers that it reads and writes.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from netledger.core.errors import ShapeError
from netledger.core.number import Number, Shape, product

if TYPE_CHECKING:
    from netledger.core.operator import Operator

__all__ = [
    "DTYPE_BITS",
    "Builder",
    "Call",
    "Module",
    "Network",
    "Node",
    "Parameter",
    "Provenance",
    "Tensor",
    "shapes",
]

DTYPE_BITS = {
    "float64": 64,
    "float32": 32,
    "float16": 16,
    "bfloat16": 16,
    "int64": 64,
    "int32": 32,
    "int16": 16,
    "int8": 8,
    "uint64": 64,
    "uint32": 32,
    "uint16": 16,
    "uint8": 8,
    "bool": 8,
    "float8": 8,
    "float4": 4,
    "int4": 4,
    "uint4": 4,
    "int2": 2,
    "uint2": 2,
    "complex64": 64,
    "complex128": 128,
}
"""The size of one element."""


class Tensor(NamedTuple):
    """A shape and an element type: no values, ever."""

    shape: Shape
    dtype: str = "float32"

    @property
    def elements(self) -> Number:
        """How many elements it has."""
        return product(self.shape)

    @property
    def bytes(self) -> Number:
        """How much memory its elements take: those of less than a byte are packed."""
        bits = DTYPE_BITS[self.dtype]
        return self.elements * (bits // 8) if bits >= 8 else (self.elements * bits + 7) // 8

    def like(self, shape: Shape) -> Tensor:
        """Another shape, of the same element type."""
        return Tensor(shape, self.dtype)


def shapes(tensors: Iterable[Tensor]) -> str:
    """Shapes as users type them; three and more in a row that are equal are counted.

    >>> shapes((Tensor((1, 3, 8, 8)), Tensor((1, 10))))
    '1x3x8x8, 1x10'
    """
    runs = groupby("x".join(map(str, tensor.shape)) or "()" for tensor in tensors)
    counted = ((shape, sum(1 for _ in run)) for shape, run in runs)
    return ", ".join(f"{times} of {shape}" if times > 2 else ", ".join([shape] * times) for shape, times in counted)


class Parameter(NamedTuple):
    """A stored tensor of a layer.

    Args:
        role: weight, bias, scale, shift, running_mean, …; unique within a layer.
        shape: its shape.
        trainable: whether training changes it by gradient.
        buffer: whether it is state rather than a parameter (running statistics).
        key: its identity: equal keys are the same memory, counted once.
        dtype: its element type.

    """

    role: str
    shape: Shape
    trainable: bool = True
    buffer: bool = False
    key: str = ""
    dtype: str = "float32"

    @property
    def elements(self) -> Number:
        """How many elements it has."""
        return product(self.shape)


class Provenance(NamedTuple):
    """Where a node comes from, as its front end knows it.

    Args:
        file: the user's file.
        line: the line in it.
        function: the framework's own name of what was called, such as torch.conv2d.
        call: the number of the call of a module that it happened in; -1: in none.
        kept: whether the function was called by a reference to it that was made before (an attribute, an import by
            name), which tools that replace functions of the framework do not see.

    """

    file: str = ""
    line: int = 0
    function: str = ""
    call: int = -1
    kept: bool = False


class Call(NamedTuple):
    """One call of a module, or of a function made of other operations.

    Args:
        path: the module's name in the network, such as layer1.0.conv1.
        kind: its class, or the function, in full.
        parent: the number of the call that it happened in; -1: in none.
        turn: which call of this module it is, from 0.
        module: whether it is a module that was called, not a function.
        training: whether the module was in training mode.
        inputs: the numbers of the tensors it was given, in order.
        outputs: the numbers of the tensors it gave.
        named: how many of the inputs, the last ones, were given by name.

    """

    path: str
    kind: str
    parent: int = -1
    turn: int = 0
    module: bool = True
    training: bool = False
    inputs: tuple[int, ...] = ()
    outputs: tuple[int, ...] = ()
    named: int = 0


class Module(NamedTuple):
    """A module as it stands in the network, called or not.

    Args:
        path: its first name in the network; empty for the whole.
        kind: its class, in full.
        children: name and number of each child, in order; a module that is shared has several parents.
        parameters: local name, and identity (see Parameter.key), of each stored tensor of its own.
        label: what the framework itself calls it, if it has a name of its own (conv2d_0).

    """

    path: str
    kind: str
    children: tuple[tuple[str, int], ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    label: str = ""


class Node(NamedTuple):
    """One operation: an operator between numbered tensors.

    `operands`: role and number of each tensor that stands where a layer has a stored one, such as a weight that
    was computed.
    """

    name: str
    scope: str
    op: Operator
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    parameters: tuple[Parameter, ...] = ()
    provenance: Provenance = Provenance()
    operands: tuple[tuple[str, int], ...] = ()


class Network(NamedTuple):
    """A frozen graph of operations.

    Args:
        name: what it is called.
        source: where it comes from.
        tensors: every tensor.
        nodes: every operation, in order of execution.
        inputs: which tensors the user gives.
        outputs: which tensors the user gets.
        calls: every call of a module, in order.
        modules: every module, the whole first.
        notes: what was assumed, in sentences.

    """

    name: str
    source: str
    tensors: tuple[Tensor, ...]
    nodes: tuple[Node, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    calls: tuple[Call, ...] = ()
    modules: tuple[Module, ...] = ()
    notes: tuple[str, ...] = ()

    def at(self, numbers: tuple[int, ...]) -> tuple[Tensor, ...]:
        """The tensors with these numbers."""
        return tuple(self.tensors[number] for number in numbers)


class Builder:
    """Lays out a network one operation at a time; every front end uses it."""

    def __init__(self) -> None:
        self.tensors: list[Tensor] = []
        self.nodes: list[Node] = []
        self.inputs: list[int] = []

    def input(self, tensor: Tensor) -> int:
        """Add an input of the network; returns its number."""
        self.inputs.append(self._add(tensor))
        return self.inputs[-1]

    def add(
        self,
        op: Operator,
        inputs: tuple[int, ...],
        name: str,
        scope: str = "",
        *,
        trainable: bool = True,
        provenance: Provenance | None = None,
    ) -> tuple[int, ...]:
        """Add an operation; returns the numbers of its outputs.

        Raises:
            ShapeError: if the operator cannot take these inputs; names the layer.

        """
        given = tuple(self.tensors[number] for number in inputs)
        try:
            made = op.infer(given)
            parameters = _parameters(op, given, name, trainable)
        except ShapeError as error:
            error.layer = f"{name}, {op}"
            error.values = {"input": shapes(given), **error.values}
            error.refused = Node(name, scope, op, inputs, (), (), provenance or Provenance())
            raise
        outputs = tuple(self._add(tensor) for tensor in made)
        self.nodes.append(Node(name, scope, op, inputs, outputs, parameters, provenance or Provenance()))
        return outputs

    def network(self, name: str, source: str, outputs: tuple[int, ...]) -> Network:
        """The graph laid out so far, frozen."""
        return Network(name, source, tuple(self.tensors), tuple(self.nodes), tuple(self.inputs), outputs)

    def _add(self, tensor: Tensor) -> int:
        self.tensors.append(tensor)
        return len(self.tensors) - 1


def _parameters(op: Operator, given: tuple[Tensor, ...], name: str, trainable: bool) -> tuple[Parameter, ...]:
    learned = op.parameters(given)
    kept = op.buffers(given)
    return tuple(
        Parameter(role, shape, trainable and role in learned, role in kept, f"{name}.{role}")
        for role, shape in {**learned, **kept}.items()
    )
