"""Keras's functions that are answered by a trace, while it lasts and in its thread only.

Three things are replaced and always put back: how a layer and an operation are called on symbolic tensors, what counts
as symbolic (a variable does, while a trace lasts: nothing is computed with weights), and arithmetic of variables.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any

import keras
from keras.src.backend.common.stateless_scope import StatelessScope
from keras.src.backend.common.variables import Variable
from keras.src.ops.operation import Operation

if TYPE_CHECKING:
    from netledger.frontends.keras.trace import Trace

__all__ = ["active", "standing_in"]

_ACTIVE: dict[int, Trace] = {}
_ONE_AT_A_TIME = threading.RLock()

_BINARY = (
    *("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor"),
    *("radd", "rsub", "rmul", "rtruediv", "rfloordiv", "rmod", "rpow", "rmatmul", "rand", "ror", "rxor"),
    *("lt", "le", "gt", "ge", "getitem"),
)


def active() -> Trace | None:
    """The trace of this thread, unless it lets Keras answer."""
    trace = _ACTIVE.get(threading.get_ident())
    return None if trace is None or trace.paused else trace


class _Values(StatelessScope):  # type: ignore[misc]
    """Variables are their numbers in the graph; those that are made now are never filled."""

    def __init__(self, trace: Trace) -> None:
        super().__init__(initialize_variables=False)
        self.trace = trace

    def get_current_value(self, variable: Any) -> Any:
        """The tensor that stands for it."""
        return None if self.trace.paused else self.trace.read(variable)

    def add_update(self, update: Any) -> None:
        """What a variable is set to is not kept: nothing of the model changes."""


@contextmanager
def standing_in(trace: Trace) -> Iterator[None]:
    """Every call of Keras on the trace's tensors is answered by it."""
    thread = threading.get_ident()
    with _ONE_AT_A_TIME, _replaced(), _forgotten(), _Values(trace):
        outer = _ACTIVE.get(thread)
        _ACTIVE[thread] = trace
        try:
            yield
        finally:
            del _ACTIVE[thread]
            if outer is not None:
                _ACTIVE[thread] = outer


@contextmanager
def _forgotten() -> Iterator[None]:
    """Variables that were made are not filled later: Keras's list of those that wait is as it was."""
    from keras.src.backend.common import global_state

    waiting = list(global_state.get_global_attribute("uninitialized_variables") or [])
    try:
        yield
    finally:
        global_state.set_global_attribute("uninitialized_variables", waiting)


@contextmanager
def _replaced() -> Iterator[None]:
    before: list[tuple[Any, str, Any]] = []

    def put(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
        original = vars(owner)[name]
        before.append((owner, name, original))
        setattr(owner, name, make(original))

    try:
        put(keras.layers.Layer, "__call__", _calling)
        put(Operation, "symbolic_call", _operating)
        for module in _asking(len(sys.modules)):
            put(module, "any_symbolic_tensors", _symbolic)
        for name in _BINARY:
            if f"__{name}__" in vars(Variable):
                put(Variable, f"__{name}__", _arithmetic)
        yield
    finally:
        for owner, name, original in reversed(before):
            setattr(owner, name, original)


@lru_cache(1)
def _asking(_: int) -> list[Any]:
    """The modules of Keras that ask whether a tensor is symbolic, of so many that are loaded."""
    return [
        module
        for name, module in list(sys.modules.items())
        if name.startswith("keras.src.") and "any_symbolic_tensors" in vars(module)
    ]


def _calling(original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def called(layer: Any, *args: Any, **kwargs: Any) -> Any:
        trace = active()
        return original(layer, *args, **kwargs) if trace is None else trace.layer(layer, args, kwargs)

    return called


def _operating(original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def called(operation: Any, *args: Any, **kwargs: Any) -> Any:
        trace = active()
        return original(operation, *args, **kwargs) if trace is None else trace.operation(operation, args, kwargs)

    return called


def _symbolic(original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def asked(args: Any = None, kwargs: Any = None) -> bool:
        if original(args, kwargs):
            return True
        if active() is None:
            return False
        return any(isinstance(part, Variable) for part in keras.tree.flatten((args or (), kwargs or {})))

    return asked


def _arithmetic(original: Callable[..., Any]) -> Callable[..., Any]:
    name = original.__name__

    @wraps(original)
    def computed(variable: Any, *others: Any) -> Any:
        trace = active()
        if trace is None:
            return original(variable, *others)
        return getattr(trace.read(variable), name)(*others)

    return computed
