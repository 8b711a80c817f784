"""What a name stands for: a tensor that is computed, a stored one, numbers that are known, or a sequence of these."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from netledger.core.errors import SourceError, quote
from netledger.core.language import say
from netledger.core.network import DTYPE_BITS, Tensor
from netledger.core.number import Shape
from netledger.frontends.graph import Stored

__all__ = ["DTYPES", "FEW", "MAX_RANK", "NUMPY", "Value", "constant", "dtype_of", "initialiser", "numbers"]

FEW = 1 << 20
"""So many numbers are computed, at most."""

MAX_RANK = 64
MAX_SIZE = 2**63 - 1

DTYPES = {
    1: "float32",
    2: "uint8",
    3: "int8",
    4: "uint16",
    5: "int16",
    6: "int32",
    7: "int64",
    9: "bool",
    10: "float16",
    11: "float64",
    12: "uint32",
    13: "uint64",
    14: "complex64",
    15: "complex128",
    16: "bfloat16",
    17: "float8",
    18: "float8",
    19: "float8",
    20: "float8",
    21: "uint4",
    22: "int4",
    23: "float4",
    24: "float8",
    25: "uint2",
    26: "int2",
}
"""ONNX's numbers of element types; strings have no size."""

NUMPY = {"bfloat16": "float32"} | {
    name: name
    for name in (
        *("float32", "float16", "float64", "uint8", "int8", "uint16", "int16", "int32", "int64", "bool"),
        *("uint32", "uint64", "complex64", "complex128"),
    )
}
"""How NumPy computes with them."""

_FIELDS = {
    "float32": "float_data",
    "complex64": "float_data",
    "float64": "double_data",
    "complex128": "double_data",
    "int64": "int64_data",
    "uint64": "uint64_data",
    "uint32": "uint64_data",
}
"""Where values are that are not raw; others: int32_data."""


class Value:
    """What a name stands for.

    Args:
        tensor: its shape and element type.
        number: its number in the graph, once it has one.
        stored: the tensor that the model stores.
        data: its elements, where they are known (see `known`).
        view: how it is made of another value without computing: an operator, and the value.
        parts: the values of a sequence.

    """

    __slots__ = ("data", "name", "number", "parts", "proto", "stored", "tensor", "view")

    def __init__(
        self,
        tensor: Tensor,
        *,
        number: int | None = None,
        stored: Stored | None = None,
        data: Any = None,
        view: tuple[Any, Value] | None = None,
        parts: tuple[Value, ...] | None = None,
        proto: Any = None,
        name: str = "",
    ) -> None:
        self.tensor = tensor
        self.number = number
        self.stored = stored
        self.data = data
        self.view = view
        self.parts = parts
        self.proto = proto
        self.name = name

    @property
    def shape(self) -> Shape:
        """Its sizes."""
        return self.tensor.shape

    @property
    def dtype(self) -> str:
        """Its element type."""
        return self.tensor.dtype

    def known(self) -> Any:
        """Its elements as an array, if they are known and few; else None."""
        if self.data is None and self.proto is not None:
            self.data, self.proto = _decoded(self.proto, self.tensor), None
        return self.data

    def scalar(self) -> Any:
        """The one number that it is, if it is one that is known; else None."""
        if self.tensor.shape not in ((), (1,)) and any(size != 1 for size in self.tensor.shape):
            return None
        data = self.known()
        return None if data is None or data.size != 1 else data.reshape(-1)[0]

    def held(self) -> Stored | None:
        """The stored tensor that it is, perhaps seen otherwise."""
        value = self
        while value.stored is None and value.view is not None:
            value = value.view[1]
        return value.stored

    def moved(self) -> bool:
        """Whether it is a stored tensor with its axes in another order."""
        value, times = self, 0
        while value.stored is None and value.view is not None:
            times += value.view[0].KIND in ("permute", "transpose")
            value = value.view[1]
        return times % 2 == 1


def dtype_of(number: int, what: str) -> str:
    """The element type with ONNX's number."""
    if number not in DTYPES or DTYPES[number] not in DTYPE_BITS:
        rule = say("{what} has element type {number} of ONNX, which cannot be counted", what=quote(what), number=number)
        raise SourceError(rule, hint="Numbers and truth values can be counted; texts have no fixed size.")
    return DTYPES[number]


def constant(data: Any, dtype: str = "", name: str = "") -> Value:
    """Numbers that are known."""
    known = np.asarray(data)
    chosen = dtype or ("int64" if known.dtype == object else str(known.dtype))
    return Value(Tensor(tuple(map(int, known.shape)), chosen), data=known, name=name)


def numbers(sizes: Any) -> Value:
    """Whole numbers that are known, symbols among them or not."""
    sizes = tuple(sizes)
    if all(type(size) is int for size in sizes):
        return constant(np.array(sizes, dtype=np.int64))
    made = np.empty(len(sizes), dtype=object)
    made[:] = sizes
    return constant(made, "int64")


def initialiser(proto: Any, lost: int | None = None, scope: str = "") -> Value:
    """A tensor that the file holds; `lost`: the bytes of its values, if these were not read; `scope`: where it stands.

    Raises:
        SourceError: if it has not as many values as its shape says.

    """
    name = proto.name
    shape = tuple(map(int, proto.dims))
    if len(shape) > MAX_RANK or any(size < 0 for size in shape) or math.prod(shape) > MAX_SIZE:
        raise SourceError(
            say("the stored tensor {name} has no possible shape", name=quote(name)), values={"shape": shape}
        )
    tensor = Tensor(shape, dtype_of(proto.data_type, name))
    external = proto.data_location == 1
    if not external:
        _check_count(proto, tensor, lost)
    real = "float" in tensor.dtype or "complex" in tensor.dtype
    integer = not real and tensor.dtype not in _WEIGHTS
    stored = Stored(scope + name, shape, tensor.dtype, not integer, integer)
    return Value(tensor, stored=stored, proto=None if external or lost is not None else proto, name=name)


_WEIGHTS = ("int8", "uint8", "int4", "uint4", "int2", "uint2")
"""Whole numbers of these types are weights that were quantised."""


def _check_count(proto: Any, tensor: Tensor, lost: int | None) -> None:
    needed = math.prod(tensor.shape)
    if lost is not None or proto.HasField("raw_data"):
        given: Any = len(proto.raw_data) if lost is None else lost
        fits = given == (needed * DTYPE_BITS[tensor.dtype] + 7) // 8
    else:
        given = len(getattr(proto, _FIELDS.get(tensor.dtype, "int32_data")))
        per = 2 if tensor.dtype.startswith("complex") else 1
        packed = max(1, 8 // DTYPE_BITS[tensor.dtype])
        fits = given in (needed * per, -(-needed // packed))
    if not fits:
        rule = say("the stored tensor {name} has not as many values as its shape says", name=quote(proto.name))
        raise SourceError(rule, values={"shape": tensor.shape, "values": given}, hint="The file is broken.")


def _decoded(proto: Any, tensor: Tensor) -> Any:
    """The elements as an array; None where they are many, or of a type without one."""
    if math.prod(tensor.shape) > FEW or tensor.dtype not in NUMPY:
        return None
    if proto.HasField("raw_data"):
        return _raw(proto.raw_data, tensor)
    values = getattr(proto, _FIELDS.get(tensor.dtype, "int32_data"))
    if tensor.dtype in ("float16", "bfloat16"):
        return _raw(np.array(list(values), dtype="<u2").tobytes(), tensor)
    if tensor.dtype.startswith("complex"):
        pairs = np.array(list(values), dtype=np.float64).reshape(-1, 2)
        return (pairs[:, 0] + 1j * pairs[:, 1]).astype(tensor.dtype).reshape(tensor.shape)
    return np.array(list(values)).astype(NUMPY[tensor.dtype]).reshape(tensor.shape)


def _raw(raw: bytes, tensor: Tensor) -> Any:
    if tensor.dtype == "bfloat16":
        wide = np.frombuffer(raw, dtype="<u2").astype(np.uint32) << 16
        return wide.view(np.float32).reshape(tensor.shape)
    made = np.frombuffer(raw, dtype=np.dtype(NUMPY[tensor.dtype]).newbyteorder("<"))
    return made.reshape(tensor.shape)
