"""Numbers written as expressions: `multiple(96 * width, 8)`.

    sum     = product (("+" | "-") product)*
    product = factor (("*" | "/" | "//") factor)*
    factor  = "-" factor | number | name | function "(" sum ("," sum)* ")" | "(" sum ")"

Exact: integers, and fractions where a division or a decimal point makes them. Nothing is evaluated as code; the
length of the text, the depth of parentheses and the size of every number are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias, cast

from netledger.core.errors import SpecError, UnknownNameError, Where, quote
from netledger.core.language import say
from netledger.core.number import Arithmetic, value_of

if TYPE_CHECKING:
    from fractions import Fraction

__all__ = ["FUNCTIONS", "Exact", "assume_whole", "evaluate", "is_symbol"]

Exact: TypeAlias = "int | Fraction"
"""An exact number; where a closed form is asked for, a symbol."""

MAX_LENGTH = 256
MAX_DEPTH = 24
MAX_VALUE = 2**63

_NUMBER = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,2})?"
_TOKEN = rf"\s*(?:(?P<number>{_NUMBER})|(?P<name>[^\W\d]\w*)|(?P<sign>//|[-+*/(),]))"


def _fraction(numerator: Any, denominator: Any = 1) -> Exact:
    from fractions import Fraction  # slow to import, and most specs need integers only

    made: Fraction = Fraction(numerator) / denominator
    return made


def _floor(x: Exact) -> Exact:
    return x // 1


def _ceil(x: Exact) -> Exact:
    return -(-x // 1)


def _round(x: Exact) -> Exact:
    """The nearest whole number; halves go up."""
    return (2 * x + 1) // 2


def _multiple(x: Exact, m: Exact) -> Exact:
    """The nearest multiple of m, never below m nor below 0.9·x."""
    nearest = max(m, (2 * x + m) // (2 * m) * m)
    return nearest + m if 10 * nearest < 9 * x else nearest


FUNCTIONS: dict[str, tuple[int, int, Callable[..., Exact]]] = {
    "min": (1, 16, lambda *values: min(values)),
    "max": (1, 16, lambda *values: max(values)),
    "floor": (1, 1, _floor),
    "ceil": (1, 1, _ceil),
    "round": (1, 1, _round),
    "multiple": (2, 2, _multiple),
}
"""The functions: least and greatest number of arguments, and what they compute."""


def evaluate(text: str, names: Mapping[str, Exact], where: Where) -> Exact:
    """The value of an expression.

    Raises:
        SpecError: if it breaks the grammar, or a number is too large.
        UnknownNameError: if a name is not known.

    """
    if len(text) > MAX_LENGTH:
        raise SpecError(say("an expression has at most {most} characters", most=MAX_LENGTH), where=where)
    return names[text] if text in names else _Parser(text, names, where).whole()


class _Parser:
    """Reads and computes in one pass, by recursive descent."""

    def __init__(self, text: str, names: Mapping[str, Exact], where: Where) -> None:
        self.token_pattern = re.compile(_TOKEN)  # compiled once, and only if there is an expression
        self.text = text
        self.names = names
        self.where = where
        self.place = 0
        self.depth = 0
        self._next()

    def whole(self) -> Exact:
        value = self._sum()
        if self.token:
            self._fail(say("{token} is not expected here", token=quote(self.token)))
        return value if is_symbol(value) or value.denominator != 1 else value.numerator

    def _next(self) -> None:
        match = self.token_pattern.match(self.text, self.place)
        if match is None:
            self.token, self.kind = self.text[self.place :].strip()[:1], "unknown"
            return
        self.token, self.kind, self.place = match[match.lastgroup or 0], match.lastgroup or "", match.end()

    def _accept(self, *tokens: str) -> str:
        if self.token not in tokens or self.kind != "sign":
            return ""
        found = self.token
        self._next()
        return found

    def _sum(self) -> Exact:
        value = self._product()
        while sign := self._accept("+", "-"):
            other = self._product()
            value = self._bounded(value + other if sign == "+" else value - other)
        return value

    def _product(self) -> Exact:
        value = self._factor()
        while sign := self._accept("*", "/", "//"):
            other = self._factor()
            if sign != "*" and other == 0:
                self._fail("division by zero")
            value = self._bounded(_OPERATORS[sign](value, other))
        return value

    def _factor(self) -> Exact:
        sign = 1
        while self._accept("-"):
            sign = -sign
        return sign * self._positive()

    def _positive(self) -> Exact:
        if self._accept("("):
            values = self._inside()
            return values[0] if len(values) == 1 else self._fail("a comma belongs between the values of a function")
        token, kind = self.token, self.kind
        self._next()
        if kind == "number":
            return self._bounded(int(token) if token.isdecimal() else _fraction(token))
        if kind == "name":
            return self._call(token) if self._accept("(") else self._name(token)
        return self._fail(
            say("{token} is not expected here", token=quote(token)) if token else "the expression ends too early"
        )

    def _inside(self) -> list[Exact]:
        """What stands between parentheses, separated by commas; the first one is open already."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self._fail(say("parentheses nest at most {most} deep", most=MAX_DEPTH))
        values = [self._sum()]
        while self._accept(","):
            values.append(self._sum())
        if not self._accept(")"):
            self._fail("a closing parenthesis is missing")
        self.depth -= 1
        return values

    def _call(self, name: str) -> Exact:
        if name not in FUNCTIONS:
            raise UnknownNameError("function", name, FUNCTIONS, where=self.where)
        least, most, function = FUNCTIONS[name]
        values = self._inside()
        if not least <= len(values) <= most:
            self._fail(
                say(
                    "{name} takes {many} values, not {count}",
                    name=name,
                    many=least if least == most else say("{least} to {most}", least=least, most=most),
                    count=len(values),
                )
            )
        if name == "multiple" and values[1] <= 0:
            self._fail("multiple(x, m) needs m above 0")
        return self._bounded(_called(name, function, *values))

    def _name(self, name: str) -> Exact:
        if name not in self.names:
            raise UnknownNameError("name", name, self.names, where=self.where)
        return self.names[name]

    def _bounded(self, value: Exact) -> Exact:
        plain = value_of(value)
        if max(abs(plain.numerator), plain.denominator) > MAX_VALUE:
            self._fail("a number is at most 2^63")
        return value

    def _fail(self, rule: str) -> NoReturn:
        raise SpecError(f"{rule} (in {quote(self.text)})", hint=_hint(), where=self.where)


_OPERATORS: dict[str, Callable[[Exact, Exact], Exact]] = {
    "*": lambda a, b: a * b,
    "/": lambda a, b: _ratio(a, b),
    "//": lambda a, b: a // b,
}


def is_symbol(value: Any) -> bool:
    """Whether a number is a symbol, or made of one: it has no single value."""
    return isinstance(value, Arithmetic)


def assume_whole(value: Any) -> None:
    """Of a symbol, keep as a condition that it is a whole number."""
    value.assume_whole()


def _called(name: str, function: Callable[..., Exact], *values: Any) -> Exact:
    """What a function gives; of symbols, a symbol that knows the function."""
    made: Exact = next((value.call for value in values if is_symbol(value)), _plainly)(name, function, *values)
    return made


def _plainly(name: str, function: Callable[..., Exact], *values: Exact) -> Exact:
    return function(*values)


def _ratio(a: Any, b: Any) -> Exact:
    """The exact quotient."""
    if is_symbol(a) or is_symbol(b):
        return _called("ratio", _ratio, a, b)
    return cast(Exact, a // b if a % b == 0 else _fraction(a, b))


def _hint() -> str:
    return say("An expression has numbers, names, + - * / // and {functions}.", functions=", ".join(FUNCTIONS))
