"""Shapes as users type them: `3x224x224`, `1,3,224,224`, `int64[128]`, `ids:int64[1,128]`."""

from __future__ import annotations

from collections.abc import Callable

from netledger.core.errors import ShapeError, UnknownNameError, quote
from netledger.core.language import say
from netledger.core.network import DTYPE_BITS, Tensor
from netledger.core.number import value_of

__all__ = ["MAX_RANK", "parse_input", "parse_shape"]

MAX_RANK = 8
MAX_SIZE = 2**31

_HINT = "Write sizes like 3x224x224, with a type like int64[128]; in a spec, [3, size, 2 * size] for sizes by name."


def parse_input(text: str) -> tuple[str, Tensor]:
    """A name (empty if there is none) and a shape.

    >>> parse_input("ids:int64[1,128]")
    ('ids', Tensor(shape=(1, 128), dtype='int64'))
    """
    name, colon, rest = text.partition(":")
    return (name.strip(), parse_shape(rest)) if colon and name.strip() else ("", parse_shape(text))


def parse_shape(text: str, number: Callable[[str], int] | None = None) -> Tensor:
    """A shape, perhaps with an element type. With `number`, sizes between commas may be what it reads.

    Raises:
        ShapeError: if it is not one, or has too many or too large axes.
        UnknownNameError: if there is no such element type.

    >>> parse_shape("3x224x224").shape
    (3, 224, 224)

    """
    head, bracket, tail = text.strip().partition("[")
    typed = bracket and tail.endswith("]") and head.strip()
    dtype, sizes = (head.strip(), tail[:-1]) if typed else ("float32", text)
    if dtype not in DTYPE_BITS:
        raise UnknownNameError("element type", dtype, DTYPE_BITS)
    return Tensor(check_shape(tuple(_size(part, text, number) for part in _parts(sizes))), dtype)


def _parts(sizes: str) -> list[str]:
    """What stands between the signs; x is one between digits only, so that names may hold it."""
    for sign in ("X", "×"):
        sizes = sizes.replace(sign, "x")
    return sizes.split("x" if sizes.replace("x", "").replace(" ", "").isdecimal() else ",")


def _size(part: str, text: str, number: Callable[[str], int] | None) -> int:
    digits = part.strip()
    if digits.isdecimal() and digits.isascii() and len(digits) <= 10:
        return int(digits)
    if number and digits and digits != text.strip():
        return number(digits)
    raise ShapeError(say("{given} is not a shape", given=quote(text)), hint=_HINT)


def check_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape itself, if its rank and sizes are within bounds."""
    if len(shape) > MAX_RANK:
        raise ShapeError(say("a tensor has at most {most} axes; this one has {count}", most=MAX_RANK, count=len(shape)))
    for size in shape:
        if not 1 <= value_of(size) <= MAX_SIZE:
            raise ShapeError(say("a size is between 1 and 2^31; {size} is not", size=size), hint=_HINT)
    return shape
