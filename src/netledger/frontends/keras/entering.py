"""What a layer of Keras does around its own `call`: casting, building, masks, training."""

from __future__ import annotations

import inspect
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import keras
from keras.src import utils
from keras.src.backend.common.variables import Variable

from netledger.frontends.keras.rules import named
from netledger.frontends.keras.tensors import Abstract

if TYPE_CHECKING:
    from netledger.frontends.keras.trace import Trace

__all__ = ["built", "called", "converted", "kind_of", "local_name", "snake", "training"]

_BUILD_BY_CALL = (keras.Model, keras.layers.Layer)


@cache
def snake(name: str) -> str:
    """A class as Keras names what it makes.

    >>> snake("MultiHeadAttention"), snake("Conv2D"), snake("ReLU")
    ('multi_head_attention', 'conv2d', 're_lu')
    """
    plain = re.sub(r"\W+", "", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", plain)).lower()


@cache
def _kind(cls: Any) -> str:
    name = cls.__name__
    for where, owner in (("keras.layers", keras.layers), ("keras", keras)):
        if getattr(owner, name, None) is cls:
            return f"{where}.{name}"
    return f"{cls.__module__}.{cls.__qualname__}"


def kind_of(layer: Any) -> str:
    """The class of a layer, as users import it."""
    return _kind(layer.__class__)


@cache
def _parameters(function: Any) -> tuple[tuple[str, Any], ...]:
    """What a method takes, with its default values."""
    try:
        return tuple((name, one.default) for name, one in inspect.signature(function).parameters.items())
    except (TypeError, ValueError):
        return ()


def _takes(layer: Any) -> tuple[tuple[str, Any], ...]:
    parameters = _parameters(type(layer).call)
    return parameters[1:] if "call" not in vars(layer) else _parameters(vars(layer)["call"])


def local_name(above: Any, layer: Any) -> str:
    """Its name; the attribute that holds it, if Keras gave the name, and the model is not a graph of names."""
    name = str(layer.name)
    automatic = re.fullmatch(rf"{re.escape(snake(type(layer).__name__))}(_\d+)?", name)
    if not automatic or isinstance(above, (keras.Sequential, keras.src.models.functional.Functional)):
        return name
    held = {**vars(above), **vars(above).get("_modules", {})}  # a module of PyTorch keeps its own apart
    for attribute, value in held.items():
        if value is layer and not attribute.startswith("__"):
            return attribute.lstrip("_") or name
        if not attribute.startswith("_") and isinstance(value, (list, tuple)):
            for place, part in enumerate(value):
                if part is layer:
                    return f"{attribute}.{place}"
        if not attribute.startswith("_") and isinstance(value, dict):
            for key, part in value.items():
                if part is layer:
                    return f"{attribute}.{key}"
    return name


def converted(
    trace: Trace, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """What it is given, in its element type; real values and variables become tensors of the trace."""
    if len(args) == 1 and not kwargs:
        parts = _parts(args[0])
        if parts and all(part.dtype == layer.input_dtype for part in parts):
            return args, kwargs  # as nearly always

    def convert(value: Any) -> Any:
        if isinstance(value, Variable):
            value = trace.read(value)
        elif keras.ops.is_tensor(value) or type(value).__module__ == "numpy":
            value = trace.constant(keras.ops.convert_to_tensor(value))
        return _cast(trace, layer, value) if isinstance(value, Abstract) else value

    return tuple(keras.tree.map_structure(convert, list(args))), keras.tree.map_structure(convert, kwargs)


def _parts(value: Any) -> Any:
    """The tensors of a tensor, or of a plain list of them; nothing for other structures."""
    if type(value) is Abstract:
        return (value,)
    plain = type(value) in (list, tuple) and all(type(part) is Abstract for part in value)
    return value if plain else ()


def _cast(trace: Trace, layer: Any, value: Abstract) -> Abstract:
    wanted = layer.input_dtype
    if not layer.autocast or value.dtype == wanted or not layer._convert_input_args:
        return value
    if not (keras.backend.is_float_dtype(value.dtype) and keras.backend.is_float_dtype(wanted)):
        return value
    made = trace.add(named("cast")(wanted), value)
    kept: Abstract = trace.typed(made, wanted)
    _mask(kept, value)
    return kept


def _mask(made: Any, like: Any) -> None:
    mask = keras.src.backend.get_keras_mask(like)
    if mask is not None:
        keras.src.backend.set_keras_mask(made, mask)


def training(layer: Any, kwargs: dict[str, Any], outer: bool) -> bool:
    """Whether it is called as in training: told by name, by the layer around it, or not at all."""
    given = kwargs.get("training")
    return outer if given is None else bool(given)


def built(trace: Trace, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Build it as Keras does, without filling what it makes."""
    if layer.built:
        if not type(layer).__module__.startswith("keras.src."):
            trace.holding.keep(layer)  # its own code may set attributes
        return
    trace.holding.keep(layer)
    owner = next((cls for cls in type(layer).__mro__ if "build" in vars(cls)), None)
    if owner in _BUILD_BY_CALL or isinstance(layer, keras.Sequential) or utils.is_default(layer.build):
        return
    if layer.input_spec is not None:
        layer._assert_input_compatibility(args[0] if args else next(iter(kwargs.values()), None))
    shapes = _shapes(layer, args, kwargs)
    with trace.quiet():
        layer.build(**shapes)


def _shapes(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The shapes that `build` takes, by name."""
    from keras.src.layers.layer import CallSpec, get_shapes_dict, update_shapes_dict_for_target_fn

    spec = CallSpec(layer._call_signature, layer._call_context_args, args, kwargs)
    shapes: dict[str, Any] = update_shapes_dict_for_target_fn(
        layer.build, shapes_dict=get_shapes_dict(spec), call_spec=spec, class_name=type(layer).__name__
    )
    return shapes


def called(trace: Trace, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Its `call`, with masks and training filled in; its outputs know their masks."""
    first = args[0] if args else next(iter(kwargs.values()), None)
    if layer.input_spec is not None:
        layer._assert_input_compatibility(first)
    before = _masks_of(first)
    filled = _filled(trace, layer, args, kwargs)
    made = trace.answer(layer, args, filled)
    if layer.supports_masking and (before is not None or _makes_masks(layer.__class__)):
        _set_masks(layer, first, made, filled.get("mask") if filled.get("mask") is not None else before)
    return made


def _masks_of(value: Any) -> Any:
    if type(value) is Abstract:
        return keras.src.backend.get_keras_mask(value)
    parts = _parts(value)
    if parts and all(keras.src.backend.get_keras_mask(part) is None for part in parts):
        return None
    masks = keras.tree.map_structure(keras.src.backend.get_keras_mask, value)
    return masks if any(mask is not None for mask in keras.tree.flatten(masks)) else None


@cache
def _makes_masks(cls: Any) -> bool:
    return bool(cls.compute_mask is not keras.layers.Layer.compute_mask)


def _set_masks(layer: Any, first: Any, made: Any, before: Any) -> None:
    outputs = keras.tree.flatten(made)
    if all(keras.src.backend.get_keras_mask(part) is not None for part in outputs):
        return
    masks = layer.compute_mask(first, before)
    if masks is None:
        return
    for part, mask in zip(outputs, keras.tree.flatten(masks), strict=False):
        if mask is not None and keras.src.backend.get_keras_mask(part) is None:
            keras.src.backend.set_keras_mask(part, mask)


def _filled(trace: Trace, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """What Keras adds by name: whether it is training, and the masks of the tensors."""
    takes = _takes(layer)
    given = {name: value for (name, _), value in zip(takes, args, strict=False)} | kwargs
    filled = dict(kwargs)
    names = {name for name, _ in takes}
    if "training" in names and given.get("training") is None:
        filled["training"] = trace.open[-1].training
    tensors = {name: value for name, value in given.items() if _is_tensors(value)}
    if len(tensors) == 1 and "mask" in names and given.get("mask") is None:
        filled["mask"] = _masks_of(next(iter(tensors.values())))
    elif len(tensors) > 1:
        for name, value in tensors.items():
            if f"{name}_mask" in names and given.get(f"{name}_mask") is None:
                filled[f"{name}_mask"] = _masks_of(value)
    return filled


def _is_tensors(value: Any) -> bool:
    return bool(_parts(value)) or any(isinstance(part, Abstract) for part in keras.tree.flatten(value))
