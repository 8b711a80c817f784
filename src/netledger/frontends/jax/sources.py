"""What is traced: a function of stored tensors and inputs, and what each stored tensor is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import jax

from netledger.core.errors import ForwardError, SourceError
from netledger.core.language import say
from netledger.core.network import DTYPE_BITS, Tensor
from netledger.frontends.graph import Stored
from netledger.frontends.jax.equation import name_of
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
        buffers: the stored tensors, or groups of them, that are state.
        held: names of arrays that the function closes over, by identity.
        again: whether it is to be tried once more after a mistake, having been told of it.

    """

    run: Callable[..., Any]
    stored: Any
    arguments: Arguments
    name: str
    source: str
    kinds: Mapping[tuple[str, ...], str] = {}
    buffers: frozenset[str] = frozenset()
    held: Mapping[int, str] = {}
    again: Callable[[Exception], bool] = lambda error: False


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
    held = _held(source)
    return Traced(
        lambda stored, *args, **kwargs: source(*args, **kwargs), {}, given, name, "jax", {}, frozenset(), held
    )


def _held(source: Any) -> dict[int, str]:
    """The names of the arrays of modules that a function was made of, such as jax.vmap(module), by identity."""
    wrapped = getattr(source, "__wrapped__", None)
    found = {}
    for path, leaf in jax.tree_util.tree_flatten_with_path(wrapped)[0] if wrapped is not None else ():
        if hasattr(leaf, "shape") and hasattr(leaf, "dtype"):
            found[id(leaf)] = ".".join(_steps(path))
    return found


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
    from flax.errors import InvalidRngError

    _needs(module, given)
    kinds: dict[tuple[str, ...], str] = {}
    keys: dict[str, Any] = {}

    def note(call: Any, args: Any, kwargs: Any, context: Any) -> Any:
        kinds.setdefault(tuple(context.module.path), _kind(context.module))
        return call(*args, **kwargs)

    module, variables = _variables(module, given)
    buffers = frozenset(name for name in variables if name != "params")

    def run(stored: Any, *args: Any, **kwargs: Any) -> Any:
        with linen.intercept_methods(note):
            made = module.apply(stored, *args, **kwargs, mutable=sorted(buffers) or False, rngs=keys)
        return made[0] if buffers else made

    def draws(error: Exception) -> bool:
        """Keys are made only for modules that draw numbers: the second time, then."""
        keys.update({name: jax.random.key(0) for name in ("dropout", "default")})
        return isinstance(error, InvalidRngError)

    return Traced(run, variables, given, type(module).__name__, "flax.linen", kinds, buffers, again=draws)


def _variables(module: Any, given: Arguments) -> tuple[Any, Any]:
    """The module, and the shapes of its variables: those it is bound to, else those that `init` would make."""
    if module.scope is not None:
        bound, variables = module.unbind()
        return bound, jax.tree_util.tree_map(_shape, variables)

    def init(key: Any) -> Any:
        args, kwargs = jax.tree_util.tree_map(_zeros, given)
        return module.init(dict.fromkeys(("params", "dropout"), key), *args, **kwargs)

    try:
        return module, jax.eval_shape(init, jax.random.key(0))
    except SourceError:
        raise
    except Exception as error:
        raise ForwardError(f"{type(error).__name__}: {str(error)[:500]}") from error


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
        made = nnx.merge(graph, stored)
        places = {id(part): ".".join(map(str, path)) for path, part in nnx.iter_graph(made)}
        with scoped({id(part): part for _, part in nnx.iter_graph(made)}, places, nnx.Module):
            return made(*args, **kwargs)

    return Traced(run, stored, given, type(module).__name__, "flax.nnx", kinds, buffers)


def _equinox(module: Any, given: Arguments) -> Traced:
    """A module of Equinox: its arrays apart from the rest."""
    import equinox

    _needs(module, given)
    arrays, rest = equinox.partition(module, equinox.is_array)
    stored = jax.tree_util.tree_map(_shape, arrays)

    kinds = {tuple(path.split(".")): _kind(part) for path, part in _parts(module, equinox.Module) if path}

    def run(stored: Any, *args: Any, **kwargs: Any) -> Any:
        made = equinox.combine(stored, rest)
        parts = list(_parts(made, equinox.Module))
        places = {id(part): path for path, part in parts}
        with scoped({id(part): part for _, part in parts}, places, equinox.Module):
            return made(*args, **kwargs)

    return Traced(run, stored, given, type(module).__name__, "equinox", kinds)


def _parts(value: Any, cls: type[Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Every module in a module, with its path."""
    if isinstance(value, cls):
        yield path, value
        inner = [(name, getattr(value, name, None)) for name in getattr(value, "__dataclass_fields__", ())]
    elif isinstance(value, (tuple, list)):
        inner = [(str(place), part) for place, part in enumerate(value)]
    elif isinstance(value, dict):
        inner = [(str(name), part) for name, part in value.items()]
    else:
        return
    for name, part in inner:
        yield from _parts(part, cls, f"{path}.{name}" if path else name)


@contextmanager
def scoped(parts: Mapping[int, Any], places: Mapping[int, str], base: type[Any]) -> Iterator[None]:
    """Each call of these modules puts the module's path on the stack of names; afterwards nothing is left of it."""
    owners = {_owner(type(part)) for part in parts.values() if isinstance(part, base)} - {None}
    before = {owner: owner.__dict__["__call__"] for owner in owners if owner is not None}

    def named(call: Any) -> Any:
        def within(self: Any, *args: Any, **kwargs: Any) -> Any:
            bound = call.__get__(self, type(self))
            path = places.get(id(self))
            if not path:
                return bound(*args, **kwargs)
            with jax.named_scope(path):
                return bound(*args, **kwargs)

        return within

    try:
        for owner, call in before.items():
            type.__setattr__(owner, "__call__", named(call))
        yield
    finally:
        for owner, call in before.items():
            type.__setattr__(owner, "__call__", call)


def _owner(cls: type[Any]) -> Any:
    """The class that says what a call is."""
    return next((base for base in cls.__mro__ if "__call__" in base.__dict__), None)


_READERS: dict[str, Callable[[Any, Arguments], Traced]] = {
    "flax.linen.module.Module": _linen,
    "flax.nnx.module.Module": _nnx,
    "equinox._module._module.Module": _equinox,
}


def _shape(value: Any) -> Any:
    return value if type(value) is jax.ShapeDtypeStruct else jax.ShapeDtypeStruct(value.shape, value.dtype)


def _steps(path: Any) -> list[str]:
    """A path in a tree as names."""
    names = [step.key if hasattr(step, "key") else getattr(step, "name", getattr(step, "idx", "")) for step in path]
    parts = map(str, names)
    return [part for part in parts if part != "value"]


def named(tree: Any, buffers: frozenset[str]) -> list[tuple[Any, Stored | None]]:
    """Every stored tensor with its name, in the order of the tree; None for what is none (random keys)."""
    found = []
    collections = ("params", *buffers)
    for path, leaf in jax.tree_util.tree_flatten_with_path(tree)[0]:
        parts = _steps(path)
        whole, dtype = ".".join(parts), name_of(leaf.dtype)
        key = ".".join(parts[1:]) if len(parts) > 1 and parts[0] in collections else whole
        buffer = parts[0] in buffers or whole in buffers
        stored = Stored(key, tuple(leaf.shape), dtype, not buffer, buffer) if dtype in DTYPE_BITS else None
        found.append((leaf, stored))
    return found
