"""Elements written to, or found in, other places."""

from __future__ import annotations

from netledger.core.network import Tensor
from netledger.core.number import Shape
from netledger.core.operator import Operator, Readings, numbers, operator, word
from netledger.core.reach import pointwise, whole

__all__ = ["Assign", "Rearrange"]


class Assign(Operator):
    """Some elements of the first input replaced by the second: whole or broadcast, wherever they are written.

    Equation: y = x, but y[places] = values
    Shapes: any, and the values → the shape of the first
    Parameters: none
    Counted: nothing: elements are copied.
    Source: torch.Tensor.__setitem__, torch.Tensor.index_put_, torch.Tensor.copy_
    """

    __slots__ = ()

    KIND = "assign"
    INPUTS = (1, 10)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The shape of the first input."""
        return inputs[:1]

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """What is written to in its place, and any element of what is written."""
        return pointwise(inputs[0], outputs[0]), *(tuple(map(whole, tensor.shape)) for tensor in inputs[1:])


@operator
class Rearrange(Operator):
    """Elements of the inputs in other places, in a way that has no operator of its own.

    Equation: y[p] = x[place that belongs to p]
    Shapes: any → (shape …), the batch included
    Parameters: none
    Counted: nothing: elements are copied, or seen differently.
    Source: torch.as_strided, torch.diagonal, torch.Tensor.unfold
    """

    KIND = "rearrange"
    INPUTS = (1, 10_000)

    what: str = word("what the framework calls it")
    shape: Shape = numbers("sizes of the output, the batch included")

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The shape."""
        return (inputs[0].like(self.shape),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Any element."""
        return tuple(tuple(map(whole, tensor.shape)) for tensor in inputs)
