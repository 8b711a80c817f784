"""Calls of modules, seen while the trace lasts: torch.nn.Module's own call is replaced, and nothing on the model."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

import torch
from torch.nn.modules import module as torch_module
from torch.overrides import _pop_mode_temporarily

from netledger.frontends.torch.custom import MODULES, run_module
from netledger.frontends.torch.fallback import follow
from netledger.frontends.torch.lazy import filled, is_unfilled
from netledger.frontends.torch.record import Called, numbers_in
from netledger.frontends.torch.recorder import CALL
from netledger.frontends.torch.shortcuts import SHORTCUTS
from netledger.frontends.torch.trace import Trace

__all__ = ["watched"]

_Module: Any = torch.nn.Module


@contextmanager
def watched(trace: Trace) -> Iterator[None]:
    """Write down every call of a module in this thread."""
    owner = threading.get_ident()
    original = _Module._call_impl
    calls = trace.calls
    paths = trace.known.paths

    def call(module: Any, *args: Any, **kwargs: Any) -> Any:
        if threading.get_ident() != owner:
            return original(module, *args, **kwargs)
        before = trace.call
        path = paths.get(id(module))
        if path is None:
            path = trace.meet(module)
        place = trace.place_of(sys._getframe(2))
        given = numbers_in((args, kwargs) if kwargs else args)
        called = Called(path, module.__class__, True, module.training, before, place, given)
        trace.call = len(calls)
        calls.append(called)
        try:
            result = _run(trace, original, module, args, kwargs)
            called.outputs = numbers_in(result)
            return result
        except BaseException:
            trace.failed = max(trace.failed, trace.call)
            raise
        finally:
            trace.call = before

    CALL.code = call.__code__
    _Module._call_impl = call
    try:
        with scripts_followed(trace, owner):
            yield
    finally:
        _Module._call_impl = original
        CALL.code = None


def _run(trace: Trace, original: Any, module: Any, args: Any, kwargs: Any) -> Any:
    """What a module answers: by its user's rule, its forward, or the call that its forward makes."""
    known, kind = module.__dict__, type(module)
    if kind in MODULES:
        return run_module(trace, module, MODULES[kind], args, kwargs)
    if known["_forward_hooks"] or known["_forward_pre_hooks"] or _hooked(module):
        return _special(trace, original, module, args, kwargs)
    if len(args) == 1 and kind in SHORTCUTS and not kwargs and "forward" not in known:
        return SHORTCUTS[kind](trace, module, args[0])
    return module.forward(*args, **kwargs)


@contextmanager
def scripts_followed(trace: Trace, owner: int) -> Iterator[None]:
    """Scripted functions and methods are followed down to the kernels."""
    kinds: Any = (torch._C.ScriptFunction, torch._C.ScriptMethod)
    originals = [kind.__call__ for kind in kinds]

    def followed(original: Any) -> Any:
        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            if threading.get_ident() != owner or not torch._C._len_torch_function_stack():
                return original(self, *args, **kwargs)
            with _pop_mode_temporarily():
                return follow(trace, partial(original, self), args, kwargs)

        return call

    try:
        for kind, original in zip(kinds, originals, strict=True):
            kind.__call__ = followed(original)
        yield
    finally:
        for kind, original in zip(kinds, originals, strict=True):
            kind.__call__ = original


def _hooked(module: Any) -> bool:
    """Whether something else than forward has to run."""
    known = module.__dict__
    return bool(
        known["_backward_hooks"]
        or known["_backward_pre_hooks"]
        or torch_module._global_forward_hooks
        or torch_module._global_forward_pre_hooks
        or _is_special(module.__class__)
    )


@cache
def _is_special(kind: Any) -> bool:
    """Whether modules of this class are compiled."""
    return kind.__name__ == "OptimizedModule"


def _special(trace: Trace, original: Any, module: Any, args: Any, kwargs: Any) -> Any:
    if type(module).__name__ == "OptimizedModule" and "_orig_mod" in module._modules:
        return module._modules["_orig_mod"](*args, **kwargs)
    if is_unfilled(module):
        return original(filled(trace, module, args, kwargs), *args, **kwargs)
    return original(module, *args, **kwargs)
