"""Layers that give the same elements in another shape."""

from __future__ import annotations

from typing import Any

from netledger.frontends.keras.rules._registry import even, last, layer, named

__all__: list[str] = []


@layer("Flatten")
def flatten(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """All but the batch; channels that stand first are put last before."""
    if len(inputs.shape) < 2:
        return NotImplemented
    if layer.data_format == "channels_first" and len(inputs.shape) > 2:
        inputs = trace.add(named("permute")((0, *range(2, len(inputs.shape)), 1)), inputs)
    return trace.add(named("flatten")(), inputs)


@layer("Reshape")
def reshape(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """All but the batch."""
    return trace.add(named("reshape")(tuple(map(int, layer.target_shape))), inputs)


@layer("Permute")
def permute(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """All axes but the batch; counted from 1."""
    return trace.add(named("permute")((0, *layer.dims)), inputs)


@layer("RepeatVector")
def repeat_vector(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """The same at each step."""
    wide = trace.add(named("unsqueeze")(1), inputs)
    return trace.add(named("expand")((-1, layer.n, -1)), wide)


@layer("ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D")
def zero_padding(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """Around each axis."""
    return trace.add(named("pad")(even(_pairs(layer.padding)), channels=last(layer)), inputs)


@layer("Cropping1D", "Cropping2D", "Cropping3D")
def cropping(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """Off each axis."""
    channels = last(layer) if hasattr(layer, "data_format") else "last"
    return trace.add(named("crop")(even(_pairs(layer.cropping)), channels=channels), inputs)


def _pairs(value: Any) -> tuple[tuple[int, int], ...]:
    """One pair for each axis."""
    if isinstance(value[0], int):
        return ((int(value[0]), int(value[1])),)
    return tuple((int(before), int(after)) for before, after in value)
