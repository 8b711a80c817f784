"""Networks written as text: a small YAML language.

    document    bytes → a tree of marked nodes, bounded
    expression  "multiple(96 * width, 8)" → a number
    fields      one attribute of a layer → a value
    scope       names of layers and of numbers
    layout      the tree → a Network
    schema      the language as JSON Schema
    call        "conv(96, 11, stride=4)" → the same tree
"""

from __future__ import annotations

from netledger.frontends.spec.call import read_call
from netledger.frontends.spec.document import read
from netledger.frontends.spec.layout import Options, lay_out
from netledger.frontends.spec.schema import schema

__all__ = ["Options", "lay_out", "read", "read_call", "schema"]
