"""Models that Keras holds as a graph or a list: walked, not run."""

from __future__ import annotations

from typing import Any

import keras

from netledger.core.network import Tensor
from netledger.frontends.keras.rules._registry import layer
from netledger.frontends.keras.tensors import Abstract, dtype_of

__all__: list[str] = []


@layer("Functional")
def functional(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """Node by node, as Keras does it."""
    given = _flat(layer, inputs)
    known = {id(name): value for name, value in zip(layer._inputs, given, strict=True)}
    for depth in sorted(layer._nodes_by_depth, reverse=True):
        for node in layer._nodes_by_depth[depth]:
            if node.operation and not node.is_input:
                _step(trace, node, known)
    outputs = [known[id(one)] for one in layer._outputs]
    made = keras.tree.pack_sequence_as(layer._outputs_struct, outputs)
    return made[0] if isinstance(made, (list, tuple)) and len(made) == 1 else made


def _flat(model: Any, inputs: Any) -> list[Any]:
    """The inputs in the order of the model; by name, if they are named."""
    if isinstance(inputs, dict) and not isinstance(model._inputs_struct, dict):
        return [inputs[one.name] for one in model._inputs]
    return [
        value if value is None or len(value.shape) == len(one.shape) else _of_rank(value, one)
        for value, one in zip(keras.tree.flatten(inputs), model._inputs, strict=True)
    ]


def _of_rank(value: Any, like: Any) -> Any:
    """An axis of 1 more or less, as Keras allows."""
    if len(value.shape) == len(like.shape) + 1 and value.shape[-1] == 1:
        return keras.ops.squeeze(value, axis=-1)
    return keras.ops.expand_dims(value, axis=-1) if like.shape[-1] == 1 else value


def _step(trace: Any, node: Any, known: dict[int, Any]) -> None:
    """One operation or layer; where Keras laid out another shape, the difference is a gap."""
    single = node.arguments._single_positional_tensor
    if single is not None:
        made = node.operation(known[id(single)])
    elif any(id(tensor) not in known for tensor in node.input_tensors):
        return
    else:
        args, kwargs = node.arguments.fill_in(known)
        if "training" in kwargs:  # as it was when the graph was made: what the model is called with replaces it
            kwargs["training"] = trace.open[-1].training
        made = node.operation(*args, **kwargs)
    flat = [made] if type(made) is Abstract else keras.tree.flatten(made)
    for told, one in zip(node.outputs, flat, strict=True):
        known[id(told)] = one if _fits(told, one) else _corrected(trace, node, told, one)


def _fits(told: Any, made: Any) -> bool:
    sizes = zip(told.shape, made.shape, strict=False)
    return len(told.shape) == len(made.shape) and all(size is None or size == ours for size, ours in sizes)


def _corrected(trace: Any, node: Any, told: Any, made: Any) -> Any:
    """A gap, from the shape of the rule to that of Keras."""
    ours = (*made.shape, *(1 for _ in told.shape))
    shape = tuple(one if size is None else size for size, one in zip(told.shape, ours, strict=False))
    tensor = Tensor(shape, dtype_of(told.dtype))
    (number,) = trace.graph.unknown(f"keras.layers.{type(node.operation).__name__}", (made.number,), (tensor,))
    return Abstract(number, tensor.shape, told.dtype)


@layer("Sequential")
def sequential(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """Layer by layer; it need not be built."""
    x = inputs
    for part in layer._layers:
        if not isinstance(part, keras.layers.InputLayer):
            x = part(x)
    return x


@layer("InputLayer")
def input_layer(trace: Any, layer: Any, inputs: Any = None, **_: Any) -> Any:
    """What comes in."""
    return inputs
