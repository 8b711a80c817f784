"""The model's own tensors: parameters, buffers, and constants that it holds elsewhere; as plain data, without them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from netledger.core.network import Parameter
from netledger.frontends.torch.abstract import Kind

if TYPE_CHECKING:
    from netledger.frontends.torch.record import Step

__all__ = ["BUFFER", "CONSTANT", "PARAMETER", "Sort", "Stored"]

PARAMETER, BUFFER, CONSTANT = 0, 1, 2


class Sort:
    """What all stored tensors have in common that work alike: one object for all of them.

    Args:
        kind: shape and element type.
        use: PARAMETER, BUFFER or CONSTANT.
        trainable: whether it is trained.

    """

    __slots__ = ("kind", "read", "trainable", "use")

    def __init__(self, kind: Kind, use: int, trainable: bool) -> None:
        self.kind = kind
        self.use = use
        self.trainable = trainable
        self.read: Step | None = None
        """The operation that reads one of them as an input, once one was."""

    @property
    def counter(self) -> bool:
        """Whether it only counts calls, as batch norm's num_batches_tracked does."""
        return self.use == BUFFER and not self.kind.shape and not self.kind.dtype.is_floating_point

    def record(self, role: str, key: str = "") -> Parameter:
        """One of them, in this role, under this name."""
        tensor = self.kind.tensor
        return Parameter(role, tensor.shape, self.trainable, self.use != PARAMETER, key, tensor.dtype)


class Stored(NamedTuple):
    """One tensor that exists before the model is run; it is only ever read.

    Args:
        number: its place among all of them.
        sort: what it is.

    """

    number: int
    sort: Sort
