"""Seeing the same elements in another shape."""

from __future__ import annotations

from netledger.core.network import Tensor
from netledger.core.number import equal, product, require
from netledger.core.operator import Operator, Readings, axis_of, index, numbers, operator
from netledger.core.reach import reshaped

__all__ = ["Flatten", "Reshape"]


@operator
class Flatten(Operator):
    """Several axes made one.

    Equation: y = x, seen in another shape
    Shapes: (N, C, size …) → (N, C · size …), or any other run of axes
    Parameters: none
    Counted: nothing.
    Source: torch.nn.Flatten
    """

    KIND = "flatten"
    VIEW = True

    start: int = index("the first axis to flatten (0 is the batch)", 1)
    end: int = index("the last axis to flatten", -1)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The axes from start to end become one."""
        tensor = inputs[0]
        first, last = axis_of(self.start, tensor), axis_of(self.end, tensor)
        require(first <= last, "the first axis must not come after the last", start=self.start, end=self.end)
        shape = tensor.shape
        return (tensor.like((*shape[:first], product(shape[first : last + 1]), *shape[last + 1 :])),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Axes that stay are read in step."""
        return (reshaped(inputs[0].shape, outputs[0].shape),)


@operator
class Reshape(Operator):
    """The same elements in another shape; the batch stays.

    Equation: y = x, seen in another shape
    Shapes: (N, …) → (N, shape …); one size may be −1: whatever remains
    Parameters: none
    Counted: nothing.
    Source: torch.reshape
    """

    KIND = "reshape"
    VIEW = True

    shape: tuple[int, ...] = numbers("sizes after the batch; one may be -1", least=-1)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """(N, shape …)."""
        tensor = inputs[0]
        require(len(tensor.shape) >= 1, "the input must have a batch", input=tensor.shape)
        elements = product(tensor.shape[1:])
        known = product(size for size in self.shape if size != -1)
        free = self.shape.count(-1)
        require(0 not in self.shape, "a size must not be 0", shape=self.shape)
        require(free <= 1, "only one size may be -1", shape=self.shape)
        require(
            equal(elements % known, 0) if free else equal(elements, known),
            "the sizes must hold as many elements as the input",
            "Leave one size as -1 and it is computed.",
            elements=elements,
            shape=self.shape,
        )
        rest = elements // known
        return (tensor.like((tensor.shape[0], *(rest if size == -1 else size for size in self.shape))),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Axes that stay are read in step."""
        return (reshaped(inputs[0].shape, outputs[0].shape),)
