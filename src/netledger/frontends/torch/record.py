"""What is written down while a model runs: by reference, in few and cheap steps. `freeze` makes sense of it later."""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any, NamedTuple

import torch

from netledger.core.errors import ShapeError
from netledger.core.ledger import Entry
from netledger.core.network import Tensor
from netledger.core.operator import Operator
from netledger.frontends.torch.abstract import Abstract, Kind
from netledger.frontends.torch.stored import Sort, Stored

__all__ = ["Called", "Case", "Did", "Place", "Refusal", "Step", "Use", "numbers_in"]

Place = tuple[CodeType | None, int] | tuple[CodeType | None, int, CodeType, int]
"""A place in the user's code: code object and instruction; and those in PyTorch's own code that was called there."""


class Step:
    """An operation on tensors of certain kinds: one object each time that a case does it again.

    Args:
        op: the operator.
        given: the kinds of its inputs.
        roles: the roles of what the layer holds.
        sorts: what is held in each; None: a tensor that was computed.
        kinds: what it makes.

    """

    __slots__ = ("entry", "given", "kinds", "op", "prices", "roles", "sorts", "view")

    def __init__(
        self,
        op: Operator,
        given: tuple[Kind, ...],
        roles: tuple[str, ...],
        sorts: tuple[Sort | None, ...],
        kinds: tuple[Kind, ...],
    ) -> None:
        self.op = op
        self.given = given
        self.roles = roles
        self.sorts = sorts
        self.kinds = kinds
        self.view = bool(op.VIEW and given)
        self.entry: Entry | None = None
        """It as an entry without a name, once it was asked for."""
        self.prices: dict[str, int] = {}
        """What it costs, by the names of conventions that were asked for."""


class Use(NamedTuple):
    """A step of a case. Numbers below 0 count the case's own results from ~0, others its tensors."""

    step: Step
    inputs: tuple[int, ...]
    held: tuple[int, ...]


class Case(NamedTuple):
    """What a call with certain shapes and attributes does: remembered, and done again without asking its rule.

    Args:
        uses: the operations.
        result: what the call answers: a number as in Use, or a sequence of them.
        writes: number of the tensor that is overwritten, and what with.
        single: whether it is one operation with one result, which is the answer.
        fills: whether it is one operation on its first tensor, which is overwritten with the result.

    """

    uses: tuple[Use, ...]
    result: Any
    writes: tuple[tuple[int, int], ...]
    single: bool
    fills: bool


class Did(NamedTuple):
    """One operation that was done. Of what the layer holds, what was computed has a number."""

    step: Step
    inputs: tuple[int, ...]
    first: int
    held: tuple[Stored | int, ...]
    function: Any
    call: int
    place: Place | None


class Refusal(NamedTuple):
    """An operator that did not take its inputs.

    Args:
        op: the operator.
        inputs: the numbers of its inputs; -1 for one of the model's own.
        given: what they are.
        rule: what it said.
        complaint: what PyTorch itself said to it; None, as long as it has said nothing.

    """

    op: Operator
    inputs: tuple[int, ...]
    given: tuple[Tensor, ...]
    rule: ShapeError
    complaint: Exception | None = None


class Called(NamedTuple):
    """One call of a module, or of a function made of other operations: by what is called, not by the object itself.

    Args:
        part: the number of the module; of the one that it happens in, for a function.
        kind: the class of the module, or the function.
        module: whether it is a module.
        training: whether that is in training mode.
        parent: the number of the call that it happens in.
        place: where it is called.
        inputs: the numbers of the tensors that it is given.
        named: how many of these, the last ones, are given by name.

    """

    part: int
    kind: Any
    module: bool
    training: bool
    parent: int
    place: Place | None
    inputs: tuple[int, ...]
    named: int = 0


def numbers_in(value: Any, number: Callable[[Any], int] | None = None) -> tuple[int, ...]:
    """The numbers of the tensors in a value, nested as it may be; `number`: asked for every tensor there is."""
    if type(value) is Abstract and number is None:
        return (value._number,)
    if type(value) is tuple and len(value) == 1 and type(value[0]) is Abstract and number is None:
        return (value[0]._number,)
    found: list[int] = []
    _add(value, found, number)
    return tuple(found)


_PLAIN = frozenset({type(None), bool, int, float, str})


def _add(value: Any, found: list[int], number: Callable[[Any], int] | None) -> None:
    if isinstance(value, torch.Tensor):
        found.extend((number(value),) if number else ())
        return
    if isinstance(value, dict):
        value = value.values()
    elif hasattr(value, "__dataclass_fields__"):
        value = [getattr(value, name, None) for name in value.__dataclass_fields__]
    elif not isinstance(value, (tuple, list)):
        return
    for part in value:
        if type(part) is Abstract and number is None:
            found.append(part._number)
        elif type(part) not in _PLAIN:
            _add(part, found, number)
