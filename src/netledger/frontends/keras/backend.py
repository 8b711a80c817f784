"""Layers whose `call` computes with functions of a backend: followed by that backend's own front end, or a gap."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import keras

from netledger.core.errors import NetledgerError
from netledger.core.network import Network, Tensor
from netledger.frontends.keras.tensors import Abstract
from netledger.frontends.options import Options

if TYPE_CHECKING:
    from netledger.frontends.keras.trace import Trace

Follow = Callable[[Any, tuple[Any, ...], dict[str, Any], list[Tensor]], tuple[Any, Network]]
"""A layer with its arguments, and the tensors among them → what Keras says of its outputs, and its network."""

__all__ = ["is_foreign", "traced", "wants_values"]


def is_foreign(error: Exception) -> bool:
    """Whether a symbolic tensor met what is not Keras: a function of a backend, or Python's need for a value."""
    if any(word in str(error) for word in ("KerasTensor", "Abstract", "symbolic", "__jax_array__")):
        return True
    frames = traceback.extract_tb(error.__traceback__)
    return any(part in frames[-1].filename for part in ("/keras/src/backend/", "/torch/", "/jax/", "/tensorflow/"))


def wants_values(error: Exception) -> bool:
    """Whether Python needed to know a value: a condition, a number, the elements of an array."""
    return any(word in str(error) for word in ("as a boolean", "You cannot convert it", "Iterating over a symbolic"))


def traced(trace: Trace, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any], error: Exception) -> Any:
    """The layer by its backend; where that has no front end, or it fails too: a gap. `error`: why it came here."""
    follow = _FOLLOW.get(keras.backend.backend())
    made = None if follow is None else _followed(trace, layer, args, kwargs, follow)
    if made is not None:
        return made
    if len(trace.open) == 1 and wants_values(error):
        raise error  # all of the model would be a gap, where its user can help
    try:
        return trace.gap(layer, args, kwargs)
    except NetledgerError:
        raise
    except Exception:  # noqa: BLE001  # the first mistake is the user's
        raise error from None


def _followed(trace: Trace, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any], follow: Follow) -> Any:
    """By the front end of the backend; None: it cannot be followed so."""
    values = [*args, *kwargs.values()]
    plain = all(value is None or isinstance(value, (Abstract, bool, int, float, str)) for value in values)
    if not plain:
        return None
    inputs = [value.number for value in values if isinstance(value, Abstract)]
    try:
        with trace.quiet(), _outside():
            spec, found = follow(layer, args, kwargs, [trace.graph.tensors[number] for number in inputs])
    except Exception:  # noqa: BLE001  # a gap then
        return None
    parts = keras.tree.flatten(spec)
    if [found.tensors[number].shape for number in found.outputs] != [tuple(part.shape) for part in parts]:
        return None
    variables = {f"v{place}": one for place, one in enumerate(layer.variables)}
    if any(part.key not in variables for node in found.nodes if node.op.KIND != "unused" for part in node.parameters):
        return None  # it stores what Keras does not know of
    outputs = _spliced(trace, found, inputs, variables)
    pairs = zip(outputs, parts, strict=True)
    return keras.tree.pack_sequence_as(spec, [Abstract(n, tuple(part.shape), part.dtype) for n, part in pairs])


def _torch(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any], tensors: list[Tensor]) -> tuple[Any, Network]:
    from netledger.frontends.keras.in_torch import filled, module
    from netledger.frontends.torch import recorded

    given = Options(tuple(("", tensor) for tensor in tensors))
    with filled(layer.variables):
        spec = layer.compute_output_spec(*_symbols(args), **_symbols(kwargs))
        return spec, recorded(module(layer, args, kwargs), given).network()


def _jax(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any], tensors: list[Tensor]) -> tuple[Any, Network]:
    from netledger.frontends.jax.run import followed
    from netledger.frontends.keras.in_jax import traced

    spec = layer.compute_output_spec(*_symbols(args), **_symbols(kwargs))
    return spec, followed(traced(layer, args, kwargs, tensors))


def _graph(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any], tensors: list[Tensor]) -> tuple[Any, Network]:
    from netledger.frontends.keras.in_tensorflow import followed

    spec = layer.compute_output_spec(*_symbols(args), **_symbols(kwargs))
    return spec, followed(layer, args, kwargs, tensors)


def _symbols(value: Any) -> Any:
    def symbol(part: Any) -> Any:
        return keras.KerasTensor(part.shape, part.dtype) if isinstance(part, Abstract) else part

    return keras.tree.map_structure(symbol, value)


@contextmanager
def _outside() -> Iterator[None]:
    """In no scope of Keras's: variables have their own values; none that waits for its own is filled."""
    from keras.src.backend.common import global_state

    names = ("stateless_scope", "uninitialized_variables")
    before = [global_state.get_global_attribute(name) for name in names]
    global_state.set_global_attribute(names[0], None)
    global_state.set_global_attribute(names[1], [])
    try:
        yield
    finally:
        for name, value in zip(names, before, strict=True):
            global_state.set_global_attribute(name, value)


def _spliced(trace: Trace, found: Network, inputs: list[int], variables: dict[str, Any]) -> list[int]:
    """Its operations, written into the graph; what it stores are the layer's variables, by key."""
    numbers = dict(zip(found.inputs, inputs, strict=True))
    for node in found.nodes:
        if node.op.KIND == "unused":
            continue
        roles: dict[str, Any] = {part.role: trace.stored(variables[part.key]) for part in node.parameters}
        roles |= {role: numbers[number] for role, number in node.operands}
        given = [numbers[number] for number in node.inputs]
        function = node.provenance.function
        outputs = trace.graph.add(node.op, *given, stored=roles, made=found.at(node.outputs), function=function)
        numbers.update(zip(node.outputs, outputs, strict=True))
    return [numbers[number] for number in found.outputs]


_FOLLOW: dict[str, Follow] = {"torch": _torch, "jax": _jax, "tensorflow": _graph}
"""What follows a layer through its backend, by the backend; without one, it is a gap."""
