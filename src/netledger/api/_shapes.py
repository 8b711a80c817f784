"""What users give: shapes, sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from netledger.core.errors import SourceError, UnknownNameError
from netledger.core.network import DTYPE_BITS, Tensor
from netledger.frontends import spec
from netledger.frontends.shape import check_shape, parse_input

__all__ = ["Input", "Shape", "options", "several"]


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


Input: TypeAlias = "Shape | Iterable[int] | str | Mapping[str, Shape | Iterable[int] | str]"
"""A shape, or shapes by the names of the inputs."""


def several(names: Iterable[str]) -> tuple[str, ...]:
    """Names; a single one may come alone."""
    return (names,) if isinstance(names, str) else tuple(names)


def options(inputs: Iterable[Input], batch: int | None, let: Mapping[str, Any] | None) -> spec.Options:
    """What a front end is told besides the source."""
    if batch is not None:
        _sizes((batch,))
    given = tuple(pair for item in inputs for pair in _named(item))
    return spec.Options(given, batch, {name: str(value) for name, value in (let or {}).items()})


def _named(item: Input) -> Iterator[tuple[str, Tensor]]:
    if isinstance(item, Mapping):
        for name, shape in item.items():
            yield name, _tensor(shape)[1]
    else:
        yield _tensor(item)


def _tensor(item: Shape | Iterable[int] | str) -> tuple[str, Tensor]:
    if isinstance(item, Shape):
        return "", item.tensor
    return parse_input(item) if isinstance(item, str) else ("", Tensor(_sizes(item)))


def _sizes(sizes: Iterable[int]) -> tuple[int, ...]:
    """The sizes as plain integers: a NumPy integer could wrap."""
    import operator

    try:
        return check_shape(tuple(operator.index(size) for size in sizes))
    except TypeError:
        raise SourceError("a shape is made of whole numbers", values={"given": repr(sizes)[:100]}) from None
