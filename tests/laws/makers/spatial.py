"""Transposed and deformable convolutions, further pools, resampling, pixels and patches."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import prod
from typing import Any

from hypothesis import strategies as st

from netledger.core.network import Tensor
from netledger.ops import load
from tests.laws.draws import (
    AXES,
    BATCH,
    CHANNELS,
    FORMS,
    SIZE,
    SMALL,
    Case,
    Draw,
    Maker,
    case,
    feature_map,
    fitting,
    padding,
    per_axis,
    several,
)


def along(value: Any, axes: int) -> tuple[Any, ...]:
    """One for each axis."""
    return value if isinstance(value, tuple) else (value,) * axes


def _conv_transpose(draw: Draw) -> Callable[[], Case]:
    axes, form, listed = draw(AXES), draw(st.sampled_from(FORMS)), draw(st.booleans())
    extra, bias = form != "same" and draw(st.booleans()), draw(st.booleans())

    def fill() -> Case:
        groups = draw(SMALL)
        strides = per_axis(draw, SMALL, axes, listed)
        op = load("conv_transpose")(
            out=groups * draw(SMALL),
            kernel=per_axis(draw, SMALL, axes, listed),
            stride=strides,
            padding=padding(draw, form, axes),
            output_padding=tuple(draw(st.integers(0, stride - 1)) for stride in along(strides, axes)) if extra else 0,
            dilation=per_axis(draw, st.integers(1, 3), axes, listed),
            groups=groups,
            bias=bias,
        )
        return op, (Tensor((draw(BATCH), groups * draw(SMALL), *_wide_enough(draw, op, axes))),)

    return fill


def _wide_enough(draw: Draw, op: Any, axes: int) -> tuple[int, ...]:
    """Sizes that padding does not crop to nothing."""
    sizes = []
    for window in op.windows((1,) * axes):
        short = sum(window.pads) - window.span + 1
        sizes.append(max(1, -(-short // window.stride) + 1) + draw(st.integers(0, 4)))
    return tuple(sizes)


def _deform_conv(draw: Draw) -> Callable[[], Case]:
    form, listed, masked, bias = (
        draw(st.sampled_from(FORMS)),
        draw(st.booleans()),
        draw(st.booleans()),
        draw(st.booleans()),
    )

    def fill() -> Case:
        groups, fields = draw(st.integers(1, 2)), draw(st.integers(1, 2))
        op = load("deform_conv")(
            out=groups * draw(st.integers(1, 2)),
            kernel=per_axis(draw, st.integers(1, 3), 2, listed),
            stride=per_axis(draw, st.integers(1, 2), 2, listed),
            padding=padding(draw, form, 2),
            dilation=per_axis(draw, st.integers(1, 2), 2, listed),
            groups=groups,
            offset_groups=fields,
            bias=bias,
        )
        batch, spatial = draw(BATCH), fitting(draw, op, 2)
        made = (window.output(size) for window, size in zip(op.windows(spatial), spatial, strict=True))
        area, taps = tuple(made), fields * prod(along(op.kernel, 2))
        shapes = [(batch, groups * fields, *spatial), (batch, 2 * taps, *area), (batch, taps, *area)]
        return op, tuple(map(Tensor, shapes if masked else shapes[:2]))

    return fill


def _lp_pool(draw: Draw) -> Callable[[], Case]:
    axes, listed, strided = draw(AXES), draw(st.booleans()), draw(st.booleans())
    shared = {"rounding": draw(st.sampled_from(("floor", "ceil"))), "clip": draw(st.booleans())}
    norm = draw(st.sampled_from((1.0, 2.0, 3.0)))

    def fill() -> Case:
        op = load("lp_pool")(
            norm,
            kernel=per_axis(draw, SMALL, axes, listed),
            stride=per_axis(draw, SMALL, axes, listed) if strided else None,
            **shared,
        )
        return op, (Tensor((draw(BATCH), draw(CHANNELS), *fitting(draw, op, axes))),)

    return fill


def _kmax_pool(draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 4))
    axis = draw(st.integers(-rank, rank - 1))

    def fill() -> Case:
        shape = several(draw, SIZE, rank)
        return case(shape, "kmax_pool", k=draw(st.integers(1, shape[axis])), axis=axis)

    return fill


def _max_unpool(draw: Draw) -> Callable[[], Case]:
    axes, listed, strided, sized = draw(AXES), draw(st.booleans()), draw(st.booleans()), draw(st.booleans())
    placed = draw(st.booleans())

    def fill() -> Case:
        kernel = per_axis(draw, st.integers(2, 4), axes, listed)
        stride = per_axis(draw, SMALL, axes, listed) if strided else None
        pads = per_axis(draw, st.integers(0, 1), axes, listed)
        shape = feature_map(draw, axes)
        shape = (*shape[:2], *(size + 1 for size in shape[2:]))
        strides = along(kernel if stride is None else stride, axes)
        usual = (
            (n - 1) * s - 2 * p + k
            for n, s, p, k in zip(shape[2:], strides, along(pads, axes), along(kernel, axes), strict=True)
        )
        size = {"size": tuple(made + draw(st.integers(0, s - 1)) for made, s in zip(usual, strides, strict=True))}
        op = load("max_unpool")(kernel, stride, pads, **(size if sized else {}))
        return op, (Tensor(shape),) * (2 if placed else 1)

    return fill


def _fractional_maxpool(draw: Draw) -> Callable[[], Case]:
    axes, listed, ratio = draw(AXES), draw(st.booleans()), draw(st.sampled_from((None, Fraction(1, 2), Fraction(3, 4))))

    def fill() -> Case:
        kernel = per_axis(draw, SMALL, axes, listed)
        if ratio is not None:
            sizes = tuple(4 * (k - 1) + draw(st.integers(2, 8)) for k in along(kernel, axes))
            return case((draw(BATCH), draw(CHANNELS), *sizes), "fractional_maxpool", kernel=kernel, ratio=ratio)
        out = per_axis(draw, SMALL, axes, listed)
        pairs = zip(along(kernel, axes), along(out, axes), strict=True)
        sizes = tuple(k + o - 1 + draw(st.integers(0, 5)) for k, o in pairs)
        return case((draw(BATCH), draw(CHANNELS), *sizes), "fractional_maxpool", kernel=kernel, out=out)

    return fill


FRACTIONS = st.sampled_from((Fraction(3, 2), Fraction(1, 2), Fraction(5, 4), Fraction(2, 1)))
_NAMED = {2: ("bilinear", "bicubic"), 3: ("trilinear",)}


def _upsample(draw: Draw) -> Callable[[], Case]:
    axes, listed, how = draw(AXES), draw(st.booleans()), draw(st.sampled_from(("scale", "size", "fraction")))
    mode = draw(st.sampled_from(("nearest", "nearest-exact", "linear", "area", *_NAMED.get(axes, ()))))
    aligned = not mode.startswith("nearest") and mode != "area" and draw(st.booleans())
    shared = {"mode": mode, "align_corners": aligned}
    factor = per_axis(draw, FRACTIONS, axes, listed)

    def fill() -> Case:
        shape = feature_map(draw, axes)
        if how == "fraction":
            return case((*shape[:2], *(size + 1 for size in shape[2:])), "upsample", scale=factor, **shared)
        return case(shape, "upsample", **{how: per_axis(draw, SMALL, axes, listed)}, **shared)

    return fill


def _pixel_shuffle(draw: Draw) -> Callable[[], Case]:
    def fill() -> Case:
        factor = draw(st.integers(1, 3))
        shape = (draw(BATCH), factor * factor * draw(SMALL), *several(draw, SMALL, 2))
        return case(shape, "pixel_shuffle", factor=factor)

    return fill


def _pixel_unshuffle(draw: Draw) -> Callable[[], Case]:
    def fill() -> Case:
        factor = draw(st.integers(1, 3))
        shape = (draw(BATCH), draw(SMALL), *(factor * size for size in several(draw, SMALL, 2)))
        return case(shape, "pixel_unshuffle", factor=factor)

    return fill


def _unfold(draw: Draw) -> Callable[[], Case]:
    axes, form, listed = draw(AXES), draw(st.sampled_from(FORMS)), draw(st.booleans())

    def fill() -> Case:
        op = _patches(draw, "unfold", axes, form, listed)
        return op, (Tensor((draw(BATCH), draw(CHANNELS), *fitting(draw, op, axes))),)

    return fill


def _patches(draw: Draw, kind: str, axes: int, form: str, listed: bool, **more: Any) -> Any:
    return load(kind)(
        kernel=per_axis(draw, SMALL, axes, listed),
        stride=per_axis(draw, SMALL, axes, listed),
        padding=padding(draw, form, axes),
        dilation=per_axis(draw, st.integers(1, 3), axes, listed),
        **more,
    )


def _fold(draw: Draw) -> Callable[[], Case]:
    axes, form, listed = draw(AXES), draw(st.sampled_from(FORMS)), draw(st.booleans())
    square = axes == 2 and draw(st.booleans())

    def fill() -> Case:
        unfold = _patches(draw, "unfold", axes, form, listed)
        sizes = fitting(draw, unfold, axes)
        sizes = (max(sizes),) * 2 if square else sizes
        (columns,) = unfold.infer((Tensor((draw(BATCH), draw(CHANNELS), *sizes)),))
        values = {name: getattr(unfold, name) for name in ("kernel", "stride", "padding", "dilation")}
        return load("fold")(size=sizes[0] if square else sizes, **values), (columns,)

    return fill


def _grid_sample(draw: Draw) -> Callable[[], Case]:
    axes = draw(st.integers(2, 3))
    shared = {
        "mode": draw(st.sampled_from(("bilinear", "nearest", *(("bicubic",) if axes == 2 else ())))),
        "padding_mode": draw(st.sampled_from(("zeros", "border", "reflection"))),
        "align_corners": draw(st.booleans()),
    }

    def fill() -> Case:
        shape = feature_map(draw, axes)
        grid = (shape[0], *several(draw, SMALL, axes), axes)
        return load("grid_sample")(**shared), (Tensor(shape), Tensor(grid))

    return fill


MAKERS: dict[str, Maker] = {
    "conv_transpose": _conv_transpose,
    "deform_conv": _deform_conv,
    "lp_pool": _lp_pool,
    "kmax_pool": _kmax_pool,
    "max_unpool": _max_unpool,
    "fractional_maxpool": _fractional_maxpool,
    "upsample": _upsample,
    "pixel_shuffle": _pixel_shuffle,
    "pixel_unshuffle": _pixel_unshuffle,
    "unfold": _unfold,
    "fold": _fold,
    "grid_sample": _grid_sample,
}
