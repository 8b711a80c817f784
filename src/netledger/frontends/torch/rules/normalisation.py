"""Normalisation."""

from __future__ import annotations

from typing import Any

import torch

from netledger.frontends.held import HeldBatchNorm
from netledger.frontends.torch.rules._registry import load, rule
from netledger.frontends.torch.rules.arithmetic import joined
from netledger.frontends.torch.rules.convolution import batched


def _scaled(trace: Any, made: Any, scale: Any, shift: Any, axis: int | None) -> Any:
    """Scale and shift where a layer has only one of them, or has them elsewhere."""
    for kind, tensor in (("multiply", scale), ("add", shift)):
        if tensor is not None:
            made = joined(trace, kind, made, _along(trace, tensor, made, axis))
    return made


def _along(trace: Any, tensor: Any, made: Any, axis: int | None) -> Any:
    after = 0 if axis is None else made.dim() - 1 - axis
    return trace.add(load("reshape")((-1, *(1,) * after), whole=True), tensor) if after else tensor


@rule("batch_norm")
def batch_norm(
    trace: Any,
    input: Any,
    running_mean: Any = None,
    running_var: Any = None,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    momentum: Any = 0.1,
    eps: float = 1e-5,
    *_: Any,
) -> Any:
    """Batch normalisation, as at inference in training mode too."""
    return _by_channel(
        trace, "batchnorm", input, {"running_mean": running_mean, "running_var": running_var}, weight, bias, eps
    )


def _by_channel(trace: Any, kind: str, input: Any, running: dict[str, Any], weight: Any, bias: Any, eps: float) -> Any:
    affine = weight is not None and bias is not None
    op = load(kind)(float(eps), affine, running["running_mean"] is not None)
    held = next((one for one in (*running.values(), weight, bias) if one is not None), None)
    features = None if held is None else trace.kind_of(held).shape[0]
    if kind == "batchnorm" and features is not None and trace.kind_of(input).shape[1:2] != (features,):
        op = HeldBatchNorm.of(op, features)
    made = trace.add(op, input, **({"scale": weight, "shift": bias} if affine else {}), **running)
    return made if affine else _scaled(trace, made, weight, bias, 1)


@rule("native_batch_norm", "_native_batch_norm_legit", "cudnn_batch_norm", "_native_batch_norm_legit_no_training")
def native_batch_norm(trace: Any, input: Any, weight: Any, bias: Any, *args: Any, **_: Any) -> Any:
    """The kernel: it gives what it saves too."""
    mean, var = args[:2] if len(args) > 3 else (None, None)
    made = batch_norm(trace, input, mean, var, weight, bias, eps=args[-1])
    batch = args[-3] is True
    return (made, *_saved(trace, input, 2, (trace.kind_of(input).shape[1],) if batch else (0,)))


def _saved(trace: Any, input: Any, count: int, shape: Any) -> tuple[Any, ...]:
    """The statistics that a kernel answers beside its result: they are part of its work."""
    kind = "empty" if 0 in shape else "rearrange"
    given = (tuple(shape),) if kind == "empty" else ("statistics", tuple(shape))
    return tuple(trace.add(load(kind)(*given), input, dtype=torch.float32) for _ in range(count))


def _kept(trace: Any, input: Any, axes: int) -> tuple[int, ...]:
    """The shape of statistics over the last axes."""
    shape = tuple(trace.kind_of(input).shape)
    return (*shape[: len(shape) - axes], *(1,) * axes)


@rule("layer_norm")
def layer_norm(
    trace: Any, input: Any, normalized_shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5, *_: Any
) -> Any:
    """Layer normalisation."""
    if tuple(trace.kind_of(input).shape[-len(normalized_shape) :]) != tuple(normalized_shape):
        raise ValueError("the last axes are normalised")
    affine = weight is not None
    op = load("layernorm")(len(normalized_shape), float(eps), affine, affine and bias is not None)
    made = trace.add(op, input, scale=weight, shift=bias if affine else None)
    return made if affine else _scaled(trace, made, None, bias, None)


@rule("native_layer_norm")
def native_layer_norm(trace: Any, input: Any, normalized_shape: Any, weight: Any, bias: Any, eps: float) -> Any:
    """The kernel: it gives mean and variance too."""
    made = layer_norm(trace, input, normalized_shape, weight, bias, eps)
    return (made, *_saved(trace, input, 2, _kept(trace, input, len(normalized_shape))))


@rule("rms_norm", "_fused_rms_norm")
def rms_norm(trace: Any, input: Any, normalized_shape: Any, weight: Any = None, eps: Any = None) -> Any:
    """Normalisation by the root of the mean square."""
    if tuple(trace.kind_of(input).shape[-len(normalized_shape) :]) != tuple(normalized_shape):
        raise ValueError("the last axes are normalised")
    eps = torch.finfo(trace.kind_of(input).dtype).eps if eps is None else eps
    made = trace.add(load("rmsnorm")(len(normalized_shape), float(eps), weight is not None), input, scale=weight)
    kernel = trace.last_name.startswith("_")
    return (made, *_saved(trace, input, 1, _kept(trace, input, len(normalized_shape)))) if kernel else made


@rule("group_norm")
def group_norm(
    trace: Any, input: Any, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5, *_: Any
) -> Any:
    """Group normalisation."""
    affine = weight is not None and bias is not None
    op = load("groupnorm")(num_groups, float(eps), affine)
    made = trace.add(op, input, **({"scale": weight, "shift": bias} if affine else {}))
    return made if affine else _scaled(trace, made, weight, bias, 1)


@rule("native_group_norm")
def native_group_norm(
    trace: Any, input: Any, weight: Any, bias: Any, n: int, c: int, hxw: int, group: int, eps: float
) -> Any:
    """The kernel."""
    return (group_norm(trace, input, group, weight, bias, eps), *_saved(trace, input, 2, (n, group)))


@rule("instance_norm")
def instance_norm(
    trace: Any,
    input: Any,
    running_mean: Any = None,
    running_var: Any = None,
    weight: Any = None,
    bias: Any = None,
    use_input_stats: bool = True,
    momentum: Any = 0.1,
    eps: float = 1e-5,
    *_: Any,
) -> Any:
    """Instance normalisation."""
    return _by_channel(
        trace, "instancenorm", input, {"running_mean": running_mean, "running_var": running_var}, weight, bias, eps
    )


@rule("local_response_norm")
def local_response_norm(
    trace: Any, input: Any, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Any:
    """Normalisation over neighbouring channels."""
    op = load("lrn")(size, float(alpha), float(beta), float(k))
    return batched(trace, input, 4, lambda image: trace.add(op, image))


@rule("_weight_norm", "_weight_norm_interface")
def weight_norm(trace: Any, v: Any, g: Any, dim: int = 0) -> Any:
    """A weight of a given length in a given direction."""
    rank = len(trace.kind_of(v).shape)
    axes = tuple(axis for axis in range(rank) if axis != dim % rank) if dim != -1 else tuple(range(rank))
    length = trace.add(load("norm")(axes=axes, keepdims=True, p=2.0), v)
    made = joined(trace, "multiply", v, joined(trace, "divide", g, length))
    return (made, length) if trace.last_name.endswith("interface") else made
