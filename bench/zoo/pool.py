"""Worker processes that take networks from a queue; one that dies, or takes too long, costs its network a row."""

from __future__ import annotations

import gc
import logging
import os
import resource
import time
import warnings
from collections import deque
from collections.abc import Iterable, Iterator
from multiprocessing import connection, get_context
from typing import Any

from bench import models
from bench.zoo.row import Row, failed, row

__all__ = ["rows"]

SECONDS = 180
"""A network that takes longer is given up."""

GIBIBYTES = 14
"""What a worker may ask of memory, used or not."""

_spawn = get_context("spawn")


def rows(networks: Iterable[str], jobs: int) -> Iterator[Row]:
    """A row for each network, as they come."""
    queue = deque(networks)
    workers = [_Worker() for _ in range(min(jobs, len(queue)))]
    try:
        while queue or any(worker.network for worker in workers):
            for worker in workers:
                if queue and not worker.network:
                    worker.start(queue.popleft())
            connection.wait([worker.ours for worker in workers if worker.network], timeout=1)
            for worker in workers:
                found = worker.answer()
                if found is not None:
                    yield found
    finally:
        for worker in workers:
            worker.stop()


class _Worker:
    """One process and what it is at; it is started with its first network, and again after it was lost."""

    def __init__(self) -> None:
        self.process: Any = None
        self.ours: Any = None
        self.network = ""
        self.since = 0.0

    def start(self, network: str) -> None:
        if self.process is None:
            self.ours, theirs = _spawn.Pipe()
            self.process = _spawn.Process(target=_work, args=(theirs,), daemon=True)
            self.process.start()
            theirs.close()
        self.network, self.since = network, time.monotonic()
        self.ours.send(network)

    def answer(self) -> Row | None:
        """The row of its network, or why there is none; None while it is at it."""
        if not self.network:
            return None
        try:
            if self.ours.poll():
                return self._done(self.ours.recv())
        except (EOFError, OSError):
            return self._lost("the process died")
        if time.monotonic() - self.since > SECONDS:
            return self._lost(f"no answer within {SECONDS} s")
        return None

    def _done(self, found: Row) -> Row:
        self.network = ""
        return found

    def _lost(self, reason: str) -> Row:
        found = failed(self.network, reason)
        self.stop()
        return self._done(found)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.ours.close()
        self.process = None


def _work(pipe: Any) -> None:
    """What a worker does until its pipe is closed."""
    _prepare()
    while True:
        try:
            network = pipe.recv()
        except EOFError:
            return
        found = row(network)
        gc.collect()
        pipe.send(found)


def _prepare() -> None:
    """One thread, bounded memory, no chatter, and everything imported."""
    import torch

    import netledger as nl

    resource.setrlimit(resource.RLIMIT_AS, (GIBIBYTES << 30, GIBIBYTES << 30))
    torch.set_num_threads(1)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    models.torchvision()
    import timm  # noqa: F401

    nl.count(torch.nn.Linear(1, 1), (1, 1))
    gc.freeze()  # what is imported stays: the collection after every network need not look at it
