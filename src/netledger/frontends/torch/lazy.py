"""Lazy modules: their parameters get their shapes from the first input; here, on a copy."""

from __future__ import annotations

import copy
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import torch
from torch.nn.parameter import UninitializedBuffer, UninitializedParameter, is_lazy
from torch.overrides import _pop_mode_temporarily

from netledger.frontends.torch.model import sort_of
from netledger.frontends.torch.stored import Stored

if TYPE_CHECKING:
    from netledger.frontends.torch.trace import Trace

__all__ = ["filled", "is_unfilled"]


def is_unfilled(module: Any) -> bool:
    """Whether a module's parameters still wait for an input."""
    return hasattr(module, "initialize_parameters") and any(map(is_lazy, module._parameters.values()))


def filled(trace: Trace, module: Any, args: Any, kwargs: Any) -> Any:
    """A copy of the module with parameters of the right shapes, on the meta device; the same for the same module."""
    for original, made in trace.kept:
        if original is module:
            return made
    with _pop_mode_temporarily():
        made = _copy(module)
        made.initialize_parameters(*args, **kwargs)
        for tensors, others in ((made._parameters, module._parameters), (made._buffers, module._buffers)):
            for name, tensor in tensors.items():
                if tensor is not None:
                    _store(trace, tensor, others[name])
    if made.cls_to_become is not None:
        made.__class__ = made.cls_to_become
    trace.kept.append((module, made))
    return made


def _copy(module: Any) -> Any:
    made = copy.copy(module)
    made.__dict__.update(
        _parameters={name: _fresh(part) for name, part in module._parameters.items()},
        _buffers={name: _fresh(part) for name, part in module._buffers.items()},
        _forward_pre_hooks=OrderedDict(
            (key, hook)
            for key, hook in module._forward_pre_hooks.items()
            if getattr(hook, "__name__", "") != "_infer_parameters"
        ),
    )
    return made


_Parameter: Any = UninitializedParameter
_Buffer: Any = UninitializedBuffer


def _fresh(part: Any) -> Any:
    if isinstance(part, UninitializedParameter):
        return _Parameter(device="meta", dtype=part.dtype)
    if isinstance(part, UninitializedBuffer):
        return _Buffer(device="meta", dtype=part.dtype)
    return part


def _store(trace: Trace, tensor: torch.Tensor, original: torch.Tensor) -> None:
    """The new tensor under the name of the one it stands for."""
    known = trace.stored.get(id(original))
    if known is None or tensor is original:
        return
    sort = sort_of(trace.known, tuple(tensor.shape), tensor.dtype, known.sort.trainable, known.sort.use)
    made = trace.stored[id(tensor)] = trace.untouched[id(tensor)] = Stored(len(trace.tensors), sort)
    trace.tensors.append(tensor)
    trace.untouched.pop(id(original), None)
    trace.known.parts.replace(known, made)
