"""Building models without filling their weights, and without loading what is not needed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import keras
from keras.src.backend.common import global_state
from keras.src.utils import module_utils

__all__ = ["unfilled", "without"]

_WAITING = "uninitialized_variables"


@contextmanager
def unfilled() -> Iterator[None]:
    """Variables that are made now are never filled."""
    waiting = list(global_state.get_global_attribute(_WAITING) or [])
    try:
        with keras.StatelessScope(initialize_variables=False), ExitStack() as stack:
            for name in ("tensorflow", "jax"):
                stack.enter_context(without(name))
            yield
    finally:
        global_state.set_global_attribute(_WAITING, waiting)


@contextmanager
def without(name: str) -> Iterator[None]:
    """Another backend is not loaded only because Keras asks whether it is there: that takes seconds."""
    lazy = getattr(module_utils, name, None)
    if lazy is None or name in sys.modules or keras.backend.backend() == name or lazy._available is not None:
        yield
        return
    lazy._available = False
    try:
        yield
    finally:
        lazy._available = None
