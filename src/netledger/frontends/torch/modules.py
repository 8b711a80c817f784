"""Calls of modules, seen while the trace lasts: torch.nn.Module's own call is replaced, and nothing on the user's model."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import torch
from torch.nn.modules import module as torch_module

from netledger.frontends.torch.custom import MODULES, run_module
from netledger.frontends.torch.record import Called
from netledger.frontends.torch.shortcuts import SHORTCUTS
from netledger.frontends.torch.trace import CALL, Trace

__all__ = ["watched"]

_Module: Any = torch.nn.Module


@contextmanager
def watched(trace: Trace) -> Iterator[None]:
    """Write down every call of a module in this thread."""
    owner = threading.get_ident()
    original = _Module._call_impl
    calls = trace.calls

    def call(module: Any, *args: Any, **kwargs: Any) -> Any:
        if threading.get_ident() != owner:
            return original(module, *args, **kwargs)
        before = trace.call
        called = Called(module, before, trace.place_of(sys._getframe(2)), args, kwargs)
        trace.call = len(calls)
        calls.append(called)
        known = module.__dict__
        try:
            if type(module) in MODULES:
                result = run_module(trace, module, MODULES[type(module)], args, kwargs)
            elif known["_forward_hooks"] or known["_forward_pre_hooks"] or _hooked(module):
                result = _special(trace, original, module, args, kwargs)
            elif len(args) == 1 and type(module) in SHORTCUTS and not kwargs and "forward" not in known:
                result = SHORTCUTS[type(module)](trace, module, args[0])
            else:
                result = module.forward(*args, **kwargs)
            called.result = result
            return result
        except BaseException:
            trace.failed = max(trace.failed, trace.call)
            raise
        finally:
            trace.call = before

    CALL.code = call.__code__
    _Module._call_impl = call
    try:
        yield
    finally:
        _Module._call_impl = original
        CALL.code = None


def _hooked(module: Any) -> bool:
    """Whether something else than forward has to run."""
    known = module.__dict__
    return bool(
        known["_backward_hooks"]
        or known["_backward_pre_hooks"]
        or torch_module._global_forward_hooks
        or torch_module._global_forward_pre_hooks
        or _is_special(type(module))
    )


@cache
def _is_special(kind: type) -> bool:
    """Whether modules of this class are compiled or scripted."""
    return issubclass(kind, torch.jit.ScriptModule) or kind.__name__ == "OptimizedModule"


def _special(trace: Trace, original: Any, module: Any, args: Any, kwargs: Any) -> Any:
    if type(module).__name__ == "OptimizedModule" and "_orig_mod" in module._modules:
        return module._modules["_orig_mod"](*args, **kwargs)
    if isinstance(module, torch.jit.ScriptModule):
        return trace.scripted(module, args, kwargs)
    return original(module, *args, **kwargs)
