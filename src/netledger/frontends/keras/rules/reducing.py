"""Operations of Keras that make fewer elements: sums, means, extremes."""

from __future__ import annotations

from typing import Any

from netledger.frontends.keras.rules._registry import named, operation

__all__: list[str] = []

_KINDS = {
    **{name: name.lower() for name in ("Sum", "Mean", "Max", "Min", "Prod", "Any", "All", "Logsumexp")},
    "Amax": "max",
    "Amin": "min",
    "CountNonzero": "count_nonzero",
}


def _axes(axis: Any, rank: int) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(rank))
    return tuple(axis) if isinstance(axis, (tuple, list)) else (int(axis),)


def _reduced(kind: str, **attributes: Any) -> Any:
    def reduce(trace: Any, operation: Any, x: Any) -> Any:
        if getattr(operation, "initial", None) is not None:
            return NotImplemented
        axes = _axes(operation.axis, len(x.shape))
        return trace.add(named(kind)(axes, bool(getattr(operation, "keepdims", False)), **attributes), x)

    return reduce


for _name, _kind in _KINDS.items():
    operation(_name)(_reduced(_kind))
operation("Var")(_reduced("var", correction=0))
operation("Std")(_reduced("std", correction=0))


@operation("Moments")
def moments(trace: Any, operation: Any, x: Any) -> Any:
    """Mean and variance."""
    axes = _axes(operation.axes, len(x.shape))
    keep = bool(operation.keepdims)
    return trace.add(named("mean")(axes, keep), x), trace.add(named("var")(axes, keep, correction=0), x)


@operation("Argmax", "Argmin")
def place(trace: Any, operation: Any, x: Any) -> Any:
    """Where the extreme is."""
    if operation.axis is None:
        x = trace.add(named("reshape")((-1,), True), x)
    return trace.add(named(type(operation).__name__.lower())(operation.axis or 0, bool(operation.keepdims)), x)


@operation("Norm")
def norm(trace: Any, operation: Any, x: Any) -> Any:
    """Of vectors: the Euclidean one, or that of another exponent."""
    axes = _axes(operation.axis, len(x.shape))
    order = 2 if operation.ord in (None, "euclidean") else operation.ord
    if not isinstance(order, (int, float)) or order <= 0 or (len(axes) > 1 and operation.ord is not None):
        return NotImplemented
    return trace.add(named("norm")(axes, bool(operation.keepdims), float(order)), x)


@operation("Cumsum", "Cumprod")
def cumulated(trace: Any, operation: Any, x: Any) -> Any:
    """Sums or products of all before."""
    if operation.axis is None:
        return NotImplemented
    return trace.add(named(type(operation).__name__.lower())(operation.axis), x)


@operation("TopK")
def top_k(trace: Any, operation: Any, x: Any) -> Any:
    """The greatest, and their places."""
    return trace.add(named("topk")(operation.k, -1), x)


@operation("Sort", "Argsort")
def sort(trace: Any, operation: Any, x: Any) -> Any:
    """In order along an axis."""
    if operation.axis is None:
        return NotImplemented
    made = trace.add(named(type(operation).__name__.lower())(operation.axis), x)
    return made[0] if isinstance(made, tuple) else made
