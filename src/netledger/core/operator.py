"""What every operator is: a frozen record of attributes, and rules that run on any kind of number.

An operator is declared once, in its file under `ops/`:

    @operator
    class Linear(Operator):
        '''y = x·Wᵀ + b. …'''

        KIND = "linear"
        LABEL = "fc"
        out: Number = number("F_out", "output features")
        bias: bool = flag(True, "add a bias")

The declarations are all that a front end needs to read the layer, a schema to describe it, and an
explanation to name its symbols.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeAlias, dataclass_transform

from netledger.core.errors import ShapeError
from netledger.core.language import plural, say
from netledger.core.network import Tensor
from netledger.core.number import Number, Shape, require, value_of
from netledger.core.order import ORDERS, wrap
from netledger.core.reach import Reads, pointwise
from netledger.core.window import ROUNDINGS, Padding
from netledger.core.work import Term

if TYPE_CHECKING:
    from netledger.core.performed import Stage, Values

__all__ = [
    "Attribute",
    "Axes",
    "Operator",
    "Readings",
    "Step",
    "attributes_of",
    "axes",
    "axis_of",
    "channels",
    "choice",
    "clip",
    "feature_map",
    "flag",
    "index",
    "number",
    "numbers",
    "operator",
    "padding",
    "per_axis",
    "real",
    "rounding",
    "scale",
    "word",
]

Axes: TypeAlias = "Number | tuple[Number, ...]"
"""One number for every axis, or one per axis."""

Shapes: TypeAlias = Mapping[str, Shape]
"""Shapes by role."""

Readings: TypeAlias = "tuple[Reads, ...] | None"
"""How each input is read; None: it is not known."""


class Attribute(NamedTuple):
    """How one attribute of an operator is written, checked and named.

    Args:
        kind: number | per_axis | padding | scale (these are traced), or index | numbers | real | flag | choice |
            word.
        doc: what it is, in a few words.
        symbol: its sign in formulas.
        least: the least number allowed.
        choices: the words allowed.
        optional: whether None (left out) is allowed.
        tacit: whether formulas leave it out where it is 1 (a dilation, groups).

    """

    kind: str
    doc: str
    symbol: str = ""
    least: int | None = None
    choices: tuple[str, ...] = ()
    optional: bool = False
    tacit: bool = False


class Step(NamedTuple):
    """A step of a derivation.

    Args:
        name: what it does.
        equation: how, in signs that the equation of the docstring uses too.
        values: the numbers in it, by sign: integers, traced ones, or real attributes.

    """

    name: str
    equation: str
    values: Mapping[str, Any] = {}


def _declare(attribute: Attribute, default: Any) -> Any:
    metadata = {"attribute": attribute}
    if default is dataclasses.MISSING:
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def number(
    symbol: str, doc: str, default: Any = dataclasses.MISSING, least: int | None = 1, *, tacit: bool = False
) -> Any:
    """Declare a whole number."""
    return _declare(Attribute("number", doc, symbol, least, optional=default is None, tacit=tacit), default)


def per_axis(
    symbol: str, doc: str, default: Any = dataclasses.MISSING, least: int | None = 1, *, tacit: bool = False
) -> Any:
    """Declare a whole number, or one per axis."""
    return _declare(Attribute("per_axis", doc, symbol, least, optional=default is None, tacit=tacit), default)


def index(doc: str, default: Any = dataclasses.MISSING) -> Any:
    """Declare the position of an axis; from the end, if negative."""
    return _declare(Attribute("index", doc), default)


def scale(symbol: str, doc: str, default: Any = dataclasses.MISSING) -> Any:
    """Declare a factor, or one per axis: a whole number, or an exact fraction."""
    return _declare(Attribute("scale", doc, symbol, optional=default is None), default)


def numbers(doc: str, default: Any = dataclasses.MISSING, least: int | None = 1) -> Any:
    """Declare a list of whole numbers."""
    return _declare(Attribute("numbers", doc, "", least, optional=default is None), default)


def padding(default: Padding | None = 0, doc: str = "elements added at the borders") -> Any:
    """Declare a padding: a number, one or a pair per axis, `same` or `valid`."""
    return _declare(Attribute("padding", doc, "P", 0, optional=default is None), default)


def rounding() -> Any:
    """Declare whether a window that only partly fits counts."""
    return choice(ROUNDINGS, "whether a window that only partly fits counts", "floor")


def clip() -> Any:
    """Declare whether such a window must start inside the input."""
    return flag(True, "with ceil: the last window must start inside the input or its left padding")


def real(doc: str, default: Any = dataclasses.MISSING) -> Any:
    """Declare a real number: it enters no count."""
    return _declare(Attribute("real", doc, optional=default is None), default)


def flag(default: bool, doc: str) -> Any:
    """Declare a yes or no."""
    return _declare(Attribute("flag", doc), default)


def choice(choices: tuple[str, ...], doc: str, default: Any = dataclasses.MISSING) -> Any:
    """Declare one of a few words."""
    return _declare(Attribute("choice", doc, choices=choices), default)


def channels() -> Any:
    """Declare where the channels stand: after the batch (first), or after all other axes (last)."""
    return choice(ORDERS, "where the channels stand: after the batch, or last", "first")


def word(doc: str, default: Any = dataclasses.MISSING) -> Any:
    """Declare a free text."""
    return _declare(Attribute("word", doc), default)


@dataclass_transform(frozen_default=True)
def operator(cls: type[Any]) -> type[Any]:
    """Make an operator of a declaration: a frozen, slotted record with its attributes looked up once.

    A class without attributes of its own needs only `__slots__ = ()`.
    """
    made = dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)(cls)
    made.ATTRIBUTES = {field.name: field.metadata["attribute"] for field in dataclasses.fields(made)}
    made.DEFAULTS = {
        field.name: field.default for field in dataclasses.fields(made) if field.default is not dataclasses.MISSING
    }
    return made


class Operator:
    """The base of all operators. Shapes are (batch, channels, spatial …) unless an operator says otherwise."""

    __slots__ = ("_known", "_turned")
    # what a front end knows that it answered; the same with the channels first (see `order`): set when first needed
    _known: dict[tuple[int, ...], Any]
    _turned: Any

    KIND: ClassVar[str]
    """The name that users type."""
    LABEL: ClassVar[str] = ""
    """What layers without a name are called (with a number after it); KIND if empty."""
    INPUTS: ClassVar[tuple[int, int]] = (1, 1)
    """The least and the greatest number of inputs."""
    VIEW: ClassVar[bool] = False
    """Whether the output is the input's memory, seen differently."""
    COUNTED: ClassVar[bool] = True
    """Whether there is a rule for the work at all."""
    LAYOUT: ClassVar[str] = "channels"
    """How the sizes of its tensors are called: channels (N, C, H, W), features (N, L, F), or places (N, L)."""
    TYPES: ClassVar[tuple[str, ...]] = ()
    """The element type of each output; empty, or not there: that of the first input."""
    WORKED: ClassVar[tuple[tuple[str, str], ...]] = ()
    """The inputs that it can be worked out on, by name, and their signs; empty: `perform` is not written."""
    AHEAD: ClassVar[int] = 0
    """How many axes stand before the matrix that a user types: 2, if they are batch and channels."""
    ATTRIBUTES: ClassVar[Mapping[str, Attribute]] = {}
    DEFAULTS: ClassVar[Mapping[str, Any]] = {}

    def __init_subclass__(cls) -> None:
        if "channels" in cls.ATTRIBUTES or "channels" in cls.__annotations__:
            wrap(cls)

    @property
    def layout(self) -> str:
        """LAYOUT; last, where the channels stand last."""
        return "last" if getattr(self, "channels", "first") == "last" else self.LAYOUT

    def __post_init__(self) -> None:
        for name, attribute in self.ATTRIBUTES.items():
            if attribute.least is not None:
                self._check_least(name, getattr(self, name), attribute.least)

    def _check_least(self, name: str, value: Any, least: int) -> None:
        if value is None or isinstance(value, str) or (type(value) is int and value >= least):
            return  # the last of these nearly always, and no text is needed for it
        if isinstance(value, tuple):
            for part in value:
                self._check_least(name, part, least)
            return
        require(value >= least, say("{name} must be at least {least}", name=name, least=least), **{name: value})

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The outputs for these inputs; raises ShapeError if there are none."""
        return inputs

    def parameters(self, inputs: tuple[Tensor, ...]) -> Shapes:
        """The shape of each learned parameter, by role."""
        return {}

    def buffers(self, inputs: tuple[Tensor, ...]) -> Shapes:
        """The shape of each stored value that is not learned by gradient, by role."""
        return {}

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """Every primitive operation of one forward pass at inference, by action and role."""
        return ()

    def valid_products(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> Number | None:
        """The products that fall on real input, not on padding; None if all do. On plain integers only."""
        return None

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """How an element of one output reads each input: element by element, unless an operator says otherwise.

        None: it is not known. On plain integers only.
        """
        return tuple(pointwise(tensor, outputs[which]) for tensor in inputs)

    def steps(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Step, ...]:
        """What is done, one step after another, where the equation alone does not show it."""
        return ()

    def perform(self, inputs: tuple[Values, ...], stored: Mapping[str, Values]) -> tuple[Stage, ...]:
        """Every primitive operation of `work` on values, stage by stage; `stored`: parameters and buffers by role."""
        return ()

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._values() == other._values()

    def __hash__(self) -> int:
        return hash((type(self), *self._values()))

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.ATTRIBUTES)

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        parts = []
        for name in self.ATTRIBUTES:
            value = getattr(self, name)
            if name not in self.DEFAULTS:
                parts.append(_written(value))
            elif value != self.DEFAULTS[name]:
                parts.append(f"{name}={_written(value)}")
        return f"{self.KIND}({', '.join(parts)})" if parts else self.KIND


def attributes_of(op: Operator) -> dict[str, Any]:
    """Every attribute of an operator, as plain data: numbers, words, and lists of them."""
    return {name: _plain(getattr(op, name)) for name in op.ATTRIBUTES}


def axes(value: Axes, count: int, what: str) -> tuple[Number, ...]:
    """One number for each of `count` axes."""
    if not isinstance(value, tuple):
        return (value,) * count
    require(
        len(value) == count,
        say("{what} needs one number per axis", what=what),
        say("Write one number, or a list of {count}.", count=count),
        **{what: value, "axes": count},
    )
    return value


def feature_map(tensor: Tensor, spatial: int = 1) -> tuple[Number, Number, Shape]:
    """Batch, channels and at least `spatial` further axes of a feature map."""
    shape = tensor.shape
    if len(shape) < 2 + spatial:
        raise _no_feature_map(tensor, spatial)
    return shape[0], shape[1], shape[2:]


def _no_feature_map(tensor: Tensor, spatial: int) -> ShapeError:
    further = plural(
        "the input must have a batch, channels and at least {count} further axis",
        "the input must have a batch, channels and at least {count} further axes",
        spatial,
    )
    return ShapeError(
        further if spatial else "the input must have a batch, channels and perhaps some further axes",
        hint="After flatten there are only features left; put this layer before it.",
        values={"input": tuple(map(value_of, tensor.shape))},
    )


def axis_of(position: int, tensor: Tensor) -> int:
    """The axis at a position, counted from the end if negative."""
    rank = len(tensor.shape)
    require(
        -rank <= position < rank,
        say("there is no axis {position}", position=position),
        say("The axes of this input are 0 (the batch) to {rank}.", rank=rank - 1),
    )
    return position % rank


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value if isinstance(value, (int, float, str, type(None))) else str(value)  # a fraction as 3/2


def _written(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, str) and not value.isidentifier() else str(value)
