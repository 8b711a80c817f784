"""Questions about a network: why, in symbols, how far it sees, as a spec."""

from __future__ import annotations

from collections.abc import Iterable

from netledger.analyses import formula as _formula
from netledger.analyses import receptive_field as _field
from netledger.api._answer import Answer
from netledger.api._count import Let, Source, count, lay_out
from netledger.api._ledger import Ledger
from netledger.api._shapes import Input, options, several
from netledger.conventions import DEFAULT
from netledger.conventions import load as _convention
from netledger.core.document import Document
from netledger.core.errors import SourceError
from netledger.core.network import Network
from netledger.frontends.spec.write import to_spec as _to_spec
from netledger.notations import DEFAULT as FIELD

__all__ = ["Formula", "ReceptiveField", "explain", "formula", "receptive_field", "to_spec"]


def explain(
    source: Source | Ledger,
    layer: str | None = None,
    *inputs: Input,
    all: bool = False,
    conventions: Iterable[str] = DEFAULT,
    notation: str = FIELD,
    batch: int | None = None,
    let: Let = None,
) -> Answer:
    """Where the figures of a layer come from: formula, substitution, value.

    Args:
        source: what `count` takes, or a ledger.
        layer: a layer, or a block: all that is in it. Without one: the figures of every layer in numbers.
        inputs: as for `count`.
        all: explain every layer.
        conventions: the ways of counting.
        notation: how sizes and attributes are called: field (H_in, K, C_out), cs231n (W, F, K), oiksp (O, I, N).
        batch: as for `count`.
        let: as for `count`.

    Raises:
        UnknownNameError: if there is no such layer, or notation.

    >>> print(explain("alexnet", "conv1"))  # doctest: +ELLIPSIS
    conv1 of AlexNet, input 1x3x227x227
    ...
      H_out = ⌊(H_in + 2·P − K) / S⌋ + 1 = ⌊(227 + 2·0 − 11) / 4⌋ + 1 = 55   (rounded down: ...)
    ...

    """
    ledger = source if isinstance(source, Ledger) else count(source, *inputs, batch=batch, let=let)
    return ledger.explain(layer, all=all, conventions=conventions, notation=notation)


class Formula(Answer):
    """Totals in symbols: `formula.at(N=1, H=224, W=224)` are their values."""

    __slots__ = ("form",)

    def __init__(self, form: _formula.ClosedForm, document: Document) -> None:
        super().__init__(document)
        self.form = form

    def at(self, **values: float) -> dict[str, int]:
        """Every total for these values of the symbols.

        Raises:
            UnknownNameError: if there is no such symbol.
            SourceError: if a symbol has no value, or the values break a condition of the formula.

        """
        return self.form.at(values)

    def holds(self, **values: float) -> bool:
        """Whether the formula holds for these values: whether every layer fits."""
        return self.form.holds(values)

    def simplified(self) -> Answer:
        """The totals as SymPy simplifies them; SymPy must be installed."""
        return Answer(_formula.simplified(self.form))


def formula(
    source: Source,
    *inputs: Input,
    free: Iterable[str] = (),
    conventions: Iterable[str] = DEFAULT,
    batch: int | None = None,
    let: Let = None,
) -> Formula:
    """The totals of a network in symbols: batch N, sizes such as H and W, and numbers under `let`; exact with floors.

    Args:
        source: as for `count`.
        inputs: as for `count`: the sizes at which the network is laid out.
        free: names under `let` that stay symbols.
        conventions: the ways of counting.
        batch: as for `count`.
        let: as for `count`.

    Raises:
        UnknownNameError: if there is no such name under `let`.
        ShapeError, SpecError: if the structure of the network depends on a symbol.

    >>> formula("alexnet").at(N=1, H=227, W=227)["macs"]
    1135256096

    """
    given = options(source, inputs, batch, let)
    chosen = tuple(map(_convention, several(conventions)))
    asked = several(free)
    form = _formula.closed_form(lambda symbols: lay_out(source, given._replace(symbols=symbols)), chosen, asked)
    return Formula(form, _formula.document(form))


class ReceptiveField(Answer):
    """How far each layer sees: `field["conv2"]` has a Field for each axis of the input."""

    __slots__ = ("rows",)

    def __init__(self, rows: tuple[_field.Row, ...], document: Document) -> None:
        super().__init__(document)
        self.rows = rows

    def __getitem__(self, layer: str) -> dict[int, _field.Field]:
        """The fields of a layer in the first input, by axis of that input: size, jump, padding, offset, aligned.

        Raises:
            UnknownNameError: if there is no such layer.

        """
        from netledger.core.errors import UnknownNameError

        for row in self.rows:
            if row.layer == layer:
                return {axis: field for (place, axis), field in row.fields.items() if place == 0}
        raise UnknownNameError("layer", layer, (row.layer for row in self.rows))


def receptive_field(
    source: Source | Ledger, *inputs: Input, batch: int | None = None, let: Let = None
) -> ReceptiveField:
    """How far each layer of a network sees: size, jump, padding and offset along each axis of the input.

    >>> receptive_field("alexnet")["conv2"][2].size
    51
    """
    network = _network(source, inputs, batch, let)
    rows = _field.receptive_fields(network)
    return ReceptiveField(rows, _field.document(network, rows))


def to_spec(source: Source | Ledger, *inputs: Input, batch: int | None = None, let: Let = None) -> str:
    """A network as the text of a spec, every layer by name: reading it gives the same network.

    Raises:
        SourceError: if the language has no words for something in it.

    """
    return str(_to_spec(_network(source, inputs, batch, let)))


def _network(source: Source | Ledger, inputs: Iterable[Input], batch: int | None, let: Let) -> Network:
    if not isinstance(source, Ledger):
        return lay_out(source, options(source, inputs, batch, let))
    if source.network is None:
        raise SourceError("this ledger has no graph: it was read from JSON", hint="Give the network itself.")
    return source.network
