"""Which inputs of the network, and which attributes of layers, are taken: every number up to a bound is tried."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from math import prod
from typing import Any, NamedTuple

from netledger.analyses.repair.case import WORK, Case, with_attributes
from netledger.analyses.solve.accepts import Axis, axes_of
from netledger.analyses.solve.runs import Run, runs
from netledger.core.network import Node, Tensor
from netledger.core.operator import Attribute

__all__ = ["Fix", "Need", "Taken", "attributes", "before", "inputs", "needs"]

MOST_SIZE = 1024
MOST_VALUE = 2048
MOST_LAYOUTS = 32
"""So many sizes in a row are laid out in full, to find one that the whole network takes."""
MOST_RULES = 2000
"""So many layers are laid out for that, at most (but two sizes in any case)."""
MOST_PASSED = 8
"""So many layers are gone back through to one that decides the shape."""

_KINDS = ("number", "per_axis", "padding", "numbers")


class Taken(NamedTuple):
    """Numbers that are taken, around one that is not.

    Args:
        below: the nearest run below it.
        above: the nearest run above it.
        every: all that are taken.
        least: the least that was tried.
        bound: every number from the least to here was tried.

    """

    below: Run | None
    above: Run | None
    every: tuple[int, ...]
    least: int
    bound: int

    @property
    def nearest(self) -> tuple[Run, ...]:
        """Those on both sides that there are."""
        return tuple(run for run in (self.below, self.above) if run)


class Need(NamedTuple):
    """What is taken along an axis."""

    axis: Axis
    taken: Taken


class Fix(NamedTuple):
    """Values of an attribute of a layer with which all is taken.

    Args:
        node: the layer.
        name: the attribute.
        taken: the values.
        value: the attribute as a whole, with such a number in it.

    """

    node: Node
    name: str
    taken: Taken
    value: Callable[[int], Any]


def _around(number: int, tried: range, others: Iterable[int], takes: Callable[[int], bool]) -> Taken | None:
    """What is taken among the numbers tried, and others beyond them; None: nothing."""
    candidates = sorted({*tried, *(other for other in others if other > 0)} - {number})
    every = tuple(candidate for candidate in candidates if takes(candidate))
    if not every:
        return None
    found = runs(every)
    below = max((run for run in found if run.last < number), default=None)
    above = min((run for run in found if run.first > number), default=None)
    return Taken(below, above, every, tried.start, tried.stop - 1)


def _near(number: int, tried: range, most: int) -> range:
    """So many of what is tried at most: those around a number."""
    if len(tried) <= most:
        return tried
    centre = min(number, tried.stop - 1)
    return range(max(tried.start, centre - most // 2), min(tried.stop, centre + most // 2 + 1))


def _bound(number: int) -> int:
    return min(MOST_VALUE, max(2 * number, 64))


# Inputs of the network.


def inputs(case: Case) -> Iterator[Need]:
    """Other sizes of the network's inputs, along each axis, that the whole network takes."""
    for place, axis in enumerate(axes_of(case.inputs)):
        bound = min(MOST_SIZE, max(2 * axis.size, 64))
        tried = _near(axis.size, range(1, bound + 1), WORK // (len(case.network.nodes) + 1))
        found = _around(axis.size, tried, (), partial(_taken, case, axis))
        if found is None and case.held and not place:  # code may write sizes down that it would compute anew
            found = _around(axis.size, _near(axis.size, tried, 2 * _layouts(case)), (), partial(_whole, case, axis))
        checked = None if found is None else _checked(case, axis, found)
        if checked is not None:
            yield Need(axis, checked)


def _taken(case: Case, axis: Axis, size: int) -> bool:
    return case.takes(axis.at(case.inputs, size))


def _checked(case: Case, axis: Axis, found: Taken) -> Taken | None:
    """What is left where the whole network is laid out; runs shrink to what it takes."""
    below = [size for size in reversed(found.every) if size < axis.size]
    above = [size for size in found.every if size > axis.size]
    left = found._replace(below=_holding(case, axis, below), above=_holding(case, axis, above))
    return left if left.nearest else None


def _holding(case: Case, axis: Axis, sizes: list[int]) -> Run | None:
    """The nearest size that the whole network takes, and those in a row with it: a few of them are laid out."""
    place = next((place for place, size in enumerate(sizes[: _layouts(case)]) if _whole(case, axis, size)), None)
    if place is None:
        return None
    size, rest = sizes[place], sorted(sizes[place:])
    run = next(run for run in runs(rest) if run.first <= size <= run.last)
    some = {run.first, run.last, (run.first + run.last) // 2, *run.numbers[1:2], *run.numbers[-2:-1]} - {size}
    return run if all(_whole(case, axis, other) for other in some) else Run(size, size)


def _layouts(case: Case) -> int:
    return max(2, min(MOST_LAYOUTS, MOST_RULES // (len(case.network.nodes) + 1)))


def _whole(case: Case, axis: Axis, size: int) -> bool:
    return case.whole(axis.at(case.inputs, size))


# What the layer takes.


def needs(case: Case) -> Iterator[Need]:
    """Other sizes of what the layer is given, along each axis."""
    op = case.refused.op
    numbers = tuple(_integers(getattr(op, name) for name in op.ATTRIBUTES))
    for axis in axes_of(case.given):
        several = {times * number for number in numbers for times in (1, 2, 3)}
        found = _around(axis.size, range(1, _bound(axis.size) + 1), several, partial(_would_take, case, axis))
        if found is not None:
            yield Need(axis, found)


def _would_take(case: Case, axis: Axis, size: int) -> bool:
    return case.would_take(axis.at(case.given, size))


def _integers(values: Iterable[Any]) -> Iterator[int]:
    for value in values:
        if isinstance(value, tuple):
            yield from _integers(value)
        elif isinstance(value, int) and not isinstance(value, bool):
            yield value


# Attributes of layers.


def attributes(case: Case) -> Iterator[Fix]:
    """Other values of each attribute of the layer, the rest as it is."""
    beyond = tuple(_figures(case.given))
    return _fixes(case.refused, beyond, lambda changes: case.would_take(case.given, **changes))


def before(case: Case) -> Iterator[Fix]:
    """The same of the layers that decide the shapes of what the layer is given."""
    sizes = tuple(size for tensor in case.given for size in tensor.shape)
    most = WORK // (8 * (len(case.network.nodes) + 1))
    for number in case.refused.inputs:
        node = case.makers.get(number)
        for _ in range(MOST_PASSED):
            if node is None or _numeric(node) or not node.inputs:
                break
            node = case.makers.get(node.inputs[0])
        if node is not None and _numeric(node):
            yield from _fixes(node, sizes, partial(_takes_after, case, node), most)


def _takes_after(case: Case, node: Node, changes: dict[str, Any]) -> bool:
    try:
        other = node._replace(op=with_attributes(node.op, changes))
    except ValueError:  # no such operator
        return False
    return case.takes(case.inputs, other)


def _numeric(node: Node) -> bool:
    return any(attribute.kind in _KINDS for attribute in node.op.ATTRIBUTES.values())


def _fixes(
    node: Node, beyond: tuple[int, ...], takes: Callable[[dict[str, Any]], bool], most: int = MOST_VALUE + 1
) -> Iterator[Fix]:
    for name, attribute in node.op.ATTRIBUTES.items():
        value = getattr(node.op, name)
        for number, changed in _places(value) if attribute.kind in _KINDS else ():
            tried = _near(number, _tried(attribute, number), most)
            found = _around(number, tried, beyond, partial(_with_number, takes, name, changed))
            if found is not None:
                yield Fix(node, name, found, changed)


def _with_number(
    takes: Callable[[dict[str, Any]], bool], name: str, changed: Callable[[int], Any], number: int
) -> bool:
    return takes({name: changed(number)})


def _tried(attribute: Attribute, number: int) -> range:
    return range(max(0, attribute.least or 0), _bound(number) + 1)


def _places(value: Any) -> Iterator[tuple[int, Callable[[int], Any]]]:
    """Each whole number in a value, and the value with another one there."""
    if isinstance(value, int) and not isinstance(value, bool):
        yield value, int
    for place, part in enumerate(value if isinstance(value, tuple) else ()):
        if isinstance(part, int) and part >= 0:
            yield part, partial(_put, value, place)


def _put(value: tuple[Any, ...], place: int, number: int) -> tuple[Any, ...]:
    return (*value[:place], number, *value[place + 1 :])


def _figures(tensors: Iterable[Tensor]) -> Iterator[int]:
    """The sizes of tensors, and how many elements they have, with and without the batch."""
    for tensor in tensors:
        yield from tensor.shape
        yield prod(tensor.shape)
        yield prod(tensor.shape[1:])
