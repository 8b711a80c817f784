"""A layer of Keras, with PyTorch as its backend, as a module of PyTorch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import torch

from netledger.frontends.keras.tensors import Abstract

__all__ = ["filled", "module"]


class _Layer(torch.nn.Module):
    """Its `call`, everything filled in but the tensors; its variables are called v0, v1, …"""

    def __init__(self, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        super().__init__()
        for place, variable in enumerate(layer.variables):
            value = variable._value
            if isinstance(value, torch.nn.Parameter):
                self.register_parameter(f"v{place}", value)
            else:
                self.register_buffer(f"v{place}", value)
        self.__dict__["told"] = (layer, args, kwargs)

    def forward(self, *tensors: Any) -> Any:
        """The layer's own code."""
        layer, args, kwargs = self.__dict__["told"]
        given = iter(tensors)
        placed = [next(given) if isinstance(value, Abstract) else value for value in args]
        named = {name: next(given) if isinstance(value, Abstract) else value for name, value in kwargs.items()}
        with _Values():
            return layer.call(*placed, **named)


class _Values(torch.overrides.TorchFunctionMode):
    """Functions of PyTorch that are given a variable of Keras take its value."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return func(*map(_value, args), **{name: _value(part) for name, part in (kwargs or {}).items()})


def _value(part: Any) -> Any:
    if isinstance(part, keras.Variable):
        return part.value
    return type(part)(map(_value, part)) if type(part) in (list, tuple) else part


@contextmanager
def filled(variables: list[Any]) -> Iterator[None]:
    """Variables that have no values yet stand for tensors without values meanwhile."""
    empty = [variable for variable in variables if variable._value is None]
    for variable in empty:
        dtype = getattr(torch, variable._dtype)
        value = torch.empty(variable.shape, dtype=dtype, device="meta")
        variable._value = torch.nn.Parameter(value, dtype.is_floating_point and variable.trainable)
    try:
        yield
    finally:
        for variable in empty:
            variable._value = None


def module(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The module that does what the layer does with these arguments."""
    return _Layer(layer, args, kwargs)
