"""Pooling."""

from __future__ import annotations

from types import FunctionType
from typing import Any

import torch

from netledger.frontends.torch.rules._registry import load, rule
from netledger.frontends.torch.rules.convolution import _axes, batched


def _rounding(ceil_mode: bool) -> str:
    return "ceil" if ceil_mode else "floor"


def _count(trace: Any) -> int:
    """How many axes are pooled: the digit in the function's name."""
    return next(int(sign) for sign in trace.last_name if sign in "123")


def _stride(stride: Any, count: int) -> Any:
    return None if stride is None or stride in ((), []) else _axes(stride, count)


@rule("max_pool1d", "max_pool2d", "max_pool3d")
def max_pool(
    trace: Any,
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The greatest of each window."""
    count = _count(trace)
    op = load("maxpool")(
        _axes(kernel_size, count),
        _stride(stride, count),
        _axes(padding, count),
        _axes(dilation, count),
        _rounding(ceil_mode),
        True,
        return_indices,
    )
    dtype = trace.kind_of(input).dtype
    types = (dtype, torch.int64) if return_indices else dtype
    return batched(trace, input, count + 2, lambda image: trace.add(op, image, dtype=types))


@rule("max_pool1d_with_indices", "max_pool2d_with_indices", "max_pool3d_with_indices")
def max_pool_with_indices(trace: Any, input: Any, *args: Any, **kwargs: Any) -> Any:
    """The greatest of each window, and its place."""
    kwargs.pop("return_indices", None)
    return max_pool(trace, input, *args, **kwargs, return_indices=True)


@rule("avg_pool1d", "avg_pool2d", "avg_pool3d")
def avg_pool(
    trace: Any,
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: Any = None,
) -> Any:
    """The mean of each window."""
    count = _count(trace)
    op = load("avgpool")(
        _axes(kernel_size, count),
        _stride(stride, count),
        _axes(padding, count),
        count_include_pad,
        _rounding(ceil_mode),
    )
    return batched(trace, input, count + 2, lambda image: trace.add(op, image))


@rule("lp_pool1d", "lp_pool2d", "lp_pool3d")
def lp_pool(
    trace: Any, input: Any, norm_type: Any, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Any:
    """The norm of each window."""
    count = _count(trace)
    op = load("lp_pool")(float(norm_type), _axes(kernel_size, count), _stride(stride, count), _rounding(ceil_mode))
    return batched(trace, input, count + 2, lambda image: trace.add(op, image))


def _sizes(trace: Any, input: Any, output_size: Any, count: int) -> Any:
    given = output_size if isinstance(output_size, (tuple, list)) else (output_size,) * count
    spatial = trace.kind_of(input).shape[-count:]
    return tuple(size if size is not None else old for size, old in zip(given, spatial, strict=True))


@rule(
    "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "_adaptive_avg_pool2d", "_adaptive_avg_pool3d"
)
def adaptive_avg_pool(trace: Any, input: Any, output_size: Any) -> Any:
    """Means of windows that give the size."""
    count = _count(trace)
    op = load("adaptive_avgpool")(_axes(_sizes(trace, input, output_size, count), count))
    return batched(trace, input, count + 2, lambda image: trace.add(op, image))


@rule("adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d")
def adaptive_max_pool(trace: Any, input: Any, output_size: Any, return_indices: bool | None = None) -> Any:
    """The greatest of windows that give the size; kernels give the places too."""
    count = _count(trace)
    op = load("adaptive_maxpool")(_axes(_sizes(trace, input, output_size, count), count))
    made = batched(trace, input, count + 2, lambda image: trace.add(op, image))
    alone = not return_indices if return_indices is not None else isinstance(trace.last[0], FunctionType)
    if alone:
        return made
    return made, trace.add(load("rearrange")("places", tuple(made.shape)), made, dtype=torch.int64)


@rule("adaptive_max_pool1d_with_indices", "adaptive_max_pool2d_with_indices", "adaptive_max_pool3d_with_indices")
def adaptive_max_pool_with_indices(trace: Any, input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """The greatest of windows that give the size, and their places."""
    return adaptive_max_pool(trace, input, output_size, True)


@rule("max_unpool1d", "max_unpool2d", "max_unpool3d")
def max_unpool(
    trace: Any,
    input: Any,
    indices: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Any:
    """Elements put back to the places they came from."""
    count = _count(trace)
    size = None if output_size is None else _axes(tuple(output_size)[-count:], count)
    op = load("max_unpool")(_axes(kernel_size, count), _stride(stride, count), _axes(padding, count), size)
    if len(trace.kind_of(input).shape) == count + 1:
        indices = trace.add(load("unsqueeze")(0), indices)
    return batched(trace, input, count + 2, lambda image: trace.add(op, image, indices))
