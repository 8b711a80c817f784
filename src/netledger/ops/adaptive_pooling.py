"""Pooling to a given output size: adaptive, and global (to one element)."""

from __future__ import annotations

from netledger.core.network import Tensor
from netledger.core.operator import Axes, Operator, Readings, axes, feature_map, flag, operator, per_axis
from netledger.core.reach import Follow, adaptive, whole
from netledger.core.work import Term
from netledger.ops._adaptive import averaged, greatest

__all__ = ["AdaptiveAvgPool", "AdaptiveMaxPool", "GlobalAvgPool", "GlobalMaxPool"]


@operator
class _ToSize(Operator):
    """Pooling to a given size."""

    LABEL = "pool"

    out: Axes = per_axis("O", "size of the output")

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """(N, C, out …)."""
        batch, channels, spatial = feature_map(inputs[0])
        return (inputs[0].like((batch, channels, *axes(self.out, len(spatial), "out"))),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Windows that share the axis out among the outputs."""
        sizes = enumerate(zip(inputs[0].shape[2:], outputs[0].shape[2:], strict=True), 2)
        return ((Follow(0), Follow(1), *(adaptive(axis, size, out) for axis, (size, out) in sizes)),)


@operator
class _ToOne(Operator):
    """Pooling to one element per channel."""

    LABEL = "pool"

    keepdims: bool = flag(True, "keep the pooled axes, with size 1")

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """(N, C, 1 …) or (N, C)."""
        batch, channels, spatial = feature_map(inputs[0])
        return (inputs[0].like((batch, channels, *(1 for _ in spatial if self.keepdims))),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Everything of a channel."""
        return ((Follow(0), Follow(1), *map(whole, inputs[0].shape[2:])),)


class AdaptiveAvgPool(_ToSize):
    """Average pooling to a given size.

    Equation: y[n, c, i] = mean of x[n, c, ⌊i·in/out⌋ … ⌈(i + 1)·in/out⌉ − 1]
    Shapes: (N, C, size …) → (N, C, out …)
    Parameters: none
    Counted: one addition less than each window has elements, and one division, per output.
    Source: torch.nn.AdaptiveAvgPool2d; paddle.nn.AdaptiveAvgPool2D
    """

    __slots__ = ()

    KIND = "adaptive_avgpool"

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """Additions and one division."""
        return averaged(inputs[0], outputs[0])


class AdaptiveMaxPool(_ToSize):
    """Max pooling to a given size.

    Equation: y[n, c, i] = max of x[n, c, ⌊i·in/out⌋ … ⌈(i + 1)·in/out⌉ − 1]
    Shapes: (N, C, size …) → (N, C, out …)
    Parameters: none
    Counted: one comparison less than each window has elements, per output.
    Source: torch.nn.AdaptiveMaxPool2d; paddle.nn.AdaptiveMaxPool2D
    """

    __slots__ = ()

    KIND = "adaptive_maxpool"

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """Comparisons."""
        return greatest(inputs[0], outputs[0])


class GlobalAvgPool(_ToOne):
    """The mean of each channel.

    Equation: y[n, c] = mean of x[n, c, …]
    Shapes: (N, C, size …) → (N, C, 1 …), or (N, C) without keepdims
    Parameters: none
    Counted: one addition less than a channel has elements, and one division, per output.
    Source: Lin et al., Network In Network (2013); keras.layers.GlobalAveragePooling2D
    """

    __slots__ = ()

    KIND = "global_avgpool"

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """Additions and one division."""
        return averaged(inputs[0], outputs[0])


class GlobalMaxPool(_ToOne):
    """The greatest element of each channel.

    Equation: y[n, c] = max of x[n, c, …]
    Shapes: (N, C, size …) → (N, C, 1 …), or (N, C) without keepdims
    Parameters: none
    Counted: one comparison less than a channel has elements, per output.
    Source: keras.layers.GlobalMaxPooling2D
    """

    __slots__ = ()

    KIND = "global_maxpool"

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """Comparisons."""
        return greatest(inputs[0], outputs[0])
