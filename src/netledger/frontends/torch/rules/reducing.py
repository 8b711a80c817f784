"""Folding axes."""

from __future__ import annotations

from typing import Any

import torch

from netledger.frontends.torch.rules._registry import RULES, Rule, load, rule


def _all(rank: int) -> tuple[int, ...]:
    return tuple(range(rank))


def _axes(dim: Any, rank: int) -> tuple[int, ...]:
    if dim is None or (isinstance(dim, (tuple, list)) and not dim):
        return _all(rank)
    chosen = dim if isinstance(dim, (tuple, list)) else (dim,)
    if any(not -rank <= axis < rank for axis in chosen):
        raise IndexError("no such axis")
    return tuple(sorted(axis % rank for axis in chosen))


def reduced(trace: Any, kind: str, input: Any, dim: Any, keepdim: bool, dtype: Any = None, **attributes: Any) -> Any:
    """Some axes folded; a single number is its own."""
    rank = len(trace.kind_of(input).shape)
    if rank == 0:
        return trace.add(load("identity")(), input, dtype=dtype)
    op = load(kind)(axes=_axes(dim, rank), keepdims=keepdim, **attributes)
    return trace.add(op, input, dtype=dtype)


def _declare(kind: str, names: str, whole: torch.dtype | None = None) -> None:
    def apply(trace: Any, input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, **_: Any) -> Any:
        dim, keepdim = _.get("axis", dim), _.get("keepdims", keepdim)
        own = trace.kind_of(input).dtype
        real = own.is_floating_point or own.is_complex
        return reduced(trace, kind, input, dim, keepdim, dtype or (own if real or whole is None else whole))

    for name in names.split():
        RULES[name] = Rule(apply)


_declare("sum", "sum nansum", torch.int64)
_declare("prod", "prod", torch.int64)
_declare("mean", "mean nanmean", torch.float32)
_declare("logsumexp", "logsumexp special_logsumexp", torch.float32)
_declare("max", "amax")
_declare("min", "amin")


@rule("all", "any", "count_nonzero")
def questions(trace: Any, input: Any, dim: Any = None, keepdim: bool = False, **_: Any) -> Any:
    """A question over axes."""
    dim = _.get("axis", dim)
    own = trace.kind_of(input).dtype
    dtype = torch.int64 if trace.last_name == "count_nonzero" else torch.uint8 if own == torch.uint8 else torch.bool
    return reduced(trace, trace.last_name, input, dim, keepdim, dtype)


def _correction(args: Any, kwargs: Any) -> tuple[Any, int, bool]:
    """Axes, correction and whether axes are kept, in any of the ways in which PyTorch takes them."""
    dim, keepdim = kwargs.get("dim", kwargs.get("axis")), kwargs.get("keepdim", kwargs.get("keepdims", False))
    correction = kwargs.get("correction", 1)
    rest = list(args)
    if "unbiased" in kwargs:
        correction = int(kwargs["unbiased"])
    if rest and not isinstance(rest[0], bool):
        dim = rest.pop(0)
    if rest and isinstance(rest[0], bool):
        correction = int(rest.pop(0))
    if rest:
        keepdim = rest.pop(0)
    return dim, 1 if correction is None else correction, keepdim


def _real(dtype: torch.dtype) -> torch.dtype:
    """The type of the size of a number."""
    return {torch.complex64: torch.float32, torch.complex128: torch.float64}.get(dtype, dtype)


@rule("var", "std", "var_mean", "std_mean")
def spread(trace: Any, input: Any, *args: Any, **kwargs: Any) -> Any:
    """Variance or standard deviation; perhaps the mean too."""
    dim, correction, keepdim = _correction(args, kwargs)
    kind = trace.last_name[:3]
    dtype = _real(trace.kind_of(input).dtype)
    made = reduced(trace, kind, input, dim, keepdim, dtype, correction=int(correction))
    if trace.last_name.endswith("_mean"):
        return made, reduced(trace, "mean", input, dim, keepdim)
    return made


@rule("norm", "linalg_norm", "linalg_vector_norm", "frobenius_norm")
def norm(
    trace: Any, input: Any, p: Any = 2, dim: Any = None, keepdim: bool = False, dtype: Any = None, **_: Any
) -> Any:
    """A norm along axes."""
    p = _.get("ord", p)
    axes = dim if isinstance(dim, (tuple, list)) else (dim,)
    if trace.last_name == "linalg_norm" and len(axes) == 2 and p is not None:
        raise TypeError("a norm of matrices")
    power = 2.0 if p in ("fro", None) else float(p)
    if power in (float("inf"), float("-inf")):
        made = trace.add(load("abs")(), input)
        return reduced(trace, "max" if power > 0 else "min", made, dim, keepdim)
    return reduced(trace, "norm", input, dim, keepdim, dtype or _real(trace.kind_of(input).dtype), p=power)


@rule("argmax", "argmin")
def argmax(trace: Any, input: Any, dim: Any = None, keepdim: bool = False, **_: Any) -> Any:
    """Where the greatest or least element is."""
    if dim is None and keepdim:
        made = argmax(trace, input)
        return trace.add(load("reshape")((1,) * len(trace.kind_of(input).shape), whole=True), made)
    if dim is None or not trace.kind_of(input).shape:
        input, dim = trace.add(load("reshape")((-1,), whole=True), input), 0
    return trace.add(load(trace.last_name)(dim, keepdim), input, dtype=torch.int64)


@rule("max", "min")
def extremes(trace: Any, input: Any, dim: Any = None, keepdim: bool = False, **kwargs: Any) -> Any:
    """Of all elements; along an axis, with places; or of two tensors."""
    kind, other = trace.last_name, kwargs.get("other", dim)
    if isinstance(other, torch.Tensor):
        from netledger.frontends.torch.rules.arithmetic import joined

        return joined(trace, f"{kind}imum", input, other)
    if dim is None:
        return reduced(trace, kind, input, None, False)
    made = reduced(trace, kind, input, dim, keepdim)
    places = trace.add(load("rearrange")("places", tuple(made.shape)), made, dtype=torch.int64)
    return getattr(torch.return_types, kind)((made, places))


@rule("median", "nanmedian", "mode", "kthvalue")
def middle(trace: Any, input: Any, *args: Any, **kwargs: Any) -> Any:
    """An element of the sorted axis."""
    name = trace.last_name
    rest = list(args[1:] if name == "kthvalue" else args)
    dim = kwargs.get("dim", rest[0] if rest else None)
    if dim is None and name in ("median", "nanmedian"):
        flat = trace.add(load("reshape")((-1,), whole=True), input)
        return trace.add(load("select")(0, 0), trace.add(load("sort")(0), flat)[0])
    keepdim = kwargs.get("keepdim", rest[1] if len(rest) > 1 else False)
    dim = -1 if dim is None else dim
    found = trace.add(load("sort")(dim), input)
    kept = tuple(trace.add(load("select")(dim, 0), part) for part in found)
    kept = tuple(trace.add(load("unsqueeze")(dim), part) for part in kept) if keepdim else kept
    return getattr(torch.return_types, name)(kept)


@rule("aminmax")
def aminmax(trace: Any, input: Any, *, dim: Any = None, keepdim: bool = False) -> Any:
    """Both ends."""
    return torch.return_types.aminmax(tuple(reduced(trace, kind, input, dim, keepdim) for kind in ("min", "max")))


def _cumulated(kind: str, places: bool) -> Any:
    def apply(trace: Any, input: Any, dim: int, *, dtype: Any = None, **_: Any) -> Any:
        own = trace.kind_of(input).dtype
        whole = not (own.is_floating_point or own.is_complex or places)
        dtype = dtype or (torch.int64 if whole else own)
        made = trace.add(load(kind)(dim), input, dtype=(dtype, torch.int64) if places else dtype)
        return getattr(torch.return_types, kind)(made) if places else made

    return apply


for _kind in ("cumsum", "cumprod", "logcumsumexp", "cummax", "cummin"):
    RULES[_kind] = Rule(_cumulated(_kind, _kind in ("cummax", "cummin")))
