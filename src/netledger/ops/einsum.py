"""Sums of products over named indices."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from netledger.core.language import say
from netledger.core.network import Tensor
from netledger.core.number import Number, Shape, equal, maximum, product, require, total
from netledger.core.operator import Operator, Readings, operator, word
from netledger.core.reach import Follow, Reads, whole
from netledger.core.work import Term

__all__ = ["Einsum"]

_HINT = "Write it like ij,jk->ik, with one letter per axis; … or ... stands for all axes before them."


class _Equation(NamedTuple):
    """The indices of each operand and of the output, one text per axis; `…` is taken apart into …0, …1 …"""

    operands: tuple[tuple[str, ...], ...]
    output: tuple[str, ...]


def _read(text: str, ranks: tuple[int, ...]) -> _Equation:
    left, arrow, right = text.replace(" ", "").replace("...", "…").partition("->")
    parts = left.split(",")
    require(
        len(parts) == len(ranks),
        say("the equation is about {told} inputs, not {given}", told=len(parts), given=len(ranks)),
        _HINT,
    )
    operands = tuple(_indices(part, rank) for part, rank in zip(parts, ranks, strict=True))
    dots = max((sum(index[0] == "…" for index in operand) for operand in operands), default=0)
    times = Counter(index for operand in operands for index in operand)
    around = tuple(f"…{place}" for place in reversed(range(dots)))
    if not arrow:
        once = (index for index in sorted(times) if times[index] == 1 and index[0] != "…")
        return _Equation(operands, (*around, *once))
    before, dot, after = _parted(right)
    output = (*before, *(around if dot else ()), *after)
    require(len(set(output)) == len(output), "an index must not stand twice in the output", _HINT, equation=text)
    unknown = [index for index in output if index not in times]
    require(not unknown, "every index of the output must be one of an input", _HINT, equation=text)
    return _Equation(operands, output)


def _parted(part: str) -> tuple[str, bool, str]:
    before, dot, after = part.partition("…")
    fair = all(index.isascii() and index.isalpha() for index in before + after)
    require(fair, "an index is one letter", _HINT, given=part)
    return before, bool(dot), after


def _indices(part: str, rank: int) -> tuple[str, ...]:
    """One index per axis; those of an ellipsis are numbered from its end."""
    before, dot, after = _parted(part)
    dots = rank - len(before) - len(after)
    require(dots >= 0 if dot else dots == 0, say("{part} does not name {rank} axes", part=part, rank=rank), _HINT)
    return (*before, *(f"…{place}" for place in reversed(range(dots))), *after)


def _sizes(indices: tuple[str, ...], shape: Shape) -> dict[str, Number]:
    """The size of each index of an operand; where one stands twice, the diagonal."""
    found: dict[str, Number] = {}
    for index, size in zip(indices, shape, strict=True):
        same = found.setdefault(index, size)
        require(equal(same, size), say("the axes called {index} must be equally long", index=index), sizes=(same, size))
    return found


def _together(first: dict[str, Number], second: dict[str, Number]) -> dict[str, Number]:
    """The joint index space."""
    made = {**first, **second}
    for index in (index for index in first if index in second):
        a, b = first[index], second[index]
        require(
            equal((a - b) * (a - 1) * (b - 1), 0),
            say("the sizes of {index} must be equal, or one of them 1", index=index),
            sizes=(a, b),
        )
        made[index] = maximum(a, b)
    return made


class _Step(NamedTuple):
    """Two operands become one.

    Args:
        space: the points of the joint index space.
        made: the elements of the result.
        summed: whether an index is summed over.

    """

    space: Number
    made: Number
    summed: bool


def _pairs(equation: _Equation, inputs: tuple[Tensor, ...]) -> tuple[dict[str, Number], list[_Step]]:
    """What is left, by index, and the steps to it; the first step is what the first operand alone needs."""
    sizes = [_sizes(*pair) for pair in zip(equation.operands, (tensor.shape for tensor in inputs), strict=True)]
    now, steps = sizes[0], []
    for place, after in enumerate(sizes[1:], 1):
        space = _together(now, after)
        needed = {*equation.output, *(index for operand in equation.operands[place + 1 :] for index in operand)}
        now = {index: size for index, size in space.items() if index in needed}
        steps.append(_Step(product(space.values()), product(now.values()), len(now) < len(space)))
    return now, steps


@operator
class Einsum(Operator):
    """Sum of products over named indices, as Einstein wrote it.

    Equation: y[output] = Σ x₁[…]·x₂[…]·…, over every index that is not in the output
    Shapes: as the equation says: ij,jk->ik; `...` stands for any axes before, broadcast; without an arrow, the
        output has the indices that stand once, in alphabetical order; an index twice in one input is its diagonal
    Parameters: none
    Counted: from left to right, pair by pair, each result keeping the indices that the output or a later input
        needs: one multiplication per point of the joint index space of the two (product where an index is summed
        over, else gate), and the additions that sum. One input alone: the additions (reduction).
    Source: torch.einsum
    """

    KIND = "einsum"
    INPUTS = (1, 64)

    equation: str = word("the equation, like ij,jk->ik")

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The sizes of the output's indices."""
        equation = self._equation(inputs)
        left = _pairs(equation, inputs)[0]
        return (inputs[0].like(tuple(left[index] for index in equation.output)),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """In step along the indices of the output, the others as a whole."""
        equation = self._equation(inputs)
        pairs = zip(equation.operands, inputs, strict=True)
        return tuple(_readings(operand, tensor.shape, equation.output, outputs[0].shape) for operand, tensor in pairs)

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """The products of every pair, and their sums."""
        equation = self._equation(inputs)
        left, steps = _pairs(equation, inputs)
        if not steps:
            spare = len(left) > len(equation.output)
            return (Term("add", "reduction", product(left.values()) - outputs[0].elements),) if spare else ()
        summed, plain = [step for step in steps if step.summed], [step for step in steps if not step.summed]
        gates = (Term("multiply", "gate", total(step.space for step in plain)),) if plain else ()
        if not summed:
            return gates
        added = total(step.space - step.made for step in summed)
        products = Term("multiply", "product", total(step.space for step in summed))
        return (*gates, products, Term("add", "accumulate", added))

    def _equation(self, inputs: tuple[Tensor, ...]) -> _Equation:
        return _read(self.equation, tuple(len(tensor.shape) for tensor in inputs))


def _readings(operand: tuple[str, ...], shape: Shape, output: tuple[str, ...], made: Shape) -> Reads:
    return tuple(
        Follow(output.index(index)) if index in output and made[output.index(index)] == size else whole(size)
        for index, size in zip(operand, shape, strict=True)
    )
