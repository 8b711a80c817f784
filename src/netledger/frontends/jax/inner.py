"""Equations that hold others: functions are entered, a scan is laid out step by step, a branch is chosen, said so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from netledger.core.language import say
from netledger.frontends.graph import Graph
from netledger.frontends.jax.equation import Equation, Known
from netledger.frontends.operators import unique

if TYPE_CHECKING:
    from netledger.frontends.jax.reader import Reader

__all__ = ["INNER"]


def _open(jaxpr: Any) -> tuple[Any, Sequence[Any]]:
    """The jaxpr, and its constants."""
    return (jaxpr.jaxpr, jaxpr.consts) if hasattr(jaxpr, "consts") else (jaxpr, ())


def _run(reader: Reader, jaxpr: Any, values: Sequence[Any]) -> list[Any]:
    inner, constants = _open(jaxpr)
    return reader.run(inner, [reader.constant(value) for value in constants], values)


def _function(name: str) -> Callable[[Reader, Equation], list[Any]]:
    """A function that is called: its parameter of this name is a jaxpr."""
    return lambda reader, equation: _run(reader, equation.params[name], equation.values)


def _scan(reader: Reader, equation: Equation) -> list[Any]:
    """The body as many times as there are steps; once it is the same from step to step, it is written down again."""
    params = equation.params
    fixed, carried = params["num_consts"], params["num_carry"]
    constants, carry = equation.values[:fixed], list(equation.values[fixed : fixed + carried])
    rows = equation.values[fixed + carried :]
    steps: list[list[Any]] = []
    turn: _Turn | None = None
    places = range(params["length"])
    for place in reversed(places) if params["reverse"] else places:
        if turn is not None and turn.stands_for_all(reader, carried):
            left = len(places) - len(steps)
            reader.spend(left * (turn.last - turn.first))
            reader.repeats.append((turn.first, turn.last, left))
            steps.extend([turn.made[carried:]] * left)
            break
        given = [*carry, *[_row(reader, equation, value, place) for value in rows]]
        if turn is not None and _alike(reader, turn.given, given):
            made = turn.again(reader, given)
        else:
            first = len(reader.graph.done)
            made = _run(reader, params["jaxpr"], [*constants, *given])
            turn = _Turn(first, len(reader.graph.done), given, made) if steps else None
        carry = made[:carried]
        steps.append(made[carried:])
    if params["reverse"]:
        steps.reverse()
    stacked = [_stacked(reader, equation, column) for column in zip(*steps, strict=True)]
    return [*carry, *stacked] if steps else reader.gap(equation)


class _Turn(NamedTuple):
    """One step of a loop as it was written down: from where to where, on what, and what it made."""

    first: int
    last: int
    given: list[Any]
    made: list[Any]

    def stands_for_all(self, reader: Reader, carried: int) -> bool:
        """Whether the steps after it are like it, and need not be laid out."""
        return reader.brief and _alike(reader, self.given, [*self.made[:carried], *self.given[carried:]])

    def again(self, reader: Reader, given: list[Any]) -> list[Any]:
        """The same on other values."""
        reader.spend(self.last - self.first)
        pairs = zip(self.given, given, strict=True)
        numbers = {old: new for old, new in pairs if type(old) is int and type(new) is int}
        reader.graph.again(self.first, self.last, numbers)
        return [numbers.get(value, value) if type(value) is int else value for value in self.made]


def _alike(reader: Reader, before: list[Any], now: list[Any]) -> bool:
    """Whether two steps are given the same but for the numbers of the tensors; a tensor that comes twice is not."""
    numbers = [value for value in before if type(value) is int]
    return len(set(numbers)) == len(numbers) and all(
        reader.tensor(old) == reader.tensor(new) if type(old) is int and type(new) is int else old == new
        for old, new in zip(before, now, strict=True)
    )


def _row(reader: Reader, equation: Equation, value: Any, place: int) -> Any:
    """One step of what a scan goes along."""
    if isinstance(value, Known):
        return Known(value.tensor.like(value.tensor.shape[1:]))
    return reader.add(equation, unique("select", 0, place), value, made=...)[0]


def _stacked(reader: Reader, equation: Equation, column: Sequence[Any]) -> Any:
    if all(isinstance(value, Known) for value in column):
        return Known(column[0].tensor.like((len(column), *column[0].tensor.shape)))
    return reader.add(equation, unique("stack", 0), *column, made=...)[0]


def _cond(reader: Reader, equation: Equation) -> list[Any]:
    """The branch that costs most, as XLA counts; said in a note. A branch that is known is taken."""
    index, *values = equation.values
    branches = equation.params["branches"]
    if isinstance(index, Known) and index.value is not None:
        return _run(reader, branches[min(int(index.value), len(branches) - 1)], values)
    costs = [_cost(reader, branch, values) for branch in branches]
    dearest = max(range(len(costs)), key=costs.__getitem__)
    reader.graph.note(
        say(
            "cond: which branch runs depends on values; counted is the dearest, {place} of {count} from 0.",
            place=dearest,
            count=len(branches),
        )
    )
    return _run(reader, branches[dearest], values)


def _cost(reader: Reader, branch: Any, values: Sequence[Any]) -> tuple[int, int]:
    """Products, and all operations, of a branch by itself."""
    graph = Graph()
    given = [graph.input(reader.tensor(value)) if type(value) is int else value for value in values]
    alone = type(reader)(graph, {})
    alone.left = reader.left
    _run(alone, branch, given)
    work = [term for did in graph.done for term in did.answer.work]
    products = sum(term.count for term in work if (term.action, term.role) == ("multiply", "product"))
    return products, sum(term.count for term in work)


def _while(reader: Reader, equation: Equation) -> list[Any]:
    """How often it runs is not known: a gap, and a note with what one turn costs."""
    params = equation.params
    skipped, fixed = params["cond_nconsts"], params["body_nconsts"]
    values = equation.values[skipped : skipped + fixed], equation.values[skipped + fixed :]
    products, everything = _cost(reader, params["body_jaxpr"], [*values[0], *values[1]])
    reader.graph.note(
        say(
            "while: how often it runs depends on values, so it is not counted; each turn takes {products} products and "
            "{count} operations in all.",
            products=products,
            count=everything,
        )
    )
    return reader.gap(equation, loop=True)


INNER: dict[str, Callable[[Reader, Equation], Any]] = {
    "jit": _function("jaxpr"),
    "pjit": _function("jaxpr"),
    "closed_call": _function("call_jaxpr"),
    "core_call": _function("call_jaxpr"),
    "custom_jvp_call": _function("call_jaxpr"),
    "custom_vjp_call": _function("call_jaxpr"),
    "custom_vjp_call_jaxpr": _function("fun_jaxpr"),
    "checkpoint": _function("jaxpr"),
    "remat": _function("jaxpr"),
    "remat2": _function("jaxpr"),
    "custom_lin": _function("jaxpr"),
    "scan": _scan,
    "cond": _cond,
    "while": _while,
}
"""The primitives that hold jaxprs."""
