"""Activations along a row: softmax and its kin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from netledger.core.network import Tensor
from netledger.core.number import Number, over
from netledger.core.operator import Operator, Readings, axis_of, index, operator
from netledger.core.reach import pointwise
from netledger.core.work import Term
from netledger.ops._softmax import softmaxed

if TYPE_CHECKING:
    from netledger.core.performed import Stage, Values

__all__ = ["LogSoftmax", "Softmax", "Softmin", "Sparsemax"]


@operator
class _RowWise(Operator):
    """Every element of a row depends on the whole row."""

    axis: int = index("along which axis a row lies (0 is the batch)", 1)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The same shape."""
        axis_of(self.axis, inputs[0])
        return inputs

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """The whole row."""
        return (pointwise(inputs[0], outputs[0], self.axis),)

    def rows(self, tensor: Tensor) -> tuple[Number, Number, Number]:
        """All elements, how many rows they make, and how wide those are."""
        width = tensor.shape[axis_of(self.axis, tensor)]
        return tensor.elements, over(tensor.elements, width), width


class Softmax(_RowWise):
    """Softmax along one axis.

    Equation: y[i] = exp(x[i] − max x) / Σ_j exp(x[j] − max x)
    Shapes: any → the same
    Parameters: none
    Counted: per row of width f: f − 1 comparisons, f subtractions, f exponentials, f − 1 additions, f divisions.
    Source: torch.nn.Softmax
    """

    __slots__ = ()

    KIND = "softmax"
    WORKED = (("input", "x"),)

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """The greatest, the differences, exponentials, their sum, the quotients."""
        elements, rows, _ = self.rows(inputs[0])
        return softmaxed(elements, rows)

    def perform(self, inputs: tuple[Values, ...], stored: Mapping[str, Values]) -> tuple[Stage, ...]:
        """The greatest, the differences, exponentials, their sum, the quotients."""
        from netledger.ops._performed_softmax import softmax

        return softmax(inputs[0], axis_of(self.axis, inputs[0].tensor))


class Softmin(Softmax):
    """Softmax of the negated elements, along one axis.

    Equation: y = softmax(−x)
    Shapes: any → the same
    Parameters: none
    Counted: per row of width f: f negations, and those of softmax: f − 1 comparisons, f subtractions, f exponentials,
        f − 1 additions, f divisions.
    Source: torch.nn.Softmin
    """

    __slots__ = ()

    KIND = "softmin"

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """The negated elements, the greatest of them, differences, exponentials, their sum, the quotients."""
        return (Term("negate", "activation", inputs[0].elements), *super().work(inputs, outputs))

    def perform(self, inputs: tuple[Values, ...], stored: Mapping[str, Values]) -> tuple[Stage, ...]:
        """The negated elements, and their softmax."""
        from netledger.core.performed import Stage, negative

        negated = Stage("the negated elements", inputs[0].each("u", lambda element, _: negative(element)))
        return (negated, *super().perform((negated.made.known(),), stored))


class LogSoftmax(_RowWise):
    """Logarithm of softmax, along one axis.

    Equation: y[i] = (x[i] − max x) − log Σ_j exp(x[j] − max x)
    Shapes: any → the same
    Parameters: none
    Counted: per row of width f: f − 1 comparisons, 2·f subtractions, f exponentials, f − 1 additions, one logarithm.
    Source: torch.nn.LogSoftmax
    """

    __slots__ = ()

    KIND = "log_softmax"
    WORKED = (("input", "x"),)

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """The greatest, the differences, exponentials, their sum, its logarithm, the differences from that."""
        elements, rows, _ = self.rows(inputs[0])
        return (
            Term("compare", "activation", elements - rows),
            Term("subtract", "activation", 2 * elements),
            Term("exponential", "activation", elements),
            Term("add", "activation", elements - rows),
            Term("logarithm", "activation", rows),
        )

    def perform(self, inputs: tuple[Values, ...], stored: Mapping[str, Values]) -> tuple[Stage, ...]:
        """The greatest, the differences, exponentials, the logarithm of their sum, the differences from that."""
        from netledger.ops._performed_softmax import log_softmax

        return log_softmax(inputs[0], axis_of(self.axis, inputs[0].tensor))


class Sparsemax(_RowWise):
    """Euclidean projection of a row onto the simplex: most elements become 0.

    Equation: y[i] = max(x[i] − τ, 0), τ = (Σ_{j ≤ k} z[j] − 1) / k, z = x in falling order, k the greatest with 1 +
        k·z[k] > Σ_{j ≤ k} z[j]
    Shapes: any → the same
    Parameters: none
    Counted: the algorithm of the paper, per row of width f: f·(f − 1)/2 comparisons that bring the row into order
        (selection sort: the greatest of what is left, again and again), f − 1 additions of sums; at each of f places
        one multiplication, one addition, one comparison; for τ one subtraction and one division; then f subtractions
        and f comparisons.
    Source: Martins & Astudillo, From Softmax to Sparsemax (2016), algorithm 1; keras.activations.sparsemax
    """

    __slots__ = ()

    KIND = "sparsemax"

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """The order, the sums, the test at each place, τ, and the differences."""
        elements, rows, width = self.rows(inputs[0])
        return (
            Term("compare", "sort", over(elements * (width - 1), 2)),
            Term("add", "activation", elements - rows + elements),
            Term("multiply", "activation", elements),
            Term("compare", "activation", 2 * elements),
            Term("subtract", "activation", rows + elements),
            Term("divide", "activation", rows),
        )
