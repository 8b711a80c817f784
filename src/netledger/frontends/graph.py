"""Writing down what a framework's own graph says: the part that the front ends of such graphs share.

A front end tells the inputs, then in order of execution the calls of modules, the operations in them, what these read
and what they store. Names, scopes, what the modules are, and stored tensors that nothing reads are worked out here.

    graph = Graph()
    image = graph.input(Tensor((1, 3, 8, 8)))
    with graph.call("features.0", "paddle.nn.Conv2D"):
        (made,) = graph.add(load("conv")(8, 3, bias=False), image, stored={"weight": Stored("features.0.weight", …)})
    network = graph.network("LeNet", "paddle", (made,))
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from netledger.core.errors import NetledgerError, ShapeError
from netledger.core.network import Network, Node, Parameter, Provenance, Tensor, shapes
from netledger.core.number import Shape, product
from netledger.core.operator import Operator
from netledger.frontends.freezing import Declared, Did, Opened, frozen
from netledger.frontends.operators import unique
from netledger.frontends.remembered import Answer, answer_of
from netledger.frontends.remembered import tensor as tensor_of
from netledger.ops.custom import Custom

__all__ = ["Graph", "Mark", "Stored"]


_new: Any = tuple.__new__
"""Makes a NamedTuple of its parts, faster than calling its class."""

_NOTHING: Mapping[str, Any] = {}
"""What an operation stores that stores nothing."""

_SEEN = ("reshape", "squeeze", "permute")
"""The same elements, seen otherwise."""


class Stored(NamedTuple):
    """A tensor that a model stores.

    Args:
        key: its full name, and its identity: equal keys are the same memory.
        shape: its shape, as the framework keeps it.
        dtype: its element type.
        trainable: whether training changes it by gradient.
        buffer: whether it is state rather than a parameter (running statistics).

    """

    key: str
    shape: Shape
    dtype: str = "float32"
    trainable: bool = True
    buffer: bool = False

    def seen(self, shape: Shape) -> Stored:
        """The same in another shape."""
        return Stored(self.key, shape, self.dtype, self.trainable, self.buffer)

    def record(self, role: str, shape: Shape | None = None) -> Parameter:
        """What the ledger keeps of it; `shape`: how the operator has it, if that is another order of the axes."""
        same = shape is None or shape == self.shape or product(shape) != product(self.shape)
        kept = self.shape if same or shape is None else shape
        return Parameter(role, kept, self.trainable and not self.buffer, self.buffer, self.key, self.dtype)


class Mark(NamedTuple):
    """How much was told: tensors, operations and calls, and what was read; see `Graph.mark`."""

    tensors: int
    done: int
    calls: int
    values: Mapping[str, int]
    read: Mapping[int, int]


class Graph:
    """A network as it is told, one operation after another."""

    def __init__(self) -> None:
        self.tensors: list[Tensor] = []
        self.inputs: list[int] = []
        self.notes: list[str] = []
        self._done: list[Did] = []
        self._calls: list[Opened] = []
        self._open: list[int] = []
        self._values: dict[str, int] = {}
        self._makers: dict[int, int] = {}
        self._read: Counter[int] = Counter()
        self._held: dict[str, tuple[str, Stored]] = {}
        self._modules: dict[str, Declared] = {}
        self._inside: tuple[tuple[str, str], ...] | None = None

    # What there is.

    def input(self, tensor: Tensor) -> int:
        """An input of the network, told before all operations; returns its number."""
        self.inputs.append(self._new(tensor))
        return self.inputs[-1]

    def hold(self, path: str, stored: Stored) -> None:
        """A tensor that a module stores; where nothing reads it, the network says so."""
        self._held.setdefault(stored.key, (path, stored))

    def declare(self, modules: Iterable[Declared]) -> None:
        """The modules as they stand in the network, called or not; if none are told, those that are called."""
        self._modules.update({one.path: one for one in modules})

    def release(self, key: str) -> None:
        """A tensor that was told to be held is not: it is known by its parts."""
        self._held.pop(key, None)

    def note(self, sentence: str) -> None:
        """What was assumed; said once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    # Where it happens.

    @contextmanager
    def call(self, path: str, kind: str, *, training: bool = False, label: str = "") -> Iterator[None]:
        """A call of a module; what is added meanwhile happens in it."""
        self.enter(path, kind, training=training, label=label)
        try:
            yield
        finally:
            self.leave()

    def enter(self, path: str, kind: str, *, training: bool = False, label: str = "") -> None:
        """A call of a module begins; `label`: what the framework itself calls the module (conv2d_0)."""
        self._calls.append(_new(Opened, (path, kind, self._open[-1] if self._open else -1, training, label)))
        self._open.append(len(self._calls) - 1)
        self._inside = None

    def leave(self) -> None:
        """The innermost call ends."""
        self._open.pop()
        self._inside = None

    def within(self, modules: Sequence[tuple[str, str]]) -> None:
        """What follows happens in the calls of these modules (full path and class, the outermost first).

        Calls that are open stay so as far as they agree: this is for graphs whose operations each say where they are.
        """
        if modules == self._inside:
            return
        now = [(self._calls[number].path, self._calls[number].kind) for number in self._open]
        same = 0
        while same < min(len(now), len(modules)) and now[same] == tuple(modules[same]):
            same += 1
        del self._open[same:]
        for path, kind in modules[same:]:
            self.enter(path, kind)
        self._inside = tuple(modules)

    # What is done.

    def add(
        self,
        op: Operator,
        *inputs: int,
        stored: Mapping[str, Stored | int] | None = None,
        made: Sequence[Tensor] | None = None,
        function: str = "",
        name: str = "",
        place: tuple[str, int] = ("", 0),
    ) -> tuple[int, ...]:
        """An operation; returns the numbers of its outputs.

        Args:
            op: the operator.
            inputs: the numbers of the tensors that it reads.
            stored: what it reads by role: stored tensors, or the number of one that was computed.
            made: its outputs as the framework itself says. Where our rule gives other shapes, the operation is
                written down as one without a rule: nothing is guessed.
            function: the framework's own name of it.
            name: what the row is called; else after the module, or the kind of operation.
            place: file and line of the user's.

        Raises:
            ShapeError: if the operator cannot take these inputs, and the framework did not say what it makes.

        """
        given = tuple([self.tensors[number] for number in inputs])
        try:
            answer = answer_of(op, given, made)
        except ShapeError as error:
            self._refused(op, given, made, name, error)
            answer = None
        if answer is None:
            return self.unknown(function or op.KIND, inputs, made or (), stored, name, place)
        return self._write(answer, inputs, stored or _NOTHING, function, name, place)

    def unknown(
        self,
        what: str,
        inputs: Sequence[int],
        made: Sequence[Tensor],
        stored: Mapping[str, Stored | int] | None = None,
        name: str = "",
        place: tuple[str, int] = ("", 0),
        *,
        loop: bool = False,
    ) -> tuple[int, ...]:
        """An operation that has no rule: a gap in the ledger; its shapes are the framework's.

        `loop`: it runs nobody knows how often.
        """
        given = tuple([self.tensors[number] for number in inputs])
        op = Custom(what.rpartition(".")[2] or what, made[0].shape if made else (), whole=True, loop=loop)
        return self._write(Answer(op, given, made, tuple(made)), tuple(inputs), stored or _NOTHING, what, name, place)

    def again(self, first: int, last: int, numbers: dict[int, int]) -> None:
        """What was done from one place to another (exclusive), once more on other tensors.

        `numbers`: what stands for each number that is read there; what each output is called now is added to it.
        """
        for did in self._done[first:last]:
            outputs = tuple([self._new(self.tensors[number]) for number in did.outputs])
            inputs = tuple([numbers.get(number, number) for number in did.inputs])
            stored = {role: numbers.get(one, one) if isinstance(one, int) else one for role, one in did.stored.items()}
            numbers.update(zip(did.outputs, outputs, strict=True))
            self._keep(Did(did.op, inputs, outputs, stored, *did[4:]))

    def value(self, stored: Stored) -> int:
        """A stored tensor by itself, as an operand: its number; in another shape than it is kept in, if so asked."""
        kept = self._held[stored.key][1] if stored.key in self._held else stored
        number = self._values.get(stored.key)
        if number is None:
            number = self._values[stored.key] = self._stored(kept)
        if self.tensors[number].shape == stored.shape:
            return number
        return self.add(unique("reshape", stored.shape, True), number)[0]

    def _stored(self, stored: Stored) -> int:
        """A stored tensor as an operation that reads nothing; those that are alike have one operator and one tensor."""
        kind, role = ("buffer", "values") if stored.buffer else ("parameter", "weight")
        made = (tensor_of(stored.shape, stored.dtype),)
        answer = answer_of(unique(kind, stored.shape), (), made)
        assert answer is not None  # it makes what is asked for
        return self._write(answer, (), {role: stored}, "", stored.key, ("", 0))[0]

    def biased(self, number: int, bias: Stored | int) -> bool:
        """Make an addition of a stored vector the bias of the operation that made this tensor, if it can be that.

        Only for a tensor that nothing else reads. Returns whether it was done: if not, add it.
        """
        size = self.tensors[bias].shape if isinstance(bias, int) else bias.shape
        place = self._layer_of(number)
        if place < 0 or (isinstance(bias, int) and bias > number):
            return False  # it has no maker, was read without a bias, or the bias is made later
        did = self._done[place]
        if getattr(did.op, "bias", True) is not False or product(size) != getattr(did.op, "out", 0):
            return False
        answer, stored = did.answer.biased, {**did.stored, "bias": bias}
        self._done[place] = did._replace(
            op=answer.op, answer=answer, stored=stored, records=_records(answer, {"bias": bias}, did.records)
        )
        return True

    def network(self, name: str, source: str, outputs: Iterable[int], *, partly: bool = False) -> Network:
        """All of it, frozen; `partly`: it failed: that something was not read is no fact then."""
        return frozen(self, name, source, tuple(outputs), partly)

    def mark(self) -> Mark:
        """Where it stands now, to come back to if what follows turns out to need another way."""
        return Mark(len(self.tensors), len(self._done), len(self._calls), dict(self._values), Counter(self._read))

    def undo(self, mark: Mark) -> None:
        """As it was at a mark, in calls that are still open; no input was told since."""
        if len(self._done) == mark.done and len(self._calls) == mark.calls:
            return
        for did in self._done[mark.done :]:
            for number in did.outputs:
                del self._makers[number]
        del self.tensors[mark.tensors :], self._done[mark.done :], self._calls[mark.calls :]
        self._values, self._read = dict(mark.values), Counter(mark.read)

    def maker(self, number: int) -> Operator | None:
        """The operation that made a tensor; None for an input."""
        place = self._makers.get(number, -1)
        return self._done[place].op if place >= 0 else None

    @contextmanager
    def telling(self, name: str, source: str) -> Iterator[None]:
        """Whatever mistake is raised knows what was laid out before it."""
        try:
            yield
        except NetledgerError as error:
            if error.network is None:
                error.network = self.network(name, source, (), partly=True)
            raise

    # How it is kept.

    @property
    def done(self) -> Sequence[Did]:
        """What was done so far."""
        return self._done

    @property
    def calls(self) -> Sequence[Opened]:
        """The calls of modules so far."""
        return self._calls

    @property
    def modules(self) -> Mapping[str, Declared]:
        """The modules that were told, by path."""
        return self._modules

    @property
    def held(self) -> Mapping[str, tuple[str, Stored]]:
        """The modules' stored tensors by key: the path of the module, and the tensor."""
        return self._held

    def _keep(self, did: Did) -> None:
        """An operation is done."""
        place, read, makers = len(self._done), self._read, self._makers
        for number in did.inputs:
            read[number] = read.get(number, 0) + 1
        for number in did.outputs:
            makers[number] = place
        self._done.append(did)

    def _layer_of(self, number: int) -> int:
        """The place of what made a tensor that nothing has read; before it was seen otherwise, if it was."""
        place, seen = self._makers.get(number, -1), self._read[number]
        if place < 0 or seen:
            return -1
        did = self._done[place]
        while did.op.KIND in _SEEN and self._read[did.inputs[0]] == 1 and did.inputs[0] in self._makers:
            place = self._makers[did.inputs[0]]
            did = self._done[place]
        return place

    def _new(self, tensor: Tensor) -> int:
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def _refused(
        self, op: Operator, given: tuple[Tensor, ...], made: Sequence[Tensor] | None, name: str, error: ShapeError
    ) -> None:
        """An operator does not take its inputs: a gap, if the framework says what it makes; else an error."""
        if made is not None and all(size > 0 for tensor in made for size in tensor.shape):
            return
        path = self._calls[self._open[-1]].path if self._open else ""
        error.layer = f"{name or path or op.KIND}, {op}"
        error.values = {"input": shapes(given), **error.values}
        error.refused = Node(name, "", op, (), (), (), Provenance())
        raise error

    def _write(
        self,
        answer: Answer,
        inputs: tuple[int, ...],
        stored: Mapping[str, Stored | int],
        function: str,
        name: str,
        place: tuple[str, int],
    ) -> tuple[int, ...]:
        records = _records(answer, stored) if stored else ()
        first, outputs = len(self.tensors), answer.outputs
        self.tensors.extend(outputs)
        numbers = (first,) if len(outputs) == 1 else tuple(range(first, len(self.tensors)))
        call = self._open[-1] if self._open else -1
        self._keep(_new(Did, (answer.op, inputs, numbers, stored, records, function, call, name, place, answer)))
        return numbers


def _records(
    answer: Answer, stored: Mapping[str, Stored | int], before: tuple[Parameter, ...] = ()
) -> tuple[Parameter, ...]:
    """What the ledger keeps of stored tensors."""
    ours = answer.stored
    return (*before, *[one.record(role, ours.get(role)) for role, one in stored.items() if isinstance(one, Stored)])
