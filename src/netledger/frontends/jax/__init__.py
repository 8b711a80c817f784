"""JAX: any function over arrays, modules of Flax (linen and nnx) and Equinox, through the jaxpr. Nothing is computed.

sources     what a function is, where its parameters are, and what it is called with
run         a function of abstract values → a jaxpr → what it does
reader      a jaxpr → a graph: every equation by its rule, or as a gap
equation    an equation, and what its variables stand for
inner       equations that hold others: functions, scan, cond, while
rules       how each primitive is written as operators

Only this file is imported before a function of JAX is asked for: the others import JAX.
"""

from __future__ import annotations

from types import FunctionType, ModuleType
from typing import Any

from netledger.core.errors import SourceError
from netledger.core.language import say
from netledger.core.ledger import Recorded
from netledger.frontends.options import Options, no_symbols

__all__ = ["accepts", "recorded"]

_LIBRARIES = ("jax", "jaxlib", "flax", "equinox")


def accepts(source: object) -> bool:
    """Whether it is a module of Flax or Equinox, a compiled function, or a function whose code speaks of JAX."""
    if isinstance(source, (str, bytes)):
        return False
    cls = source if isinstance(source, type) else type(source)
    if any(base.__module__.partition(".")[0] in _LIBRARIES for base in cls.__mro__):
        return callable(source)
    inner = getattr(source, "func", source)  # functools.partial
    inner = getattr(inner, "__func__", inner)  # a bound method
    return isinstance(inner, FunctionType) and _speaks_of_jax(inner)


def recorded(source: Any, options: Options) -> Recorded:
    """What a function or module does; its network is made when asked for.

    Raises:
        SourceError: if it cannot be read, or needs an input.
        ForwardError: if it fails while it is traced.
        ValuesNeededError: if it decides by values.

    """
    no_symbols(options)
    try:
        import jax  # noqa: F401
    except ImportError:
        rule = say("a model of {framework} needs {framework}, which is not installed", framework="JAX")
        raise SourceError(rule, hint="Install it: pip install jax.") from None
    from netledger.frontends.jax.run import recorded as run

    return run(source, options)


def _speaks_of_jax(function: FunctionType) -> bool:
    """Whether a name in its code, or in that of functions inside, is a part of JAX."""
    known = {**function.__globals__, **_closed_over(function)}
    names: set[str] = set()
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        names.update(code.co_names, code.co_freevars)
        codes.extend(part for part in code.co_consts if hasattr(part, "co_names"))
    imported = any(name.partition(".")[0] in _LIBRARIES for name in names)  # within the function itself
    return imported or any(_is_jax(known[name]) for name in names if name in known)


def _closed_over(function: FunctionType) -> dict[str, Any]:
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    found = {}
    for name, cell in cells:
        try:
            found[name] = cell.cell_contents
        except ValueError:
            continue
    return found


def _is_jax(value: Any) -> bool:
    name = value.__name__ if isinstance(value, ModuleType) else (getattr(value, "__module__", None) or "")
    own = str(name).partition(".")[0] in _LIBRARIES
    return own or any(base.__module__.partition(".")[0] in _LIBRARIES for base in type(value).__mro__)
