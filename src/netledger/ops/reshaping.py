"""Seeing the same elements in another shape."""

from __future__ import annotations

from netledger.core.language import say
from netledger.core.network import Tensor
from netledger.core.number import Shape, equal, product, require
from netledger.core.operator import Operator, Readings, axis_of, flag, index, numbers, operator
from netledger.core.reach import Follow, Reads, reshaped, whole

__all__ = ["Expand", "Flatten", "Permute", "Reshape", "Squeeze", "Transpose", "Unsqueeze"]


@operator
class Flatten(Operator):
    """Several axes made one.

    Equation: y = x, seen in another shape
    Shapes: (N, C, size …) → (N, C · size …), or any other run of axes
    Parameters: none
    Counted: nothing.
    Source: torch.nn.Flatten
    """

    KIND = "flatten"
    VIEW = True

    start: int = index("the first axis to flatten (0 is the batch)", 1)
    end: int = index("the last axis to flatten", -1)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The axes from start to end become one."""
        tensor = inputs[0]
        first, last = axis_of(self.start, tensor), axis_of(self.end, tensor)
        require(first <= last, "the first axis must not come after the last", start=self.start, end=self.end)
        shape = tensor.shape
        return (tensor.like((*shape[:first], product(shape[first : last + 1]), *shape[last + 1 :])),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Axes that stay are read in step."""
        return (reshaped(inputs[0].shape, outputs[0].shape),)


@operator
class Reshape(Operator):
    """The same elements in another shape; the batch stays, unless all axes are given.

    Equation: y = x, seen in another shape
    Shapes: (N, …) → (N, shape …), or with whole: any → (shape …); one size may be −1: whatever remains
    Parameters: none
    Counted: nothing.
    Source: torch.reshape
    """

    KIND = "reshape"
    VIEW = True

    shape: tuple[int, ...] = numbers("sizes after the batch; one may be -1", least=-1)
    whole: bool = flag(False, "the sizes are those of all axes, the batch included")

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """(N, shape …), or (shape …)."""
        tensor = inputs[0]
        require(self.whole or len(tensor.shape) >= 1, "the input must have a batch", input=tensor.shape)
        batch = () if self.whole else tensor.shape[:1]
        elements = product(tensor.shape[len(batch) :])
        known = product(size for size in self.shape if size != -1)
        free = self.shape.count(-1)
        require(0 not in self.shape, "a size must not be 0", shape=self.shape)
        require(free <= 1, "only one size may be -1", shape=self.shape)
        require(
            equal(elements % known, 0) if free else equal(elements, known),
            "the sizes must hold as many elements as the input",
            "Leave one size as -1 and it is computed.",
            elements=elements,
            shape=self.shape,
        )
        rest = elements // known
        return (tensor.like((*batch, *(rest if size == -1 else size for size in self.shape))),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Axes that stay are read in step."""
        return (reshaped(inputs[0].shape, outputs[0].shape),)


def _moved(order: tuple[int, ...]) -> Reads:
    """Axis a of the input is where the order says a."""
    return tuple(Follow(order.index(axis)) for axis in range(len(order)))


@operator
class Permute(Operator):
    """The axes in another order.

    Equation: y = x, its axes in another order
    Shapes: any → the sizes in the order given
    Parameters: none
    Counted: nothing.
    Source: torch.permute
    """

    KIND = "permute"
    VIEW = True

    axes: tuple[int, ...] = numbers("which axis of the input each axis of the output is (0 is the batch)", least=None)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The sizes in order."""
        return (inputs[0].like(tuple(inputs[0].shape[axis] for axis in self._order(inputs[0]))),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Each axis where it now is."""
        return (_moved(self._order(inputs[0])),)

    def _order(self, tensor: Tensor) -> tuple[int, ...]:
        order = tuple(axis_of(axis, tensor) for axis in self.axes)
        rule = "every axis must be given once"
        require(sorted(order) == list(range(len(tensor.shape))), rule, axes=self.axes, input=tensor.shape)
        return order


@operator
class Transpose(Operator):
    """Two axes change places.

    Equation: y[…, j, …, i, …] = x[…, i, …, j, …]
    Shapes: any → the same, but for two sizes
    Parameters: none
    Counted: nothing.
    Source: torch.transpose
    """

    KIND = "transpose"
    VIEW = True

    first: int = index("one axis (0 is the batch)", -2)
    second: int = index("another axis", -1)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Two sizes change places."""
        return (inputs[0].like(tuple(inputs[0].shape[axis] for axis in self._order(inputs[0]))),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Each axis where it now is."""
        return (_moved(self._order(inputs[0])),)

    def _order(self, tensor: Tensor) -> tuple[int, ...]:
        a, b = axis_of(self.first, tensor), axis_of(self.second, tensor)
        return tuple(b if axis == a else a if axis == b else axis for axis in range(len(tensor.shape)))


@operator
class Squeeze(Operator):
    """Axes of size 1 left out.

    Equation: y = x, seen in another shape
    Shapes: (…, 1, …) → (…, …)
    Parameters: none
    Counted: nothing.
    Source: torch.squeeze
    """

    KIND = "squeeze"
    VIEW = True

    axes: tuple[int, ...] = numbers("which axes (0 is the batch)", least=None)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Without the axes."""
        shape, gone = inputs[0].shape, {axis_of(axis, inputs[0]) for axis in self.axes}
        for axis in sorted(gone):
            require(equal(shape[axis], 1), say("axis {axis} must have size 1", axis=axis), axes=self.axes)
        return (inputs[0].like(tuple(size for axis, size in enumerate(shape) if axis not in gone)),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Axes that stay are read in step."""
        gone = {axis_of(axis, inputs[0]) for axis in self.axes}
        left = [axis for axis in range(len(inputs[0].shape)) if axis not in gone]
        places = range(len(inputs[0].shape))
        return (tuple(whole(1) if axis in gone else Follow(left.index(axis)) for axis in places),)


@operator
class Unsqueeze(Operator):
    """One more axis, of size 1.

    Equation: y = x, seen in another shape
    Shapes: (…, …) → (…, 1, …)
    Parameters: none
    Counted: nothing.
    Source: torch.unsqueeze
    """

    KIND = "unsqueeze"
    VIEW = True

    axis: int = index("where the axis comes to be (0: before the batch)", 1)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """With the axis."""
        shape, place = inputs[0].shape, self._place(inputs[0])
        return (inputs[0].like((*shape[:place], 1, *shape[place:])),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Each axis where it now is."""
        place = self._place(inputs[0])
        return (tuple(Follow(axis + (axis >= place)) for axis in range(len(inputs[0].shape))),)

    def _place(self, tensor: Tensor) -> int:
        """Counted from the end, if negative."""
        return axis_of(self.axis, tensor.like((*tensor.shape, 1)))


@operator
class Expand(Operator):
    """Axes of size 1 made longer: the same elements again and again.

    Equation: y[…, i, …] = x[…, 0, …]
    Shapes: (…, 1, …) → (…, size, …); −1 keeps a size; there may be more axes before
    Parameters: none
    Counted: nothing.
    Source: torch.Tensor.expand
    """

    KIND = "expand"

    sizes: tuple[int, ...] = numbers("the size of each axis, the batch included; -1 keeps it", least=-1)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The sizes."""
        shape, more = inputs[0].shape, len(self.sizes) - len(inputs[0].shape)
        require(more >= 0, "there must be a size for each axis", sizes=self.sizes, input=shape)
        require(0 not in self.sizes, "a size must not be 0", sizes=self.sizes)
        require(-1 not in self.sizes[:more], "an axis that is new needs a size", sizes=self.sizes, input=shape)
        kept = tuple(self._expanded(size, wanted) for size, wanted in zip(shape, self.sizes[more:], strict=True))
        return (inputs[0].like((*self.sizes[:more], *kept)),)

    def _expanded(self, size: int, wanted: int) -> int:
        if wanted == -1:
            return size
        rule = "only an axis of size 1 can be expanded"
        require(equal((size - 1) * (size - wanted), 0), rule, size=size, wanted=wanted)
        return wanted

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """In step, but for what is repeated."""
        return (_broadcast_reads(inputs[0].shape, outputs[0].shape),)


def _broadcast_reads(shape: Shape, made: Shape) -> Reads:
    more = len(made) - len(shape)
    return tuple(Follow(axis + more) if size == made[axis + more] else whole(size) for axis, size in enumerate(shape))
