"""Folding axes into one element: sums, means, extremes, norms."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from netledger.core.network import Tensor
from netledger.core.number import Number, Shape, product, require
from netledger.core.operator import Operator, Readings, axis_of, flag, index, number, numbers, operator, real
from netledger.core.reach import Follow, Reads, whole
from netledger.core.work import Term
from netledger.ops._broadcast import axes_of, others

__all__ = [
    "All",
    "Any",
    "Argmax",
    "Argmin",
    "CountNonzero",
    "Logsumexp",
    "Max",
    "Mean",
    "Min",
    "Norm",
    "Prod",
    "Std",
    "Sum",
    "Var",
]

_Counts = tuple[tuple[str, Number], ...]


def _left(shape: Shape, axes: tuple[int, ...], keepdims: bool) -> Shape:
    if keepdims:
        return tuple(1 if axis in axes else size for axis, size in enumerate(shape))
    return others(shape, *axes)


def _readings(shape: Shape, axes: tuple[int, ...], keepdims: bool) -> Reads:
    """The axes that are folded as a whole, the others in step."""
    places = [axis for axis in range(len(shape)) if keepdims or axis not in axes]
    return tuple(whole(size) if axis in axes else Follow(places.index(axis)) for axis, size in enumerate(shape))


@operator
class _Reduction(Operator):
    """The elements along some axes folded into one."""

    axes: tuple[int, ...] | None = numbers("which axes (0 is the batch); all but the batch, if left out", None, None)
    keepdims: bool = flag(False, "keep the axes, with size 1")

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Without the axes."""
        tensor = inputs[0]
        require(len(tensor.shape) >= 1, "the input must have at least one axis", input=tensor.shape)
        made = tensor.like(_left(tensor.shape, axes_of(self.axes, tensor), self.keepdims))
        return (Tensor(made.shape, self.TYPES[0]) if self.TYPES else made,)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """The axes as a whole."""
        return (_readings(inputs[0].shape, axes_of(self.axes, inputs[0]), self.keepdims),)

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """What every row takes."""
        tensor = inputs[0]
        made = product(others(tensor.shape, *axes_of(self.axes, tensor)))
        return tuple(Term(action, "reduction", count) for action, count in self.counts(tensor.elements, made))

    if TYPE_CHECKING:

        def counts(self, elements: Number, made: Number) -> _Counts:
            """(action, how often), for so many elements folded into so many."""
            ...


class _Folding(_Reduction):
    """One operation less per output than it folds elements."""

    __slots__ = ()

    ACTION: ClassVar[str]

    def counts(self, elements: Number, made: Number) -> _Counts:
        """One less than there are elements."""
        return ((self.ACTION, elements - made),)


class Sum(_Folding):
    """Sum along axes.

    Equation: y = Σ x
    Shapes: (N, …) → (N), or without the axes given; keepdims: with size 1 there
    Parameters: none
    Counted: n − 1 additions per output that adds up n elements.
    Source: torch.sum
    """

    __slots__ = ()

    KIND = "sum"
    ACTION = "add"


class Prod(_Folding):
    """Product along axes.

    Equation: y = Π x
    Shapes: (N, …) → (N), or without the axes given; keepdims: with size 1 there
    Parameters: none
    Counted: n − 1 multiplications per output that multiplies n elements.
    Source: torch.prod
    """

    __slots__ = ()

    KIND = "prod"
    ACTION = "multiply"


class Max(_Folding):
    """The greatest element along axes.

    Equation: y = max x
    Shapes: (N, …) → (N), or without the axes given; keepdims: with size 1 there
    Parameters: none
    Counted: n − 1 comparisons per output of n elements.
    Source: torch.amax
    """

    __slots__ = ()

    KIND = "max"
    ACTION = "compare"


class Min(_Folding):
    """The least element along axes.

    Equation: y = min x
    Shapes: (N, …) → (N), or without the axes given; keepdims: with size 1 there
    Parameters: none
    Counted: n − 1 comparisons per output of n elements.
    Source: torch.amin
    """

    __slots__ = ()

    KIND = "min"
    ACTION = "compare"


class Any(_Folding):
    """Whether any element along axes is true.

    Equation: y = x₁ ∨ x₂ ∨ …
    Shapes: (N, …) → (N), or without the axes given; keepdims: with size 1 there; of true and false
    Parameters: none
    Counted: n − 1 logical operations per output of n elements.
    Source: torch.any
    """

    __slots__ = ()

    KIND = "any"
    TYPES = ("bool",)
    ACTION = "logical"


class All(_Folding):
    """Whether all elements along axes are true.

    Equation: y = x₁ ∧ x₂ ∧ …
    Shapes: (N, …) → (N), or without the axes given; keepdims: with size 1 there; of true and false
    Parameters: none
    Counted: n − 1 logical operations per output of n elements.
    Source: torch.all
    """

    __slots__ = ()

    KIND = "all"
    TYPES = ("bool",)
    ACTION = "logical"


class CountNonzero(_Reduction):
    """How many elements along axes are not 0.

    Equation: y = Σ [x ≠ 0]
    Shapes: (N, …) → (N), or without the axes given; keepdims: with size 1 there; of whole numbers
    Parameters: none
    Counted: n comparisons and n − 1 additions per output of n elements.
    Source: torch.count_nonzero
    """

    __slots__ = ()

    KIND = "count_nonzero"
    TYPES = ("int64",)

    def counts(self, elements: Number, made: Number) -> _Counts:
        """Comparisons, and a sum."""
        return (("compare", elements), ("add", elements - made))


class Mean(_Reduction):
    """Mean along axes.

    Equation: y = 1/n · Σ x
    Shapes: (N, …) → (N), or without the axes given; keepdims: with size 1 there
    Parameters: none
    Counted: n − 1 additions and one division per output of n elements.
    Source: torch.mean
    """

    __slots__ = ()

    KIND = "mean"

    def counts(self, elements: Number, made: Number) -> _Counts:
        """A sum and a division."""
        return (("add", elements - made), ("divide", made))


def _variance(elements: Number, made: Number) -> _Counts:
    """The mean; the differences from it, squared, added up, divided."""
    return (
        ("add", 2 * (elements - made)),
        ("divide", 2 * made),
        ("subtract", elements),
        ("multiply", elements),
    )


@operator
class Var(_Reduction):
    """Variance along axes.

    Equation: y = Σ (x − mean x)² / (n − correction)
    Shapes: (N, …) → (N), or without the axes given; keepdims: with size 1 there
    Parameters: none
    Counted: per output of n elements, the mean (n − 1 additions, one division), n subtractions, n
        multiplications, n − 1 additions and one division.
    Source: torch.var
    """

    KIND = "var"

    correction: Number = number("c", "what is subtracted from the number of elements", 1, least=0)

    def counts(self, elements: Number, made: Number) -> _Counts:
        """Mean, differences, squares, their sum, its quotient."""
        return _variance(elements, made)


@operator
class Std(_Reduction):
    """Standard deviation along axes.

    Equation: y = √(Σ (x − mean x)² / (n − correction))
    Shapes: (N, …) → (N), or without the axes given; keepdims: with size 1 there
    Parameters: none
    Counted: the variance and one square root per output.
    Source: torch.std
    """

    KIND = "std"

    correction: Number = number("c", "what is subtracted from the number of elements", 1, least=0)

    def counts(self, elements: Number, made: Number) -> _Counts:
        """The variance, and its root."""
        return (*_variance(elements, made), ("square root", made))


@operator
class Norm(_Reduction):
    """p-norm along axes.

    Equation: y = (Σ |x|^p)^(1/p)
    Shapes: (N, …) → (N), or without the axes given; keepdims: with size 1 there
    Parameters: none
    Counted: per output of n elements, p = 2: n multiplications, n − 1 additions, a square root; p = 1: n absolute
        values, n − 1 additions; any other: n absolute values, n powers, n − 1 additions, a power.
    Source: torch.linalg.vector_norm
    """

    KIND = "norm"

    p: float = real("which norm: above 0", 2.0)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Without the axes."""
        require(self.p > 0, "p must be above 0", "The norm of p = 0 is count_nonzero.", p=self.p)
        return _Reduction.infer(self, inputs)

    def counts(self, elements: Number, made: Number) -> _Counts:
        """As p needs."""
        added = ("add", elements - made)
        if self.p == 2:
            return (("multiply", elements), added, ("square root", made))
        if self.p == 1:
            return (("absolute", elements), added)
        return (("absolute", elements), ("power", elements + made), added)


class Logsumexp(_Reduction):
    """Logarithm of the sum of exponentials along axes.

    Equation: y = m + ln Σ exp(x − m), m = max x
    Shapes: (N, …) → (N), or without the axes given; keepdims: with size 1 there
    Parameters: none
    Counted: per output of n elements, n − 1 comparisons, n subtractions, n exponentials, n − 1 additions, one
        logarithm, one addition.
    Source: torch.logsumexp
    """

    __slots__ = ()

    KIND = "logsumexp"

    def counts(self, elements: Number, made: Number) -> _Counts:
        """The greatest, the differences, exponentials, their sum, its logarithm."""
        return (
            ("compare", elements - made),
            ("subtract", elements),
            ("exponential", elements),
            ("add", elements),
            ("logarithm", made),
        )


@operator
class _Finding(Operator):
    """Where along one axis an element is."""

    TYPES = ("int64",)

    axis: int = index("along which axis (0 is the batch)", 1)
    keepdims: bool = flag(False, "keep the axis, with size 1")

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Without the axis, of whole numbers."""
        axis = axis_of(self.axis, inputs[0])
        return (Tensor(_left(inputs[0].shape, (axis,), self.keepdims), "int64"),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """The whole axis."""
        return (_readings(inputs[0].shape, (axis_of(self.axis, inputs[0]),), self.keepdims),)

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """One comparison less than there are elements."""
        return (Term("compare", "reduction", inputs[0].elements - outputs[0].elements),)


class Argmax(_Finding):
    """Where the greatest element along one axis is.

    Equation: y = argmax_i x[i]
    Shapes: (N, C, …) → (N, …), or without another axis; keepdims: with size 1 there; of whole numbers
    Parameters: none
    Counted: n − 1 comparisons per output of n elements.
    Source: torch.argmax
    """

    __slots__ = ()

    KIND = "argmax"


class Argmin(_Finding):
    """Where the least element along one axis is.

    Equation: y = argmin_i x[i]
    Shapes: (N, C, …) → (N, …), or without another axis; keepdims: with size 1 there; of whole numbers
    Parameters: none
    Counted: n − 1 comparisons per output of n elements.
    Source: torch.argmin
    """

    __slots__ = ()

    KIND = "argmin"
