"""A model from a `.keras` file: its configuration is read, within bounds; its weights and its code never are.

Such a file may name any class of any module, and hold Python bytecode in a Lambda. Only what Keras itself registers is
made; everything else is refused, with the reason.
"""

from __future__ import annotations

import json
import os
import zipfile
from typing import Any

import keras

from netledger.core.errors import SourceError, quote
from netledger.core.language import say
from netledger.frontends.keras.sources import unfilled

__all__ = ["read"]

_LONGEST = 32 * 2**20
"""Bytes of a configuration."""
_DEEPEST = 100
"""Objects within objects."""
_MOST = 2_000_000
"""Values in all."""
_MODULES = ("keras", "builtins")
_CODE = ("__lambda__", "Lambda", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "TFSMLayer")
"""What holds or loads code."""


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
    try:
        with zipfile.ZipFile(path) as archive:
            entry = archive.getinfo("config.json")
            if entry.file_size > _LONGEST:
                raise SourceError(
                    say("the configuration in {path} is longer than {most:,} bytes", path=quote(path), most=_LONGEST)
                )
            with archive.open(entry) as file:
                text = file.read(_LONGEST + 1)
        if len(text) > _LONGEST:
            raise ValueError("config.json is longer than it says")
        return json.loads(text)
    except SourceError:
        raise
    except KeyError:
        raise SourceError(say("{path} is no model of Keras: it holds no config.json", path=quote(path))) from None
    except (OSError, ValueError, RecursionError, NotImplementedError, RuntimeError, zipfile.BadZipFile) as error:
        exists = os.path.isfile(path)
        hint = "" if exists else "Give the path of a file that is there."
        raise SourceError(say("cannot read {path}: {error}", path=quote(path), error=str(error)[:200]), hint=hint) from None
    except Exception as error:  # a broken archive fails in ways of its own
        raise SourceError(say("cannot read {path}: {error}", path=quote(path), error=str(error)[:200])) from None


def _check(config: Any, path: str) -> None:
    """Walk all of it before anything is made."""
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
    name = value.get("class_name")
    if not isinstance(name, str):
        return
    shown = {"path": quote(path), "name": quote(name)}
    if name in _CODE:
        hint = "Load it yourself, if you trust it, and count the model: netledger.count(keras.saving.load_model(path))."
        raise SourceError(say("{path} holds a {name}, whose code is never run", **shown), hint=hint)
    module = value.get("module")
    registered = value.get("registered_name")
    foreign = isinstance(module, str) and module.partition(".")[0] not in _MODULES
    own = isinstance(registered, str) and ">" in registered and not registered.startswith("keras")
    if foreign or own or (name not in ("function",) and module is None and own):
        hint = "Import the class, load the model yourself if you trust it, and count that."
        where = str(module or registered)
        raise SourceError(
            say("{path} needs {name} of {where}, which is not Keras's own", where=quote(where), **shown), hint=hint
        )


def _made(config: dict[str, Any], path: str) -> Any:
    try:
        with unfilled(), _no_custom_objects():
            config = {key: value for key, value in config.items() if key != "compile_config"}
            model = keras.saving.deserialize_keras_object(config, safe_mode=True)
    except Exception as error:
        raise SourceError(
            say("cannot build the model of {path}: {error}", path=quote(path), error=str(error)[:300]),
            hint="Was it saved by another version of Keras? Load it there, and save it again.",
        ) from error
    if not isinstance(model, keras.layers.Layer):
        raise SourceError(
            say("{path} holds no model: it holds a {name}", path=quote(path), name=type(model).__name__)
        )
    return model


def _no_custom_objects() -> Any:
    """What the program registered meanwhile does not answer to names in a file."""
    return keras.saving.CustomObjectScope({})
