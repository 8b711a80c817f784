"""A model from its name or file: built on the meta device, without weights; nothing is ever downloaded or unpickled.

torchvision:resnet50            timm:vit_base_patch16_224(num_classes=10)
transformers:bert               transformers:config.json

What is the user's own (net.py:Net) is found before: see `located`.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import Any

from netledger.core.errors import SourceError, did_you_mean, quote
from netledger.core.language import say
from netledger.core.network import Tensor
from netledger.frontends.arguments import Model
from netledger.frontends.located import importable, imported, made
from netledger.frontends.named import called, literal
from netledger.frontends.options import Options

__all__ = ["built"]

_PICKLES = (".pt", ".pth", ".bin", ".pkl", ".pickle", ".ckpt")


def built(source: Any, options: Options) -> Model:
    """The model that a source means."""
    if not isinstance(source, str):
        return _given(source, options)
    _refuse_files(source)
    text, arguments = called(source)
    kind, _, name = text.partition(":")
    arguments = {**arguments, **{key: literal(value) for key, value in options.let.items()}}
    with importable(os.getcwd()):
        return {"torchvision": _torchvision, "timm": _timm, "transformers": _transformers}[kind](name, arguments)


def _given(source: Any, options: Options) -> Model:
    if options.let:
        raise SourceError("a model that is built takes no further arguments", hint="Build it with them.")
    if type(source).__name__ == "ExportedProgram":
        return Model(source.module(), "ExportedProgram", "torch.export")
    return Model(source, getattr(source, "__name__", type(source).__name__))


def _refuse_files(source: str) -> None:
    if source.endswith(_PICKLES):
        hint = "Give the class that makes the model instead: netledger show net.py:Net --input 1x3x224x224."
        raise SourceError(
            say("{source} is a pickle: reading it would run whatever code is in it", source=quote(source)), hint=hint
        )
    if source.endswith(".safetensors"):
        raise SourceError(
            say("{source} holds weights only, no network", source=quote(source)), hint="Give the class of the model."
        )
    if source.endswith(".pt2"):
        hint = "Load it yourself, if you trust it: netledger.count(torch.export.load(path), …)."
        raise SourceError(say("{source} may hold pickled code, which is never run", source=quote(source)), hint=hint)


# Libraries.


def _torchvision(name: str, arguments: dict[str, Any]) -> Model:
    models = imported("torchvision").models
    if name not in models.list_models():
        raise SourceError(
            say("torchvision has no model {name}", name=quote(name)), hint=did_you_mean(name, models.list_models())
        )
    arguments = {"weights": None, **arguments}
    if "weights_backbone" in _parameters(models.get_model_builder(name)):
        arguments = {"weights_backbone": None, **arguments}
    model = made(lambda **given: models.get_model(name, **given), f"torchvision:{name}", arguments)
    shape, where = _torchvision_input(models, name)
    return Model(model.eval(), name, "torchvision", (("", Tensor(shape)),), (_assumed(shape, where),))


def _torchvision_input(models: Any, name: str) -> tuple[tuple[int, ...], str]:
    """The size that its published weights are meant for."""
    try:
        preset = models.get_model_weights(name).DEFAULT.transforms()
        size = preset.crop_size if hasattr(preset, "crop_size") else preset.resize_size
        sizes = tuple(size) * (2 if len(size) == 1 else 1)
        frames = (16,) if "video" in models.get_model_builder(name).__module__ else ()
        return (1, 3, *frames, *sizes[-2:]), "torchvision's own transforms"
    except (AttributeError, ValueError, TypeError, IndexError):
        return (1, 3, 224, 224), "what is usual"


def _timm(name: str, arguments: dict[str, Any]) -> Model:
    timm = imported("timm")
    if name not in timm.list_models():
        raise SourceError(
            say("timm has no model {name}", name=quote(name)), hint=did_you_mean(name, timm.list_models())
        )
    model = made(lambda **given: timm.create_model(name, pretrained=False, **given), f"timm:{name}", arguments)
    size = (getattr(model, "pretrained_cfg", None) or {}).get("input_size", (3, 224, 224))
    shape = (1, *size)
    return Model(model.eval(), name, "timm", (("", Tensor(shape)),), (_assumed(shape, "timm's own configuration"),))


def _transformers(name: str, arguments: dict[str, Any]) -> Model:
    transformers = imported("transformers")
    kind, settings = _configuration(name)
    known = transformers.CONFIG_MAPPING
    if kind not in known:
        raise SourceError(
            say("transformers has no model type {kind}", kind=quote(kind)), hint=did_you_mean(kind, known.keys())
        )
    config = made(
        lambda: known[kind].from_dict({**settings, **arguments}), say("the configuration of {kind}", kind=kind), {}
    )
    architecture = (settings.get("architectures") or [""])[0]
    make = getattr(transformers, architecture, None)
    build = (lambda: make(config)) if make else (lambda: transformers.AutoModel.from_config(config))
    model = made(build, f"transformers:{kind}", {})
    inputs: tuple[tuple[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    if getattr(model, "main_input_name", "") == "input_ids":
        inputs = (("input_ids", Tensor((1, 128), "int64")),)
        notes = ("Input input_ids:int64[1,128]: what is usual; --input sets another.",)
    return Model(model.eval(), f"{type(model).__name__}", "transformers", inputs, notes)


def _configuration(name: str) -> tuple[str, dict[str, Any]]:
    """The type of a model, and its settings: from a file, or none."""
    if not name.endswith(".json"):
        return name, {}
    try:
        with open(name, encoding="utf-8") as file:
            settings = json.loads(file.read(1_000_000))
        return str(settings["model_type"]), dict(settings)
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise SourceError(
            say("{name} is no configuration of a model: {error}", name=quote(name), error=error)
        ) from None


def _assumed(shape: tuple[int, ...], where: str) -> str:
    return say("Input {shape}: {where}; --input sets another.", shape="x".join(map(str, shape)), where=say(where))


def _parameters(function: Any) -> Any:
    import inspect

    with suppress(TypeError, ValueError):
        return inspect.signature(inspect.unwrap(function)).parameters
    return {}
