"""Closed forms: the totals of a network in its batch, its sizes and its numbers, exact with floors.

The network is laid out on symbols; every rule and every convention is the one that counts numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from netledger.core.document import Block, Document, Formula, Heading, Pairs, Paragraph
from netledger.core.errors import ShapeError, SourceError, UnknownNameError
from netledger.core.formula import TEXT
from netledger.core.functions import MEANING
from netledger.core.language import later, say
from netledger.core.ledger import Convention, build, price
from netledger.core.network import Network, Tensor
from netledger.core.number import Traced, value_of
from netledger.core.symbolic import Atom, Exact, Symbolic, assumptions

__all__ = ["ClosedForm", "closed_form", "document", "simplified"]

_AXES = {1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}

MAX_ASSUMED = 8
"""So many conditions are shown."""


class ClosedForm(NamedTuple):
    """Totals as formulas.

    Args:
        network: the name of the network.
        source: where it comes from.
        totals: parameters, and what each convention charges: a `Symbolic`, or a plain integer.
        units: the unit of each total.
        symbols: what each symbol is.
        places: which axis of which input a symbol is.
        assumed: the conditions under which the totals hold.
        gaps: layers that are not counted: the totals are lower bounds.

    """

    network: str
    source: str
    totals: Mapping[str, Any]
    units: Mapping[str, str]
    symbols: Mapping[str, str]
    places: Mapping[str, tuple[str, int]]
    assumed: tuple[Symbolic, ...]
    gaps: tuple[str, ...]

    def at(self, values: Mapping[str, Any]) -> dict[str, int]:
        """Every total for these values of the symbols.

        Raises:
            UnknownNameError: if there is no such symbol.
            SourceError: if a symbol has no value, or the values break a condition.

        """
        given = self._checked(values)
        broken = self._broken(given)
        if broken:
            rule = say("the formula does not hold here: {broken} is not so", broken=broken)
            raise SourceError(rule, values=dict(values), hint="Some layer does not fit: count the network itself.")
        return {
            name: int(total.at(given)) if isinstance(total, Symbolic) else total for name, total in self.totals.items()
        }

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether these values obey the conditions."""
        return not self._broken(self._checked(values))

    def needed(self) -> tuple[str, ...]:
        """The symbols that stand in the totals or in the conditions."""
        used = {name for number in (*self.totals.values(), *self.assumed) for name in _names(number)}
        return tuple(name for name in self.symbols if name in used)

    def _checked(self, values: Mapping[str, Any]) -> dict[str, Exact]:
        for name in values:
            if name not in self.symbols:
                raise UnknownNameError("symbol", name, self.symbols)
        for name in self.needed():
            if name not in values:
                raise SourceError(
                    say("there is no value for symbol {name!r}", name=name),
                    hint=say("Give {needed}.", needed=", ".join(self.needed())),
                )
        return {name: _exact(name, value) for name, value in values.items()}

    def _broken(self, given: Mapping[str, Exact]) -> str:
        """The first condition that does not hold, as it is written."""
        for name in self.places:
            if name in given and (given[name] < 1 or given[name].denominator != 1):
                return f"{name} ≥ 1"
        for condition in self.assumed:
            try:
                holds = condition.at(given)
            except (ZeroDivisionError, ShapeError):
                holds = 0
            if not holds:
                return TEXT.formula(condition.traced())
        return ""


def _exact(name: str, value: Any) -> Exact:
    """A number as it is written: 0.5 is a half."""
    from fractions import Fraction

    try:
        made = Fraction(str(value.item() if hasattr(value, "item") else value))
    except (ValueError, ZeroDivisionError):
        raise SourceError(
            say("the value of symbol {name!r} is a number", name=name), values={"given": repr(value)[:80]}
        ) from None
    return int(made) if made.denominator == 1 else made


class Symbols:
    """Makes symbols of the batch, of the axes that are sizes, and of the numbers that are asked for."""

    def __init__(self, numbers: Sequence[str], kept: frozenset[tuple[str, int]]) -> None:
        self.numbers = frozenset(numbers)
        self.kept = kept
        self.known: dict[str, str] = {}
        self.places: dict[str, tuple[str, int]] = {}
        self.let: list[str] = []

    def number(self, name: str, value: Any) -> Any:
        """A number under `let`."""
        self.let.append(name)
        if name not in self.numbers:
            return value
        self.known[name] = say("{name} under let (here {value})", name=name, value=value)
        return Symbolic.symbol(name, value, whole=False)

    def tensor(self, name: str, tensor: Tensor) -> Tensor:
        """An input."""
        return tensor.like(tuple(self._size(name, axis, tensor) for axis in range(len(tensor.shape))))

    def _size(self, name: str, axis: int, tensor: Tensor) -> Any:
        size: Any = tensor.shape[axis]
        if not isinstance(size, int) or (name, axis) in self.kept:
            return size
        place = ("", 0) if axis == 0 else (name, axis)  # all inputs have one batch
        found = next((sign for sign, known in self.places.items() if known == place), "")
        sign = found or self._free_sign(name, axis, len(tensor.shape))
        self.known.setdefault(sign, say("{what} (here {size})", what=_what(axis, name), size=size))
        self.places.setdefault(sign, place)
        return Symbolic.symbol(sign, size)

    def _free_sign(self, name: str, axis: int, rank: int) -> str:
        """A sign that nothing else has."""
        sign = self._sign(name, axis, rank)
        others = (f"{sign}_{place}" for place in range(2, len(self.known) + 3))
        return next(free for free in (sign, *others) if free not in self.known and free not in self.numbers)

    def _sign(self, name: str, axis: int, rank: int) -> str:
        """N for the batch; H and W, or L, for sizes that are left; C for axes next to the batch of a feature map."""
        if axis == 0:
            return "N"
        free = [place for place in range(1, rank) if (name, place) not in self.kept]
        spatial = [place for place in free if place > 1 or rank < 4]
        letters = _AXES.get(len(spatial), tuple(f"L{place}" for place in range(1, len(spatial) + 1)))
        sign = letters[spatial.index(axis)] if axis in spatial else "C"
        return sign if name == "input" else f"{sign}_{''.join(filter(str.isalnum, name))}"


def _what(axis: int, name: str) -> str:
    of = later("the input") if name == "input" else say("input {name}", name=name)
    return say("batch") if axis == 0 else say("size of axis {axis} of {of}", axis=axis, of=of)


Lay = Callable[[Symbols], Network]
"""Lays the network out on what the symbols give."""


def closed_form(lay: Lay, conventions: Sequence[Convention], numbers: Sequence[str]) -> ClosedForm:
    """The totals in symbols.

    Axes on which the first parameters depend (channels, features) stay numbers, unless all do.

    Raises:
        UnknownNameError: if a number that is asked for is not under `let`.
        ShapeError, SpecError: if the structure of the network depends on a symbol, or the form is too long.
        SourceError: if a convention is a tool's: what that counts hangs on more than sizes.

    """
    tools = [each.NAME for each in conventions if hasattr(each, "charges")]
    if tools:
        hint = "Give sizes, or take macs, flops, textbook: netledger conventions."
        raise SourceError(
            say("there is no closed form of what a tool counts: {tools}", tools=", ".join(tools)), hint=hint
        )
    trial = Symbols((), frozenset())
    kept = _channels(lay(trial), trial)
    for name in numbers:
        if name not in trial.let:
            raise UnknownNameError("number under let", name, trial.let)
    symbols = Symbols(numbers, kept)
    with assumptions() as found:
        network = lay(symbols)
        ledger = build(network)
        totals = {
            "parameters": ledger.parameter_counts.total,
            **{each.NAME: price(each, ledger) for each in conventions},
        }
    units = {each.NAME: each.UNIT for each in conventions}
    gaps = tuple(f"{entry.name} ({entry.op})" for entry in ledger if not entry.counted)
    conditions = tuple(found.values())
    return ClosedForm(network.name, network.source, totals, units, symbols.known, symbols.places, conditions, gaps)


def _channels(network: Network, symbols: Symbols) -> frozenset[tuple[str, int]]:
    """For each input, the axes that the first learned parameters depend on which depend on it at all."""
    found: dict[str, set[tuple[str, int]]] = {}
    for node in network.nodes:
        names = {name for part in node.parameters for size in part.shape for name in _names(size)}
        places = {symbols.places[name] for name in names if name in symbols.places}
        for source in {source for source, _ in places} - found.keys():
            found[source] = {place for place in places if place[0] == source}
    return frozenset(place for places in found.values() for place in places)


def _names(size: Any) -> frozenset[str]:
    return size.names() if isinstance(size, Symbolic) else frozenset()


def document(form: ClosedForm) -> Document:
    """The totals, the floors that they are written in, what each symbol is, and the conditions."""
    named = _floors(form)
    blocks: list[Block] = [Heading("Totals")]
    blocks += [
        Formula(_total(form, name), _written(total, named), form.units.get(name, ""))
        for name, total in form.totals.items()
    ]
    if named:
        blocks.append(Heading("where"))
        blocks += [Formula(name, _unfolded(atom)) for atom, name in named.items()]
    return Document(say("{network}, in symbols", network=form.network), form.source, (*blocks, *_below(form)))


def _total(form: ClosedForm, name: str) -> str:
    return say("{name}, at least", name=name) if form.gaps else name


def _below(form: ClosedForm) -> Iterator[Block]:
    """What each symbol and function is, what is not counted, and the conditions."""
    signs = [(name, form.symbols[name]) for name in form.needed()]
    yield Pairs((*signs, *_functions(form)))
    if form.gaps:
        yield Paragraph(say("Not counted: {gaps}; the totals are lower bounds.", gaps=", ".join(form.gaps)))
    if said := _conditions(form):
        yield Paragraph(say("Exact wherever every layer fits: {said}.", said=said))


_PLAIN = frozenset({"symbol", "min", "max", "floor", "ceil", "gcd"})
"""What needs no explanation, besides what is written with signs."""


def _functions(form: ClosedForm) -> Iterator[tuple[str, str]]:
    """The functions that the totals and conditions call, and what each is."""
    found: dict[str, str] = {}
    for number in (*form.totals.values(), *form.assumed):
        for atom in _atoms(number):
            if atom.op not in _PLAIN and atom.op not in TEXT.operations:
                said = MEANING.get(atom.op) or (atom.function.__doc__ or "").strip().partition("\n")[0]
                found.setdefault(atom.op, said)
    yield from found.items()


def _atoms(number: Any) -> Iterator[Atom]:
    """Every atom of a number, those inside of others too."""
    for atom in _top(number):
        yield atom
        for arg in atom.args:
            yield from _atoms(arg)


def _written(total: Any, named: Mapping[Atom, str]) -> Any:
    """The total with the batch in front of what it multiplies."""
    if not isinstance(total, Symbolic):
        return total
    shared = [atom for atom in _shared(total) if atom.op == "symbol"]
    if not shared or len(total.terms) == 1:
        return total.traced(named)
    inner = Symbolic({_without(monomial, shared): factor for monomial, factor in total.terms.items()})
    made = inner.traced(named)
    for atom in reversed(shared):
        sign: Any = Traced(atom.value, "symbol", (), atom.name)  # type: ignore[arg-type]
        made = Traced(value_of(made) * atom.value, "*", (sign, made))  # type: ignore[arg-type]
    return made


def _shared(total: Symbolic) -> list[Atom]:
    first, *others = total.terms
    return [atom for atom in dict.fromkeys(first) if all(atom in other for other in others)]


def _without(monomial: tuple[Atom, ...], shared: list[Atom]) -> tuple[Atom, ...]:
    rest = list(monomial)
    for atom in shared:
        rest.remove(atom)
    return tuple(rest)


def _floors(form: ClosedForm) -> dict[Atom, str]:
    """A short name for every atom that is not a symbol, by the symbol that it is made of: H_1, H_2, …"""
    atoms = {atom for total in form.totals.values() for atom in _top(total) if atom.op != "symbol"}
    named: dict[Atom, str] = {}
    counts: dict[str, int] = {}
    for atom in sorted(atoms, key=lambda atom: (-atom.value, atom.order)):
        names = sorted(name for arg in atom.args if isinstance(arg, Symbolic) for name in arg.names())
        head = names[0] if len(names) == 1 and len(names[0]) == 1 else "A"
        counts[head] = counts.get(head, 0) + 1
        while f"{head}_{counts[head]}" in form.symbols:
            counts[head] += 1
        named[atom] = f"{head}_{counts[head]}"
    return dict(sorted(named.items(), key=lambda item: (item[1].partition("_")[0], int(item[1].partition("_")[2]))))


def _top(total: Any) -> Iterator[Atom]:
    return total.atoms() if isinstance(total, Symbolic) else iter(())


def _unfolded(atom: Atom) -> Any:
    return Symbolic({(atom,): 1}).traced()


def _conditions(form: ClosedForm) -> str:
    """The conditions; of those that say how large a symbol must be, the strictest."""
    least: dict[str, int] = {}
    others: set[str] = set()
    for condition in form.assumed:
        bound = condition.bound
        if bound is None:
            others.add(TEXT.formula(condition.traced()))
        else:
            least[bound[0]] = max(bound[1], least.get(bound[0], bound[1]))
    texts = [f"{name} ≥ {value}" for name, value in least.items() if value > 1 or name not in form.places]
    texts += sorted(others, key=lambda text: (len(text), text))
    rest = say(" and {count} more", count=len(texts) - MAX_ASSUMED) if len(texts) > MAX_ASSUMED else ""
    return "; ".join(texts[:MAX_ASSUMED]) + rest


def simplified(form: ClosedForm) -> Document:
    """The totals as SymPy simplifies them.

    Raises:
        SourceError: if SymPy is not installed.

    """
    try:
        import sympy
    except ImportError:
        raise SourceError("SymPy is not installed", hint="pip install 'netledger[sympy]'") from None
    made = {name: sympy.simplify(_sympy(total, sympy)) for name, total in form.totals.items()}
    blocks: list[Block] = [
        Formula(_total(form, name), str(total), form.units.get(name, "")) for name, total in made.items()
    ]
    return Document(
        say("{network}, in symbols, simplified by SymPy", network=form.network), form.source, (*blocks, *_below(form))
    )


def _sympy(number: Any, sympy: Any) -> Any:
    if not isinstance(number, Symbolic):
        return sympy.Rational(number.numerator, number.denominator)
    made = sympy.Integer(0)
    for monomial, factor in number.terms.items():
        atoms = [_sympy_atom(atom, sympy) for atom in monomial]
        made += sympy.Rational(factor.numerator, factor.denominator) * sympy.prod(atoms)
    return made


def _sympy_atom(atom: Atom, sympy: Any) -> Any:
    if atom.op == "symbol":
        return sympy.Symbol(atom.name, positive=True, integer=atom.whole)
    parts = [_sympy(arg, sympy) for arg in atom.args]
    if atom.op == "//":
        return sympy.floor(parts[0] / parts[1])
    known = {"min": sympy.Min, "max": sympy.Max, "gcd": sympy.gcd}
    return (known.get(atom.op) or sympy.Function(atom.op))(*parts)
