"""A layer of Keras, with JAX as its backend, as a function of its variables and of arrays."""

from __future__ import annotations

from typing import Any

import jax
import keras

from netledger.core.network import Tensor
from netledger.frontends.jax.sources import Traced
from netledger.frontends.keras.tensors import Abstract

__all__ = ["traced"]


def traced(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any], tensors: list[Tensor]) -> Traced:
    """Its `call`, everything filled in but the tensors; its variables are called v0, v1, …"""
    variables = list(layer.variables)
    stored = {f"v{place}": jax.ShapeDtypeStruct(one.shape, one.dtype) for place, one in enumerate(variables)}
    given = [jax.ShapeDtypeStruct(tensor.shape, tensor.dtype) for tensor in tensors]

    def run(values: Any, *arrays: Any) -> Any:
        left = iter(arrays)
        placed = [next(left) if isinstance(value, Abstract) else value for value in args]
        named = {name: next(left) if isinstance(value, Abstract) else value for name, value in kwargs.items()}
        mapping = [(one, values[f"v{place}"]) for place, one in enumerate(variables)]
        with keras.StatelessScope(state_mapping=mapping):
            return layer.call(*placed, **named)

    return Traced(run, stored, (given, {}), layer.name, "keras")
