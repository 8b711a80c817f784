"""Networks written as text: a small YAML language.

source      a file, a preset or a text → bytes
document    bytes → a tree of marked nodes, bounded
call        "conv(96, 11, stride=4)" → the same tree
header      what stands above the layers
expression  "multiple(96 * width, 8)" → a number
fields      one attribute of a layer → a value
names       the names of layers
words       the words of the language that are not layers
layout      the tree → a Network
schema      the language as JSON Schema
"""

from __future__ import annotations

from netledger.core.network import Network
from netledger.frontends.spec.document import Branch, Sequence, read
from netledger.frontends.spec.header import Options
from netledger.frontends.spec.layout import lay_out

__all__ = ["Options", "lay_out", "layer", "network", "read"]


def network(source: str, options: Options) -> Network:
    """The network of a spec: a file, a preset by name, or the text itself.

    Raises:
        SourceError, SpecError, ShapeError: see `source`, `document` and `layout`.

    """
    from netledger.frontends.spec.source import locate

    data, file, name = locate(source)
    return lay_out(read(data, file), options, name)


def layer(call: str, options: Options) -> Network:
    """The network of one layer, written as a call, `conv(96, 11, stride=4)`, that takes all given inputs."""
    from netledger.frontends.spec.call import read_call

    named = tuple((f"input{place}", tensor) for place, (_, tensor) in enumerate(options.inputs, 1))
    node = read_call(call, tuple(name for name, _ in named))
    layers = Sequence((node,), node.where)
    root = Branch({"layers": layers}, {"layers": node.where}, node.where)
    return lay_out(root, options._replace(inputs=named), call)
