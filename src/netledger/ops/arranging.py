"""Elements elsewhere, several times, or of another type: copies, without arithmetic."""

from __future__ import annotations

from netledger.core.network import DTYPE_BITS, Tensor
from netledger.core.number import Number, equal, require
from netledger.core.operator import Operator, Readings, axis_of, choice, index, number, numbers, operator
from netledger.core.reach import Follow, pointwise
from netledger.ops._broadcast import axes_of

__all__ = ["Cast", "Flip", "RepeatInterleave", "Roll", "Stack", "Tile", "Tril", "Triu"]


@operator
class Stack(Operator):
    """Several tensors side by side along an axis of their own.

    Equation: y[n, i, …] = xᵢ[n, …]
    Shapes: count × (N, …) → (N, count, …), or along another axis
    Parameters: none
    Counted: nothing.
    Source: torch.stack
    """

    KIND = "stack"
    INPUTS = (1, 10_000)

    axis: int = index("where the axis comes to be (0: before the batch)", 1)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """One more axis, as long as there are inputs."""
        shape = inputs[0].shape
        for other in inputs[1:]:
            rule = "all inputs must have the same shape"
            require(len(other.shape) == len(shape), rule, first=shape, other=other.shape)
            for mine, theirs in zip(shape, other.shape, strict=True):
                require(equal(mine, theirs), rule, first=shape, other=other.shape)
        place = self._place(inputs[0])
        return (inputs[0].like((*shape[:place], len(inputs), *shape[place:])),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Each axis where it now is."""
        place = self._place(inputs[0])
        follows = tuple(Follow(axis + (axis >= place)) for axis in range(len(inputs[0].shape)))
        return (follows,) * len(inputs)

    def _place(self, tensor: Tensor) -> int:
        """Counted from the end, if negative."""
        return axis_of(self.axis, tensor.like((*tensor.shape, 1)))


@operator
class Flip(Operator):
    """The order along axes reversed.

    Equation: y[i] = x[size − 1 − i]
    Shapes: any → the same
    Parameters: none
    Counted: nothing.
    Source: torch.flip
    """

    KIND = "flip"

    axes: tuple[int, ...] | None = numbers("which axes (0 is the batch); all but the batch, if left out", None, None)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The same shape."""
        axes_of(self.axes, inputs[0])
        return inputs

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """One place each, but not in step."""
        turned = axes_of(self.axes, inputs[0])
        return (tuple(Follow(axis, None) if axis in turned else Follow(axis) for axis in range(len(inputs[0].shape))),)


@operator
class Roll(Operator):
    """Elements moved along an axis; what leaves at the end comes in at the start.

    Equation: y[i] = x[(i − shift) mod size]
    Shapes: any → the same
    Parameters: none
    Counted: nothing.
    Source: torch.roll
    """

    KIND = "roll"

    shift: int = index("how far; towards the start, if negative")
    axis: int = index("along which axis (0 is the batch)", 1)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The same shape."""
        axis_of(self.axis, inputs[0])
        return inputs

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """One place each, but not in step."""
        turned = axis_of(self.axis, inputs[0])
        return (tuple(Follow(axis, None) if axis == turned else Follow(axis) for axis in range(len(inputs[0].shape))),)


@operator
class Tile(Operator):
    """A tensor put side by side with itself.

    Equation: y[i] = x[i mod size]
    Shapes: (size …) → (times·size …); if times has more numbers, there are axes of size 1 before
    Parameters: none
    Counted: nothing.
    Source: torch.tile, torch.Tensor.repeat
    """

    KIND = "tile"

    times: tuple[int, ...] = numbers("how often along each axis, the batch included")

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Sizes times times; axes are aligned at the end."""
        shape = inputs[0].shape
        rank = max(len(shape), len(self.times))
        sizes = (*(1,) * (rank - len(shape)), *shape)
        times = (*(1,) * (rank - len(self.times)), *self.times)
        return (inputs[0].like(tuple(size * often for size, often in zip(sizes, times, strict=True))),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """One place each; where it is repeated, not in step."""
        shape, made = inputs[0].shape, outputs[0].shape
        more = len(made) - len(shape)
        return (
            tuple(
                Follow(axis + more) if size == made[axis + more] else Follow(axis + more, None)
                for axis, size in enumerate(shape)
            ),
        )


@operator
class RepeatInterleave(Operator):
    """Every element of an axis several times, one after the other.

    Equation: y[i] = x[⌊i / times⌋]
    Shapes: (N, C, …) → (N, times·C, …), or along another axis
    Parameters: none
    Counted: nothing.
    Source: torch.repeat_interleave
    """

    KIND = "repeat_interleave"

    times: Number = number("R", "how often")
    axis: int = index("along which axis (0 is the batch)", 1)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """One size times times."""
        axis, shape = axis_of(self.axis, inputs[0]), inputs[0].shape
        return (inputs[0].like((*shape[:axis], shape[axis] * self.times, *shape[axis + 1 :])),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """One place each, but not in step along the axis."""
        axis = axis_of(self.axis, inputs[0])
        places = range(len(inputs[0].shape))
        return (tuple(Follow(place, None) if place == axis else Follow(place) for place in places),)


@operator
class _Triangle(Operator):
    """A part of each matrix; 0 elsewhere."""

    diagonal: int = index("which diagonal is the border; above the main one, if positive", 0)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The same shape."""
        require(len(inputs[0].shape) >= 2, "the input must have at least two axes", input=inputs[0].shape)
        return inputs

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Element by element."""
        return (pointwise(inputs[0], outputs[0]),)


class Tril(_Triangle):
    """The lower triangle of each matrix; 0 elsewhere.

    Equation: y[…, i, j] = x[…, i, j] if j ≤ i + diagonal, else 0
    Shapes: (…, n, m) → the same
    Parameters: none
    Counted: nothing: which elements stay follows from their places.
    Source: torch.tril
    """

    __slots__ = ()

    KIND = "tril"


class Triu(_Triangle):
    """The upper triangle of each matrix; 0 elsewhere.

    Equation: y[…, i, j] = x[…, i, j] if j ≥ i + diagonal, else 0
    Shapes: (…, n, m) → the same
    Parameters: none
    Counted: nothing: which elements stay follows from their places.
    Source: torch.triu
    """

    __slots__ = ()

    KIND = "triu"


@operator
class Cast(Operator):
    """The same elements as another type.

    Equation: y = x
    Shapes: any → the same
    Parameters: none
    Counted: nothing.
    Source: torch.Tensor.to
    """

    KIND = "cast"

    dtype: str = choice(tuple(DTYPE_BITS), "the element type")

    @property
    def TYPES(self) -> tuple[str, ...]:  # type: ignore[override]  # noqa: N802
        """The type chosen."""
        return (self.dtype,)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The same shape, of another type."""
        return (Tensor(inputs[0].shape, self.dtype),)
