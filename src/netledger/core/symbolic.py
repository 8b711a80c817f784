"""Symbols: a rule that runs on them gives the closed form, exact with its floors.

A `Symbolic` is a polynomial. Its atoms are symbols (H, W, N) and whatever else stands between them: ⌊(H − 7) / 4⌋,
min(H, 8), reached(…). Each symbol carries a witness, the value with which the network is laid out; what a rule
requires of it holds there, and is kept as an assumption where it does not hold everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from fractions import Fraction
from functools import cached_property, reduce
from typing import Any, NamedTuple, TypeAlias

from netledger.core.errors import ShapeError
from netledger.core.functions import FUNCTIONS
from netledger.core.number import OPERATIONS, Arithmetic, Traced

__all__ = ["Atom", "Symbolic", "assumptions", "least_known", "lifted", "plain", "times"]

Exact: TypeAlias = "int | Fraction"

MAX_TERMS = 2_000
MAX_DEPTH = 20
MAX_NUMBER = 2**63


class Assumed(NamedTuple):
    """Conditions by how they are written, and the least value of each symbol that follows from them."""

    conditions: dict[str, Symbolic]
    least: dict[str, int]


_ASSUMED: ContextVar[Assumed | None] = ContextVar("assumed", default=None)


class Atom:
    """A symbol, or an operation that a polynomial cannot hold."""

    def __init__(self, op: str, args: tuple[Any, ...], value: Exact, name: str = "", whole: bool = True) -> None:
        self.op = op
        self.args = args
        self.value = value
        self.name = name
        self.whole = whole
        self.function: Callable[..., Exact] | None = OPERATIONS.get(op)
        self.key: tuple[Any, ...] = (op, name, *map(_key, args))
        self.hashed = hash(self.key)
        self.depth: int = 1 + max(
            (part.depth for arg in args if isinstance(arg, Symbolic) for part in arg.atoms()), default=0
        )
        if self.depth > MAX_DEPTH or any(isinstance(arg, int) and abs(arg) > MAX_NUMBER for arg in args):
            raise ShapeError("the closed form is nested too deep", hint="Leave fewer sizes as symbols.")

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Atom) and self.hashed == other.hashed and self.key == other.key)

    def __hash__(self) -> int:
        return self.hashed

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

    __slots__ = ("_key", "terms", "value")

    def __init__(self, terms: Mapping[Monomial, Exact]) -> None:
        if len(terms) > MAX_TERMS:
            raise ShapeError("the closed form is too long", hint="Leave fewer sizes as symbols.")
        self.terms = {monomial: factor for monomial, factor in terms.items() if factor}
        self._key: Any = None
        self.value = plain(
            sum(times(atom.value for atom in monomial) * factor for monomial, factor in self.terms.items())
        )

    @property
    def key(self) -> Any:
        """What tells it from others."""
        self._key = self._key or frozenset(self.terms.items())
        return self._key

    @classmethod
    def symbol(cls, name: str, value: Exact, whole: bool = True) -> Symbolic:
        """A number known by a name; `whole`: it can only be an integer."""
        return cls({(Atom("symbol", (), value, name, whole),): 1})

    @classmethod
    def call(cls, name: str, function: Callable[..., Exact], *args: Any) -> Symbolic:
        """What a function gives, as an atom."""
        value = function(*(arg.value if isinstance(arg, Symbolic) else arg for arg in args))
        whole = name in _WHOLE or all(isinstance(arg, int) or (isinstance(arg, Symbolic) and arg.whole) for arg in args)
        atom = Atom(name, args, plain(value), whole=whole and name != "ratio")
        atom.function = function
        return cls({(atom,): 1})

    def atoms(self) -> Iterator[Atom]:
        """Every atom that it is written with, those inside of others apart."""
        return (atom for monomial in self.terms for atom in monomial)

    @property
    def whole(self) -> bool:
        """Whether it can only be an integer."""
        return all(isinstance(factor, int) for factor in self.terms.values()) and all(
            atom.whole for atom in self.atoms()
        )

    def assume_whole(self) -> None:
        """Keep that it is an integer as an assumption, unless it cannot be anything else."""
        if not self.whole:
            Symbolic.call("whole", _is_whole, self).holds()

    @property
    def constant(self) -> Exact | None:
        """The number itself, if there is no symbol in it."""
        if not self.terms:
            return 0
        return self.terms.get(()) if len(self.terms) == 1 else None

    def apply(self, op: str, *args: Any) -> Any:
        """The result of an operation of OPERATIONS: a polynomial, or an atom."""
        from netledger.core.algebra import RULES

        made = RULES[op](*map(lifted, args)) if op in RULES else None
        return Symbolic.call(op, OPERATIONS[op], *args) if made is None else made

    def holds(self) -> bool:
        """Whether a condition holds for the witness; then it is assumed from here on."""
        found = _ASSUMED.get()
        if self.value and self.constant is None and found is not None:
            found.conditions.setdefault(repr(self), self)
            bound = self.bound
            if bound:
                found.least[bound[0]] = max(bound[1], found.least.get(bound[0], 1))
        return bool(self.value)

    @property
    def bound(self) -> tuple[str, int] | None:
        """The symbol and the number of a condition H ≥ 7; None if it is another."""
        atom = next(iter(self.terms))[0]
        if atom.op != ">=" or not isinstance(atom.args[1], int):
            return None
        monomial, factor = next(iter(atom.args[0].terms.items()))
        single = len(atom.args[0].terms) == len(monomial) == factor == 1 and monomial[0].op == "symbol"
        return (monomial[0].name, atom.args[1]) if single else None

    def __bool__(self) -> bool:
        raise ShapeError(
            "there is no closed form here: the structure of the network depends on the size",
            hint="Give it a number instead of a symbol.",
        )

    def at(self, values: Mapping[str, Exact]) -> Exact:
        """The number for these values of the symbols."""
        return plain(
            sum(times(_atom_at(atom, values) for atom in monomial) * factor for monomial, factor in self.terms.items())
        )

    def names(self) -> frozenset[str]:
        """Every symbol in it."""
        return frozenset(name for atom in self.atoms() for name in _names(atom))

    def traced(self, named: Mapping[Atom, str] | None = None) -> Any:
        """The same as a tree of operations, which every notation can write; atoms that are named stand as symbols."""
        names = named or {}
        written = [(tuple(sorted(monomial, key=_by_name(names))), factor) for monomial, factor in self.terms.items()]
        written.sort(key=lambda item: (not item[0], -len(item[0]), [_by_name(names)(atom) for atom in item[0]]))
        ahead = [item for item in written if item[1] > 0][:1]  # a minus sign does not lead
        written = ahead + [item for item in written if item not in ahead]
        parts = [_term(monomial, factor, names) for monomial, factor in written]
        return reduce(lambda a, b: Traced.apply(_ANY, "-" if b[1] else "+", a, b[0]), parts[1:], _first(parts))

    def __repr__(self) -> str:
        from netledger.core.formula import TEXT

        return TEXT.formula(self.traced())


_ANY = Traced(0, "symbol")


@contextmanager
def assumptions() -> Iterator[dict[str, Symbolic]]:
    """Collects the conditions that rules require of symbols."""
    found = Assumed({}, {})
    token = _ASSUMED.set(found)
    try:
        yield found.conditions
    finally:
        _ASSUMED.reset(token)


def lifted(number: Any) -> Symbolic:
    """The number as a polynomial."""
    return number if isinstance(number, Symbolic) else Symbolic({(): number})


def times(parts: Iterable[Exact]) -> Exact:
    """All numbers multiplied."""
    made: Exact = 1
    for part in parts:
        made *= part
    return made


def least_known(name: str) -> int:
    """The least value that a symbol of a size can have, as far as has been assumed."""
    found = _ASSUMED.get()
    return found.least.get(name, 1) if found else 1


_WHOLE = frozenset({"//", "ceil_div", "floor", "ceil", "round", "gcd", *FUNCTIONS})
"""What is an integer whatever it is made of."""


def _is_whole(number: Exact) -> int:
    """A whole number."""
    return int(number.denominator == 1)


def plain(number: Any) -> Exact:
    """An integer as an int."""
    return int(number) if isinstance(number, bool) or number.denominator == 1 else number


def _atom_at(atom: Atom, values: Mapping[str, Exact]) -> Exact:
    if atom.function is None:
        return values[atom.name]
    return plain(atom.function(*(arg.at(values) if isinstance(arg, Symbolic) else arg for arg in atom.args)))


def _names(atom: Atom) -> Iterator[str]:
    if atom.op == "symbol":
        yield atom.name
    for arg in atom.args:
        if isinstance(arg, Symbolic):
            yield from arg.names()


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
