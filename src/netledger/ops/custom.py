"""A layer without a rule: its shape is given, its work is not known."""

from __future__ import annotations

from netledger.core.network import Tensor
from netledger.core.number import require
from netledger.core.operator import Operator, Readings, flag, numbers, operator, word

__all__ = ["Custom"]


@operator
class Custom(Operator):
    """An operation that netledger does not know: its row says *not counted*, and the total "at least".

    Equation: unknown
    Shapes: (N, …) → (N, out …), or with whole: (out …), as given
    Parameters: unknown
    Counted: nothing; a bound follows from the sizes of the tensors, unless it is a loop.
    Source: the author of the network
    """

    KIND = "custom"
    COUNTED = False
    INPUTS = (0, 10_000)

    what: str = word("what it is, in a few words")
    out: tuple[int, ...] = numbers("sizes of the output, after the batch", least=0)
    whole: bool = flag(False, "the sizes are those of all axes, the batch included")
    loop: bool = flag(False, "it runs nobody knows how often: there is no bound")

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """(N, out …), or (out …)."""
        if self.whole:
            return (inputs[0].like(self.out) if inputs else Tensor(self.out),)
        require(len(inputs[0].shape) >= 1, "the input must have a batch", input=inputs[0].shape)
        return (inputs[0].like((inputs[0].shape[0], *self.out)),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Not known."""
        return None
