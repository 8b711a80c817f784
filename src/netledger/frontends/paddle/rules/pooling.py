"""Pooling: in ceil mode Paddle does not clip windows, and a mean leaves padding out unless told."""

from __future__ import annotations

from typing import Any

from netledger.frontends.paddle.rules._registry import axes, channels, load, rule, unique
from netledger.frontends.paddle.rules.convolution import padding


def _padding(reader: Any, op: Any, kernel: Any) -> Any:
    """The padding; in ceil mode, Paddle takes that of SAME as numbers, and rounds up once more."""
    found = padding(op, len(kernel))
    if found != "same" or not op.attributes["ceil_mode"]:
        return found
    shape = reader.tensor(op).shape
    spatial = shape[1:-1] if channels(op) == "last" else shape[2:]
    pairs = []
    for size, width, stride in zip(spatial, kernel, op.attributes["strides"], strict=True):
        whole = max(0, (-(-size // stride) - 1) * stride + width - size)
        pairs.append((whole // 2, whole - whole // 2))
    return tuple(pairs)


@rule("pool2d", "pool3d")
def pool(reader: Any, op: Any) -> Any:
    """Pooling of feature maps."""
    given = op.attributes
    kernel = given.get("kernel_size") or reader.known(op, 1)
    if kernel is None:
        return None
    mean = given["pooling_type"] == "avg"
    if given.get("global_pooling"):
        return reader.add(op, unique("global_avgpool" if mean else "global_maxpool", channels=channels(op)), 0)
    if given.get("adaptive"):
        name = "adaptive_avgpool" if mean else "adaptive_maxpool"
        return reader.add(op, unique(name, axes(kernel), channels=channels(op)), 0)
    common = {"rounding": "ceil" if given["ceil_mode"] else "floor", "clip": False, "channels": channels(op)}
    sizes = (axes(kernel), axes(given["strides"]), _padding(reader, op, kernel))
    if mean:
        return reader.add(op, unique("avgpool", *sizes, not given["exclusive"], **common), 0)
    return reader.add(op, unique("maxpool", *sizes, **common), 0)


@rule("max_pool2d_with_index", "max_pool3d_with_index")
def max_pool_with_index(reader: Any, op: Any) -> Any:
    """The greatest of each window, and its place."""
    given = op.attributes
    if given.get("adaptive") or given.get("global_pooling"):
        name = "global_maxpool" if given.get("global_pooling") else "adaptive_maxpool"
        operator = load(name)() if given.get("global_pooling") else load(name)(axes(given["kernel_size"]))
        return [*reader.add(op, operator, 0), None]
    sizes = (axes(given["kernel_size"]), axes(given["strides"]), axes(given["paddings"]))
    rounding = "ceil" if given.get("ceil_mode") else "floor"
    operator = unique("maxpool", *sizes, 1, rounding, False, True)
    return reader.add(op, operator, 0, outputs=2)


@rule("lp_pool2d")
def lp_pool(reader: Any, op: Any) -> Any:
    """The p-norm of each window."""
    kernel, given = reader.known(op, 1), op.attributes
    if kernel is None or padding(op, 2) not in (0, "valid"):
        return None
    rounding = "ceil" if given["ceil_mode"] else "floor"
    sizes = (given["norm_type"], axes(kernel), axes(given["strides"]))
    return reader.add(op, unique("lp_pool", *sizes, rounding, False, channels=channels(op)), 0)


@rule("unpool")
def unpool(reader: Any, op: Any) -> Any:
    """Each element where it was the greatest."""
    given = op.attributes
    size = op.outputs[0].tensor.shape[2:]
    operator = unique("max_unpool", axes(given["ksize"]), axes(given["strides"]), axes(given["padding"]), tuple(size))
    return reader.add(op, operator, 0, 1)
