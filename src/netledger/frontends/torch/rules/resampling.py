"""Other sizes of feature maps, samples of them, and their spectra."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import torch

from netledger.frontends.torch.rules._registry import load, rule
from netledger.frontends.torch.rules.convolution import _axes

_MODES = {"bilinear": "linear", "trilinear": "linear", "nearest_exact": "nearest-exact"}


@rule("interpolate", "upsample")
def interpolate(
    trace: Any,
    input: Any,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: Any = None,
    recompute_scale_factor: Any = None,
    antialias: bool = False,
) -> Any:
    """A feature map of another size."""
    if antialias and mode in ("bilinear", "bicubic") and not _larger(trace, input, size, scale_factor):
        raise TypeError("antialiased")
    spatial = tuple(trace.kind_of(input).shape[2:])
    count, scale = len(spatial), None
    if size is not None:
        size = tuple(map(int, size)) if isinstance(size, (tuple, list)) else int(size)
    else:
        factors = scale_factor if isinstance(scale_factor, (tuple, list)) else (scale_factor,) * count
        size = tuple(int(length * float(factor)) for length, factor in zip(spatial, factors, strict=True))
        scale = _as_fractions(spatial, factors, size)
        scale = scale[0] if scale and factors is not scale_factor else scale
    if mode == "area":
        return trace.add(load("adaptive_avgpool")(_axes(size, count)), input)
    op = load("upsample")(scale, None if scale else size, _MODES.get(mode, mode), bool(align_corners))
    return trace.add(op, input)


def _as_fractions(spatial: Any, factors: Any, size: Any) -> Any:
    """Factors as whole numbers or simple fractions; None, if these do not give the size."""
    exact = [Fraction(float(factor)).limit_denominator(10**6) for factor in factors]
    fits = all(length * one // 1 == new for length, one, new in zip(spatial, exact, size, strict=True))
    return tuple([one.numerator if one.denominator == 1 else one for one in exact]) if fits else None


def _larger(trace: Any, input: Any, size: Any, factor: Any) -> bool:
    """Whether no axis becomes shorter: nothing is smoothed then."""
    spatial = trace.kind_of(input).shape[2:]
    if size is None:
        return all(part >= 1 for part in (factor if isinstance(factor, (tuple, list)) else (factor,)))
    sizes = size if isinstance(size, (tuple, list)) else (size,) * len(spatial)
    return all(new >= old for new, old in zip(sizes, spatial, strict=True))


@rule(
    *("upsample_nearest1d", "upsample_nearest2d", "upsample_nearest3d", "upsample_bilinear2d", "upsample_linear1d"),
    *("upsample_trilinear3d", "upsample_bicubic2d", "_upsample_nearest_exact2d"),
)
def upsample_kernel(trace: Any, input: Any, output_size: Any, *args: Any, **_: Any) -> Any:
    """The kernels of the same."""
    word = trace.last_name.strip("_").removeprefix("upsample_")[:-2]
    corners = any(part is True for part in args)
    if output_size is None:
        raise TypeError("by factors")
    return interpolate(trace, input, output_size, mode=_MODES.get(word, word), align_corners=corners)


@rule("grid_sample", "grid_sampler", "grid_sampler_2d", "grid_sampler_3d")
def grid_sample(
    trace: Any, input: Any, grid: Any, mode: Any = "bilinear", padding_mode: Any = "zeros", align_corners: Any = None
) -> Any:
    """Samples of a feature map at places."""
    mode = ("bilinear", "nearest", "bicubic")[mode] if isinstance(mode, int) else mode
    padding = ("zeros", "border", "reflection")[padding_mode] if isinstance(padding_mode, int) else padding_mode
    return trace.add(load("grid_sample")(mode, padding, bool(align_corners)), input, grid)


@rule("fft_fft", "fft_ifft", "fft_fft2", "fft_ifft2", "fft_fftn", "fft_ifftn", "fft_rfft", "fft_irfft", "fft_rfft2")
def fft(trace: Any, input: Any, s: Any = None, dim: Any = None, norm: Any = None, **kwargs: Any) -> Any:
    """A Fourier transform, along one axis or several."""
    return _transformed(trace, trace.last_name.removeprefix("fft_"), input, kwargs.get("n", s), dim)


@rule("fft_irfft2", "fft_rfftn", "fft_irfftn")
def fft_of_several(trace: Any, input: Any, s: Any = None, dim: Any = None, norm: Any = None) -> Any:
    """The same along several axes."""
    return _transformed(trace, trace.last_name.removeprefix("fft_"), input, s, dim)


def _transformed(trace: Any, name: str, input: Any, length: Any, dim: Any) -> Any:
    rank = len(trace.kind_of(input).shape)
    several = name.endswith(("2", "n"))
    kind = name.rstrip("2n")
    last = (-2, -1) if name.endswith("2") else tuple(range(rank))
    chosen = tuple(dim) if isinstance(dim, (tuple, list)) else (dim,) if dim is not None else last if several else (-1,)
    axes = tuple(axis % rank for axis in chosen)
    lengths = length if isinstance(length, (tuple, list)) else (length,) if length is not None else None
    last_length = None
    if lengths is not None:
        chosen = chosen if dim is not None or not several else tuple(range(-len(lengths), 0))
        axes = tuple(axis % rank for axis in chosen)
        last_length = lengths[-1] if kind == "irfft" else None
        wanted = [*lengths[:-1], lengths[-1] // 2 + 1] if kind == "irfft" else lengths
        for axis, size in zip(axes, wanted, strict=True):
            input = _resized(trace, input, axis, int(size))
    own = trace.kind_of(input).dtype
    wide = own in (torch.float64, torch.complex128)
    dtype = (
        (torch.float64 if wide else torch.float32) if kind == "irfft" else torch.complex128 if wide else torch.complex64
    )
    return trace.add(load("fft")(kind, axes, last_length), input, dtype=dtype)


def _resized(trace: Any, input: Any, axis: int, size: int) -> Any:
    """An axis cut, or filled with zeros."""
    shape = trace.kind_of(input).shape
    if shape[axis] == size:
        return input
    if shape[axis] > size:
        return trace.add(load("slice")(axis, 0, size), input)
    made = (*shape[:axis], size, *shape[axis + 1 :])
    return trace.add(load("rearrange")("zeros at the end", tuple(made)), input)


@rule("fft_fftshift", "fft_ifftshift")
def shifted(trace: Any, input: Any, dim: Any = None) -> Any:
    """The axes turned by half."""
    return trace.add(load("identity")(), input)


@rule("affine_grid")
def affine_grid(trace: Any, theta: Any, size: Any, align_corners: Any = None) -> Any:
    """Places of a grid, turned."""
    batch, spatial = size[0], list(size[2:])
    count = len(spatial)
    flat = int(torch.Size(spatial).numel())
    base = trace.add(
        load("constant")((batch, flat, count + 1), "grid"), kinds=(trace.kind((batch, flat, count + 1), theta.dtype),)
    )
    made = trace.add(load("matmul")(), base, trace.add(load("transpose")(1, 2), theta))
    return trace.add(load("reshape")((batch, *spatial, count), whole=True), made)
