"""What a layer holds weights for: a number of channels.

Counting reads shapes as they come; an operator here is made only of a layer that does not take its input, to say which
it would take.
"""

from __future__ import annotations

from typing import Any

from netledger.core.language import say
from netledger.core.network import Tensor
from netledger.core.number import Number, equal, require
from netledger.core.operator import Operator, number, operator
from netledger.ops.convolution import Conv
from netledger.ops.normalisation import BatchNorm
from netledger.ops.transposed_convolution import ConvTranspose

__all__ = ["HELD", "HeldBatchNorm", "HeldConv", "HeldConvTranspose"]


def _check(tensor: Tensor, channels: Number | None) -> None:
    """Raise a ShapeError unless the channels are those that the layer holds weights for."""
    given = tensor.shape[1] if len(tensor.shape) > 1 else 0
    if channels is not None:
        rule = say("the layer is made for {held:,} channels, and the input has {given:,}", held=channels, given=given)
        require(equal(given, channels), rule)


def _of(cls: type[Any], op: Operator, name: str, channels: int) -> Any:
    return cls(**{attribute: getattr(op, attribute) for attribute in op.ATTRIBUTES}, **{name: channels})


@operator
class HeldConv(Conv):
    """A convolution whose weight has so many input channels."""

    in_channels: Number | None = number("C_in", "input channels", None)

    @classmethod
    def of(cls, op: Operator, channels: int) -> HeldConv:
        """The same with input channels."""
        return _of(cls, op, "in_channels", channels)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """As a convolution."""
        _check(inputs[0], self.in_channels)
        return Conv.infer(self, inputs)


@operator
class HeldConvTranspose(ConvTranspose):
    """A transposed convolution whose weight has so many input channels."""

    in_channels: Number | None = number("C_in", "input channels", None)

    @classmethod
    def of(cls, op: Operator, channels: int) -> HeldConvTranspose:
        """The same with input channels."""
        return _of(cls, op, "in_channels", channels)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """As a transposed convolution."""
        _check(inputs[0], self.in_channels)
        return ConvTranspose.infer(self, inputs)


@operator
class HeldBatchNorm(BatchNorm):
    """A batch normalisation that holds so many statistics."""

    num_features: Number | None = number("C", "channels", None)

    @classmethod
    def of(cls, op: Operator, channels: int) -> HeldBatchNorm:
        """The same with channels."""
        return _of(cls, op, "num_features", channels)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """As a batch normalisation."""
        _check(inputs[0], self.num_features)
        return BatchNorm.infer(self, inputs)


HELD = (HeldBatchNorm, HeldConv, HeldConvTranspose)
"""Made only of layers that do not take their input."""
