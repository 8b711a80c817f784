"""Symbols: a rule that runs on them gives the closed form, exact with its floors.

A `Symbolic` is a polynomial. Its atoms are symbols (H, W, N) and whatever else stands between them: ⌊(H − 7) / 4⌋,
min(H, 8), reached(…). Each symbol carries a witness, the value with which the network is laid out; what a rule
requires of it holds there, and is kept as an assumption where it does not hold everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from fractions import Fraction
from functools import cached_property, reduce
from math import gcd
from typing import Any, TypeAlias

from netledger.core.errors import ShapeError
from netledger.core.number import OPERATIONS, Arithmetic, Traced

__all__ = ["Symbolic", "assumptions"]

Exact: TypeAlias = "int | Fraction"

MAX_TERMS = 20_000

_ASSUMED: ContextVar[dict[str, Symbolic] | None] = ContextVar("assumed", default=None)


class Atom:
    """A symbol, or an operation that a polynomial cannot hold."""

    def __init__(self, op: str, args: tuple[Any, ...], value: Exact, name: str = "", whole: bool = True) -> None:
        self.op = op
        self.args = args
        self.value = value
        self.name = name
        self.whole = whole
        self.key: tuple[Any, ...] = (op, name, *map(_key, args))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Atom) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    @cached_property
    def order(self) -> str:
        """What atoms are sorted by: symbols first, then as they are written."""
        from netledger.core.formula import TEXT

        return self.name if self.op == "symbol" else f"~{TEXT.formula(_atom(self, {}))}"


def _key(arg: Any) -> Any:
    return arg.key if isinstance(arg, Symbolic) else arg


Monomial: TypeAlias = tuple[Atom, ...]


class Symbolic(Arithmetic):
    """A polynomial with exact coefficients.

    >>> height = Symbolic.symbol("H", 227)
    >>> out = (height - 11) // 4 + 1
    >>> out.value, out.at({"H": 31})
    (55, 6)
    """

    __slots__ = ("key", "terms", "value")

    def __init__(self, terms: Mapping[Monomial, Exact]) -> None:
        if len(terms) > MAX_TERMS:
            raise ShapeError("the closed form is too long", hint="Leave fewer sizes as symbols.")
        self.terms = {monomial: factor for monomial, factor in terms.items() if factor}
        self.key: Any = frozenset(self.terms.items())
        self.value = _plain(sum(_product(monomial) * factor for monomial, factor in self.terms.items()))

    @classmethod
    def symbol(cls, name: str, value: Exact, whole: bool = True) -> Symbolic:
        """A number known by a name; `whole`: it can only be an integer."""
        return cls({(Atom("symbol", (), value, name, whole),): 1})

    @classmethod
    def call(cls, name: str, function: Callable[..., Exact], *args: Any) -> Symbolic:
        """What a function gives, as an atom."""
        value = function(*(arg.value if isinstance(arg, Symbolic) else arg for arg in args))
        atom = Atom(name, args, _plain(value))
        atom.__dict__["function"] = function
        return cls({(atom,): 1})

    @property
    def constant(self) -> Exact | None:
        """The number itself, if there is no symbol in it."""
        if not self.terms:
            return 0
        return self.terms.get(()) if len(self.terms) == 1 else None

    def apply(self, op: str, *args: Any) -> Any:
        """The result of an operation of OPERATIONS: a polynomial, or an atom."""
        rule = _RULES.get(op)
        made = rule(*map(_symbolic, args)) if rule else None
        return Symbolic.call(op, OPERATIONS[op], *args) if made is None else made

    def holds(self) -> bool:
        """Whether a condition holds for the witness; then it is assumed from here on."""
        found = _ASSUMED.get()
        if self.value and self.constant is None and found is not None:
            found.setdefault(repr(self.key), self)
        return bool(self.value)

    def __bool__(self) -> bool:
        raise ShapeError(
            "there is no closed form here: the structure of the network depends on the size",
            hint="Give it a number instead of a symbol.",
        )

    def at(self, values: Mapping[str, Exact]) -> Exact:
        """The number for these values of the symbols."""
        return _plain(sum(_product_at(monomial, values) * factor for monomial, factor in self.terms.items()))

    def names(self) -> frozenset[str]:
        """Every symbol in it."""
        return frozenset(name for monomial in self.terms for atom in monomial for name in _names(atom))

    def traced(self, named: Mapping[Atom, str] | None = None) -> Any:
        """The same as a tree of operations, which every notation can write; atoms that are named stand as symbols."""
        names = named or {}
        written = [(tuple(sorted(monomial, key=_by_name(names))), factor) for monomial, factor in self.terms.items()]
        written.sort(key=lambda item: (not item[0], -len(item[0]), [_by_name(names)(atom) for atom in item[0]]))
        parts = [_term(monomial, factor, names) for monomial, factor in written]
        return reduce(lambda a, b: Traced.apply(_ANY, "-" if b[1] else "+", a, b[0]), parts[1:], _first(parts))

    def __repr__(self) -> str:
        from netledger.core.formula import TEXT

        return TEXT.formula(self.traced())


_ANY = Traced(0, "symbol")


@contextmanager
def assumptions() -> Iterator[dict[str, Symbolic]]:
    """Collects the conditions that rules require of symbols."""
    found: dict[str, Symbolic] = {}
    token = _ASSUMED.set(found)
    try:
        yield found
    finally:
        _ASSUMED.reset(token)


def _plain(number: Any) -> Exact:
    return int(number) if isinstance(number, bool) or number.denominator == 1 else number


def _product(monomial: Monomial) -> Exact:
    made: Exact = 1
    for atom in monomial:
        made *= atom.value
    return made


def _product_at(monomial: Monomial, values: Mapping[str, Exact]) -> Exact:
    made: Exact = 1
    for atom in monomial:
        made *= _atom_at(atom, values)
    return made


def _atom_at(atom: Atom, values: Mapping[str, Exact]) -> Exact:
    if atom.op == "symbol":
        return values[atom.name]
    function = atom.__dict__.get("function", OPERATIONS.get(atom.op))
    return _plain(function(*(arg.at(values) if isinstance(arg, Symbolic) else arg for arg in atom.args)))  # type: ignore[misc]


def _names(atom: Atom) -> Iterator[str]:
    if atom.op == "symbol":
        yield atom.name
    for arg in atom.args:
        if isinstance(arg, Symbolic):
            yield from arg.names()


def _symbolic(number: Any) -> Symbolic:
    return number if isinstance(number, Symbolic) else Symbolic({(): number})


def _add(a: Symbolic, b: Symbolic, sign: int = 1) -> Symbolic:
    terms = dict(a.terms)
    for monomial, factor in b.terms.items():
        terms[monomial] = terms.get(monomial, 0) + sign * factor
    return _folded(terms)


def _folded(terms: Mapping[Monomial, Exact]) -> Symbolic:
    """⌊x / b⌋ + c as ⌊(x + b·c) / b⌋: one atom, so that products of sizes stay short."""
    floor = next((monomial[0] for monomial, factor in terms.items() if _is_floor(monomial) and factor == 1), None)
    extra = terms.get(())
    if floor is None or len([factor for factor in terms.values() if factor]) != 2 or not isinstance(extra, int):
        return Symbolic(terms)
    inner, step = floor.args
    moved = _add(inner, Symbolic({(): extra * step}))
    return Symbolic({(Atom("//", (moved, step), moved.value // step),): 1})


def _is_floor(monomial: Monomial) -> bool:
    return len(monomial) == 1 and monomial[0].op == "//" and isinstance(monomial[0].args[1], int)


def _multiply(a: Symbolic, b: Symbolic) -> Symbolic:
    if len(a.terms) * len(b.terms) > MAX_TERMS:
        raise ShapeError("the closed form is too long", hint="Leave fewer sizes as symbols.")
    terms: dict[Monomial, Exact] = {}
    for left, factor in a.terms.items():
        for right, other in b.terms.items():
            monomial = tuple(sorted((*left, *right), key=lambda atom: atom.order))
            terms[monomial] = terms.get(monomial, 0) + factor * other
    return Symbolic(terms)


def _divide(a: Symbolic, b: Symbolic) -> Any:
    """⌊a / b⌋: what divides exactly comes out; floors within floors become one."""
    step = b.constant
    if not isinstance(step, int) or step <= 0:
        return _quotient(a, b)
    out: dict[Monomial, Exact] = {}
    rest: dict[Monomial, Exact] = {}
    for monomial, factor in a.terms.items():
        whole = isinstance(factor, int) and all(atom.whole for atom in monomial)
        if not monomial and isinstance(factor, int):
            out[()], rest[()] = divmod(factor, step)
        elif whole and factor % step == 0:
            out[monomial] = factor // step
        else:
            rest[monomial] = factor
    left = Symbolic(rest)
    return Symbolic(out) if left.constant is not None and 0 <= left.constant < step else _floored(out, left, step)


def _floored(out: dict[Monomial, Exact], left: Symbolic, step: int) -> Symbolic:
    extra = left.terms.get((), 0)
    body = [item for item in left.terms.items() if item[0]]
    monomial, factor = body[0]
    if len(body) == 1 and factor == 1 and _is_floor(monomial) and isinstance(extra, int):
        inner, gap = monomial[0].args
        merged = _divide(_add(inner, Symbolic({(): gap * extra})), Symbolic({(): gap * step}))
        return _add(Symbolic(out), merged)
    common = _common(body, step)
    if common > 1 and isinstance(extra, int):
        terms: dict[Monomial, Exact] = {monomial: Fraction(part, common) for monomial, part in body}
        smaller = Symbolic({**{key: _plain(part) for key, part in terms.items()}, (): extra // common})
        return _add(Symbolic(out), _divide(smaller, Symbolic({(): step // common})))
    return _add(Symbolic(out), Symbolic({(Atom("//", (left, step), left.value // step),): 1}))


def _common(body: list[tuple[Monomial, Exact]], step: int) -> int:
    """What divides the step and every factor of whole monomials."""
    if not all(isinstance(factor, int) and all(atom.whole for atom in monomial) for monomial, factor in body):
        return 1
    return reduce(gcd, (int(factor) for _, factor in body), step)


def _quotient(a: Symbolic, b: Symbolic) -> Symbolic | None:
    """A / b where every term of a has the one term of b in it; None if not."""
    if a.key == b.key:
        return Symbolic({(): 1})
    if len(b.terms) != 1:
        return None
    ((below, divisor),) = b.terms.items()
    made: dict[Monomial, Exact] = {}
    for monomial, factor in a.terms.items():
        rest = list(monomial)
        for atom in below:
            if atom not in rest:
                return None
            rest.remove(atom)
        if not all(atom.whole for atom in rest) or factor % divisor:
            return None
        made[tuple(rest)] = factor // divisor
    return Symbolic(made)


def _over(a: Symbolic, b: Symbolic) -> Symbolic | None:
    divisor = b.constant
    if divisor:
        return Symbolic({monomial: _plain(Fraction(factor) / divisor) for monomial, factor in a.terms.items()})
    return _quotient(a, b)


def _ceil(a: Symbolic, b: Symbolic) -> Any:
    step = b.constant
    return _divide(_add(a, Symbolic({(): step - 1})), b) if isinstance(step, int) and step > 0 else _quotient(a, b)


def _remainder(a: Symbolic, b: Symbolic) -> Symbolic | None:
    whole = _divide(a, b)
    return None if whole is None else _add(a, _multiply(_symbolic(whole), b), -1)


def _bound(number: Symbolic, side: int) -> Exact | None:
    """The number's upper (side 1) or lower (side −1) bound, where its floors cancel; None if it has none."""
    made = Symbolic({})
    for monomial, factor in number.terms.items():
        if not _is_floor(monomial):
            made = _add(made, Symbolic({monomial: factor}))
            continue
        inner, step = monomial[0].args
        slack = 0 if (factor > 0) == (side > 0) else step - 1
        lowered = _add(inner, Symbolic({(): slack}), -1)
        made = _add(made, _multiply(lowered, Symbolic({(): Fraction(factor) / step})))
    return made.constant


def _decided(a: Symbolic, b: Symbolic) -> int | None:
    """1 if surely a > b, −1 if surely a < b, 0 if equal; None if it depends."""
    if a.key == b.key:
        return 0
    apart = _add(a, b, -1)
    high, low = _bound(apart, 1), _bound(apart, -1)
    if low is not None and low > 0:
        return 1
    return -1 if high is not None and high < 0 else None


def _compare(test: Callable[[int], bool]) -> Callable[[Symbolic, Symbolic], Symbolic | None]:
    def compare(a: Symbolic, b: Symbolic) -> Symbolic | None:
        order = _decided(a, b)
        return None if order is None else Symbolic({(): int(test(order))})

    return compare


def _at_least(a: Symbolic, b: Symbolic) -> Symbolic | None:
    """A ≥ b; ⌊x / s⌋ ≥ k is x ≥ k·s, and constants stand on the right."""
    order = _decided(a, b)
    if order is not None:
        return Symbolic({(): int(order >= 0)})
    apart = _add(a, b, -1)
    monomial = next(iter(apart.terms))
    if len(apart.terms) == 1 and _is_floor(monomial) and apart.terms[monomial] == 1:
        return _at_least(monomial[0].args[0], Symbolic({}))
    extra = apart.terms.get((), 0)
    left = Symbolic({key: factor for key, factor in apart.terms.items() if key})
    return Symbolic.call(">=", OPERATIONS[">="], left, -extra)


def _chosen(sign: int) -> Callable[[Symbolic, Symbolic], Symbolic | None]:
    def choose(a: Symbolic, b: Symbolic) -> Symbolic | None:
        order = _decided(a, b)
        if order is None:
            return _above_one(a, b) if sign > 0 else None
        return a if order * sign >= 0 else b

    return choose


def _above_one(a: Symbolic, b: Symbolic) -> Symbolic | None:
    """max(1, x), where x is a size: a single symbol, or 1 and more."""
    for one, other in ((a, b), (b, a)):
        if (
            one.constant == 1
            and len(other.terms) == 1
            and all(x.op == "symbol" and x.whole for x in next(iter(other.terms)))
        ):
            return other
    return None


def _gcd(a: Symbolic, b: Symbolic) -> Symbolic | None:
    if a.key == b.key:
        return a
    return Symbolic({(): 1}) if 1 in (a.constant, b.constant) else None


def _where(condition: Symbolic, yes: Symbolic, no: Symbolic) -> Symbolic | None:
    if yes.key == no.key:
        return yes
    known = condition.constant
    return None if known is None else yes if known else no


_RULES: dict[str, Callable[..., Any]] = {
    "+": _add,
    "-": lambda a, b: _add(a, b, -1),
    "*": _multiply,
    "//": _divide,
    "over": _over,
    "ceil_div": _ceil,
    "%": _remainder,
    "min": _chosen(-1),
    "max": _chosen(1),
    "where": _where,
    "<": _compare(lambda order: order < 0),
    "<=": _compare(lambda order: order <= 0),
    ">": _compare(lambda order: order > 0),
    ">=": _at_least,
    "gcd": _gcd,
    "==": _compare(lambda order: order == 0),
}


def _by_name(named: Mapping[Atom, str]) -> Callable[[Atom], tuple[Any, ...]]:
    """Sorts atoms as they are written: H_2 before H_10."""

    def order(atom: Atom) -> tuple[Any, ...]:
        head, _, number = named.get(atom, atom.order).partition("_")
        return (head, int(number) if number.isdecimal() else 0, number)

    return order


def _term(monomial: Monomial, factor: Exact, named: Mapping[Atom, str]) -> tuple[Any, bool]:
    """A term without its sign, and whether that is negative."""
    size: Exact = max(factor, -factor)
    atoms = [_atom(atom, named) for atom in monomial]
    made: Any = size.numerator if size.numerator != 1 or not atoms else None
    for atom in atoms:
        made = atom if made is None else Traced.apply(_ANY, "*", made, atom)
    return (made if size.denominator == 1 else Traced.apply(_ANY, "over", made, size.denominator)), factor < 0


def _first(parts: list[tuple[Any, bool]]) -> Any:
    if not parts:
        return 0
    first, negative = parts[0]
    return (-first if isinstance(first, int) else Traced.apply(_ANY, "*", -1, first)) if negative else first


def _atom(atom: Atom, named: Mapping[Atom, str]) -> Any:
    if atom in named or atom.op == "symbol":
        return Traced(atom.value, "symbol", (), named.get(atom, atom.name))  # type: ignore[arg-type]
    parts = tuple(arg.traced(named) if isinstance(arg, Symbolic) else arg for arg in atom.args)
    return Traced(atom.value, atom.op, parts)  # type: ignore[arg-type]
