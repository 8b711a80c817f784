"""The front ends: each makes a Network of one kind of source.

A front end is a package that says `accepts(source)`, without importing its framework, and makes either
`network(source, options)` or `recorded(source, options)`: what it wrote down, to be counted before its network is made.
"""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from types import ModuleType

from netledger.core.errors import SourceError
from netledger.core.language import say
from netledger.core.ledger import Recorded
from netledger.core.network import Network
from netledger.frontends.located import is_own, located
from netledger.frontends.options import Options

__all__ = ["Options", "names", "network", "record", "replays"]


@cache
def names() -> tuple[str, ...]:
    """The front ends, the one for texts last."""
    here = os.path.dirname(__file__)
    found = (name for name in os.listdir(here) if os.path.isfile(os.path.join(here, name, "__init__.py")))
    return tuple(sorted(found, key=lambda name: (name == "spec", name)))


def network(source: object, options: Options) -> Network:
    """The network of a source.

    Raises:
        SourceError: if no front end takes it; else what its front end raises.

    """
    made = record(source, options)
    return made if isinstance(made, Network) else made.network()


def record(source: object, options: Options) -> Network | Recorded:
    """The network of a source, or what it is made of when asked for: to count it takes less."""
    found = located(source, options)
    if found is None:
        return _recorded(source, options)
    made = _recorded(found.model, options._replace(let={}))
    if isinstance(made, Network):
        return made._replace(name=found.name, source=found.place)
    made.name, made.source = found.name, found.place
    return made


def _recorded(source: object, options: Options) -> Network | Recorded:
    front = _front_end(source)
    made: Network | Recorded = (getattr(front, "recorded", None) or front.network)(source, options)
    return made


def replays(source: object) -> bool:
    """Whether the layers of a source depend on the channels that come in, and on nothing else of a shape."""
    own = isinstance(source, str) and is_own(source)
    return not own and bool(getattr(_front_end(source), "REPLAYS", False))


@cache
def _loaded(name: str) -> ModuleType:
    return import_module(f"{__name__}.{name}")


def _front_end(source: object) -> ModuleType:
    word = isinstance(source, str) and source.isidentifier() and not os.path.exists(source)
    for name in ("spec",) if word else names():  # a word that is no file can only be a preset
        module = _loaded(name)
        if module.accepts(source):
            return module
    hint = "Give the name of a preset (netledger.presets()), a spec, a model, or anything that can be called."
    raise SourceError(say("there is no front end for a {name}", name=type(source).__name__), hint=hint)
