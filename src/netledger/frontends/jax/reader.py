"""From a jaxpr to a network: each equation by its rule, entered if it holds others, or as a gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jax.extend.core import Literal

from netledger.core.errors import SourceError
from netledger.core.network import Tensor
from netledger.core.number import product
from netledger.core.operator import Operator
from netledger.frontends.graph import Graph, Stored
from netledger.frontends.jax.equation import Equation, Known, name_of, tensor_like, tensor_of
from netledger.frontends.jax.inner import INNER
from netledger.frontends.jax.rules import RULES
from netledger.frontends.jax.rules.constants import folded
from netledger.frontends.operators import unique
from netledger.frontends.recording import Repeat

__all__ = ["Reader"]

_new: Any = tuple.__new__
"""Makes a NamedTuple of its parts, faster than calling its class."""

_Where = tuple[tuple[str, ...], tuple[tuple[str, str], ...]]


class _Uses:
    """Who reads what in a jaxpr: the equation that alone reads it, once; None if there are others."""

    def __init__(self, jaxpr: Any) -> None:
        self.jaxpr = jaxpr
        only: dict[int, Any] = {}
        for equation in jaxpr.eqns:
            for part in equation.invars:
                only[id(part)] = None if id(part) in only else equation
        self.only = {**only, **dict.fromkeys(map(id, jaxpr.outvars))}


class Reader:
    """Reads jaxprs into a graph. `kinds`: the class of each module by path; `stack`: where it is now.

    `brief`: of a loop whose steps are alike only some are laid out; `repeats` tells what stands for how many more.
    """

    def __init__(self, graph: Graph, kinds: Mapping[tuple[str, ...], str], *, brief: bool = False) -> None:
        self.graph = graph
        self.brief = brief
        self.repeats: list[Repeat] = []
        self.kinds = kinds
        self.stack: tuple[str, ...] = ()
        self.left = 200_000
        self.means: set[int] = set()
        self._jaxpr: Any = None
        self._uses: dict[int, _Uses] = {}
        self._names: dict[int, tuple[Any, tuple[str, ...]]] = {}
        self._modules: dict[tuple[str, ...], _Where] = {(): ((), ())}

    def constant(self, value: Any) -> Known:
        """What an array that is written in the code stands for."""
        dtype = getattr(value, "dtype", None)
        if dtype is None:
            return Known(tensor_like((), "float32"), value)
        tensor = tensor_like(tuple(getattr(value, "shape", ())), dtype)
        if not hasattr(value, "item"):
            return Known(tensor, value)
        alone = product(tensor.shape) == 1 and tensor.dtype == name_of(dtype)
        return Known(tensor, value.item() if alone else None)

    def run(self, jaxpr: Any, constants: Sequence[Any], values: Sequence[Any]) -> list[Any]:
        """Every equation; returns what the outputs stand for."""
        environment = dict(zip(jaxpr.constvars, constants, strict=True))
        environment.update(zip(jaxpr.invars, values, strict=True))
        outer, stack, constant, where = self._jaxpr, self.stack, self.constant, None
        self._jaxpr = jaxpr
        for told in jaxpr.eqns:
            if where is not told.source_info.name_stack:
                where = told.source_info.name_stack
                self.stack = (*stack, *self._parts(where))
            read = tuple([constant(part.val) if type(part) is Literal else environment[part] for part in told.invars])
            outputs = tuple([tensor_of(part) for part in told.outvars])
            made = self._answer(_new(Equation, (told.primitive.name, told.params, read, outputs, told)))
            if len(outputs) == 1 == len(made):
                environment[told.outvars[0]] = made[0]
            else:
                environment.update(zip(told.outvars, made, strict=True))
        self._jaxpr, self.stack = outer, stack
        return [constant(part.val) if type(part) is Literal else environment[part] for part in jaxpr.outvars]

    def _parts(self, names: Any) -> tuple[str, ...]:
        """The names on a stack, outermost first."""
        known = self._names.get(id(names))
        if known is None:
            parts = tuple([part for part in str(names).split("/") if part])
            known = self._names[id(names)] = (names, parts)
        return known[1]

    def _answer(self, equation: Equation) -> Sequence[Any]:
        inner = INNER.get(equation.name)
        if inner is not None:
            return inner(self, equation)
        values = equation.values
        if not values or (type(values[0]) is Known and all(type(value) is Known for value in values)):
            return self._folded(equation)
        self._enter(values)
        rule = RULES.get(equation.name)
        answer = rule(self, equation) if rule is not None else None
        return answer if answer is not None else self.gap(equation)

    # Who reads what.

    def alone(self, equation: Equation, place: int) -> bool:
        """Whether nothing else reads what an equation reads in a place."""
        return self._read().only[id(equation.told.invars[place])] is not None

    def next(self, equation: Equation) -> Any:
        """The only equation that reads what an equation makes, as JAX has it; None if there are others, or none."""
        return self._read().only.get(id(equation.told.outvars[0]))

    def _read(self) -> _Uses:
        if id(self._jaxpr) not in self._uses:
            self._uses[id(self._jaxpr)] = _Uses(self._jaxpr)
        return self._uses[id(self._jaxpr)]

    def _folded(self, equation: Equation) -> list[Any]:
        """What follows from no input: a constant, perhaps of a known number."""
        number = folded(equation)
        return [Known(tensor, number) for tensor in equation.made]

    # Where it is.

    def _enter(self, values: Sequence[Any]) -> None:
        """The modules that it happens in: by the names on the stack, else by what it reads."""
        where = self._modules.get(self.stack) or self._by_names(self.stack)
        self.graph.within(where[1] or self._by_parameters(values))

    def _by_names(self, stack: tuple[str, ...]) -> _Where:
        """The innermost module that these names lead to, and all that are around it."""
        found = self._modules.get(stack)
        if found is None:
            path, modules = self._by_names(stack[:-1])
            inner = self._module(path, stack[-1])
            found = (inner, (*modules, (".".join(inner), self.kinds[inner]))) if inner else (path, modules)
            self._modules[stack] = found
        return found

    def _module(self, path: tuple[str, ...], part: str) -> tuple[str, ...]:
        """The path of the module that a name stands for within another; empty: of none."""
        for one in ((*path, part), (part,)):
            if one in self.kinds:
                return one
        dotted = tuple(part.split(".")) if "." in part else ()
        return dotted if dotted in self.kinds else ()

    def _by_parameters(self, values: Sequence[Any]) -> tuple[tuple[str, str], ...]:
        for value in values:
            if type(value) is Stored:
                parts = value.key.split(".")[:-1]
                paths = [tuple(parts[: end + 1]) for end in range(len(parts))]
                return tuple([(".".join(path), self.kinds.get(path, parts[len(path) - 1])) for path in paths])
        return ()

    # What a rule asks and does.

    def tensor(self, value: Any) -> Tensor:
        """The tensor that a value is."""
        if isinstance(value, Known):
            return value.tensor
        if isinstance(value, Stored):
            return Tensor(value.shape, value.dtype)
        return self.graph.tensors[value]

    def placed(self, value: Any) -> int:
        """The number in the graph of a value; it is made, if it is stored or constant."""
        if isinstance(value, Stored):
            return self.graph.value(value)
        if isinstance(value, Known):
            return self.graph.add(unique("constant", value.tensor.shape, "constant"), made=(value.tensor,))[0]
        return int(value)

    def add(self, equation: Equation, operator: Operator, *values: Any, stored: Any = None, made: Any = None) -> Any:
        """An operator on values; `made`: other outputs than those of the equation; ... for whatever comes."""
        self.spend(1)
        numbers = [value if type(value) is int else self.placed(value) for value in values]
        outputs = equation.made if made is None else None if made is ... else made
        function = f"jax.{equation.name}"
        return list(self.graph.add(operator, *numbers, stored=stored, made=outputs, function=function))

    def spend(self, count: int) -> None:
        """So many operations more are laid out.

        Raises:
            SourceError: if there are too many.

        """
        self.left -= count
        if self.left < 0:
            hint = "Count it with fewer steps: what a scan costs grows with its length in proportion."
            raise SourceError("the loops of the function unroll to more than 200,000 operations", hint=hint)

    def gap(self, equation: Equation, *, loop: bool = False) -> list[Any]:
        """An equation that has no rule."""
        stored = {f"{place}": value for place, value in enumerate(equation.values) if isinstance(value, Stored)}
        numbers = [value for value in equation.values if isinstance(value, int)]
        return list(self.graph.unknown(f"jax.{equation.name}", numbers, equation.made, stored, loop=loop))
