"""Inputs as forward takes them: shapes become tensors without values, real tensors keep theirs."""

from __future__ import annotations

import inspect
from typing import Any

import torch

from netledger.core.errors import SourceError
from netledger.core.language import say
from netledger.core.network import Tensor
from netledger.frontends.arguments import Arguments, Model, given
from netledger.frontends.options import Options
from netledger.frontends.torch.abstract import NAMED, Abstract
from netledger.frontends.torch.trace import Trace

__all__ = ["arguments", "prepared"]


def arguments(model: Model, options: Options) -> Arguments:
    """What forward is called with: by position, and by name.

    Raises:
        SourceError: if nothing is given, and the model needs something.

    """
    inputs = given(model, options)
    placed = [value for name, value in inputs if not name]
    named = {**{name: value for name, value in inputs if name}, **options.kwargs}
    if len(placed) == 1 and isinstance(placed[0], dict) and not named and _are_parameters(model.run, placed[0]):
        placed, named = [], placed[0]
    if not placed and not named and _needs(model.run):
        hint = "Give the shape of its input: --input 1x3x224x224, or netledger.count(model, (1, 3, 224, 224))."
        raise SourceError(say("{name} needs an input", name=model.name), hint=hint)
    return placed, named


def prepared(trace: Trace, given: Arguments) -> Arguments:
    """The same with tensors that the model can be run with."""
    return [_input(trace, value) for value in given[0]], {
        name: _input(trace, value) for name, value in given[1].items()
    }


def _input(trace: Trace, value: Any) -> Any:
    if isinstance(value, Tensor):
        return _abstract(trace, value.shape, NAMED[value.dtype])
    if isinstance(value, torch.Tensor) and not isinstance(value, (torch.nn.Parameter, Abstract)):
        if id(value) in trace.now:  # it was given before
            return trace.now[id(value)]
        made = _abstract(trace, tuple(value.shape), value.dtype)
        trace.values.know(made._number, value)
        trace.values.given = trace.values.given or not value.is_meta
        trace.alias(value, made)
        return made
    if type(value) in (tuple, list):
        return type(value)(_input(trace, part) for part in value)
    if isinstance(value, dict):
        return {name: _input(trace, part) for name, part in value.items()}
    return value


def _abstract(trace: Trace, shape: Any, dtype: torch.dtype) -> Any:
    return trace.fresh(trace.kind(tuple(map(int, shape)), dtype))


def _signature(model: Any) -> Any:
    try:
        return inspect.signature(model.forward if isinstance(model, torch.nn.Module) else model).parameters
    except (TypeError, ValueError):
        return {}


def _are_parameters(model: Any, given: dict[Any, Any]) -> bool:
    """Whether the keys are names of what forward takes."""
    return set(given) <= set(_signature(model))


def _needs(model: Any) -> bool:
    return any(
        parameter.default is parameter.empty and parameter.kind.name.startswith("POSITIONAL")
        for parameter in _signature(model).values()
    )
