"""netledger itself: everything recorded, and FLOP, MAC and parameters asked for in every timed call."""

from __future__ import annotations

import gc
import statistics
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

import netledger as nl
from bench.explain import uncounted_by_flop_counter
from bench.peers.tools import Figures

MODES = ("no_grad",)
PACKAGE = "netledger"


def count(model: nn.Module, image: Tensor) -> Figures:
    ledger = nl.count(model, tuple(image.shape))
    return Figures(ledger.total("flops"), ledger.total("macs"), ledger.parameters, not ledger.complete)


def everything(model: nn.Module, image: Tensor) -> Figures:
    """Also every entry and the whole ledger as JSON; `worker.py` times it apart from the others."""
    ledger = nl.count(model, tuple(image.shape))
    list(ledger)
    ledger.to_json()
    return Figures(ledger.total("flops"), ledger.total("macs"), ledger.parameters, not ledger.complete)


WAYS = {"count": count}
APART = {"everything": everything}

PAIRS = 5

SETTLED, COUNTS = 40, 10
"""Python's own free lists have been filled after so many counts; then so many more are watched."""


def facts(build: Callable[[], nn.Module], image: Tensor) -> dict[str, Any]:
    """What only we are asked: the first count and the second, what is kept, what the others' figures are held against.

    Something else is counted before, so that the first count of the network is not that of imports.
    """
    count(nn.Linear(2, 2, device=image.device), torch.empty(1, 2, device=image.device))
    first, second = _first_and_second(build, image)
    model = build()
    ledger = nl.count(model, tuple(image.shape))
    return {
        "first": first,
        "second": second,
        **_kept(model, image),
        "watched": COUNTS,
        "operations": len(ledger),
        "gaps": len(ledger.gaps),
        "uncounted_by_flop_counter": uncounted_by_flop_counter(ledger),
    }


def _first_and_second(build: Callable[[], nn.Module], image: Tensor) -> tuple[float, float]:
    """The seconds of the first and the second count of a network, built anew for each pair: the medians."""
    models = [build() for _ in range(PAIRS)]
    pairs = [(_seconds(model, image), _seconds(model, image)) for model in models]
    return statistics.median(first for first, _ in pairs), statistics.median(second for _, second in pairs)


def _seconds(model: nn.Module, image: Tensor) -> float:
    start = time.perf_counter()
    count(model, image)
    return time.perf_counter() - start


def _kept(model: nn.Module, image: Tensor) -> dict[str, int]:
    """By how much Python's memory and objects grow with COUNTS more counts, whose ledgers are gone."""
    tracemalloc.start()
    try:
        _repeat(model, image, SETTLED)
        before = _alive()
        _repeat(model, image, COUNTS)
        after = _alive()
    finally:
        tracemalloc.stop()
    return {f"kept_{name}": after[name] - before[name] for name in after}


def _repeat(model: nn.Module, image: Tensor, times: int) -> None:
    for _ in range(times):
        count(model, image)


def _alive() -> dict[str, int]:
    gc.collect()
    return {"bytes": tracemalloc.get_traced_memory()[0], "objects": len(gc.get_objects())}
