"""A model from its name, its file, or as it is; nothing is ever downloaded, no weights are filled.

keras:MobileNetV2               keras:MobileNetV2(alpha=0.5)
model.keras                     a model or layer
"""

from __future__ import annotations

import inspect
from typing import Any, NamedTuple

import keras

from netledger.core.errors import NetledgerError, SourceError, did_you_mean, quote
from netledger.core.language import say
from netledger.frontends.keras.building import unfilled
from netledger.frontends.named import called, literal
from netledger.frontends.options import Options

__all__ = ["Model", "built"]


class Model(NamedTuple):
    """A model to be called.

    Args:
        run: the model.
        name: what it is called.
        source: where it comes from.
        assumed: where its usual input comes from, if it was not the user's choice.

    """

    run: Any
    name: str
    source: str = "keras"
    assumed: str = ""


def built(source: Any, options: Options) -> Model:
    """The model that a source means."""
    if not isinstance(source, str):
        if options.let:
            raise SourceError("a model that is built takes no further arguments", hint="Build it with them.")
        return Model(source, source.name if isinstance(source, keras.Model) else type(source).__name__)
    if not source.startswith("keras:"):
        from netledger.frontends.keras.files import read

        return Model(read(source), source.rpartition("/")[2], source)
    hint = say("Write literals by name: keras:MobileNetV2(alpha=0.5).")
    name, arguments = called(source.removeprefix("keras:"), hint)
    arguments = {**arguments, **{key: literal(value) for key, value in options.let.items()}}
    return _application(name, arguments)


def _applications() -> dict[str, Any]:
    """Every function of keras.applications that makes a model, by name."""
    found = vars(keras.applications).items()
    return {name: make for name, make in found if name[0].isupper() and callable(make)}


def _application(name: str, arguments: dict[str, Any]) -> Model:
    known = _applications()
    if name not in known:
        raise SourceError(
            say("keras.applications has no model {name}", name=quote(name)), hint=did_you_mean(name, known)
        )
    takes = inspect.signature(known[name]).parameters
    for argument in arguments:
        if argument not in takes:
            raise SourceError(
                say("{name} takes no {argument}", name=name, argument=quote(argument)),
                hint=did_you_mean(argument, takes),
            )
    if arguments.get("weights") is not None:
        raise SourceError("weights are never loaded", hint="No count depends on them: leave them out.")
    try:
        with unfilled():
            model = known[name](**{**arguments, "weights": None})
    except NetledgerError:
        raise
    except Exception as error:
        raise SourceError(
            say("cannot build {what}: {kind}: {error}", what=f"keras:{name}", kind=type(error).__name__, error=error)
        ) from error
    assumed = "" if "input_shape" in arguments else "keras.applications' own default"
    return Model(model, name, "keras.applications", assumed)
