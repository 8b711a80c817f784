"""Calling a model: every layer and every operation of Keras is answered, and written down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import keras
from keras.src.backend.common.variables import Variable

from netledger.core.errors import ForwardError, NetledgerError, ShapeError
from netledger.core.language import say
from netledger.core.network import Tensor
from netledger.core.operator import Operator
from netledger.frontends.graph import Graph, Stored
from netledger.frontends.keras import entering
from netledger.frontends.keras.holding import Holding
from netledger.frontends.keras.rules import OPERATIONS, named, rule_of
from netledger.frontends.keras.tensors import Abstract, dtype_of

__all__ = ["Opened", "Trace"]

_DEEPEST = 200
"""Layers within layers."""


class Opened(NamedTuple):
    """A layer that is being called: itself, its path, its class, whether as in training, and its element type."""

    layer: Any
    path: str
    kind: str
    training: bool
    dtype: str


class Trace:
    """What is done with tensors that have no values."""

    def __init__(self) -> None:
        self.graph = Graph()
        self.holding = Holding()
        self.paused = 0
        self.open: list[Opened] = []
        self.failed: Opened | None = None
        self._function = ""
        self._keys: dict[int, tuple[Any, str]] = {}
        self._taken: set[str] = set()
        self._frozen: dict[int, Stored] = {}
        self._split: set[int] = set()
        self._numbers: dict[int, tuple[Any, int]] = {}
        self._paths: dict[int, tuple[Any, str]] = {}
        self._named: set[str] = set()

    # Tensors.

    def input(self, tensor: Tensor) -> Abstract:
        """An input of the network."""
        kept = tensor._replace(dtype=dtype_of(tensor.dtype))
        return Abstract(self.graph.input(kept), tensor.shape, tensor.dtype)

    def stored(self, variable: Any) -> Stored:
        """What the ledger keeps of a variable."""
        known = self._frozen.get(id(variable))
        if known is None:
            buffer = id(variable) in self._keys and self._keys[id(variable)][1] == "buffer"
            known = Stored(
                self._key(variable), _sizes(variable), dtype_of(variable._dtype), bool(variable.trainable), buffer
            )
            self._frozen[id(variable)] = known
            self._keys[id(variable)] = (variable, self._keys.get(id(variable), (None, ""))[1])
        return known

    def hold(self, path: str, layer: Any) -> None:
        """The variables of a layer, its own ones: those that were made as state are buffers."""
        for variables, sort in ((layer._trainable_variables, ""), (layer._non_trainable_variables, "buffer")):
            for variable in variables:
                self._keys.setdefault(id(variable), (variable, sort))
                if id(variable) not in self._split:
                    self.graph.hold(path, self.stored(variable))

    def rows(self, variable: Any) -> tuple[Stored, ...]:
        """A variable that holds several tensors, one in each row: each by itself."""
        whole = self.stored(variable)
        self._split.add(id(variable))
        self.graph.release(whole.key)
        count, *rest = whole.shape
        return tuple(whole._replace(key=f"{whole.key}[{row}]", shape=tuple(rest)) for row in range(count))

    def _key(self, variable: Any) -> str:
        """The path of a variable; with a number after it, if another one has the same."""
        name, turn = variable.path, 1
        while name in self._taken:
            turn += 1
            name = f"{variable.path}:{turn}"
        self._taken.add(name)
        return str(name)

    def read(self, variable: Any) -> Abstract:
        """A variable as a tensor."""
        dtype = variable._dtype
        if self.open and variable._autocast and keras.backend.is_float_dtype(dtype):
            dtype = self.open[-1].dtype or dtype
        return Abstract(self.graph.value(self.stored(variable)), _sizes(variable), dtype)

    def number(self, value: Any) -> int:
        """The number of a tensor, a variable, or a constant of any kind."""
        if isinstance(value, Abstract):
            return value.number
        if isinstance(value, Variable):
            return self.graph.value(self.stored(value))
        known = self._numbers.get(id(value))
        if known is None:
            shape = tuple(map(int, getattr(value, "shape", ())))
            dtype = _type(value)
            made = Tensor(shape, dtype_of(dtype))
            (number,) = self.graph.add(named("constant")(shape), made=(made,))
            known = self._numbers[id(value)] = (value, number)
        return known[1]

    def constant(self, value: Any) -> Abstract:
        """Real values as a tensor of the trace."""
        number = self.number(value)
        return Abstract(number, self.graph.tensors[number].shape, keras.backend.standardize_dtype(value.dtype))

    # What rules ask for.

    def add(self, op: Operator, *inputs: Any, stored: Mapping[str, Any] | None = None) -> Any:
        """An operation; its output, or all of them if they are several. What is stored by a role may be None."""
        roles = {role: self._role(value) for role, value in (stored or {}).items() if value is not None}
        numbers = self.graph.add(op, *map(self.number, inputs), stored=roles, function=self._function)
        first = inputs[0].dtype if inputs and isinstance(inputs[0], Abstract) else ""
        made = [self._made(number, first) for number in numbers]
        return made[0] if len(made) == 1 else tuple(made)

    def _role(self, value: Any) -> Any:
        if isinstance(value, Stored):
            return value
        return self.stored(value) if isinstance(value, Variable) else self.number(value)

    def _made(self, number: int, like: str) -> Abstract:
        """An output: of the element type of the input, if the core has it so too."""
        tensor = self.graph.tensors[number]
        return Abstract(number, tensor.shape, like if like and dtype_of(like) == tensor.dtype else tensor.dtype)

    def typed(self, value: Abstract, dtype: str) -> Abstract:
        """The same with another element type: that of what was just made."""
        if value.dtype == dtype:
            return value
        tensor = self.graph.tensors[value.number]
        self.graph.tensors[value.number] = tensor._replace(dtype=dtype_of(dtype))
        return Abstract(value.number, value.shape, dtype)

    def unknown(self, what: str, args: Any, spec: Any, stored: Sequence[Any] = ()) -> Any:
        """A gap: what has no rule; its outputs are Keras's."""
        tensors = [part for part in keras.tree.flatten(args) if isinstance(part, (Abstract, Variable))]
        made = keras.tree.flatten(spec)
        kept = [Tensor(tuple(part.shape), dtype_of(part.dtype)) for part in made]
        roles = {variable.path.rpartition("/")[2]: self.stored(variable) for variable in stored}
        numbers = self.graph.unknown(what, [self.number(part) for part in tensors], kept, roles)
        pairs = zip(numbers, made, strict=True)
        return keras.tree.pack_sequence_as(spec, [Abstract(n, tuple(part.shape), part.dtype) for n, part in pairs])

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Keras itself answers meanwhile."""
        self.paused += 1
        try:
            yield
        finally:
            self.paused -= 1

    # Operations.

    def operation(self, operation: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """An operation of Keras on symbolic tensors."""
        name = type(operation).__name__
        function = f"keras.ops.{entering.snake(name)}"
        with self.quiet():
            spec = operation.compute_output_spec(*_plain(args), **_plain(kwargs))
        rule = OPERATIONS.get(name) if type(operation).__module__.startswith("keras.src.") else None
        before, self._function = self._function, function
        mark = self.graph.mark()
        try:
            made = NotImplemented if rule is None else rule(self, operation, *args, **kwargs)
            if made is not NotImplemented and _agree(made, spec):
                return self._as(made, spec)
        except (ShapeError, NotImplementedError):
            pass
        finally:
            self._function = before
        self.graph.undo(mark)
        return self.unknown(function, (args, kwargs), spec)

    def _as(self, made: Any, spec: Any) -> Any:
        """What a rule made, in the structure and with the element types that Keras says."""
        pairs = zip(keras.tree.flatten(made), keras.tree.flatten(spec), strict=True)
        return keras.tree.pack_sequence_as(spec, [self.typed(one, other.dtype) for one, other in pairs])

    # Layers.

    def layer(self, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A call of a layer."""
        if len(self.open) > _DEEPEST:
            raise ForwardError("the layers call each other without end")
        args, kwargs = entering.converted(self, layer, args, kwargs)
        path = self._path(layer)
        training = entering.training(layer, kwargs, self.open[-1].training if self.open else False)
        opened = Opened(layer, path, entering.kind_of(layer), training, layer.compute_dtype or "")
        self.open.append(opened)
        self.graph.enter(path, opened.kind, training=training)
        before, self._function = self._function, opened.kind
        try:
            entering.built(self, layer, args, kwargs)
            self.hold(path, layer)
            return entering.called(self, layer, args, kwargs)
        except BaseException:
            self.failed = self.failed or opened
            raise
        finally:
            self._function = before
            self.graph.leave()
            self.open.pop()

    def answer(self, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What a layer's own `call` gives: by its rule, or by calling it."""
        rule = rule_of(layer.__class__)
        if rule is not None and not getattr(layer, "quantization_mode", None):
            mark = self.graph.mark()
            made = rule(self, layer, *args, **kwargs)
            if made is not NotImplemented:
                return made
            self.graph.undo(mark)
        if getattr(layer, "quantization_mode", None):
            return self.gap(layer, args, kwargs)
        return self._entered(layer, args, kwargs)

    def _entered(self, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The layer's `call`, run; where it computes with functions of the backend, that is followed."""
        mark = self.graph.mark()
        try:
            return layer.call(*args, **kwargs)
        except NetledgerError:
            raise
        except Exception as error:
            if not self._foreign(error):
                raise
            self.graph.undo(mark)
            self.failed = None
            from netledger.frontends.keras.backend import traced

            return traced(self, layer, args, kwargs, error)

    def _foreign(self, error: Exception) -> bool:
        """Whether a symbolic tensor met what is not Keras: a function of the backend, or a need for values."""
        from netledger.frontends.keras.backend import is_foreign

        return is_foreign(error)

    def gap(self, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A layer without a rule, that cannot be followed either: all that it stores, and Keras's own output."""
        with self.quiet():
            spec = layer.compute_output_spec(*_plain(args), **_plain(kwargs))
        return self.unknown(entering.kind_of(layer), (args, kwargs), spec, layer.weights)

    def has_rule(self, layer: Any) -> bool:
        """Whether there is a rule for its class."""
        return rule_of(layer.__class__) is not None

    def _path(self, layer: Any) -> str:
        """Where it stands in the network: the names of the layers around it, and its own."""
        if not self.open:
            self._paths[id(layer)] = (layer, "")
            return ""
        known = self._paths.get(id(layer))
        if known is None:
            above = self.open[-1]
            name = entering.local_name(above.layer, layer)
            path = f"{above.path}.{name}" if above.path else name
            known = self._paths[id(layer)] = (layer, self._unique(path))
        return known[1]

    def path_of(self, layer: Any) -> str:
        """The path of a layer; for one that was never called, after its name."""
        known = self._paths.get(id(layer))
        return known[1] if known else self._unique(str(layer.path).partition("/")[2].replace("/", ".") or layer.name)

    def _unique(self, path: str) -> str:
        name, turn = path, 1
        while name in self._named:
            turn += 1
            name = f"{path}_{turn}"
        self._named.add(name)
        return name

    def message(self) -> str:
        """The layer that failed, as errors name it."""
        if self.failed is None:
            return ""
        path, kind = self.failed.path, self.failed.kind.rpartition(".")[2]
        return say("{path} ({kind})", path=path, kind=kind) if path else kind


def _type(value: Any) -> str:
    """The element type of real values, or of a number of Python's."""
    given = getattr(value, "dtype", None)
    if given is None:
        return {bool: "bool", int: "int32"}.get(type(value), "float32")
    return str(keras.backend.standardize_dtype(given))


def _sizes(variable: Any) -> tuple[int, ...]:
    """The shape of a variable; TensorFlow has a class for it."""
    return tuple(map(int, variable.shape))


def _plain(value: Any) -> Any:
    """The same with Keras's own symbolic tensors."""
    return keras.tree.map_structure(_symbol, value)


def _symbol(value: Any) -> Any:
    return keras.KerasTensor(value.shape, value.dtype) if isinstance(value, Abstract) else value


def _agree(made: Any, spec: Any) -> bool:
    ours, theirs = keras.tree.flatten(made), keras.tree.flatten(spec)
    if len(ours) != len(theirs) or not all(isinstance(one, Abstract) for one in ours):
        return False
    return all(tuple(one.shape) == tuple(other.shape) for one, other in zip(ours, theirs, strict=True))
