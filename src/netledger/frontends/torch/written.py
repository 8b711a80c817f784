"""What a layer of PyTorch holds a shape for, and how its attributes are written there.

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

__all__ = ["HELD", "HeldBatchNorm", "HeldConv", "HeldConvTranspose", "spelled"]


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

_FIRST = ("in_features", "in_channels", "num_features")
_WORDS = {"kernel": "kernel_size"}


def spelled(kind: str, name: str, value: Any) -> str:
    """An attribute with a value as PyTorch writes it, in a layer of this class if there is one.

    >>> spelled("Linear", "in_features", 2048), spelled("Conv2d", "kernel", 3), spelled("", "groups", 2)
    ('Linear(2048, …)', 'kernel_size=3', 'groups=2')
    """
    if kind and name in _FIRST:
        return f"{kind}({value}, …)" if name != "num_features" else f"{kind}({value})"
    if name == "shape":
        return f"({', '.join(map(str, value))})"
    word = _WORDS.get(name, name)
    return (
        f"{'out_features' if kind == 'Linear' and name == 'out' else 'out_channels' if name == 'out' else word}={value}"
    )
