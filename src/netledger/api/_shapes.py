"""What users give: shapes, sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from os import PathLike
from typing import Any, TypeAlias

from netledger.core.errors import SourceError, UnknownNameError
from netledger.core.network import DTYPE_BITS, Tensor
from netledger.frontends import Options, replays
from netledger.frontends.shape import check_shape, parse_input

__all__ = ["Input", "Shape", "bare", "options", "resized", "several"]


class Shape:
    """The shape and element type of an input.

    >>> Shape(1, 128, dtype="int64")
    Shape(1, 128, dtype='int64')
    """

    __slots__ = ("tensor",)

    def __init__(self, *sizes: int, dtype: str = "float32") -> None:
        if dtype not in DTYPE_BITS:
            raise UnknownNameError("element type", dtype, DTYPE_BITS)
        self.tensor = Tensor(_sizes(sizes), dtype)

    def __repr__(self) -> str:
        return f"Shape({', '.join(map(str, self.tensor.shape))}, dtype={self.tensor.dtype!r})"


Input: TypeAlias = "Any"
"""A shape (1, 3, 224, 224), "1x3x224x224", Shape(1, 128, dtype="int64"); a dictionary of such by the names of the
inputs; for a model of a framework also nested tuples, lists and dictionaries of them, its own tensors, and values."""


def several(names: Iterable[str]) -> tuple[str, ...]:
    """Names; a single one may come alone."""
    return (names,) if isinstance(names, str) else tuple(names)


def options(
    source: object,
    inputs: Iterable[Input],
    batch: int | None,
    let: Mapping[str, Any] | None,
    kwargs: Mapping[str, Any] | None = None,
) -> Options:
    """What a front end is told besides the source."""
    if batch is not None:
        _sizes((batch,))
    text = isinstance(source, (str, PathLike)) or hasattr(source, "root")
    given = tuple(pair for item in inputs for pair in _named(item, text))
    chosen = {name: str(value) for name, value in (let or {}).items()}
    return Options(given, batch, chosen, None, {name: _value(item) for name, item in (kwargs or {}).items()})


def resized(source: object, given: Options, inputs: tuple[Tensor, ...]) -> Options:
    """The same options with other shapes, batch included: a spec takes the batch apart, a model in front.

    Raises:
        SourceError: if the inputs are no plain shapes.

    """
    if len(given.inputs) not in (0, len(inputs)) or not all(isinstance(one, Tensor) for _, one in given.inputs):
        raise SourceError("other sizes can be tried for plain shapes only", hint="Give a shape for each input.")
    if replays(source):
        return given._replace(inputs=bare(inputs), batch=inputs[0].shape[0] if inputs else given.batch)
    names = [name for name, _ in given.inputs] or [""] * len(inputs)
    return given._replace(inputs=tuple(zip(names, inputs, strict=True)), batch=None)


def bare(inputs: Iterable[Tensor]) -> tuple[tuple[str, Tensor], ...]:
    """Inputs in order, without the batch."""
    return tuple(("", tensor.like(tensor.shape[1:])) for tensor in inputs)


def _named(item: Input, text: bool) -> Iterator[tuple[str, Any]]:
    if text and isinstance(item, Mapping):
        for name, shape in item.items():
            yield str(name), _value(shape)
    elif isinstance(item, str):
        yield parse_input(item)
    elif text:
        yield "", item.tensor if isinstance(item, Shape) else Tensor(_sizes(item))
    else:
        yield "", _value(item)


def _value(item: Any) -> Any:
    """Shapes as tensors of the core, wherever they are; anything else as it is."""
    if isinstance(item, Shape):
        return item.tensor
    if isinstance(item, str):
        return parse_input(item)[1]
    if isinstance(item, Mapping):
        return {name: _value(part) for name, part in item.items()}
    if type(item) in (tuple, list):
        if item and all(_is_size(part) for part in item):
            return Tensor(_sizes(item))
        return type(item)(map(_value, item))
    return item


def _is_size(value: Any) -> bool:
    return hasattr(type(value), "__index__") and not isinstance(value, bool) and not hasattr(value, "shape")


def _sizes(sizes: Iterable[int]) -> tuple[int, ...]:
    """The sizes as plain integers: a NumPy integer could wrap."""
    import operator

    try:
        return check_shape(tuple(operator.index(size) for size in sizes))
    except TypeError:
        raise SourceError("a shape is made of whole numbers", values={"given": repr(sizes)[:100]}) from None
