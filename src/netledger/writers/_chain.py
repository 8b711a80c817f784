"""A formula as the chain that every writer shows: formula, substitution, value."""

from __future__ import annotations

from netledger.core.document import Formula, Frame, thousands
from netledger.core.errors import printable
from netledger.core.formula import LATEX, Style, latex_text
from netledger.core.number import Traced

__all__ = ["aligned", "chain", "in_mathematics", "worked"]


def chain(formula: Formula, style: Style) -> tuple[list[str], str]:
    """The formula and its substitution (what says something), and the value in plain text."""
    number = formula.number
    if not isinstance(number, Traced):
        return [], _plain(number)
    value = thousands(number.value)
    written = [style.formula(number)]
    if number.op != "symbol":
        written.append(style.substitution(number))
    if len(written) > 1 and written[1] == style.number(number.value):
        written.pop()  # the substitution is the value already
    return [part for part in written if part != style.symbol(formula.name)], value


def _plain(number: object) -> str:
    return thousands(number) if isinstance(number, int) and not isinstance(number, bool) else str(number)


def in_mathematics(formula: Formula, value: str) -> str:
    """The value as LaTeX between other signs: commas without a space after, words as words."""
    if isinstance(formula.number, str):
        return rf"\text{{{latex_text(value)}}}"
    return value.replace(",", "{,}").replace("−", "-")


def worked(frame: Frame, style: Style) -> tuple[list[str], str, str]:
    """The sum of a step: perhaps in symbols, in numbers, partly worked out; the sign before its value, and that."""
    from netledger.core.decimals import is_exact, real
    from netledger.core.performed import partly, shortened

    notation, number = real(style), frame.formula.number
    short = shortened(number)
    written = [notation.formula(short)] if frame.symbols else []
    written.append(notation.substitution(short))
    if (part := partly(number)) is not None:
        written.append(notation.substitution(shortened(part)))
    value = notation.number(number.value)
    parts = [text for place, text in enumerate(written) if text not in written[:place] and text != value]
    return parts, "=" if is_exact(number.value) else "≈", value


def aligned(frame: Frame) -> str:
    """The sum of a step as lines of an `aligned` in LaTeX."""
    parts, sign, value = worked(frame, LATEX)
    last = ("=" if sign == "=" else r"\approx") + f" {value}"
    lines = " \\\\\n".join(f"&{line}" for line in (*(f"= {part}" for part in parts), last))
    return f"{LATEX.symbol(printable(frame.formula.name))} {lines}"
