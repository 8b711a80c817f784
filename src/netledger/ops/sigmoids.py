"""Smooth activations, and what imitates them: functions of each element on its own.

Each is its list of steps per element; the rest is shared.
"""

from __future__ import annotations

from netledger.core.network import Tensor
from netledger.core.number import equal, over, require
from netledger.core.operator import Readings, axis_of, choice, index, operator, real
from netledger.core.reach import Follow, Reach
from netledger.ops._elementwise import Activation

__all__ = [
    "Exponential",
    "Gelu",
    "Glu",
    "Hardsigmoid",
    "Hardswish",
    "LogSigmoid",
    "Mish",
    "Sigmoid",
    "Silu",
    "Softplus",
    "Softsign",
    "Squareplus",
    "Stanh",
    "Tanh",
    "Tanhshrink",
]


class Sigmoid(Activation):
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


class LogSigmoid(Activation):
    """Logarithm of the logistic function.

    Equation: y = −log(1 + exp(−x))
    Shapes: any → the same
    Parameters: none
    Counted: two negations, exponential, addition, logarithm per element.
    Source: torch.nn.LogSigmoid
    """

    __slots__ = ()

    KIND = "logsigmoid"
    STEPS = (("negate", 2), ("exponential", 1), ("add", 1), ("logarithm", 1))


class Tanh(Activation):
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


class Tanhshrink(Activation):
    """What the hyperbolic tangent takes away.

    Equation: y = x − tanh(x)
    Shapes: any → the same
    Parameters: none
    Counted: one hyperbolic tangent and one subtraction per element.
    Source: torch.nn.Tanhshrink
    """

    __slots__ = ()

    KIND = "tanhshrink"
    STEPS = (("tanh", 1), ("subtract", 1))


@operator
class Stanh(Activation):
    """Scaled hyperbolic tangent.

    Equation: y = b·tanh(a·x)
    Shapes: any → the same
    Parameters: none
    Counted: two multiplications and one hyperbolic tangent per element.
    Source: LeCun et al. (1998); paddle.stanh
    """

    KIND = "stanh"
    STEPS = (("multiply", 2), ("tanh", 1))

    a: float = real("a", 0.67)
    b: float = real("b", 1.7159)


class Silu(Activation):
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


@operator
class Hardsigmoid(Activation):
    """Piecewise linear sigmoid.

    Equation: y = min(max(x + 3, 0), 6) / 6; with a slope: y = min(max(slope·x + offset, 0), 1)
    Shapes: any → the same
    Parameters: none
    Counted: one addition, two comparisons, one division per element; with a slope, one multiplication instead of the
        division.
    Source: Courbariaux et al. (2015); torch.nn.Hardsigmoid; paddle.nn.functional.hardsigmoid (slope and offset)
    """

    KIND = "hardsigmoid"
    STEPS = (("add", 1), ("compare", 2), ("divide", 1))

    slope: float | None = real("slope; left out: 1/6, by a division at the end", None)
    offset: float = real("with a slope: y at x = 0", 0.5)

    def costs(self) -> tuple[tuple[str, int], ...]:
        """Of the formula with or without a slope."""
        return self.STEPS if self.slope is None else (("multiply", 1), ("add", 1), ("compare", 2))


class Hardswish(Activation):
    """Piecewise linear swish.

    Equation: y = x · min(max(x + 3, 0), 6) / 6
    Shapes: any → the same
    Parameters: none
    Counted: the hard sigmoid and one multiplication per element.
    Source: Howard et al., Searching for MobileNetV3 (2019); torch.nn.Hardswish; keras.activations.hard_silu
    """

    __slots__ = ()

    KIND = "hardswish"
    STEPS = (("add", 1), ("compare", 2), ("multiply", 1), ("divide", 1))


@operator
class Gelu(Activation):
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
class Softplus(Activation):
    """Smooth rectified linear unit.

    Equation: y = log(1 + exp(β·x)) / β; x itself where β·x > threshold
    Shapes: any → the same
    Parameters: none
    Counted: multiplication, exponential, addition, logarithm, division, comparison per element; β = 1 is counted too.
    Source: Glorot et al. (2011); torch.nn.Softplus
    """

    KIND = "softplus"
    STEPS = (("multiply", 1), ("exponential", 1), ("add", 1), ("logarithm", 1), ("divide", 1), ("compare", 1))

    beta: float = real("β", 1.0)
    threshold: float = real("from which β·x on y is x", 20.0)


class Mish(Activation):
    """Self-regularised smooth activation.

    Equation: y = x · tanh(log(1 + exp(x)))
    Shapes: any → the same
    Parameters: none
    Counted: exponential, addition, logarithm, hyperbolic tangent, multiplication per element.
    Source: Misra (2019); torch.nn.Mish
    """

    __slots__ = ()

    KIND = "mish"
    STEPS = (("exponential", 1), ("add", 1), ("logarithm", 1), ("tanh", 1), ("multiply", 1))


class Softsign(Activation):
    """Softsign.

    Equation: y = x / (1 + |x|)
    Shapes: any → the same
    Parameters: none
    Counted: absolute value, addition, division per element.
    Source: Turian et al. (2009); torch.nn.Softsign
    """

    __slots__ = ()

    KIND = "softsign"
    STEPS = (("absolute", 1), ("add", 1), ("divide", 1))


@operator
class Squareplus(Activation):
    """Smooth rectified linear unit without a logarithm.

    Equation: y = (x + √(x² + b)) / 2
    Shapes: any → the same
    Parameters: none
    Counted: multiplication, two additions, square root, division per element.
    Source: Barron (2021); keras.activations.squareplus
    """

    KIND = "squareplus"
    STEPS = (("multiply", 1), ("add", 2), ("square root", 1), ("divide", 1))

    b: float = real("b", 4.0)


class Exponential(Activation):
    """Exponential function as an activation.

    Equation: y = exp(x)
    Shapes: any → the same
    Parameters: none
    Counted: one exponential per element.
    Source: keras.activations.exponential
    """

    __slots__ = ()

    KIND = "exponential"
    STEPS = (("exponential", 1),)


@operator
class Glu(Activation):
    """Gated linear unit: one half of an axis, gated by the other.

    Equation: y = a · sigmoid(b), with x = [a, b] along the axis
    Shapes: (…, 2·F, …) → (…, F, …)
    Parameters: none
    Counted: the sigmoid and one multiplication per output.
    Source: Dauphin et al. (2016); torch.nn.GLU
    """

    KIND = "glu"
    STEPS = (("negate", 1), ("exponential", 1), ("add", 1), ("divide", 1), ("multiply", 1))

    axis: int = index("which axis is halved (0 is the batch)", -1)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The axis is halved."""
        axis, shape = axis_of(self.axis, inputs[0]), inputs[0].shape
        require(equal(shape[axis] % 2, 0), "the axis that is halved must be even", axis=shape[axis])
        return (inputs[0].like((*shape[:axis], over(shape[axis], 2), *shape[axis + 1 :])),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """An element of each half."""
        place = axis_of(self.axis, inputs[0])
        both = Follow(place, Reach(1, 1, ((0, outputs[0].shape[place]),)))
        return (tuple(both if axis == place else Follow(axis) for axis in range(len(inputs[0].shape))),)
