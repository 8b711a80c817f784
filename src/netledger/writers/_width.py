"""How many columns of a terminal a text takes."""

from __future__ import annotations

__all__ = ["left", "right", "wide"]


def wide(text: str) -> int:
    """How many columns of a terminal a text takes: a Chinese character takes two.

    >>> wide("kernel"), wide("卷积核")
    (6, 6)
    """
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum((east_asian_width(char) in "WF") + (not combining(char)) for char in text)


def left(text: str, width: int) -> str:
    """The text at the left of so many columns."""
    return text + " " * (width - wide(text))


def right(text: str, width: int) -> str:
    """The text at the right of so many columns."""
    return " " * (width - wide(text)) + text
