"""netledger: what every layer of a neural network costs, exactly, under every counting convention, and why.

>>> import netledger as nl
>>> ledger = nl.count("alexnet")
>>> ledger.parameters, ledger.total("macs"), ledger["conv1"].total("textbook")
(62378344, 1135256096, 210830400)
>>> nl.conventions()
('arithmetic', 'flops', 'macs', 'macs+bias', 'paddle', 'textbook')
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from netledger.api import (
        Entry,
        Ledger,
        Shape,
        count,
        explain,
        formula,
        layer,
        presets,
        receptive_field,
        spec,
        to_spec,
    )
    from netledger.core.errors import (
        ForwardError,
        IncompleteError,
        NetledgerError,
        ShapeError,
        SourceError,
        SpecError,
        UnknownNameError,
        ValuesNeededError,
    )

    def conventions() -> tuple[str, ...]:
        """The names of all ways of counting."""
        ...


__all__ = [
    "Entry",
    "ForwardError",
    "IncompleteError",
    "Ledger",
    "NetledgerError",
    "Shape",
    "ShapeError",
    "SourceError",
    "SpecError",
    "UnknownNameError",
    "ValuesNeededError",
    "__version__",
    "conventions",
    "count",
    "explain",
    "formula",
    "layer",
    "presets",
    "receptive_field",
    "spec",
    "to_spec",
]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Load the public names when they are first used: the command line needs few of them."""
    if name not in __all__:
        raise AttributeError(f"module 'netledger' has no attribute {name!r}")
    from importlib import import_module

    if name == "conventions":
        return import_module("netledger.conventions")
    api, errors = import_module("netledger.api"), import_module("netledger.core.errors")
    return getattr(api, name) if hasattr(api, name) else getattr(errors, name)


def __dir__() -> list[str]:
    return sorted(__all__)
