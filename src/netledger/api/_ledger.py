"""The ledger as users see it: a thin facade over the core's data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from netledger.api._shapes import several
from netledger.conventions import DEFAULT
from netledger.conventions import checked as _checked
from netledger.conventions import load as _convention
from netledger.core import ledger as _core
from netledger.core.applied import applied as _applied
from netledger.core.errors import IncompleteError, UnknownNameError
from netledger.core.language import say
from netledger.core.network import Network, Parameter, Provenance
from netledger.core.work import Term
from netledger.notations import DEFAULT as FIELD
from netledger.reports import View
from netledger.reports import columns as _columns
from netledger.reports import load as _report

if TYPE_CHECKING:
    from netledger.api._answer import Answer

__all__ = ["MANY", "Entry", "Ledger"]

MANY = 60
"""With more layers than this, what is shown on a screen folds repeated blocks."""

_Data = TypeVar("_Data", _core.Entry, _core.Ledger)


class _Facade(Generic[_Data]):
    """What a ledger and an entry have in common: the core's data, and how it is told."""

    __slots__ = ("data",)

    data: _Data

    def __init__(self, data: _Data) -> None:
        self.data = data

    @property
    def name(self) -> str:
        """What it is called: a network's name; a layer's in full, such as layer1.0.conv1."""
        return self.data.name

    @property
    def inputs(self) -> tuple[tuple[int, ...], ...]:
        """The shape of each input, batch included."""
        return tuple(tensor.shape for tensor in self.data.inputs)

    @property
    def parameters(self) -> int:
        """How many parameters it has, shared ones once; buffers apart."""
        return self.data.parameter_counts.total

    @property
    def parameter_counts(self) -> _core.ParameterCounts:
        """Parameters by kind: total, trainable, weights, biases, buffers."""
        return self.data.parameter_counts

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self.data == other.data

    __hash__ = None  # type: ignore[assignment]  # attributes are dictionaries


class Entry(_Facade[_core.Entry]):
    """One layer of a ledger."""

    __slots__ = ("_within",)

    def __init__(self, data: _core.Entry, within: Ledger | None = None) -> None:
        super().__init__(data)
        self._within = within

    @property
    def scope(self) -> str:
        """The name of the block that it is part of."""
        return self.data.scope

    @property
    def op(self) -> str:
        """The kind of operator."""
        return self.data.op

    @property
    def call(self) -> str:
        """The operator with its attributes, as `layer` takes it."""
        return self.data.call

    @property
    def attributes(self) -> Mapping[str, Any]:
        """The attributes of the operator by name."""
        return self.data.attributes

    @property
    def work(self) -> tuple[Term, ...]:
        """Every counted term: action, role, count."""
        return self.data.work

    @property
    def counted(self) -> bool:
        """Whether there is a rule for this operation."""
        return self.data.counted

    @property
    def provenance(self) -> Provenance:
        """Where it is written."""
        return self.data.provenance

    @property
    def outputs(self) -> tuple[tuple[int, ...], ...]:
        """The shape of each output."""
        return tuple(tensor.shape for tensor in self.data.outputs)

    @property
    def parameter_list(self) -> tuple[Parameter, ...]:
        """Every stored tensor: role, shape, trainable, buffer."""
        return self.data.parameters

    @property
    def valid_products(self) -> int:
        """The products that fall on real input, not on padding; every convention here counts windows whole."""
        return self.data.valid_products

    def total(self, convention: str | _core.Convention) -> int:
        """What it costs under a convention, by name or one of your own."""
        within = self._within or Ledger(_core.Ledger("", "", self.data.inputs, (self.data,)))
        chosen = within.convention(convention)
        return _core.price(chosen, (self.data,))

    def explain(self, conventions: Iterable[str] = DEFAULT, notation: str = FIELD) -> Answer:
        """Where every figure comes from: formula, substitution, value."""
        alone = _core.Ledger("one layer", "", self.data.inputs, (self.data,))
        return Ledger(alone).explain(self.name, conventions=conventions, notation=notation)

    def __repr__(self) -> str:
        return f"<{self.name}: {self.call}, {self.parameters} parameters>"


class Ledger(_Facade[_core.Ledger]):
    """What every layer of a network costs.

    Iterating gives the entries in order of execution; `ledger["conv1"]` is one of them. `print(ledger)` shows the
    table; a notebook shows it as HTML.
    """

    __slots__ = ("_applied", "_data", "_network", "_recorded")

    def __init__(self, data: _core.Ledger | None, network: Network | None = None) -> None:
        self._data = data
        self._applied: dict[str, _core.Convention] = {}
        self._network = network
        self._recorded: _core.Recorded | None = None

    @classmethod
    def of(cls, recorded: _core.Recorded) -> Ledger:
        """The ledger of what a front end wrote down; it is made out in full when it is first looked at."""
        made = cls(None)
        made._recorded = recorded
        return made

    @property
    def network(self) -> Network | None:
        """The graph; None if the ledger was read from JSON, which has none."""
        if self._network is None and self._recorded is not None:
            self._network = self._recorded.network()
        return self._network

    @property
    def data(self) -> _core.Ledger:  # type: ignore[override]
        """The core's data."""
        if self._data is None:
            self._data = _core.build(cast("Network", self.network))
        return self._data

    @property
    def parameters(self) -> int:
        """How many parameters it has, shared ones once; buffers apart."""
        if self._data is None and self._recorded is not None:
            return self._recorded.parameters
        return self.data.parameter_counts.total

    @classmethod
    def from_json(cls, text: str) -> Ledger:
        """The ledger that `to_json` wrote.

        Raises:
            SourceError: if the text is not one.

        """
        from netledger.reports.json import read

        return cls(read(text))

    def __iter__(self) -> Iterator[Entry]:
        return (Entry(entry, self) for entry in self.data.entries)

    def __len__(self) -> int:
        return len(self.data.entries)

    def __getitem__(self, name: str | int) -> Entry:
        """The entry of this name, or at this place."""
        if isinstance(name, int):
            return Entry(self.data.entries[name], self)
        for entry in self.data.entries:
            if entry.name == name:
                return Entry(entry, self)
        raise UnknownNameError("layer", name, (entry.name for entry in self.data.entries))

    @property
    def source(self) -> str:
        """The publication or implementation that it follows."""
        return self.data.source

    @property
    def bytes(self) -> dict[str, int]:
        """Memory of input, feature_maps and parameters (buffers included)."""
        return self.data.bytes

    @property
    def complete(self) -> bool:
        """Whether everything is counted; if not, every total is a lower bound."""
        if self._data is None and self._recorded is not None:
            return self._recorded.complete
        return self.data.complete

    @property
    def gaps(self) -> tuple[_core.Gap, ...]:
        """What is not counted: layer, op, reason, bound."""
        return self.data.gaps

    def require_complete(self) -> Ledger:
        """The ledger itself.

        Raises:
            IncompleteError: if something is not counted.

        """
        if self.complete:
            return self
        names = ", ".join(gap.layer for gap in self.gaps[:5])
        raise IncompleteError(
            say(
                "{count} of {all} layers are not counted: {names}",
                count=len(self.gaps),
                all=len(self),
                names=names,
            ),
            hint="Every total is a lower bound.",
        )

    def total(self, convention: str | _core.Convention) -> int:
        """The exact total under a convention, by name or one of your own; a lower bound unless the ledger is complete.

        Raises:
            UnknownNameError: if there is no such convention.
            PluginError: if it is none.

        """
        if isinstance(convention, str) and self._data is None and self._recorded is not None:
            chosen = _convention(convention)
            if not hasattr(chosen, "charges"):
                return self._recorded.price(chosen)
        return _core.price(self.convention(convention), self.data)

    def convention(self, convention: str | _core.Convention) -> _core.Convention:
        """A convention, or the one of this name, as it prices the entries of this ledger.

        Raises:
            UnknownNameError: if there is no such convention.
            PluginError: if it is none.

        """
        if not isinstance(convention, str):
            return _applied(_checked(convention), self.data)
        if convention not in self._applied:
            self._applied[convention] = _applied(_convention(convention), self.data)
        return self._applied[convention]

    def explain(
        self,
        layer: str | None = None,
        *,
        all: bool = False,
        conventions: Iterable[str] = DEFAULT,
        notation: str = FIELD,
    ) -> Answer:
        """Where the figures come from: formula, substitution, value.

        Args:
            layer: a layer, or a block: all that is in it. Without one: the figures of every layer in numbers.
            all: explain every layer.
            conventions: the ways of counting.
            notation: how sizes and attributes are called: field, cs231n, oiksp.

        Raises:
            UnknownNameError: if there is no such layer, or notation.

        """
        from netledger.analyses.explain import explain_layers, overview
        from netledger.api._answer import Answer

        chosen = tuple(map(self.convention, several(conventions)))
        if layer is None and not all:
            return Answer(overview(self.data, chosen))
        names = [entry.name for entry in self.data] if layer is None else [layer]
        return Answer(explain_layers(self.data, names, chosen, notation))

    def to(
        self,
        format: str,
        conventions: Iterable[str] = DEFAULT,
        depth: int | None = None,
        fold: bool = False,
        columns: Iterable[str] = (),
    ) -> str:
        """The ledger as a report, by the name of a format: table, json, …: `netledger show --help` lists them.

        Args:
            format: its name.
            conventions: the ways of counting.
            depth: what is deeper than so many levels is folded into its block.
            fold: repeated blocks as one row.
            columns: names of columns, for the formats that have a choice.

        """
        chosen = _columns(format, several(columns))
        return _report(format).render(self.view(conventions, depth, fold, chosen))

    def view(
        self,
        conventions: Iterable[str] = DEFAULT,
        depth: int | None = None,
        fold: bool = False,
        columns: tuple[str, ...] = (),
    ) -> View:
        """What a report is given."""
        return View(self.data, tuple(map(self.convention, several(conventions))), depth, fold, columns)

    def to_json(self, conventions: Iterable[str] = DEFAULT) -> str:
        """The whole ledger as JSON; `from_json` reads it back."""
        return self.to("json", conventions)

    def to_csv(self, conventions: Iterable[str] = DEFAULT) -> str:
        """A line per layer, as comma-separated values."""
        return self.to("csv", conventions)

    def to_markdown(self, conventions: Iterable[str] = DEFAULT) -> str:
        """The table as Markdown."""
        return self.to("markdown", conventions)

    def to_latex(self, conventions: Iterable[str] = DEFAULT) -> str:
        """The table as LaTeX."""
        return self.to("latex", conventions)

    def to_rows(self, conventions: Iterable[str] = DEFAULT) -> list[dict[str, Any]]:
        """A dictionary per layer: what `pandas.DataFrame` takes."""
        return [_row(entry, several(conventions)) for entry in self]

    def to_pandas(self, conventions: Iterable[str] = DEFAULT) -> Any:
        """The table as a pandas.DataFrame (pandas must be installed)."""
        from pandas import DataFrame

        return DataFrame(self.to_rows(conventions))

    def __str__(self) -> str:
        return self.to("table")

    def __repr__(self) -> str:
        state = "complete" if self.complete else "incomplete"
        return f"<Ledger of {self.name}: {len(self)} layers, {self.parameters} parameters, {state}>"

    def __rich__(self) -> Any:
        from rich.console import Console

        from netledger.reports.table import for_terminal

        return for_terminal(self.view(fold=len(self) > MANY), Console().width)

    def _repr_html_(self) -> str:
        return self.to("html", fold=len(self) > MANY)


def _row(entry: Entry, conventions: tuple[str, ...]) -> dict[str, Any]:
    counts = entry.parameter_counts
    return {
        "layer": entry.name,
        "op": entry.op,
        "operator": entry.call,
        "inputs": entry.inputs,
        "outputs": entry.outputs,
        "weights": counts.weights,
        "biases": counts.biases,
        "parameters": counts.total,
        "buffers": counts.buffers,
        "counted": entry.counted,
        **{name: entry.total(name) if entry.counted else None for name in conventions},
    }
