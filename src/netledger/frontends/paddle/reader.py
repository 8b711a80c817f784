"""From a program to a network: each operation by its rule, or as a gap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from netledger.core.network import Tensor
from netledger.core.number import product
from netledger.core.operator import Operator
from netledger.frontends.graph import Graph, Stored
from netledger.frontends.operators import unique
from netledger.frontends.paddle.program import Event, Made, Name, Operation, Program
from netledger.frontends.recording import Recording, recording
from netledger.frontends.remembered import tensor as tensor_of

__all__ = ["Known", "Reader", "read"]


class Known(NamedTuple):
    """A tensor whose values are known: one number for all of its elements, or a list of them."""

    values: Any
    tensor: Tensor


def read(program: Program, name: str, source: str, *, partly: bool = False) -> Recording:
    """What a program does; `partly`: one whose making failed."""
    reader = Reader(program)
    with reader.graph.telling(name, source):
        reader.run()
    outputs = [reader.number(number) for number in program.outputs if reader.values.get(number) is not None]
    return recording(reader.graph, name, source, outputs, partly=partly)


class Reader:
    """Reads a program, operation by operation.

    `values`: what each number of the program stands for: a number of the graph, a Stored, a Known, a tuple of such, or
    None where nothing that is counted makes it.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.graph = Graph()
        self.values: dict[Name, Any] = {0: None}
        self._uses: Mapping[Name, int] | None = None
        self.graph.declare(program.modules)
        for number, tensor in program.inputs:
            self.values[number] = self.graph.input(tensor_of(*tensor))
        for number, (path, stored) in program.stored.items():
            self.values[number] = stored
            self.graph.hold(path, stored)

    def run(self) -> None:
        """Every operation, in the calls of layers it happens in."""
        from netledger.frontends.paddle.rules import RULES

        events = list(self.program.events)[::-1]
        for place, op in enumerate(self.program.operations):
            while events and events[-1].before <= place:
                self._event(events.pop())
            rule = RULES.get(op.name) or RULES.get(op.name.rstrip("_"))
            made = None if rule is None or op.blocks else rule(self, op)
            self._keep(op, made if made is not None else self.gap(op))
        while events:
            self._event(events.pop())

    def _event(self, event: Event) -> None:
        if event.ends:
            self.graph.leave()
        else:
            self.graph.enter(event.path, event.kind, training=event.training, label=event.label)

    def _keep(self, op: Operation, made: Any) -> None:
        if len(op.outputs) == 1 and type(made) is list and made:
            self.values[op.outputs[0].number] = made[0]
            return
        for out, value in zip(op.outputs, made if isinstance(made, list) else [made], strict=False):
            self.values[out.number] = value

    # What a rule asks.

    def value(self, op: Operation, place: int) -> Any:
        """What an operation reads at a place; None if nothing."""
        return self.values.get(op.inputs[place]) if place < len(op.inputs) else None

    def known(self, op: Operation, place: int) -> Any:
        """The values of what it reads, if they are known: a number, or a list."""
        value = self.value(op, place)
        if type(value) is tuple and value and all(isinstance(part, Known) for part in value):
            return [part.values for part in value]
        return value.values if isinstance(value, Known) else None

    def tensor(self, op: Operation, place: int = 0) -> Tensor:
        """The tensor that it reads."""
        value = self.value(op, place)
        if isinstance(value, Known):
            return value.tensor
        if isinstance(value, Stored):
            return Tensor(value.shape, value.dtype)
        return self.graph.tensors[value]

    def alone(self, op: Operation, place: int = 0) -> bool:
        """Whether nothing else reads it."""
        if self._uses is None:
            self._uses = self.program.uses()
        return self._uses[op.inputs[place]] == 1

    def number(self, number: Name) -> int:
        """The number in the graph of a value of the program."""
        return self.placed(self.values[number])

    def placed(self, value: Any) -> int:
        """The number in the graph of what a value stands for; it is made, if it is stored or known."""
        if isinstance(value, Stored):
            return self.graph.value(value)
        if isinstance(value, Known):
            made = (value.tensor,)
            return self.graph.add(unique("constant", value.tensor.shape, "full"), made=made)[0]
        return int(value)

    # What a rule does.

    def add(self, op: Operation, operator: Operator, *places: int, stored: Any = None, outputs: int = 1) -> list[Any]:
        """An operator on what stands at these places; its outputs."""
        numbers = [self.number(op.inputs[place]) for place in places]
        return self.apply(op, operator, *numbers, stored=stored, made=self.made(op.outputs[:outputs]))

    def apply(
        self, op: Operation, operator: Operator, *numbers: int, stored: Any = None, made: Any = None
    ) -> list[Any]:
        """An operator on numbers of the graph."""
        function = f"paddle.{op.name}"
        return list(self.graph.add(operator, *numbers, stored=stored, made=made, function=function, place=op.place))

    def made(self, outputs: tuple[Made, ...]) -> tuple[Tensor, ...] | None:
        """What Paddle says of outputs; None unless it says all of it."""
        tensors = [out.tensor for out in outputs]
        if len(tensors) == 1 and tensors[0] is not None and min(tensors[0].shape, default=0) >= 0:
            return (tensors[0],)
        if any(tensor is None or any(size < 0 for size in tensor.shape) for tensor in tensors):
            return None
        return tuple(tensor for tensor in tensors if tensor is not None)

    def gap(self, op: Operation) -> list[Any]:
        """An operation that has no rule: what it reads and makes."""
        values = [self.values.get(number) for number in op.inputs]
        flat = [part for value in values for part in (value if type(value) is tuple else (value,))]
        stored = {f"{place}": part for place, part in enumerate(flat) if isinstance(part, Stored)}
        numbers = [part for part in flat if isinstance(part, int)]
        outputs = [out for out in op.outputs if out.tensor is not None]
        made = tuple(self.settled(out.tensor, numbers) for out in outputs if out.tensor is not None)
        if not made or all(product(tensor.shape) == 0 for tensor in made):
            return [None] * len(op.outputs)
        written = iter(self.graph.unknown(f"paddle.{op.name}", numbers, made, stored, place=op.place))
        return [next(written) if out.tensor is not None else None for out in op.outputs]

    def settled(self, tensor: Tensor, numbers: list[int]) -> Tensor:
        """A shape with a size for each that is not known: the batch of what is read, else 1."""
        batch = self.graph.tensors[numbers[0]].shape[0] if numbers and self.graph.tensors[numbers[0]].shape else 1
        sizes = (size if size >= 0 else (batch if axis == 0 else 1) for axis, size in enumerate(tensor.shape))
        return tensor.like(tuple(sizes))
