"""A layer from its name: paddle:LeNet, paddle:resnet50(num_classes=10). Nothing is downloaded."""

from __future__ import annotations

import inspect
from typing import Any

from netledger.core.errors import NetledgerError, SourceError, did_you_mean, quote
from netledger.core.language import say
from netledger.core.network import Tensor
from netledger.frontends.arguments import Model
from netledger.frontends.named import called, literal
from netledger.frontends.options import Options

__all__ = ["built"]

_INPUTS = {"LeNet": (1, 1, 28, 28), "InceptionV3": (1, 3, 299, 299), "inception_v3": (1, 3, 299, 299)}


def built(source: Any, options: Options) -> Model:
    """The layer that a source means."""
    if not isinstance(source, str):
        if options.let:
            raise SourceError("a model that is built takes no further arguments", hint="Build it with them.")
        return Model(source, type(source).__name__, "paddle")
    text, arguments = called(source)
    name = text.partition(":")[2]
    arguments = {**arguments, **{key: literal(value) for key, value in options.let.items()}}
    shape = _INPUTS.get(name, (1, 3, 224, 224))
    where = say("{library}'s own example", library="Paddle")
    note = say("Input {shape}: {where}; --input sets another.", shape="x".join(map(str, shape)), where=where)
    return Model(_made(name, arguments), name, "paddle", (("", Tensor(shape)),), (note,))


def _made(name: str, arguments: dict[str, Any]) -> Any:
    import paddle

    models = paddle.vision.models
    known = [name for name in models.__all__ if callable(getattr(models, name, None))]
    if name not in known:
        raise SourceError(
            say("{library} has no model {name}", library="paddle.vision", name=quote(name)),
            hint=did_you_mean(name, known),
        )
    if arguments.get("pretrained"):
        raise SourceError("nothing is downloaded: weights change no figure", hint="Leave pretrained out.")
    try:
        with paddle.utils.unique_name.guard(), paddle.LazyGuard():  # its layers are numbered from 0
            return getattr(models, name)(**arguments)
    except NetledgerError:
        raise
    except Exception as error:
        hint = say("It takes: {names}.", names=_names(getattr(models, name)))
        raise SourceError(
            say("cannot build {what}: {kind}: {error}", what=f"paddle:{name}", kind=type(error).__name__, error=error),
            hint=hint,
        ) from error


def _names(make: Any) -> str:
    return ", ".join(name for name in inspect.signature(make).parameters if name != "self")
