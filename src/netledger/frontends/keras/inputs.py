"""Inputs as the model takes them: shapes become tensors without values."""

from __future__ import annotations

from typing import Any

import keras

from netledger.core.errors import SourceError, did_you_mean
from netledger.core.language import say
from netledger.core.network import Tensor
from netledger.frontends.keras.sources import Model
from netledger.frontends.options import Options

__all__ = ["Given", "given"]

Given = tuple[list[Any], dict[str, Any]]
"""By position, and by name: structures of `Tensor`."""


def given(model: Model, options: Options) -> tuple[Given, tuple[str, ...]]:
    """What the model is called with, and what was assumed.

    Raises:
        SourceError: if a size is not known, or there is no such input.

    """
    known = _known(model.run)
    if known is None:
        return _free(model, options), ()
    struct, parts = known
    if not options.inputs:
        made = [_own(_usual(part) if model.assumed else part, options.batch) for part in parts]
        return ([keras.tree.pack_sequence_as(struct, made)], {}), _notes(model, made)
    chosen = _chosen(parts, options)
    made = [_fitted(part, value, options.batch) for part, value in zip(parts, chosen, strict=True)]
    return ([keras.tree.pack_sequence_as(struct, made)], {}), ()


def _notes(model: Model, made: list[Tensor]) -> tuple[str, ...]:
    if not model.assumed:
        return ()
    shape = ", ".join("x".join(map(str, one.shape)) for one in made)
    return (say("Input {shape}: {where}; --input sets another.", shape=shape, where=say(model.assumed)),)


def _known(model: Any) -> tuple[Any, list[Any]] | None:
    """The inputs that a model says it has, in their structure."""
    if isinstance(model, keras.Sequential) and model._functional is None:
        shape = getattr(model, "input_shape", None) if model.built else None
        return None if shape is None else _one(shape, "input")
    inner = model._functional if isinstance(model, keras.Sequential) else model
    if hasattr(inner, "_inputs_struct") and hasattr(inner, "_inputs"):
        struct = inner._inputs_struct
        if isinstance(model, keras.Sequential) and isinstance(struct, (list, tuple)) and len(struct) == 1:
            struct = struct[0]
        return struct, list(inner._inputs)
    return None


def _usual(part: Any) -> Any:
    """The same, its open sizes as keras.applications has them when weights are loaded."""
    sizes = tuple(224 if size is None and place else size for place, size in enumerate(part.shape))
    return keras.KerasTensor(sizes, part.dtype, name=part.name)


def _name(part: Any) -> str:
    """What an input is called; what Keras calls its layer, if its user gave it no name."""
    name, history = str(part.name), getattr(part, "_keras_history", None)
    return str(history.operation.name) if name.startswith("keras_tensor") and history else name


def _one(shape: Any, name: str) -> tuple[Any, list[Any]]:
    tensor = keras.KerasTensor(shape, name=name)
    return tensor, [tensor]


def _own(part: Any, batch: int | None) -> Tensor:
    """An input as the model says it; without a batch, of 1."""
    if (part.shape and part.shape[0] is None) or batch is not None:
        return _complete(part, ((1 if batch is None else batch), *part.shape[1:]))
    return _complete(part, tuple(part.shape))


def _complete(part: Any, shape: tuple[Any, ...]) -> Tensor:
    if None in shape:
        said = "x".join("?" if size is None else str(size) for size in part.shape)
        hint = "Give it: --input 1x224x224x3, or netledger.count(model, (1, 224, 224, 3)); channels stand last."
        raise SourceError(
            say("the model leaves sizes of its input {name} open: {shape}", name=_name(part), shape=said), hint=hint
        )
    return Tensor(tuple(map(int, shape)), part.dtype)


def _chosen(parts: list[Any], options: Options) -> list[Any]:
    """What was said of each input, in the model's order; None: nothing."""
    flat = [(name, value) for name, whole in options.inputs for name, value in _flattened(name, whole)]
    names = [_name(part) for part in parts]
    for name, _ in flat:
        if name and name not in names:
            hint = did_you_mean(name, names) or say("Its inputs: {names}.", names=", ".join(names))
            raise SourceError(say("the model has no input {name}", name=name), hint=hint)
    named = {name: value for name, value in flat if name}
    placed = iter([value for name, value in flat if not name])
    chosen = [named[name] if name in named else next(placed, None) for name in names]
    rest = len(list(placed))
    if rest:
        raise SourceError(
            say("the model takes {count} inputs; {given} were given", count=len(parts), given=len(parts) + rest)
        )
    return chosen


def _flattened(name: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [(str(key), part) for key, part in value.items()]
    if type(value) in (list, tuple):
        return [("", part) for part in value]
    return [(name, value)]


def _fitted(part: Any, value: Any, batch: int | None) -> Tensor:
    """The shape that was said, with the model's element type; with a batch, if that is what is missing."""
    if value is None:
        return _own(part, batch)
    shape = tuple(value.shape)
    if batch is not None:
        shape = (batch, *shape)
    elif len(shape) == len(part.shape) - 1:
        shape = (1, *shape)
    sizes = tuple(part.shape)
    if len(sizes) != len(shape) or any(
        size not in (None, ours) for size, ours in zip(sizes[1:], shape[1:], strict=True)
    ):
        said = "x".join("?" if size is None else str(size) for size in sizes)
        hint = "Keras has the channels last: 1x224x224x3."
        values = {"given": shape}
        raise SourceError(
            say("the input {name} of the model is {shape}", name=_name(part), shape=said), hint=hint, values=values
        )
    return Tensor(tuple(map(int, shape)), part.dtype)


def _free(model: Model, options: Options) -> Given:
    """For a model that says nothing of its inputs: as they are given, or as it was built."""
    if not options.inputs and not options.kwargs:
        return _remembered(model, options.batch), {}
    inputs = tuple((name, _with_batch(value, options.batch)) for name, value in options.inputs)
    placed = [value for name, value in inputs if not name]
    named = {**{name: value for name, value in inputs if name}, **options.kwargs}
    return placed, named


def _remembered(model: Model, batch: int | None) -> list[Any]:
    """The shapes that a model was built with."""
    shapes = getattr(model.run, "_build_shapes_dict", None) or {}
    if not shapes:
        hint = "Give the shape of its input: --input 1x224x224x3, or netledger.count(model, (1, 224, 224, 3))."
        raise SourceError(say("{name} needs an input", name=model.name), hint=hint)

    def tensor(name: str, shape: Any) -> Any:
        if isinstance(shape, dict):
            return {key: tensor(key, part) for key, part in shape.items()}
        if any(isinstance(part, (list, tuple, dict)) for part in shape):
            return [tensor(name, part) for part in shape]
        return _own(keras.KerasTensor(shape, model.run.input_dtype, name=name), batch)

    return [tensor(name.removesuffix("_shape"), shape) for name, shape in shapes.items()]


def _with_batch(value: Any, batch: int | None) -> Any:
    if batch is None:
        return value
    if isinstance(value, Tensor):
        return value.like((batch, *value.shape))
    if type(value) in (tuple, list):
        return type(value)(_with_batch(part, batch) for part in value)
    return {key: _with_batch(part, batch) for key, part in value.items()} if isinstance(value, dict) else value
