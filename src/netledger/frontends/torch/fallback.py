"""Calls that have no rule: entered, if they are made of others in Python; else followed down to the kernels.

A kernel without a rule is a gap: its shapes are those that PyTorch's own meta kernel answers.
"""

from __future__ import annotations

import sys
from types import FunctionType
from typing import TYPE_CHECKING, Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from netledger.core.errors import SourceError
from netledger.core.language import say
from netledger.frontends.torch.abstract import Abstract
from netledger.frontends.torch.record import Called, numbers_in
from netledger.frontends.torch.recorder import CALL
from netledger.frontends.torch.rules import name_of, rule_of
from netledger.ops.assigning import Rearrange
from netledger.ops.constants import Empty
from netledger.ops.custom import Custom

if TYPE_CHECKING:
    from netledger.frontends.torch.trace import Trace

__all__ = ["HINT", "check", "follow"]

HINT = "Declare an operator for it: netledger.rule, see docs/pytorch.md."


def follow(trace: Trace, func: Any, args: Any, kwargs: Any, error: Exception | None = None) -> Any:
    """Answer a call that has no rule, or whose rule does not take these arguments."""
    if getattr(func, "__module__", "") == "torch.nn.init":
        return args[0] if args else kwargs["tensor"]  # it fills a tensor
    if error is None and enterable(func):
        return enter(trace, func, args, kwargs)
    if error is not None:
        check(trace, func, args, kwargs)
    given = _abstracted(trace, (args, kwargs))
    if isinstance(func, torch._ops.OpOverload):
        return gap(trace, func, *given)
    return kernels(trace, func, *given)


def kernels(trace: Trace, func: Any, args: Any, kwargs: Any) -> Any:
    """Follow a call down to the kernels."""
    with _Kernels(trace):
        return func(*args, **kwargs)


def check(trace: Trace, func: Any, args: Any, kwargs: Any) -> None:
    """PyTorch's own complaint, if it has one."""
    plain = _plain(trace, (args, kwargs))
    func(*plain[0], **plain[1])


# Functions made of others.

_ENTERED: dict[Any, Any] = {}
_GLOBALS: dict[str, dict[str, Any]] = {}


def enterable(func: Any) -> bool:
    """Whether it is one of PyTorch's own functions, written in Python."""
    return isinstance(func, FunctionType) and func.__module__.startswith("torch.")


def enter(trace: Trace, func: Any, args: Any, kwargs: Any) -> Any:
    """Run it, so that the calls in it are seen."""
    inside = _ENTERED.get(func)
    if inside is None:
        inside = _ENTERED[func] = _unguarded(func)
    index = len(trace.calls)
    part = trace.calls[trace.call].part if trace.call >= 0 else -1
    place, given = trace.place_of(sys._getframe(1)), numbers_in((args, kwargs))
    trace.calls.append(Called(part, func, False, False, trace.call, place, given))
    trace.answers.append(())
    before, trace.call = trace.call, index
    try:
        with trace:
            result = inside(*args, **kwargs)
        trace.answers[index] = numbers_in(result)
        return result
    except BaseException:
        trace.failed = max(trace.failed, index)
        raise
    finally:
        trace.call = before


CALL.entered = enter.__code__


def _unguarded(func: Any) -> Any:
    """The function without its first line, which hands it straight back to whoever watches."""
    func = getattr(func, "__wrapped__", func)
    module = func.__module__
    if module not in _GLOBALS:
        _GLOBALS[module] = {**vars(sys.modules[module]), **dict.fromkeys(_GUARDS, _no)}
    made = FunctionType(func.__code__, _GLOBALS[module], func.__name__, func.__defaults__, func.__closure__)
    made.__kwdefaults__ = func.__kwdefaults__
    return made


_GUARDS = ("has_torch_function", "has_torch_function_unary", "has_torch_function_variadic")


def _no(*_: Any) -> bool:
    return False


# Kernels.


class _Kernels(TorchDispatchMode):
    """Answers what reaches the kernels."""

    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self.trace = trace

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if rule_of(func) is None and not _known(args):
            return func(*args, **(kwargs or {}))
        return self.trace.perform(func, args, kwargs or {})


def _known(value: Any) -> bool:
    """Whether there is a tensor in it that the trace follows."""
    if isinstance(value, (tuple, list)):
        return any(map(_known, value))
    return isinstance(value, torch.Tensor)


def free(trace: Trace, func: Any, args: Any, kwargs: Any, name: str = "") -> Any:
    """Write down what only rearranges elements; its shapes are those of the meta kernel."""
    return _written(trace, func, args, kwargs, lambda sizes: Rearrange(name or name_of(func), sizes))


def of_nothing(trace: Trace, func: Any, args: Any, kwargs: Any) -> Any:
    """Write down what is made of a tensor without elements: nothing is computed; the shapes are the meta kernel's."""
    return _written(trace, func, args, kwargs, lambda sizes: Rearrange("made of nothing", sizes))


def gap(trace: Trace, func: Any, args: Any, kwargs: Any) -> Any:
    """Write down that something is done that has no rule; its shapes are those of the meta kernel."""
    return _written(trace, func, args, kwargs, lambda sizes: Custom(name_of(func), sizes, whole=True))


def _written(trace: Trace, func: Any, args: Any, kwargs: Any, operator: Any) -> Any:
    args, kwargs = _abstracted(trace, (args, kwargs))
    plain = _plain(trace, (args, kwargs))
    try:
        made = func(*plain[0], **{**plain[1], **({"device": "meta"} if "device" in plain[1] else {})})
    except NotImplementedError as error:
        raise _unknown(func) from error
    inputs = [value for value in _tensors((args, kwargs)) if type(value) is Abstract]
    outputs = [value for value in _tensors(made) if isinstance(value, torch.Tensor)]
    if not outputs:
        return made
    kinds = tuple(trace.kind(tuple(value.shape), value.dtype) for value in outputs)
    sizes = tuple(kinds[0].shape)
    op = operator(sizes) if any(value.numel() for value in outputs) else Empty(sizes)
    answers = trace.add(op, *inputs, kinds=kinds)
    queue = iter(answers if isinstance(answers, tuple) else (answers,))
    return _refilled(made, queue)


def _unknown(func: Any) -> SourceError:
    return SourceError(
        say("{func} has no rule, and PyTorch cannot tell its shape without computing", func=name_of(func)), hint=HINT
    )


def _refilled(value: Any, answers: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return next(answers)
    if isinstance(value, (tuple, list)):
        return type(value)([_refilled(part, answers) for part in value])
    return value


def _tensors(value: Any) -> list[Any]:
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, dict):
        return [found for part in value.values() for found in _tensors(part)]
    if isinstance(value, (tuple, list)):
        return [found for part in value for found in _tensors(part)]
    return []


def _abstracted(trace: Trace, value: Any) -> Any:
    """The arguments with a tensor without values for each of the model's own."""
    return _mapped(value, trace.as_abstract)


def _plain(trace: Trace, value: Any) -> Any:
    """The arguments with plain meta tensors."""
    return _mapped(value, lambda tensor: trace.kind_of(tensor).base)


def _mapped(value: Any, change: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return change(value)
    if isinstance(value, slice):
        return slice(*(_mapped(part, change) for part in (value.start, value.stop, value.step)))
    if isinstance(value, dict):
        return {name: _mapped(part, change) for name, part in value.items()}
    if type(value) in (tuple, list):
        return type(value)(_mapped(part, change) for part in value)
    if isinstance(value, torch.device):
        return torch.device("meta")
    return value
