"""Indexing with tensors, on several axes at once."""

from __future__ import annotations

from netledger.core.language import say
from netledger.core.network import Tensor
from netledger.core.number import require
from netledger.core.operator import Operator, Readings, index, operator
from netledger.core.reach import Follow, whole
from netledger.ops._broadcast import broadcast

__all__ = ["Index"]


@operator
class Index(Operator):
    """Elements whose places are given by one index for each of some axes that lie side by side.

    Equation: y[…, p, …] = x[…, i₁[p], i₂[p], …, …], for every place p of the indices, which are broadcast together
    Shapes: (N, C, size …) and indices → the sizes before, the common shape of the indices, the sizes after
    Parameters: none
    Counted: nothing.
    Source: torch.Tensor.__getitem__ with integer tensors; NumPy's advanced indexing
    """

    KIND = "index"
    INPUTS = (2, 9)

    axis: int = index("the first axis that is indexed (0 is the batch)", 1)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The common shape of the indices in place of the axes."""
        shape, places = inputs[0].shape, inputs[1:]
        require(
            self.axis >= 0 and self.axis + len(places) <= len(shape),
            say("there are not {count} axes from axis {axis} on", count=len(places), axis=self.axis),
            "Give one index for each axis.",
            input=shape,
        )
        common = places[0].shape
        for tensor in places[1:]:
            common = broadcast(common, tensor.shape)
        return (inputs[0].like((*shape[: self.axis], *common, *shape[self.axis + len(places) :])),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """The axes that are indexed as a whole, the others in step; of the indices, those of the place."""
        shape, places = inputs[0].shape, inputs[1:]
        after = self.axis + len(places)
        wide = len(outputs[which].shape) - (len(shape) - len(places))
        first = tuple(
            whole(size) if self.axis <= axis < after else Follow(axis if axis < after else axis - len(places) + wide)
            for axis, size in enumerate(shape)
        )
        start = self.axis + wide
        others = (
            tuple(
                whole(size) if size == 1 else Follow(start - len(tensor.shape) + axis)
                for axis, size in enumerate(tensor.shape)
            )
            for tensor in places
        )
        return (first, *others)
