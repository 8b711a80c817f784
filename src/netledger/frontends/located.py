"""What a name of the user's own means, whatever its framework: net.py:Net, package.module:factory(width=2)."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import Any, NamedTuple

from netledger.core.errors import NetledgerError, SourceError, did_you_mean, quote
from netledger.core.language import say
from netledger.frontends.named import called, literal
from netledger.frontends.options import Options

__all__ = ["Located", "importable", "imported", "is_own", "located", "made"]

_OWN = re.compile(r"[^\n:]+\.py:[A-Za-z_]|[A-Za-z_]\w*(?:\.\w+)*:[A-Za-z_][\w.]*(?:\(.*\))?$")
_LIBRARIES = ("torchvision", "timm", "transformers", "paddle", "keras")


class Located(NamedTuple):
    """A model that was found by its name: what it is, what it is called, and where it was found."""

    model: Any
    name: str
    place: str


def located(source: object, options: Options) -> Located | None:
    """The model that a name of the user's own means; None of any other source.

    Raises:
        SourceError: if there is none, or it cannot be built.

    """
    if not isinstance(source, str) or not is_own(source):
        return None
    text, arguments = called(source)
    place, _, name = text.partition(":") if not text.partition(":")[0].endswith(".py") else text.rpartition(":")
    arguments = {**arguments, **{key: literal(value) for key, value in options.let.items()}}
    with importable(os.getcwd()):
        return Located(_own(place, name, arguments, "(" in source), name, place)


def is_own(source: str) -> bool:
    """Whether a text is the name of something of the user's own."""
    return bool(_OWN.match(source)) and source.partition(":")[0] not in _LIBRARIES


def _own(place: str, name: str, arguments: dict[str, Any], asked: bool) -> Any:
    """A class, a function or a model of a file or module of the user's; what makes a model is called."""
    found: Any = _file(place) if place.endswith(".py") else imported(place)
    for part in name.split("."):
        if not hasattr(found, part):
            raise SourceError(
                say("{place} has no {part}", place=quote(place), part=quote(part)), hint=did_you_mean(part, vars(found))
            )
        found = getattr(found, part)
    what = f"{place}:{name}"
    if not callable(found):
        raise SourceError(say("{what} is no model: it is a {name}", what=quote(what), name=type(found).__name__))
    if isinstance(found, type) or asked or arguments or (hasattr(found, "__code__") and not _needed(found)):
        model = made(found, what, arguments)
        return model if callable(model) else found
    return found


def made(make: Any, what: str, arguments: dict[str, Any]) -> Any:
    """What a class or function makes; tensors of PyTorch without memory, unless it needs numbers while it is built."""
    torch = sys.modules.get("torch")
    try:
        with torch.device("meta") if torch is not None and hasattr(torch, "device") else nullcontext():
            return make(**arguments)
    except NetledgerError:
        raise
    except Exception as first:  # noqa: BLE001  # building runs anything
        try:
            return make(**arguments)
        except Exception:  # noqa: BLE001
            raise SourceError(
                say("cannot build {what}: {kind}: {error}", what=what, kind=type(first).__name__, error=first)
            ) from first


@contextmanager
def importable(folder: str) -> Iterator[None]:
    """Modules of a folder can be imported."""
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        with suppress(ValueError):
            sys.path.remove(folder)


def imported(name: str) -> Any:
    """A module.

    Raises:
        SourceError: if it cannot be imported.

    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        missing = error.name == name.partition(".")[0]
        hint = say("Install it, or name another source: pip install {name}.", name=name) if missing else ""
        raise SourceError(say("cannot import {name}: {error}", name=name, error=error), hint=hint) from error
    except Exception as error:
        raise SourceError(
            say("cannot import {name}: {kind}: {error}", name=name, kind=type(error).__name__, error=error)
        ) from error


def _file(path: str) -> Any:
    specification = importlib.util.spec_from_file_location(os.path.splitext(os.path.basename(path))[0], path)
    if specification is None or specification.loader is None or not os.path.isfile(path):
        raise SourceError(say("cannot read {path}", path=quote(path)), hint="Give a file of Python: net.py:Net.")
    module = importlib.util.module_from_spec(specification)
    with importable(os.path.dirname(os.path.abspath(path))):
        try:
            specification.loader.exec_module(module)
        except Exception as error:
            raise SourceError(
                say("cannot import {path}: {name}: {error}", path=quote(path), name=type(error).__name__, error=error)
            ) from error
    return module


def _needed(function: Any) -> bool:
    """Whether a function must be given something."""
    import inspect

    try:
        parameters = inspect.signature(inspect.unwrap(function)).parameters.values()
    except (TypeError, ValueError):
        return False
    return any(
        parameter.default is parameter.empty and parameter.kind.name in ("POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD")
        for parameter in parameters
    )
