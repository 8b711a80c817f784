"""Joining feature maps element by element, with broadcasting."""

from __future__ import annotations

from itertools import zip_longest
from typing import ClassVar

from netledger.core.network import Tensor
from netledger.core.number import Number, Shape, equal, maximum, product, require
from netledger.core.operator import Operator
from netledger.core.work import Term

__all__ = ["Add", "Multiply"]


def _broadcast(first: Shape, second: Shape) -> Shape:
    """The common shape: axes are aligned at the end; sizes must be equal, or one of them 1."""
    pairs = list(zip_longest(reversed(first), reversed(second), fillvalue=1))
    for a, b in pairs:
        require(
            equal((a - b) * (a - 1) * (b - 1), 0),
            "sizes must be equal, or one of them 1, on every axis",
            "Give both paths the same channels and stride (a 1x1 convolution with the stride on the short one).",
            first=first,
            second=second,
        )
    return tuple(maximum(a, b) for a, b in reversed(pairs))


def _steps(inputs: tuple[Tensor, ...]) -> tuple[Shape, ...]:
    """The shape after each input but the first has been joined."""
    shapes = [inputs[0].shape]
    for tensor in inputs[1:]:
        shapes.append(_broadcast(shapes[-1], tensor.shape))
    return tuple(shapes[1:])


def _joined(inputs: tuple[Tensor, ...]) -> Number:
    """How many operations join all inputs, one after another."""
    made = [product(shape) for shape in _steps(inputs)]
    return sum(made[1:], made[0])


class _Joining(Operator):
    """One operation per element, between each input and what the inputs before it gave."""

    __slots__ = ()

    INPUTS = (2, 10_000)
    TERM: ClassVar[tuple[str, str]]
    """The action and its role."""

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The common shape."""
        return (inputs[0].like(_steps(inputs)[-1]),)

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """An operation for each input but the first."""
        return (Term(*self.TERM, _joined(inputs)),)


class Add(_Joining):
    """Sum of feature maps.

    Equation: y = x₁ + x₂ + …
    Shapes: equal, or broadcast to the greatest
    Parameters: none
    Counted: one addition per output element for each input but the first.
    Source: He et al., Deep Residual Learning (2015); torch.add
    """

    __slots__ = ()

    KIND = "add"
    TERM = ("add", "residual")


class Multiply(_Joining):
    """Product of feature maps, element by element.

    Equation: y = x₁ · x₂ · …
    Shapes: equal, or broadcast to the greatest
    Parameters: none
    Counted: one multiplication per output element for each input but the first.
    Source: Hu et al., Squeeze-and-Excitation Networks (2017); torch.mul
    """

    __slots__ = ()

    KIND = "multiply"
    TERM = ("multiply", "gate")
