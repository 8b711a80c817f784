"""One file per framework. Each has

- `PACKAGES`: the distributions whose versions are told, the framework's own first,
- `NETWORKS`: the names of its networks,
- `build(name, folder)`: a model that is built already, or a file in the folder, as a `Case`,
- `PEERS`: other reports of the same model by name; each takes a case and answers figures by name,
- `GRAPH`: builds the framework's own graph of a case, and nothing else,
- `INSIDE`: the functions of ours that build the framework's graph within a count (module and name),
- `ABOUT`: what each report is, and what building the graph means here,
- `prepare(name, folder)`, if a file is to be written first.

No two of them run in one process.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any, NamedTuple

__all__ = ["NAMES", "Case", "load"]

NAMES = ("paddle", "keras", "jax", "onnx")


class Case(NamedTuple):
    """A model, and what it is given.

    Args:
        model: what netledger counts.
        inputs: the shapes that netledger is given.
        rest: what the other reports need besides.

    """

    model: Any
    inputs: tuple[Any, ...] = ()
    rest: Any = None


def load(name: str) -> ModuleType:
    """The file of a framework; it imports the framework only when a model is built."""
    return import_module(f"{__name__}.{name}")
