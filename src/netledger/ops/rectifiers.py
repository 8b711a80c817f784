"""Activations that are straight on one side, or in pieces: functions of each element on its own.

Each is its list of steps per element; the rest is shared.
"""

from __future__ import annotations

from netledger.core.network import Tensor
from netledger.core.number import Number, equal, over, require
from netledger.core.operator import (
    Operator,
    Readings,
    Shapes,
    axis_of,
    channels,
    choice,
    feature_map,
    index,
    number,
    operator,
    real,
)
from netledger.core.reach import Follow, Reach
from netledger.core.work import Term
from netledger.ops._elementwise import Activation

__all__ = [
    "Celu",
    "Elu",
    "Hardshrink",
    "Hardtanh",
    "LeakyRelu",
    "Maxout",
    "Prelu",
    "Relu",
    "Relu6",
    "Rrelu",
    "Selu",
    "Softshrink",
    "SparsePlus",
    "SparseSigmoid",
    "Threshold",
    "ThresholdedRelu",
]


class Relu(Activation):
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


class Relu6(Activation):
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
class LeakyRelu(Activation):
    """Leaky rectified linear unit.

    Equation: y = x if x > 0, else slope·x
    Shapes: any → the same
    Parameters: none
    Counted: one comparison and one multiplication per element.
    Source: Maas et al. (2013); torch.nn.LeakyReLU; keras.layers.LeakyReLU (slope 0.3)
    """

    KIND = "leaky_relu"
    STEPS = (("compare", 1), ("multiply", 1))

    slope: float = real("slope for negative x", 0.01)


@operator
class Rrelu(Activation):
    """Randomised leaky rectified linear unit, at inference: with the mean slope.

    Equation: y = x if x > 0, else (lower + upper) / 2 · x (in training the slope is drawn between the two)
    Shapes: any → the same
    Parameters: none
    Counted: one comparison and one multiplication per element; the mean slope is a constant.
    Source: Xu et al. (2015); torch.nn.RReLU
    """

    KIND = "rrelu"
    STEPS = (("compare", 1), ("multiply", 1))

    lower: float = real("least slope, in training", 1 / 8)
    upper: float = real("greatest slope, in training", 1 / 3)


@operator
class Threshold(Activation):
    """A value below a threshold.

    Equation: y = x if x > threshold, else value
    Shapes: any → the same
    Parameters: none
    Counted: one comparison per element.
    Source: torch.nn.Threshold; keras.activations.threshold
    """

    KIND = "threshold"
    STEPS = (("compare", 1),)

    threshold: float = real("up to which x is replaced")
    value: float = real("what replaces it")


@operator
class ThresholdedRelu(Activation):
    """Thresholded rectified linear unit.

    Equation: y = x if x > threshold, else value
    Shapes: any → the same
    Parameters: none
    Counted: one comparison per element.
    Source: Konda et al. (2014); paddle.nn.ThresholdedReLU
    """

    KIND = "thresholded_relu"
    LABEL = "relu"
    STEPS = (("compare", 1),)

    threshold: float = real("up to which x is replaced", 1.0)
    value: float = real("what replaces it", 0.0)


@operator
class Hardtanh(Activation):
    """Piecewise linear hyperbolic tangent.

    Equation: y = min(max(x, low), high)
    Shapes: any → the same
    Parameters: none
    Counted: two comparisons per element.
    Source: Collobert (2004); torch.nn.Hardtanh; keras.activations.hard_tanh
    """

    KIND = "hardtanh"
    STEPS = (("compare", 2),)

    low: float = real("least y", -1.0)
    high: float = real("greatest y", 1.0)


@operator
class Hardshrink(Activation):
    """Hard shrinkage.

    Equation: y = x if |x| > λ, else 0
    Shapes: any → the same
    Parameters: none
    Counted: one absolute value and one comparison per element.
    Source: Donoho & Johnstone (1994); torch.nn.Hardshrink
    """

    KIND = "hardshrink"
    STEPS = (("absolute", 1), ("compare", 1))

    lambd: float = real("λ", 0.5)


@operator
class Softshrink(Activation):
    """Soft shrinkage.

    Equation: y = x − λ if x > λ; x + λ if x < −λ; else 0
    Shapes: any → the same
    Parameters: none
    Counted: one subtraction, one addition, two comparisons per element.
    Source: Donoho (1995); torch.nn.Softshrink
    """

    KIND = "softshrink"
    STEPS = (("subtract", 1), ("add", 1), ("compare", 2))

    lambd: float = real("λ", 0.5)


@operator
class Elu(Activation):
    """Exponential linear unit.

    Equation: y = x if x > 0, else α·(exp(x) − 1)
    Shapes: any → the same
    Parameters: none
    Counted: one exponential, one subtraction, one multiplication, one comparison per element.
    Source: Clevert et al. (2015); torch.nn.ELU
    """

    KIND = "elu"
    STEPS = (("exponential", 1), ("subtract", 1), ("multiply", 1), ("compare", 1))

    alpha: float = real("α", 1.0)


@operator
class Selu(Activation):
    """Scaled exponential linear unit.

    Equation: y = scale·x if x > 0, else scale·α·(exp(x) − 1)
    Shapes: any → the same
    Parameters: none
    Counted: one exponential, one subtraction, two multiplications (α, scale), one comparison per element.
    Source: Klambauer et al., Self-Normalizing Neural Networks (2017); torch.nn.SELU
    """

    KIND = "selu"
    STEPS = (("exponential", 1), ("subtract", 1), ("multiply", 2), ("compare", 1))

    alpha: float = real("α", 1.6732632423543772)
    scale: float = real("scale", 1.0507009873554805)


@operator
class Celu(Activation):
    """Continuously differentiable exponential linear unit.

    Equation: y = x if x > 0, else α·(exp(x / α) − 1)
    Shapes: any → the same
    Parameters: none
    Counted: one division, one exponential, one subtraction, one multiplication, one comparison per element.
    Source: Barron (2017); torch.nn.CELU
    """

    KIND = "celu"
    STEPS = (("divide", 1), ("exponential", 1), ("subtract", 1), ("multiply", 1), ("compare", 1))

    alpha: float = real("α", 1.0)


class SparsePlus(Activation):
    """Piecewise quadratic softplus.

    Equation: y = 0 if x ≤ −1; x if x ≥ 1; else (x + 1)² / 4, computed as (x + 1)·(x + 1)·0.25
    Shapes: any → the same
    Parameters: none
    Counted: one addition, two multiplications, two comparisons per element.
    Source: keras.activations.sparse_plus
    """

    __slots__ = ()

    KIND = "sparse_plus"
    STEPS = (("add", 1), ("multiply", 2), ("compare", 2))


class SparseSigmoid(Activation):
    """Piecewise linear sigmoid, from −1 to 1.

    Equation: y = min(max(0.5·(x + 1), 0), 1)
    Shapes: any → the same
    Parameters: none
    Counted: one addition, one multiplication, two comparisons per element.
    Source: keras.activations.sparse_sigmoid
    """

    __slots__ = ()

    KIND = "sparse_sigmoid"
    STEPS = (("add", 1), ("multiply", 1), ("compare", 2))


@operator
class Prelu(Activation):
    """Leaky rectified linear unit with learned slopes.

    Equation: y = x if x > 0, else w·x
    Shapes: any → the same; (N, C, …) with a slope per channel
    Parameters: weight: one slope (1), one per channel (C), or one per element of an example
    Counted: one comparison and one multiplication per element.
    Source: He et al., Delving Deep into Rectifiers (2015); torch.nn.PReLU; keras.layers.PReLU (per element)
    """

    KIND = "prelu"
    STEPS = (("compare", 1), ("multiply", 1))

    slopes: str = choice(("one", "channel", "element"), "for all, for each channel, or for each element", "one")
    channels: str = channels()

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The same shape."""
        if self.slopes == "channel":
            feature_map(inputs[0], 0)
        return inputs

    def parameters(self, inputs: tuple[Tensor, ...]) -> Shapes:
        """The slopes."""
        shape = inputs[0].shape
        return {"weight": {"one": (1,), "channel": shape[1:2]}.get(self.slopes, shape[1:])}


@operator
class Maxout(Operator):
    """The greatest of a group of neighbouring channels.

    Equation: y[n, c] = max_j x[n, c·G + j]
    Shapes: (N, C, …) → (N, C / G, …), along any axis
    Parameters: none
    Counted: G − 1 comparisons per output.
    Source: Goodfellow et al., Maxout Networks (2013); paddle.nn.Maxout
    """

    KIND = "maxout"

    groups: Number = number("G", "how many neighbours make one output")
    axis: int = index("along which axis (0 is the batch)", 1)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The axis is divided by G."""
        axis, shape = axis_of(self.axis, inputs[0]), inputs[0].shape
        require(
            equal(shape[axis] % self.groups, 0), "groups must divide the axis", axis=shape[axis], groups=self.groups
        )
        return (inputs[0].like((*shape[:axis], over(shape[axis], self.groups), *shape[axis + 1 :])),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """One group."""
        place = axis_of(self.axis, inputs[0])
        group = Follow(place, Reach(1, self.groups, ((0, self.groups - 1),)))
        return (tuple(group if axis == place else Follow(axis) for axis in range(len(inputs[0].shape))),)

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """Comparisons."""
        return (Term("compare", "activation", inputs[0].elements - outputs[0].elements),)
