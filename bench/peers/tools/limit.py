"""The limit, not a tool: the network's own `forward` alone, every operation handed back ready-made.

Calls go through `nn.Module.__call__` and, one by one, through a mode at torch's function level, attribute reads
included; but the mode only hands back, in order, what the same calls returned once on the same tensors.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from typing import Any

from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from bench.peers.tools import Figures

MODES = ("no_grad",)
PACKAGE = "torch"

_recorded: weakref.WeakKeyDictionary[nn.Module, list[Any]] = weakref.WeakKeyDictionary()


class Record(TorchFunctionMode):
    """Remembers what every call returns."""

    def __init__(self) -> None:
        super().__init__()
        self.results: list[Any] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        self.results.append(result)
        return result


class Replay(TorchFunctionMode):
    """Hands it back."""

    def __init__(self, results: Iterator[Any]) -> None:
        super().__init__()
        self.next = results.__next__

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return self.next()


def replay(model: nn.Module, image: Tensor) -> Figures:
    if model not in _recorded:
        _recorded[model] = record(model, image)
    results = iter(_recorded[model])
    with Replay(results):
        model(image)
    if next(results, StopIteration) is not StopIteration:
        raise RuntimeError("forward made fewer calls than when it was recorded")
    return Figures()


def record(model: nn.Module, image: Tensor) -> list[Any]:
    """What the calls of the second forward return: the first may fill tables that the network keeps."""
    model(image)
    with Record() as mode:
        model(image)
    return mode.results


WAYS = {"replay": replay}
