"""A model from a `.keras` file: its configuration is read, within bounds; its weights and its code never are.

Such a file may name any class of any module, hold Python bytecode in a Lambda, and name other files to be read. Only
classes of Keras that do none of this are made; everything else is refused before, with the reason.
"""

from __future__ import annotations

import json
import os
import sys
import zipfile
from typing import Any

import keras

from netledger.core.errors import SourceError, did_you_mean, quote
from netledger.core.language import say
from netledger.frontends.keras.building import unfilled

__all__ = ["read"]

_LONGEST = 32 * 2**20
"""Bytes of a configuration."""
_DEEPEST = 100
"""Objects within objects."""
_MOST = 1_000_000
"""Values in all."""

_CODE = ("Lambda", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "TFSMLayer", "__lambda__", "__typespec__")
"""What holds or loads code."""
_PLAIN = ("__keras_tensor__", "__tensor__", "__numpy__", "__bytes__", "__ellipsis__", "__slice__")
"""Values that are no object of a class."""
_SOURCES = ("activations", "initializers", "regularizers", "constraints")
"""Where Keras's functions are found by name."""
_TRUST = "Load it yourself, if you trust it, and count the model: netledger.count(keras.saving.load_model(path))."


def read(path: str) -> Any:
    """The model of a file, without weights.

    Raises:
        SourceError: if there is none, it breaks the format, or it needs code to be run.

    """
    if path.lower().endswith((".h5", ".hdf5")):
        hint = "Load it yourself, if you trust it, and save it as .keras: keras.saving.load_model(path).save(…)."
        raise SourceError(say("{path} is in the old format of Keras, which is not read", path=quote(path)), hint=hint)
    config = _config(path)
    _check(config, path)
    return _made(config, path)


def _config(path: str) -> Any:
    if not os.path.isfile(path):
        raise SourceError(say("there is no file {path}", path=quote(path)))
    try:
        text = _text(path)
        return None if text is None else json.loads(text)
    except KeyError:
        raise SourceError(say("{path} is no model of Keras: it holds no config.json", path=quote(path))) from None
    except Exception as error:  # noqa: BLE001  # a broken archive fails in ways of its own
        raise SourceError(say("cannot read {path}: {error}", path=quote(path), error=str(error)[:200])) from None


def _text(path: str) -> bytes | None:
    """The configuration; None: it is too long, whatever the archive says of its length."""
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo("config.json")
        if entry.file_size > _LONGEST:
            return None
        with archive.open(entry) as file:
            text = file.read(_LONGEST + 1)
    return text if len(text) <= _LONGEST else None


def _check(config: Any, path: str) -> None:
    """Walk all of it before anything is made; what no count needs is taken out."""
    if config is None:
        raise SourceError(
            say("the configuration in {path} is longer than {most:,} bytes", path=quote(path), most=_LONGEST)
        )
    if not isinstance(config, dict) or not isinstance(config.get("class_name"), str):
        raise SourceError(say("{path} is no model of Keras: its configuration names no class", path=quote(path)))
    pending: list[tuple[Any, int]] = [(config, 0)]
    count = 0
    while pending:
        value, depth = pending.pop()
        count += 1
        if depth > _DEEPEST or count > _MOST:
            raise SourceError(say("the configuration in {path} is nested too deeply, or too large", path=quote(path)))
        if isinstance(value, dict):
            _check_object(value, path)
            pending += [(part, depth + 1) for part in value.values()]
        elif isinstance(value, list):
            pending += [(part, depth + 1) for part in value]


def _check_object(value: dict[str, Any], path: str) -> None:
    value.pop("compile_config", None)
    vocabulary = value.get("vocabulary")
    if isinstance(vocabulary, str):
        raise SourceError(
            say("{path} names another file to be read: {name}", path=quote(path), name=quote(vocabulary)), hint=_TRUST
        )
    if "class_name" not in value:
        return
    name, module = value["class_name"], value.get("module")
    shown = {"path": quote(path), "name": quote(str(name))}
    if name in _CODE:
        raise SourceError(say("{path} holds a {name}, whose code is never run", **shown), hint=_TRUST)
    if name in _PLAIN:
        return
    if name == "function":
        name, fair = value.get("config"), _is_function(value)
    else:
        fair = _is_class(name, module, value.get("registered_name"))
    if not fair:
        where = quote(str(module or value.get("registered_name") or ""))
        hint = did_you_mean(str(name), dir(keras.layers)) if str(module).startswith("keras") else ""
        raise SourceError(
            say(
                "{path} needs {name} of {where}, which is not Keras's own",
                **{**shown, "name": quote(str(name))},
                where=where,
            ),
            hint=hint or "Import the class, load the model yourself if you trust it, and count that.",
        )


def _is_function(value: dict[str, Any]) -> bool:
    """Whether it is one of Keras's functions that a layer may be given, by its name alone."""
    name = value.get("config")
    registered = value.get("registered_name")
    known = any(callable(getattr(getattr(keras, source), str(name), None)) for source in _SOURCES)
    return isinstance(name, str) and known and registered in (None, name) and value.get("module") == "builtins"


def _is_class(name: Any, module: Any, registered: Any) -> bool:
    """Whether it is a class of Keras that only describes: a layer, an operation, an initialiser, …"""
    if not isinstance(name, str) or not isinstance(module, str) or registered not in (None, name):
        return False
    if module != "keras" and not module.startswith("keras."):
        return False
    found = getattr(sys.modules.get(module), name, None)
    return isinstance(found, type) and found.__module__.startswith("keras.src.") and issubclass(found, _bases())


def _bases() -> tuple[type, ...]:
    initializers = (keras.initializers.Initializer, keras.random.SeedGenerator)
    rest = (keras.regularizers.Regularizer, keras.constraints.Constraint, keras.DTypePolicy)
    return (keras.layers.Layer, keras.Operation, *initializers, *rest, keras.dtype_policies.DTypePolicyMap)


def _made(config: dict[str, Any], path: str) -> Any:
    try:
        with unfilled():
            model = keras.saving.deserialize_keras_object(config, safe_mode=True)
    except Exception as error:
        raise SourceError(
            say(
                "cannot build the model of {path}: {error}", path=quote(path), error=str(error).partition("\n")[0][:300]
            ),
            hint="Was it saved by another version of Keras? Load it there, and save it again.",
        ) from error
    if not isinstance(model, keras.layers.Layer):
        raise SourceError(say("{path} holds no model: it holds a {name}", path=quote(path), name=type(model).__name__))
    return model
