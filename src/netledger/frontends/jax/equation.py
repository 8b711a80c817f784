"""An equation of a jaxpr, and what its variables stand for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple

from netledger.core.network import DTYPE_BITS, Tensor
from netledger.frontends.remembered import tensor

__all__ = ["Equation", "Known", "name_of", "tensor_like", "tensor_of"]


class Known(NamedTuple):
    """A tensor that does not depend on inputs or stored tensors; `value`: its number, if it is one and is known."""

    tensor: Tensor
    value: Any = None


@cache
def name_of(dtype: Any) -> str:
    """The name of an element type: NumPy looks long for it."""
    return str(dtype)


def tensor_of(variable: Any) -> Tensor:
    """The shape and element type of a variable."""
    aval = variable.aval
    return tensor_like(aval.shape, getattr(aval, "dtype", "float32"))


@lru_cache(10_000)
def tensor_like(shape: tuple[int, ...], dtype: Any) -> Tensor:
    """One object for all that are equal; of random keys, what they are made of."""
    name = name_of(dtype)
    return tensor(tuple(map(int, shape)), name if name in DTYPE_BITS else "uint32")


class Equation(NamedTuple):
    """An equation with what its variables stand for: numbers of the graph, Stored or Known.

    Args:
        name: the primitive.
        params: its parameters.
        values: what it reads.
        made: the tensors that it makes.
        told: the equation as JAX has it.

    """

    name: str
    params: Mapping[str, Any]
    values: tuple[Any, ...]
    made: tuple[Tensor, ...]
    told: Any
