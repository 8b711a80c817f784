"""Pooling to a given output size: adaptive, and global (to one element)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from netledger.core.language import later
from netledger.core.network import Tensor
from netledger.core.operator import Axes, Operator, Readings, axes, channels, feature_map, flag, operator, per_axis
from netledger.core.reach import Follow, adaptive, whole
from netledger.core.work import Term
from netledger.ops._adaptive import averaged, greatest

if TYPE_CHECKING:
    from netledger.core.performed import Performed, Stage, Values

__all__ = ["AdaptiveAvgPool", "AdaptiveMaxPool", "GlobalAvgPool", "GlobalMaxPool"]


class _Shared(Operator):
    """Windows that share the input out among the outputs."""

    __slots__ = ()

    LABEL = "pool"
    WORKED = (("input", "x"),)
    AHEAD = 2

    def _folded(self, name: str, x: Values, fold: Callable[[list[Performed]], Performed]) -> tuple[Stage, ...]:
        from netledger.core.performed import Stage
        from netledger.ops._windowed import fold_windows, shared_out

        outputs = self.infer((x.tensor,))
        readings = self.reads((x.tensor,), outputs)
        assert readings is not None
        taps = shared_out(readings[0], outputs[0].shape[2:] or (1,) * len(x.shape[2:]))
        return (Stage(name, fold_windows(x, taps, lambda read, _: fold(read), outputs[0].shape)),)

    def _mean(self, x: Values) -> tuple[Stage, ...]:
        from netledger.core.performed import quotient, sum_of

        return self._folded(later("the mean of each window"), x, lambda read: quotient(sum_of(read), len(read)))

    def _greatest(self, x: Values) -> tuple[Stage, ...]:
        from netledger.core.performed import greatest as fold

        return self._folded(later("the greatest of each window"), x, fold)


@operator
class _ToSize(_Shared):
    """Pooling to a given size."""

    out: Axes = per_axis("O", "size of the output")
    channels: str = channels()

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """(N, C, out …)."""
        batch, channels, spatial = feature_map(inputs[0])
        return (inputs[0].like((batch, channels, *axes(self.out, len(spatial), "out"))),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Windows that share the axis out among the outputs."""
        sizes = enumerate(zip(inputs[0].shape[2:], outputs[0].shape[2:], strict=True), 2)
        return ((Follow(0), Follow(1), *(adaptive(axis, size, out) for axis, (size, out) in sizes)),)


@operator
class _ToOne(_Shared):
    """Pooling to one element per channel."""

    keepdims: bool = flag(True, "keep the pooled axes, with size 1")
    channels: str = channels()

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

    def perform(self, inputs: tuple[Values, ...], stored: Mapping[str, Values]) -> tuple[Stage, ...]:
        """The mean of each window."""
        return self._mean(inputs[0])


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

    def perform(self, inputs: tuple[Values, ...], stored: Mapping[str, Values]) -> tuple[Stage, ...]:
        """The greatest of each window."""
        return self._greatest(inputs[0])


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

    def perform(self, inputs: tuple[Values, ...], stored: Mapping[str, Values]) -> tuple[Stage, ...]:
        """The mean of each window."""
        return self._mean(inputs[0])


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

    def perform(self, inputs: tuple[Values, ...], stored: Mapping[str, Values]) -> tuple[Stage, ...]:
        """The greatest of each window."""
        return self._greatest(inputs[0])
