"""What PyTorch's most frequent layers do, without going through their forward: the very call that it makes.

Only for layers exactly of these classes, without hooks, whose forward is their class's own.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from operator import itemgetter
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.nn.modules import module as torch_module

__all__ = ["LAYERS", "Layer", "is_hooked"]

_F = nn.functional


class Layer(NamedTuple):
    """A layer whose forward is one call.

    Args:
        function: what it calls; None: nothing, it answers its input.
        forward: its forward, as PyTorch wrote it.
        tensors: what it holds, of its `__dict__`.
        attributes: all else that the call depends on, of its `__dict__`.
        given: what the function is called with, of its input, tensors and attributes; None: forward decides.
        places: the places of what it holds among the input and these, if it holds all that it can.

    """

    function: Any
    forward: Any
    tensors: Callable[[dict[str, Any]], tuple[Any, ...]]
    attributes: Callable[[dict[str, Any]], Any]
    given: Callable[[Any, Any, Any], Any]
    places: tuple[int, ...]


def is_hooked(known: dict[str, Any]) -> bool:
    """Whether calling the module of this `__dict__` runs more than its forward."""
    return bool(
        known["_forward_hooks"]
        or known["_forward_pre_hooks"]
        or known["_backward_hooks"]
        or known["_backward_pre_hooks"]
        or _ALL_FORWARD
        or _ALL_BEFORE
    )


_ALL_FORWARD = torch_module._global_forward_hooks
_ALL_BEFORE = torch_module._global_forward_pre_hooks

_learned = itemgetter("weight", "bias")
_running = itemgetter("running_mean", "running_var")


def _weight_and_bias(known: dict[str, Any]) -> tuple[Any, ...]:
    return _learned(known["_parameters"])


def _weight(known: dict[str, Any]) -> tuple[Any, ...]:
    return (known["_parameters"]["weight"],)


def _nothing(known: dict[str, Any]) -> tuple[Any, ...]:
    return ()


def _normalised(known: dict[str, Any]) -> tuple[Any, ...]:
    return _learned(known["_parameters"]) + _running(known["_buffers"])


def _conv(kind: Any, function: Any) -> Layer:
    def given(input: Any, tensors: Any, attributes: Any) -> Any:
        *plain, padding_mode = attributes
        return ((input, *tensors, *plain), {}) if padding_mode == "zeros" else None

    attributes = itemgetter("stride", "padding", "dilation", "groups", "padding_mode")
    return Layer(function, kind.forward, _weight_and_bias, attributes, given, (1, 2))


def _batch_norm(kind: Any, *ranks: int) -> Layer:
    def given(input: Any, tensors: Any, attributes: Any) -> Any:
        weight, bias, mean, var = tensors
        return ((input, mean, var, weight, bias, False, *attributes), {}) if input.dim() in ranks else None

    attributes = itemgetter("momentum", "eps")
    return Layer(_F.batch_norm, kind.forward, _normalised, attributes, given, (1, 2, 3, 4))


def _held(kind: Any, function: Any, tensors: Any, given: Any, *names: str) -> Layer:
    return Layer(function, kind.forward, tensors, itemgetter(*names), given, (1, 2))


def _plain(kind: Any, function: Any, *names: str) -> Layer:
    """Attributes by their names, as the function has them."""
    if not names:
        return Layer(function, kind.forward, _nothing, _nothing, lambda input, _, __: ((input,), {}), ())

    def given(input: Any, tensors: Any, attributes: Any) -> Any:
        values = attributes if len(names) > 1 else (attributes,)
        return (input,), dict(zip(names, values, strict=True))

    return Layer(function, kind.forward, _nothing, itemgetter(*names), given, ())


def _max_pool(kind: Any) -> Layer:
    names = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")

    def given(input: Any, tensors: Any, attributes: Any) -> Any:
        *values, indices = attributes
        return None if indices else ((input, *values[:4]), {"ceil_mode": values[4]})

    return Layer(_F.max_pool2d, kind.forward, _nothing, itemgetter(*names, "return_indices"), given, ())


def _avg_pool(kind: Any) -> Layer:
    names = ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override")
    return Layer(
        *(_F.avg_pool2d, kind.forward, _nothing, itemgetter(*names)),
        *(lambda input, _, attributes: ((input, *attributes), {}), ()),
    )


_LAYERS: dict[Any, Layer] = {
    nn.Identity: Layer(None, nn.Identity.forward, _nothing, _nothing, lambda *_: None, ()),
    nn.Conv1d: _conv(nn.Conv1d, torch.conv1d),
    nn.Conv2d: _conv(nn.Conv2d, torch.conv2d),
    nn.Conv3d: _conv(nn.Conv3d, torch.conv3d),
    nn.BatchNorm1d: _batch_norm(nn.BatchNorm1d, 2, 3),
    nn.BatchNorm2d: _batch_norm(nn.BatchNorm2d, 4),
    nn.BatchNorm3d: _batch_norm(nn.BatchNorm3d, 5),
    nn.Linear: Layer(
        _F.linear, nn.Linear.forward, _weight_and_bias, _nothing, lambda input, held, _: ((input, *held), {}), (1, 2)
    ),
    nn.LayerNorm: _held(
        *(nn.LayerNorm, _F.layer_norm, _weight_and_bias),
        lambda input, held, known: ((input, known[0], *held, known[1]), {}),
        *("normalized_shape", "eps"),
    ),
    nn.GroupNorm: _held(
        *(nn.GroupNorm, _F.group_norm, _weight_and_bias),
        lambda input, held, known: ((input, known[0], *held, known[1]), {}),
        *("num_groups", "eps"),
    ),
    nn.ReLU: _plain(nn.ReLU, _F.relu, "inplace"),
    nn.Hardtanh: _plain(nn.Hardtanh, _F.hardtanh, "min_val", "max_val", "inplace"),
    nn.ReLU6: _plain(nn.ReLU6, _F.hardtanh, "min_val", "max_val", "inplace"),
    nn.SiLU: _plain(nn.SiLU, _F.silu, "inplace"),
    nn.Mish: _plain(nn.Mish, _F.mish, "inplace"),
    nn.LeakyReLU: _plain(nn.LeakyReLU, _F.leaky_relu, "negative_slope", "inplace"),
    nn.Hardswish: _plain(nn.Hardswish, _F.hardswish, "inplace"),
    nn.Hardsigmoid: _plain(nn.Hardsigmoid, _F.hardsigmoid, "inplace"),
    nn.GELU: _plain(nn.GELU, _F.gelu, "approximate"),
    nn.Sigmoid: _plain(nn.Sigmoid, torch.sigmoid),
    nn.Tanh: _plain(nn.Tanh, torch.tanh),
    nn.Dropout: _plain(nn.Dropout, _F.dropout, "p", "training", "inplace"),
    nn.Flatten: _plain(nn.Flatten, torch.Tensor.flatten, "start_dim", "end_dim"),
    nn.MaxPool2d: _max_pool(nn.MaxPool2d),
    nn.AvgPool2d: _avg_pool(nn.AvgPool2d),
    nn.AdaptiveAvgPool2d: _plain(nn.AdaptiveAvgPool2d, _F.adaptive_avg_pool2d, "output_size"),
}


def _is_own(forward: Any) -> bool:
    """Whether it is as PyTorch wrote it: somebody may have put another in its place before."""
    code = getattr(forward, "__code__", None)
    return code is not None and os.path.dirname(code.co_filename) == nn.modules.__path__[0]


LAYERS = {kind: layer for kind, layer in _LAYERS.items() if _is_own(layer.forward)}
"""By class."""
