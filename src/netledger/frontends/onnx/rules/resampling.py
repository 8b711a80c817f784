"""Other sizes of feature maps, samples of them, and their spectra."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from netledger.core.language import say
from netledger.frontends.onnx.node import At, UnansweredError
from netledger.frontends.onnx.rules._registry import load, rule
from netledger.frontends.onnx.rules.convolution import axes as shortest
from netledger.frontends.onnx.values import Value


@rule("Resize", "Upsample")
def resize(at: At) -> Value:
    """A feature map of another size, by factors or sizes."""
    value = at[0]
    sizes, factors = _wanted(at)
    if sizes == tuple(value.shape):
        return at.one("identity", value)
    mode = {"nearest": "nearest", "linear": "linear", "bilinear": "linear", "cubic": "bicubic"}[
        at.get("mode", "nearest")
    ]
    rank = len(value.shape)
    smooth = bool(at.get("antialias", 0)) and any(new < old for new, old in zip(sizes, value.shape, strict=True))
    cropped = at.get("coordinate_transformation_mode") == "tf_crop_and_resize"
    if smooth or cropped or (mode == "bicubic" and rank != 4):
        raise at.gap(say("there is no rule for {op} of this kind", op=at.op), sizes)
    corners = at.get("coordinate_transformation_mode") == "align_corners" and mode != "nearest"
    if rank > 2 and sizes[:2] == tuple(value.shape[:2]):
        scale = _scale(value.shape, sizes, factors)
        op = load("upsample")(scale, None if scale else shortest(sizes[2:], 1), mode, corners)
        return at.one(op, value)
    return _along_all(at, value, sizes, mode)


def _scale(shape: Any, sizes: Any, factors: Any) -> Any:
    """Whole factors, where these give the sizes."""
    if factors is None or any(type(size) is not int for size in shape):
        return None
    exact = [Fraction(float(one)).limit_denominator(10**6) for one in factors[2:]]
    if any(size * one // 1 != new for size, new, one in zip(shape[2:], sizes[2:], exact, strict=True)):
        return None
    plain = tuple(one.numerator if one.denominator == 1 else one for one in exact)
    return shortest(plain, 1) if all(one > 0 for one in plain) else None


def _along_all(at: At, value: Value, sizes: Any, mode: str) -> Value:
    """Batch or channels are resized too: as a feature map of one channel."""
    if mode == "nearest":
        return at.one("rearrange", value, what=at.op, shape=sizes)
    if mode == "bicubic":
        raise at.gap(say("there is no rule for {op} of this kind", op=at.op), sizes)
    last = max((axis for axis, size in enumerate(sizes) if size != value.shape[axis]))
    first = min(axis for axis, size in enumerate(sizes) if size != value.shape[axis])
    flat = at.one(load("reshape")((1, 1, *value.shape), whole=True), value)
    del first, last
    made = at.one(load("upsample")(None, tuple(sizes), "linear"), flat)
    return at.one(load("reshape")(tuple(sizes), whole=True), made)


def _wanted(at: At) -> tuple[tuple[Any, ...], Any]:
    """The sizes of the output, and the factors if these were given."""
    shape, rank = at[0].shape, len(at[0].shape)
    if at.op == "Upsample" and "scales" in at.attributes:
        given: Any = at.get("scales")
    elif at.op == "Upsample" or at.version < 11:
        given = at.known(1)
    else:
        given = at.known(2)
    chosen = [axis % rank for axis in at.get("axes") or range(rank)]
    if given is not None and len(given):
        factors: list[Any] = [1] * rank
        for axis, one in zip(chosen, given, strict=True):
            factors[axis] = float(one)
        return tuple(_times(size, one) for size, one in zip(shape, factors, strict=True)), factors
    sizes = list(shape)
    wanted = at.whole(3) or ()
    for axis, one in zip(chosen, wanted, strict=True):
        sizes[axis] = one
    return _kept(at, tuple(sizes), chosen), None


def _times(size: Any, factor: Any) -> Any:
    if factor == 1:
        return size
    if type(size) is int:
        return int(Fraction(factor) * size)
    exact = Fraction(factor).limit_denominator(10**6)
    return size * exact.numerator // exact.denominator


def _kept(at: At, sizes: tuple[Any, ...], chosen: list[int]) -> tuple[Any, ...]:
    """With a policy for the aspect ratio, one factor holds for all axes."""
    policy = at.get("keep_aspect_ratio_policy", "stretch")
    if policy == "stretch":
        return sizes
    shape = at[0].shape
    ratios = [Fraction(sizes[axis], shape[axis]) for axis in chosen]
    ratio = min(ratios) if policy == "not_larger" else max(ratios)
    made = list(sizes)
    for axis in chosen:
        made[axis] = int(ratio * shape[axis] + Fraction(1, 2))
    return tuple(made)


_MODES = {"bilinear": "bilinear", "linear": "bilinear", "nearest": "nearest", "bicubic": "bicubic", "cubic": "bicubic"}


@rule("GridSample")
def grid_sample(at: At) -> Value:
    """Samples of a feature map at places."""
    op = load("grid_sample")(
        _MODES[at.get("mode", "bilinear")], at.get("padding_mode", "zeros"), bool(at.get("align_corners", 0))
    )
    return at.one(op, at[0], at[1])


@rule("AffineGrid")
def affine_grid(at: At) -> Value:
    """Places of a grid, turned."""
    size = at.whole(1) or ()
    batch, spatial = size[0], size[2:]
    flat = 1
    for one in spatial:
        flat *= one
    base = at.one(load("constant")((batch, flat, len(spatial) + 1), "grid"), dtype=at[0].dtype)
    made = at.one("matmul", base, at.one("transpose", at[0], first=1, second=2))
    return at.one(load("reshape")((batch, *spatial, len(spatial)), whole=True), made)


@rule("DFT")
def transform(at: At) -> Value:
    """A Fourier transform along one axis: the last axis holds real and imaginary part."""
    value = at[0]
    rank = len(value.shape)
    axis = at.get("axis", 1) if at.version < 20 else (at.whole(2) or (-2,))[0]
    axis = axis % rank
    wanted = at.whole(1)
    length = value.shape[axis] if wanted is None else wanted[0]
    one_sided, inverse = bool(at.get("onesided", 0)), bool(at.get("inverse", 0))
    sizes = list(value.shape)
    sizes[axis] = (
        length // 2 + 1 if one_sided and not inverse else (length - 1) * 2 if one_sided and wanted is None else length
    )
    sizes[-1] = 1 if one_sided and inverse else 2
    if length != value.shape[axis] or (one_sided and inverse):
        raise at.gap(say("there is no rule for {op} of this kind", op=at.op), tuple(sizes))
    whole = at.one(load("rearrange")("complex numbers", tuple(value.shape[:-1])), value, dtype="complex64")
    op = load("fft")("rfft" if one_sided else "ifft" if inverse else "fft", (axis,))
    made = at.one(op, whole, dtype="complex64")
    return at.one(load("rearrange")("parts", tuple(sizes)), made, dtype=value.dtype)


@rule("STFT")
def windows(at: At) -> None:
    """Fourier transforms of windows: not counted, with their shape."""
    value, step = at[0], (at.whole(1) or (1,))[0]
    table, length = at.maybe(2), at.whole(3)
    width = length[0] if length else table.shape[0] if table is not None else value.shape[1]
    frames = (value.shape[1] - width) // step + 1
    made = (value.shape[0], frames, width // 2 + 1 if at.get("onesided", 1) else width, 2)
    raise UnansweredError(say("there is no rule for {op}", op=at.function), [value.tensor.like(made)])
