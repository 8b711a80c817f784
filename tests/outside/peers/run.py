"""One tool on one network, in a process of its own, because some tools leave PyTorch changed behind them.

The process is forked from one that has imported PyTorch, the libraries of networks and all tools.
"""

from __future__ import annotations

import json
import logging
import os
import select
import signal
import time
import warnings
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn

from tests.outside.peers import tools
from tests.outside.peers.networks import build

__all__ = ["figures", "figures_of", "prepare"]

LIMIT = 300
"""Seconds that a tool may take on a network."""

Answer = dict[str, Any]
Build = Callable[[str], tuple[nn.Module, tuple[Any, ...], dict[str, Any]]]


def prepare() -> list[str]:
    """Imports everything, once, before the first fork; tells which tools are not there."""
    torch.set_num_threads(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return tools.load()


def figures(network: str, batch: int, names: Iterable[str], device: str | None = None) -> dict[str, Answer]:
    """What the tools answer on a network by name: figures and the device they were counted on, or an error."""
    return figures_of(lambda place: build(network, batch, place), names, device)


def figures_of(make: Build, names: Iterable[str], device: str | None = None) -> dict[str, Answer]:
    """The same for any network: `make` builds it, and its arguments, on a device."""
    return {name: in_a_process(name, make, device) for name in names}


def in_a_process(tool: str, make: Build, device: str | None = None, limit: float = LIMIT) -> Answer:
    """Forks, waits for the answer, and ends the process if it takes too long."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _answer(writing, tool, make, device)
    os.close(writing)
    start = time.perf_counter()
    text = _read(reading, start + limit)
    if text is None:
        os.kill(child, signal.SIGKILL)
    os.close(reading)
    _, status = os.waitpid(child, 0)
    if text is None:
        return {"error": f"no answer within {limit} s"}
    if not text:
        return {"error": f"the process ended with {os.waitstatus_to_exitcode(status)}"}
    return json.loads(text) | {"seconds": round(time.perf_counter() - start, 1)}


def _read(pipe: int, until: float) -> bytes | None:
    """All that comes through; None if it does not end in time."""
    parts = []
    while True:
        ready, _, _ = select.select([pipe], [], [], max(0.0, until - time.perf_counter()))
        if not ready:
            return None
        part = os.read(pipe, 65536)
        if not part:
            return b"".join(parts)
        parts.append(part)


def _answer(pipe: int, tool: str, make: Build, device: str | None) -> None:
    """What the forked process does. It never returns, and what tools print goes nowhere."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        logging.disable(logging.CRITICAL)
        warnings.simplefilter("ignore")
        text = json.dumps(counted(tool, make, device))
        with os.fdopen(pipe, "w") as answer:
            answer.write(text)
    finally:
        os._exit(0)


def counted(tool: str, make: Build, device: str | None = None) -> Answer:
    """The figures on the first device that the tool answers on, and why not on those before it."""
    failed: Answer = {}
    for place in [device] if device else tools.DEVICES[tool]:
        try:
            model, args, kwargs = make(place)
            return tools.TOOLS[tool](model, args, kwargs) | {"device": place} | failed
        except Exception as error:  # noqa: BLE001  whatever a tool raises is its answer
            failed[f"error on {place}"] = told(error)
    return {"error": failed.pop(f"error on {place}"), "device": place} | failed


def told(error: BaseException) -> str:
    """An exception in a line: the first of those that led to one another."""
    while error.__cause__ is not None:
        error = error.__cause__
    return f"{type(error).__name__}: {error}".replace("\n", " ")[:300]
