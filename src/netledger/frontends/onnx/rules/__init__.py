"""How each operator of ONNX is written as operators: one file per family.

A rule is a function of a node (see `node.At`), declared by the names that it answers; what it returns are the outputs.
"""

from __future__ import annotations

import os
from importlib import import_module

from netledger.frontends.onnx.rules._registry import MOVES, RULES, rule

__all__ = ["MOVES", "RULES", "rule"]

for _file in sorted(os.listdir(os.path.dirname(__file__))):
    if _file.endswith(".py") and not _file.startswith("_"):
        import_module(f"{__name__}.{_file[:-3]}")
