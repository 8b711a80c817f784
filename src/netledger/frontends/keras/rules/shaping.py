"""Operations of Keras that put elements elsewhere, and compute nothing."""

from __future__ import annotations

from typing import Any

import keras

from netledger.frontends.keras.rules._registry import named, operation

__all__: list[str] = []


def _tuple(value: Any) -> tuple[int, ...]:
    return tuple(map(int, value)) if isinstance(value, (tuple, list)) else (int(value),)


@operation("Reshape")
def reshape(trace: Any, operation: Any, x: Any) -> Any:
    """Any other shape."""
    return trace.add(named("reshape")(_tuple(operation.newshape), True), x)


@operation("Ravel")
def ravel(trace: Any, operation: Any, x: Any) -> Any:
    """One axis."""
    return trace.add(named("reshape")((-1,), True), x)


@operation("Transpose")
def transpose(trace: Any, operation: Any, x: Any) -> Any:
    """The axes in another order; backwards, if none is said."""
    axes = operation.axes or range(len(x.shape))[::-1]
    return trace.add(named("permute")(tuple(axes)), x)


@operation("Swapaxes")
def swapaxes(trace: Any, operation: Any, x: Any) -> Any:
    """Two axes change places."""
    return trace.add(named("transpose")(operation.axis1, operation.axis2), x)


@operation("Moveaxis")
def moveaxis(trace: Any, operation: Any, x: Any) -> Any:
    """Axes to other places."""
    rank = len(x.shape)
    source = [axis % rank for axis in _tuple(operation.source)]
    target = [axis % rank for axis in _tuple(operation.destination)]
    order = [axis for axis in range(rank) if axis not in source]
    for place, axis in sorted(zip(target, source, strict=True)):
        order.insert(place, axis)
    return trace.add(named("permute")(tuple(order)), x)


@operation("ExpandDims")
def expand_dims(trace: Any, operation: Any, x: Any) -> Any:
    """Axes of 1 more."""
    axes = _tuple(operation.axis)
    rank = len(x.shape) + len(axes)
    for axis in sorted(axis % rank for axis in axes):
        x = trace.add(named("unsqueeze")(axis), x)
    return x


@operation("Squeeze")
def squeeze(trace: Any, operation: Any, x: Any) -> Any:
    """Axes of 1 fewer."""
    axes = operation.axis
    if axes is None:
        axes = [axis for axis, size in enumerate(x.shape) if size == 1]
    return trace.add(named("squeeze")(_tuple(axes)), x)


@operation("BroadcastTo")
def broadcast_to(trace: Any, operation: Any, x: Any) -> Any:
    """The same several times along an axis."""
    shape = _tuple(operation.shape)
    for _ in range(len(shape) - len(x.shape)):
        x = trace.add(named("unsqueeze")(0), x)
    return trace.add(named("expand")(shape), x)


@operation("Concatenate")
def concatenate(trace: Any, operation: Any, xs: Any) -> Any:
    """One after the other."""
    return trace.add(named("concat")(operation.axis or 0), *xs)


@operation("Stack")
def stack(trace: Any, operation: Any, x: Any) -> Any:
    """Along an axis of their own."""
    return trace.add(named("stack")(operation.axis), *x)


@operation("Split")
def split(trace: Any, operation: Any, x: Any) -> Any:
    """Equal pieces, or cut at places."""
    axis, sections = operation.axis, operation.indices_or_sections
    if isinstance(sections, int):
        made = trace.add(named("split")(sections, axis=axis), x)
    else:
        ends = [*map(int, sections), int(x.shape[axis])]
        sizes = tuple(end - start for start, end in zip([0, *ends], ends, strict=False))
        made = trace.add(named("split")(sizes=sizes, axis=axis), x)
    return list(made) if isinstance(made, tuple) else [made]


@operation("Unstack")
def unstack(trace: Any, operation: Any, x: Any) -> Any:
    """Each place of an axis by itself."""
    return [trace.add(named("select")(operation.axis, place), x) for place in range(x.shape[operation.axis])]


@operation("Flip")
def flip(trace: Any, operation: Any, x: Any) -> Any:
    """Backwards."""
    axes = tuple(range(len(x.shape))) if operation.axis is None else _tuple(operation.axis)
    return trace.add(named("flip")(axes), x)


@operation("Tril", "Triu")
def triangle(trace: Any, operation: Any, x: Any) -> Any:
    """One half of a matrix."""
    return trace.add(named(type(operation).__name__.lower())(int(operation.k)), x)


@operation("Take")
def take(trace: Any, operation: Any, x: Any, indices: Any) -> Any:
    """Rows by their numbers."""
    if operation.axis == 0 and isinstance(x, keras.Variable) and len(x.shape) == 2:
        return trace.add(named("embedding")(*x.shape), indices, stored={"weight": x})
    return _moved(trace, operation, x, indices)


@operation("ZerosLike", "OnesLike", "FullLike", "EmptyLike")
def filled(trace: Any, operation: Any, x: Any, *_: Any, **__: Any) -> Any:
    """A constant of the same shape."""
    return trace.add(named("constant")(tuple(x.shape), "filled"))


@operation(
    *("GetItem", "Repeat", "Tile", "Roll", "Pad", "Slice", "SliceUpdate", "TakeAlongAxis", "Rot90", "Fliplr", "Flipud"),
    *("Diag", "Diagonal", "Diagflat", "Hstack", "Vstack", "Dstack", "Append", "Unfold", "ExtractPatches"),
    *("DepthToSpace", "SpaceToDepth", "ScatterUpdate", "OneHot", "PadImages", "CropImages"),
    *("Hsplit", "Vsplit", "Meshgrid", "ViewAsComplex", "ViewAsReal", "ExtractSequences"),
)
def _moved(trace: Any, operation: Any, *args: Any, **kwargs: Any) -> Any:
    """Elements in other places, of the shape that Keras says."""
    with trace.quiet():
        spec = operation.compute_output_spec(*args, **kwargs)
    tensors = [part for part in keras.tree.flatten((args, kwargs)) if hasattr(part, "shape") and hasattr(part, "dtype")]
    name = type(operation).__name__

    def one(part: Any) -> Any:
        return trace.add(named("rearrange")(name, tuple(part.shape)), *tensors)

    return keras.tree.map_structure(one, spec)
