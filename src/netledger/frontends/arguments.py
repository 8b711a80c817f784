"""What a model is called with, by position and by name: the part that is the same whatever its framework."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from netledger.core.network import Tensor
from netledger.frontends.options import Options

__all__ = ["Arguments", "Model", "batched", "given", "mapped", "unbatched", "widened"]

Arguments = tuple[list[Any], dict[str, Any]]


class Model(NamedTuple):
    """A model to be run.

    Args:
        run: the model.
        name: what it is called.
        source: where it comes from.
        inputs: what it is usually given, the batch included, if that is known.
        notes: what was assumed.

    """

    run: Any
    name: str
    source: str = ""
    inputs: tuple[tuple[str, Any], ...] = ()
    notes: tuple[str, ...] = ()


def given(model: Model, options: Options) -> tuple[tuple[str, Any], ...]:
    """The inputs that are given, else the usual ones: a batch stands in front of the one, and in that of the other."""
    batch = options.batch
    if options.inputs:
        return options.inputs if batch is None else tuple((name, widened(one, batch)) for name, one in options.inputs)
    if options.kwargs or batch is None:
        return () if options.kwargs else model.inputs
    return tuple((name, mapped(one, lambda usual: usual.like((batch, *usual.shape[1:])))) for name, one in model.inputs)


def unbatched(arguments: Arguments) -> bool:
    """Whether all that is given are shapes, which might leave the batch out."""
    values = [*arguments[0], *arguments[1].values()]
    return bool(values) and all(isinstance(value, Tensor) for value in values)


def batched(arguments: Arguments) -> Arguments:
    """The same with a batch of one."""
    return widened(arguments[0], 1), widened(arguments[1], 1)


def mapped(value: Any, change: Callable[[Tensor], Any]) -> Any:
    """What is given with every shape changed, wherever it is."""
    if isinstance(value, Tensor):
        return change(value)
    if type(value) in (tuple, list):
        return type(value)(mapped(part, change) for part in value)
    if isinstance(value, dict):
        return {name: mapped(part, change) for name, part in value.items()}
    return value


def widened(value: Any, batch: int) -> Any:
    """What is given with a batch in front of every shape."""
    return mapped(value, lambda tensor: tensor.like((batch, *tensor.shape)))
