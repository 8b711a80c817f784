"""One file per tool. Each has

- `PACKAGE`: the distribution whose version is told,
- `WAYS`: the ways in which it can be called, by name; each takes a network and a tensor and answers `Figures`,
- `MODES`, if it is not to be called both under `torch.no_grad()` and with gradients on.

`worker.py` tries them on meta tensors and on the CPU; the fastest that works counts.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

__all__ = ["Figures", "Way", "about", "load", "names"]


@dataclass(frozen=True, slots=True)
class Figures:
    """What a tool answers, in the units that it means; None where it does not say."""

    flops: int | None = None
    macs: int | None = None
    parameters: int | None = None
    partial: bool = False
    """Whether the tool itself says that its figure is only a lower bound."""


Way = Callable[[Any, Any], Figures]


def names() -> list[str]:
    """Every tool: the files of this folder."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem[0] != "_")


def load(name: str) -> ModuleType:
    """The module of a tool; it imports the tool."""
    return import_module(f"{__name__}.{name}")


def about(name: str) -> str:
    """What the file of a tool says it is, without importing it."""
    source = Path(__file__).with_name(f"{name}.py").read_text()
    return (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]
