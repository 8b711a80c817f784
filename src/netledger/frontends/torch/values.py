"""Values, where a model needs them: computed when asked for, from what has some, and only while small.

Constants that the model makes, its own buffers and parameters, and real tensors that the user gives have values. What
is made of nothing else can be computed; nothing is, until the model asks for a number.
"""

from __future__ import annotations

import ctypes
import random
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import torch

from netledger.core.errors import ValuesNeededError
from netledger.core.language import say
from netledger.frontends.torch.abstract import Abstract

if TYPE_CHECKING:
    from netledger.frontends.torch.recorder import Recorder

__all__ = ["MOST", "Values", "random_state"]

MOST = 2**22
"""So many elements are computed for one question, unless the user gave real tensors."""


class _Number(NamedTuple):
    """Stands for the tensor with this number, in what is computed later."""

    number: int


class _Recipe(NamedTuple):
    """How a tensor is computed: `part` of what the function answers."""

    func: Any
    args: Any
    kwargs: Any
    part: int | None
    writes: bool
    elements: int


class _Again:
    """A view, of its base as it is now."""

    def __init__(self, values: Values, view: _Recipe) -> None:
        self.values = values
        self.view = view

    def __call__(self, base: torch.Tensor, *_: Any) -> torch.Tensor:
        return self.values._viewed(self.view, base)


class _Through:
    """A base with something written to a view of it."""

    def __init__(self, values: Values, view: _Recipe) -> None:
        self.values = values
        self.view = view

    def __call__(self, base: torch.Tensor, part: torch.Tensor, *_: Any) -> torch.Tensor:
        made = base.clone()
        self.values._viewed(self.view, made).copy_(part)
        return made


class Values:
    """What is known of values in one trace."""

    def __init__(self, trace: Recorder) -> None:
        self.trace = trace
        self.known: dict[int, Any] = {}
        """Tensor, or how to compute it, by number."""
        self.given = False
        """Whether the user gave real tensors."""

    def know(self, number: int, tensor: torch.Tensor) -> None:
        """The values of a tensor of the model's, or of the user's."""
        if not tensor.is_meta and type(tensor) is not Abstract:
            self.known[number] = tensor

    def forget(self, number: int) -> None:
        """Its values can no longer be told."""
        self.known.pop(number, None)

    def remember(self, func: Any, args: Any, kwargs: Any, numbers: list[Any], result: Any) -> None:
        """How the result is computed, if everything that it is made of has values."""
        known = self.known
        for number in numbers:
            if type(number) is not int:
                if self.trace.real(number).is_meta:
                    return
            elif number not in known:
                return
        self._remember(func, args, kwargs, numbers, result)

    def _remember(self, func: Any, args: Any, kwargs: Any, numbers: list[Any], result: Any) -> None:
        parts = list(enumerate(result)) if isinstance(result, (tuple, list)) else [(None, result)]
        if result is None and _in_place(func):
            parts = [(None, args[0])]
        queue = iter(numbers)
        recipe = None
        for part, tensor in parts:
            if type(tensor) is not Abstract or tensor._number in self.known:
                continue
            if recipe is None:
                recipe = _numbered(args, queue), _numbered(kwargs, queue)
            made = _Recipe(func, *recipe, part, _in_place(func), tensor.numel())
            self.known[tensor._number] = made
            if tensor._root is not None and args and type(args[0]) is Abstract and not made.writes:
                tensor._base, tensor._view = args[0], made

    def of(self, tensor: Any, why: str) -> torch.Tensor:
        """The values of a tensor.

        Raises:
            ValuesNeededError: if it has none, or too many to compute.

        """
        self.trace.volatile = True  # what is answered depends on more than shapes
        if type(tensor) is not Abstract:
            now = self.trace.now.get(id(tensor))
            if now is None:
                return self._real(self.trace.real(tensor), why)
            tensor = now
        if tensor.is_stale():
            return self._seen_again(tensor, why)
        found = self.known.get(tensor._number)
        if found is None:
            raise self._needed(why)
        return found if isinstance(found, torch.Tensor) else self._compute(tensor._number, why)

    def _seen_again(self, view: Abstract, why: str) -> torch.Tensor:
        """A view whose base was written to since."""
        recipe = view._view
        if recipe is None or view._base is None:
            raise self._needed(why)
        return self._viewed(recipe, self.of(view._base, why))

    def _viewed(self, recipe: _Recipe, base: torch.Tensor) -> torch.Tensor:
        """The view that a recipe makes of another base."""
        rest = self._filled(recipe.args[1:])
        made = recipe.func(base, *rest, **self._filled(recipe.kwargs))
        return made if recipe.part is None else made[recipe.part]

    def view_again(self, view: Abstract) -> None:
        """How a view is computed from its base as it is now."""
        recipe, base = view._view, view._base
        if base is not None and base._number in self.known:
            parts = (_Number(base._number), *recipe.args[1:], *recipe.kwargs.values())
            again = _Recipe(_Again(self, recipe), parts, {}, None, False, view.numel())
            self.known[view._number] = again

    def views_of(self, part: Abstract) -> list[tuple[Abstract, int]]:
        """A tensor, and what it is a view of, one after the other, with their numbers now."""
        chain = []
        tensor: Abstract | None = part
        while tensor is not None:
            chain.append((tensor, tensor._number))
            tensor = tensor._base
        return chain

    def write_through(self, before: list[tuple[Abstract, int]]) -> None:
        """What was written to a view is known in its base, if it is known in the view."""
        for (view, _), (base, whole) in pairwise(before):
            recipe = view._view
            if recipe is None or whole not in self.known:
                return
            parts = (_Number(whole), _Number(view._number), *recipe.args[1:], *recipe.kwargs.values())
            self.known[base._number] = _Recipe(_Through(self, recipe), parts, {}, None, False, base.numel())

    def clear(self) -> None:
        """Let go of everything."""
        self.known.clear()
        self.trace = None  # type: ignore[assignment]

    def has(self, tensor: Any) -> bool:
        """Whether its values can be told."""
        try:
            self.of(tensor, "")
        except ValuesNeededError:
            return False
        return True

    def _real(self, tensor: torch.Tensor, why: str) -> torch.Tensor:
        if tensor.is_meta:
            raise self._needed(why)
        return tensor

    def _needed(self, why: str) -> ValuesNeededError:
        hint = (
            "Pass real tensors instead of shapes, such as netledger.count(model, torch.rand(1, 3, 224, 224)), and "
            "build the model with real weights: its values are then computed as far as they are asked for."
        )
        return ValuesNeededError(say("the model decides by the values of its input: {why}", why=why), hint=hint)

    def _compute(self, wanted: int, why: str) -> torch.Tensor:
        order = self._order(wanted, why)
        if not self.given and sum(self.known[number].elements for number in order) > MOST:
            raise self._needed(say("{why} (it would take computing too much)", why=why))
        with torch.no_grad():
            for number in order:
                self.known[number] = self._run(self.known[number])
        return self.known[wanted]

    def _order(self, wanted: int, why: str) -> list[int]:
        """What has to be computed, in order: numbers rise from cause to effect."""
        found, queue = set(), [wanted]
        while queue:
            number = queue.pop()
            recipe = self.known.get(number)
            if recipe is None:
                raise self._needed(why)
            if number in found or isinstance(recipe, torch.Tensor):
                continue
            found.add(number)
            queue.extend(_needs((recipe.args, recipe.kwargs)))
        return sorted(found)

    def _run(self, recipe: _Recipe) -> torch.Tensor:
        args, kwargs = self._filled(recipe.args), self._filled(recipe.kwargs)
        if recipe.writes:
            args = (args[0].clone(), *args[1:])
        if "device" in kwargs:
            kwargs = {**kwargs, "device": "cpu"}
        if getattr(recipe.func, "__name__", "") in ("to", "cuda") and len(args) > 1:
            args = tuple("cpu" if isinstance(value, torch.device) else value for value in args)
        made = recipe.func(*args, **kwargs)
        if recipe.writes and made is None:
            return args[0]
        return made if recipe.part is None else made[recipe.part]

    def _filled(self, value: Any) -> Any:
        if type(value) is _Number:
            return self.known[value.number]
        if isinstance(value, torch.Tensor):
            return self.trace.real(value)
        if type(value) is slice:
            return slice(*map(self._filled, (value.start, value.stop, value.step)))
        if isinstance(value, (tuple, list)):
            return type(value)(map(self._filled, value)) if type(value) in (tuple, list) else value
        if isinstance(value, dict):
            return {name: self._filled(part) for name, part in value.items()}
        return value


def _in_place(func: Any) -> bool:
    name = getattr(func, "__name__", "")
    return name == "__setitem__" or (name.endswith("_") and not name.endswith("__")) or name.startswith("__i")


def _numbered(value: Any, numbers: Any) -> Any:
    """The arguments with numbers in the place of tensors that have one, in the order they were met."""
    if isinstance(value, torch.Tensor):
        number = next(numbers)
        return _Number(number) if type(number) is int else number
    if type(value) is slice:
        return slice(*[_numbered(part, numbers) for part in (value.start, value.stop, value.step)])
    if type(value) in (tuple, list):
        return type(value)([_numbered(part, numbers) for part in value])
    if isinstance(value, dict):
        return {name: _numbered(part, numbers) for name, part in value.items()}
    return value


def _needs(value: Any) -> list[int]:
    if type(value) is _Number:
        return [value.number]
    if type(value) is slice:
        return _needs((value.start, value.stop, value.step))
    if isinstance(value, (tuple, list)):
        return [number for part in value for number in _needs(part)]
    if isinstance(value, dict):
        return _needs(list(value.values()))
    return []


class random_state:  # noqa: N801
    """Every random state, kept as it was."""

    def __enter__(self) -> None:
        self.torch = torch.get_rng_state()
        self.python = random.getstate()
        self.numpy = sys.modules.get("numpy.random")
        if self.numpy is not None:
            self.drawn = self.numpy.get_state(legacy=False)
            self.bits = _bits(self.numpy)

    def __exit__(self, *_: object) -> None:
        if not torch.equal(self.torch, torch.get_rng_state()):
            torch.set_rng_state(self.torch)
        if random.getstate() != self.python:
            random.setstate(self.python)
        if self.numpy is not None and (self.drawn["has_gauss"] or not self.bits or self.bits != _bits(self.numpy)):
            self.numpy.set_state(self.drawn)


def _bits(numpy: Any) -> bytes:
    """What NumPy's generator holds, which is faster to compare than to put back; nothing, if it is not the usual one.

    If it kept half of a pair of normal numbers, that is drawn without a change here.
    """
    generator = numpy.mtrand._rand._bit_generator
    if type(generator).__name__ != "MT19937":
        return b""
    return ctypes.string_at(generator.ctypes.state_address, 625 * 4)
