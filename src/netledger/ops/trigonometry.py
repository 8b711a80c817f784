"""Functions of each element on its own: angles, hyperbolic functions, error functions, negation in logic."""

from __future__ import annotations

from netledger.core.network import Tensor
from netledger.ops._elementwise import Function

__all__ = [
    "Acos",
    "Acosh",
    "Asin",
    "Asinh",
    "Atan",
    "Atanh",
    "Cos",
    "Cosh",
    "Erf",
    "Erfc",
    "LogicalNot",
    "Sin",
    "Sinh",
    "Tan",
]


class Erf(Function):
    """Error function.

    Equation: y = erf(x)
    Shapes: any → the same
    Parameters: none
    Counted: one error function per element.
    Source: torch.erf
    """

    __slots__ = ()

    KIND = "erf"
    STEPS = (("erf", 1),)


class Erfc(Function):
    """Complementary error function.

    Equation: y = 1 − erf(x)
    Shapes: any → the same
    Parameters: none
    Counted: one error function and one subtraction per element.
    Source: torch.erfc
    """

    __slots__ = ()

    KIND = "erfc"
    STEPS = (("erf", 1), ("subtract", 1))


class Sin(Function):
    """Sine.

    Equation: y = sin x
    Shapes: any → the same
    Parameters: none
    Counted: one sine per element.
    Source: torch.sin
    """

    __slots__ = ()

    KIND = "sin"
    STEPS = (("sine", 1),)


class Cos(Function):
    """Cosine.

    Equation: y = cos x
    Shapes: any → the same
    Parameters: none
    Counted: one cosine per element.
    Source: torch.cos
    """

    __slots__ = ()

    KIND = "cos"
    STEPS = (("cosine", 1),)


class Tan(Function):
    """Tangent.

    Equation: y = tan x
    Shapes: any → the same
    Parameters: none
    Counted: one tangent per element.
    Source: torch.tan
    """

    __slots__ = ()

    KIND = "tan"
    STEPS = (("tangent", 1),)


class Asin(Function):
    """Arcsine.

    Equation: y = arcsin x
    Shapes: any → the same
    Parameters: none
    Counted: one arcsine per element.
    Source: torch.asin
    """

    __slots__ = ()

    KIND = "asin"
    STEPS = (("arcsine", 1),)


class Acos(Function):
    """Arccosine.

    Equation: y = arccos x
    Shapes: any → the same
    Parameters: none
    Counted: one arccosine per element.
    Source: torch.acos
    """

    __slots__ = ()

    KIND = "acos"
    STEPS = (("arccosine", 1),)


class Atan(Function):
    """Arctangent.

    Equation: y = arctan x
    Shapes: any → the same
    Parameters: none
    Counted: one arctangent per element.
    Source: torch.atan
    """

    __slots__ = ()

    KIND = "atan"
    STEPS = (("arctangent", 1),)


class Sinh(Function):
    """Hyperbolic sine.

    Equation: y = ½·(e − 1 / e), e = eˣ
    Shapes: any → the same
    Parameters: none
    Counted: exponential, division, subtraction and multiplication per element.
    Source: torch.sinh
    """

    __slots__ = ()

    KIND = "sinh"
    STEPS = (("exponential", 1), ("divide", 1), ("subtract", 1), ("multiply", 1))


class Cosh(Function):
    """Hyperbolic cosine.

    Equation: y = ½·(e + 1 / e), e = eˣ
    Shapes: any → the same
    Parameters: none
    Counted: exponential, division, addition and multiplication per element.
    Source: torch.cosh
    """

    __slots__ = ()

    KIND = "cosh"
    STEPS = (("exponential", 1), ("divide", 1), ("add", 1), ("multiply", 1))


class Asinh(Function):
    """Inverse hyperbolic sine.

    Equation: y = ln(x + √(x·x + 1))
    Shapes: any → the same
    Parameters: none
    Counted: multiplication, two additions, square root and logarithm per element.
    Source: torch.asinh
    """

    __slots__ = ()

    KIND = "asinh"
    STEPS = (("multiply", 1), ("add", 2), ("square root", 1), ("logarithm", 1))


class Acosh(Function):
    """Inverse hyperbolic cosine.

    Equation: y = ln(x + √(x·x − 1))
    Shapes: any → the same
    Parameters: none
    Counted: multiplication, subtraction, square root, addition and logarithm per element.
    Source: torch.acosh
    """

    __slots__ = ()

    KIND = "acosh"
    STEPS = (("multiply", 1), ("subtract", 1), ("square root", 1), ("add", 1), ("logarithm", 1))


class Atanh(Function):
    """Inverse hyperbolic tangent.

    Equation: y = ½·ln((1 + x) / (1 − x))
    Shapes: any → the same
    Parameters: none
    Counted: addition, subtraction, division, logarithm and multiplication per element.
    Source: torch.atanh
    """

    __slots__ = ()

    KIND = "atanh"
    STEPS = (("add", 1), ("subtract", 1), ("divide", 1), ("logarithm", 1), ("multiply", 1))


class LogicalNot(Function):
    """Whether an element is false.

    Equation: y = ¬x
    Shapes: any → the same; of true and false
    Parameters: none
    Counted: one logical operation per element.
    Source: torch.logical_not
    """

    __slots__ = ()

    KIND = "logical_not"
    TYPES = ("bool",)
    STEPS = (("logical", 1),)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The same shape, of true and false."""
        return (Tensor(inputs[0].shape, "bool"),)
