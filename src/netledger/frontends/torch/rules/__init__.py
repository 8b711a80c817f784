"""How each of PyTorch's functions is written as operators: one file per family.

A rule is named after the functions that it answers, without their namespace: `add` answers torch.add, Tensor.add,
Tensor.__add__ (where it says so) and the kernel aten.add alike. A name that ends in an underscore works in place.
"""

from __future__ import annotations

import os
from importlib import import_module

from netledger.frontends.torch.rules._registry import READS, RULES, Rule, name_of, rule_of

__all__ = ["READS", "RULES", "Rule", "name_of", "rule_of"]

for _file in sorted(os.listdir(os.path.dirname(__file__))):
    if _file.endswith(".py") and not _file.startswith("_"):
        import_module(f"{__name__}.{_file[:-3]}")
