"""Tensors side by side, cut, and padded."""

from __future__ import annotations

import math
from typing import Any

import torch

from netledger.frontends.torch.rules._registry import load, rule


def _alike(trace: Any, tensors: Any) -> torch.dtype:
    dtypes = [trace.kind_of(tensor).dtype for tensor in tensors]
    made = dtypes[0]
    for dtype in dtypes[1:]:
        made = torch.promote_types(made, dtype)
    return made


@rule("cat", "concat", "concatenate")
def cat(trace: Any, tensors: Any, dim: int = 0, **kwargs: Any) -> Any:
    """Side by side along an axis; tensors without elements are left out."""
    dim = kwargs.get("axis", dim)
    filled = [tensor for tensor in tensors if 0 not in trace.kind_of(tensor).shape]
    if not filled:
        raise TypeError("empty")
    return trace.add(load("concat")(dim), *filled, dtype=_alike(trace, tensors))


@rule("stack")
def stack(trace: Any, tensors: Any, dim: int = 0) -> Any:
    """Side by side along a new axis."""
    return trace.add(load("stack")(dim), *tensors, dtype=_alike(trace, tensors))


@rule("hstack", "vstack", "row_stack", "dstack", "column_stack")
def beside(trace: Any, tensors: Any) -> Any:
    """Side by side."""
    rank = len(trace.kind_of(tensors[0]).shape)
    if rank < 2 or trace.last_name == "dstack":
        raise TypeError("followed down")
    return cat(trace, tensors, 0 if trace.last_name in ("vstack", "row_stack") else 1)


def _split(trace: Any, input: Any, sizes: list[int], dim: int) -> tuple[Any, ...]:
    kept = [size for size in sizes if size]
    if sum(kept) != _size(trace, input, dim):
        raise TypeError("pieces that overlap")
    made = trace.add(load("split")(None, tuple(kept), dim), input) if kept else ()
    parts = iter(made if isinstance(made, tuple) else (made,))
    return tuple(next(parts) if size else _nothing(trace, input, dim) for size in sizes)


def _nothing(trace: Any, input: Any, dim: int) -> Any:
    """A piece without elements."""
    shape = list(trace.kind_of(input).shape)
    shape[dim] = 0
    kind = trace.kind(tuple(shape), trace.kind_of(input).dtype)
    return trace.add(load("empty")(tuple(shape)), input, kinds=(kind,))


def _size(trace: Any, input: Any, dim: int) -> int:
    return int(trace.kind_of(input).shape[dim])


@rule("split", "split_with_sizes", "unsafe_split")
def split(trace: Any, input: Any, *args: Any, **kwargs: Any) -> Any:
    """Pieces of a size, or of given sizes."""
    given = kwargs.get("split_size_or_sections", kwargs.get("split_size", kwargs.get("split_sizes")))
    given, rest = (args[0], args[1:]) if given is None else (given, args)
    dim = kwargs.get("dim", rest[0] if rest else 0)
    size = _size(trace, input, dim)
    if isinstance(given, int):
        given = [min(given, size - start) for start in range(0, size, given)]
    return _split(trace, input, list(given), dim)


@rule("chunk", "unsafe_chunk")
def chunk(trace: Any, input: Any, chunks: int, dim: int = 0) -> Any:
    """So many pieces, the last perhaps smaller."""
    size = _size(trace, input, dim)
    each = -(-size // chunks)
    return _split(trace, input, [min(each, size - start) for start in range(0, size, each)], dim)


@rule("tensor_split")
def tensor_split(trace: Any, input: Any, indices_or_sections: Any = None, dim: int = 0, **named: Any) -> Any:
    """So many pieces of nearly one size, or pieces between places."""
    size, given = _size(trace, input, dim), indices_or_sections
    if given is None:
        given = named.get("indices", named.get("sections", named.get("tensor_indices_or_sections")))
    if isinstance(given, torch.Tensor):
        given = trace.values.of(given, "where pieces begin").tolist()
    if isinstance(given, int):
        sizes = [size // given + (place < size % given) for place in range(given)]
    else:
        places = [min(int(place) + size * (place < 0), size) for place in given]
        sizes = [max(end - start, 0) for start, end in zip([0, *places], [*places, size], strict=True)]
    return _split(trace, input, sizes, dim)


@rule("combinations")
def combinations(trace: Any, input: Any, r: int = 2, with_replacement: bool = False) -> Any:
    """Every choice of so many elements."""
    size = _size(trace, input, 0)
    count = math.comb(size + r - 1 if with_replacement else size, r)
    return trace.add(load("rearrange")("combinations", (count, r)), input)


@rule("unbind")
def unbind(trace: Any, input: Any, dim: int = 0) -> Any:
    """Every place of an axis by itself."""
    return tuple(trace.add(load("select")(dim, place), input) for place in range(_size(trace, input, dim)))


@rule("__iter__")
def iterate(trace: Any, input: Any) -> Any:
    """Every place of the first axis."""
    return iter(unbind(trace, input, 0))


@rule("pad", "constant_pad_nd")
def pad(trace: Any, input: Any, pad: Any, mode: Any = "constant", value: Any = None) -> Any:
    """Elements added at the borders, or cut off where the number is negative."""
    mode = mode if isinstance(mode, str) else "constant"
    shape = trace.kind_of(input).shape
    count = len(pad) // 2
    pairs = [(0, 0)] * (len(shape) - count) + [(pad[2 * at], pad[2 * at + 1]) for at in reversed(range(count))]
    made = _cut(trace, input, pairs)
    pairs = [(max(before, 0), max(after, 0)) for before, after in pairs]
    if not any(map(any, pairs)):
        return made
    return _padded(trace, made, pairs, mode)


def _cut(trace: Any, input: Any, pairs: Any) -> Any:
    for axis, (before, after) in enumerate(pairs):
        if min(before, after) < 0:
            stop = _size(trace, input, axis) - max(-after, 0)
            input = trace.add(load("slice")(axis, max(-before, 0), stop), input)
    return input


def _padded(trace: Any, input: Any, pairs: Any, mode: str) -> Any:
    """Padded; the operator pads what comes after two axes, so that others are put there first."""
    shape = tuple(trace.kind_of(input).shape)
    ahead = sum(1 for pair in pairs[:2] if any(pair))
    if not ahead and len(shape) > 2:
        return trace.add(load("pad")(tuple(pairs[2:]), mode), input)
    made = trace.add(load("reshape")((1, 1, *shape), whole=True), input)
    made = trace.add(load("pad")(tuple(pairs), mode), made)
    return trace.add(load("reshape")(tuple(made.shape[2:]), whole=True), made)


@rule("meshgrid")
def meshgrid(trace: Any, *tensors: Any, indexing: str | None = None) -> Any:
    """Every pair of places."""
    parts = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)) else tensors
    sizes = [part.numel() for part in parts]
    order = list(range(len(parts)))
    if indexing == "xy" and len(parts) > 1:
        order[:2] = [1, 0]
    shape = tuple(sizes[axis] for axis in order)
    made = []
    for place, part in enumerate(parts):
        axes = tuple(sizes[place] if order[axis] == place else 1 for axis in range(len(parts)))
        made.append(trace.add(load("expand")(shape), trace.add(load("reshape")(axes, whole=True), part)))
    return tuple(made)


@rule("cartesian_prod", "block_diag")
def products(trace: Any, *_: Any, **__: Any) -> Any:
    """Elements in other places."""
    return trace.rearranged()
