"""The operators: one file per family, all about an operator in its file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from netledger.core.errors import PluginError
from netledger.core.operator import Operator
from netledger.core.plugins import Folder

__all__ = ["FOLDER", "load", "restore"]

FOLDER = Folder(__name__, os.path.dirname(__file__), "layer")


@cache
def load(kind: str) -> type[Operator]:
    """The operator of this kind.

    Raises:
        UnknownNameError: if there is none.

    """
    module = FOLDER.module(kind)
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Operator) and value.__dict__.get("KIND") == kind:
            return value
    raise PluginError(f"no class of {module.__name__} has KIND = {kind!r}", hint="Derive it from Operator.")


def restore(kind: str, attributes: Mapping[str, Any]) -> Operator:
    """The operator with these attributes, written as plain data (`attributes_of`).

    Raises:
        ValueError: if an attribute is none of its choices.
        UnknownNameError, TypeError, KeyError, …: if there is no such operator.

    """
    op = load(kind)
    for name, attribute in op.ATTRIBUTES.items():
        if attribute.choices and attributes[name] not in attribute.choices:
            raise ValueError(name)
    return op(**{name: _restored(op.ATTRIBUTES[name].kind, value) for name, value in attributes.items()})


def _restored(kind: str, value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return tuple(_restored(kind, part) for part in value)
    if kind != "scale" or not isinstance(value, str):
        return value
    from fractions import Fraction

    return Fraction(value)
