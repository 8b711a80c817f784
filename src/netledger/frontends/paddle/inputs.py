"""Inputs as forward takes them: shapes become values of a program."""

from __future__ import annotations

import inspect
from typing import Any

from netledger.core.errors import SourceError
from netledger.core.language import say
from netledger.core.network import DTYPE_BITS, Tensor
from netledger.frontends.arguments import Arguments, Model, given, widened
from netledger.frontends.options import Options

__all__ = ["arguments"]


def arguments(model: Model, options: Options) -> Arguments:
    """What forward is called with: by position, and by name; every tensor as a shape.

    Raises:
        SourceError: if nothing is given, and the layer needs something.

    """
    inputs = given(model, options)
    placed = [_shape(value, options.batch) for name, value in inputs if not name]
    rest = options.kwargs if options.batch is None else widened(dict(options.kwargs), options.batch)
    called = {**{name: value for name, value in inputs if name}, **rest}
    named = {name: _shape(value, options.batch) for name, value in called.items()}
    if len(placed) == 1 and isinstance(placed[0], dict) and not named and set(placed[0]) <= set(_signature(model)):
        placed, named = [], placed[0]
    if not placed and not named and _needs(model):
        hint = "Give the shape of its input: --input 1x3x224x224, or netledger.count(model, (1, 3, 224, 224))."
        raise SourceError(say("{name} needs an input", name=model.name), hint=hint)
    return placed, named


def _shape(value: Any, batch: int | None) -> Any:
    """A shape of what stands for one: Paddle's own InputSpec, or a real tensor."""
    if isinstance(value, Tensor):
        return value
    if type(value) in (tuple, list):
        return type(value)(_shape(part, batch) for part in value)
    if isinstance(value, dict):
        return {name: _shape(part, batch) for name, part in value.items()}
    if type(value).__name__ in ("InputSpec", "Tensor") and hasattr(value, "shape"):
        dtype = str(value.dtype).rpartition(".")[2]
        return Tensor(tuple(_size(value, axis, batch) for axis in range(len(value.shape))), _known(dtype))
    return value


def _size(value: Any, axis: int, batch: int | None) -> int:
    size = value.shape[axis]
    if size is not None and size >= 0:
        return int(size)
    if axis == 0:
        return batch or 1
    hint = "Give a number for every axis but the batch."
    raise SourceError(say("axis {axis} of an InputSpec has no size", axis=axis), hint=hint)


def _known(dtype: str) -> str:
    if dtype not in DTYPE_BITS:
        raise SourceError(say("unknown element type {name}", name=dtype))
    return dtype


def _signature(model: Model) -> Any:
    try:
        return inspect.signature(model.run.forward).parameters
    except (TypeError, ValueError):
        return {}


def _needs(model: Model) -> bool:
    return any(
        parameter.default is parameter.empty and parameter.kind.name.startswith("POSITIONAL")
        for parameter in _signature(model).values()
    )
