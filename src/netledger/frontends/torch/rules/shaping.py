"""The same elements in another shape or order."""

from __future__ import annotations

import math
from typing import Any

import torch

from netledger.frontends.torch.rules._registry import load, rule


def listed(first: Any, rest: Any) -> tuple[Any, ...]:
    """Numbers given one by one, or as one sequence."""
    return tuple(first) if isinstance(first, (tuple, list)) else (first, *rest)


def whole(trace: Any, size: Any) -> int:
    """A size as a plain number."""
    return int(trace.values.of(size, "it is a size")) if isinstance(size, torch.Tensor) else int(size)


def reshaped(trace: Any, input: Any, shape: Any) -> Any:
    """The same elements in another shape."""
    kind = trace.kind_of(input)
    sizes = tuple(whole(trace, size) for size in shape)
    if 0 in kind.shape or 0 in sizes:
        return trace.add(load("empty")(sizes), input, kinds=(trace.kind(_resolved(sizes, 0), kind.dtype),))
    return trace.add(load("reshape")(sizes, whole=True), input)


def _resolved(sizes: tuple[int, ...], elements: int) -> tuple[int, ...]:
    rest = math.prod(size for size in sizes if size != -1)
    return tuple(elements // rest if size == -1 and rest else 0 if size == -1 else size for size in sizes)


@rule("view", "reshape", "_unsafe_view", "_reshape_alias")
def view(trace: Any, input: Any, *shape: Any, **kwargs: Any) -> Any:
    """Another shape; or the same bytes as another type."""
    first = shape[0] if shape else kwargs.get("shape", kwargs.get("size", kwargs.get("dtype")))
    if isinstance(first, torch.dtype):
        raise TypeError("another type")
    return reshaped(trace, input, first if isinstance(first, (tuple, list)) else shape)


@rule("view_as", "reshape_as")
def view_as(trace: Any, input: Any, other: Any) -> Any:
    """The shape of another."""
    return reshaped(trace, input, trace.kind_of(other).shape)


@rule("flatten")
def flatten(trace: Any, input: Any, start_dim: int = 0, end_dim: int = -1) -> Any:
    """Several axes made one."""
    if not trace.kind_of(input).shape:
        return reshaped(trace, input, (1,))
    if 0 in trace.kind_of(input).shape:
        raise TypeError("empty")
    return trace.add(load("flatten")(start_dim, end_dim), input)


@rule("ravel")
def ravel(trace: Any, input: Any) -> Any:
    """One axis."""
    return reshaped(trace, input, (-1,))


@rule("unflatten")
def unflatten(trace: Any, input: Any, dim: int, sizes: Any) -> Any:
    """One axis made several."""
    shape = tuple(trace.kind_of(input).shape)
    dim %= len(shape)
    made = _resolved(tuple(int(size) for size in sizes), shape[dim])
    return reshaped(trace, input, (*shape[:dim], *made, *shape[dim + 1 :]))


@rule("permute")
def permute(trace: Any, input: Any, *dims: Any, **kwargs: Any) -> Any:
    """The axes in another order."""
    order = listed(kwargs.get("dims", dims[0] if dims else ()), dims[1:])
    return trace.add(load("permute")(tuple(whole(trace, axis) for axis in order)), input)


@rule("movedim", "moveaxis")
def movedim(trace: Any, input: Any, source: Any, destination: Any) -> Any:
    """Some axes elsewhere."""
    rank = len(trace.kind_of(input).shape)
    pairs = {to % rank: start % rank for start, to in zip(listed(source, ()), listed(destination, ()), strict=True)}
    rest = iter(axis for axis in range(rank) if axis not in pairs.values())
    order = tuple(pairs[place] if place in pairs else next(rest) for place in range(rank))
    return trace.add(load("permute")(order), input)


@rule("transpose", "swapaxes", "swapdims")
def transpose(trace: Any, input: Any, dim0: int, dim1: int) -> Any:
    """Two axes change places."""
    if not trace.kind_of(input).shape:
        return input
    return trace.add(load("transpose")(dim0, dim1), input)


@rule("t", "T.__get__", "mT.__get__", "H.__get__", "mH.__get__", "adjoint", "numpy_T")
def transposed(trace: Any, input: Any, *_: Any) -> Any:
    """All axes the other way round, or the last two."""
    rank = len(trace.kind_of(input).shape)
    if rank < 2:
        return input
    if rank > 2 and trace.last_name.startswith(("T.", "numpy")):
        return trace.add(load("permute")(tuple(reversed(range(rank)))), input)
    return trace.add(load("transpose")(-2, -1), input)


@rule("squeeze")
def squeeze(trace: Any, input: Any, *dim: Any, **kwargs: Any) -> Any:
    """Axes of size 1 left out; others stay."""
    shape = trace.kind_of(input).shape
    given = kwargs.get("dim", dim[0] if dim else None)
    places = range(len(shape)) if given is None else listed(given, dim[1:])
    gone = tuple(axis % len(shape) for axis in places if shape[axis] == 1) if shape else ()
    return trace.add(load("squeeze")(gone), input)


@rule("unsqueeze")
def unsqueeze(trace: Any, input: Any, dim: int) -> Any:
    """One more axis."""
    return trace.add(load("unsqueeze")(dim), input)


@rule("atleast_1d", "atleast_2d", "atleast_3d")
def atleast(trace: Any, *inputs: Any) -> Any:
    """So many axes at least."""
    raise TypeError("followed down")


@rule("expand", "broadcast_to")
def expand(trace: Any, input: Any, *sizes: Any, **kwargs: Any) -> Any:
    """Axes of size 1 made longer."""
    wanted = listed(kwargs.get("size", sizes[0] if sizes else ()), sizes[1:])
    wanted = tuple(whole(trace, size) for size in wanted)
    if 0 in wanted:
        raise TypeError("empty")
    return trace.add(load("expand")(wanted), input)


@rule("expand_as")
def expand_as(trace: Any, input: Any, other: Any) -> Any:
    """As long as another."""
    return trace.add(load("expand")(tuple(trace.kind_of(other).shape)), input)


@rule("broadcast_tensors")
def broadcast_tensors(trace: Any, *tensors: Any) -> Any:
    """All as long as the longest."""
    parts = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)) else tensors
    shape = tuple(torch.broadcast_shapes(*(trace.kind_of(part).shape for part in parts)))
    return tuple(trace.add(load("expand")(shape), part) for part in parts)


@rule("repeat", "tile")
def repeat(trace: Any, input: Any, *times: Any, **kwargs: Any) -> Any:
    """Several copies along each axis."""
    counts = listed(kwargs.get("repeats", kwargs.get("dims", times[0] if times else ())), times[1:])
    counts = tuple(whole(trace, count) for count in counts)
    shape = tuple(trace.kind_of(input).shape)
    counts = (1,) * (len(shape) - len(counts)) + counts
    if len(counts) > len(shape):
        input = reshaped(trace, input, (1,) * (len(counts) - len(shape)) + shape)
    return trace.add(load("tile")(counts), input)


@rule("repeat_interleave")
def repeat_interleave(trace: Any, input: Any, repeats: Any = None, dim: Any = None, **_: Any) -> Any:
    """Each element several times."""
    if repeats is None or (isinstance(repeats, torch.Tensor) and repeats.numel() != 1):
        return _repeated(trace, input, repeats, dim)
    if isinstance(repeats, torch.Tensor):
        repeats = int(trace.values.of(repeats, "how often elements are repeated"))
    if dim is None:
        input, dim = reshaped(trace, input, (-1,)), 0
    return trace.add(load("repeat_interleave")(repeats, dim), input)


def _repeated(trace: Any, input: Any, repeats: Any, dim: Any) -> Any:
    """Each element as often as a tensor says; without one, each place as often as the input says."""
    times = int(trace.values.of(input if repeats is None else repeats, "how often elements are repeated").sum())
    shape = list(trace.kind_of(input).shape) if dim is not None else [0]
    shape[dim or 0] = times
    kind = trace.kind(tuple(shape), torch.int64 if repeats is None else trace.kind_of(input).dtype)
    inputs = (input,) if repeats is None else (input, repeats)
    return trace.add(load("rearrange")("repeat_interleave", tuple(shape)), *inputs, kinds=(kind,))


@rule("flip", "fliplr", "flipud")
def flip(trace: Any, input: Any, *dims: Any) -> Any:
    """The other way round."""
    chosen = {"fliplr": (1,), "flipud": (0,)}.get(trace.last_name)
    return trace.add(load("flip")(tuple(chosen or listed(dims[0], dims[1:]))), input)


@rule("rot90")
def rot90(trace: Any, input: Any, k: int = 1, dims: Any = (0, 1)) -> Any:
    """Turned."""
    made = trace.add(load("flip")((dims[1],)), input) if k % 4 else input
    return trace.add(load("transpose")(*dims), made) if k % 2 else made


@rule("roll")
def roll(trace: Any, input: Any, shifts: Any, dims: Any = None) -> Any:
    """Along one axis or several."""
    if dims is None or dims == ():
        shape = tuple(trace.kind_of(input).shape)
        made = trace.add(load("roll")(int(shifts), 0), reshaped(trace, input, (-1,)))
        return reshaped(trace, made, shape)
    for shift, axis in zip(listed(shifts, ()), listed(dims, ()), strict=True):
        input = trace.add(load("roll")(int(shift), axis), input)
    return input


@rule("tril", "triu")
def triangle(trace: Any, input: Any, diagonal: int = 0) -> Any:
    """The elements on one side of a diagonal."""
    return trace.add(load(trace.last_name)(diagonal), input)


@rule("diagonal", "diag", "diagonal_copy")
def diagonal(trace: Any, *_: Any, **__: Any) -> Any:
    """The elements of a diagonal, or a matrix of them."""
    return trace.rearranged()


@rule("pixel_shuffle")
def pixel_shuffle(trace: Any, input: Any, upscale_factor: int) -> Any:
    """Channels to places."""
    return trace.add(load("pixel_shuffle")(upscale_factor), input)


@rule("pixel_unshuffle")
def pixel_unshuffle(trace: Any, input: Any, downscale_factor: int) -> Any:
    """Places to channels."""
    return trace.add(load("pixel_unshuffle")(downscale_factor), input)


@rule("channel_shuffle", "native_channel_shuffle")
def channel_shuffle(trace: Any, input: Any, groups: int) -> Any:
    """Channels between groups."""
    return trace.add(load("channel_shuffle")(groups), input)


@rule("view_as_real", "view_as_complex", "real", "imag", "real.__get__", "imag.__get__", "polar", "complex", "angle")
def complexes(trace: Any, input: Any, *others: Any) -> Any:
    """Complex numbers and their parts."""
    dtype = trace.kind_of(input).dtype
    shape = tuple(trace.kind_of(input).shape)
    name = trace.last_name.partition(".")[0]
    made = torch.complex128 if dtype == torch.float64 else torch.complex64
    part = torch.float64 if dtype in (torch.float64, torch.complex128) else torch.float32
    out, kept = {
        "view_as_real": ((*shape, 2), part),
        "view_as_complex": (shape[:-1], made),
        "polar": (shape, made),
        "complex": (shape, made),
    }.get(name, (shape, part))
    if name in ("real",) and not dtype.is_complex:
        return input
    if name == "angle":
        raise TypeError("no operator")
    if name == "polar":
        for kind in ("cos", "sin"):
            trace.add(load("multiply")(), input, trace.add(load(kind)(), others[0]))
    return trace.add(load("identity")(), input, kinds=(trace.kind(out, kept),))


@rule("as_strided")
def as_strided(trace: Any, input: Any, size: Any, stride: Any, storage_offset: Any = None) -> Any:
    """Some of the elements, in some order."""
    kinds = (trace.kind(tuple(size), trace.kind_of(input).dtype),)
    return trace.add(load("rearrange")("as_strided", tuple(size)), input, kinds=kinds)
