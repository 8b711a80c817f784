"""The facade that users import: it alone joins front ends, rules, conventions and reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from os import PathLike, fspath
from typing import Any, Generic, TypeAlias, TypeVar

from netledger.conventions import DEFAULT
from netledger.conventions import load as _convention
from netledger.core import ledger as _core
from netledger.core.errors import IncompleteError, NetledgerError, SourceError, UnknownNameError
from netledger.core.network import DTYPE_BITS, Network, Parameter, Provenance, Tensor
from netledger.core.work import Term
from netledger.frontends import spec
from netledger.frontends.shape import check_shape, parse_input
from netledger.reports import View
from netledger.reports import load as _report

__all__ = ["Entry", "Ledger", "Shape", "count", "layer", "presets"]


_Data = TypeVar("_Data", _core.Entry, _core.Ledger)


class Shape:
    """The shape and element type of an input.

    >>> Shape(1, 128, dtype="int64")
    Shape(1, 128, dtype='int64')
    """

    __slots__ = ("tensor",)

    def __init__(self, *sizes: int, dtype: str = "float32") -> None:
        if dtype not in DTYPE_BITS:
            raise UnknownNameError("element type", dtype, DTYPE_BITS)
        self.tensor = Tensor(_sizes(sizes), dtype)

    def __repr__(self) -> str:
        return f"Shape({', '.join(map(str, self.tensor.shape))}, dtype={self.tensor.dtype!r})"


Input: TypeAlias = "Shape | Iterable[int] | str | Mapping[str, Shape | Iterable[int] | str]"
"""A shape, or shapes by the names of the inputs."""


def count(
    source: str | PathLike[str],
    *inputs: Input,
    batch: int | None = None,
    let: Mapping[str, int | float | str] | None = None,
) -> Ledger:
    """Count a network.

    Args:
        source: the name of a preset, the path of a spec, or the text of one.
        inputs: shapes that replace those of the spec, with or without the batch in front (without, if the spec
            declares none): (1, 3, 224, 224), "3x224x224", Shape(1, 128, dtype="int64"), or a dictionary by the names
            of the inputs.
        batch: the batch, if the shapes leave it out (1 otherwise).
        let: numbers or expressions that replace those under `let` in the spec.

    Returns:
        The ledger: shapes, parameters, counted work of every layer.

    Raises:
        SourceError: if there is no such network.
        SpecError: if the spec breaks a rule of its language.
        ShapeError: if a layer cannot take its input; `.ledger` has what was counted before.

    >>> count("lenet").parameters
    61610
    >>> count("mobilenet_v1", (3, 160, 160), let={"width": 0.5}).total("macs")
    76524800

    """
    if not isinstance(source, (str, PathLike)):
        hint = "Give the name of a preset (netledger.presets()), the path of a spec, or its text."
        raise SourceError(f"there is no front end for a {type(source).__name__}", hint=hint)
    options = _options(inputs, batch, let)
    return _ledger(lambda: spec.network(fspath(source), options))


def layer(call: str, *inputs: Input, batch: int | None = None) -> Entry:
    """Count one layer, written as a call.

    >>> layer("conv(96, 11, stride=4)", "3x227x227").parameters
    34944
    """
    options = _options(inputs, batch, None)
    return next(iter(_ledger(lambda: spec.layer(call, options))))


def presets() -> tuple[str, ...]:
    """The names of the networks that come with netledger."""
    from netledger.frontends.spec.source import presets as names

    return names()


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

    __slots__ = ()

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

    def total(self, convention: str) -> int:
        """What it costs under a convention."""
        return _core.price(_convention(convention), (self.data,))

    def __repr__(self) -> str:
        return f"<{self.name}: {self.call}, {self.parameters} parameters>"


class Ledger(_Facade[_core.Ledger]):
    """What every layer of a network costs.

    Iterating gives the entries in order of execution; `ledger["conv1"]` is one of them. `print(ledger)` shows the
    table; a notebook shows it as HTML.
    """

    __slots__ = ()

    @classmethod
    def from_json(cls, text: str) -> Ledger:
        """The ledger that `to_json` wrote.

        Raises:
            SourceError: if the text is not one.

        """
        from netledger.reports.json import read

        return cls(read(text))

    def __iter__(self) -> Iterator[Entry]:
        return map(Entry, self.data.entries)

    def __len__(self) -> int:
        return len(self.data.entries)

    def __getitem__(self, name: str | int) -> Entry:
        """The entry of this name, or at this place."""
        if isinstance(name, int):
            return Entry(self.data.entries[name])
        for entry in self.data.entries:
            if entry.name == name:
                return Entry(entry)
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
            f"{len(self.gaps)} of {len(self)} layers are not counted: {names}",
            hint="Every total is a lower bound.",
        )

    def total(self, convention: str) -> int:
        """The exact total under a convention; a lower bound unless the ledger is complete.

        Raises:
            UnknownNameError: if there is no such convention.

        """
        return _core.price(_convention(convention), self.data)

    def to(self, format: str, conventions: Iterable[str] = DEFAULT, depth: int | None = None) -> str:
        """The ledger as a report, by the name of a format: table, json, …: `netledger show --help` lists them."""
        return _report(format).render(self.view(conventions, depth))

    def view(self, conventions: Iterable[str] = DEFAULT, depth: int | None = None) -> View:
        """What a report is given."""
        return View(self.data, tuple(map(_convention, conventions)), depth)

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
        return [_row(entry, tuple(conventions)) for entry in self]

    def to_pandas(self, conventions: Iterable[str] = DEFAULT) -> Any:
        """The table as a pandas.DataFrame (pandas must be installed)."""
        from pandas import DataFrame

        return DataFrame(self.to_rows(tuple(conventions)))

    def __str__(self) -> str:
        return self.to("table")

    def __repr__(self) -> str:
        state = "complete" if self.complete else "incomplete"
        return f"<Ledger of {self.name}: {len(self)} layers, {self.parameters} parameters, {state}>"

    def __rich__(self) -> Any:
        from rich.console import Console

        from netledger.reports.table import for_terminal

        return for_terminal(self.view(), Console().width)

    def _repr_html_(self) -> str:
        return self.to("html")


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


def _ledger(make: Any) -> Ledger:
    """The ledger of the network that is made; on a mistake, that of what was made before it."""
    try:
        network: Network = make()
    except NetledgerError as error:
        if error.network is not None:
            error.ledger = Ledger(_core.build(error.network))
        raise
    return Ledger(_core.build(network))


def _options(inputs: Iterable[Input], batch: int | None, let: Mapping[str, Any] | None) -> spec.Options:
    if batch is not None:
        _sizes((batch,))
    given = tuple(pair for item in inputs for pair in _named(item))
    return spec.Options(given, batch, {name: str(value) for name, value in (let or {}).items()})


def _named(item: Input) -> Iterator[tuple[str, Tensor]]:
    if isinstance(item, Mapping):
        for name, shape in item.items():
            yield name, _tensor(shape)[1]
    else:
        yield _tensor(item)


def _tensor(item: Shape | Iterable[int] | str) -> tuple[str, Tensor]:
    if isinstance(item, Shape):
        return "", item.tensor
    return parse_input(item) if isinstance(item, str) else ("", Tensor(_sizes(item)))


def _sizes(sizes: Iterable[int]) -> tuple[int, ...]:
    """The sizes as plain integers: a NumPy integer could wrap."""
    import operator

    try:
        return check_shape(tuple(operator.index(size) for size in sizes))
    except TypeError:
        raise SourceError("a shape is made of whole numbers", values={"given": repr(sizes)[:100]}) from None
