"""What is written down while a model runs: by reference, in few and cheap steps. `freeze` makes sense of it later."""

from __future__ import annotations

from types import CodeType
from typing import Any, NamedTuple

from netledger.core.operator import Operator
from netledger.frontends.torch.abstract import Kind
from netledger.frontends.torch.stored import Stored

__all__ = ["Called", "Case", "Did", "Place", "Step"]

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
    """One call of a module, or of a function made of other operations."""

    __slots__ = ("args", "kwargs", "parent", "place", "result", "what")

    def __init__(self, what: Any, parent: int, place: Place | None, args: Any, kwargs: Any) -> None:
        self.what = what
        self.parent = parent
        self.place = place
        self.args = args
        self.kwargs = kwargs
        self.result: Any = None
