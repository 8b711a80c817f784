"""Draws an exercise: which layers stand in the table, what is left blank, what is asked besides."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import NamedTuple, TypeVar

from netledger.analyses.exercise.problems import PRICES, Answer, Problem, answer, fields, padding_that_keeps, places
from netledger.analyses.verify.variants import rerun
from netledger.core.errors import SourceError
from netledger.core.language import later, say
from netledger.core.ledger import Entry, Ledger
from netledger.core.network import Network, Tensor

__all__ = ["COUNT", "MOST", "ROWS", "Paper", "draw"]

ROWS = 10
"""The most layers in the table."""

COUNT = 8
"""How many blanks there are, if nobody says it."""

MOST = 100
"""The most blanks."""

_Item = TypeVar("_Item")

CHANNELS = (16, 24, 32, 48, 64, 96, 128, 192, 256)
KERNELS = (1, 2, 3, 4, 5, 7, 9, 11)


class Paper(NamedTuple):
    """An exercise.

    Args:
        network: what it is about.
        ledger: its figures.
        seed: what it was drawn by.
        columns: the figures in the table.
        rows: the layers in it.
        problems: what is asked, in order.

    """

    network: Network
    ledger: Ledger
    seed: int
    columns: tuple[str, ...]
    rows: tuple[Entry, ...]
    problems: tuple[Problem, ...]


def draw(network: Network, ledger: Ledger, seed: int, blanks: int = COUNT) -> Paper:
    """The exercise of a seed: the same network, seed and number of blanks give the same exercise.

    Raises:
        SourceError: if nothing can be asked about this network.

    """
    random = Random(seed)
    asked = [entry for entry in ledger if entry.counted and _worth_asking(entry)]
    if not asked:
        raise SourceError("there is no layer to ask about", hint="Give a network with convolutions or linear layers.")
    rows = tuple(_sample(random, _different(asked), ROWS))
    columns = ("output", "parameters", random.choice(PRICES))
    cells = [(entry, what) for entry in rows for what in columns if any(answer(what, entry) or ())]
    problems = [
        Problem(number, what, entry, answer(what, entry))
        for number, (entry, what) in enumerate(_sample(random, cells, blanks), 1)
    ]
    for number, problem in enumerate(_questions(random, network, asked), len(problems) + 1):
        problems.append(problem._replace(number=number))
    return Paper(network, ledger, seed, columns, rows, tuple(problems))


def _worth_asking(entry: Entry) -> bool:
    made = entry.outputs and len(entry.outputs[0].shape) > 1
    return bool(made and ("kernel" in entry.attributes or entry.parameters) and entry.op != "custom")


def _different(asked: list[Entry]) -> list[Entry]:
    """Each layer once: another just like it, in the next row, would show its figures."""
    found: dict[object, Entry] = {}
    for entry in asked:
        found.setdefault((entry.call, entry.inputs, entry.outputs), entry)
    return list(found.values())


def _sample(random: Random, items: list[_Item], most: int) -> list[_Item]:
    """So many of the items at most, in their order."""
    kept = sorted(random.sample(range(len(items)), min(most, len(items))))
    return [items[place] for place in kept]


def _questions(random: Random, network: Network, asked: list[Entry]) -> Iterator[Problem]:
    maps = [entry for entry in asked if entry.op == "conv"]
    if maps:
        yield _padding(random, random.choice(maps))
        yield _stored(random, random.choice(maps))
    known = fields(network)
    seen = [entry for entry in asked if entry.name in known][1:]  # the first sees its kernel
    if seen:
        entry = random.choice(seen)
        yield Problem(0, "field", entry, places(known[entry.name] or ()), say(SEES, layer=entry.name))


SEES = later("How large is the receptive field of {layer} in the input?")
KEEPS = later(
    "Which padding on every side makes {layer}, changed to {call}, keep the height and width of its input? "
    "Write none if there is none."
)
KEEPS_SIZES = later(
    "Which padding on every side makes {layer}, changed to {call}, keep the size of its input along every axis? "
    "Write none if there is none."
)
STORES = later("How many parameters has {call} on {channels} input channels?")


def _padding(random: Random, entry: Entry) -> Problem:
    """With stride 1, and a kernel that may be even."""
    kernel = random.choice([size for size in KERNELS if size > 1])
    changed = _changed(entry, entry.inputs[0], kernel=kernel, stride=1, padding=0, dilation=random.choice((1, 1, 2)))
    found: Answer = padding_that_keeps(changed)
    asks = KEEPS if len(entry.inputs[0].shape) == 4 else KEEPS_SIZES
    return Problem(0, "padding", changed, found, say(asks, layer=entry.name, call=changed.call))


def _stored(random: Random, entry: Entry) -> Problem:
    """Another convolution on other channels, in groups or not."""
    groups = random.choice((1, 1, 2, 4))
    channels, out = random.choice(CHANNELS), random.choice(CHANNELS)
    given = entry.inputs[0]
    shape = (given.shape[0], channels, *given.shape[2:])
    changed = _changed(entry, given.like(shape), out=out, groups=groups, bias=random.choice((True, False)))
    said = say(STORES, call=changed.call, channels=channels)
    return Problem(0, "parameters", changed, answer("parameters", changed), said)


def _changed(entry: Entry, given: Tensor, **attributes: object) -> Entry:
    """The layer with other attributes; as it is, where those make none."""
    spacious = given.like((*given.shape[:2], *(max(size, 32) for size in given.shape[2:])))
    known = {name: value for name, value in attributes.items() if name in entry.attributes}
    return rerun(entry, (spacious,), known) or entry
