"""The fully connected layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from netledger.core.language import say
from netledger.core.network import Tensor
from netledger.core.number import Number, equal, require
from netledger.core.operator import Operator, Readings, Shapes, choice, flag, number, operator
from netledger.core.reach import pointwise
from netledger.core.work import Term, accumulate

if TYPE_CHECKING:
    from netledger.core.performed import Performed, Place, Stage, Values

__all__ = ["Linear"]


@operator
class Linear(Operator):
    """Fully connected layer, applied along the last axis.

    Equation: y = x·Wᵀ + b
    Shapes: (…, F_in) → (…, F_out)
    Parameters: weight (F_out, F_in), or (F_in, F_out) with layout in_out; bias (F_out)
    Counted: F_in products per output; adding them up; the bias.
    Source: torch.nn.Linear (out_in); paddle.nn.Linear (in_out)
    """

    KIND = "linear"
    LAYOUT = "features"
    LABEL = "fc"
    WORKED = (("input", "x"),)

    out: Number = number("F_out", "output features")
    bias: bool = flag(True, "add a bias to every output")
    layout: str = choice(("out_in", "in_out"), "how the weight is stored", "out_in")
    in_features: Number | None = number("F_in", "input features that the weight has; any, if left out", None)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The last axis becomes F_out."""
        shape = inputs[0].shape
        require(len(shape) >= 1, "the input must have at least one axis", input=shape)
        if self.in_features is not None:
            require(
                equal(shape[-1], self.in_features),
                say(
                    "the weight has {in_features} input features, and the input has {given}",
                    in_features=self.in_features,
                    given=shape[-1],
                ),
                say(
                    "Give the network an input for which {in_features} are left here, or write in_features: {given}.",
                    in_features=self.in_features,
                    given=shape[-1],
                ),
            )
        return (inputs[0].like((*shape[:-1], self.out)),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Every feature of a row."""
        return (pointwise(inputs[0], outputs[0], -1),)

    def parameters(self, inputs: tuple[Tensor, ...]) -> Shapes:
        """One weight per pair of features, and a bias."""
        features = inputs[0].shape[-1]
        weight = {"weight": (self.out, features) if self.layout == "out_in" else (features, self.out)}
        return {**weight, "bias": (self.out,)} if self.bias else weight

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """F_in products per output, added up, and a bias."""
        made = outputs[0].elements
        return accumulate(made * inputs[0].shape[-1], made, self.bias)

    def perform(self, inputs: tuple[Values, ...], stored: Mapping[str, Values]) -> tuple[Stage, ...]:
        """For each output the products of a row with its weights, added up, and the bias."""
        from netledger.core.performed import Stage, Values, sum_of

        x, weight, bias = inputs[0], stored["weight"], stored.get("bias")

        def element(place: Place) -> Performed:
            *row, out = place
            pairs = (((*row, f), (out, f) if self.layout == "out_in" else (f, out)) for f in range(x.shape[-1]))
            made = sum_of([x.at(source) * weight.at(at) for source, at in pairs])
            return sum_of((made, bias.at((out,)))) if bias else made

        return (Stage("products of each row, added up", Values.make("y", (*x.shape[:-1], self.out), element)),)
