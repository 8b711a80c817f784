"""Python's collector stands still while a network is followed: nothing that is made then is garbage yet."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["sweep", "uncollected"]

_stopped = [False]
"""Whether it stands still for us."""


@contextmanager
def uncollected() -> Iterator[None]:
    """Garbage is not looked for; afterwards it is as it was."""
    was, before = gc.isenabled(), _stopped[0]
    _stopped[0] = was or before
    gc.disable()
    try:
        yield
    finally:
        _stopped[0] = before
        if was:
            gc.enable()


def sweep() -> None:
    """What a framework has made so far is looked through once, where it would have been many times without us."""
    if _stopped[0]:
        gc.collect(0)
