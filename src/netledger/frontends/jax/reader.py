"""From a jaxpr to a network: each equation by its rule, entered if it holds others, or as a gap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from netledger.core.errors import SourceError
from netledger.core.network import DTYPE_BITS, Tensor
from netledger.core.number import product
from netledger.core.operator import Operator
from netledger.frontends.graph import Graph, Stored
from netledger.frontends.operators import load

__all__ = ["Known", "Reader", "Repeat", "tensor_of"]


class Known(NamedTuple):
    """A tensor that does not depend on inputs or stored tensors; `value`: its number, if it is one and is known."""

    tensor: Tensor
    value: Any = None


def tensor_of(variable: Any) -> Tensor:
    """The shape and element type of a variable."""
    return Tensor(tuple(map(int, variable.aval.shape)), _named(getattr(variable.aval, "dtype", "float32")))


@cache
def _named(dtype: Any) -> str:
    """The name of an element type; of random keys, that of what they are made of."""
    name = str(dtype)
    return name if name in DTYPE_BITS else "uint32"


class Repeat(NamedTuple):
    """Operations of a graph, from one place to another (exclusive), that stand for so many turns more."""

    first: int
    last: int
    more: int


class Equation(NamedTuple):
    """An equation with what its variables stand for: numbers of the graph, Stored or Known.

    Args:
        name: the primitive.
        params: its parameters.
        values: what it reads.
        made: the tensors that it makes.
        alone: whether nothing else reads each of its inputs.
        readers: the only equation that reads its output next, if there is one.

    """

    name: str
    params: Mapping[str, Any]
    values: tuple[Any, ...]
    made: tuple[Tensor, ...]
    alone: tuple[bool, ...]
    reader: Any = None


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

    def constant(self, value: Any) -> Known:
        """What an array that is written in the code stands for."""
        shape, dtype = tuple(getattr(value, "shape", ())), str(getattr(value, "dtype", "float32"))
        tensor = Tensor(shape, dtype if dtype in DTYPE_BITS else "uint32")
        number = value.item() if hasattr(value, "item") and product(shape) == 1 and dtype in DTYPE_BITS else None
        return Known(tensor, number if hasattr(value, "item") else value)

    def run(self, jaxpr: Any, constants: Sequence[Any], values: Sequence[Any]) -> list[Any]:
        """Every equation; returns what the outputs stand for."""
        environment = dict(zip(jaxpr.constvars, constants, strict=True))
        environment.update(zip(jaxpr.invars, values, strict=True))
        uses = Counter(id(part) for equation in jaxpr.eqns for part in equation.invars)
        uses.update(id(part) for part in jaxpr.outvars)
        readers = {id(part): equation for equation in jaxpr.eqns for part in equation.invars}
        before = self.stack
        for equation in jaxpr.eqns:
            self.stack = (*before, *_parts(equation))
            made = self._answer(equation, environment, uses, readers)
            environment.update(zip(equation.outvars, made, strict=True))
        self.stack = before
        return [self._value(part, environment) for part in jaxpr.outvars]

    def _answer(self, equation: Any, environment: Any, uses: Counter[int], readers: Mapping[int, Any]) -> Sequence[Any]:
        from netledger.frontends.jax.inner import INNER
        from netledger.frontends.jax.rules import RULES

        values = tuple(self._value(part, environment) for part in equation.invars)
        made = tuple(map(tensor_of, equation.outvars))
        alone = tuple(uses[id(part)] == 1 for part in equation.invars)
        first = id(equation.outvars[0]) if equation.outvars else 0
        reader = readers.get(first) if uses[first] == 1 else None
        told = Equation(equation.primitive.name, equation.params, values, made, alone, reader)
        if told.name in INNER:
            return INNER[told.name](self, told)
        if all(isinstance(value, Known) for value in values):
            return self._folded(told)
        self._enter(values)
        rule = RULES.get(told.name)
        answer = rule(self, told) if rule is not None else None
        return answer if answer is not None else self.gap(told)

    def _value(self, part: Any, environment: Any) -> Any:
        return self.constant(part.val) if hasattr(part, "val") else environment[part]

    def _folded(self, equation: Equation) -> list[Any]:
        """What follows from no input: a constant, perhaps of a known number."""
        from netledger.frontends.jax.rules.constants import folded

        number = folded(equation)
        return [Known(tensor, number) for tensor in equation.made]

    def _enter(self, values: Sequence[Any]) -> None:
        """The modules that it happens in: by the names on the stack, else by what it reads."""
        path: tuple[str, ...] = ()
        modules = []
        for part in self.stack:
            found = next((one for one in ((*path, part), (part,), tuple(part.split("."))) if one in self.kinds), None)
            if found is not None:
                path = found
                modules.append((".".join(path), self.kinds[path]))
        if not modules:
            modules = self._by_parameters(values)
        self.graph.within(modules)

    def _by_parameters(self, values: Sequence[Any]) -> list[tuple[str, str]]:
        stored = next((value for value in values if isinstance(value, Stored)), None)
        parts = stored.key.split(".")[:-1] if stored is not None else []
        paths = [tuple(parts[: end + 1]) for end in range(len(parts))]
        return [(".".join(path), self.kinds.get(path, parts[len(path) - 1])) for path in paths]

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
            return self.graph.add(load("constant")(value.tensor.shape, "constant"), made=(value.tensor,))[0]
        return int(value)

    def add(self, equation: Equation, operator: Operator, *values: Any, stored: Any = None, made: Any = None) -> Any:
        """An operator on values; `made`: other outputs than those of the equation; ... for whatever comes."""
        self.spend(1)
        numbers = [self.placed(value) for value in values]
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


def _parts(equation: Any) -> list[str]:
    """The names on the stack, outermost first."""
    text = str(equation.source_info.name_stack)
    return [part for part in text.split("/") if part] if text else []
