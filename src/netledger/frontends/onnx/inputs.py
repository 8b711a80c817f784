"""The inputs of a model: their shapes as the file declares them, and the axes that it leaves open."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from netledger.core.errors import ShapeError, SourceError, UnknownNameError, quote
from netledger.core.language import later, say
from netledger.core.network import Tensor
from netledger.core.number import Shape
from netledger.frontends.onnx.values import FEW, MAX_RANK, dtype_of
from netledger.frontends.options import Options
from netledger.frontends.shape import MAX_SIZE

__all__ = ["Declared", "declared", "inputs_of", "resolved"]

_BATCH = frozenset(("batch", "batch_size", "batchsize", "bs", "n", "batch_dim", "b"))

_OPEN = later("Give the shape (--input 1x3x224x224, in the order of the inputs or name:shape), or --set {name}=NUMBER.")
_UNNAMED = later("Give the shape: --input 1x3x224x224, in the order of the inputs, or name:shape.")


class Declared(NamedTuple):
    """What a file says of a tensor: sizes, names of sizes, or nothing for an axis (empty); None: not even how many."""

    dtype: str
    sizes: tuple[int | str, ...] | None


def declared(info: Any) -> Declared | None:
    """What a file says of a tensor; None if it is a sequence, a map, or of no type."""
    if info.type.WhichOneof("value") != "tensor_type":
        return None
    kind = info.type.tensor_type
    if not kind.elem_type:
        return None
    dtype = dtype_of(kind.elem_type, info.name)
    if not kind.HasField("shape"):
        return Declared(dtype, None)
    return Declared(dtype, tuple(_size(one, info.name) for one in kind.shape.dim))


def _size(dim: Any, name: str) -> int | str:
    which = dim.WhichOneof("value")
    if which != "dim_value":
        return str(dim.dim_param) if which else ""
    if dim.dim_value < 0:
        return ""
    if dim.dim_value > MAX_SIZE:
        raise SourceError(say("{name} has a size beyond 2^31", name=quote(name)), values={"size": dim.dim_value})
    return int(dim.dim_value)


def resolved(told: Declared | None, symbols: dict[str, Any]) -> Tensor | None:
    """The tensor that a file declares, if every size is known."""
    if told is None or told.sizes is None:
        return None
    sizes = tuple(symbols.get(size) if isinstance(size, str) else size for size in told.sizes)
    return None if None in sizes else Tensor(sizes, told.dtype)  # type: ignore[arg-type]


class _Sizes:
    """What the names of sizes stand for, as far as it is known."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.known: dict[str, Any] = {}
        self.notes: list[str] = []

    def bind(self, name: str, size: int, what: str) -> None:
        """A name is given a size; another one was given before, or none."""
        if self.known.setdefault(name, size) != size:
            rule = say(
                "the size {name} is {first} and {second}: it can be only one",
                name=quote(name),
                first=self.known[name],
                second=size,
            )
            raise ShapeError(rule, layer=what, hint="Give all inputs that share it the same size.")


class Inputs(NamedTuple):
    """The inputs of a model.

    Args:
        tensors: name and tensor of each.
        values: the elements of those that were given as arrays, by name.
        symbols: what the names of sizes stand for.
        notes: what was assumed.

    """

    tensors: list[tuple[str, Tensor]]
    values: dict[str, Any]
    symbols: dict[str, Any]
    notes: list[str]


def inputs_of(infos: list[Any], options: Options, more: set[str]) -> Inputs:
    """The inputs, as the file and the user say.

    `more`: the names of sizes inside of the model, which may be set too.

    Raises:
        SourceError: if something is not known, or cannot be.
        ShapeError: if what is given does not fit.

    """
    told = {info.name: _declared_input(info) for info in infos}
    real = _given(options, list(told))
    given = {name: _shape_of(value, name) for name, value in real.items()}
    sizes = _Sizes(options)
    _let(told, options, sizes, more)
    for name, tensor in given.items():
        _bind(name, told[name], tensor, sizes)
    made = [(name, _tensor(name, one, given.get(name), sizes)) for name, one in told.items()]
    if options.symbols is not None:
        made = [(name, _symbolic(name, told[name], tensor, sizes)) for name, tensor in made]
    values = {name: value for name, value in real.items() if _few(value)}
    return Inputs(made, values, sizes.known, sizes.notes)


def _declared_input(info: Any) -> Declared:
    told = declared(info)
    if told is None:
        raise SourceError(
            say("input {name} is no tensor of a known type", name=quote(info.name)), hint="Only tensors can be counted."
        )
    if told.sizes is not None and len(told.sizes) > MAX_RANK:
        raise SourceError(say("input {name} has too many axes", name=quote(info.name)))
    return told


def _given(options: Options, names: list[str]) -> dict[str, Any]:
    """What the user gave, by the name of the input."""
    free = iter(names)
    found: dict[str, Any] = {}
    for name, value in (*options.inputs, *options.kwargs.items()):
        chosen = name or next((one for one in free if one not in found), "")
        if chosen not in names or chosen in found:
            raise UnknownNameError("input", name or later("(one too many)"), names)
        found[chosen] = value
    return found


def _few(value: Any) -> bool:
    """Whether it is an array whose elements may be looked at."""
    return isinstance(value, (np.ndarray, np.generic)) and value.size <= FEW and value.dtype.kind in "biufc"


def _shape_of(value: Any, name: str) -> Tensor:
    if isinstance(value, Tensor):
        return value
    shape = () if isinstance(value, (tuple, list)) and not value else getattr(value, "shape", None)
    if shape is None:
        raise SourceError(
            say("input {name} of a model of ONNX is given as a shape", name=quote(name)), hint=say(_UNNAMED)
        )
    return Tensor(tuple(map(int, shape)), str(getattr(value, "dtype", "float32")).removeprefix("torch."))


def _let(told: dict[str, Declared], options: Options, sizes: _Sizes, more: set[str]) -> None:
    names = more | {size for one in told.values() for size in one.sizes or () if isinstance(size, str) and size}
    for name, text in options.let.items():
        if name not in names:
            raise UnknownNameError("size to set", name, names)
        if not (str(text).isascii() and str(text).isdecimal() and 1 <= int(str(text)[:12]) <= MAX_SIZE):
            raise SourceError(
                say("size {name} is a whole number of at least 1", name=quote(name)), values={"given": str(text)[:40]}
            )
        sizes.known[name] = int(text)


def _bind(name: str, told: Declared, given: Tensor, sizes: _Sizes) -> None:
    """The names of sizes in what an input declares stand for what is given."""
    if told.sizes is None:
        return
    full = _full(name, told, given, sizes)
    for axis, (size, one) in enumerate(zip(told.sizes, full, strict=True)):
        if isinstance(size, str):
            if size and one is not None:
                sizes.bind(size, one, name)
        elif one is not None and one != size:
            rule = say("the file fixes axis {axis} of input {name} at {size}", axis=axis, name=quote(name), size=size)
            raise ShapeError(
                rule,
                values={"given": given.shape},
                hint="Export the model with dynamic axes, or give the size that it has.",
            )


def _full(name: str, told: Declared, given: Tensor, sizes: _Sizes) -> tuple[int | None, ...]:
    """What is given with the batch in front; None where that is not said."""
    assert told.sizes is not None
    if len(given.shape) == len(told.sizes):
        return given.shape
    if len(given.shape) + 1 == len(told.sizes):
        return (sizes.options.batch, *given.shape)
    raise ShapeError(
        say("input {name} has {count} axes", name=quote(name), count=len(told.sizes)),
        values={"declared": tuple(size or "?" for size in told.sizes), "given": given.shape},
        hint="Give all of them, or all but the batch.",
    )


def _tensor(name: str, told: Declared, given: Tensor | None, sizes: _Sizes) -> Tensor:
    if told.sizes is None:
        if given is None:
            raise SourceError(
                say("the file does not say the shape of input {name}", name=quote(name)), hint=say(_UNNAMED)
            )
        return Tensor(given.shape, told.dtype)
    full = _full(name, told, given, sizes) if given is not None else (None,) * len(told.sizes)
    return Tensor(tuple(_axis(name, told, axis, one, sizes) for axis, one in enumerate(full)), told.dtype)


def _axis(name: str, told: Declared, axis: int, given: int | None, sizes: _Sizes) -> int:
    size = (told.sizes or ())[axis]
    if isinstance(size, int):
        batch = sizes.options.batch
        if axis == 0 and batch is not None and batch != size and len(told.sizes or ()) > 1:
            rule = say("the file fixes axis {axis} of input {name} at {size}", axis=axis, name=quote(name), size=size)
            raise ShapeError(
                rule, values={"batch": batch}, hint="Export the model with dynamic axes, or give the size that it has."
            )
        return size
    if given is not None:
        return given
    if size in sizes.known:
        return int(sizes.known[size])
    if axis and size.lower() not in _BATCH:
        rule = say(
            "the file leaves axis {axis} of input {name} open ({size})", axis=axis, name=quote(name), size=size or "?"
        )
        raise SourceError(rule, hint=say(_OPEN, name=size[:60]) if size else say(_UNNAMED))
    return _assumed(name, size, axis, sizes)


def _assumed(name: str, size: str, axis: int, sizes: _Sizes) -> int:
    """The batch: as given, or 1."""
    batch = sizes.options.batch
    if batch is None:
        sizes.notes.append(
            say(
                "axis {axis} of input {name} ({size}) is open in the file: counted for 1",
                axis=axis,
                name=name,
                size=size or "?",
            )
        )
    made = 1 if batch is None else batch
    if size:
        sizes.known[size] = made
    return made


def _symbolic(name: str, told: Declared, tensor: Tensor, sizes: _Sizes) -> Tensor:
    """Symbols where the file leaves sizes open; equal names are one symbol."""
    assert sizes.options.symbols is not None
    marked = sizes.options.symbols.tensor(name, tensor).shape
    shape: list[Any] = []
    for axis, size in enumerate(tensor.shape):
        word = told.sizes[axis] if told.sizes is not None else ""
        if isinstance(word, int):
            shape.append(size)
            continue
        if word and not isinstance(sizes.known.get(word, 0), int):
            shape.append(sizes.known[word])
            continue
        shape.append(marked[axis])
        if word:
            sizes.known[word] = marked[axis]
    made: Shape = tuple(shape)
    return tensor.like(made)
