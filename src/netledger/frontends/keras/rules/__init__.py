"""How layers and operations of Keras are written as operators: one file per family."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from netledger.frontends.keras.rules._registry import LAYERS, OPERATIONS, named, rule_of

__all__ = ["LAYERS", "OPERATIONS", "named", "rule_of"]

for _module in iter_modules(__path__):
    if not _module.name.startswith("_"):
        import_module(f"{__name__}.{_module.name}")
