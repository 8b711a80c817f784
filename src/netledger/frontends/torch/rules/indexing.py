"""Choosing elements by their place, and writing to them."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch

from netledger.frontends.torch.rules._registry import load, name_of, rule
from netledger.frontends.torch.rules.shaping import reshaped


class _Taken(NamedTuple):
    """A tensor on its way: where the next part of the index applies, and the tensors that are indices."""

    tensor: Any
    axis: int
    places: tuple[tuple[int, Any], ...]


@rule("__getitem__")
def getitem(trace: Any, input: Any, index: Any) -> Any:
    """Places, slices, new axes, tensors of places."""
    parts = index if isinstance(index, tuple) else (index,)
    taken = _Taken(input, 0, ())
    for part in _spread(parts, len(trace.kind_of(input).shape)):
        taken = _take(trace, taken, part)
    if not taken.places:
        return taken.tensor if taken.tensor is not input else trace.add(load("identity")(), input)
    return _indexed(trace, taken.tensor, taken.places)


def _spread(parts: Any, rank: int) -> list[Any]:
    """The parts of an index with full slices for the dots."""
    used = sum(_width(part) for part in parts)
    if not any(part is Ellipsis for part in parts):
        return list(parts)
    at = next(place for place, part in enumerate(parts) if part is Ellipsis)
    return [*parts[:at], *[slice(None)] * (rank - used), *parts[at + 1 :]]


def _width(part: Any) -> int:
    """How many axes a part of an index takes."""
    if part is None or part is Ellipsis or isinstance(part, bool):
        return 0
    if isinstance(part, torch.Tensor) and part.dtype in (torch.bool, torch.uint8):
        return part.dim()
    return 1


def _take(trace: Any, taken: _Taken, part: Any) -> _Taken:
    tensor, axis, places = taken
    if part is None:
        return _Taken(trace.add(load("unsqueeze")(axis), tensor), axis + 1, places)
    if isinstance(part, torch.Tensor) and not part.dim() and part.dtype is torch.bool:
        part = bool(trace.values.of(part, "it says whether anything is taken"))
    if isinstance(part, bool):
        return _Taken(_all_or_nothing(trace, tensor, axis, part), axis + 1, places)
    if isinstance(part, slice):
        return _Taken(_sliced(trace, tensor, axis, part), axis + 1, places)
    if isinstance(part, torch.Tensor) and not part.dim() and part.dtype not in (torch.bool, torch.uint8):
        if trace.values.has(part):
            part = int(trace.values.of(part, ""))
        else:
            part = reshaped(trace, part, (1,))
            made = trace.add(load("index_select")(axis), tensor, part)
            return _Taken(trace.add(load("squeeze")((axis,)), made), axis, places)
    if hasattr(part, "__index__") and not hasattr(part, "shape"):
        return _Taken(trace.add(load("select")(axis, int(part)), tensor), axis, places)
    if not isinstance(part, torch.Tensor):
        part = trace.constant(torch.as_tensor(part, dtype=None if len(part) else torch.int64))
    if part.dtype in (torch.bool, torch.uint8):
        found = trace.rule("nonzero")(trace, part, as_tuple=True)
        more = tuple((axis + place, one) for place, one in enumerate(found))
        return _Taken(tensor, axis + len(found), (*places, *more))
    return _Taken(tensor, axis + 1, (*places, (axis, part)))


def _all_or_nothing(trace: Any, tensor: Any, axis: int, all: bool) -> Any:
    """A new axis with all, or with nothing in it."""
    made = trace.add(load("unsqueeze")(axis), tensor)
    return made if all else _sliced(trace, made, axis, slice(0, 0))


def _sliced(trace: Any, tensor: Any, axis: int, part: slice) -> Any:
    size = int(trace.kind_of(tensor).shape[axis])
    ends = (_plain(trace, value) for value in (part.start, part.stop, part.step))
    start, stop, step = slice(*ends).indices(size)
    if (start, stop, step) == (0, size, 1):
        return tensor
    if stop <= start:
        shape = tuple(trace.kind_of(tensor).shape)
        kinds = (trace.kind((*shape[:axis], 0, *shape[axis + 1 :]), trace.kind_of(tensor).dtype),)
        return trace.add(load("empty")(tuple(kinds[0].shape)), tensor, kinds=kinds)
    return trace.add(load("slice")(axis, start, stop, step), tensor)


def _plain(trace: Any, value: Any) -> Any:
    return int(trace.values.of(value, "it is where a slice ends")) if isinstance(value, torch.Tensor) else value


def _indexed(trace: Any, tensor: Any, places: Any) -> Any:
    """The elements at the places; the axes that are indexed are brought together first, as PyTorch does."""
    axes = [axis for axis, _ in places]
    rank = len(trace.kind_of(tensor).shape)
    if axes != list(range(axes[0], axes[0] + len(axes))):
        order = (*axes, *(axis for axis in range(rank) if axis not in axes))
        tensor, axes = trace.add(load("permute")(order), tensor), [0]
    indices = [part for _, part in places]
    if any(0 in trace.kind_of(part).shape for part in (tensor, *indices)):
        shape = tuple(trace.kind_of(tensor).shape)
        found = torch.broadcast_shapes(*(part.shape for part in indices))
        made = (*shape[: axes[0]], *found, *shape[axes[0] + len(indices) :])
        kinds = (trace.kind(made, trace.kind_of(tensor).dtype),)
        return trace.add(load("empty")(made), tensor, *indices, kinds=kinds)
    return trace.add(load("index")(axes[0]), tensor, *indices)


@rule("index")
def index(trace: Any, input: Any, indices: Any) -> Any:
    """The kernel: tensors of places, None for an axis that stays."""
    return getitem(trace, input, tuple(slice(None) if part is None else part for part in indices))


@rule("__setitem__")
def setitem(trace: Any, input: Any, index: Any, value: Any) -> Any:
    """Elements replaced."""
    trace.write(input, _assigned(trace, input, value))


@rule("index_put", "_unsafe_index_put", "index_copy", "index_fill", "masked_scatter", "slice_scatter", "select_scatter")
def replaced(trace: Any, input: Any, *args: Any, **kwargs: Any) -> Any:
    """Elements replaced, in a copy."""
    values = [part for part in (*args, *kwargs.values()) if isinstance(part, torch.Tensor)]
    return trace.add(load("assign")(), input, *values)


@rule("copy_", "copy")
def copy(trace: Any, input: Any, other: Any, *_: Any, **__: Any) -> Any:
    """All elements replaced."""
    made = _assigned(trace, input, other)
    return trace.write(input, made) if name_of(trace.last[0]) == "copy_" else made


@rule("fill_", "zero_", "normal_", "uniform_", "bernoulli_", "random_", "exponential_", "trunc_normal_", pure=False)
def fill(trace: Any, input: Any, *_: Any, **__: Any) -> Any:
    """All elements replaced by numbers."""
    kind = trace.kind_of(input)
    made = trace.add(load("constant")(tuple(kind.shape), trace.last_name), kinds=(kind,))
    return trace.write(input, made)


def _assigned(trace: Any, input: Any, value: Any) -> Any:
    values = (value,) if isinstance(value, torch.Tensor) else ()
    return trace.add(load("assign")(), input, *values)


@rule("gather")
def gather(trace: Any, input: Any, dim: int, index: Any, **_: Any) -> Any:
    """The place of each element given by an index."""
    return trace.add(load("gather")(dim), input, index)


@rule("take_along_dim")
def take_along_dim(trace: Any, input: Any, indices: Any, dim: Any = None) -> Any:
    """The same, broadcast."""
    return trace.rearranged()


@rule("index_select")
def index_select(trace: Any, input: Any, dim: int, index: Any) -> Any:
    """Places of an axis."""
    return trace.add(load("index_select")(dim), input, reshaped(trace, index, (-1,)) if index.dim() != 1 else index)


@rule("select", "select_copy")
def select(trace: Any, input: Any, dim: int, index: Any) -> Any:
    """One place of an axis."""
    return trace.add(load("select")(dim, int(_plain(trace, index))), input)


@rule("narrow")
def narrow(trace: Any, input: Any, dim: int, start: Any, length: int) -> Any:
    """Some places of an axis."""
    start = _plain(trace, start)
    start = start + int(trace.kind_of(input).shape[dim]) if start < 0 else start
    return _sliced(trace, input, dim % len(trace.kind_of(input).shape), slice(start, start + length))


@rule("slice", "slice_copy")
def slices(trace: Any, input: Any, dim: int = 0, start: Any = None, end: Any = None, step: int = 1) -> Any:
    """The kernel of a slice."""
    return _sliced(trace, input, dim % len(trace.kind_of(input).shape), slice(start, end, step))


@rule("scatter", "scatter_add", "scatter_reduce")
def scatter(trace: Any, input: Any, dim: int, index: Any, src: Any = None, *_: Any, **kwargs: Any) -> Any:
    """Elements put, or added, to places."""
    src = kwargs.get("value", src)
    kind = "scatter" if trace.last_name == "scatter" else "scatter_add"
    if not isinstance(src, torch.Tensor):
        return trace.add(load("assign")(), input, index)
    return trace.add(load(kind)(dim), input, index, src)


@rule("index_add")
def index_add(trace: Any, input: Any, dim: int, index: Any, source: Any, **_: Any) -> Any:
    """Slices added to places."""
    shape = (1,) * dim + (index.numel(),) + (1,) * (source.dim() - dim - 1)
    wide = trace.add(load("expand")(tuple(source.shape)), reshaped(trace, index, shape))
    return trace.add(load("scatter_add")(dim), input, wide, source)


@rule("embedding", "embedding_renorm")
def embedding(trace: Any, input: Any, weight: Any, *rest: Any, **_: Any) -> Any:
    """A row for each whole number."""
    if not trace.kind_of(weight).dtype.is_floating_point and trace.kind_of(input).dtype.is_floating_point:
        input, weight = weight, input  # torch.embedding and its kernel take the weight first
    op = load("embedding")(*trace.kind_of(weight).shape)
    return trace.add(op, input, dtype=trace.kind_of(weight).dtype, weight=weight)


@rule("one_hot")
def one_hot(trace: Any, tensor: Any, num_classes: int = -1) -> Any:
    """A 1 at its place."""
    if num_classes < 0:
        num_classes = int(trace.values.of(tensor, "one_hot without a number of classes").max()) + 1
    return trace.add(load("one_hot")(num_classes), tensor)


@rule("take", "bucketize", "searchsorted", "histc", "bincount")
def places(trace: Any, *_: Any, **__: Any) -> Any:
    """Followed down to the kernels."""
    raise TypeError("no operator")


@rule("embedding_bag", pure=False)
def embedding_bag(trace: Any, input: Any, weight: Any, offsets: Any = None, *_: Any, **kwargs: Any) -> Any:
    """Rows for each whole number, folded."""
    if input.dim() != 2 or kwargs.get("per_sample_weights") is not None:
        raise TypeError("bags of different sizes")
    rows = trace.add(
        load("embedding")(*trace.kind_of(weight).shape), input, dtype=trace.kind_of(weight).dtype, weight=weight
    )
    return trace.add(load(kwargs.get("mode", "mean"))(axes=(1,)), rows)
