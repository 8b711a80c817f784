"""One report of one network, in a process of its own.

    python -m bench.frameworks.worker LIBRARY NETWORK REPORT FOLDER

The report is a peer's name, or `netledger`, or `prepare`. The answer is a line of JSON. What tools print goes nowhere.
"""

from __future__ import annotations

import functools
import importlib.metadata
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

from bench.frameworks import libraries
from bench.peers.worker import silenced

__all__ = ["LEAST", "LONG", "LONG_ENOUGH", "MOST", "OURS", "PREPARE"]

OURS, PREPARE = "netledger", "prepare"

LEAST, MOST, LONG_ENOUGH = 3, 15, 0.6
"""At least so many timed calls; then calls until so many, or so many seconds."""

LONG = 1.0
"""A call whose first takes so many seconds is the only one before those that are timed, and these are two."""

CONVENTIONS = ("macs", "flops", "arithmetic", "paddle")
"""What the figures of the peers are held against."""

Answer = dict[str, Any]


def main() -> None:
    library, network, report, folder = sys.argv[1:]
    lines = silenced()
    print(json.dumps(answer(library, network, report, folder)), file=lines, flush=True)


def answer(library: str, network: str, report: str, folder: str) -> Answer:
    """What the report says and how long it takes, or why it failed."""
    module = libraries.load(library)
    try:
        if report == PREPARE:
            module.prepare(network, folder)
            return {}
        case = module.build(network, folder)
        found = ours(module, case) if report == OURS else theirs(module, case, report)
    except Exception as error:  # noqa: BLE001  whatever a tool raises is its result
        return {"error": f"{type(error).__name__}: {error}"[:400]}
    return found | {"versions": {name: importlib.metadata.version(name) for name in module.PACKAGES}}


def ours(module: ModuleType, case: libraries.Case) -> Answer:
    """Our count, how much of it is the framework's own graph, and what that takes by itself."""
    import netledger as nl

    def count() -> Any:
        ledger = nl.count(case.model, *case.inputs)
        ledger.total("macs"), ledger.total("flops")
        return ledger

    found, ledger = timed(count)
    counts = ledger.parameter_counts
    figures = {name: ledger.total(name) for name in CONVENTIONS}
    on_padding = ledger.total("macs") - sum(entry.valid_products for entry in ledger)
    figures["real"] = figures["arithmetic"] - 2 * on_padding
    figures |= {"parameters": counts.total, "stored": counts.total + counts.buffers}
    own, graph = _apart(module, case, count)
    facts = {"own": own, "graph": graph, "operations": len(ledger), "gaps": len(ledger.gaps)}
    return found | {"figures": figures, "facts": facts}


def theirs(module: ModuleType, case: libraries.Case, report: str) -> Answer:
    """What a peer says."""
    found, figures = timed(lambda: module.PEERS[report](case))
    return found | {"figures": figures}


def _apart(module: ModuleType, case: libraries.Case, count: Callable[[], Any]) -> tuple[float, float]:
    """The seconds of our own part of a count, and of the framework's graph by itself; medians.

    Some of one, then some of the other, and again: both are of the same moments.
    """
    module.GRAPH(case)
    own: list[float] = []
    graph: list[float] = []
    while len(own) < LEAST or (len(own) < MOST and sum(own) + sum(graph) < LONG):
        own += [_own(module, count) for _ in range(LEAST)]
        graph += [_once(lambda: module.GRAPH(case))[0] for _ in range(LEAST)]
    return statistics.median(own), statistics.median(graph)


def _own(module: ModuleType, count: Callable[[], Any]) -> float:
    """What a count takes but for the functions in it that build the framework's graph."""
    spent: list[float] = []
    held: list[Any] = []
    with ExitStack() as stack:
        for home, name in module.INSIDE:
            stack.enter_context(_watched(home, name, spent, held))
        whole, _ = _once(count)
    return whole - sum(spent)


@contextmanager
def _watched(home: str, name: str, spent: list[float], held: list[Any]) -> Iterator[None]:
    """Whatever a function takes is written down; what it makes is held: to let go of it is none of the count's work."""
    *path, last = name.split(".")
    owner = functools.reduce(getattr, path, import_module(home))
    function = getattr(owner, last)

    @functools.wraps(function)
    def watched(*args: Any, **kwargs: Any) -> Any:
        start = time.perf_counter()
        try:
            made = function(*args, **kwargs)
            held.append((args, made))
            return made
        finally:
            spent.append(time.perf_counter() - start)

    setattr(owner, last, watched)
    try:
        yield
    finally:
        setattr(owner, last, function)


def timed(call: Callable[[], Any]) -> tuple[Answer, Any]:
    """The first call, the median of those after a second that is not timed; and what the last answers."""
    first, figures = _once(call)
    least, most = (LEAST, MOST) if first < LONG else (2, 2)
    if first < LONG:
        _once(call)
    taken: list[float] = []
    while len(taken) < least or (len(taken) < most and sum(taken) < LONG_ENOUGH):
        seconds, figures = _once(call)
        taken.append(seconds)
    return {"first": first, "seconds": statistics.median(taken)}, figures


def _once(call: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    figures = call()
    return time.perf_counter() - start, figures


if __name__ == "__main__":
    main()
