"""A Network as a spec: every layer by name, its inputs by name; reading it gives the same Network again."""

from __future__ import annotations

from collections import Counter
from typing import Any

from netledger.core.errors import SourceError, Where
from netledger.core.language import say
from netledger.core.network import Network, Node, Tensor
from netledger.core.operator import attributes_of
from netledger.frontends.spec.builder import Spec

__all__ = ["to_spec"]


def to_spec(network: Network) -> Spec:
    """The spec of a network; repeats and blocks are written out.

    Raises:
        SourceError: if the language has no words for something in it: says what.

    """
    if not network.inputs:
        raise SourceError("a network without inputs cannot be written as a spec")
    names = _input_names(network)
    flow: tuple[int, ...] = network.inputs[:1]
    shared = Counter(part.key for node in network.nodes for part in node.parameters)
    layers = []
    for node in network.nodes:
        layers.append({node.op.KIND: _layer(node, flow, names, shared)})
        names.update(_output_names(node))
        flow = node.outputs
    values: dict[str, Any] = {"name": network.name, "source": network.source}
    header = {name: text for name, text in values.items() if text}
    header |= _inputs(network, names)
    if network.outputs != flow:
        header["outputs"] = [names[number] for number in network.outputs]
    return Spec({**header, "layers": layers}, Where("spec", 1, 1))


def _input_names(network: Network) -> dict[int, str]:
    if len(network.inputs) == 1:
        return {network.inputs[0]: "input"}
    taken = {node.name for node in network.nodes}
    stem = "input"
    while any(name.startswith(stem) for name in taken):
        stem += "_"
    return {number: f"{stem}{place}" for place, number in enumerate(network.inputs, 1)}


def _output_names(node: Node) -> dict[int, str]:
    if len(node.outputs) == 1:
        return {node.outputs[0]: node.name}
    return {number: f"{node.name}.{place}" for place, number in enumerate(node.outputs)}


def _inputs(network: Network, names: dict[int, str]) -> dict[str, Any]:
    """The shapes of the inputs, without the batch that they share."""
    tensors = network.at(network.inputs)
    batches = {tensor.shape[:1] for tensor in tensors}
    if len(batches) != 1 or () in batches or any(len(tensor.shape) < 2 for tensor in tensors):
        raise SourceError("the inputs of a spec have one batch, and more axes than that", values=_values(tensors))
    shapes = {names[number]: _shape(tensor) for number, tensor in zip(network.inputs, tensors, strict=True)}
    made: dict[str, Any] = {"input": shapes["input"] if len(shapes) == 1 else shapes}
    ((batch,),) = batches
    return {**made, "batch": batch} if batch != 1 else made


def _values(tensors: tuple[Tensor, ...]) -> dict[str, Any]:
    return {f"input {place}": tensor.shape for place, tensor in enumerate(tensors, 1)}


def _shape(tensor: Tensor) -> str:
    sizes = "x".join(map(str, tensor.shape[1:]))
    return sizes if tensor.dtype == "float32" else f"{tensor.dtype}[{sizes.replace('x', ', ')}]"


def _layer(node: Node, flow: tuple[int, ...], names: dict[int, str], shared: Counter[str]) -> dict[str, Any]:
    """What a layer says: its name, where its inputs come from, and the attributes that are not as usual."""
    _check_parameters(node, shared)
    written = attributes_of(node.op)
    said: dict[str, Any] = {"name": node.name}
    if node.inputs != flow and node.inputs:
        said["from"] = [names[number] for number in node.inputs]
    if any(not part.buffer and not part.trainable for part in node.parameters):
        said["trainable"] = False
    return said | {name: value for name, value in written.items() if _unusual(node, name)}


def _unusual(node: Node, name: str) -> bool:
    return name not in node.op.DEFAULTS or getattr(node.op, name) != node.op.DEFAULTS[name]


def _check_parameters(node: Node, shared: Counter[str]) -> None:
    """A spec has no words for shared memory, nor for a layer that is trained in part, nor for other element types."""
    if node.operands:
        raise SourceError(
            say(
                "the {operands} of {name} is computed: a spec cannot say that",
                operands=node.operands[0][0],
                name=node.name,
            )
        )
    for part in node.parameters:
        if shared[part.key] > 1:
            raise SourceError(
                say(
                    "{name} shares its {role} with another layer: a spec cannot say that",
                    name=node.name,
                    role=part.role,
                )
            )
        if part.dtype != "float32":
            raise SourceError(
                say(
                    "the {role} of {name} is {dtype}: a spec cannot say that",
                    role=part.role,
                    name=node.name,
                    dtype=part.dtype,
                )
            )
    if len({part.trainable for part in node.parameters if not part.buffer}) > 1:
        raise SourceError(say("{name} is trained in part: a spec cannot say that", name=node.name))
