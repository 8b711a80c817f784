"""Keras: any model or layer, on every backend, called once on tensors without values.

sources     a model from its name or object
files       a model from a `.keras` file: its configuration, never its weights, never its code
building    building it without filling its weights
inputs      shapes, as the model takes them
run         a model and its inputs → what it does; the model is as it was afterwards
tensors     the tensor that stands for one of the model's
trace       calling it: every layer and every operation of Keras is answered
entering    what a layer does before and after its own `call`: building, masks, training
standing_in Keras's functions that are answered by a trace while it lasts
holding     what layers hold, to be put back
backend     layers that call the functions of a backend
in_torch    such a layer, as a module of PyTorch
rules       how each layer and each operation is written as operators

Only this file is imported before a model of Keras is asked for: the others import Keras.
"""

from __future__ import annotations

import sys
from typing import Any

from netledger.core.errors import SourceError
from netledger.core.ledger import Recorded
from netledger.frontends.options import Options, no_symbols

__all__ = ["accepts", "recorded"]

_FILES = (".keras", ".h5", ".hdf5")


def accepts(source: object) -> bool:
    """Whether it is a model or layer of Keras, or the name or file of a model."""
    if isinstance(source, str):
        return source.startswith("keras:") or source.lower().endswith(_FILES)
    keras = sys.modules.get("keras")
    layer = getattr(getattr(keras, "layers", None), "Layer", None)
    return isinstance(layer, type) and isinstance(source, layer)


def recorded(source: Any, options: Options) -> Recorded:
    """What a model does; its network is made when asked for.

    Raises:
        SourceError: if there is no such model, it cannot be built, or its file is refused.
        ForwardError: if it fails while it is called; `.network` is what was done before.
        ValuesNeededError: if it decides by values.

    """
    no_symbols(options)
    try:
        import keras  # noqa: F401
    except ImportError:
        hint = "Install it, and a backend: pip install keras torch."
        raise SourceError("a model of Keras needs Keras, which is not installed", hint=hint) from None
    from netledger.frontends.keras.run import run
    from netledger.frontends.keras.sources import built

    return run(built(source, options), options)
