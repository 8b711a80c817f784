"""A program: operations in order, what each reads and makes, and where it happens. Plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from netledger.core.network import Tensor
from netledger.frontends.freezing import Declared
from netledger.frontends.graph import Stored

__all__ = ["Event", "Made", "Name", "Operation", "Program"]

Name = int | str
"""What a value of the program is known by."""


class Made(NamedTuple):
    """What an operation makes: its number, and its shape if it is one tensor (−1: a size that is not known yet)."""

    number: Name
    tensor: Tensor | None


class Operation(NamedTuple):
    """One operation.

    Args:
        name: what Paddle calls it: conv2d.
        attributes: its attributes by name.
        inputs: the number of each value that it reads; 0: none.
        outputs: what it makes.
        blocks: whether it holds other operations (if, while).
        place: file and line of the user's.

    """

    name: str
    attributes: Mapping[str, Any]
    inputs: tuple[Name, ...]
    outputs: tuple[Made, ...]
    blocks: bool = False
    place: tuple[str, int] = ("", 0)


class Event(NamedTuple):
    """A call of a layer begins (with its path, class and own name), or ends, before an operation."""

    before: int
    path: str = ""
    kind: str = ""
    label: str = ""
    training: bool = False
    ends: bool = False


class Program(NamedTuple):
    """A whole program.

    Args:
        operations: every operation, in order.
        inputs: the numbers of what the user gives, and their tensors.
        outputs: the numbers of what the user gets.
        stored: what the layers store, by number; and the path of the layer.
        events: the calls of layers.
        modules: the layers as they stand in the network.

    """

    operations: Sequence[Operation]
    inputs: Sequence[tuple[Name, Tensor]]
    outputs: Sequence[Name]
    stored: Mapping[Name, tuple[str, Stored]]
    events: Sequence[Event] = ()
    modules: Sequence[Declared] = ()

    def uses(self) -> Counter[Name]:
        """How often each value is read."""
        return Counter([number for op in self.operations for number in op.inputs] + list(self.outputs))
