"""What each operation does to polynomials; None where only an atom can say it.

Floors are kept short: what divides exactly comes out of them, constants go into them, floors within floors become one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce
from math import gcd
from typing import Any

from netledger.core.errors import ShapeError
from netledger.core.number import OPERATIONS
from netledger.core.symbolic import MAX_TERMS, Atom, Exact, Monomial, Symbolic, least_known, lifted, plain, times

__all__ = ["RULES"]


def _add(a: Symbolic, b: Symbolic, sign: int = 1) -> Symbolic:
    terms = dict(a.terms)
    for monomial, factor in b.terms.items():
        terms[monomial] = terms.get(monomial, 0) + sign * factor
    return _folded(terms)


def _folded(terms: Mapping[Monomial, Exact]) -> Symbolic:
    """⌊x / b⌋ + c as ⌊(x + b·c) / b⌋: one atom, so that products of sizes stay short."""
    kept = {monomial: factor for monomial, factor in terms.items() if factor}
    floor = next((monomial[0] for monomial, factor in kept.items() if _is_floor(monomial) and factor == 1), None)
    extra = kept.get(())
    if floor is None or len(kept) != 2 or not isinstance(extra, int):
        return Symbolic(kept)
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
        smaller = Symbolic({**{key: plain(part) for key, part in terms.items()}, (): extra // common})
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
        return Symbolic({monomial: plain(Fraction(factor) / divisor) for monomial, factor in a.terms.items()})
    return _quotient(a, b)


def _ceil(a: Symbolic, b: Symbolic) -> Any:
    step = b.constant
    return _divide(_add(a, Symbolic({(): step - 1})), b) if isinstance(step, int) and step > 0 else _quotient(a, b)


def _remainder(a: Symbolic, b: Symbolic) -> Symbolic | None:
    if b.constant == 1:
        return Symbolic({})  # a size is whole
    whole = _divide(a, b)
    return None if whole is None else _add(a, _multiply(lifted(whole), b), -1)


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
    if _never_less(a, b):
        return Symbolic({(): 1})
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
            order = 1 if _never_less(a, b) else -1 if _never_less(b, a) else None
        return None if order is None else a if order * sign >= 0 else b

    return choose


def _never_less(a: Symbolic, b: Symbolic) -> bool:
    """Whether a ≥ b for all values of the symbols that obey what has been assumed."""
    least = _least(_add(a, b, -1))
    return least is not None and least >= 0


def _least(number: Symbolic) -> Exact | None:
    """A lower bound where every factor is positive; None if there is none."""
    made: Exact = 0
    for monomial, factor in number.terms.items():
        parts = [_least_atom(atom) for atom in monomial]
        if any(part is None or part < 0 for part in parts) or (monomial and factor < 0):
            return None
        made += factor * times(part for part in parts if part is not None)
    return made


def _least_atom(atom: Atom) -> Exact | None:
    """Of a symbol that is a size, and of a floor of one."""
    if atom.op == "symbol" and atom.whole:
        return least_known(atom.name)
    if atom.op == "//" and isinstance(atom.args[1], int) and atom.args[1] > 0:
        inner = _least(atom.args[0])
        return None if inner is None else inner // atom.args[1]
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


RULES: dict[str, Callable[..., Any]] = {
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
"""The operations that know polynomials."""
