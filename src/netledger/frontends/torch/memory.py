"""What was found out about calls, by function, shapes, element types and attributes: the same for every model.

Only plain values are remembered, and only so many of them: nothing of a model's or a user's is kept.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch

from netledger.core.work import Term
from netledger.frontends.torch.abstract import Kind
from netledger.frontends.torch.record import Case
from netledger.frontends.torch.stored import Sort

__all__ = ["MOST", "Memory", "forget", "memory"]

MOST = 4096
"""So many calls are remembered; with more, all are forgotten when the next model is counted."""


class Memory(NamedTuple):
    """What is remembered, for one device.

    Args:
        cases: what a call does, by all that distinguishes it.
        kinds: shapes and element types met.
        sorts: what stored tensors were met, by use: parameters, buffers, constants.
        work: what an operator does, by operator, inputs and outputs.

    """

    cases: dict[Any, Case]
    kinds: dict[Any, Kind]
    sorts: tuple[dict[Any, Sort], dict[Any, Sort], dict[Any, Sort]]
    work: dict[Any, tuple[Term, ...]]


_MEMORIES: dict[Any, Memory] = {}


def memory(device: torch.device) -> Memory:
    """The memory for models on a device."""
    found = _MEMORIES.get(device)
    if found is None or len(found.cases) > MOST or len(found.kinds) > 2 * MOST or len(found.work) > 2 * MOST:
        found = _MEMORIES[device] = Memory({}, {}, ({}, {}, {}), {})
    return found


def forget() -> None:
    """A rule was added: what was found out may no longer hold."""
    _MEMORIES.clear()
