"""Order."""

from __future__ import annotations

from typing import Any

import torch

from netledger.frontends.torch.rules._registry import load, rule


@rule("sort", "argsort", "msort")
def sort(trace: Any, input: Any, dim: Any = -1, descending: bool = False, **kwargs: Any) -> Any:
    """The elements of an axis in order, and where they were."""
    if isinstance(dim, bool):
        dim, descending = -1, dim
    if not trace.kind_of(input).shape:
        raise TypeError("a single number")
    if trace.last_name == "argsort":
        return trace.add(load("argsort")(dim, descending), input)
    if trace.last_name == "msort":
        dim = 0
    made = trace.add(load("sort")(dim, descending), input, dtype=(trace.kind_of(input).dtype, torch.int64))
    return made[0] if trace.last_name == "msort" else torch.return_types.sort(made)


@rule("topk")
def topk(trace: Any, input: Any, k: Any, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    """The greatest of an axis, and where they are."""
    op = load("topk")(int(k), dim, largest)
    return torch.return_types.topk(trace.add(op, input, dtype=(trace.kind_of(input).dtype, torch.int64)))
