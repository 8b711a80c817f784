"""Layers whose `call` computes with functions of a backend: followed by that backend's own front end, or a gap."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import keras

from netledger.core.errors import NetledgerError
from netledger.core.network import Network, Tensor
from netledger.frontends.keras.tensors import Abstract
from netledger.frontends.options import Options

if TYPE_CHECKING:
    from netledger.frontends.keras.trace import Trace

__all__ = ["is_foreign", "traced"]


def is_foreign(error: Exception) -> bool:
    """Whether a symbolic tensor met what is not Keras: a function of a backend, or Python's need for a value."""
    if "KerasTensor" in str(error) or "Abstract" in str(error) or "symbolic" in str(error):
        return True
    frames = traceback.extract_tb(error.__traceback__)
    return any(part in frames[-1].filename for part in ("/keras/src/backend/", "/torch/", "/jax/", "/tensorflow/"))


def traced(trace: Trace, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any], error: Exception) -> Any:
    """The layer by its backend; where that has no front end, or it fails too: a gap. `error`: why it came here."""
    follow = _FOLLOW.get(keras.backend.backend())
    made = None if follow is None else follow(trace, layer, args, kwargs)
    if made is not None:
        return made
    try:
        return trace.gap(layer, args, kwargs)
    except NetledgerError:
        raise
    except Exception:
        raise error from None


def _torch(trace: Trace, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """By the front end of PyTorch: in this backend, a layer is a module."""
    values = [*args, *kwargs.values()]
    tensors = [value for value in values if isinstance(value, Abstract)]
    plain = all(value is None or isinstance(value, (Abstract, bool, int, float, str)) for value in values)
    if not plain or not layer.built or any(variable._value is None for variable in layer.variables):
        return None
    from netledger.frontends.torch import network

    given = Options(tuple(("", trace.graph.tensors[value.number]) for value in tensors))
    try:
        with trace.quiet():
            spec = layer.compute_output_spec(*_symbols(args), **_symbols(kwargs))
            found = network(_Called(layer, args, kwargs), given)
    except Exception:  # noqa: BLE001  # a gap then
        return None
    outputs = _spliced(trace, layer, found, [value.number for value in tensors])
    parts = keras.tree.flatten(spec)
    if [trace.graph.tensors[number].shape for number in outputs] != [tuple(part.shape) for part in parts]:
        return None
    pairs = zip(outputs, parts, strict=True)
    return keras.tree.pack_sequence_as(spec, [Abstract(n, tuple(part.shape), part.dtype) for n, part in pairs])


def _symbols(value: Any) -> Any:
    def symbol(part: Any) -> Any:
        return keras.KerasTensor(part.shape, part.dtype) if isinstance(part, Abstract) else part

    return keras.tree.map_structure(symbol, value)


class _Called:
    """A layer's `call` with everything filled in but its tensors."""

    def __init__(self, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.layer = layer
        self.args = args
        self.kwargs = kwargs
        self.__name__ = type(layer).__name__

    def __call__(self, *tensors: Any) -> Any:
        given = iter(tensors)
        args = [next(given) if isinstance(value, Abstract) else value for value in self.args]
        kwargs = {name: next(given) if isinstance(value, Abstract) else value for name, value in self.kwargs.items()}
        return self.layer.call(*args, **kwargs)


def _spliced(trace: Trace, layer: Any, found: Network, inputs: list[int]) -> list[int]:
    """Its operations, written into the graph; what it stores are the layer's variables."""
    graph = trace.graph
    numbers = dict(zip(found.inputs, inputs, strict=True))
    stored = _by_shape(layer)
    for node in found.nodes:
        if not node.op.COUNTED and not node.outputs:
            continue
        roles: dict[str, Any] = {part.role: trace.stored(stored(part)) for part in node.parameters if stored(part)}
        roles |= {role: numbers[number] for role, number in node.operands}
        given = [numbers[number] for number in node.inputs]
        made: list[Tensor] = list(found.at(node.outputs))
        outputs = graph.add(node.op, *given, stored=roles, made=made, function=node.provenance.function)
        numbers.update(zip(node.outputs, outputs, strict=True))
    return [numbers[number] for number in found.outputs]


def _by_shape(layer: Any) -> Any:
    raise NotImplementedError


_FOLLOW = {"torch": _torch}
