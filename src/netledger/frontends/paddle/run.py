"""From a layer and its inputs to its program; the layer is as it was, whatever happens.

Paddle builds the program of a forward pass in its own intermediate representation, without computing. What it does
besides for each operation and layer (the whole call stack as text, initial values of every parameter) is left out.
"""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache, lru_cache
from typing import Any

import paddle
from paddle.base import framework
from paddle.base.dygraph.base import param_guard, switch_to_static_graph
from paddle.jit.dy2static.function_spec import get_buffers, get_parameters
from paddle.jit.dy2static.parameter_recorder import _global_parameter_recorder, _program_hash
from paddle.jit.dy2static.utils import graph_tracing_guard
from paddle.nn.layer.layers import Layer
from paddle.pir import core as pir

from netledger.core.errors import ForwardError, NetledgerError, ShapeError, ValuesNeededError
from netledger.core.language import say
from netledger.core.network import DTYPE_BITS, Tensor, shapes
from netledger.frontends.arguments import Arguments, Model, batched, mapped, unbatched
from netledger.frontends.freezing import Declared
from netledger.frontends.graph import Stored
from netledger.frontends.options import Options
from netledger.frontends.paddle.inputs import arguments
from netledger.frontends.paddle.program import Event, Made, Operation, Program
from netledger.frontends.paddle.reader import read
from netledger.frontends.recording import Recording
from netledger.frontends.remembered import tensor as tensor_of

__all__ = ["recorded"]

_ONE_AT_A_TIME = threading.RLock()
"""A run stands in for methods of Paddle's: two that overlap would put back each other's."""


def recorded(model: Model, options: Options) -> Recording:
    """What a layer does; with a batch of one, if it does not take what is given without."""
    given = arguments(model, options)
    try:
        return _once(model, given, given == ([value for _, value in model.inputs], {}))
    except ForwardError as error:
        if options.batch is not None or not unbatched(given):
            raise
        wide = batched(given)
        made = _with_a_batch(model, wide, error)
    values = [*wide[0], *wide[1].values()]
    note = say("The shapes were taken to leave out the batch: counted as {values}.", values=shapes(values))
    made.notes = (*made.notes, note)
    return made


def _with_a_batch(model: Model, wide: Arguments, first: ForwardError) -> Recording:
    """What it does with a batch; if that fails too, the mistake of the run that came further is told."""
    try:
        return _once(model, wide, False)
    except NetledgerError as error:
        made = error
    before, after = len(first.network.nodes), len(made.network.nodes) if made.network is not None else 0
    raise made if after > before or (after == before and isinstance(made, ShapeError)) else first


def _once(model: Model, given: Arguments, usual: bool) -> Recording:
    run = _Run(model)
    try:
        with _ONE_AT_A_TIME, _quiet():
            run.forward(given)
    except Exception as error:
        failure = _failure(error)
        failure.layer = failure.layer or run.failed
        failure.network = read(run.program(), model.name, model.source, partly=True).network()
        raise failure from error
    made = read(run.program(), model.name, model.source)
    made.notes = model.notes if usual else ()
    return made


class _Run:
    """One run of a layer."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.layer = model.run
        self.main = pir.Program()
        self.block = self.main.global_block()
        self.inputs: list[tuple[Any, Tensor]] = []
        self.stored: list[tuple[Any, str, Stored]] = []
        self.outputs: list[Any] = []
        self.events: list[Event] = []
        self.failed = ""
        self.sublayers = _sublayers(self.layer)
        self.paths = {number: path for number, (path, _, _) in self.sublayers.items()}
        self.ahead = 0

    @switch_to_static_graph  # type: ignore[untyped-decorator]
    def forward(self, given: Arguments) -> None:
        """Run forward; its operations are in the program afterwards."""
        with ExitStack() as stack:
            stack.enter_context(pir.program_guard(self.main, pir.Program()))
            stack.enter_context(graph_tracing_guard(self.main))
            args, named = mapped(given[0], self._input), mapped(given[1], self._input)
            self._store()
            self.ahead = self.block.num_ops()
            stack.enter_context(param_guard(get_parameters(self.layer, True)))
            stack.enter_context(param_guard(get_buffers(self.layer, True)))
            stack.enter_context(_watched(self))
            self.outputs = _values(self.layer(*args, **named))

    def _input(self, tensor: Tensor) -> Any:
        value = paddle.static.data(f"input{len(self.inputs)}", list(tensor.shape), tensor.dtype)
        self.inputs.append((value, tensor))
        return value

    def _store(self) -> None:
        """A value of the program for each tensor that the layer stores."""
        key = _program_hash(self.main)
        _global_parameter_recorder.params_dict[key] = set()
        values = _global_parameter_recorder.tensor2value[key] = {}
        place = paddle.base.core.Place()
        passing = self._passing()
        for buffer, named in ((False, self.layer.named_parameters()), (True, self.layer.named_buffers())):
            for name, tensor in named:
                value = paddle._pir_ops.data(name, tensor.shape, tensor.dtype, place)
                values[id(tensor)] = value
                dtype = _dtype(tensor.dtype)
                stored = Stored(name, tuple(tensor.shape), dtype, not tensor.stop_gradient, buffer)
                if name not in passing:
                    self.stored.append((value, name.rpartition(".")[0], stored))

    def _passing(self) -> set[str]:
        """The buffers that are not saved: no state of the network."""
        return {
            f"{path}.{name}" if path else name
            for path, layer, _ in self.sublayers.values()
            for name in layer._non_persistable_buffer_names_set
        }

    def entered(self, layer: Any) -> str:
        """A call of a layer begins."""
        path = self.paths.get(id(layer), "")
        self.events.append(Event(self._last(), path, _kind(layer), layer.full_name(), bool(layer.training)))
        return path or self.model.name

    def left(self) -> None:
        """The innermost call ends."""
        self.events.append(Event(self._last(), ends=True))

    def _last(self) -> int:
        """What the last operation so far is known by: to count them takes as long as there are many."""
        return self.block.back().id() if self.ahead else 0

    def program(self) -> Program:
        """What was done."""
        done = self.block.ops[self.ahead :] if self.ahead else []
        operations = [_operation(op) for op in done]
        places = {op.id(): place for place, op in enumerate(done, 1)}
        return Program(
            operations,
            [(value.id, tensor) for value, tensor in self.inputs],
            [value.id for value in self.outputs],
            {value.id: (path, stored) for value, path, stored in self.stored if stored.dtype in DTYPE_BITS},
            [Event(places.get(event.before, 0), *event[1:]) for event in self.events],
            self._modules(),
        )

    def _modules(self) -> list[Declared]:
        """The layers in the order in which Paddle names them."""
        return [
            Declared(path, _kind(layer), tuple([(name, self.paths[id(one)]) for name, one in inner]), layer.full_name())
            for path, layer, inner in self.sublayers.values()
        ]


_Layers = dict[int, tuple[str, Any, list[tuple[str, Any]]]]


def _sublayers(layer: Any) -> _Layers:
    """A layer and all within, each once by its identity: its path as `named_sublayers` has it, and its own layers."""
    found: _Layers = {}
    left = [("", layer)]
    while left:
        path, part = left.pop()
        if id(part) in found:
            continue
        inner = [(name, one) for name, one in part._sub_layers.items() if one is not None]
        found[id(part)] = (path, part, inner)
        ahead = f"{path}." if path else ""
        left += [(f"{ahead}{name}", one) for name, one in reversed(inner)]
    return found


def _kind(layer: Any) -> str:
    return f"{type(layer).__module__}.{type(layer).__qualname__}"


def _operation(op: Any) -> Operation:
    name = op.name()
    inputs = tuple([value.id if value.initialized() else 0 for value in op.operands_source()])
    outputs = tuple([_new(Made, (value.id, _tensor(value))) for value in op.results()])
    stack = op.callstack
    place = _place(stack[0]) if stack else ("", 0)
    blocks = op.num_regions() > 0
    return Operation(_short(name), _Attributes(op), inputs, outputs, blocks, place)


_new: Any = tuple.__new__
"""Makes a NamedTuple of its parts, faster than calling its class."""


@cache
def _short(name: str) -> str:
    """conv2d, of pd_op.conv2d."""
    return name.rpartition(".")[2]


class _Attributes(Mapping[str, Any]):
    """The attributes of an operation, looked up (it takes long) when a rule asks, while the program is there."""

    __slots__ = ("_found", "_op")

    def __init__(self, op: Any) -> None:
        self._op = op
        self._found: dict[str, Any] | None = None

    def _all(self) -> dict[str, Any]:
        if self._found is None:
            self._found = self._op.attrs()
        return self._found

    def __getitem__(self, name: str) -> Any:
        return self._all()[name]

    def get(self, name: str, default: Any = None) -> Any:
        """The attribute, or what stands for it."""
        return self._all().get(name, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


def _tensor(value: Any) -> Tensor | None:
    if not value.is_dense_tensor_type():
        return None
    dtype = _dtype(value.dtype)
    return tensor_of(tuple(value.shape), dtype if dtype in DTYPE_BITS else "float32")


_NAMES: dict[int, str] = {}


def _dtype(kind: Any) -> str:
    """The name of an element type: Paddle looks long for it."""
    name = _NAMES.get(int(kind))
    if name is None:
        name = _NAMES[int(kind)] = str(kind).rpartition(".")[2]
    return name


def _values(result: Any) -> list[Any]:
    """Every value in what forward answers."""
    if isinstance(result, paddle.pir.Value):
        return [result]
    if isinstance(result, dict):
        return [value for part in result.values() for value in _values(part)]
    if isinstance(result, (tuple, list)):
        return [value for part in result for value in _values(part)]
    return []


def _failure(error: Exception) -> NetledgerError:
    """What a layer's own mistake looks like from outside."""
    if isinstance(error, NetledgerError):
        return error
    text = f"{type(error).__name__}: {error}"
    if "paddle.static.nn.cond" in text or "numpy()" in text or "item()" in text:
        hint = "Take the decision out of forward, or count the branches one by one."
        return ValuesNeededError("the layer decides by values, and only shapes are known", hint=hint)
    lines = [line for line in str(error).splitlines() if line.strip() and not line.startswith(("---", "C++"))]
    return ForwardError(f"{type(error).__name__}: {' '.join(lines[-3:])[:500]}")


@contextmanager
def _watched(run: _Run) -> Iterator[None]:
    """Every call of a layer is written down; hooks run as ever. In this thread only."""
    call, thread = Layer.__call__, threading.get_ident()
    inner = Layer._dygraph_call_func

    def watched(self: Any, *args: Any, **kwargs: Any) -> Any:
        if threading.get_ident() != thread:
            return call(self, *args, **kwargs)
        path = run.entered(self)
        try:
            plain = not (self._forward_pre_hooks or self._forward_post_hooks) and self._built
            made = self.forward(*args, **kwargs) if plain else inner(self, *args, **kwargs)
        except Exception:
            run.failed = run.failed or f"{path} ({type(self).__name__})"
            raise
        run.left()
        return made

    Layer.__call__ = watched
    try:
        yield
    finally:
        Layer.__call__ = call


@contextmanager
def _quiet() -> Iterator[None]:
    """Paddle keeps the user's line of each operation, instead of the text of its whole call stack."""
    whole, thread = traceback.extract_stack, threading.get_ident()

    def brief(*args: Any, **kwargs: Any) -> Any:
        return _user_line() if threading.get_ident() == thread else whole(*args, **kwargs)

    traceback.extract_stack = brief
    try:
        yield
    finally:
        traceback.extract_stack = whole


_OWN = (framework.__file__.rpartition("base")[0], __file__)


def _user_line() -> list[Any]:
    """The innermost line that is not Paddle's own."""
    frame: Any = sys._getframe(2)
    while frame is not None and frame.f_code.co_filename.startswith(_OWN):
        frame = frame.f_back
    if frame is None:
        return []
    return [traceback.FrameSummary(frame.f_code.co_filename, frame.f_lineno, "", lookup_line=False, line="")]


@lru_cache(1000)
def _place(line: str) -> tuple[str, int]:
    """File and line of what Paddle kept of them."""
    file, _, rest = line.strip().removeprefix('File "').partition('", line ')
    number = rest.partition(",")[0]
    return (file, int(number)) if number.isdecimal() else ("", 0)
