"""Why is each figure of a layer what it is: formula, substitution, value, for shapes, parameters, work and prices.

Nothing is written a second time: the operator's own rules run on traced numbers, and so do the conventions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from netledger.conventions import load as load_convention
from netledger.core.document import (
    Block,
    Column,
    Definition,
    Definitions,
    Document,
    Formula,
    Heading,
    Pairs,
    Paragraph,
    Table,
)
from netledger.core.errors import SourceError, UnknownNameError
from netledger.core.formula import TEXT, called, symbols
from netledger.core.functions import MEANING
from netledger.core.language import later, say
from netledger.core.ledger import Convention, Entry, Gap, Ledger, price
from netledger.core.network import Parameter, Tensor, shapes
from netledger.core.number import Shape, Traced, product, total, value_of
from netledger.core.operator import Operator
from netledger.core.trace import meaning, name_outputs, size_names, suffixes, trace
from netledger.core.window import rounding_rule
from netledger.core.work import ROLES, Term
from netledger.notations import DEFAULT, Naming, naming
from netledger.ops import restore

__all__ = ["derivation", "explain_layers", "named_term", "overview", "parts_of_docstring"]

STORED = (later("weight"), later("bias"), later("scale"), later("shift"))
"""The usual names of what a layer stores."""

HEADINGS = ("Equation", "Shapes", "Parameters", "Counted", "Source")
"""The headings of the docstring of an operator."""


def explain_layers(
    ledger: Ledger, names: Sequence[str], conventions: Sequence[Convention], notation: str = DEFAULT
) -> Document:
    """The derivation of every figure of some layers; a name may be that of a block: all that is in it.

    Raises:
        UnknownNameError: if there is no such layer.
        SourceError: if the ledger was not made by these rules.

    """
    chosen = [entry for name in names for entry in _named(ledger, name)]
    blocks = [block for entry in chosen for block in _layer(entry, conventions, notation, len(chosen) > 1)]
    title = (
        say("{layer} of {network}", layer=chosen[0].name, network=ledger.name)
        if len(chosen) == 1
        else say("Every figure of {network}", network=ledger.name)
    )
    return Document(
        say("{title}, input {inputs}", title=title, inputs=shapes(ledger.inputs)), ledger.source, tuple(blocks)
    )


def overview(ledger: Ledger, conventions: Sequence[Convention]) -> Document:
    """The figures of every layer in numbers, and how they add up."""
    columns = (
        Column("layer", number=False),
        Column("operator", number=False),
        Column("output", number=False),
        Column("parameters"),
        *(Column(f"{convention.NAME} ({convention.UNIT})") for convention in conventions),
    )
    rows = tuple(_row(entry, conventions) for entry in ledger)
    least = "" if ledger.complete else "≥ "
    figures = (ledger.parameter_counts.total, *(price(convention, ledger) for convention in conventions))
    bottom = (later("total"), "", "", *(f"{least}{figure:,}" for figure in figures))
    shown = Table(columns, rows, bottom)
    return Document(
        say("{name}, input {inputs}", name=ledger.name, inputs=shapes(ledger.inputs)), ledger.source, (shown,)
    )


def _row(entry: Entry, conventions: Sequence[Convention]) -> tuple[str, ...]:
    traced = _Traced.of(entry)
    stored = total(part.elements for part in traced.parameters if not part.buffer)
    figures = traced.entry(named=False)
    prices = (_price(convention, figures, entry) for convention in conventions)
    cells = [_sum(stored), *(_sum(number) if entry.counted else later("not counted") for number in prices)]
    return (entry.name, entry.call, shapes(entry.outputs), *cells)


def _sum(number: Any) -> str:
    """The substitution and the value, or the value where it says it all."""
    value = f"{value_of(number):,}"
    written = TEXT.substitution(number)
    return value if written == value or not value_of(number) else f"{written} = {value}"


def _named(ledger: Ledger, name: str) -> list[Entry]:
    found = [entry for entry in ledger if entry.name == name or entry.name.startswith(f"{name}.")]
    if not found:
        raise UnknownNameError("layer", name, (entry.name for entry in ledger))
    return found


class _Traced(NamedTuple):
    """A layer run on traced numbers."""

    source: Entry
    op: Operator
    inputs: tuple[Tensor, ...]
    made: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    parameters: tuple[Parameter, ...]
    work: tuple[Term, ...]

    @classmethod
    def of(cls, entry: Entry) -> _Traced:
        """The traced layer of an entry, checked against it."""
        try:
            traced = cls._run(entry)
        except (TypeError, KeyError, ValueError, AttributeError, ArithmeticError) as error:
            raise _other_rules(entry) from error
        if not traced.agrees():
            raise _other_rules(entry)
        return traced

    @classmethod
    def _run(cls, entry: Entry) -> _Traced:
        op, inputs = trace(restore(entry.op, entry.attributes), entry.inputs)
        made = op.infer(inputs)
        outputs = name_outputs(op, made)
        shapes = {**op.parameters(inputs), **op.buffers(inputs)}
        parameters = tuple(part._replace(shape=shapes[part.role]) for part in entry.parameters)
        return cls(entry, op, inputs, made, outputs, parameters, op.work(inputs, outputs))

    def agrees(self) -> bool:
        """Whether the rules give what the entry says."""
        work = tuple(Term(term.action, term.role, value_of(term.count)) for term in self.work)
        stored = tuple(part._replace(shape=_plain(part.shape)) for part in self.parameters)
        outputs = tuple(tensor.like(_plain(tensor.shape)) for tensor in self.made)
        return (work, stored, outputs) == (self.source.work, self.source.parameters, self.source.outputs)

    def entry(self, named: bool) -> Entry:
        """The entry with traced figures; with `named`, a symbol for each term of the work."""
        work = tuple(term._replace(count=_term_symbol(term)) for term in self.work) if named else self.work
        traced = self.source._replace(inputs=self.inputs, outputs=self.outputs)
        return traced._replace(parameters=self.parameters, work=work)


def _plain(shape: Shape) -> Shape:
    return tuple(map(value_of, shape))


def _other_rules(entry: Entry) -> SourceError:
    return SourceError(
        say("{name} was counted by other rules than those of {op} here", name=entry.name, op=entry.op),
        hint="Count it again.",
    )


def _term_symbol(term: Term) -> Any:
    return Traced.symbol(named_term(term), value_of(term.count))


def named_term(term: Term) -> str:
    """The action and role of a term, in words."""
    return say("{action} ({role})", action=say(term.action), role=say(term.role))


def _layer(entry: Entry, conventions: Sequence[Convention], notation: str, titled: bool) -> Iterator[Block]:
    traced = _Traced.of(entry)
    said = parts_of_docstring(traced.op)
    known = _Known(traced.op, naming(notation, traced.op))
    if titled:
        yield Heading(f"{entry.name}: {entry.call}")
    else:
        yield Paragraph(say("{name} is {call}.", name=entry.name, call=entry.call))
    yield Paragraph(known.naming.text(say(said[""])))
    yield Pairs(
        (
            (say("equation"), known.naming.text(say(said["Equation"]))),
            (say("counted"), known.naming.text(say(said["Counted"]))),
            (say("source"), said["Source"]),
        )
    )
    for title, blocks in (
        (later("Steps"), _steps(traced, known.naming)),
        (later("Output"), _sizes(traced)),
        (later("Parameters"), _stored(traced)),
        (later("Work"), _work(traced)),
        (later("Cost under each convention"), _prices(traced, conventions)),
    ):
        made = list(_defined(blocks, known))
        if made:
            yield from (Heading(title, 2 if titled else 1), *made)


def derivation(entry: Entry, what: str, notation: str = DEFAULT) -> Iterator[Block]:
    """The formulas of one figure of a layer: output, parameters, or what it costs under a convention.

    Args:
        entry: the layer.
        what: `output`, `parameters`, or the name of a convention.
        notation: how signs are written.

    """
    traced = _Traced.of(entry)
    known = _Known(traced.op, naming(notation, traced.op))
    if what == "output":
        yield from _defined(_sizes(traced), known)
    elif what == "parameters":
        yield from _defined(_stored(traced), known)
    else:
        cost = list(_prices(traced, [load_convention(what)]))
        terms = {name for block in cost if isinstance(block, Formula) for name in symbols(block.number)}
        work = (block for block in _work(traced) if isinstance(block, Formula) and block.name in terms)
        yield from _defined((*_sizes(traced), *work, *cost), known)


def _defined(blocks: Iterable[Block], known: _Known) -> Iterator[Block]:
    """After each formula, the signs that appear in it for the first time."""
    for block in blocks:
        if isinstance(block, Formula):
            yield known.naming.block(known.told(block))
            yield from map(known.naming.block, known.new_in(block.number))
        else:
            yield block


class _Known:
    """The signs that have been defined so far."""

    def __init__(self, op: Operator, naming: Naming) -> None:
        self.op = op
        self.naming = naming
        self.names: set[str] = set()

    def told(self, formula: Formula) -> Formula:
        """A formula that is one sign by its own name says itself what that is."""
        said = meaning(self.op, formula.name) if symbols(formula.number).keys() == {formula.name} else ""
        if not said or formula.name in self.names:
            return formula
        self.names.add(formula.name)
        return formula._replace(note=said)

    def new_in(self, number: Any) -> Iterator[Definitions]:
        """What is new in a formula."""
        found = [
            Definition(name, value, meaning(self.op, name))
            for name, value in symbols(number).items()
            if name not in self.names and meaning(self.op, name)
        ]
        found += [Definition(name, "", say(MEANING[name])) for name in called(number) if name not in self.names]
        self.names.update(item.symbol for item in found)
        if found:
            yield Definitions(tuple(found))


def parts_of_docstring(op: Operator | type[Operator]) -> dict[str, str]:
    """The parts of an operator's docstring; the first line under the empty name."""
    found: dict[str, str] = {"": ""}
    name = ""
    for line in (op.__doc__ or "").split("\n"):
        head, colon, rest = line.strip().partition(":")
        if colon and head in HEADINGS:
            name, line = head, rest
        found[name] = f"{found.get(name, '')} {line.strip()}".strip()
    return found


def _steps(traced: _Traced, naming: Naming) -> Iterator[Block]:
    for place, step in enumerate(traced.op.steps(traced.inputs, traced.outputs), 1):
        yield Paragraph(f"{place}. {say(step.name)}: {naming.text(say(step.equation))}")
        for sign, value in step.values.items():
            yield Formula(sign, _real(value) if isinstance(value, float) else value)


def _real(value: float) -> str:
    return f"{value:g}".replace("e-0", "e−").replace("e+0", "e")


def _sizes(traced: _Traced) -> Iterator[Block]:
    note = _rule(traced.op)
    for suffix, tensor in zip(suffixes("out", len(traced.made)), traced.made, strict=True):
        first = "N" if tensor.shape and TEXT.formula(tensor.shape[0]) == "N" else f"N_{suffix}"
        for name, size in zip(
            size_names(traced.op.layout, len(tensor.shape), suffix, first), tensor.shape, strict=True
        ):
            if TEXT.formula(size) == name and len(traced.made) > 1:
                continue
            rounded = isinstance(size, Traced) and {"//", "ceil_div", "where"} & set(called(size, every=True))
            yield Formula(name, size, note=note if rounded else "")
            note = "" if rounded else note


def _rule(op: Operator) -> str:
    """The rule of rounding that an operator with windows follows, in words."""
    if "rounding" not in op.ATTRIBUTES:
        return ""
    same = getattr(op, "padding", None) == "same"
    return rounding_rule("same" if same else getattr(op, "rounding", ""), getattr(op, "clip", True))


def _stored(traced: _Traced) -> Iterator[Block]:
    for part in traced.parameters:
        yield Formula(part.role, product(part.shape), note="a buffer: not a parameter" if part.buffer else "")
    learned = [part for part in traced.parameters if not part.buffer]
    if len(learned) > 1:
        yield Formula("parameters", _named_sum((say(part.role), value_of(part.elements)) for part in learned))


def _uncounted(gap: Gap) -> str:
    if gap.bound is None:
        return say("Not counted: {reason}; there is no bound.", reason=gap.reason)
    return say("Not counted: {reason}; at most {bound:,} FLOP.", reason=gap.reason, bound=gap.bound)


def _work(traced: _Traced) -> Iterator[Block]:
    if gap := traced.source.gap:
        yield Paragraph(_uncounted(gap))
    told: set[str] = set()
    for term in traced.work:
        yield Formula(named_term(term), term.count, note="" if term.role in told else say(ROLES[term.role]))
        told.add(term.role)
    if traced.source.inside is not None:
        yield Formula(
            "valid products", _valid(traced), note="those that count for the result; the others are counted too"
        )


def _valid(traced: _Traced) -> Any:
    """The valid products as a formula; the number, if their rule needs plain ones."""
    try:
        return traced.op.valid_products(traced.inputs, traced.outputs)
    except TypeError:
        return traced.source.inside


def _prices(traced: _Traced, conventions: Iterable[Convention]) -> Iterator[Block]:
    named = traced.entry(named=True)
    for convention in conventions if traced.source.counted else ():
        yield Formula(convention.NAME, _price(convention, named, traced.source), convention.UNIT)


def _price(convention: Convention, traced: Entry, plain: Entry) -> Any:
    """What a convention charges, as a formula; as a sum of its named amounts, if it cannot work on formulas."""
    if not hasattr(convention, "charges"):  # one that looks around reads plain numbers
        with suppress(TypeError):
            return total(convention.amounts(traced).values())
    return _named_sum((say(name), amount) for name, amount in convention.amounts(plain).items())


def _named_sum(parts: Iterable[tuple[str, int]]) -> Any:
    """A sum of named numbers."""
    signs: list[Any] = [Traced.symbol(name, amount) for name, amount in parts]
    return total(signs)
