"""From a model and its inputs to its network; the model is as it was, whatever happens."""

from __future__ import annotations

import re
from contextlib import suppress
from traceback import walk_tb
from typing import Any

import keras

from netledger.core.errors import ForwardError, NetledgerError, SourceError, ValuesNeededError
from netledger.core.language import say
from netledger.core.network import Tensor, shapes
from netledger.frontends.keras.backend import wants_values
from netledger.frontends.keras.inputs import Given, given
from netledger.frontends.keras.sources import Model
from netledger.frontends.keras.standing_in import standing_in
from netledger.frontends.keras.tensors import Abstract
from netledger.frontends.keras.trace import Trace
from netledger.frontends.options import Options
from netledger.frontends.recording import Recording, recording
from netledger.frontends.uncollected import uncollected

__all__ = ["run"]


@uncollected()
def run(model: Model, options: Options) -> Recording:
    """Call a model once, without computing; with a batch of one, if it does not take what is given without.

    Raises:
        ForwardError, ValuesNeededError: see `netledger.frontends.keras.recorded`.

    """
    values, notes = given(model, options)
    try:
        return _once(model, values, notes)
    except (ForwardError, NetledgerError) as error:
        if options.batch is not None or not options.inputs or isinstance(error, SourceError):
            raise
        with suppress(NetledgerError):
            return _batched(model, values)
        raise


def _batched(model: Model, values: Given) -> Recording:
    placed = [_wide(value) for value in values[0]]
    named = {name: _wide(value) for name, value in values[1].items()}
    tensors = [part for part in keras.tree.flatten((placed, named)) if isinstance(part, _Leaf)]
    said = shapes([leaf.tensor for leaf in tensors])
    note = say("The shapes were taken to leave out the batch: counted as {values}.", values=said)
    return _once(model, (placed, named), (note,))


class _Leaf:
    """A shape that is no structure of its own."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor


def _leaves(value: Any) -> Any:
    """Shapes as leaves: a `Tensor` is a tuple, and would be taken apart."""
    if isinstance(value, (_Leaf, Tensor)):
        return value if isinstance(value, _Leaf) else _Leaf(value)
    if isinstance(value, dict):
        return {key: _leaves(part) for key, part in value.items()}
    return type(value)(map(_leaves, value)) if type(value) in (list, tuple) else value


def _wide(value: Any) -> Any:
    def widened(part: Any) -> Any:
        return _Leaf(part.tensor.like((1, *part.tensor.shape))) if isinstance(part, _Leaf) else part

    return keras.tree.map_structure(widened, _leaves(value))


def _once(model: Model, values: Given, notes: tuple[str, ...]) -> Recording:
    trace = Trace()
    placed, named = (_leaves(part) for part in values)

    def tensor(part: Any) -> Any:
        return trace.input(part.tensor) if isinstance(part, _Leaf) else part

    args = keras.tree.map_structure(tensor, placed)
    kwargs = {name: keras.tree.map_structure(tensor, value) for name, value in named.items()}
    try:
        with standing_in(trace):
            made = model.run(*args, **kwargs)
            _hold(trace, model.run)
    except NetledgerError as error:
        _tell(error, error, trace, model)
        raise
    except Exception as error:
        told = _failure(error)
        _tell(told, error, trace, model)
        raise told from error
    finally:
        trace.holding.put_back()
    for note in notes:
        trace.graph.note(note)
    outputs = [part.number for part in keras.tree.flatten(made) if isinstance(part, Abstract)]
    return recording(trace.graph, model.name, model.source, outputs)


def _hold(trace: Trace, model: Any) -> None:
    """What layers store that were never called."""
    for layer in model._flatten_layers():
        if layer._trainable_variables or layer._non_trainable_variables:
            trace.hold(trace.path_of(layer), layer)


def _own_words(text: str) -> str:
    """What went wrong, which Keras sets in bold between where it was and what it was given."""
    bold = re.search(r"\x1b\[1m(.*?)\x1b\[0m", text, re.DOTALL)
    return bold.group(1) if bold else text


def _failure(error: Exception) -> NetledgerError:
    """What a model's own mistake looks like from outside: in its own words."""
    if isinstance(error, RecursionError):
        return SourceError("the model calls itself without end")
    said = f"{type(error).__name__}: {_own_words(str(error))[:1000]}"
    if wants_values(error):
        hint = "Only a shape is known here. Use keras.ops instead of Python's `if`, `int` and `float` on tensors."
        return ValuesNeededError(said, hint=hint)
    return ForwardError(said)


def _tell(error: NetledgerError, cause: Exception, trace: Trace, model: Model) -> None:
    """Add where it happened, and what had been done before."""
    if error.network is None:
        error.network = trace.graph.network(model.name, model.source, ())
    if not error.layer or trace.failed is not None:
        where = trace.message()
        error.layer = where or error.layer
    frames = [(frame, line) for frame, line in walk_tb(cause.__traceback__) if _is_users(frame.f_code.co_filename)]
    if frames:
        frame, line = frames[-1]
        error.values = {**error.values, "at": f"{frame.f_code.co_filename.rpartition('/')[2]}:{line}"}


def _is_users(path: str) -> bool:
    return not any(part in path for part in ("/keras/", "/netledger/", "/optree/", "site-packages", "<"))
