"""What a wrong answer may come from: each mistake makes a figure by the operator's own rules, applied otherwise."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import NamedTuple, TypeAlias

from netledger.analyses.exercise.problems import Answer, Problem, answer
from netledger.analyses.verify.subject import tuples
from netledger.analyses.verify.variants import Attributes, Change, instead, rerun
from netledger.core.language import Text, later
from netledger.core.ledger import Entry
from netledger.core.window import axis_padding

__all__ = ["MISTAKES", "Mistake", "made"]

Figure: TypeAlias = Callable[[str, Entry], Answer]
"""What a mistake makes of a figure; None where it does not apply."""


class Mistake(NamedTuple):
    """A mistake in words, the figures that it can spoil, and what it makes of them."""

    words: Text
    spoils: frozenset[str]
    figure: Figure


def made(mistake: Mistake, problem: Problem) -> Answer:
    """The answer that a mistake gives; None if it does not apply, or gives the right one, or nothing."""
    if problem.what not in mistake.spoils:
        return None
    found = mistake.figure(problem.what, problem.entry)
    return None if found is None or found == problem.answer or min(found) < 1 else found


def _with(change: Change) -> Figure:
    """The figure of the layer with other attributes."""

    def figure(what: str, entry: Entry) -> Answer:
        replaced = change({"in_axes": len(entry.inputs[0].shape) - 2, **entry.attributes})
        other = rerun(entry, entry.inputs, replaced) if replaced else None
        return answer(what, other) if other else None

    return figure


def _rounded_up(given: Attributes) -> Attributes | None:
    return {"rounding": "ceil"} if given.get("rounding") == "floor" else None


def _rounded_up_anywhere(given: Attributes) -> Attributes | None:
    return {"rounding": "ceil", "clip": False} if given.get("rounding") == "floor" else None


def _one_side(given: Attributes) -> Attributes | None:
    """The padding before each axis, nothing after it."""
    padding, axes = given.get("padding"), given["in_axes"]
    if padding is None or isinstance(padding, str):
        return None
    sides = (axis_padding(tuples(padding), axis, axes) for axis in range(axes))
    return {"padding": tuple((side[0], 0) for side in sides)}


def _by_input_area(what: str, entry: Entry) -> Answer:
    right = answer(what, entry)
    read, written = (prod(tensor.shape[2:]) for tensor in (entry.inputs[0], entry.outputs[0]))
    return (right[0] * read // written,) if right and right[0] * read % written == 0 else None


def _instead_of(other: dict[str, str]) -> Figure:
    """Another figure of the same layer."""
    return lambda what, entry: answer(other[what], entry) if what in other else None


def _term(action: str, role: str, entry: Entry) -> int:
    return sum(term.count for term in entry.work if (term.action, term.role) == (action, role))


def _with_bias(what: str, entry: Entry) -> Answer:
    right, added = answer(what, entry), _term("add", "bias", entry)
    return (right[0] + added,) if right and added else None


def _over(axis: int) -> Figure:
    """The figure without the factor of one axis of the weight: out, in, then the kernel."""

    def figure(what: str, entry: Entry) -> Answer:
        weight = next((part.shape for part in entry.parameters if part.role == "weight"), ())
        right = answer(what, entry)
        if len(weight) <= axis or not right:
            return None
        biases = answer("parameters", entry)[0] - prod(weight) if what == "parameters" else 0  # type: ignore[index]
        return ((right[0] - biases) // weight[axis] + biases,)

    return figure


def _less(sizes: int) -> Figure:
    """Every place of the output smaller by so much."""

    def figure(what: str, entry: Entry) -> Answer:
        channels, *rest = answer(what, entry) or ()
        return (channels, *(size - sizes for size in rest)) if rest else None

    return figure


def _places(what: str, entry: Entry) -> Answer:
    return tuple((answer(what, entry) or ())[1:]) or None


def _channels_of_the_input(what: str, entry: Entry) -> Answer:
    given, written = entry.inputs[0].shape, entry.outputs[0].shape
    return (given[1], *written[2:]) if len(given) == len(written) > 2 else None


OUTPUT = frozenset({"output"})
STORED = frozenset({"parameters"})
WORK = frozenset({"macs", "flops"})
SHAPED = OUTPUT | WORK

MISTAKES: tuple[Mistake, ...] = (
    Mistake(later("the bias was forgotten"), STORED, _with(instead("bias", False))),
    Mistake(later("a bias was counted, and the layer has none"), STORED, _with(instead("bias", True))),
    Mistake(later("rounded up (ceil) instead of down (floor)"), SHAPED, _with(_rounded_up)),
    Mistake(later("rounded up (ceil) instead of down (floor)"), SHAPED, _with(_rounded_up_anywhere)),
    Mistake(later("rounded down (floor) instead of up (ceil)"), SHAPED, _with(instead("rounding", "floor"))),
    Mistake(later("groups were ignored"), STORED | WORK, _with(instead("groups", 1))),
    Mistake(later("the padding was counted once, not on both sides"), SHAPED, _with(_one_side)),
    Mistake(later("the padding was forgotten"), SHAPED, _with(instead("padding", 0))),
    Mistake(later("the area of the input was taken, not that of the output"), WORK, _by_input_area),
    Mistake(later("a multiply-add was counted twice"), WORK, _instead_of({"macs": "flops"})),
    Mistake(later("a multiply-add was counted once"), WORK, _instead_of({"flops": "macs"})),
    Mistake(later("the stride was ignored"), SHAPED, _with(instead("stride", 1))),
    Mistake(later("the dilation was ignored"), SHAPED, _with(instead("dilation", 1))),
    Mistake(later("the + 1 was forgotten"), OUTPUT, _less(1)),
    Mistake(later("1 was added that does not belong there"), OUTPUT, _less(-1)),
    Mistake(later("the channels are those of the input"), OUTPUT, _channels_of_the_input),
    Mistake(later("the channels are missing"), OUTPUT, _places),
    Mistake(later("the channels of the input were forgotten"), STORED | WORK, _over(1)),
    Mistake(later("the channels of the output were forgotten"), STORED | WORK, _over(0)),
    Mistake(later("the kernel was counted along one axis only"), STORED | WORK, _over(2)),
    Mistake(later("the additions of the bias were counted, too"), WORK, _with_bias),
    Mistake(later("parameters were given, not operations"), WORK, _instead_of(dict.fromkeys(WORK, "parameters"))),
    Mistake(later("operations were given, not parameters"), STORED, _instead_of({"parameters": "macs"})),
)
"""The likeliest first. A new mistake is a line."""
