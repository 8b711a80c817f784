"""How the pages of bench write tables and numbers."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["ms", "number", "one_line", "signed", "table"]


def table(head: list[str], rows: Iterable[list[str]]) -> str:
    """A table of Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def one_line(error: str) -> str:
    """What a tool says when it fails, short enough for a cell."""
    text = " ".join(error.replace("|", "\\|").replace("<", "&lt;").split())
    return text if len(text) <= 160 else text[:159] + "…"


def ms(seconds: float | None) -> str:
    """Seconds as milliseconds; nothing if they are not known."""
    return "" if seconds is None else f"{1000 * seconds:,.1f}"


def number(ratio: float | None) -> str:
    """Three digits of a ratio."""
    return "" if ratio is None else f"{ratio:.1f}" if ratio >= 10 else f"{ratio:.2f}"


def signed(share: float) -> str:
    """A share as percent with its sign; nothing if it is none."""
    return "" if not share else f"{100 * share:+.1f} %".replace("-", "−")
