"""What PyTorch's most frequent layers do, without going through their forward: the very call that it makes.

Only for layers exactly of these classes, without hooks, whose forward is their class's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

if TYPE_CHECKING:
    from netledger.frontends.torch.trace import Trace

__all__ = ["SHORTCUTS"]

_F = nn.functional


def _conv(function: Any) -> Any:
    def shortcut(trace: Trace, layer: Any, input: Any) -> Any:
        if layer.padding_mode != "zeros":
            return layer.forward(input)
        held = layer._parameters
        given = (input, held["weight"], held["bias"], layer.stride, layer.padding, layer.dilation, layer.groups)
        return trace.repeat(layer, input, function, given, {})

    return shortcut


def _batch_norm(rank: tuple[int, ...]) -> Any:
    def shortcut(trace: Trace, layer: Any, input: Any) -> Any:
        if input.dim() not in rank:
            return layer.forward(input)
        held, kept = layer._parameters, layer._buffers
        given = (input, kept["running_mean"], kept["running_var"], held["weight"], held["bias"])
        return trace.repeat(layer, input, _F.batch_norm, (*given, False, layer.momentum, layer.eps), {})

    return shortcut


def _linear(trace: Trace, layer: Any, input: Any) -> Any:
    held = layer._parameters
    return trace.repeat(layer, input, _F.linear, (input, held["weight"], held["bias"]), {})


def _layer_norm(trace: Trace, layer: Any, input: Any) -> Any:
    held = layer._parameters
    return trace.repeat(
        layer, input, _F.layer_norm, (input, layer.normalized_shape, held["weight"], held["bias"], layer.eps), {}
    )


def _simple(function: Any) -> Any:
    def shortcut(trace: Trace, layer: Any, input: Any) -> Any:
        return trace.repeat(layer, input, function, (input, layer.inplace), {})

    return shortcut


def _gelu(trace: Trace, layer: Any, input: Any) -> Any:
    return trace.repeat(layer, input, _F.gelu, (input,), {"approximate": layer.approximate})


def _sigmoid(trace: Trace, layer: Any, input: Any) -> Any:
    return trace.repeat(layer, input, torch.sigmoid, (input,), {})


def _dropout(function: Any) -> Any:
    def shortcut(trace: Trace, layer: Any, input: Any) -> Any:
        return trace.repeat(layer, input, function, (input, layer.p, layer.training, layer.inplace), {})

    return shortcut


def _identity(trace: Trace, layer: Any, input: Any) -> Any:
    return input


SHORTCUTS: dict[type, Any] = {
    nn.Conv1d: _conv(torch.conv1d),
    nn.Conv2d: _conv(torch.conv2d),
    nn.Conv3d: _conv(torch.conv3d),
    nn.BatchNorm1d: _batch_norm((2, 3)),
    nn.BatchNorm2d: _batch_norm((4,)),
    nn.BatchNorm3d: _batch_norm((5,)),
    nn.Linear: _linear,
    nn.LayerNorm: _layer_norm,
    nn.ReLU: _simple(_F.relu),
    nn.ReLU6: _simple(_F.relu6),
    nn.SiLU: _simple(_F.silu),
    nn.Hardswish: _simple(_F.hardswish),
    nn.Hardsigmoid: _simple(_F.hardsigmoid),
    nn.GELU: _gelu,
    nn.Sigmoid: _sigmoid,
    nn.Dropout: _dropout(_F.dropout),
    nn.Identity: _identity,
}
"""By class: a function of the trace, the layer and its input."""
