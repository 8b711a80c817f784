"""Functions of each element on its own: rounding, powers, roots, exponentials and logarithms."""

from __future__ import annotations

from netledger.core.network import Tensor
from netledger.core.number import require
from netledger.core.operator import operator, real
from netledger.ops._elementwise import Function

__all__ = [
    "Abs",
    "Ceil",
    "Clamp",
    "DecimalLog",
    "Exp",
    "Exp2",
    "Expm1",
    "Floor",
    "Frac",
    "Log",
    "Log1p",
    "Log2",
    "Negate",
    "Reciprocal",
    "Round",
    "Rsqrt",
    "Sign",
    "Sqrt",
    "Square",
    "Trunc",
]


class Abs(Function):
    """Absolute value.

    Equation: y = |x|
    Shapes: any → the same
    Parameters: none
    Counted: one absolute value per element.
    Source: torch.abs
    """

    __slots__ = ()

    KIND = "abs"
    STEPS = (("absolute", 1),)


class Negate(Function):
    """Opposite number.

    Equation: y = −x
    Shapes: any → the same
    Parameters: none
    Counted: one negation per element.
    Source: torch.neg
    """

    __slots__ = ()

    KIND = "negate"
    STEPS = (("negate", 1),)


class Sign(Function):
    """Sign: −1, 0 or 1.

    Equation: y = [x > 0] − [x < 0]
    Shapes: any → the same
    Parameters: none
    Counted: two comparisons and one subtraction per element.
    Source: torch.sign
    """

    __slots__ = ()

    KIND = "sign"
    STEPS = (("compare", 2), ("subtract", 1))


class Floor(Function):
    """The next whole number below.

    Equation: y = ⌊x⌋
    Shapes: any → the same
    Parameters: none
    Counted: one rounding per element.
    Source: torch.floor
    """

    __slots__ = ()

    KIND = "floor"
    STEPS = (("round", 1),)


class Ceil(Function):
    """The next whole number above.

    Equation: y = ⌈x⌉
    Shapes: any → the same
    Parameters: none
    Counted: one rounding per element.
    Source: torch.ceil
    """

    __slots__ = ()

    KIND = "ceil"
    STEPS = (("round", 1),)


class Round(Function):
    """The nearest whole number; the even one of two.

    Equation: y = the whole number nearest to x
    Shapes: any → the same
    Parameters: none
    Counted: one rounding per element.
    Source: torch.round
    """

    __slots__ = ()

    KIND = "round"
    STEPS = (("round", 1),)


class Trunc(Function):
    """The next whole number towards 0.

    Equation: y = x without its fraction
    Shapes: any → the same
    Parameters: none
    Counted: one rounding per element.
    Source: torch.trunc
    """

    __slots__ = ()

    KIND = "trunc"
    STEPS = (("round", 1),)


class Frac(Function):
    """The fraction.

    Equation: y = x − trunc(x)
    Shapes: any → the same
    Parameters: none
    Counted: one rounding and one subtraction per element.
    Source: torch.frac
    """

    __slots__ = ()

    KIND = "frac"
    STEPS = (("round", 1), ("subtract", 1))


class Square(Function):
    """Square.

    Equation: y = x·x
    Shapes: any → the same
    Parameters: none
    Counted: one multiplication per element.
    Source: torch.square
    """

    __slots__ = ()

    KIND = "square"
    STEPS = (("multiply", 1),)


class Reciprocal(Function):
    """Reciprocal.

    Equation: y = 1 / x
    Shapes: any → the same
    Parameters: none
    Counted: one division per element.
    Source: torch.reciprocal
    """

    __slots__ = ()

    KIND = "reciprocal"
    STEPS = (("divide", 1),)


class Sqrt(Function):
    """Square root.

    Equation: y = √x
    Shapes: any → the same
    Parameters: none
    Counted: one square root per element.
    Source: torch.sqrt
    """

    __slots__ = ()

    KIND = "sqrt"
    STEPS = (("square root", 1),)


class Rsqrt(Function):
    """Reciprocal square root.

    Equation: y = 1 / √x
    Shapes: any → the same
    Parameters: none
    Counted: one reciprocal square root per element.
    Source: torch.rsqrt
    """

    __slots__ = ()

    KIND = "rsqrt"
    STEPS = (("reciprocal square root", 1),)


class Exp(Function):
    """Exponential.

    Equation: y = eˣ
    Shapes: any → the same
    Parameters: none
    Counted: one exponential per element.
    Source: torch.exp
    """

    __slots__ = ()

    KIND = "exp"
    STEPS = (("exponential", 1),)


class Exp2(Function):
    """Exponential of base 2.

    Equation: y = 2ˣ
    Shapes: any → the same
    Parameters: none
    Counted: one exponential per element.
    Source: torch.exp2
    """

    __slots__ = ()

    KIND = "exp2"
    STEPS = (("exponential", 1),)


class Expm1(Function):
    """Exponential, less 1.

    Equation: y = eˣ − 1
    Shapes: any → the same
    Parameters: none
    Counted: one exponential and one subtraction per element.
    Source: torch.expm1
    """

    __slots__ = ()

    KIND = "expm1"
    STEPS = (("exponential", 1), ("subtract", 1))


class Log(Function):
    """Natural logarithm.

    Equation: y = ln x
    Shapes: any → the same
    Parameters: none
    Counted: one logarithm per element.
    Source: torch.log
    """

    __slots__ = ()

    KIND = "log"
    STEPS = (("logarithm", 1),)


class Log2(Function):
    """Logarithm of base 2.

    Equation: y = log₂ x
    Shapes: any → the same
    Parameters: none
    Counted: one logarithm per element.
    Source: torch.log2
    """

    __slots__ = ()

    KIND = "log2"
    STEPS = (("logarithm", 1),)


class DecimalLog(Function):
    """Logarithm of base 10.

    Equation: y = log₁₀ x
    Shapes: any → the same
    Parameters: none
    Counted: one logarithm per element.
    Source: torch.log10
    """

    __slots__ = ()

    KIND = "log10"
    STEPS = (("logarithm", 1),)


class Log1p(Function):
    """Logarithm of 1 and more.

    Equation: y = ln(1 + x)
    Shapes: any → the same
    Parameters: none
    Counted: one addition and one logarithm per element.
    Source: torch.log1p
    """

    __slots__ = ()

    KIND = "log1p"
    STEPS = (("add", 1), ("logarithm", 1))


@operator
class Clamp(Function):
    """Bounded from below, from above, or both.

    Equation: y = min(max(x, least), greatest)
    Shapes: any → the same
    Parameters: none
    Counted: one comparison per element for each bound.
    Source: torch.clamp
    """

    KIND = "clamp"
    STEPS = (("compare", 1),)

    least: float | None = real("the least value; none, if left out", None)
    greatest: float | None = real("the greatest value; none, if left out", None)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The same shape."""
        require(self.least is not None or self.greatest is not None, "clamp needs least, greatest or both")
        return inputs

    def costs(self) -> tuple[tuple[str, int], ...]:
        """A comparison for each bound."""
        return (("compare", (self.least is not None) + (self.greatest is not None)),)
