"""Real numbers, and what was worked out on them, written out: exact decimals where they end, else rounded.

>>> from fractions import Fraction
>>> decimal(Fraction(7, 2)), decimal(Fraction(1, 3)), decimal(-2), decimal(1e-7)
('3.5', '0.3333', '−2', '1e−7')
>>> is_exact(Fraction(7, 2)), is_exact(Fraction(1, 3)), is_exact(0.5)
(True, False, False)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from netledger.core.formula import LATEX, MATHML, TEXT, Style

__all__ = ["decimal", "is_exact", "real"]

DIGITS = 4
MOST = 12
"""How many digits an exact decimal may have; a longer one is rounded."""


def is_exact(value: Any) -> bool:
    """Whether `decimal` writes the number itself: a float never is what was meant, but for infinity."""
    if isinstance(value, float):
        return math.isinf(value)
    return _ending(value) is not None


def decimal(value: Any) -> str:
    """The digits of a number, with the sign of a subtraction."""
    if isinstance(value, float) and math.isinf(value):
        return "∞" if value > 0 else "−∞"
    ending = None if isinstance(value, float) else _ending(value)
    return (ending if ending is not None else _rounded(float(value))).replace("-", "−")


def _rounded(value: float) -> str:
    text = f"{value:.{DIGITS}g}"
    digits, e, exponent = text.partition("e")
    return f"{digits}e{int(exponent)}" if e else digits


def _ending(value: Any) -> str | None:
    """The decimal of a whole number or a fraction, if it ends soon enough."""
    places, rest = 0, value.denominator
    while rest > 1 and places <= MOST:
        rest //= math.gcd(rest, 10)
        places += 1
        if math.gcd(rest, 10) == 1 and rest > 1:
            return None
    scaled = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    if rest > 1 or len(scaled) > MOST + 4:
        return None
    cut = len(scaled) - places
    return ("-" if value < 0 else "") + (f"{scaled[:cut]}.{scaled[cut:]}" if places else scaled)


def _join(sign: str) -> Callable[..., str]:
    return lambda *parts: sign.join(parts)


_REAL_TEXT = TEXT._replace(
    number=decimal,
    operations={
        **TEXT.operations,
        "sum": _join(" + "),
        "greatest": lambda *parts: f"max({', '.join(parts)})",
        "/": lambda a, b: f"{a} / {b}",
        "dots": lambda: "…",
        "neg": lambda a: f"−{a}",
        "abs": lambda a: f"|{a}|",
        "power": lambda a, b: f"{a}^{b}",
        "root": lambda a, b: f"{a}^(1/{b})",
        "rsqrt": lambda a: f"1 / √({a})",
    },
)


def _latex_number(value: Any) -> str:
    digits, e, exponent = decimal(value).replace("−", "-").replace("∞", r"\infty").partition("e")
    return rf"{digits} \cdot 10^{{{exponent}}}" if e else digits


_REAL_LATEX = LATEX._replace(
    number=_latex_number,
    operations={
        **LATEX.operations,
        "sum": _join(" + "),
        "greatest": lambda *parts: rf"\max\left({', '.join(parts)}\right)",
        "/": lambda a, b: rf"\frac{{{a}}}{{{b}}}",
        "dots": lambda: r"\ldots",
        "neg": lambda a: f"-{a}",
        "abs": lambda a: rf"\left|{a}\right|",
        "power": lambda a, b: f"{{{a}}}^{{{b}}}",
        "root": lambda a, b: f"{{{a}}}^{{1/{b}}}",
        "rsqrt": lambda a: rf"\frac{{1}}{{\sqrt{{{a}}}}}",
    },
)


def _mathml_number(value: Any) -> str:
    text = decimal(value)
    return f"<mrow><mo>−</mo><mn>{text[1:]}</mn></mrow>" if text.startswith("−") else f"<mn>{text}</mn>"


_REAL_MATHML = MATHML._replace(
    number=_mathml_number,
    operations={
        **MATHML.operations,
        "sum": _join("<mo>+</mo>"),
        "greatest": lambda *parts: f"<mi>max</mi><mo>(</mo>{'<mo>,</mo>'.join(parts)}<mo>)</mo>",
        "/": lambda a, b: f"<mfrac><mrow>{a}</mrow><mrow>{b}</mrow></mfrac>",
        "dots": lambda: "<mo>…</mo>",
        "neg": lambda a: f"<mo>−</mo>{a}",
        "abs": lambda a: f"<mrow><mo>|</mo>{a}<mo>|</mo></mrow>",
        "power": lambda a, b: f"<msup><mrow>{a}</mrow><mrow>{b}</mrow></msup>",
        "root": lambda a, b: f"<msup><mrow>{a}</mrow><mrow><mn>1</mn><mo>/</mo>{b}</mrow></msup>",
        "rsqrt": lambda a: f"<mfrac><mn>1</mn><msqrt>{a}</msqrt></mfrac>",
    },
)


def real(style: Style) -> Style:
    """The notation for what is worked out on real numbers."""
    return {id(TEXT): _REAL_TEXT, id(LATEX): _REAL_LATEX, id(MATHML): _REAL_MATHML}[id(style)]
