"""Comparisons and logic between feature maps, element by element; choosing by a condition."""

from __future__ import annotations

from netledger.core.network import Tensor
from netledger.core.operator import Operator, Readings, operator, real
from netledger.core.reach import pointwise
from netledger.ops._broadcast import broadcast, fits
from netledger.ops.joining import _Joining

__all__ = [
    "Equal",
    "Greater",
    "GreaterEqual",
    "Less",
    "LessEqual",
    "LogicalAnd",
    "LogicalOr",
    "LogicalXor",
    "MaskedFill",
    "NotEqual",
    "Where",
]


class _Deciding(_Joining):
    """True or false for each pair of elements."""

    __slots__ = ()

    INPUTS = (1, 2)
    TYPES = ("bool",)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The common shape, of true and false."""
        return (Tensor(_Joining.infer(self, inputs)[0].shape, "bool"),)


class _Comparing(_Deciding):
    """One comparison per pair."""

    __slots__ = ()

    STEPS = ("compare",)


class _Logical(_Deciding):
    """One logical operation per pair."""

    __slots__ = ()

    STEPS = ("logical",)


class Equal(_Comparing):
    """Whether elements are equal.

    Equation: y = (x₁ = x₂), or y = (x = constant)
    Shapes: equal, or broadcast to the greatest; of true and false
    Parameters: none
    Counted: one comparison per output element.
    Source: torch.eq
    """

    __slots__ = ()

    KIND = "equal"


class NotEqual(_Comparing):
    """Whether elements differ.

    Equation: y = (x₁ ≠ x₂), or y = (x ≠ constant)
    Shapes: equal, or broadcast to the greatest; of true and false
    Parameters: none
    Counted: one comparison per output element.
    Source: torch.ne
    """

    __slots__ = ()

    KIND = "not_equal"


class Less(_Comparing):
    """Whether elements are less than others.

    Equation: y = (x₁ < x₂), or y = (x < constant)
    Shapes: equal, or broadcast to the greatest; of true and false
    Parameters: none
    Counted: one comparison per output element.
    Source: torch.lt
    """

    __slots__ = ()

    KIND = "less"


class LessEqual(_Comparing):
    """Whether elements are at most as great as others.

    Equation: y = (x₁ ≤ x₂), or y = (x ≤ constant)
    Shapes: equal, or broadcast to the greatest; of true and false
    Parameters: none
    Counted: one comparison per output element.
    Source: torch.le
    """

    __slots__ = ()

    KIND = "less_equal"


class Greater(_Comparing):
    """Whether elements are greater than others.

    Equation: y = (x₁ > x₂), or y = (x > constant)
    Shapes: equal, or broadcast to the greatest; of true and false
    Parameters: none
    Counted: one comparison per output element.
    Source: torch.gt
    """

    __slots__ = ()

    KIND = "greater"


class GreaterEqual(_Comparing):
    """Whether elements are at least as great as others.

    Equation: y = (x₁ ≥ x₂), or y = (x ≥ constant)
    Shapes: equal, or broadcast to the greatest; of true and false
    Parameters: none
    Counted: one comparison per output element.
    Source: torch.ge
    """

    __slots__ = ()

    KIND = "greater_equal"


class LogicalAnd(_Logical):
    """Whether both elements are true.

    Equation: y = x₁ ∧ x₂, or y = x ∧ constant
    Shapes: equal, or broadcast to the greatest; of true and false
    Parameters: none
    Counted: one logical operation per output element.
    Source: torch.logical_and
    """

    __slots__ = ()

    KIND = "logical_and"


class LogicalOr(_Logical):
    """Whether one of two elements is true.

    Equation: y = x₁ ∨ x₂, or y = x ∨ constant
    Shapes: equal, or broadcast to the greatest; of true and false
    Parameters: none
    Counted: one logical operation per output element.
    Source: torch.logical_or
    """

    __slots__ = ()

    KIND = "logical_or"


class LogicalXor(_Logical):
    """Whether exactly one of two elements is true.

    Equation: y = x₁ ⊕ x₂, or y = x ⊕ constant
    Shapes: equal, or broadcast to the greatest; of true and false
    Parameters: none
    Counted: one logical operation per output element.
    Source: torch.logical_xor
    """

    __slots__ = ()

    KIND = "logical_xor"


class Where(Operator):
    """One of two elements, by a condition.

    Equation: y = x₂ where x₁ is true, else x₃
    Shapes: equal, or broadcast to the greatest; of the element type of x₂
    Parameters: none
    Counted: nothing: the condition is there, and choosing is no arithmetic.
    Source: torch.where
    """

    __slots__ = ()

    KIND = "where"
    INPUTS = (3, 3)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The common shape."""
        condition, yes, no = (tensor.shape for tensor in inputs)
        return (inputs[1].like(broadcast(broadcast(condition, yes), no)),)


@operator
class MaskedFill(Operator):
    """A constant wherever a mask is true.

    Equation: y = value where mask is true, else x
    Shapes: x and a mask that is broadcast to it → x
    Parameters: none
    Counted: nothing: choosing is no arithmetic.
    Source: torch.Tensor.masked_fill
    """

    KIND = "masked_fill"
    INPUTS = (2, 2)

    value: float = real("what is put there", 0.0)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The same shape."""
        fits(inputs[1].shape, inputs[0].shape, "mask")
        return inputs[:1]

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Element by element."""
        return tuple(pointwise(tensor, outputs[0]) for tensor in inputs)
