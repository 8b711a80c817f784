"""Pooling that keeps a few elements, takes random windows, or is undone: k-max, fractional max, max unpooling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from netledger.core.network import Tensor
from netledger.core.number import Number, Shape, equal, over, product, require
from netledger.core.operator import (
    Axes,
    Operator,
    Readings,
    axes,
    axis_of,
    feature_map,
    index,
    number,
    operator,
    per_axis,
    scale,
)
from netledger.core.reach import Follow, pointwise, spread
from netledger.core.window import Window
from netledger.core.work import Term
from netledger.ops._scaling import Scale, periodic, scaled

if TYPE_CHECKING:
    from netledger.core.performed import Performed, Place, Stage, Values

__all__ = ["FractionalMaxPool", "KmaxPool", "MaxUnpool"]


@operator
class KmaxPool(Operator):
    """k-max pooling: the k greatest elements along an axis, in the order in which they stand.

    Equation: y[n, …] = x[n, …] without all but its k greatest
    Shapes: (N, …, size) → (N, …, k), along any axis
    Parameters: none
    Counted: k times the greatest of what is left: Σ_{i<k} (size − 1 − i) comparisons per row. Keeping the order costs
        nothing.
    Source: Kalchbrenner et al., A Convolutional Neural Network for Modelling Sentences (2014), 3.2
    """

    KIND = "kmax_pool"
    LABEL = "pool"
    WORKED = (("input", "x"),)

    k: Number = number("k", "how many elements are kept")
    axis: int = index("along which axis (0 is the batch)", -1)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The axis has size k."""
        axis, shape = axis_of(self.axis, inputs[0]), inputs[0].shape
        require(self.k <= shape[axis], "there are fewer elements than are to be kept", k=self.k, elements=shape[axis])
        return (inputs[0].like((*shape[:axis], self.k, *shape[axis + 1 :])),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """The whole row."""
        return (pointwise(inputs[0], outputs[0], self.axis),)

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """Comparisons."""
        size = inputs[0].shape[axis_of(self.axis, inputs[0])]
        rows = over(inputs[0].elements, size)
        return (Term("compare", "sort", rows * (self.k * (size - 1) - over(self.k * (self.k - 1), 2))),)

    def perform(self, inputs: tuple[Values, ...], stored: Mapping[str, Values]) -> tuple[Stage, ...]:
        """K times the greatest of what is left of each row; then those, in the order in which they stand."""
        from netledger.core.performed import Stage, Values, greatest

        x, axis = inputs[0], axis_of(self.axis, inputs[0].tensor)
        left = {start: list(enumerate(x.line(axis, start))) for start in x.lines(axis)}
        kept: dict[Place, list[tuple[int, Performed]]] = {start: [] for start in left}

        def take(place: Place) -> Performed:
            found = greatest([element for _, element in left[place]])
            best = next(pair for pair in left[place] if pair[1].value == found.value)
            left[place].remove(best)
            kept[place].append(best)
            return found

        def element(place: Place) -> Performed:
            return sorted(kept[(*place[:axis], 0, *place[axis + 1 :])], key=lambda pair: pair[0])[place[axis]][1]

        rows = tuple(1 if place == axis else size for place, size in enumerate(x.shape))
        rounds = [Stage("the greatest of what is left", Values.make(f"m{n}", rows, take)) for n in range(1, self.k + 1)]
        (made,) = self.infer((x.tensor,))
        return (*rounds, Stage("those, in the order in which they stand", Values.make("y", made.shape, element)))


@operator
class MaxUnpool(Operator):
    """The inverse of max pooling: each element back where the greatest was, and zeros elsewhere.

    Equation: y[n, c, place[n, c, p]] = x[n, c, p], and 0 everywhere else
    Shapes: x (N, C, size …) and perhaps its places, of the same shape → (N, C, (size − 1)·S − 2·P + K …), or given
    Parameters: none
    Counted: nothing.
    Source: Zeiler et al., Adaptive Deconvolutional Networks (2011); torch.nn.MaxUnpool2d; paddle.nn.MaxUnPool2D
    """

    KIND = "max_unpool"
    INPUTS = (1, 2)

    kernel: Axes = per_axis("K", "size of the window")
    stride: Axes | None = per_axis("S", "how far the window moves (the kernel, if left out)", None)
    padding: Axes = per_axis("P", "elements that were added at the borders", 0, least=0)
    size: Axes | None = per_axis("O", "size of the output, less than a stride from the usual one", None)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """(N, C, as before pooling …)."""
        batch, channels, spatial = feature_map(inputs[0])
        for other in inputs[1:]:
            _check_places(inputs[0].shape, other.shape)
        return (inputs[0].like((batch, channels, *self._sizes(spatial))),)

    def _sizes(self, spatial: Shape) -> Shape:
        count = len(spatial)
        kernels, pads = axes(self.kernel, count, "kernel"), axes(self.padding, count, "padding")
        strides = kernels if self.stride is None else axes(self.stride, count, "stride")
        usual = tuple((spatial[n] - 1) * strides[n] - 2 * pads[n] + kernels[n] for n in range(count))
        if self.size is None:
            for made in usual:
                require(made >= 1, "the output would be empty", "Use less padding.", output=made)
            return usual
        given = axes(self.size, count, "size")
        for made, expected, stride in zip(given, usual, strides, strict=True):
            rule = "the size must differ from the usual one by less than the stride"
            require(made < expected + stride, rule, size=made, usual=expected, stride=stride)
            require(made > expected - stride, rule, size=made, usual=expected, stride=stride)
        return given

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """The windows that an output lies in: places come from a pooling with the same windows."""
        count = len(inputs[0].shape) - 2
        kernels, pads = axes(self.kernel, count, "kernel"), axes(self.padding, count, "padding")
        strides = kernels if self.stride is None else axes(self.stride, count, "stride")
        sizes = zip(kernels, strides, pads, strict=True)
        windows = (Window(kernel, stride, (pad, pad)) for kernel, stride, pad in sizes)
        reading = (Follow(0), Follow(1), *(spread(axis, window) for axis, window in enumerate(windows, 2)))
        return (reading,) * len(inputs)


def _check_places(given: Shape, places: Shape) -> None:
    rule = "there must be a place for each element"
    require(len(places) == len(given), rule, input=given, places=places)
    for size, placed in zip(given, places, strict=True):
        require(equal(size, placed), rule, input=given, places=places)


@operator
class FractionalMaxPool(Operator):
    """Fractional max pooling: the greatest element of windows that lie as evenly as a random shift lets them.

    Equation: y[n, c, i] = max_k x[n, c, s_i + k], s_i = ⌊(i + u)·α⌋ − ⌊u·α⌋, α = (size − K) / (O − 1), u random; the
        last window ends with the input
    Shapes: (N, C, size …) → (N, C, O …), or (N, C, ⌊ratio · size⌋ …)
    Parameters: none
    Counted: one comparison less than the window has elements, per output. The random shift costs nothing.
    Source: Graham, Fractional Max-Pooling (2014); torch.nn.FractionalMaxPool2d (Paddle's, without a kernel, has windows
        of other sizes)
    """

    KIND = "fractional_maxpool"
    LABEL = "pool"

    kernel: Axes = per_axis("K", "size of the window")
    out: Axes | None = per_axis("O", "size of the output", None)
    ratio: Scale | None = scale("r", "size of the output in parts of the input, between 0 and 1", None)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """(N, C, O …)."""
        batch, channels, spatial = feature_map(inputs[0])
        made = self._sizes(spatial)
        for size, kernel, out in zip(spatial, axes(self.kernel, len(spatial), "kernel"), made, strict=True):
            require(
                out + kernel - 1 <= size,
                "the windows do not fit: out + kernel − 1 must not be greater than the input",
                "Use a smaller kernel or a smaller output.",
                size=size,
                kernel=kernel,
                out=out,
            )
        return (inputs[0].like((batch, channels, *made)),)

    def _sizes(self, spatial: Shape) -> Shape:
        require((self.out is None) != (self.ratio is None), "fractional_maxpool needs either out or ratio")
        if self.ratio is None:
            return axes(1 if self.out is None else self.out, len(spatial), "out")
        ratios = self.ratio if isinstance(self.ratio, tuple) else (self.ratio,)
        require(all(0 < ratio < 1 for ratio in ratios), "the ratio must be between 0 and 1", ratio=str(ratios[0]))
        return scaled(spatial, self.ratio, "ratio")

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """A window along each axis, wherever the random shift may put it."""
        spatial = inputs[0].shape[2:]
        sizes = zip(spatial, outputs[0].shape[2:], axes(self.kernel, len(spatial), "kernel"), strict=True)
        return ((Follow(0), Follow(1), *(_somewhere(axis, *size) for axis, size in enumerate(sizes, 2))),)

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """Comparisons."""
        made, axes_ = outputs[0].elements, len(inputs[0].shape) - 2
        return (Term("compare", "maximum", made * (product(axes(self.kernel, axes_, "kernel")) - 1)),)


def _somewhere(axis: int, size: int, out: int, kernel: int) -> Follow:
    """Window i starts at ⌊i·α⌋ or, unless that is i·α, one further; the only one of out = 1 at the end."""
    free, gaps = size - kernel, max(out - 1, 1)
    ahead = free if out == 1 else 0
    return periodic(axis, gaps, free, lambda i: (ahead + i * free // gaps, ahead - (-i * free // gaps) + kernel - 1))
