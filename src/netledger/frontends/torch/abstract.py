"""The tensor that stands for one of the model's: a shape, an element type and a number, and no values.

It is a torch.Tensor, so that the model's own checks hold; what a model asks most often (its shape) is answered in
Python, without a call.
"""

from __future__ import annotations

import threading
from operator import attrgetter
from typing import Any

import torch

from netledger.core.errors import SourceError
from netledger.core.network import Tensor

__all__ = ["DTYPES", "NAMED", "TRACING", "Abstract", "Kind", "abstract", "subclass"]

DTYPES = {
    getattr(torch, name): name
    for name in (
        *("float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"),
        *("complex64", "complex128"),
    )
}
"""PyTorch's element types, and their names."""
NAMED = {name: dtype for dtype, name in DTYPES.items()}
"""Element types by their names."""


TRACING: set[int] = set()
"""The threads in which a trace goes on."""
_THREADS = "Let it compute in the thread that calls it, or count what the thread runs by itself."


class Kind:
    """A shape and an element type: one object for all tensors of a trace that have both.

    Args:
        shape: the shape.
        dtype: the element type.
        device: the device that the model believes its tensors are on.

    """

    __slots__ = ("base", "device", "dtype", "elements", "shape", "tensor")

    def __init__(self, shape: tuple[int, ...], dtype: torch.dtype, device: torch.device) -> None:
        self.base = torch.empty(shape, dtype=dtype, device="meta")
        self.shape = self.base.shape
        self.elements = self.base.numel()
        self.dtype = dtype
        self.device = device
        self.tensor = Tensor(tuple(shape), DTYPES.get(dtype, str(dtype).removeprefix("torch.")))


def _ignore(self: Any, value: Any) -> None:
    """What a model sets on a tensor changes no shape."""


class Abstract(torch.Tensor):
    """A tensor without values. Its `_number` says which tensor of the network it is now."""

    _kind: Kind
    _number: int
    _root: Abstract | None = None
    """The tensor whose memory it shows, if it is a view."""
    _base: Abstract | None = None
    """The tensor that the call that made this view was given."""
    _view: Any = None
    """How it is seen in that."""
    _writes: int = 0
    """How often it was written to."""
    _seen: int = 0
    """How often the tensor that it shows had been written to when it was made."""

    def is_stale(self) -> bool:
        """Whether what it shows was written to since."""
        root: Any = self._root
        view: Any = self
        while root is not None:
            if root._writes != view._seen:
                return True
            root, view = root._root, root
        return False

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """What no trace answers: our own questions about it; in any other thread, nothing can be counted."""
        if threading.get_ident() not in TRACING:
            raise SourceError("the model computes in a thread of its own, where it cannot be followed", hint=_THREADS)
        with torch._C.DisableTorchFunctionSubclass():
            return func(*args, **(kwargs or {}))

    shape = property(attrgetter("_kind.shape"))
    dtype = property(attrgetter("_kind.dtype"))
    device = property(attrgetter("_kind.device"))
    ndim = property(lambda self: len(self._kind.shape))
    data = property(lambda self: self, lambda self, value: self.copy_(value))
    requires_grad = property(lambda self: False, _ignore)
    grad = property(lambda self: None, _ignore)
    grad_fn = None
    is_cuda = property(lambda self: self._kind.device.type == "cuda")
    is_meta = property(lambda self: self._kind.device.type == "meta")
    is_leaf = True
    is_sparse = False
    is_quantized = False
    is_nested = False
    is_mkldnn = False
    layout = torch.strided

    def size(self, dim: int | None = None) -> Any:
        """The shape, or one size of it."""
        return self._kind.shape if dim is None else self._kind.shape[dim]

    def dim(self) -> int:
        """How many axes it has."""
        return len(self._kind.shape)

    ndimension = dim

    def numel(self) -> int:
        """How many elements it has."""
        return self._kind.elements

    nelement = numel

    def stride(self, dim: int | None = None) -> Any:
        """The strides that it has if it is contiguous."""
        return self._kind.base.stride() if dim is None else self._kind.base.stride(dim)

    def is_contiguous(self, memory_format: Any = None) -> bool:
        """Taken to be."""
        return True

    def is_floating_point(self) -> bool:
        """Whether its elements are real numbers."""
        return self._kind.dtype.is_floating_point

    def is_complex(self) -> bool:
        """Whether its elements are complex numbers."""
        return self._kind.dtype.is_complex

    def element_size(self) -> int:
        """The size of one element in bytes."""
        return self._kind.dtype.itemsize

    def as_subclass(self, cls: type) -> Any:
        """Itself: PyTorch hands this call to nobody, and the tensor that it made would be another."""
        return self

    def __len__(self) -> int:
        return self._kind.shape[0]

    def __repr__(self, *, tensor_contents: Any = None) -> Any:  # type: ignore[override]
        return f"tensor(shape={list(self._kind.shape)}, dtype={self._kind.dtype}, without values)"

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __deepcopy__(self, memo: Any) -> Any:
        return self.clone()

    def __hash__(self) -> int:
        return id(self)


subclass: Any = torch.Tensor._make_subclass
"""Makes a tensor of a class that shares another's shape."""


def abstract(kind: Kind, number: int) -> Abstract:
    """A tensor of this kind, with this number."""
    made: Abstract = subclass(Abstract, kind.base)
    made._kind = kind
    made._number = number
    return made
