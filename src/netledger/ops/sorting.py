"""Bringing elements into order, and choosing the greatest."""

from __future__ import annotations

from netledger.core.network import Tensor
from netledger.core.number import Number, log2, over, power_of_two, require
from netledger.core.operator import Operator, Readings, axis_of, flag, index, number, operator
from netledger.core.reach import pointwise
from netledger.core.work import Term
from netledger.ops._broadcast import rows

__all__ = ["Argsort", "Sort", "Topk"]


@operator
class _Sorting(Operator):
    """Merge sort along one axis."""

    axis: int = index("along which axis (0 is the batch)", 1)
    descending: bool = flag(False, "the greatest first")

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """The whole axis."""
        return (pointwise(inputs[0], outputs[which], self.axis),)

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """The comparisons of a merge sort, at worst."""
        axis, shape = axis_of(self.axis, inputs[0]), inputs[0].shape
        compared = shape[axis] * log2(shape[axis]) - power_of_two(shape[axis]) + 1
        return (Term("compare", "sort", rows(shape, axis) * compared),)


class Sort(_Sorting):
    """Elements of one axis in order, and where they were.

    Equation: y[0] ≤ y[1] ≤ …, y[i] = x[place[i]]
    Shapes: any → the same, and the places, as whole numbers
    Parameters: none
    Counted: the comparisons of a merge sort, at worst: n·⌈log₂ n⌉ − 2^⌈log₂ n⌉ + 1 per row of n.
    Source: Knuth, The Art of Computer Programming 3, 5.2.4; torch.sort
    """

    __slots__ = ()

    KIND = "sort"
    TYPES = ("", "int64")

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The same shape, twice."""
        axis_of(self.axis, inputs[0])
        return inputs[0], Tensor(inputs[0].shape, "int64")


class Argsort(_Sorting):
    """Where the elements of one axis are, in order.

    Equation: x[y[0]] ≤ x[y[1]] ≤ …
    Shapes: any → the same, as whole numbers
    Parameters: none
    Counted: the comparisons of a merge sort, at worst: n·⌈log₂ n⌉ − 2^⌈log₂ n⌉ + 1 per row of n.
    Source: Knuth, The Art of Computer Programming 3, 5.2.4; torch.argsort
    """

    __slots__ = ()

    KIND = "argsort"
    TYPES = ("int64",)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The same shape, of whole numbers."""
        axis_of(self.axis, inputs[0])
        return (Tensor(inputs[0].shape, "int64"),)


@operator
class Topk(Operator):
    """The k greatest elements of one axis, and where they were.

    Equation: y[0] ≥ y[1] ≥ …, the k greatest, y[i] = x[place[i]]
    Shapes: (N, C, …) → (N, k, …), and the places, as whole numbers; or along another axis
    Parameters: none
    Counted: repeated selection: n − 1 comparisons for the greatest of n, n − 2 for the next …: in all
        k·(n − 1) − k·(k − 1) / 2 per row.
    Source: torch.topk
    """

    KIND = "topk"
    TYPES = ("", "int64")

    k: Number = number("k", "how many")
    axis: int = index("along which axis (0 is the batch)", 1)
    largest: bool = flag(True, "the greatest; else the least")

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """K along the axis, twice."""
        axis, shape = axis_of(self.axis, inputs[0]), inputs[0].shape
        require(self.k <= shape[axis], "k must not be greater than the axis", k=self.k, size=shape[axis])
        made = (*shape[:axis], self.k, *shape[axis + 1 :])
        return inputs[0].like(made), Tensor(made, "int64")

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """The whole axis."""
        return (pointwise(inputs[0], outputs[which], self.axis),)

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """The comparisons of k selections."""
        axis, shape = axis_of(self.axis, inputs[0]), inputs[0].shape
        compared = self.k * (shape[axis] - 1) - over(self.k * (self.k - 1), 2)
        return (Term("compare", "sort", rows(shape, axis) * compared),)
