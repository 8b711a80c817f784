"""Calls of modules, seen while the trace lasts: torch.nn.Module's own call is replaced, and nothing on the model."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from threading import get_ident
from typing import Any

import torch
from torch.overrides import _pop_mode_temporarily

from netledger.frontends.torch.abstract import Abstract
from netledger.frontends.torch.custom import MODULES, run_module
from netledger.frontends.torch.fallback import follow
from netledger.frontends.torch.lazy import filled, is_unfilled
from netledger.frontends.torch.record import Called, numbers_in
from netledger.frontends.torch.recorder import CALL
from netledger.frontends.torch.shortcuts import LAYERS, Layer, is_hooked
from netledger.frontends.torch.trace import Trace

__all__ = ["watched"]

_Module: Any = torch.nn.Module
_make: Any = tuple.__new__


@contextmanager
def watched(trace: Trace) -> Iterator[None]:
    """Write down every call of a module in this thread."""
    owner = get_ident()
    original = _Module._call_impl
    numbers = trace.known.parts.numbers
    calls, answers = trace.calls, trace.answers
    layers = {kind: layer for kind, layer in LAYERS.items() if kind.forward is layer.forward and kind not in MODULES}

    def call(module: Any, *args: Any, **kwargs: Any) -> Any:
        if get_ident() != owner:
            return original(module, *args, **kwargs)
        part = numbers.get(id(module))
        if part is None:
            part = trace.meet(module)
        place = trace.place_of(sys._getframe(2))
        kind = module.__class__
        layer = layers.get(kind) if len(args) == 1 and not kwargs and type(args[0]) is Abstract else None
        if layer is not None:
            made = trace.layer(layer, module, args[0], part, place)
            if made is not None:
                return made
        given = numbers_in((args, kwargs) if kwargs else args)
        named = len(given) - len(numbers_in(args)) if kwargs else 0
        above, mine = trace.call, len(calls)
        calls.append(_make(Called, (part, kind, True, module.training, above, place, given, named)))
        answers.append(())
        trace.call = mine
        try:
            result = _run(trace, original, layer, module, args, kwargs)
            answers[mine] = numbers_in(result)
            return result
        except BaseException:
            trace.failed = max(trace.failed, mine)
            raise
        finally:
            trace.call = above

    CALL.code = call.__code__
    _Module._call_impl = call
    try:
        with scripts_followed(trace, owner):
            yield
    finally:
        _Module._call_impl = original
        CALL.code = None


def _run(trace: Trace, original: Any, layer: Layer | None, module: Any, args: Any, kwargs: Any) -> Any:
    """What a module answers: by its user's rule, its forward, or the call that its forward makes."""
    known, kind = module.__dict__, module.__class__
    if kind in MODULES:
        return run_module(trace, module, MODULES[kind], args, kwargs)
    if is_hooked(known) or is_special(kind):
        return _special(trace, original, module, args, kwargs)
    if layer is not None and "forward" not in known:
        return trace.run_layer(layer, module, args[0])
    return module.forward(*args, **kwargs)


@contextmanager
def scripts_followed(trace: Trace, owner: int) -> Iterator[None]:
    """Scripted functions and methods are followed down to the kernels."""
    kinds: Any = (torch._C.ScriptFunction, torch._C.ScriptMethod)
    originals = [kind.__call__ for kind in kinds]

    def followed(original: Any) -> Any:
        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            if get_ident() != owner or not torch._C._len_torch_function_stack():
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


@cache
def is_special(kind: Any) -> bool:
    """Whether modules of this class are compiled."""
    return kind.__name__ == "OptimizedModule"


def _special(trace: Trace, original: Any, module: Any, args: Any, kwargs: Any) -> Any:
    if type(module).__name__ == "OptimizedModule" and "_orig_mod" in module._modules:
        return module._modules["_orig_mod"](*args, **kwargs)
    if is_unfilled(module):
        return original(filled(trace, module, args, kwargs), *args, **kwargs)
    return original(module, *args, **kwargs)
