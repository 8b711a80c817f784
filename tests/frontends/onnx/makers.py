"""Small models of ONNX, written by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

FLOAT, INT64, BOOL = 1, 7, 9


def stored(name: str, *shape: int, dtype: Any = np.float32) -> onnx.TensorProto:
    """A stored tensor of this shape."""
    return numpy_helper.from_array(np.ones(shape, dtype), name)


def numbers(name: str, values: Any) -> onnx.TensorProto:
    """Stored numbers."""
    return numpy_helper.from_array(np.array(values), name)


def info(name: str, shape: Any, dtype: int = FLOAT) -> Any:
    """What a file says of a tensor."""
    return helper.make_tensor_value_info(name, dtype, shape)


def graph(nodes: Sequence[Any], inputs: Any, outputs: Any, held: Sequence[Any] = (), **rest: Any) -> onnx.GraphProto:
    """A graph; inputs and outputs by name and shape."""
    given = [info(name, shape) for name, shape in inputs.items()]
    made = [info(name, shape) for name, shape in outputs.items()]
    return helper.make_graph(list(nodes), "net", given, made, list(held), **rest)


def model(
    nodes: Sequence[Any],
    inputs: Any = None,
    outputs: Any = None,
    held: Sequence[Any] = (),
    *,
    version: int = 18,
    functions: Sequence[Any] = (),
    **rest: Any,
) -> onnx.ModelProto:
    """A model; without inputs an image 1x3x8x8 called x, without outputs y."""
    made = graph(nodes, inputs or {"x": (1, 3, 8, 8)}, outputs or {"y": None}, held, **rest)
    domains = {node.domain for node in nodes} | {one.domain for one in functions}
    opsets = [helper.make_opsetid("", version), *(helper.make_opsetid(name, 1) for name in sorted(domains - {""}))]
    return helper.make_model(made, opset_imports=opsets, functions=list(functions))


def node(kind: str, inputs: str, outputs: str, **attributes: Any) -> onnx.NodeProto:
    """A node; names with spaces between them, `_` for one that is left out."""
    names = [["" if name == "_" else name for name in part.split()] for part in (inputs, outputs)]
    return helper.make_node(kind, names[0], names[1], **attributes)
