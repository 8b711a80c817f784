"""The tensor that stands for one of the model's: a shape, an element type, and its number in the graph."""

from __future__ import annotations

from typing import Any

import keras

from netledger.core.network import DTYPE_BITS
from netledger.core.number import Shape

__all__ = ["Abstract", "dtype_of"]

_SAME_SIZE = {"uint16": "int16", "uint32": "int32", "uint64": "int64", "string": "int64", "int4": "int8"}
"""Element types that the core does not name, and one of the same size."""


class Abstract(keras.KerasTensor):  # type: ignore[misc]
    """A tensor of Keras that is symbolic, and knows its number."""

    def __init__(self, number: int, shape: Shape, dtype: str) -> None:
        self._shape = shape
        self._dtype = dtype
        self._sparse = self._ragged = False
        self._ragged_rank = self._row_splits_dtype = None
        self.name = "tensor"
        self.record_history = False
        self.number = number

    def __deepcopy__(self, memo: dict[int, Any]) -> Abstract:
        return self


def dtype_of(name: str) -> str:
    """The element type as the core names it.

    >>> dtype_of("uint32"), dtype_of("float32"), dtype_of("float8_e4m3fn")
    ('uint32', 'float32', 'int8')
    """
    if name in DTYPE_BITS:
        return name
    return _SAME_SIZE.get(name, "int8" if name.startswith("float8") else "float32")
