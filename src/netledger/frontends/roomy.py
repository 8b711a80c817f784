"""Room on Python's own stack, for what calls deeply.

Python keeps the frames of calls in chunks of 16 KB, and asks the system for the next chunk whenever a call crosses the
end of one: a trace that goes up and down there, for each of thousands of operations, takes up to twice as long,
depending on how deep it happened to begin. A frame that asks for much gets a large chunk, whose rest serves all calls
within.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["roomy"]

_Made = TypeVar("_Made")

_WORDS = 2**15 + 1024
"""Just over a half of the chunk that it takes: as much again is left, some 250 KB."""


def _called(function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    return function(*args)


_called.__code__ = _called.__code__.replace(co_stacksize=_WORDS)


def roomy(function: Callable[..., _Made], *args: Any) -> _Made:
    """What a function answers.

    >>> roomy(max, 2, 3)
    3

    """
    made: _Made = _called(function, args)
    return made
