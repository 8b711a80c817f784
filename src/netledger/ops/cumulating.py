"""Folding an axis, keeping every step."""

from __future__ import annotations

from typing import ClassVar

from netledger.core.network import Tensor
from netledger.core.number import Number
from netledger.core.operator import Operator, Readings, axis_of, index, operator
from netledger.core.reach import pointwise
from netledger.core.work import Term
from netledger.ops._broadcast import rows

__all__ = ["Cummax", "Cummin", "Cumprod", "Cumsum", "Logcumsumexp"]


@operator
class _Cumulating(Operator):
    """One operation per element but the first of a row."""

    ACTION: ClassVar[str]

    axis: int = index("along which axis (0 is the batch)", 1)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The same shape."""
        axis_of(self.axis, inputs[0])
        return inputs

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """The axis up to the element, at most as a whole."""
        return (pointwise(inputs[0], outputs[which], self.axis),)

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """One less than a row has elements."""
        return (Term(self.ACTION, "cumulate", inputs[0].elements - self._rows(inputs[0])),)

    def _rows(self, tensor: Tensor) -> Number:
        return rows(tensor.shape, axis_of(self.axis, tensor))


class _Extreme(_Cumulating):
    """With the places, as whole numbers."""

    __slots__ = ()

    TYPES = ("", "int64")
    ACTION = "compare"

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The same shape, twice."""
        return _Cumulating.infer(self, inputs)[0], Tensor(inputs[0].shape, "int64")


class Cumsum(_Cumulating):
    """Sum of all elements up to each.

    Equation: y[i] = Σ_{j ≤ i} x[j]
    Shapes: any → the same
    Parameters: none
    Counted: n − 1 additions per row of n.
    Source: torch.cumsum
    """

    __slots__ = ()

    KIND = "cumsum"
    ACTION = "add"


class Cumprod(_Cumulating):
    """Product of all elements up to each.

    Equation: y[i] = Π_{j ≤ i} x[j]
    Shapes: any → the same
    Parameters: none
    Counted: n − 1 multiplications per row of n.
    Source: torch.cumprod
    """

    __slots__ = ()

    KIND = "cumprod"
    ACTION = "multiply"


class Cummax(_Extreme):
    """The greatest of all elements up to each, and where it is.

    Equation: y[i] = max_{j ≤ i} x[j]
    Shapes: any → the same, and the places, as whole numbers
    Parameters: none
    Counted: n − 1 comparisons per row of n.
    Source: torch.cummax
    """

    __slots__ = ()

    KIND = "cummax"


class Cummin(_Extreme):
    """The least of all elements up to each, and where it is.

    Equation: y[i] = min_{j ≤ i} x[j]
    Shapes: any → the same, and the places, as whole numbers
    Parameters: none
    Counted: n − 1 comparisons per row of n.
    Source: torch.cummin
    """

    __slots__ = ()

    KIND = "cummin"


class Logcumsumexp(_Cumulating):
    """Logarithm of the sum of the exponentials of all elements up to each.

    Equation: y[i] = m + ln Σ_{j ≤ i} exp(x[j] − m), m the greatest of the row
    Shapes: any → the same
    Parameters: none
    Counted: per row of n, n − 1 comparisons, n subtractions, n exponentials, n − 1 additions, n logarithms, n
        additions.
    Source: torch.logcumsumexp
    """

    __slots__ = ()

    KIND = "logcumsumexp"

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """The greatest, differences, exponentials, their sums, logarithms."""
        elements = inputs[0].elements
        folded = elements - self._rows(inputs[0])
        return (
            Term("compare", "cumulate", folded),
            Term("subtract", "cumulate", elements),
            Term("exponential", "cumulate", elements),
            Term("add", "cumulate", folded + elements),
            Term("logarithm", "cumulate", elements),
        )
