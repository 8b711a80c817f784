"""Rules of users: an operator that they write for a function, a module or an operator of torch.library of their own.

The tensors that it is called with are its inputs; those that are parameters or buffers of the model stand under the
names of the function's arguments, or their names in the module. Attributes that the operator declares are taken from
the arguments, or from the module, of the same name.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, TypeVar

import torch

from netledger.core.errors import PluginError, quote
from netledger.core.language import say
from netledger.core.operator import Operator, operator
from netledger.frontends.torch.memory import forget as forget_calls
from netledger.frontends.torch.recorder import unwatched
from netledger.frontends.torch.rules._registry import RULES, Rule, forget

if TYPE_CHECKING:
    from netledger.frontends.torch.trace import Trace

__all__ = ["FUNCTIONS", "MODULES", "answered", "intercepted", "rule", "run_module"]

MODULES: dict[type, type[Operator]] = {}
"""Operators by class of module."""
FUNCTIONS: dict[Any, type[Operator]] = {}
"""Operators by function."""

_Made = TypeVar("_Made", bound=type)


def rule(target: Any) -> Callable[[_Made], _Made]:
    """Declare the operator that a function, a class of modules, or an operator of torch.library (by name) is.

    Raises:
        PluginError: if the target is none of these, or the class is no operator.

    """

    def declared(cls: _Made) -> _Made:
        if not issubclass(cls, Operator):
            raise PluginError(say("{cls!r} is no operator", cls=cls), hint="Derive the class from netledger.Operator.")
        made: Any = cls if "__slots__" in cls.__dict__ else operator(cls)
        if not made.__dict__.get("KIND"):
            made.KIND = made.__name__.lower()
        _register(target, made)
        forget_calls()
        return made

    return declared


def _register(target: Any, made: type[Operator]) -> None:
    if isinstance(target, type) and issubclass(target, torch.nn.Module):
        MODULES[target] = made
    elif isinstance(target, type) and issubclass(target, torch.autograd.Function):
        FUNCTIONS[target] = made
    elif isinstance(target, str) and target.count("::") == 1:
        RULES[target] = Rule(lambda trace, *args, **kwargs: _kernel(trace, made, target, args, kwargs))
        forget()
    elif hasattr(target, "_qualname") and hasattr(target, "_opoverload"):  # what torch.library.custom_op makes
        _register(target._qualname, made)
    elif isinstance(target, FunctionType):
        FUNCTIONS[target] = made
    else:
        hint = "Give a function, a class of modules, or the name of an operator: namespace::name."
        raise PluginError(say("there can be no rule for {target}", target=quote(str(target))), hint=hint)


@contextmanager
def intercepted(trace: Trace) -> Iterator[None]:
    """While the trace lasts, calls of the functions that have a rule are answered by it, however they are reached."""
    owner = threading.get_ident()
    before: list[Any] = [(function, function.__code__) for function in FUNCTIONS if isinstance(function, FunctionType)]
    applied: list[Any] = [function for function in FUNCTIONS if isinstance(function, type)]
    _ACTIVE.append((trace, owner, {id(function): code for function, code in before}))
    try:
        for function, code in before:
            function.__code__ = _doorway(function, code)
        for kind in applied:
            kind.apply = _applied(trace, kind)
        yield
    finally:
        for function, code in before:
            function.__code__ = code
        for kind in applied:
            del kind.apply
        _ACTIVE.pop()


_ACTIVE: list[Any] = []


_NOBODY = 2**64 - 1


def _door(*args: Any, **kwargs: Any) -> Any:
    """Whose code stands for that of a function; it has no names to look up but what is built in."""
    return __import__("netledger.frontends.torch.custom", fromlist=["_"]).answered(18446744073709551615, args, kwargs)


def _doorway(function: Any, code: CodeType) -> CodeType:
    """Code that hands a call of a function to `answered`; with as many free variables as the function has."""
    constants = tuple(id(function) if value == _NOBODY else value for value in _door.__code__.co_consts)
    return _door.__code__.replace(co_consts=constants, co_freevars=code.co_freevars)


def answered(identity: int, args: Any, kwargs: Any) -> Any:
    """Answer a call of a function that has a rule; in another thread, run it as it is written."""
    trace, owner, codes = _ACTIVE[-1]
    function = next(function for function in FUNCTIONS if id(function) == identity)
    if threading.get_ident() != owner:
        parts = function.__globals__, function.__name__, function.__defaults__, function.__closure__
        return FunctionType(codes[identity], *parts)(*args, **kwargs)
    names = inspect.signature(FunctionType(codes[identity], {}, "", function.__defaults__, function.__closure__))
    return _done(trace, function, FUNCTIONS[function], dict(names.bind(*args, **kwargs).arguments), {})


def _applied(trace: Trace, function: Any) -> Any:
    names = list(inspect.signature(function.forward).parameters)

    def apply(*args: Any) -> Any:
        return _done(
            trace, function, FUNCTIONS[function], dict(zip(names[names[0] == "ctx" :], args, strict=False)), {}
        )

    return apply


def run_module(trace: Trace, module: Any, made: type[Operator], args: Any, kwargs: Any) -> Any:
    """A module as one operation: its own parameters and buffers by their names in it."""
    found = {name: getattr(module, name) for name in made.ATTRIBUTES if hasattr(module, name)}
    named = inspect.signature(module.forward).bind(*args, **kwargs).arguments
    held = {name.replace(".", "_"): tensor for name, tensor in (*module.named_parameters(), *module.named_buffers())}
    return _done(trace, None, made, {**named, **found}, held)


def _kernel(trace: Trace, made: type[Operator], name: str, args: Any, kwargs: Any) -> Any:
    space, _, short = name.partition("::")
    schema = getattr(getattr(torch.ops, space), short).default._schema
    named = {**dict(zip([part.name for part in schema.arguments], args, strict=False)), **kwargs}
    return _done(trace, trace.last[0], made, named, {})


def _done(trace: Trace, function: Any, made: type[Operator], named: dict[str, Any], held: dict[str, Any]) -> Any:
    inputs = []
    for name, value in named.items():
        for part in value if isinstance(value, (tuple, list)) else (value,):
            if isinstance(part, torch.Tensor):
                if trace.is_stored(part):
                    held = {**held, name: part}
                else:
                    inputs.append(part)
    values = {name: _plain(named[name]) for name in made.ATTRIBUTES if name in named}
    trace.last = (function, ((), named))
    with unwatched():
        return trace.add(made(**values), *inputs, **held)


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
