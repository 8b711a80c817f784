"""Tensors that come from no other: buffers, constants; what is stored and not used."""

from __future__ import annotations

from netledger.core.network import Tensor
from netledger.core.number import Shape
from netledger.core.operator import Operator, Readings, Shapes, numbers, operator, word
from netledger.core.reach import whole

__all__ = ["Buffer", "Constant", "Empty", "Unused"]


@operator
class Buffer(Operator):
    """A stored tensor that is not learned, by itself: it has no input.

    Equation: y = values
    Shapes: → (shape …), the batch included
    Parameters: none; buffer values (shape …)
    Counted: nothing.
    Source: torch.nn.Module.register_buffer
    """

    KIND = "buffer"
    INPUTS = (0, 0)
    TYPES = ("float32",)

    shape: Shape = numbers("its sizes; none: a single number")

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The shape."""
        return (Tensor(self.shape),)

    def buffers(self, inputs: tuple[Tensor, ...]) -> Shapes:
        """The tensor."""
        return {"values": self.shape}


@operator
class Constant(Operator):
    """A tensor that is made from nothing: zeros, ones, a range, random numbers.

    Equation: y = constant
    Shapes: → (shape …), the batch included
    Parameters: none
    Counted: nothing: the numbers are written, and random ones drawn, outside of the network's arithmetic.
    Source: torch.zeros, torch.arange, torch.rand
    """

    KIND = "constant"
    INPUTS = (0, 0)
    TYPES = ("float32",)

    shape: Shape = numbers("its sizes; none: a single number")
    what: str = word("what is written", "")

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The shape."""
        return (Tensor(self.shape),)


@operator
class Empty(Operator):
    """A tensor without elements: whatever it comes from, nothing is computed.

    Equation: y = ()
    Shapes: any → (shape …), one of which is 0
    Parameters: none
    Counted: nothing.
    Source: torch.empty(0)
    """

    KIND = "empty"
    INPUTS = (0, 10_000)
    TYPES = ("float32",)

    shape: Shape = numbers("its sizes", least=0)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The shape."""
        return (Tensor(self.shape),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Any element of what it was made of."""
        return tuple(tuple(map(whole, tensor.shape)) for tensor in inputs)


class Unused(Operator):
    """Stored tensors of a layer that the network holds and does not run.

    Equation: none
    Shapes: none
    Parameters: those of the layer
    Counted: nothing.
    Source: layers that only training runs, such as auxiliary classifiers
    """

    __slots__ = ()

    KIND = "unused"
    INPUTS = (0, 0)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Nothing."""
        return ()
