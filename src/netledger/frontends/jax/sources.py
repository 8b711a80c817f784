"""What is traced: a function of stored tensors and inputs, and what each stored tensor is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax

from netledger.core.errors import ForwardError, SourceError
from netledger.core.language import say
from netledger.core.network import DTYPE_BITS, Tensor
from netledger.frontends.graph import Stored
from netledger.frontends.options import Options

__all__ = ["Traced", "traced"]

Arguments = tuple[list[Any], dict[str, Any]]


class Traced(NamedTuple):
    """What is traced.

    Args:
        run: the function: stored tensors, then the arguments by position and by name.
        stored: the stored tensors, as shapes, nested as `run` takes them.
        arguments: what it is called with, shapes for tensors.
        name: what it is called.
        source: where it comes from.
        kinds: the class of each module by path.
        trainable: whether a stored tensor, by its path, is trained.

    """

    run: Callable[..., Any]
    stored: Any
    arguments: Arguments
    name: str
    source: str
    kinds: Mapping[tuple[str, ...], str] = {}
    buffers: frozenset[str] = frozenset()


def traced(source: Any, options: Options) -> Traced:
    """What a source means."""
    if options.let:
        raise SourceError("a model that is built takes no further arguments", hint="Build it with them.")
    given = _arguments(options)
    for library, read in _READERS.items():
        if _is_of(source, library):
            return read(source, given)
    _needs(source, given)
    name = getattr(source, "__name__", type(source).__name__)
    return Traced(lambda stored, *args, **kwargs: source(*args, **kwargs), {}, given, name, "jax")


def _is_of(source: Any, library: str) -> bool:
    return any(f"{base.__module__}.{base.__name__}" == library for base in type(source).__mro__)


# What it is called with.


def _arguments(options: Options) -> Arguments:
    placed = [_abstract(value, options.batch) for name, value in options.inputs if not name]
    named = {name: _abstract(value, options.batch) for name, value in options.inputs if name}
    return placed, {**named, **{name: _abstract(value, None) for name, value in options.kwargs.items()}}


def _abstract(value: Any, batch: int | None) -> Any:
    """A shape for every tensor, wherever it is; anything else as it is."""
    if isinstance(value, Tensor):
        shape = value.shape if batch is None else (batch, *value.shape)
        return jax.ShapeDtypeStruct(shape, _dtype(value.dtype))
    if type(value) in (tuple, list):
        return type(value)(_abstract(part, batch) for part in value)
    if isinstance(value, dict):
        return {name: _abstract(part, batch) for name, part in value.items()}
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return jax.ShapeDtypeStruct(value.shape, value.dtype)
    return value


def _dtype(name: str) -> Any:
    """The element type; what JAX keeps in 32 bits unless told stays of the type that was asked for."""
    import jax.numpy as jnp

    return jnp.dtype(name)


def _needs(source: Any, given: Arguments) -> None:
    import inspect

    if given[0] or given[1]:
        return
    try:
        parameters = inspect.signature(source).parameters.values()
    except (TypeError, ValueError):
        return
    if any(one.default is one.empty and one.kind.name.startswith("POSITIONAL") for one in parameters):
        hint = "Give the shape of its input: --input 1x224x224x3, or netledger.count(model, (1, 224, 224, 3))."
        raise SourceError(say("{name} needs an input", name=getattr(source, "__name__", "it")), hint=hint)


# Modules.


def _linen(module: Any, given: Arguments) -> Traced:
    """A module of Flax linen: its variables come from `init`, as shapes; what is not `params` is state."""
    from flax import linen

    _needs(module, given)
    kinds: dict[tuple[str, ...], str] = {}

    def note(call: Any, args: Any, kwargs: Any, context: Any) -> Any:
        kinds.setdefault(tuple(context.module.path), _kind(context.module))
        return call(*args, **kwargs)

    def init(key: Any) -> Any:
        with linen.intercept_methods(note):
            return module.init(dict.fromkeys(("params", "dropout"), key), *filled(given[0]), **filled(given[1]))

    def filled(value: Any) -> Any:
        return jax.tree_util.tree_map(_zeros, value)

    try:
        variables = jax.eval_shape(init, jax.random.key(0))
    except SourceError:
        raise
    except Exception as error:
        raise ForwardError(f"{type(error).__name__}: {str(error)[:500]}") from error
    buffers = frozenset(name for name in variables if name != "params")

    def run(stored: Any, *args: Any, **kwargs: Any) -> Any:
        made = module.apply(stored, *args, **kwargs, mutable=sorted(buffers), rngs={"dropout": jax.random.key(0)})
        return made[0]

    return Traced(run, variables, given, type(module).__name__, "flax.linen", kinds, buffers)


def _zeros(value: Any) -> Any:
    import jax.numpy as jnp

    return jnp.zeros(value.shape, value.dtype) if isinstance(value, jax.ShapeDtypeStruct) else value


def _kind(module: Any) -> str:
    return f"{type(module).__module__}.{type(module).__qualname__}"


def _nnx(module: Any, given: Arguments) -> Traced:
    """A module of Flax nnx: its state apart from its graph; parameters are of the type Param."""
    from flax import nnx

    _needs(module, given)
    graph, state = nnx.split(module)
    stored = jax.tree_util.tree_map(_shape, state)
    kinds = {
        tuple(map(str, path)): _kind(part) for path, part in nnx.iter_graph(module) if isinstance(part, nnx.Module)
    }
    flat = nnx.to_flat_state(state)
    buffers = frozenset(".".join(map(str, path)) for path, variable in flat if not issubclass(variable.type, nnx.Param))

    def run(stored: Any, *args: Any, **kwargs: Any) -> Any:
        return nnx.merge(graph, stored)(*args, **kwargs)

    return Traced(run, stored, given, type(module).__name__, "flax.nnx", kinds, buffers)


def _equinox(module: Any, given: Arguments) -> Traced:
    """A module of Equinox: its arrays apart from the rest."""
    import equinox

    _needs(module, given)
    arrays, rest = equinox.partition(module, equinox.is_array)
    stored = jax.tree_util.tree_map(_shape, arrays)

    def run(stored: Any, *args: Any, **kwargs: Any) -> Any:
        return equinox.combine(stored, rest)(*args, **kwargs)

    return Traced(run, stored, given, type(module).__name__, "equinox")


_READERS: dict[str, Callable[[Any, Arguments], Traced]] = {
    "flax.linen.module.Module": _linen,
    "flax.nnx.module.Module": _nnx,
    "equinox._module._module.Module": _equinox,
}


def _shape(value: Any) -> Any:
    return jax.ShapeDtypeStruct(value.shape, value.dtype)


def named(tree: Any, buffers: frozenset[str]) -> list[tuple[Any, Stored | None]]:
    """Every stored tensor with its name, in the order of the tree; None for what is none (random keys)."""
    found = []
    for path, leaf in jax.tree_util.tree_flatten_with_path(tree)[0]:
        parts = [str(getattr(step, "key", getattr(step, "name", getattr(step, "idx", "")))) for step in path]
        parts = [part for part in parts if part != "value"]
        buffer = parts[0] in buffers or ".".join(parts) in buffers
        dtype = str(leaf.dtype)
        key = ".".join(parts[1:] if parts[0] in ("params", *buffers) and len(parts) > 1 else parts)
        stored = Stored(key, tuple(leaf.shape), dtype, not buffer, buffer) if dtype in DTYPE_BITS else None
        found.append((leaf, stored))
    return found
