"""Shapes as users type them: `3x224x224`, `1,3,224,224`, `int64[128]`, `ids:int64[1,128]`."""

from __future__ import annotations

from netledger.core.errors import ShapeError, UnknownNameError, quote
from netledger.core.network import DTYPE_BITS, Tensor

__all__ = ["MAX_RANK", "parse_input", "parse_shape"]

MAX_RANK = 8
MAX_SIZE = 2**31

_HINT = "Write sizes like 3x224x224, with a type like int64[128], with a name like ids:int64[128]."


def parse_input(text: str) -> tuple[str, Tensor]:
    """A name (empty if there is none) and a shape.

    >>> parse_input("ids:int64[1,128]")
    ('ids', Tensor(shape=(1, 128), dtype='int64'))
    """
    name, colon, rest = text.partition(":")
    return (name.strip(), parse_shape(rest)) if colon and name.strip() else ("", parse_shape(text))


def parse_shape(text: str) -> Tensor:
    """A shape, perhaps with an element type.

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
    return Tensor(check_shape(tuple(_size(part, text) for part in _parts(sizes))), dtype)


def _parts(sizes: str) -> list[str]:
    for sign in ("X", "×", ",", "*"):
        sizes = sizes.replace(sign, "x")
    return sizes.split("x")


def _size(part: str, text: str) -> int:
    digits = part.strip()
    if not (digits.isdecimal() and digits.isascii() and len(digits) <= 10):
        raise ShapeError(f"{quote(text)} is not a shape", hint=_HINT)
    return int(digits)


def check_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape itself, if its rank and sizes are within bounds."""
    if len(shape) > MAX_RANK:
        raise ShapeError(f"a tensor has at most {MAX_RANK} axes; this one has {len(shape)}")
    for size in shape:
        if not 1 <= size <= MAX_SIZE:
            raise ShapeError(f"a size is between 1 and 2^31; {size} is not", hint=_HINT)
    return shape
