"""Operators as PyTorch computes them: (operator, inputs) → outputs, by kind; with parameters where there are some."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional as F

Run = Callable[..., Any]


def attention(op: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, *masks: torch.Tensor) -> Any:
    """With a mask and causal at once, the causal part is put into the mask."""
    mask = masks[0] if masks else None
    if op.causal:
        shape = (query.shape[-2], key.shape[-2])
        mask = (0 if mask is None else mask) + torch.full(shape, -torch.inf, dtype=query.dtype).triu(1)
    scale = None if op.scale else 1.0
    return F.scaled_dot_product_attention(query, key, value, mask, scale=scale, enable_gqa=op.grouped)


def multihead_attention(op: Any, weights: dict[str, torch.Tensor], *inputs: torch.Tensor) -> torch.Tensor:
    """Put together from linear and scaled_dot_product_attention."""
    given = inputs[:-1] if op.mask else inputs
    query, key, value = given[0], given[min(1, len(given) - 1)], given[-1]
    served = op.kv_heads or op.heads
    head = op.head or query.shape[2] // op.heads
    widths = [op.heads * head, served * head, served * (op.value_head or head)]
    parts = weights["in_weight"].split(widths) if "in_weight" in weights else [weights[f"{n}_weight"] for n in "qkv"]
    biases: Any = [weights.get(f"{name}_bias") for name in "qkv"]
    if "in_bias" in weights:
        biases = weights["in_bias"].split(widths)
    made = [F.linear(x, w, b) for x, w, b in zip((query, key, value), parts, biases, strict=True)]
    mask = inputs[-1] if op.mask else None
    for name, place in (("bias_k", 1), ("bias_v", 2)):
        if op.bias_kv:
            made[place] = torch.cat([made[place], weights[name].expand(query.shape[0], -1, -1)], 1)
        if op.zero_attn:
            made[place] = F.pad(made[place], (0, 0, 0, 1))
    extra = op.bias_kv + op.zero_attn
    if op.causal:
        blocked = torch.full((query.shape[1], key.shape[1]), -torch.inf, dtype=query.dtype).triu(1)
        mask = blocked if mask is None else mask + blocked
    if mask is not None:
        mask = torch.atleast_2d(F.pad(mask.expand(*mask.shape[:-1], key.shape[1]), (0, extra)))
    q, k, v = (x.unflatten(2, (n, -1)).transpose(1, 2) for x, n in zip(made, (op.heads, served, served), strict=True))
    joined = F.scaled_dot_product_attention(q, k, v, mask, enable_gqa=True).transpose(1, 2).flatten(2)
    return F.linear(joined, weights["out_weight"], weights.get("out_bias"))


def pair(function: Run) -> Run:
    def run(op: Any, *inputs: torch.Tensor) -> Any:
        first, second = (*inputs, torch.tensor(op.constant, dtype=inputs[0].dtype)) if len(inputs) == 1 else inputs
        return function(second, first) if getattr(op, "reverse", False) else function(first, second)

    return run


PAIRS: dict[str, Run] = {
    "subtract": torch.sub,
    "divide": torch.div,
    "floor_divide": torch.floor_divide,
    "remainder": torch.remainder,
    "power": torch.pow,
    "atan2": torch.atan2,
    "maximum": torch.maximum,
    "minimum": torch.minimum,
    "equal": torch.eq,
    "not_equal": torch.ne,
    "less": torch.lt,
    "less_equal": torch.le,
    "greater": torch.gt,
    "greater_equal": torch.ge,
    "logical_and": torch.logical_and,
    "logical_or": torch.logical_or,
    "logical_xor": torch.logical_xor,
}

FUNCTIONS: dict[str, Run] = {
    **{name: getattr(torch, name) for name in ("abs", "sign", "floor", "ceil", "round", "trunc", "frac", "square")},
    **{name: getattr(torch, name) for name in ("reciprocal", "sqrt", "rsqrt", "exp", "exp2", "expm1", "log", "log2")},
    **{name: getattr(torch, name) for name in ("log10", "log1p", "erf", "erfc", "sin", "cos", "tan", "asin", "acos")},
    **{name: getattr(torch, name) for name in ("atan", "sinh", "cosh", "asinh", "acosh", "atanh", "logical_not")},
    "negate": torch.neg,
}


def _reduced(function: Run) -> Run:
    def run(op: Any, x: torch.Tensor) -> Any:
        axes = tuple(range(1, x.ndim)) if op.axes is None else op.axes
        return function(op, x, axes, op.keepdims) if axes else function(op, x[None], (0,), False)

    return run


def _product(op: Any, x: torch.Tensor, axes: tuple[int, ...], keepdims: bool) -> torch.Tensor:
    gone = {axis % x.ndim for axis in axes}
    for axis in gone:
        x = x.prod(axis, keepdim=True)
    return x if keepdims else x.reshape([size for axis, size in enumerate(x.shape) if axis not in gone])


REDUCTIONS: dict[str, Run] = {
    "sum": lambda op, x, axes, keep: torch.sum(x, axes, keep),
    "mean": lambda op, x, axes, keep: torch.mean(x, axes, keep),
    "max": lambda op, x, axes, keep: torch.amax(x, axes, keep),
    "min": lambda op, x, axes, keep: torch.amin(x, axes, keep),
    "prod": _product,
    "var": lambda op, x, axes, keep: torch.var(x, axes, correction=op.correction, keepdim=keep),
    "std": lambda op, x, axes, keep: torch.std(x, axes, correction=op.correction, keepdim=keep),
    "norm": lambda op, x, axes, keep: torch.linalg.vector_norm(x, op.p, axes, keep),
    "logsumexp": lambda op, x, axes, keep: torch.logsumexp(x, axes, keep),
    "any": lambda op, x, axes, keep: torch.any(x != 0, axes, keep),
    "all": lambda op, x, axes, keep: torch.all(x != 0, axes, keep),
    "count_nonzero": lambda op, x, axes, keep: torch.sum(x != 0, axes, keep),
}


def _zeros(shape: Any) -> torch.Tensor:
    return torch.zeros(shape, dtype=torch.int64)


def fft(op: Any, x: torch.Tensor) -> torch.Tensor:
    """Of several axes at once; each transform of real numbers takes the real parts."""
    length = op.length or 2 * (x.shape[op.axes[-1]] - 1)
    sizes = [x.shape[axis] for axis in op.axes[:-1]] + [length]
    return {
        "fft": lambda: torch.fft.fftn(x, dim=op.axes),
        "ifft": lambda: torch.fft.ifftn(x, dim=op.axes),
        "rfft": lambda: torch.fft.rfftn(x.real, dim=op.axes),
        "irfft": lambda: torch.fft.irfftn(x, sizes, dim=op.axes),
    }[op.which]()


def _slice(op: Any, x: torch.Tensor) -> torch.Tensor:
    places = range(x.shape[op.axis])[op.start : op.stop : op.step]
    return x.index_select(op.axis, torch.tensor(list(places)))


LAYOUT: dict[str, Run] = {
    "permute": lambda op, x: x.permute(op.axes),
    "transpose": lambda op, x: x.transpose(op.first, op.second),
    "squeeze": lambda op, x: x.squeeze(op.axes),
    "unsqueeze": lambda op, x: x.unsqueeze(op.axis),
    "expand": lambda op, x: x.expand(op.sizes),
    "select": lambda op, x: x.select(op.axis, op.place),
    "slice": _slice,
    "gather": lambda op, x, places: x.gather(op.axis, _zeros(places.shape)),
    "scatter": lambda op, x, places, source: x.scatter(op.axis, _zeros(places.shape), source),
    "scatter_add": lambda op, x, places, source: x.scatter_add(op.axis, _zeros(places.shape), source),
    "index_select": lambda op, x, places: x.index_select(op.axis, _zeros(places.shape)),
    "stack": lambda op, *inputs: torch.stack(inputs, op.axis),
    "flip": lambda op, x: x.flip(tuple(range(1, x.ndim)) if op.axes is None else op.axes),
    "roll": lambda op, x: x.roll(op.shift, op.axis),
    "tile": lambda op, x: x.tile(op.times),
    "repeat_interleave": lambda op, x: x.repeat_interleave(op.times, op.axis),
    "tril": lambda op, x: x.tril(op.diagonal),
    "triu": lambda op, x: x.triu(op.diagonal),
    "one_hot": lambda op, x: F.one_hot(_zeros(x.shape), op.count),
    "cast": lambda op, x: x.to(getattr(torch, op.dtype)),
    "where": lambda op, condition, yes, no: torch.where(condition != 0, yes, no),
    "masked_fill": lambda op, x, mask: x.masked_fill(mask != 0, op.value),
}

ALONG: dict[str, Run] = {
    "sort": lambda op, x: torch.sort(x, dim=op.axis, descending=op.descending, stable=True),
    "argsort": lambda op, x: torch.argsort(x, dim=op.axis, descending=op.descending, stable=True),
    "topk": lambda op, x: torch.topk(x, op.k, op.axis, op.largest),
    "argmax": lambda op, x: torch.argmax(x, op.axis, op.keepdims),
    "argmin": lambda op, x: torch.argmin(x, op.axis, op.keepdims),
    "cumsum": lambda op, x: torch.cumsum(x, op.axis),
    "cumprod": lambda op, x: torch.cumprod(x, op.axis),
    "cummax": lambda op, x: torch.cummax(x, op.axis),
    "cummin": lambda op, x: torch.cummin(x, op.axis),
    "logcumsumexp": lambda op, x: torch.logcumsumexp(x, op.axis),
}

OPERATORS: dict[str, Run] = {
    **{kind: pair(function) for kind, function in PAIRS.items()},
    **{kind: (lambda op, x, function=function: function(x)) for kind, function in FUNCTIONS.items()},
    **{kind: _reduced(function) for kind, function in REDUCTIONS.items()},
    **LAYOUT,
    **ALONG,
    "clamp": lambda op, x: torch.clamp(x, op.least, op.greatest),
    "lerp": lambda op, a, b, *weight: torch.lerp(a, b, weight[0] if weight else op.constant),
    "matmul": lambda op, a, b: torch.matmul(a, b),
    "einsum": lambda op, *inputs: torch.einsum(op.equation, *inputs),
    "attention": attention,
    "fft": fft,
}
"""Operators without parameters."""
