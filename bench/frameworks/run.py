"""Starts a worker per network and report, one after the other, and keeps what they answer in bench/frameworks.json."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bench.frameworks import libraries
from bench.frameworks.worker import OURS, PREPARE
from bench.peers import run as peers

__all__ = ["FILE", "ROUNDS", "TIMEOUT", "machine", "measure", "prepare", "read", "reports", "write"]

FILE = Path(__file__).parent.parent / "frameworks.json"

TIMEOUT = 60
"""So many seconds has a process."""

ROUNDS = 2
"""So many processes measure each report: the machine is not always equally fast."""

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")

Results = dict[str, Any]


def read(file: Path = FILE) -> Results:
    """What is measured."""
    return json.loads(file.read_text()) if file.exists() else {"machine": machine(), "libraries": {}}


def write(results: Results, file: Path = FILE) -> None:
    """In the order of the files, which is that of the page."""
    file.write_text(json.dumps(results, indent=1) + "\n")


def machine() -> dict[str, Any]:
    """Where it is measured."""
    return peers.machine()


def reports(library: str) -> list[str]:
    """Ours, and those of the others."""
    return [OURS, *libraries.load(library).PEERS]


def prepare(library: str, networks: Iterable[str], folder: str) -> None:
    """The files that the networks are read from, where they are read from files."""
    for network in networks if hasattr(libraries.load(library), "prepare") else ():
        error = process(library, network, PREPARE, folder).get("error")
        if error:
            raise RuntimeError(f"{library} {network}: {error}")


def measure(library: str, networks: Iterable[str], folder: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each network's reports: of several processes in turns, what the fastest answers."""
    for network in networks:
        rounds = [
            {report: process(library, network, report, folder) for report in reports(library)} for _ in range(ROUNDS)
        ]
        for report in reports(library):
            yield network, report, min((one[report] for one in rounds), key=_seconds)


def _seconds(answer: dict[str, Any]) -> float:
    """What it took; a failure is the last to be chosen."""
    return float(answer.get("seconds", float("inf")))


def process(library: str, network: str, report: str, folder: str, limit: int = TIMEOUT) -> dict[str, Any]:
    """What one worker answers; if it does not, why."""
    command = [sys.executable, "-m", "bench.frameworks.worker", library, network, report, folder]
    surroundings = os.environ | dict.fromkeys(ONE_THREAD, "1")
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, timeout=limit, check=False, env=surroundings)
    except subprocess.TimeoutExpired:
        return {"error": f"no answer within {limit} s"}
    lines = done.stdout.splitlines()
    return json.loads(lines[-1]) if lines else {"error": f"the process ended with {done.returncode}"}
