"""Layers that pass their input on at inference."""

from __future__ import annotations

from typing import Any

from netledger.frontends.keras.rules._registry import layer, named

__all__: list[str] = []


@layer("Dropout", "BaseSpatialDropout", "AlphaDropout", "GaussianDropout", "GaussianNoise")
def dropout(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """The input itself, as far as inference goes."""
    rate = getattr(layer, "rate", None)
    return trace.add(named("dropout")(float(rate)) if rate is not None else named("identity")(), inputs)


@layer("Identity", "ActivityRegularization")
def identity(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """The input itself."""
    return trace.add(named("identity")(), inputs)


_RANDOM = (
    *("RandomBrightness", "RandomColorDegeneration", "RandomColorJitter", "RandomContrast", "RandomElasticTransform"),
    *("RandomErasing", "RandomFlip", "RandomGaussianBlur", "RandomGrayscale", "RandomHue", "RandomInvert"),
    *("RandomPerspective", "RandomPosterization", "RandomRotation", "RandomSaturation", "RandomSharpness"),
    *("RandomShear", "RandomTranslation", "RandomZoom", "MixUp", "CutMix", "RandAugment", "AugMix"),
)


@layer(*_RANDOM)
def augmented(trace: Any, layer: Any, data: Any, training: Any = None, **_: Any) -> Any:
    """Changes in training only."""
    if training or isinstance(data, dict):
        return NotImplemented
    made = trace.add(named("identity")(), data)
    if data.dtype == layer.compute_dtype:
        return made
    return trace.typed(trace.add(named("cast")(layer.compute_dtype), made), layer.compute_dtype)
