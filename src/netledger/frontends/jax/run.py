"""From a function of abstract values to a network, by its jaxpr."""

from __future__ import annotations

from typing import Any

import jax

from netledger.core.errors import ForwardError, NetledgerError, SourceError, ValuesNeededError
from netledger.core.language import say
from netledger.core.network import DTYPE_BITS, Network, Tensor, shapes
from netledger.frontends.graph import Graph, Stored
from netledger.frontends.jax.equation import tensor_of
from netledger.frontends.jax.reader import Reader
from netledger.frontends.jax.sources import Traced, named, traced
from netledger.frontends.options import Options
from netledger.frontends.recording import Recording, Repeat, recording
from netledger.frontends.roomy import roomy
from netledger.frontends.uncollected import sweep

__all__ = ["followed", "recorded"]


def recorded(source: Any, options: Options) -> Recording:
    """What a function does; with a batch of one, if it does not take what is given."""
    given = [value for _, value in options.inputs]
    alone = options.batch is None and bool(given) and all(isinstance(value, Tensor) for value in given)
    try:
        return roomy(_recorded, traced(source, options))
    except ForwardError:
        if not alone or options.kwargs:
            raise
        try:
            made = roomy(_recorded, traced(source, options._replace(batch=1)))
        except NetledgerError:
            made = None
        if made is None:
            raise
    wide = [value.like((1, *value.shape)) for value in given]
    note = say("The shapes were taken to leave out the batch: counted as {values}.", values=shapes(wide))
    made.notes = (*made.notes, note)
    return made


def followed(model: Traced) -> Network:
    """The network of what is traced."""
    return _recorded(model).network()


def _recorded(model: Traced) -> Recording:
    """What is traced, with one turn of each loop whose turns are alike."""
    jaxpr, constants = _jaxpr(model)
    graph, repeats, outputs = _read(model, jaxpr, constants, brief=True)

    if not repeats:
        return recording(graph, model.name, model.source, outputs)

    def whole() -> Network:
        told, _, made = _read(model, jaxpr, constants, brief=False)
        return told.network(model.name, model.source, made)

    return Recording(model.name, model.source, graph, whole, repeats)


def _read(model: Traced, jaxpr: Any, constants: Any, *, brief: bool) -> tuple[Graph, list[Repeat], list[int]]:
    """The graph of a jaxpr, which operations of it stand for others too if it is brief, and its outputs."""
    stored = named(model.stored, model.buffers)
    graph = Graph()
    numbers = [graph.input(tensor_of(variable)) for variable in jaxpr.invars[len(stored) :]]
    for _, one in stored:
        if one is not None:
            graph.hold(one.key.rpartition(".")[0], one)
    with graph.telling(model.name, model.source):
        reader = Reader(graph, model.kinds, brief=brief)
        values = [*[one for _, one in stored], *numbers]
        kept = [_kept(reader, model, value, place) for place, value in enumerate(constants)]
        outputs = reader.run(jaxpr, kept, values)
        made = [reader.placed(value) for value in outputs if value is not None]
    return graph, reader.repeats, made


def _kept(reader: Reader, model: Traced, value: Any, place: int) -> Any:
    """An array that the function closes over: a parameter of a module it was made of, else state, or a number."""
    shape, dtype = tuple(getattr(value, "shape", ())), str(getattr(value, "dtype", ""))
    name = model.held.get(id(value), "")
    if not name and (not shape or "float" not in dtype):
        return reader.constant(value)
    stored = Stored(name or f"constant{place}", shape, dtype, bool(name), not name)
    reader.graph.hold("", stored)
    if not name:
        reader.graph.note(say("Arrays that the function closes over are taken as buffers, not as parameters."))
    return stored


def _jaxpr(model: Traced) -> tuple[Any, Any]:
    """The jaxpr and its constants."""
    args, kwargs = model.arguments
    leaves, tree = jax.tree_util.tree_flatten((args, kwargs))
    places = [place for place, leaf in enumerate(leaves) if isinstance(leaf, jax.ShapeDtypeStruct)]
    for leaf in (leaves[place] for place in places):
        if str(leaf.dtype) not in DTYPE_BITS:
            raise SourceError(say("unknown element type {name}", name=str(leaf.dtype)))

    def call(stored: Any, tensors: list[Any]) -> Any:
        filled = list(leaves)
        for place, tensor in zip(places, tensors, strict=True):
            filled[place] = tensor
        args, kwargs = jax.tree_util.tree_unflatten(tree, filled)
        return _arrays(model.run(stored, *args, **kwargs))

    tensors = [leaves[place] for place in places]
    try:
        closed = _made(call, model, tensors)
        sweep()
    except NetledgerError:
        raise
    except Exception as error:
        raise _failure(error) from error
    return closed.jaxpr, closed.consts


def _made(call: Any, model: Traced, tensors: list[Any]) -> Any:
    """The jaxpr; traced once more, from the start, where the model asks for it."""
    try:
        return jax.make_jaxpr(call)(model.stored, tensors)
    except Exception as error:
        if not model.again(error):
            raise
    return jax.make_jaxpr(call)(model.stored, tensors)


def _arrays(result: Any) -> list[Any]:
    """Every array in what the function answers."""
    return [leaf for leaf in jax.tree_util.tree_leaves(result) if hasattr(leaf, "dtype")]


def _failure(error: Exception) -> NetledgerError:
    text = f"{type(error).__name__}: {str(error)[:500]}"
    if isinstance(error, (jax.errors.ConcretizationTypeError, jax.errors.TracerArrayConversionError)):
        hint = "Take the decision out of the function, or use lax.cond, lax.scan and static arguments."
        return ValuesNeededError("the function decides by values, and only shapes are known", hint=hint)
    return ForwardError(text)
