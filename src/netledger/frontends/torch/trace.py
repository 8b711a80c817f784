"""Running a model without running it: every call of PyTorch is answered with a tensor of the right shape.

A call is looked up by what it is called with: function, shapes, element types, attributes. The first of its kind
is asked of its rule (rules/); every other one like it is written down again. What has no rule is entered, if it is
made of other calls in Python, and otherwise followed down to the kernels (dispatch).
"""

from __future__ import annotations

import sys
from contextlib import nullcontext
from types import CodeType
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import Parameter
from torch.overrides import TorchFunctionMode, _pop_mode_temporarily

from netledger.core.errors import NetledgerError, SourceError, ValuesNeededError
from netledger.core.operator import Operator
from netledger.frontends.torch import fallback
from netledger.frontends.torch.abstract import DTYPES, Abstract, Kind, abstract
from netledger.frontends.torch.model import Static, meet
from netledger.frontends.torch.record import Called, Case, Did, Place, Step
from netledger.frontends.torch.rules import READS, RULES, name_of, rule_of
from netledger.frontends.torch.stored import Stored
from netledger.frontends.torch.values import Values
from netledger.ops.constants import Buffer, Constant, Empty
from netledger.ops.embedding import Parameter as ParameterOp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["CALL", "Trace", "is_inner"]

_make: Any = tuple.__new__
_PLAIN = frozenset(
    {float, bool, complex, torch.dtype, torch.device, torch.layout, torch.memory_format, type(...), type(NotImplemented)}
)
"""Types of values that are remembered, besides whole numbers, words and sequences of them."""
_NAMED = {name: dtype for dtype, name in DTYPES.items()}


class Trace(TorchFunctionMode):
    """Everything that one run of a model does.

    Args:
        known: the model as it stands.

    """

    def __init__(self, known: Static) -> None:
        super().__init__()
        self.known = known
        self.stored = known.stored
        self.device = known.device
        self.kinds = known.memory.kinds
        self.cases = known.memory.cases
        self.volatile = False
        self.kinds_by_number: list[Kind] = []
        self.done: list[Did] = []
        self.calls: list[Called] = []
        self.call = -1
        self.failed = -1
        self.values = Values(self)
        self.unbatched = False
        self.last: tuple[Any, tuple[Any, ...]] = (None, ())
        self._tape: list[tuple[Operator, tuple[Any, ...], dict[str, Any], tuple[Abstract, ...]]] | None = None
        self._writes: list[tuple[Any, Any]] = []
        self._inner: dict[CodeType, bool] = {}
        self.kept: list[Any] = []

    # What PyTorch calls.

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Answer one call."""
        if func in READS:
            return func(*args, **(kwargs or {}))
        return self.perform(func, args, kwargs or {})

    def perform(self, func: Any, args: Any, kwargs: Any) -> Any:
        """Answer one call that may do something."""
        key: list[Any] = [func]
        flat: list[Any] = []
        try:
            self._identify_all(args, key, flat)
            if kwargs:
                key.extend(kwargs)
                self._identify_all(kwargs.values(), key, flat)
        except _WrappedError:
            return fallback.kernels(self, func, args, kwargs)
        identity = tuple(key)
        try:
            case = self.cases.get(identity)
        except TypeError:  # something in it has no hash
            case, identity = None, ()
        known = self.values.known
        for value in flat:
            if type(value) is Abstract and value._number not in known:
                break
        else:
            return self._with_values(case, func, args, kwargs, identity, flat)
        return self._again(case, func, flat) if case else self._first(func, args, kwargs, identity, flat)

    def repeat(self, layer: Any, input: Any, func: Any, args: Any, kwargs: Any) -> Any:
        """Answer a layer's only call, if one like it was answered before; else run the layer."""
        if type(input) is Abstract and input._number not in self.values.known:
            key: list[Any] = [func]
            flat: list[Any] = []
            self._identify_all(args, key, flat)
            if kwargs:
                key.extend(kwargs)
                self._identify_all(kwargs.values(), key, flat)
            case = self.cases.get(tuple(key))
            if case is not None:
                return self._again(case, func, flat)
            with _pop_mode_temporarily():
                return self._first(func, args, kwargs, tuple(key), flat)
        return layer.forward(input)

    def _with_values(self, case: Case | None, func: Any, args: Any, kwargs: Any, identity: Any, flat: Any) -> Any:
        """The same, where the result can be computed if it is asked for."""
        numbers = [value._number if type(value) is Abstract else value for value in flat]
        result = self._again(case, func, flat) if case else self._first(func, args, kwargs, identity, flat)
        self.values.remember(func, args, kwargs, numbers, result)
        return result

    def _identify_all(self, values: Iterable[Any], key: list[Any], flat: list[Any]) -> None:
        """Add what distinguishes values to the key, and the tensors in them to the list."""
        for value in values:
            kind = type(value)
            if kind is Abstract:
                key.append(value._kind)
                flat.append(value)
            elif kind is int or value is None or kind is str:
                key.append(value)
            elif kind is tuple and value and type(value[0]) is type(value[-1]) is int:
                key.append(value)
            elif kind is Parameter:
                stored = self.lookup(value)
                key.append(stored.kind if stored.now is None else stored.now._kind)
                flat.append(stored)
            else:
                self._identify(value, kind, key, flat)

    def _identify(self, value: Any, kind: type, key: list[Any], flat: list[Any]) -> None:
        """The same for one value, of any type."""
        if isinstance(value, torch.Tensor):
            stored = self.lookup(value)
            key.append(stored.kind if stored.now is None else stored.now._kind)
            flat.append(stored)
        elif isinstance(value, (tuple, list)):
            key.append("(")
            self._identify_all(value, key, flat)
            key.append(")")
        elif kind is slice:
            key.append(kind)
            self._identify_all((value.start, value.stop, value.step), key, flat)
        elif isinstance(value, dict):
            key.extend(("{", *value))
            self._identify_all(value.values(), key, flat)
        else:
            key.extend((kind, value) if kind in _PLAIN else ([],))  # a list has no hash: it is not remembered

    def lookup(self, tensor: torch.Tensor) -> Stored:
        """What is known of a tensor that existed before, or was made elsewhere."""
        found = self.stored.get(id(tensor))
        if found is None or found.tensor is not tensor:
            if torch._C._functorch.is_functorch_wrapped_tensor(tensor):
                raise _WrappedError
            kind = self.kind(tuple(tensor.shape), tensor.dtype)
            found = self.stored[id(tensor)] = Stored(tensor, kind, f"constant {len(self.stored)}", True, False)
        return found

    # The first call of its kind.

    def _first(self, func: Any, args: Any, kwargs: Any, identity: Any, flat: list[Any]) -> Any:
        if kwargs.get("out") is not None:
            return self._into(func, args, kwargs)
        rule = rule_of(func)
        self.last = (func, (args, kwargs))
        if rule is None:
            return fallback.follow(self, func, args, kwargs)
        before = self._state()
        self._tape, self._writes, self.volatile = [], [], False
        try:
            result = rule.apply(self, *args, **kwargs)
        except (ValuesNeededError, SourceError):
            raise
        except (NetledgerError, TypeError, ValueError, LookupError, ArithmeticError, AttributeError, RuntimeError) as error:
            self._undo(before)
            return fallback.follow(self, func, args, kwargs, error)
        finally:
            tape, writes, self._tape, self._writes = self._tape, self._writes, before[3], before[4]
        for target, value in writes:
            self.write(target, value)
        volatile, self.volatile = self.volatile, before[5]
        if identity and rule.pure and not volatile:
            case = _case(tape or [], writes, result, flat)
            if case:
                self.cases[identity] = case
        return result

    def _into(self, func: Any, args: Any, kwargs: Any) -> Any:
        """A call that writes its result to tensors that it is given."""
        rest = {name: value for name, value in kwargs.items() if name != "out"}
        made = self.perform(func, args, rest)
        targets, values = (kwargs["out"], made) if isinstance(made, (tuple, list)) else ((kwargs["out"],), (made,))
        for target, value in zip(targets, values, strict=True):
            self.write(target, value)
        return kwargs["out"]

    def _state(self) -> Any:
        return len(self.done), len(self.kinds_by_number), self.last, self._tape, self._writes, self.volatile

    def _undo(self, before: Any) -> None:
        del self.done[before[0] :]
        del self.kinds_by_number[before[1] :]

    # The same call again.

    def _again(self, case: Case, func: Any, flat: list[Any]) -> Any:
        if case.single:
            return self._once_more(case.steps[0], func, flat)
        made: list[Abstract] = []
        for op, inputs, roles, kinds in case.steps:
            given = [flat[place] if place >= 0 else made[~place] for place in inputs]
            held = {role: flat[place] if place >= 0 else made[~place] for role, place in roles} if roles else {}
            made.extend(self._do(op, given, held, kinds, func))
        for target, value in case.writes:
            self.write(flat[target] if target >= 0 else made[~target], flat[value] if value >= 0 else made[~value])
        return _rebuilt(case.result, flat, made)

    def _once_more(self, step: Step, func: Any, flat: list[Any]) -> Any:
        """The same for what is most frequent, one operation with one result: `_do`, without its detours."""
        op, inputs, roles, kinds = step
        stored: Any = ()
        operands: Any = ()
        if roles:
            stored = tuple([(role, flat[place]) for role, place in roles])
            for _, tensor in stored:
                if type(tensor) is Abstract or tensor.now is not None or not tensor.registered:
                    stored, operands = self._held(dict(stored))
                    break
        numbers = []
        for place in inputs:
            value = flat[place]
            numbers.append(value._number if type(value) is Abstract else self.as_abstract(value)._number)
        first = len(self.kinds_by_number)
        kind = kinds[0]
        self.kinds_by_number.append(kind)
        where = self.place_of(sys._getframe(3))
        self.done.append(_make(Did, (op, tuple(numbers), first, kinds, stored, operands, func, self.call, where)))
        made = abstract(kind, first)
        if op.VIEW and type(flat[inputs[0]]) is Abstract:
            made._root = flat[inputs[0]]
        return made

    def meet(self, module: Any) -> None:
        """A module that is no part of the model, such as one that a function calls."""
        above = self.calls[self.call].what if self.call >= 0 else None
        with _pop_mode_temporarily() if torch._C._len_torch_function_stack() else nullcontext():
            meet(module, self.known, self.known.paths.get(id(above), ""))

    def is_stored(self, tensor: Any) -> bool:
        """Whether it is a parameter or a buffer of the model, as it was made."""
        if type(tensor) is Abstract:
            return False
        stored = self.lookup(tensor)
        return stored.registered and stored.now is None

    def alias(self, real: torch.Tensor, made: Abstract) -> None:
        """A tensor of the user's that is an input: wherever it turns up, it is that input."""
        stored = self.lookup(real)
        if not stored.registered:
            stored.now = made

    # What rules call.

    Abstract = Abstract

    @property
    def last_name(self) -> str:
        """What the function is called that is being answered."""
        return name_of(self.last[0])

    def rule(self, name: str) -> Callable[..., Any]:
        """The rule of another function."""
        return RULES[name].apply

    def constant(self, real: torch.Tensor) -> Abstract:
        """A tensor that the model holds in its code."""
        kind = self.kind(tuple(real.shape), real.dtype)
        sizes = tuple(kind.shape)
        made: Abstract = self.add(Empty(sizes) if 0 in sizes else Constant(sizes, "given"), kinds=(kind,))
        self.values.know(made._number, real)
        return made

    def rearranged(self, name: str = "") -> Any:
        """What only rearranges elements and has no operator of its own; its shape is that of the meta kernel."""
        func, (args, kwargs) = self.last
        return fallback.free(self, func, args, kwargs, name)

    def kind(self, shape: tuple[int, ...], dtype: torch.dtype) -> Kind:
        """The one kind of this shape and element type."""
        found = self.kinds.get((shape, dtype))
        if found is None:
            found = self.kinds[shape, dtype] = Kind(shape, dtype, self.device)
        return found

    def kind_of(self, tensor: Any) -> Kind:
        """The shape and element type of a tensor, abstract or not."""
        if type(tensor) is Abstract:
            return tensor._kind
        stored = tensor if type(tensor) is Stored else self.lookup(tensor)
        return stored.kind if stored.now is None else stored.now._kind

    def add(self, op: Operator, *inputs: Any, dtype: Any = None, kinds: Any = None, **roles: Any) -> Any:
        """Write down an operation.

        Args:
            op: the operator.
            inputs: the tensors that it reads.
            dtype: the element type of what it makes, if it is not as the operator says; or one for each output.
            kinds: what it makes, if the operator cannot say.
            roles: the tensors that the layer holds; None: it has none in this role.

        Returns:
            A tensor, or a tuple where the operator makes several.

        """
        held = {role: tensor for role, tensor in roles.items() if tensor is not None}
        if kinds is None:
            kinds = self._made(op, inputs, dtype)
        made = self._do(op, inputs, held, kinds, self.last[0])
        if self._tape is not None:
            self._tape.append((op, inputs, held, made))
        return made[0] if len(made) == 1 else made

    def write(self, target: Any, value: Abstract) -> Any:
        """Overwrite a tensor, as an operation in place does; the model's own tensors stay as they are."""
        if self._tape is not None:
            self._writes.append((target, value))
            return target
        root = target if type(target) is Abstract else None
        if root is None:
            stored = target if type(target) is Stored else self.lookup(target)
            stored.now = value
            return target
        root._number = value._number
        root._kind = self.kind(tuple(value.shape), root._kind.dtype)
        if root._root is not None:
            self._write_through(root._root, root)
        return target

    def _write_through(self, whole: Abstract, part: Abstract) -> None:
        """What is written to a view is written to what it shows."""
        from netledger.ops.assigning import Assign

        made = self._do(Assign(), (whole, part), {}, (whole._kind,), self.last[0])[0]
        whole._number = made._number
        self.values.forget(made._number)
        if whole._root is not None:
            self._write_through(whole._root, whole)

    # Writing down.

    def _made(self, op: Operator, inputs: tuple[Any, ...], dtype: Any) -> tuple[Kind, ...]:
        tensors = tuple(self.kind_of(tensor).tensor for tensor in inputs)
        outputs = op.infer(tensors)
        types = dtype if isinstance(dtype, tuple) else (dtype,) * len(outputs)
        return tuple(
            self.kind(tuple(tensor.shape), given or _NAMED[tensor.dtype])
            for tensor, given in zip(outputs, types, strict=True)
        )

    def _do(self, op: Operator, inputs: Any, held: dict[str, Any], kinds: tuple[Kind, ...], func: Any) -> Any:
        numbers = tuple([value._number if type(value) is Abstract else self.number(value) for value in inputs])
        stored, operands = (), ()
        if held:
            stored, operands = self._held(held)
        first = len(self.kinds_by_number)
        self.kinds_by_number.extend(kinds)
        self.done.append(Did(op, numbers, first, kinds, stored, operands, func, self.call, self.place()))
        made = tuple([abstract(kind, number) for number, kind in enumerate(kinds, first)])
        if op.VIEW and inputs and type(inputs[0]) is Abstract:
            for tensor in made:
                tensor._root = inputs[0]
        return made

    def _held(self, held: dict[str, Any]) -> Any:
        stored, operands = [], []
        for role, tensor in held.items():
            if type(tensor) is Abstract:
                operands.append((role, tensor._number))
                continue
            found = tensor if type(tensor) is Stored else self.lookup(tensor)
            if found.now is None and found.registered:
                stored.append((role, found))
            else:
                operands.append((role, self.number(found)))
        return tuple(stored), tuple(operands)

    def number(self, tensor: Any) -> int:
        """The number of any tensor; one of the model's own becomes an operation without inputs when it is first read."""
        return self.as_abstract(tensor)._number

    def as_abstract(self, tensor: Any) -> Abstract:
        """A tensor that stands for one of the model's own."""
        if type(tensor) is Abstract:
            return tensor
        stored = tensor if type(tensor) is Stored else self.lookup(tensor)
        if stored.now is None:
            op = Buffer(stored.kind.tensor.shape) if stored.buffer else ParameterOp(stored.kind.tensor.shape)
            number = len(self.kinds_by_number)
            self.kinds_by_number.append(stored.kind)
            role = "values" if stored.buffer else "weight"
            self.done.append(Did(op, (), number, (stored.kind,), ((role, stored),), (), None, self.call, self.place()))
            stored.now = abstract(stored.kind, number)
            self.values.know(number, stored.tensor)
        return stored.now

    # Where.

    def place(self) -> Place | None:
        """The innermost place of the user's code that is being run."""
        return self.place_of(sys._getframe(3))

    def place_of(self, frame: Any) -> Place | None:
        """The innermost place of the user's code in a frame and those that called it."""
        inner = self._inner
        while frame is not None:
            code = frame.f_code
            known = inner.get(code)
            if known is None:
                known = inner[code] = is_inner(code)
            if not known:
                return code, frame.f_lasti
            if code is CALL.code:
                return self.calls[self.call].place if self.call >= 0 else None
            frame = frame.f_back
        return None


class _WrappedError(Exception):
    """A tensor stands for many: it is inside torch.vmap or the like, and known only to the kernels."""


class CALL:
    """The code of the function that stands for torch.nn.Module.__call__ (set by `modules`)."""

    code: CodeType | None = None


_TORCH = torch.__path__[0]
_OURS = __file__.rpartition("/frontends/")[0]


def is_inner(code: CodeType) -> bool:
    """Whether code is PyTorch's own, or ours."""
    file = code.co_filename
    return file.startswith((_TORCH, _OURS)) or file.startswith("<")


def _case(tape: Any, writes: Any, result: Any, flat: list[Any]) -> Case | None:
    """What was done, in places instead of tensors; None if it depends on something else."""
    places = {id(value.tensor if type(value) is Stored else value): place for place, value in enumerate(flat)}
    places |= {id(value): place for place, value in enumerate(flat)}
    count = 0
    steps = []
    try:
        for op, inputs, held, made in tape:
            roles = tuple((role, places[id(tensor)]) for role, tensor in held.items())
            kinds = tuple(tensor._kind for tensor in made)
            steps.append(Step(op, tuple(places[id(tensor)] for tensor in inputs), roles, kinds))
            for tensor in made:
                places[id(tensor)] = ~count
                count += 1
        overwritten = tuple((places[id(target)], places[id(value)]) for target, value in writes)
        answer = _places(result, places)
        single = answer == ~0 and len(steps) == 1 and not overwritten and type(answer) is int
        return Case(tuple(steps), answer, overwritten, single)
    except KeyError:
        return None


class _Constant:
    """A part of an answer that is no tensor."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def _places(result: Any, places: dict[int, int]) -> Any:
    if isinstance(result, torch.Tensor):
        return places[id(result)]
    if type(result) in (tuple, list):
        return type(result)(_places(part, places) for part in result)
    return _Constant(result)


def _rebuilt(result: Any, flat: list[Any], made: list[Abstract]) -> Any:
    kind = type(result)
    if kind is int:
        if result < 0:
            return made[~result]
        value = flat[result]
        return value.tensor if type(value) is Stored else value
    if kind is _Constant:
        return result.value
    return kind(_rebuilt(part, flat, made) for part in result)
