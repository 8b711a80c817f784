"""Starts a worker per tool and network, one after the other, and keeps what they answer in bench/peers.json."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bench.peers.judge import OURS, WITNESS, products
from bench.peers.worker import END

__all__ = ["FILE", "measure", "read", "write"]

FILE = Path(__file__).parent.parent / "peers.json"
TIMEOUT = 120
MOST = 9
"""More processes than any tool has attempts: nothing that dies at once is started for ever."""

Results = dict[str, Any]
Answer = dict[str, Any]


def read(file: Path = FILE) -> Results:
    """What is measured so far."""
    return json.loads(file.read_text()) if file.exists() else {"machine": machine(), "networks": {}}


def write(results: Results, file: Path = FILE) -> None:
    """Sorted, so that the file says the same whatever was measured first."""
    half = file.with_suffix(".half")
    half.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
    half.replace(file)


def machine() -> dict[str, Any]:
    """Where it is measured."""
    return {"python": platform.python_version(), "system": platform.system(), "cpu": _cpu(), "cores": os.cpu_count()}


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def measure(network: str, tools: Iterable[str], runs: int, known: dict[str, Any]) -> Iterator[tuple[str, list[Answer]]]:
    """Each tool's answers on a network, as they come. First the two that tell what is right, then the others."""
    found = dict(known)
    for tool in sorted(tools, key=lambda tool: (tool != OURS, tool != WITNESS, tool)):
        found[tool] = {"answers": attempts(tool, network, runs, products(found))}
        yield tool, found[tool]["answers"]


def attempts(tool: str, network: str, runs: int, products: int | None) -> list[Answer]:
    """The answers of every attempt; a process more after each that failed."""
    found: list[Answer] = []
    for _ in range(MOST):
        new = _one_process(tool, network, runs, {"products": products, "answers": found})
        found += [answer for answer in new if "key" in answer]
        if END in new:
            break
    return found


def _one_process(tool: str, network: str, runs: int, asked: dict[str, Any]) -> list[Answer]:
    command = [sys.executable, "-m", "bench.peers.worker", tool, network, str(runs)]
    try:
        done = subprocess.run(
            command, input=json.dumps(asked).encode(), stdout=subprocess.PIPE, timeout=TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired as late:
        return _answered(late.stdout or b"", f"no answer within {TIMEOUT} s")
    return _answered(done.stdout, f"the process ended with {done.returncode}")


def _answered(text: bytes, otherwise: str) -> list[Answer]:
    """The lines of a worker; if it ended in the midst of an attempt, that it did."""
    lines = [json.loads(line) for line in text.splitlines()]
    if lines and "begin" in lines[-1]:
        lines.append({"key": lines[-1]["begin"], "error": otherwise})
    return lines
