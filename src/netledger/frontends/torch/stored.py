"""The model's own tensors: parameters, buffers, and constants that it holds elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from netledger.core.network import Parameter

if TYPE_CHECKING:
    from netledger.frontends.torch.abstract import Abstract, Kind

__all__ = ["Stored"]


class Stored:
    """One tensor that exists before the model is run; it is only ever read.

    Args:
        tensor: the tensor itself.
        kind: its shape and element type.
        key: its first name in the model, or what else it is called.
        buffer: whether it is a buffer.
        registered: whether it is a parameter or a buffer; if not, it is a constant.

    """

    __slots__ = ("_records", "buffer", "key", "kind", "now", "original", "registered", "tensor", "trainable")

    def __init__(self, tensor: torch.Tensor, kind: Kind, key: str, buffer: bool, registered: bool = True) -> None:
        self.tensor = self.original = tensor
        self.kind = kind
        self.key = key
        self.buffer = buffer
        self.registered = registered
        self.trainable = not buffer and tensor.requires_grad
        self.now: Abstract | None = None
        """What stands for it once it is read as an input, or written to."""
        self._records: dict[str, Parameter] = {}

    def forget(self) -> None:
        """Let go of the tensor; what is known of it stays."""
        self.tensor = self.original = self.now = None  # type: ignore[assignment]

    @property
    def counter(self) -> bool:
        """Whether it only counts calls, as batch norm's num_batches_tracked does."""
        return self.buffer and not self.kind.shape and not self.kind.dtype.is_floating_point

    def record(self, role: str) -> Parameter:
        """It, in this role, as plain data."""
        found = self._records.get(role)
        if found is None:
            found = self._records[role] = Parameter(
                role,
                self.kind.tensor.shape,
                self.trainable,
                self.buffer,
                self.key,
                self.kind.tensor.dtype,
            )
        return found
