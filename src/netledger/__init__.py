"""netledger: what every layer of a neural network costs, exactly, under every counting convention, and why.

>>> import netledger as nl
>>> ledger = nl.count("alexnet")
>>> ledger.parameters, ledger.total("macs"), ledger["conv1"].total("textbook")
(62378344, 1135256096, 210830400)
>>> {"macs", "flops", "torch", "thop", "fvcore"} <= set(nl.conventions())
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from netledger.api import (
        Entry,
        Ledger,
        Shape,
        accepts,
        claim,
        convert,
        count,
        exercise,
        explain,
        formula,
        grade,
        largest,
        layer,
        presets,
        receptive_field,
        reconcile,
        rule,
        solve,
        spec,
        to_spec,
        verify,
        work,
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
    from netledger.core.language import language, set_language
    from netledger.core.network import Tensor
    from netledger.core.operator import Operator, choice, flag, index, number, numbers, per_axis, real, word
    from netledger.core.work import Term, accumulate

    def conventions() -> tuple[str, ...]:
        """The names of all ways of counting."""
        ...


__all__ = [
    "Entry",
    "ForwardError",
    "IncompleteError",
    "Ledger",
    "NetledgerError",
    "Operator",
    "Shape",
    "ShapeError",
    "SourceError",
    "SpecError",
    "Tensor",
    "Term",
    "UnknownNameError",
    "ValuesNeededError",
    "__version__",
    "accepts",
    "accumulate",
    "choice",
    "claim",
    "conventions",
    "convert",
    "count",
    "exercise",
    "explain",
    "flag",
    "formula",
    "grade",
    "index",
    "language",
    "largest",
    "layer",
    "number",
    "numbers",
    "per_axis",
    "presets",
    "real",
    "receptive_field",
    "reconcile",
    "rule",
    "set_language",
    "solve",
    "spec",
    "to_spec",
    "verify",
    "word",
    "work",
]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Load the public names when they are first used: the command line needs few of them."""
    if name not in __all__:
        raise AttributeError(f"module 'netledger' has no attribute {name!r}")
    from importlib import import_module

    if name == "conventions":
        return import_module("netledger.conventions")
    for place in _PLACES:
        module = import_module(f"netledger.{place}")
        if name in module.__all__:
            return getattr(module, name)
    raise AttributeError(name)


_PLACES = ("api", "core.errors", "core.operator", "core.network", "core.work", "core.language")
"""Where the public names are."""


def __dir__() -> list[str]:
    return sorted(__all__)
