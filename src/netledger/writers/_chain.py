"""A formula as the chain that every writer shows: formula, substitution, value."""

from __future__ import annotations

from netledger.core.document import Formula, thousands
from netledger.core.formula import Style, latex_text
from netledger.core.number import Traced

__all__ = ["chain", "in_mathematics"]


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
