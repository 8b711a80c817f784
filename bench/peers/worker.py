"""One tool on one network, in a process of its own: `python -m bench.peers.worker TOOL NETWORK RUNS < asked.json`.

What is asked: the products of the network if they are known, and the answers of earlier processes. An attempt is a
way of calling the tool in a mode on a device; on each device attempts are made until one answers a right figure.
Each is announced and answered with a line of JSON on standard output. The first that fails is the last of this
process, because some tools leave PyTorch changed behind them. What tools print goes nowhere.
"""

from __future__ import annotations

import importlib.metadata
import itertools
import json
import logging
import math
import os
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from types import ModuleType
from typing import Any, TextIO

from bench.peers import tools
from bench.peers.judge import right

__all__ = ["END", "silenced"]

END = {"end": True}

DEVICES = ("meta", "cpu")
MODES = ("no_grad", "grad")

LEAST, LONG_ENOUGH = 3, 0.5
"""At least so many timed calls; then calls until the number asked for, or so many seconds."""

HOPELESS = 3
"""An attempt whose first call takes so many times as long as the fastest yet is timed once more, not many times."""

Answer = dict[str, Any]
Key = tuple[str, str, str]


def main() -> None:
    tool, network, runs = sys.argv[1], sys.argv[2], int(sys.argv[3])
    asked = json.load(sys.stdin)
    lines = silenced()
    for line in answers(tool, network, runs, asked["products"], asked["answers"]):
        print(json.dumps(line), file=lines, flush=True)


def silenced() -> TextIO:
    """The real standard output, which from now on only we write to."""
    lines = os.fdopen(os.dup(1), "w")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    return lines


def answers(tool: str, network: str, runs: int, products: int | None, known: list[Answer]) -> Iterator[Answer]:
    """The lines to print, up to the first failure or the end."""
    from bench import models

    models.torchvision()  # before the tools, which import it as they find it
    try:
        module = tools.load(tool)
    except Exception as error:  # noqa: BLE001  whatever a tool raises is its result
        yield _failure(("import", "", ""), error)
        yield END
        return
    for key in itertools.product(DEVICES, module.WAYS, getattr(module, "MODES", MODES)):
        if _pointless(key, known, products):
            continue
        yield {"begin": key}
        known = [*known, attempt(module, network, key, runs, known)]
        yield known[-1]
        if "error" in known[-1]:
            return
    yield END


def _pointless(key: Key, known: Iterable[Answer], products: int | None) -> bool:
    """Whether this attempt was made, or another gave a right figure on the same device."""
    made = [answer for answer in known if answer["key"][0] == key[0]]
    return any(answer["key"] == list(key) or right(answer, products) for answer in made)


def attempt(module: ModuleType, network: str, key: Key, runs: int, known: Iterable[Answer]) -> Answer:
    """What the tool answers, and how long it takes."""
    fastest = min((answer["seconds"] for answer in known if "seconds" in answer), default=math.inf)
    try:
        found = measured(module, network, key, runs, fastest)
    except Exception as error:  # noqa: BLE001
        return _failure(key, error)
    return {"key": list(key), "version": importlib.metadata.version(module.PACKAGE)} | found


def _failure(key: Key, error: Exception) -> Answer:
    return {"key": list(key), "error": f"{type(error).__name__}: {error}"[:400]}


def measured(module: ModuleType, network: str, key: Key, runs: int, fastest: float) -> Answer:
    import torch

    from bench import models

    device, way, mode = key
    with torch.set_grad_enabled(mode == "grad"):
        model = models.build(network, device)
        image = models.tensors(models.shapes(network, model)[0], device)
        facts = module.facts(lambda: models.build(network, device), image) if hasattr(module, "facts") else {}
        seconds, figures = timed(lambda: module.WAYS[way](model, image), runs, fastest)
        apart = {name: timed(lambda call=call: call(model, image), runs)[0] for name, call in _apart(module).items()}
    answer = {"seconds": seconds, **asdict(figures), "threads": torch.get_num_threads()}
    return answer | {"true_parameters": models.parameters(model)} | ({"facts": facts | apart} if facts else {})


def _apart(module: ModuleType) -> dict[str, tools.Way]:
    """What is timed beside the ways, and does not count as one."""
    return getattr(module, "APART", {})


def timed(call: Callable[[], tools.Figures], runs: int, fastest: float = math.inf) -> tuple[float, tools.Figures]:
    """The median of the timed calls, after one that is not; and what it answers."""
    first, figures = _timed_once(call)
    if first > HOPELESS * fastest:
        runs = 1
    taken: list[float] = []
    while len(taken) < min(LEAST, runs) or (len(taken) < runs and sum(taken) < LONG_ENOUGH):
        taken.append(_timed_once(call)[0])
    return statistics.median(taken), figures


def _timed_once(call: Callable[[], tools.Figures]) -> tuple[float, tools.Figures]:
    start = time.perf_counter()
    figures = call()
    return time.perf_counter() - start, figures


if __name__ == "__main__":
    main()
