"""Numbers that shapes are made of, computed while they are few: no row of the ledger comes from them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from netledger.frontends.onnx.values import DTYPES, FEW, NUMPY

__all__ = ["FOLDS", "axes_of", "places"]

Fold = Callable[..., Any]
"""Arrays of the inputs (None: left out), attributes by name, the version of the operator → arrays of the outputs."""

FOLDS: dict[str, Fold] = {}


def _fold(*names: str) -> Callable[[Fold], Fold]:
    def declared(apply: Fold) -> Fold:
        FOLDS.update(dict.fromkeys(names, apply))
        return apply

    return declared


def _simple(apply: Any) -> Fold:
    return lambda given, attributes, version: apply(*given)


def _bounded(shape: Any) -> tuple[int, ...]:
    sizes = tuple(int(size) for size in shape)
    if any(size < 0 for size in sizes) or math.prod(sizes) > FEW:
        raise OverflowError
    return sizes


def _joined(function: Any) -> Fold:
    def apply(given: Any, attributes: Any, version: int) -> Any:
        _bounded(np.broadcast_shapes(*(one.shape for one in given)))
        made = given[0]
        for other in given[1:]:
            made = function(made, other)
        return made

    return apply


def _divided(first: Any, second: Any) -> Any:
    if first.dtype == object or second.dtype == object:
        return first // second
    if not np.issubdtype(first.dtype, np.integer):
        return first / second
    quotient = np.abs(first) // np.abs(second)
    return (quotient * np.sign(first) * np.sign(second)).astype(first.dtype)


for _name, _function in {
    "Add": np.add,
    "Sub": np.subtract,
    "Mul": np.multiply,
    "Div": _divided,
    "Pow": lambda base, power: np.power(base, power).astype(base.dtype),
    "Min": np.minimum,
    "Max": np.maximum,
    "Sum": np.add,
    "Equal": np.equal,
    "Greater": np.greater,
    "GreaterOrEqual": np.greater_equal,
    "Less": np.less,
    "LessOrEqual": np.less_equal,
    "And": np.logical_and,
    "Or": np.logical_or,
    "Xor": np.logical_xor,
    "BitwiseAnd": np.bitwise_and,
    "BitwiseOr": np.bitwise_or,
    "BitwiseXor": np.bitwise_xor,
}.items():
    FOLDS[_name] = _joined(_function)

for _name, _function in {
    "Neg": np.negative,
    "Abs": np.abs,
    "Floor": np.floor,
    "Ceil": np.ceil,
    "Round": np.round,
    "Sqrt": np.sqrt,
    "Exp": np.exp,
    "Log": np.log,
    "Sign": np.sign,
    "Reciprocal": np.reciprocal,
    "Not": np.logical_not,
    "IsNaN": np.isnan,
    "Identity": lambda data: data,
}.items():
    FOLDS[_name] = _simple(_function)

FOLDS["Relu"] = _simple(lambda data: np.maximum(data, 0))


@_fold("Mod")
def _mod(given: Any, attributes: Any, version: int) -> Any:
    return np.fmod(*given) if attributes.get("fmod", 0) else np.mod(*given)


@_fold("Clip")
def _clip(given: Any, attributes: Any, version: int) -> Any:
    ends = [*given[1:], None, None] if version >= 11 else [attributes.get("min"), attributes.get("max")]
    made = given[0]
    made = made if ends[0] is None else np.maximum(made, ends[0])
    return made if ends[1] is None else np.minimum(made, ends[1])


@_fold("Cast")
def _cast(given: Any, attributes: Any, version: int) -> Any:
    dtype = DTYPES[attributes["to"]]
    if given[0].dtype == object:
        if dtype not in ("int64", "int32"):
            raise TypeError
        return given[0]
    return given[0].astype(NUMPY[dtype])


@_fold("CastLike")
def _cast_like(given: Any, attributes: Any, version: int) -> Any:
    return given[0].astype(given[1].dtype)


@_fold("Gather")
def _gather(given: Any, attributes: Any, version: int) -> Any:
    data, index = given
    axis = attributes.get("axis", 0)
    _bounded((*index.shape, data.size // max(1, data.shape[axis])))
    return np.take(data, index.astype(np.int64), axis=axis)


@_fold("GatherElements")
def _gather_elements(given: Any, attributes: Any, version: int) -> Any:
    return np.take_along_axis(given[0], given[1].astype(np.int64), axis=attributes.get("axis", 0))


@_fold("GatherND")
def _gather_nd(given: Any, attributes: Any, version: int) -> Any:
    if attributes.get("batch_dims", 0):
        raise TypeError
    return given[0][tuple(np.moveaxis(given[1].astype(np.int64), -1, 0))]


@_fold("ScatterND")
def _scatter_nd(given: Any, attributes: Any, version: int) -> Any:
    data, index, updates = given
    if attributes.get("reduction", b"none") not in (b"none", "none"):
        raise TypeError
    made = np.array(data, copy=True)
    made[tuple(np.moveaxis(index.astype(np.int64), -1, 0))] = updates
    return made


@_fold("ScatterElements")
def _scatter_elements(given: Any, attributes: Any, version: int) -> Any:
    if attributes.get("reduction", b"none") not in (b"none", "none"):
        raise TypeError
    made = np.array(given[0], copy=True)
    np.put_along_axis(made, given[1].astype(np.int64), given[2], axis=attributes.get("axis", 0))
    return made


@_fold("Concat")
def _concat(given: Any, attributes: Any, version: int) -> Any:
    _bounded((sum(one.size for one in given),))
    return np.concatenate(given, axis=attributes.get("axis", 1))


@_fold("Shape")
def _shape(given: Any, attributes: Any, version: int) -> Any:
    return np.array(given[0].shape, dtype=np.int64)[attributes.get("start", 0) : attributes.get("end")]


@_fold("Size")
def _size(given: Any, attributes: Any, version: int) -> Any:
    return np.array(given[0].size, dtype=np.int64)


def axes_of(given: Any, attributes: Any, place: int = 1) -> tuple[int, ...] | None:
    """Axes, as an attribute or as an input; None: they are left out."""
    if "axes" in attributes:
        return tuple(attributes["axes"])
    if len(given) > place and given[place] is not None:
        return tuple(int(axis) for axis in given[place].reshape(-1))
    return None


@_fold("Squeeze")
def _squeeze(given: Any, attributes: Any, version: int) -> Any:
    return np.squeeze(given[0], axis=axes_of(given, attributes))


@_fold("Unsqueeze")
def _unsqueeze(given: Any, attributes: Any, version: int) -> Any:
    return np.expand_dims(given[0], axes_of(given, attributes) or ())


@_fold("Reshape")
def _reshape(given: Any, attributes: Any, version: int) -> Any:
    data = given[0]
    sizes = list(attributes["shape"]) if "shape" in attributes else [int(size) for size in given[1]]
    if not attributes.get("allowzero", 0):
        sizes = [data.shape[axis] if size == 0 else size for axis, size in enumerate(sizes)]
    return data.reshape(sizes)


@_fold("Flatten")
def _flatten(given: Any, attributes: Any, version: int) -> Any:
    axis = attributes.get("axis", 1)
    axis += given[0].ndim if axis < 0 else 0
    return given[0].reshape(math.prod(given[0].shape[:axis]), -1)


@_fold("Transpose")
def _transpose(given: Any, attributes: Any, version: int) -> Any:
    return np.transpose(given[0], attributes.get("perm"))


@_fold("Expand")
def _expand(given: Any, attributes: Any, version: int) -> Any:
    wanted = tuple(int(size) for size in given[1])
    _bounded(wanted)
    return np.broadcast_to(given[0], _bounded(np.broadcast_shapes(given[0].shape, wanted)))


@_fold("Tile")
def _tile(given: Any, attributes: Any, version: int) -> Any:
    times = [int(one) for one in given[1]]
    _bounded(one * size for one, size in zip(times, given[0].shape, strict=True))
    return np.tile(given[0], times)


def places(length: int, start: int, end: int, step: int) -> range:
    """The places of an axis that a slice takes: ends beyond the axis are its ends."""
    first, last = (start + length if start < 0 else start), (end + length if end < 0 else end)
    if step > 0:
        return range(max(0, min(first, length)), max(0, min(last, length)), step)
    return range(max(0, min(first, length - 1)), max(-1, min(last, length - 1)), step)


@_fold("Slice")
def _slice(given: Any, attributes: Any, version: int) -> Any:
    data = given[0]
    if "starts" in attributes:
        starts, ends = attributes["starts"], attributes["ends"]
        axes, steps = attributes.get("axes", range(len(starts))), [1] * len(starts)
    else:
        starts, ends = ([int(one) for one in part] for part in given[1:3])
        axes = range(len(starts)) if len(given) < 4 or given[3] is None else [int(one) for one in given[3]]
        steps = [1] * len(starts) if len(given) < 5 or given[4] is None else [int(one) for one in given[4]]
    for axis, start, stop, step in zip(axes, starts, ends, steps, strict=True):
        taken = places(data.shape[axis], start, stop, step) if data.shape[axis] else range(0)
        data = np.take(data, np.array(taken, dtype=np.int64), axis=axis)
    return data


@_fold("Split")
def _split(given: Any, attributes: Any, version: int) -> Any:
    axis = attributes.get("axis", 0)
    sizes = attributes.get("split") or (given[1] if len(given) > 1 and given[1] is not None else None)
    if sizes is None:
        length, parts = given[0].shape[axis], attributes.get("num_outputs") or attributes["outputs"]
        each = -(-length // parts)
        sizes = [each] * (parts - 1) + [length - each * (parts - 1)]
    return tuple(np.split(given[0], np.cumsum([int(size) for size in sizes])[:-1], axis=axis))


@_fold("Where")
def _where(given: Any, attributes: Any, version: int) -> Any:
    _bounded(np.broadcast_shapes(*(one.shape for one in given)))
    return np.where(*given)


@_fold("Range")
def _range(given: Any, attributes: Any, version: int) -> Any:
    start, limit, delta = (one.reshape(-1)[0] for one in given)
    if any(isinstance(one, np.ndarray) or not np.isscalar(one) for one in (start, limit, delta)):
        raise TypeError
    if delta == 0 or (float(limit) - float(start)) / float(delta) > FEW:
        raise OverflowError
    return np.arange(start, limit, delta, dtype=given[0].dtype)


@_fold("ConstantOfShape")
def _constant_of_shape(given: Any, attributes: Any, version: int) -> Any:
    value = attributes.get("value")
    value = np.zeros(1, np.float32) if value is None else value
    return np.full(_bounded(given[0]), value.reshape(-1)[0], dtype=value.dtype)


@_fold("NonZero")
def _nonzero(given: Any, attributes: Any, version: int) -> Any:
    return np.array(np.nonzero(given[0]), dtype=np.int64)


@_fold("OneHot")
def _one_hot(given: Any, attributes: Any, version: int) -> Any:
    index, depth, values = given
    count = int(depth.reshape(-1)[0])
    _bounded((index.size, count))
    axis = attributes.get("axis", -1)
    hot = np.arange(count) == (index % count)[..., None]
    made = np.where(hot, values[1], values[0]).astype(values.dtype)
    return np.moveaxis(made, -1, axis)


@_fold("Trilu")
def _trilu(given: Any, attributes: Any, version: int) -> Any:
    diagonal = int(given[1]) if len(given) > 1 and given[1] is not None else 0
    return np.triu(given[0], diagonal) if attributes.get("upper", 1) else np.tril(given[0], diagonal)


@_fold("CumSum")
def _cumsum(given: Any, attributes: Any, version: int) -> Any:
    if attributes.get("exclusive", 0) or attributes.get("reverse", 0):
        raise TypeError
    return np.cumsum(given[0], axis=int(given[1].reshape(-1)[0]), dtype=given[0].dtype)


def _reduced(function: Any) -> Fold:
    def apply(given: Any, attributes: Any, version: int) -> Any:
        axes = axes_of(given, attributes)
        if not axes:
            if attributes.get("noop_with_empty_axes", 0):
                return given[0]
            axes = tuple(range(given[0].ndim))
        return np.asarray(function(given[0], axis=axes, keepdims=bool(attributes.get("keepdims", 1)))).astype(
            given[0].dtype
        )

    return apply


for _name, _function in {
    "ReduceSum": np.sum,
    "ReduceProd": np.prod,
    "ReduceMax": np.max,
    "ReduceMin": np.min,
}.items():
    FOLDS[_name] = _reduced(_function)
