"""What follows from constants in TensorFlow's graphs: sizes, axes, scales. Only of few numbers; nothing else runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

__all__ = ["folded"]

_WORKED: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(("AddV2", "Add"), numpy.add),
    "Sub": numpy.subtract,
    "Mul": numpy.multiply,
    "RealDiv": numpy.divide,
    "FloorDiv": numpy.floor_divide,
    "Maximum": numpy.maximum,
    "Minimum": numpy.minimum,
    "Sqrt": numpy.sqrt,
    "Rsqrt": lambda x: 1 / numpy.sqrt(x),
    "Square": numpy.square,
    "Neg": numpy.negative,
    "Pow": numpy.power,
    "Fill": lambda sizes, value: numpy.full(tuple(sizes), value),
    "Range": numpy.arange,
    "ConcatV2": lambda *parts: numpy.concatenate(parts[:-1], int(parts[-1])),
    "Prod": lambda x, axes: numpy.prod(x, tuple(numpy.reshape(axes, -1))),
    **dict.fromkeys(("Identity", "StopGradient"), lambda x: x),
    **dict.fromkeys(("Reshape", "ExpandDims", "Squeeze"), lambda x, *_: x),
    "GatherV2": lambda x, places, axis: numpy.take(x, places, int(axis)),
}
"""Numbers from numbers; afterwards they are put in the shape that TensorFlow says."""


def folded(operation: Any, values: list[Any], shape: tuple[int, ...]) -> Any:
    """The numbers that an operation makes of numbers; None if it is not known how."""
    try:
        if operation.type == "Cast":
            made = numpy.asarray(values[0]).astype(operation.outputs[0].dtype.as_numpy_dtype)
        elif operation.type == "Pack":
            made = numpy.stack(values, operation.get_attr("axis"))
        elif operation.type == "StridedSlice":
            made = numpy.asarray(values[0])[_places(operation, *(tuple(map(int, one)) for one in values[1:]))]
        else:
            made = _WORKED[operation.type](*values)
        return numpy.reshape(made, shape)
    except (KeyError, ArithmeticError, ValueError, TypeError, IndexError):
        return None


def _places(operation: Any, begin: Any, end: Any, step: Any) -> tuple[Any, ...]:
    """What a strided slice takes, as an index of numpy's."""

    def has(name: str, place: int) -> bool:
        return bool(operation.get_attr(f"{name}_mask") >> place & 1)

    found: list[Any] = []
    for place, start in enumerate(begin):
        if has("ellipsis", place):
            found.append(...)
        elif has("new_axis", place):
            found.append(None)
        elif has("shrink_axis", place):
            found.append(start)
        else:
            first, last = (None if has(name, place) else at for name, at in (("begin", start), ("end", end[place])))
            found.append(slice(first, last, step[place]))
    return tuple(found)
