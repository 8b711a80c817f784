"""How a call was spelled, which is all that some tools see.

`a + b` and `a.add(b)` reach PyTorch as one function; so do `F.relu(x)` and a call of F.relu by another name.
"""

from __future__ import annotations

import dis
from itertools import pairwise
from types import CodeType
from typing import Any

import torch
from torch.nn import functional

from netledger.frontends.torch.record import Place

__all__ = ["OPERATORS", "is_kept", "is_operator"]

_NAMES = "add sub mul div true_divide floor_divide matmul pow remainder eq ne lt le gt ge neg"
_SIGNS = {"div": "truediv", "true_divide": "truediv", "floor_divide": "floordiv", "remainder": "mod"}

OPERATORS = {
    getattr(torch.Tensor, name): f"torch.Tensor.__{_SIGNS.get(name, name)}__"
    for name in _NAMES.split()
    if not hasattr(getattr(torch.Tensor, name), "__code__")
}
"""Methods that are operators too, and what these are called."""


def is_operator(func: Any, place: Place | None) -> bool:
    """Whether a method was called as an operator at a place; by the instruction that is there.

    A call of anything else (`sum`, `operator.add`) calls the operator.
    """
    if place is None or place[-2] is None:
        return False
    code: Any = place[-2]
    return dis.opname[code.co_code[place[-1]]] in _SPELLED or not _names(code, place[-1], func.__name__)


_SPELLED = {"BINARY_OP", "COMPARE_OP", "UNARY_NEGATIVE"}
_LOADS = {"LOAD_METHOD", "LOAD_ATTR"}


def _names(code: CodeType, instruction: int, name: str) -> bool:
    """Whether the call at an instruction is of a method of this name: what loads the method begins where the call does.

    What is loaded from a global is a function of a module, such as operator.add. Without positions
    (`python -X no_debug_ranges`): whether the name occurs in the code.
    """
    if name not in code.co_names:
        return False
    begins = [(line, column) for line, _, column, _ in code.co_positions()]
    start = begins[instruction // 2]
    steps = list(dis.get_instructions(code))
    return start[1] is None or any(
        one.opname in _LOADS
        and one.argval == name
        and begins[one.offset // 2] == start
        and "GLOBAL" not in before.opname
        for before, one in pairwise(steps)
    )


def is_kept(func: Any, place: Place | None) -> bool:
    """Whether a function was called otherwise than by its name in its module, as in `torch.nn.functional.relu(x)`."""
    if place is None or place[-2] is None or not getattr(func, "__module__", None):
        return False
    code, name = place[-2], func.__name__.removeprefix("_")
    if name not in code.co_names:
        return True
    return _is_global(code, code.co_names.index(name)) and code.co_filename != functional.__file__


def _is_global(code: CodeType, index: int) -> bool:
    """Whether a name is read as a global in some code: one imported from its module."""
    wide = 0
    for sign, argument in zip(code.co_code[::2], code.co_code[1::2], strict=True):
        if sign == _LOAD_GLOBAL and (wide | argument) >> 1 == index:
            return True
        wide = (wide | argument) << 8 if sign == dis.EXTENDED_ARG else 0
    return False


_LOAD_GLOBAL = dis.opmap["LOAD_GLOBAL"]
