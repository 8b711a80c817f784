"""Running a model without running it: every call of PyTorch is answered with a tensor of the right shape.

A call is looked up by what it is called with: function, shapes, element types, attributes. The first of its kind
is asked of its rule (rules/); every other one like it is written down again. What has no rule is entered, if it is
made of other calls in Python, and otherwise followed down to the kernels (dispatch).
"""

from __future__ import annotations

import sys
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import torch
from torch import get_default_dtype
from torch._ops import OpOverload, OpOverloadPacket
from torch.nn import Parameter
from torch.overrides import TorchFunctionMode, _pop_mode_temporarily

from netledger.core.errors import NetledgerError, SourceError, ValuesNeededError
from netledger.frontends.held import HELD
from netledger.frontends.torch import fallback
from netledger.frontends.torch.abstract import Abstract, subclass
from netledger.frontends.torch.cases import case_of, rebuilt
from netledger.frontends.torch.model import Static
from netledger.frontends.torch.record import Called, Case, Did, Use
from netledger.frontends.torch.recorder import NOTHING, Recorder, WrappedError
from netledger.frontends.torch.rules import READS, RULES, name_of, rule_of
from netledger.frontends.torch.shortcuts import Layer, is_hooked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Trace"]

_make: Any = tuple.__new__
_SORT: Any = itemgetter(1)
_INTEGERS = {int}
_MISTAKES = (NetledgerError, TypeError, ValueError, LookupError, ArithmeticError, AttributeError, RuntimeError)
"""What a rule raises that does not take what it is given."""
_BY_NAME = object()
"""Stands between what is given by place and by name."""
_PLAIN = frozenset(
    {
        float,
        bool,
        complex,
        torch.dtype,
        torch.device,
        torch.layout,
        torch.memory_format,
        type(...),
        type(NotImplemented),
    }
)
"""Types of values that are remembered, besides whole numbers, words and sequences of them."""


def _takes_nothing(func: Any) -> bool:
    """Whether its rule knows what to do with tensors without elements; or it works in place."""
    name = name_of(func)
    return name in ("__getitem__", "index", "cat", "concat", "concatenate") or name.endswith("_") or "linear" in name


def _as_answered(func: Any, result: Any) -> Any:
    """Kernels answer plain tuples, or lists."""
    if not isinstance(result, (tuple, list)) or not isinstance(func, (OpOverload, OpOverloadPacket)):
        return result
    schema = (func if isinstance(func, OpOverload) else getattr(func, func.overloads()[0]))._schema
    return (list if len(schema.returns) == 1 else tuple)(result)


class Trace(Recorder, TorchFunctionMode):
    """Everything that one run of a model does.

    Args:
        known: the model as it stands.

    """

    def __init__(self, known: Static) -> None:
        super().__init__(known)
        self.cases = known.memory.cases

    # What PyTorch calls.

    def perform(self, func: Any, args: Any, kwargs: Any) -> Any:
        """Answer one call, made by a rule."""
        return self.__torch_function__(func, (), args, kwargs)

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Answer one call."""
        if func in READS:
            return func(*args, **(kwargs or {}))
        key: list[Any] = [func, get_default_dtype()]
        flat: list[Any] = []
        try:
            self._identify_all(args, key, flat)
            if kwargs:
                key.extend((_BY_NAME, *kwargs))
                self._identify_all(kwargs.values(), key, flat)
        except WrappedError:
            return fallback.kernels(self, func, args, kwargs or {})
        if len(flat) > 1 and len(set(map(id, flat))) < len(flat):
            key.append(tuple([next(place for place, one in enumerate(flat) if one is value) for value in flat]))
        identity = tuple(key)
        try:
            case = self.cases.get(identity)
        except TypeError:  # something in it has no hash
            case, identity = None, ()
        if self.written:
            self.refresh(flat)
        known = self.values.known
        for value in flat:
            if type(value) is Abstract and value._number not in known:
                break
        else:
            return self._with_values(case, func, args, kwargs or {}, identity, flat)
        if case is None:
            return self._first(func, args, kwargs or {}, identity, flat)
        if case.single:
            return self._once_more(case.uses[0], func, flat, sys._getframe(1))
        return self._again(case, func, flat)

    def _with_values(self, case: Case | None, func: Any, args: Any, kwargs: Any, identity: Any, flat: Any) -> Any:
        """The same, where the result can be computed if it is asked for."""
        numbers = [value._number if type(value) is Abstract else value for value in flat]
        if case is None:
            result = self._first(func, args, kwargs, identity, flat)
        elif case.single:
            result = self._once_more(case.uses[0], func, flat, sys._getframe(2))
        else:
            result = self._again(case, func, flat)
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
            else:
                self._identify(value, kind, key, flat)

    def _identify(self, value: Any, kind: type, key: list[Any], flat: list[Any]) -> None:
        """The same for one value, of any type."""
        if kind is tuple and set(map(type, value)) == _INTEGERS:
            key.append(value)
        elif kind is Parameter or isinstance(value, torch.Tensor):
            key.append(self._sort_or_kind(value))
            flat.append(value)
        elif isinstance(value, (tuple, list)):
            key.append(kind)  # a list as an index is not what a tuple is
            self._identify_all(value, key, flat)
            key.append(")")
        elif kind is slice:
            key.append(kind)
            self._identify_all((value.start, value.stop, value.step), key, flat)
        elif isinstance(value, dict):
            key.extend((kind, len(value), *value))
            self._identify_all(value.values(), key, flat)
        else:
            key.extend((kind, value) if kind in _PLAIN else ([],))  # a list has no hash: it is not remembered

    def _sort_or_kind(self, tensor: Any) -> Any:
        """What distinguishes a stored tensor: what it is, or the kind of what stands for it now."""
        found = self.untouched.get(id(tensor))
        if found is not None:
            return found.sort
        now = self.now.get(id(tensor))
        return self.lookup(tensor).sort if now is None else now._kind

    # The first call of its kind.

    def _first(self, func: Any, args: Any, kwargs: Any, identity: Any, flat: list[Any]) -> Any:
        if kwargs.get("out") is not None:
            return self._into(func, args, kwargs)
        rule = rule_of(func)
        self.last = (func, (args, kwargs))
        if rule is None:
            return fallback.follow(self, func, args, kwargs)
        if rule.pure and any(self.kind_of(value).elements == 0 for value in flat) and not _takes_nothing(func):
            return fallback.of_nothing(self, func, args, kwargs)
        done, kinds = len(self.done), len(self.kinds_by_number)
        before = self._tape, self._writes, self.volatile
        self._tape, self._writes, self.volatile = [], [], False
        failure = None
        try:
            result = _as_answered(func, rule.apply(self, *args, **kwargs))
        except (ValuesNeededError, SourceError):
            raise
        except _MISTAKES as error:
            failure = error
        finally:
            tape, writes, self._tape, self._writes = self._tape, self._writes, *before[:2]
        if failure is not None:
            del self.done[done:]
            del self.kinds_by_number[kinds:]
            return self._refused(func, args, kwargs, failure)
        for target, value in writes:
            self.write(target, value)
        volatile, self.volatile = self.volatile, before[2]
        if identity and rule.pure and not volatile:
            case = case_of(tape or [], writes, result, flat)
            if case:
                self.cases[identity] = case
        return result

    def _refused(self, func: Any, args: Any, kwargs: Any, failure: Exception) -> Any:
        """What PyTorch itself makes of a call that its rule does not take: if it complains, the rule knows why."""
        refusal = self.refusal if self.refusal is not None and self.refusal.rule is failure else None
        try:
            if refusal is not None and isinstance(refusal.op, HELD):
                fallback.check(self, func, args, kwargs)
                raise RuntimeError(str(failure))  # the meta kernel lets some pass that no device takes
            return fallback.follow(self, func, args, kwargs, failure)
        except Exception as complaint:
            if refusal is not None:
                self.refusal = refusal._replace(complaint=complaint)
            raise

    def _into(self, func: Any, args: Any, kwargs: Any) -> Any:
        """A call that writes its result to tensors that it is given."""
        rest = {name: value for name, value in kwargs.items() if name != "out"}
        made = self.perform(func, args, rest)
        targets, values = (kwargs["out"], made) if isinstance(made, (tuple, list)) else ((kwargs["out"],), (made,))
        for target, value in zip(targets, values, strict=True):
            self.write(target, self.of_type(value, target))
        return kwargs["out"]

    # The same call again.

    def _again(self, case: Case, func: Any, flat: list[Any]) -> Any:
        made: list[Abstract] = []
        for step, inputs, held in case.uses:
            given = [flat[place] if place >= 0 else made[~place] for place in inputs]
            own = [flat[place] if place >= 0 else made[~place] for place in held]
            made.extend(self._do(step, given, own, func))
        if case.writes:
            self.last = (func, flat)
        for target, value in case.writes:
            self.write(flat[target] if target >= 0 else made[~target], flat[value] if value >= 0 else made[~value])
        return rebuilt(case.result, flat, made)

    def _once_more(self, use: Use, func: Any, flat: list[Any], frame: Any) -> Abstract:
        """The same for what is most frequent, one operation with one result: `_do`, without its detours."""
        step, inputs, places = use
        held = tuple([self._held(flat[place]) for place in places]) if places else ()
        try:
            first = flat[inputs[0]]._number if inputs else 0
            numbers = (first,) if len(inputs) == 1 else tuple([flat[place]._number for place in inputs])
        except AttributeError:  # one is the model's own
            numbers = tuple([self.number(flat[place]) for place in inputs])
        kind = step.kinds[0]
        made: Abstract = subclass(Abstract, kind.base)
        made._kind = kind
        made._number = first = len(self.kinds_by_number)
        self.kinds_by_number.append(kind)
        code = frame.f_code
        where = (code, frame.f_lasti) if self.is_torch.get(id(code)) is False else self.place_in(frame, func)
        self.done.append(_make(Did, (step, numbers, first, held, func, self.call, where)))
        if step.view and type(flat[inputs[0]]) is Abstract:
            root = flat[inputs[0]]
            made._root = root
            made._seen = root._writes
        return made

    # Layers of PyTorch's own.

    def layer(self, layer: Layer, module: Any, input: Abstract, part: int, place: Any) -> Any:
        """What such a layer answers if one like it was called before, written down; None: it has to be run."""
        known = module.__dict__
        if input._number in self.values.known or is_hooked(known) or "forward" in known:
            return None
        if self.written and input._root is not None and input.is_stale():
            return None
        numbers = (input._number,)
        called = _make(Called, (part, module.__class__, True, known["training"], self.call, place, numbers, 0))
        if layer.function is None:
            self.calls.append(called)
            self.answers.append(numbers)
            return input
        try:
            held = tuple(map(self.untouched.__getitem__, map(id, layer.tensors(known))))
            sorts = tuple(map(_SORT, held))
            case = self.cases[layer.function, get_default_dtype(), input._kind, sorts, layer.attributes(known)]
        except (KeyError, TypeError):
            return None
        if not case.single and (not case.fills or input._root is not None):
            return None
        step, _, places = case.uses[0]
        kind, first, call = step.kinds[0], len(self.kinds_by_number), len(self.calls)
        self.kinds_by_number.append(kind)
        self.calls.append(called)
        if places != layer.places:
            there = [one for one in held if one is not NOTHING]
            held = tuple([there[place - 1] for place in places])
        self.done.append(_make(Did, (step, numbers, first, held, layer.function, call, place)))
        self.answers.append((first,))
        if case.fills:
            self.written = True
            input._number = first
            input._writes += 1
            return input
        made: Abstract = subclass(Abstract, kind.base)
        made._kind = kind
        made._number = first
        if step.view:
            made._root, made._seen = input, input._writes
        return made

    def run_layer(self, layer: Layer, module: Any, input: Any) -> Any:
        """The same for the first of its kind, and where it does more: its rule is asked, or its own forward."""
        known = module.__dict__
        self.refresh((input,))
        if type(input) is not Abstract or input._number in self.values.known:
            return module.forward(input)
        try:
            tensors, attributes = layer.tensors(known), layer.attributes(known)
            sorts = tuple([self.untouched[id(tensor)].sort for tensor in tensors])
            identity = (layer.function, get_default_dtype(), input._kind, sorts, attributes)
            case = self.cases.get(identity)
        except (KeyError, TypeError):
            return module.forward(input)
        given = layer.given(input, tensors, attributes)
        if given is None:
            return module.forward(input)
        args, kwargs = given
        flat = [input, *[tensor for tensor in tensors if tensor is not None]]
        with _pop_mode_temporarily():
            if case is None:
                return self._first(layer.function, args, kwargs, identity, flat)
            return self._again(case, layer.function, flat)

    # What rules ask.

    @property
    def last_name(self) -> str:
        """What the function is called that is being answered; one in place as the other."""
        name = name_of(self.last[0])
        return name if name.startswith("_") else name.rstrip("_")

    def rule(self, name: str) -> Callable[..., Any]:
        """The rule of another function."""
        return RULES[name].apply

    def rearranged(self, name: str = "") -> Any:
        """What only rearranges elements and has no operator of its own; its shape is that of the meta kernel."""
        func, (args, kwargs) = self.last
        return fallback.free(self, func, args, kwargs, name)
