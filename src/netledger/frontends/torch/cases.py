"""What a call does, in places instead of tensors, so that it can be done again."""

from __future__ import annotations

from typing import Any

import torch

from netledger.frontends.torch.abstract import Abstract
from netledger.frontends.torch.record import Case, Use

__all__ = ["case_of", "rebuilt"]


def case_of(tape: Any, writes: Any, result: Any, flat: list[Any]) -> Case | None:
    """What was done, in places instead of tensors; None if it depends on something else."""
    places = {id(value): place for place, value in enumerate(flat)}
    count = 0
    uses = []
    try:
        for step, inputs, held, made in tape:
            given, stored = (tuple([places[id(tensor)] for tensor in tensors]) for tensors in (inputs, held))
            uses.append(Use(step, given, stored))
            for tensor in made:
                places[id(tensor)] = ~count
                count += 1
        overwritten = tuple([(places[id(target)], places[id(value)]) for target, value in writes])
        answer = _places(result, places)
    except (KeyError, TypeError):
        return None
    alone = count == len(uses) == 1 and type(answer) is int
    single = alone and answer == ~0 and not overwritten
    fills = alone and answer == 0 and overwritten == ((0, ~0),) and uses[0].inputs[:1] == (0,)
    return Case(tuple(uses), answer, overwritten, single, fills)


class _Constant:
    """A part of an answer that is no tensor."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def _places(result: Any, places: dict[int, int]) -> Any:
    if isinstance(result, torch.Tensor):
        return places[id(result)]
    if isinstance(result, (tuple, list)):
        return _alike(result, [_places(part, places) for part in result])
    if type(result) in _PLAIN:
        return _Constant(result)
    raise KeyError(result)


_PLAIN = frozenset({type(None), bool, int, float, complex, str, torch.dtype, torch.device})


def _alike(sequence: Any, parts: list[Any]) -> Any:
    """A sequence of the same class, with other parts."""
    make = getattr(sequence, "_make", type(sequence))
    return make(parts)


def rebuilt(result: Any, flat: list[Any], made: list[Abstract]) -> Any:
    """The answer, with the tensors of this call."""
    if type(result) is int:
        return made[~result] if result < 0 else flat[result]
    if type(result) is _Constant:
        return result.value
    return _alike(result, [rebuilt(part, flat, made) for part in result])
