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

from os import PathLike, fspath

from netledger.core.errors import SourceError
from netledger.core.network import Network, Tensor
from netledger.frontends.options import Options
from netledger.frontends.spec.document import Branch, Sequence, read
from netledger.frontends.spec.layout import lay_out

__all__ = ["REPLAYS", "Options", "accepts", "lay_out", "layer", "network", "read"]

REPLAYS = True
"""The layers depend on the channels that come in (`in_channels`), and on nothing else of a shape."""


def accepts(source: object) -> bool:
    """Whether it is a file, a preset by name, a text, or what `netledger.spec.network` makes."""
    return isinstance(source, (str, PathLike)) or hasattr(source, "root")


def network(source: object, options: Options) -> Network:
    """The network of a spec: a file, a preset by name, the text itself, or what `netledger.spec.network` makes.

    Raises:
        SourceError, SpecError, ShapeError: see `source`, `document` and `layout`.

    """
    from netledger.frontends.spec.source import locate

    if options.kwargs or not all(isinstance(value, Tensor) for _, value in options.inputs):
        raise SourceError("a spec takes shapes only", hint="Give shapes such as (1, 3, 224, 224).")
    if not isinstance(source, (str, PathLike)):
        return lay_out(source.root(), options)  # type: ignore[attr-defined]
    data, file, name = locate(fspath(source))
    return lay_out(read(data, file), options, name)


def layer(call: str, options: Options) -> Network:
    """The network of one layer, written as a call, `conv(96, 11, stride=4)`, that takes all given inputs."""
    from netledger.frontends.spec.call import read_call

    named = tuple((f"input{place}", tensor) for place, (_, tensor) in enumerate(options.inputs, 1))
    node = read_call(call, tuple(name for name, _ in named))
    layers = Sequence((node,), node.where)
    root = Branch({"layers": layers}, {"layers": node.where}, node.where)
    return lay_out(root, options._replace(inputs=named), call)
