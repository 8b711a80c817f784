"""How a call was spelled, which is all that some tools see.

`a + b` and `a.add(b)` reach PyTorch as one function; so do `F.relu(x)` and a call of F.relu by another name.
"""

from __future__ import annotations

import dis
from types import CodeType
from typing import Any

import torch
from torch.nn import functional

from netledger.frontends.torch.record import Place

__all__ = ["OPERATORS", "Spelling"]

_NAMES = "add sub mul div true_divide floor_divide matmul pow remainder eq ne lt le gt ge neg"
_SIGNS = {"div": "truediv", "true_divide": "truediv", "floor_divide": "floordiv", "remainder": "mod"}

OPERATORS = {
    getattr(torch.Tensor, name): f"torch.Tensor.__{_SIGNS.get(name, name)}__"
    for name in _NAMES.split()
    if not hasattr(getattr(torch.Tensor, name), "__code__")
}
"""Methods that are operators too, and what these are called."""


_SPELLED = {"BINARY_OP", "COMPARE_OP", "UNARY_NEGATIVE"}
_LOADS = {"LOAD_METHOD": "attribute", "LOAD_ATTR": "attribute", "LOAD_GLOBAL": "global", "LOAD_NAME": "global"}

Start = tuple[int | None, int | None]


class Spelling:
    """How calls are spelled in the code that makes them; code that was read is remembered."""

    def __init__(self) -> None:
        self._read: dict[int, dict[Start, set[tuple[str, str]]]] = {}
        self._begins: dict[int, list[Start]] = {}

    def is_operator(self, func: Any, place: Place | None) -> bool:
        """Whether a method was called as an operator at a place.

        A call of anything else (`sum`, `operator.add`) calls the operator.
        """
        if place is None or place[-2] is None:
            return False
        code: Any = place[-2]
        if dis.opname[code.co_code[place[-1]]] in _SPELLED:
            return True
        return func.__name__ not in code.co_names or "attribute" not in self._loaded(code, place[-1], func.__name__)

    def is_kept(self, func: Any, place: Place | None) -> bool:
        """Whether a function was called otherwise than by its name in its module: `torch.nn.functional.relu(x)`."""
        if place is None or place[-2] is None or not getattr(func, "__module__", None):
            return False
        code, name = place[-2], func.__name__.removeprefix("_")
        if name not in code.co_names:
            return True
        found = self._loaded(code, place[-1], name)
        own = "global" in found and code.co_filename == functional.__file__
        return not own and not found & {"attribute", "attribute of a global"}

    def _loaded(self, code: CodeType, instruction: int, name: str) -> set[str]:
        """How a name is read where the call at an instruction begins; everything, if Python keeps no positions."""
        if id(code) not in self._read:
            self._learn(code)
        start = self._begins[id(code)][instruction // 2]
        if start[1] is None:
            return {"attribute"}
        return {how for how, one in self._read[id(code)].get(start, ()) if one == name}

    def _learn(self, code: CodeType) -> None:
        begins = self._begins[id(code)] = [(line, column) for line, _, column, _ in code.co_positions()]
        found = self._read[id(code)] = {}
        before = ""
        for one in dis.get_instructions(code):
            how = _LOADS.get(one.opname, "")
            if how:
                kind = "attribute of a global" if how == "attribute" and before == "global" else how
                found.setdefault(begins[one.offset // 2], set()).add((kind, str(one.argval)))
            before = how if one.opname != "PUSH_NULL" else before
