"""What is asked of a layer, and the answer: by the rules of its operator, never typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

from netledger.analyses.receptive_field import receptive_fields
from netledger.analyses.verify.variants import rerun
from netledger.conventions import load
from netledger.core.ledger import Entry, price
from netledger.core.network import Network
from netledger.core.window import Window

__all__ = ["ANSWERS", "PRICES", "Answer", "Problem", "answer", "fields", "padding_that_keeps", "places", "windows"]

Answer: TypeAlias = "tuple[int, ...] | None"
"""Sizes, or one number; None: there is none."""

PRICES = ("macs", "flops")
"""What work is counted in: one of them stands in a table, since each says the other."""


class Problem(NamedTuple):
    """One thing that is asked.

    Args:
        number: counted from 1.
        what: output, parameters, macs, flops, padding or field.
        entry: the layer it is asked of.
        answer: what is right.
        question: in words; empty for a blank of the table.

    """

    number: int
    what: str
    entry: Entry
    answer: Answer
    question: str = ""

    @property
    def layer(self) -> str:
        """The name of the layer."""
        return self.entry.name


def answer(what: str, entry: Entry) -> Answer:
    """The right answer for a layer; sizes are those of one input, without the batch."""
    return ANSWERS[what](entry)


def _output(entry: Entry) -> Answer:
    return tuple(entry.outputs[0].shape[1:])


def _parameters(entry: Entry) -> Answer:
    return (sum(part.elements for part in entry.parameters if not part.buffer),)


def _priced(name: str) -> Callable[[Entry], Answer]:
    return lambda entry: (price(load(name), (entry,)),)


def padding_that_keeps(entry: Entry) -> Answer:
    """The padding with which a layer keeps its sizes, found by trying; None if no number does."""
    sizes = entry.inputs[0].shape[2:]
    for padding in range(1 + max(_reach(entry))):
        made = rerun(entry, entry.inputs, {"padding": padding})
        if made and made.outputs[0].shape[2:] == sizes:
            return (padding,)
    return None


def _reach(entry: Entry) -> tuple[int, ...]:
    """How many elements a window reads beyond its first, along each axis."""
    return tuple(window.span - 1 for window in windows(entry))


def windows(entry: Entry) -> tuple[Window, ...]:
    """The windows that a convolution or a pool slides, along each axis."""
    operator: Any = entry.operator
    found: tuple[Window, ...] = operator.windows(entry.inputs[0].shape[2:])
    return found


ANSWERS: Mapping[str, Callable[[Entry], Answer]] = {
    "output": _output,
    "parameters": _parameters,
    "macs": _priced("macs"),
    "flops": _priced("flops"),
    "padding": padding_that_keeps,
}
"""What each question is answered by, for a layer alone."""


def fields(network: Network) -> dict[str, Answer]:
    """By layer: how far it sees along each place of the first input; only where that is known, and less than all."""
    found: dict[str, Answer] = {}
    for row in receptive_fields(network):
        sizes = [(axis, field.size) for (place, axis), field in sorted(row.fields.items()) if place == 0 and axis > 1]
        whole = network.tensors[network.inputs[0]].shape
        if sizes and all(size is not None and 1 < size < whole[axis] for axis, size in sizes):
            found[row.layer] = tuple(size for _, size in sizes if size is not None)
    return found


def places(sizes: Iterable[int]) -> tuple[int, ...]:
    """Sizes along places: one number, if they are all equal."""
    made = tuple(sizes)
    return made[:1] if len(set(made)) == 1 else made
