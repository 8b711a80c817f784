"""Activations: functions of each element on its own, and softmax.

Each is its list of steps per element; the rest is shared.
"""

from __future__ import annotations

from typing import ClassVar

from netledger.core.network import Tensor
from netledger.core.operator import Operator, Readings, axis_of, choice, index, operator, real
from netledger.core.reach import pointwise
from netledger.core.work import Term

__all__ = [
    "Gelu",
    "Hardsigmoid",
    "Hardswish",
    "LeakyRelu",
    "Relu",
    "Relu6",
    "Sigmoid",
    "Silu",
    "Softmax",
    "Tanh",
]


class _Elementwise(Operator):
    """The same few operations for every element."""

    __slots__ = ()

    STEPS: ClassVar[tuple[tuple[str, int], ...]]
    """(action, how often per element)."""

    def costs(self) -> tuple[tuple[str, int], ...]:
        """(action, how often per element)."""
        return self.STEPS

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """Every step, once per element."""
        elements = inputs[0].elements
        return tuple(Term(action, "activation", elements * times) for action, times in self.costs())


class Relu(_Elementwise):
    """Rectified linear unit.

    Equation: y = max(x, 0)
    Shapes: any → the same
    Parameters: none
    Counted: one comparison per element.
    Source: Nair & Hinton (2010); torch.nn.ReLU
    """

    __slots__ = ()

    KIND = "relu"
    STEPS = (("compare", 1),)


class Relu6(_Elementwise):
    """Rectified linear unit, at most 6.

    Equation: y = min(max(x, 0), 6)
    Shapes: any → the same
    Parameters: none
    Counted: two comparisons per element.
    Source: Howard et al., MobileNets (2017); torch.nn.ReLU6
    """

    __slots__ = ()

    KIND = "relu6"
    LABEL = "relu"
    STEPS = (("compare", 2),)


@operator
class LeakyRelu(_Elementwise):
    """Leaky rectified linear unit.

    Equation: y = x if x > 0, else slope·x
    Shapes: any → the same
    Parameters: none
    Counted: one comparison and one multiplication per element.
    Source: Maas et al. (2013); torch.nn.LeakyReLU
    """

    KIND = "leaky_relu"
    STEPS = (("compare", 1), ("multiply", 1))

    slope: float = real("slope for negative x", 0.01)


class Sigmoid(_Elementwise):
    """Logistic function.

    Equation: y = 1 / (1 + exp(−x))
    Shapes: any → the same
    Parameters: none
    Counted: negation, exponential, addition, division per element.
    Source: torch.nn.Sigmoid
    """

    __slots__ = ()

    KIND = "sigmoid"
    STEPS = (("negate", 1), ("exponential", 1), ("add", 1), ("divide", 1))


class Tanh(_Elementwise):
    """Hyperbolic tangent.

    Equation: y = tanh(x)
    Shapes: any → the same
    Parameters: none
    Counted: one hyperbolic tangent per element.
    Source: torch.nn.Tanh
    """

    __slots__ = ()

    KIND = "tanh"
    STEPS = (("tanh", 1),)


class Silu(_Elementwise):
    """Sigmoid linear unit (swish).

    Equation: y = x / (1 + exp(−x)), computed as x · sigmoid(x)
    Shapes: any → the same
    Parameters: none
    Counted: the sigmoid and one multiplication per element.
    Source: Elfwing et al. (2017); torch.nn.SiLU
    """

    __slots__ = ()

    KIND = "silu"
    STEPS = (("negate", 1), ("exponential", 1), ("add", 1), ("divide", 1), ("multiply", 1))


class Hardsigmoid(_Elementwise):
    """Piecewise linear sigmoid.

    Equation: y = min(max(x + 3, 0), 6) / 6
    Shapes: any → the same
    Parameters: none
    Counted: one addition, two comparisons, one division per element.
    Source: Courbariaux et al. (2015); torch.nn.Hardsigmoid
    """

    __slots__ = ()

    KIND = "hardsigmoid"
    STEPS = (("add", 1), ("compare", 2), ("divide", 1))


class Hardswish(_Elementwise):
    """Piecewise linear swish.

    Equation: y = x · min(max(x + 3, 0), 6) / 6
    Shapes: any → the same
    Parameters: none
    Counted: the hard sigmoid and one multiplication per element.
    Source: Howard et al., Searching for MobileNetV3 (2019); torch.nn.Hardswish
    """

    __slots__ = ()

    KIND = "hardswish"
    STEPS = (("add", 1), ("compare", 2), ("multiply", 1), ("divide", 1))


@operator
class Gelu(_Elementwise):
    """Gaussian error linear unit.

    Equation: y = 0.5·x·(1 + erf(x/√2)); approximate: y = 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))
    Shapes: any → the same
    Parameters: none
    Counted: exact: three multiplications, one addition, one erf per element; tanh: six multiplications, two
        additions, one tanh.
    Source: Hendrycks & Gimpel (2016); torch.nn.GELU
    """

    KIND = "gelu"
    STEPS = (("multiply", 3), ("add", 1), ("erf", 1))

    approximate: str = choice(("none", "tanh"), "which formula", "none")

    def costs(self) -> tuple[tuple[str, int], ...]:
        """Of the chosen formula."""
        if self.approximate == "none":
            return self.STEPS
        return (("multiply", 6), ("add", 2), ("tanh", 1))


@operator
class Softmax(Operator):
    """Softmax along one axis.

    Equation: y[i] = exp(x[i] − max x) / Σ_j exp(x[j] − max x)
    Shapes: any → the same
    Parameters: none
    Counted: per row of width f: f − 1 comparisons, f subtractions, f exponentials, f − 1 additions, f divisions.
    Source: torch.nn.Softmax
    """

    KIND = "softmax"

    axis: int = index("along which axis a row lies (0 is the batch)", 1)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The same shape."""
        axis_of(self.axis, inputs[0])
        return inputs

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """The whole row."""
        return (pointwise(inputs[0], outputs[0], self.axis),)

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """The greatest, the differences, exponentials, their sum, the quotients."""
        elements = inputs[0].elements
        rows = elements // inputs[0].shape[axis_of(self.axis, inputs[0])]
        return (
            Term("compare", "activation", elements - rows),
            Term("subtract", "activation", elements),
            Term("exponential", "activation", elements),
            Term("add", "activation", elements - rows),
            Term("divide", "activation", elements),
        )
