"""Shapes as users type them: `3x224x224`, `1,3,224,224`, `int64[128]`, `ids:int64[1,128]`."""

from __future__ import annotations

import re

from netledger.core.errors import ShapeError, UnknownNameError, quote
from netledger.core.network import DTYPE_BITS, Tensor

__all__ = ["MAX_RANK", "parse_input", "parse_shape"]

MAX_RANK = 8
MAX_SIZE = 2**31

_HINT = "Write sizes like 3x224x224, with a type like int64[128], with a name like ids:int64[128]."
_TYPED = re.compile(r"\s*(?P<dtype>[A-Za-z]\w*)\s*\[(?P<sizes>[^\[\]]*)\]\s*")
_SIZES = re.compile(r"\s*[0-9]{1,10}(?:\s*[x×,*]\s*[0-9]{1,10})*\s*", re.IGNORECASE)
_NAMED = re.compile(r"\s*(?P<name>[A-Za-z_]\w*)\s*[:=](?P<rest>.*)", re.DOTALL)


def parse_input(text: str) -> tuple[str, Tensor]:
    """A name (empty if there is none) and a shape.

    >>> parse_input("ids:int64[1,128]")
    ('ids', Tensor(shape=(1, 128), dtype='int64'))
    """
    match = _NAMED.fullmatch(text)
    return (match["name"], parse_shape(match["rest"])) if match else ("", parse_shape(text))


def parse_shape(text: str) -> Tensor:
    """A shape, perhaps with an element type.

    Raises:
        ShapeError: if it is not one, or has too many or too large axes.
        UnknownNameError: if there is no such element type.

    >>> parse_shape("3x224x224").shape
    (3, 224, 224)
    """
    typed = _TYPED.fullmatch(text)
    dtype, sizes = (typed["dtype"], typed["sizes"]) if typed else ("float32", text)
    if dtype not in DTYPE_BITS:
        raise UnknownNameError("element type", dtype, DTYPE_BITS)
    if not _SIZES.fullmatch(sizes):
        raise ShapeError(f"{quote(text)} is not a shape", hint=_HINT)
    return Tensor(check_shape(tuple(int(size) for size in re.split(r"[xX×,*]", sizes))), dtype)


def check_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape itself, if its rank and sizes are within bounds."""
    if len(shape) > MAX_RANK:
        raise ShapeError(f"a tensor has at most {MAX_RANK} axes; this one has {len(shape)}")
    for size in shape:
        if not 1 <= size <= MAX_SIZE:
            raise ShapeError(f"a size is between 1 and 2^31; {size} is not", hint=_HINT)
    return shape
