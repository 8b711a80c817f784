"""Choosing elements by their place: slices, and places that are given as a tensor."""

from __future__ import annotations

from netledger.core.language import say
from netledger.core.network import Tensor
from netledger.core.number import Number, Shape, ceil_div, maximum, minimum, require, where
from netledger.core.operator import Operator, Readings, axis_of, index, number, operator
from netledger.core.reach import Follow, Reach, Reads, pointwise, whole
from netledger.core.work import Term

__all__ = ["Gather", "IndexSelect", "OneHot", "Scatter", "ScatterAdd", "Select", "Slice"]


@operator
class Select(Operator):
    """One place of an axis; the axis goes.

    Equation: y[…, …] = x[…, place, …]
    Shapes: (N, C, …) → (N, …), or without another axis
    Parameters: none
    Counted: nothing.
    Source: torch.select
    """

    KIND = "select"
    VIEW = True

    axis: int = index("along which axis (0 is the batch)", 1)
    place: int = index("which place; from the end, if negative", 0)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Without the axis."""
        axis, shape = axis_of(self.axis, inputs[0]), inputs[0].shape
        inside = self.place + 1 <= shape[axis] if self.place >= 0 else shape[axis] >= -self.place
        require(inside, say("there is no place {place}", place=self.place), place=self.place, size=shape[axis])
        return (inputs[0].like((*shape[:axis], *shape[axis + 1 :])),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """One place."""
        axis, shape = axis_of(self.axis, inputs[0]), inputs[0].shape
        place = self.place % shape[axis]
        fixed = Follow(None, Reach(1, 0, ((place, place),)))
        return (tuple(fixed if at == axis else Follow(at - (at > axis)) for at in range(len(shape))),)


@operator
class Slice(Operator):
    """Some places of an axis, in equal steps.

    Equation: y[i] = x[start + i·step], along one axis, for places before stop
    Shapes: (N, C, …) → (N, ⌈(stop − start) / step⌉, …), or along another axis
    Parameters: none
    Counted: nothing.
    Source: Python's slices: places from the end are negative, and none lies outside
    """

    KIND = "slice"
    VIEW = True

    axis: int = index("along which axis (0 is the batch)", 1)
    start: Number = number("A", "the first place", 0, least=None)
    stop: Number | None = number("E", "the place after the last; the end, if left out", None, least=None)
    step: Number = number("S", "from one place to the next", 1)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """As many as fit."""
        axis, shape = axis_of(self.axis, inputs[0]), inputs[0].shape
        first, last = self._ends(shape[axis])
        count = ceil_div(last - first, self.step)
        require(count >= 1, "the output would be empty", "Start before the stop.", start=first, stop=last)
        return (inputs[0].like((*shape[:axis], count, *shape[axis + 1 :])),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Further on, in steps."""
        axis, shape = axis_of(self.axis, inputs[0]), inputs[0].shape
        first, _ = self._ends(shape[axis])
        along = Follow(axis, Reach(1, self.step, ((first, first),)))
        return (tuple(along if at == axis else Follow(at) for at in range(len(shape))),)

    def _ends(self, size: Number) -> tuple[Number, Number]:
        return _inside(self.start, size), size if self.stop is None else _inside(self.stop, size)


def _inside(place: Number, size: Number) -> Number:
    """Counted from the end, if negative; not outside."""
    return minimum(maximum(where(place < 0, place + size, place), 0), size)


def _beside(first: Shape, second: Shape, axis: int, what: str) -> None:
    """Raise a ShapeError unless the second is at most as long as the first on every axis but one."""
    require(len(first) == len(second), say("the {what} must have as many axes", what=what), first=first, second=second)
    for place, (size, other) in enumerate(zip(first, second, strict=True)):
        require(
            place == axis or other <= size,
            say("the {what} must not be longer, on any axis but axis {axis}", what=what, axis=axis),
            first=first,
            second=second,
        )


def _in_step(shape: Shape, axis: int) -> Reads:
    """One axis as a whole, the others in step."""
    return tuple(whole(size) if place == axis else Follow(place) for place, size in enumerate(shape))


@operator
class Gather(Operator):
    """Elements of an axis, the place of each given by an index.

    Equation: y[n, i, …] = x[n, index[n, i, …], …], along one axis
    Shapes: x and an index with as many axes, not longer than x on the others → the shape of the index
    Parameters: none
    Counted: nothing.
    Source: torch.gather
    """

    KIND = "gather"
    INPUTS = (2, 2)

    axis: int = index("along which axis (0 is the batch)", 1)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The shape of the index."""
        _beside(inputs[0].shape, inputs[1].shape, axis_of(self.axis, inputs[0]), "index")
        return (inputs[0].like(inputs[1].shape),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Any place of the axis, as the index says."""
        axis = axis_of(self.axis, inputs[0])
        return _in_step(inputs[0].shape, axis), pointwise(inputs[1], outputs[0])


@operator
class IndexSelect(Operator):
    """Places of an axis, given by a list of indices.

    Equation: y[n, i, …] = x[n, index[i], …], along one axis
    Shapes: (N, C, …), (L) → (N, L, …), or along another axis
    Parameters: none
    Counted: nothing.
    Source: torch.index_select
    """

    KIND = "index_select"
    INPUTS = (2, 2)

    axis: int = index("along which axis (0 is the batch)", 1)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """As many as there are indices."""
        axis, shape, places = axis_of(self.axis, inputs[0]), inputs[0].shape, inputs[1].shape
        require(len(places) == 1, "the index must have one axis", index=places)
        return (inputs[0].like((*shape[:axis], places[0], *shape[axis + 1 :])),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Any place of the axis, as the index says."""
        axis = axis_of(self.axis, inputs[0])
        return _in_step(inputs[0].shape, axis), (Follow(axis),)


@operator
class _Scattering(Operator):
    """Elements put to places of an axis, each given by an index."""

    INPUTS = (3, 3)

    axis: int = index("along which axis (0 is the batch)", 1)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The shape of what they are put into."""
        into, places, source = (tensor.shape for tensor in inputs)
        axis = axis_of(self.axis, inputs[0])
        _beside(into, places, axis, "index")
        _beside(source, places, -1, "index")
        return (inputs[0],)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Any place of the axis, as the index says."""
        axis = axis_of(self.axis, inputs[0])
        rest = (_in_step(tensor.shape, axis) for tensor in inputs[1:])
        return pointwise(inputs[0], outputs[0]), *rest


class Scatter(_Scattering):
    """Elements put to places of an axis, each given by an index.

    Equation: y = x, but y[n, index[n, i, …], …] = source[n, i, …]
    Shapes: x, an index that is not longer than x on the other axes, a source at least as long → x
    Parameters: none
    Counted: nothing.
    Source: torch.scatter
    """

    __slots__ = ()

    KIND = "scatter"


class ScatterAdd(_Scattering):
    """Elements added to places of an axis, each given by an index.

    Equation: y = x, and y[n, index[n, i, …], …] += source[n, i, …]
    Shapes: x, an index that is not longer than x on the other axes, a source at least as long → x
    Parameters: none
    Counted: one addition per element of the index.
    Source: torch.scatter_add
    """

    __slots__ = ()

    KIND = "scatter_add"

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """An addition per element that is put."""
        return (Term("add", "overlap", inputs[1].elements),)


@operator
class OneHot(Operator):
    """A 1 at the place that a whole number says, 0 elsewhere.

    Equation: y[…, c] = 1 if x[…] = c, else 0
    Shapes: (…) of whole numbers → (…, count)
    Parameters: none
    Counted: nothing: the 1 is put to its place.
    Source: torch.nn.functional.one_hot
    """

    KIND = "one_hot"
    TYPES = ("int64",)

    count: Number = number("V", "how many places")

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """(…, count), of whole numbers."""
        return (Tensor((*inputs[0].shape, self.count), "int64"),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """The number in its place."""
        return (tuple(map(Follow, range(len(inputs[0].shape)))),)
