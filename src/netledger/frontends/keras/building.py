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
_NAMES = "object_name_uids"
"""What Keras calls its own lists of variables that wait for values, and of names that it gave."""


@contextmanager
def unfilled() -> Iterator[None]:
    """Variables that are made now are never filled; layers are named as in a session that begins."""
    waiting = list(global_state.get_global_attribute(_WAITING) or [])
    names = global_state.get_global_attribute(_NAMES)
    global_state.set_global_attribute(_NAMES, None)
    try:
        with keras.StatelessScope(initialize_variables=False), ExitStack() as stack:
            for name in ("tensorflow", "jax"):
                stack.enter_context(without(name))
            yield
    finally:
        global_state.set_global_attribute(_WAITING, waiting)
        global_state.set_global_attribute(_NAMES, names)


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
