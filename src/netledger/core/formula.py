r"""Traced numbers, written out: as plain text, as LaTeX, and as MathML.

Each notation is one `Style`; the tree is walked once, in one place.

>>> from netledger.core.number import Traced
>>> size, kernel = Traced.symbol("H_in", 227), Traced.symbol("K_h", 11)
>>> out = (size - kernel) // Traced.symbol("S_h", 4) + 1
>>> TEXT.formula(out), TEXT.substitution(out)
('⌊(H_in − K_h) / S_h⌋ + 1', '⌊(227 − 11) / 4⌋ + 1')
>>> LATEX.formula(out)
'\\left\\lfloor \\frac{H_{in} - K_{h}}{S_{h}} \\right\\rfloor + 1'
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from netledger.core.functions import FUNCTIONS
from netledger.core.number import Traced, value_of

__all__ = ["LATEX", "MATHML", "TEXT", "Style", "called", "latex_text", "symbols"]

LOOSE, SUM, TERM, ATOM = 0, 1, 2, 3
"""How tightly an expression binds."""

_LEVEL = {
    "+": SUM,
    "-": SUM,
    "*": TERM,
    "over": TERM,
    "sum": SUM,
    "neg": SUM,
    "/": TERM,
    "rsqrt": TERM,
    "%": LOOSE,
    "<": LOOSE,
    "<=": LOOSE,
    ">": LOOSE,
    ">=": LOOSE,
    "==": LOOSE,
}
# The least level that each operand may have without parentheses.
_OPERANDS = {
    "+": (SUM, SUM),
    "-": (SUM, TERM),
    "*": (TERM, TERM),
    "over": (TERM, ATOM),
    "/": (TERM, ATOM),
    "neg": (ATOM,),
    "power": (ATOM, ATOM),
    "root": (ATOM, ATOM),
    "%": (ATOM, ATOM),
}

_ENCLOSED = frozenset({"greatest", "abs", "rsqrt"})
"""Operations that every notation writes in brackets of its own."""


class Style(NamedTuple):
    """One notation: how an integer, a symbol, parentheses and each operation are written."""

    number: Callable[[int], str]
    symbol: Callable[[str], str]
    parentheses: Callable[[str], str]
    operations: Mapping[str, Callable[..., str]]
    call: Callable[[str, list[str]], str]  # a function of FUNCTIONS
    bare: frozenset[str]  # operations that bracket their operands themselves

    def formula(self, number: Any) -> str:
        """The number's formula in symbols."""
        return self._write(number, lambda symbol: (self.symbol_of(symbol), ATOM))[0]

    def substitution(self, number: Any) -> str:
        """The same formula with every symbol replaced by its value."""
        return self._write(number, lambda symbol: self._number(symbol.value))[0]

    def symbol_of(self, symbol: Traced) -> str:
        """A symbol as written in a formula."""
        return self.symbol(symbol.name)

    def _number(self, value: Any) -> tuple[str, int]:
        return self.number(value), ATOM if value >= 0 else SUM

    def _write(self, number: Any, leaf: Callable[[Traced], tuple[str, int]]) -> tuple[str, int]:
        if not isinstance(number, Traced):
            return self._number(number)
        if number.op == "symbol":
            return leaf(number)
        if number.op not in self.operations:
            return self.call(number.op, [self._write(arg, leaf)[0] for arg in number.args]), ATOM
        parts = [self._operand(arg, leaf, level) for arg, level in zip(number.args, self._least(number), strict=False)]
        return self.operations[number.op](*parts), _LEVEL.get(number.op, ATOM)

    def _least(self, number: Traced) -> tuple[int, ...]:
        """How tightly each operand must bind to stand without parentheses."""
        if number.op in self.bare:
            return (LOOSE,) * len(number.args)
        if number.op == "sum":
            return (SUM, *(TERM,) * (len(number.args) - 1))
        return _OPERANDS.get(number.op, (LOOSE if number.op in _ENCLOSED else SUM,) * len(number.args))

    def _operand(self, arg: Any, leaf: Callable[[Traced], tuple[str, int]], least: int) -> str:
        text, level = self._write(arg, leaf)
        return self.parentheses(text) if level < least else text


def symbols(number: Any) -> dict[str, int]:
    """Every symbol of a traced number, in order of appearance, with its value."""
    if not isinstance(number, Traced):
        return {}
    if number.op == "symbol":
        return {number.name: number.value}
    found: dict[str, int] = {}
    for arg in number.args:
        found.update(symbols(arg))
    return found


def called(number: Any, every: bool = False) -> tuple[str, ...]:
    """The functions that a formula calls, in order of appearance; with `every`, all of its operations."""
    if not isinstance(number, Traced):
        return ()
    own = (number.op,) if every or number.op in FUNCTIONS else ()
    return tuple(dict.fromkeys((*own, *(name for arg in number.args for name in called(arg, every)))))


def grouped(value: Any) -> str:
    """An integer with its digits in groups of three; a fraction as it is."""
    number: Any = value_of(value)
    return f"{number:,}" if isinstance(number, int) else str(number)


def _infix(sign: str) -> Callable[[str, str], str]:
    return lambda a, b: f"{a} {sign} {b}"


TEXT = Style(
    number=lambda value: grouped(value).replace("-", "−"),
    symbol=str,
    parentheses=lambda text: f"({text})",
    call=lambda name, parts: f"{name}({', '.join(parts)})",
    bare=frozenset({"min", "max", "gcd", "where"}),
    operations={
        "+": _infix("+"),
        "-": _infix("−"),
        "*": lambda a, b: f"{a}·{b}",
        "over": lambda a, b: f"{a}/{b}",
        "%": _infix("mod"),
        "<": _infix("<"),
        "<=": _infix("≤"),
        ">": _infix(">"),
        ">=": _infix("≥"),
        "==": _infix("="),
        "//": lambda a, b: f"⌊{_tight(a)} / {_tight(b)}⌋",
        "ceil_div": lambda a, b: f"⌈{_tight(a)} / {_tight(b)}⌉",
        "min": lambda a, b: f"min({a}, {b})",
        "max": lambda a, b: f"max({a}, {b})",
        "gcd": lambda a, b: f"gcd({a}, {b})",
        "where": lambda condition, yes, no: f"[{yes} if {condition} else {no}]",
    },
)


def _tight(text: str) -> str:
    """An operand of a one-line fraction: in parentheses unless it is a single word or already in brackets."""
    return f"({text})" if any(sign in text for sign in " ·/") and not _enclosed(text) else text


def _enclosed(text: str) -> bool:
    depth = 0
    for index, char in enumerate(text):
        depth += (char in "(⌊⌈[") - (char in ")⌋⌉]")
        if depth == 0:
            return index == len(text) - 1
    return False  # pragma: no cover  (brackets always balance)


_ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "%": r"\%",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "–": "--",
    "\n": " ",
}

# The signs that equations and notes use, in mathematics.
_SIGNS = {
    "≥": r"\ge",
    "≤": r"\le",
    "×": r"\times",
    "−": "-",
    "·": r"\cdot",
    "→": r"\to",
    "√": r"\surd",
    "∞": r"\infty",
    "Σ": r"\Sigma",
    "Π": r"\Pi",
    "⌊": r"\lfloor",
    "⌋": r"\rfloor",
    "⌈": r"\lceil",
    "⌉": r"\rceil",
    "∈": r"\in",
    "α": r"\alpha",
    "β": r"\beta",
    "γ": r"\gamma",
    "ε": r"\varepsilon",
    "μ": r"\mu",
    "σ": r"\sigma",
    "π": r"\pi",
    "Φ": r"\Phi",
    "λ": r"\lambda",
    "τ": r"\tau",
    "φ": r"\varphi",
    "δ": r"\delta",
    "ω": r"\omega",
    "≠": r"\ne",
    "⊙": r"\odot",
    "ᵀ": r"{}^{T}",
    "⁻": r"{}^{-}",
    "ˣ": "{}^{x}",
    "ᵖ": "{}^{p}",
    "ᵈ": "{}^{d}",
    "∘": r"\circ",
    "′": "'",
    **{sign: f"{{}}_{{{digit}}}" for digit, sign in enumerate("₀₁₂₃₄₅₆₇₈₉")},
    **{sign: f"{{}}^{{{digit}}}" for digit, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    **{sign: f"{{}}_{{{letter}}}" for letter, sign in zip("ijktpq", "ᵢⱼₖₜₚ", strict=False)},
    "x̂": r"\hat{x}",
    "‖": r"\Vert",
    "…": r"\ldots",
    "½": r"\tfrac{1}{2}",
    "∂": r"\partial",
    "∀": r"\forall",
}


def latex_text(text: str) -> str:
    r"""The text as LaTeX that shows it literally, on one line; signs of mathematics are set as such.

    >>> print(latex_text("50 % of a_b ≥ 1"))
    50 \% of a\_b $\ge$ 1
    """
    text = text.replace("x̂", "\0")
    made = (r"$\hat{x}$" if char == "\0" else f"${_SIGNS[char]}$" if char in _SIGNS else char for char in text)
    return "".join(_ESCAPES.get(part, part) if len(part) == 1 else part for part in made)


def _element(name: str) -> tuple[str, str]:
    """An element of a tensor, x[0,1]: the tensor and the place; no place, if it is none."""
    head, _, place = name.removesuffix("]").partition("[")
    found = name.endswith("]") and head and place.replace(",", "").isdecimal()
    return (head, place) if found else (name, "")


def _latex_symbol(name: str) -> str:
    tensor, place = _element(name)
    if place:
        return f"{_latex_symbol(tensor)}_{{{place}}}"
    head, _, subscript = name.partition("_")
    if len(head) != 1 or " " in name:
        return rf"\text{{{latex_text(name)}}}"
    head = _SIGNS.get(head, head)
    below = ",".join(
        part if part.isalnum() and part.isascii() else rf"\text{{{latex_text(part)}}}" for part in subscript.split("_")
    )
    return f"{head}_{{{below}}}" if subscript else head


LATEX = Style(
    number=lambda value: grouped(value).replace(",", "{,}"),
    symbol=_latex_symbol,
    parentheses=lambda text: rf"\left({text}\right)",
    call=lambda name, parts: rf"\operatorname{{{name.replace('_', '')}}}\left({', '.join(parts)}\right)",
    bare=frozenset({"//", "ceil_div", "min", "max", "gcd", "where"}),
    operations={
        "+": _infix("+"),
        "-": _infix("-"),
        "*": _infix(r"\cdot"),
        "over": lambda a, b: rf"\frac{{{a}}}{{{b}}}",
        "%": _infix(r"\bmod"),
        "<": _infix("<"),
        "<=": _infix(r"\le"),
        ">": _infix(">"),
        ">=": _infix(r"\ge"),
        "==": _infix("="),
        "//": lambda a, b: rf"\left\lfloor \frac{{{a}}}{{{b}}} \right\rfloor",
        "ceil_div": lambda a, b: rf"\left\lceil \frac{{{a}}}{{{b}}} \right\rceil",
        "min": lambda a, b: rf"\min\left({a}, {b}\right)",
        "max": lambda a, b: rf"\max\left({a}, {b}\right)",
        "gcd": lambda a, b: rf"\gcd\left({a}, {b}\right)",
        "where": lambda condition, yes, no: (
            rf"\begin{{cases}} {yes} & {condition} \\ {no} & \text{{otherwise}} \end{{cases}}"
        ),
    },
)


def _mo(sign: str) -> str:
    return f"<mo>{sign}</mo>"


def _mathml_infix(sign: str) -> Callable[[str, str], str]:
    return lambda a, b: f"{a}{_mo(sign)}{b}"


def _mathml_call(name: str) -> Callable[[str, str], str]:
    return lambda a, b: f"<mi>{name}</mi>{_mo('(')}{a}{_mo(',')}{b}{_mo(')')}"


def _mathml_number(value: Any) -> str:
    text = grouped(value)
    return f"<mrow>{_mo('−')}<mn>{text[1:]}</mn></mrow>" if text.startswith("-") else f"<mn>{text}</mn>"


def _mathml_symbol(name: str) -> str:
    head, _, subscript = name.partition("_")
    from html import escape  # brings every entity there is: only where it is needed

    tensor, place = _element(name)
    if place:
        return f"<msub>{_mathml_symbol(tensor)}<mtext>{escape(place)}</mtext></msub>"
    if len(head) != 1 or " " in name:
        return f"<mi>{escape(name)}</mi>"
    if not subscript:
        return f"<mi>{escape(head)}</mi>"
    return f"<msub><mi>{escape(head)}</mi><mtext>{escape(subscript.replace('_', ','))}</mtext></msub>"


def _mathml_fraction(left: str, right: str) -> Callable[[str, str], str]:
    return lambda a, b: f"<mrow>{_mo(left)}<mfrac><mrow>{a}</mrow><mrow>{b}</mrow></mfrac>{_mo(right)}</mrow>"


MATHML = Style(
    number=_mathml_number,
    symbol=_mathml_symbol,
    parentheses=lambda text: f"<mrow>{_mo('(')}{text}{_mo(')')}</mrow>",
    call=lambda name, parts: f"<mi>{name}</mi>{_mo('(')}{_mo(',').join(parts)}{_mo(')')}",
    bare=LATEX.bare,
    operations={
        "+": _mathml_infix("+"),
        "-": _mathml_infix("−"),
        "*": _mathml_infix("·"),
        "over": lambda a, b: f"<mfrac><mrow>{a}</mrow><mrow>{b}</mrow></mfrac>",
        "%": _mathml_infix("mod"),
        "<": _mathml_infix("&lt;"),
        "<=": _mathml_infix("≤"),
        ">": _mathml_infix("&gt;"),
        ">=": _mathml_infix("≥"),
        "==": _mathml_infix("="),
        "//": _mathml_fraction("⌊", "⌋"),
        "ceil_div": _mathml_fraction("⌈", "⌉"),
        "min": _mathml_call("min"),
        "max": _mathml_call("max"),
        "gcd": _mathml_call("gcd"),
        "where": lambda condition, yes, no: (
            f"<mrow>{_mo('[')}{yes}<mtext> if </mtext>{condition}<mtext> else </mtext>{no}{_mo(']')}</mrow>"
        ),
    },
)
