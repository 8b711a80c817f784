"""What is written down while a model runs: by reference, in few and cheap steps. `freeze` makes sense of it later."""

from __future__ import annotations

from collections.abc import Iterator
from types import CodeType
from typing import Any, NamedTuple

import torch

from netledger.core.operator import Operator
from netledger.frontends.torch.abstract import Abstract, Kind
from netledger.frontends.torch.stored import Stored

__all__ = ["Called", "Case", "Did", "Place", "Step", "numbers_in"]

Place = tuple[CodeType, int]
"""A place in the user's code: code object and instruction."""


class Step(NamedTuple):
    """One operation of a case. Numbers below 0 count the case's own results from ~0, others its tensors."""

    op: Operator
    inputs: tuple[int, ...]
    roles: tuple[tuple[str, int], ...]
    kinds: tuple[Kind, ...]


class Case(NamedTuple):
    """What a call with certain shapes and attributes does: remembered, and done again without asking its rule.

    Args:
        steps: the operations.
        result: what the call answers: a number as in Step, or a sequence of them.
        writes: number of the tensor that is overwritten, and what with.
        single: whether it is one operation with one result, which is the answer.

    """

    steps: tuple[Step, ...]
    result: Any
    writes: tuple[tuple[int, int], ...]
    single: bool


class Did(NamedTuple):
    """One operation that was done."""

    op: Operator
    inputs: tuple[int, ...]
    first: int
    kinds: tuple[Kind, ...]
    stored: tuple[tuple[str, Stored], ...]
    operands: tuple[tuple[str, int], ...]
    function: Any
    call: int
    place: Place | None


class Called:
    """One call of a module, or of a function made of other operations: by what is called, not by the object itself.

    Args:
        path: the name of the module in the model; of the one that it happens in, for a function.
        kind: the class of the module, or the function.
        module: whether it is a module.
        training: whether that is in training mode.
        parent: the number of the call that it happens in.
        place: where it is called.
        inputs: the numbers of the tensors that it is given.

    """

    __slots__ = ("inputs", "kind", "module", "outputs", "parent", "path", "place", "training")

    def __init__(
        self,
        path: str,
        kind: Any,
        module: bool,
        training: bool,
        parent: int,
        place: Place | None,
        inputs: tuple[int, ...],
    ) -> None:
        self.path = path
        self.kind = kind
        self.module = module
        self.training = training
        self.parent = parent
        self.place = place
        self.inputs = inputs
        self.outputs: tuple[int, ...] = ()


def numbers_in(value: Any) -> tuple[int, ...]:
    """The numbers of the tensors in a value, nested as it may be."""
    if type(value) is Abstract:
        return (value._number,)
    if type(value) is tuple and len(value) == 1 and type(value[0]) is Abstract:
        return (value[0]._number,)
    return tuple(_numbers(value))


def _numbers(value: Any) -> Iterator[int]:
    if type(value) is Abstract:
        yield value._number
    elif isinstance(value, torch.Tensor) or value is None:
        return
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from _numbers(part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from _numbers(part)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from _numbers(getattr(value, name, None))
