"""Which layer each row of a table is about: by name, by kind and number, else by the order of its kind."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from netledger.analyses.verify.printed import LONGEST, plain
from netledger.analyses.verify.subject import Subject, layer, whole
from netledger.core.errors import quote
from netledger.core.language import later, say
from netledger.core.ledger import Entry, Ledger
from netledger.ops import FOLDER as OPERATORS

__all__ = ["TOTALS", "Layers", "Match", "bare", "kinds_of"]

TOTALS = frozenset(("total", "totals", "sum", "overall", "all", "network", "model", "wholenetwork"))
INPUTS = frozenset(("input", "inputs", "inputlayer", "image", "inputimage", "data"))

_MAX = ("maxpool", "adaptive_maxpool", "global_maxpool", "fractional_maxpool")
_MEAN = ("avgpool", "adaptive_avgpool", "global_avgpool")
_SAID: Mapping[str, tuple[str, ...]] = {
    "conv convolution convolutional conv1d conv2d conv3d convolution2d c": ("conv",),
    "pool pooling subsampling subsample s": (*_MAX, *_MEAN, "lp_pool"),
    "maxpool maxpooling maxpool1d maxpool2d maxpooling1d maxpooling2d mp": _MAX,
    "avgpool averagepool averagepooling avgpooling avgpool2d averagepooling2d": _MEAN,
    "adaptiveavgpool2d globalaveragepooling2d globalavgpool gap globalaveragepool": _MEAN,
    "fc fullyconnected dense linear full fullconnection innerproduct ip f": ("linear",),
    "bn batchnorm batchnormalization batchnorm1d batchnorm2d": ("batchnorm",),
    "deconv convtranspose convtranspose2d conv2dtranspose upconv": ("conv_transpose",),
    "norm lrn localresponsenorm responsenorm": ("lrn", "batchnorm", "layernorm"),
    "ln layernorm layernormalization": ("layernorm",),
    "drop dropout": ("dropout",),
    "upsample upsampling upsampling2d": ("upsample",),
    "concat concatenate cat": ("concat",),
}
_WORDS = {word: kinds for words, kinds in _SAID.items() for word in words.split()}
_NUMBERED = re.compile(
    r"(?P<word>[a-z]+(?:[\s_-][a-z]+)*(?:\dd(?![a-z0-9]))?)[\s_.\-#:]*(?P<first>\d{1,6})(?:[_.\-](?P<second>\d{1,6}))?"
)
_WEIGHTED = ("conv", "linear", "conv_transpose")
_ORDINALS = {1: later("{number}st"), 2: later("{number}nd"), 3: later("{number}rd")}


class Match(NamedTuple):
    """The subject of a row, and how it was found; None: there is none."""

    subject: Subject | None
    how: str


NONE = Match(None, "")


def bare(name: str) -> str:
    """A name without case and signs.

    >>> bare("Conv-5") == bare("conv 5") == bare("CONV5")
    True
    """
    return re.sub(r"[^a-z0-9]", "", plain(name))


@lru_cache(4096)
def kinds_of(word: str) -> tuple[str, ...]:
    """The kinds of operator that a word names; none, if it is none of the usual words, and no layer's name.

    >>> kinds_of("Fully Connected"), kinds_of("ReLU"), kinds_of("seen")
    (('linear',), ('relu',), ())
    """
    shown = bare(word[:LONGEST])
    return _WORDS.get(shown) or tuple(kind for kind in OPERATORS.names() if bare(kind) == shown)


class Layers:
    """The layers and blocks of a ledger, by all that a table may call them."""

    def __init__(self, ledger: Ledger, names: tuple[str, ...]) -> None:
        self.ledger = ledger
        self.whole = whole(ledger)
        self.names = frozenset(map(bare, (ledger.name, *names)))
        self.exact = _blocks(ledger)
        self.alike: dict[str, list[str]] = defaultdict(list)
        for name in self.exact:
            self.alike[bare(name)].append(name)
        self.found: dict[tuple[str, ...], list[int]] = {}
        self.unnumbered: frozenset[str] = frozenset()
        self.by_kind: dict[str, list[int]] = defaultdict(list)
        for place, entry in enumerate(ledger.entries):
            self.by_kind[entry.op].append(place)

    def match(self, rows: list[tuple[str, str]]) -> tuple[Match, ...]:
        """What each row is about, from its name and the word for its kind (perhaps empty)."""
        rows = [(name if len(name) <= LONGEST else "", kind if len(kind) <= LONGEST else "") for name, kind in rows]
        running = _running(rows) and not all(self._named(name) for name, _ in rows)
        self.unnumbered = frozenset(_unsigned(name) for name, _ in rows)  # conv2d, conv2d_1: the second
        taken: Counter[tuple[str, ...]] = Counter()
        spread = Counter(kinds for name, kind in rows if (kinds := self._bare_kind(name, kind, running)))
        return tuple(self._one(name, kind, running, taken, spread) for name, kind in rows)

    def _one(
        self,
        name: str,
        kind: str,
        running: bool,
        taken: Counter[tuple[str, ...]],
        spread: Counter[tuple[str, ...]],
    ) -> Match:
        kinds = self._bare_kind(name, kind, running)
        if kinds:
            taken[kinds] += 1
        if not running and (found := self._called(name)):
            return found
        return (self._in_order(kinds, taken[kinds], spread[kinds]) if kinds else None) or NONE

    def _called(self, name: str) -> Match | None:
        return self._named(name) or self._numbered(name) or self._shortened(name)

    def _bare_kind(self, name: str, kind: str, running: bool) -> tuple[str, ...]:
        """The kinds that a row names: in a column of their own, or where its name says nothing else."""
        if kind:
            return self._present(kind)
        if not running and self._called(name):
            return ()
        shown = _unsigned(name)
        match = _NUMBERED.fullmatch(shown)
        if match and (running or match["word"] in self.unnumbered):
            return self._present(match["word"])
        return () if match else self._present(shown) or self._present(shown.partition(" ")[0])

    def _present(self, word: str) -> tuple[str, ...]:
        """The kinds of a word, as far as there are any in the network."""
        return tuple(kind for kind in kinds_of(word) if kind in self.by_kind)

    def _named(self, name: str) -> Match | None:
        if name in self.exact:
            return Match(self._subject(name), later("by its name"))
        shown = bare(name)
        if shown in TOTALS:
            return Match(self.whole, later("the total"))
        if shown in self.names:
            return Match(self.whole, later("the network"))
        if len(self.alike.get(shown, ())) == 1:
            return Match(self._subject(self.alike[shown][0]), later("by its name"))
        if shown.rstrip("0123456789") in INPUTS:
            return Match(Subject("input", (), self.ledger.inputs, self.ledger.inputs), later("the input"))
        tail = re.split(r"[/\\]", name)[-1]
        return self._named(tail) if tail and tail != name else None

    def _shortened(self, name: str) -> Match | None:
        """Without what is in brackets, or by the first word: conv1 7x7/2."""
        for part in (_unsigned(name), re.split(r"[\s(,:]", name.strip(), maxsplit=1)[0]):
            found = (self._named(part) or self._numbered(part)) if part and part != name else None
            if found:
                return found._replace(how=say("{how}, from {part}", how=say(found.how), part=quote(part)))
        return None

    def _numbered(self, name: str) -> Match | None:
        """conv3: the third; fc6: the sixth with weights; pool5: the pool after the fifth convolution; conv3_1."""
        match = _NUMBERED.fullmatch(plain(re.split(r"[/\\]", name)[-1]))
        if not match or match["word"] in self.unnumbered:
            return None
        kinds = kinds_of(match["word"])
        first, second = int(match["first"]), match["second"]
        places = self._of(kinds)
        if second:
            return self._staged(places, first, int(second))
        if 0 < first <= len(places):
            return self._at(places[first - 1], say("the {ordinal} of its kind", ordinal=_ordinal(first)))
        return self._counted_on(kinds, first)

    def _counted_on(self, kinds: tuple[str, ...], number: int) -> Match | None:
        weighted = self._of(_WEIGHTED)
        if not 0 < number <= len(weighted):
            return None
        place = weighted[number - 1]
        if self.ledger.entries[place].op in kinds:
            return self._at(place, say("the {ordinal} layer with weights", ordinal=_ordinal(number)))
        until = weighted[number] if number < len(weighted) else len(self.ledger.entries)
        after = [found for found in self._of(kinds) if place < found < until]
        return (
            self._at(after[0], say("the one after the {ordinal} layer with weights", ordinal=_ordinal(number)))
            if after
            else None
        )

    def _staged(self, places: list[int], stage: int, number: int) -> Match | None:
        """The layer of a stage; stages end at poolings."""
        pools = self._of((*_MAX, *_MEAN))
        stages = [list(group) for _, group in groupby(places, lambda place: sum(pool < place for pool in pools))]
        if not 0 < stage <= len(stages) or not 0 < number <= len(stages[stage - 1]):
            return None
        return self._at(
            stages[stage - 1][number - 1], say("{ordinal} of stage {stage}", ordinal=_ordinal(number), stage=stage)
        )

    def _in_order(self, kinds: tuple[str, ...], number: int, of: int) -> Match | None:
        places = self._of(kinds)
        if number > len(places):
            return None
        some = "" if of == len(places) else say("; the table has {of} of {count}", of=of, count=len(places))
        return self._at(
            places[number - 1], say("by order: the {ordinal} of its kind{some}", ordinal=_ordinal(number), some=some)
        )

    def _of(self, kinds: tuple[str, ...]) -> list[int]:
        """Where the operations of these kinds stand."""
        if kinds not in self.found:
            places = (place for kind in kinds for place in self.by_kind.get(kind, ()))
            self.found[kinds] = sorted(places)
        return self.found[kinds]

    def _at(self, place: int, how: str) -> Match:
        entry = self.ledger.entries[place]
        return Match(layer(entry.name, (entry,), place), how)

    def _subject(self, name: str) -> Subject:
        start, entries = self.exact[name]
        return layer(name, entries, start)


def _blocks(ledger: Ledger) -> dict[str, tuple[int, list[Entry]]]:
    """The operations under each name: a layer, or a block, and where the first of them stands."""
    found: dict[str, tuple[int, list[Entry]]] = {}
    for place, entry in enumerate(ledger.entries):
        for name in _above(entry.name):
            found.setdefault(name, (place, []))[1].append(entry)
    return found


def _above(name: str) -> Iterator[str]:
    yield name
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def _running(rows: list[tuple[str, str]]) -> bool:
    """Whether layers of all kinds are numbered together: Conv2d-1, ReLU-2, MaxPool2d-3."""
    matches = [_NUMBERED.fullmatch(_unsigned(name)) for name, _ in rows if bare(name) not in TOTALS]
    numbers = [int(match["first"]) for match in matches if match and not match["second"]]
    words = {match["word"] for match in matches if match}
    straight = numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else False
    return len(numbers) == len(matches) > 2 and len(words) > 1 and straight


def _unsigned(name: str) -> str:
    """A name in lower case, without what stands in brackets."""
    return plain(name).partition("(")[0].strip()


def _ordinal(number: int) -> str:
    digit = 0 if number % 100 in (11, 12, 13) else number % 10
    return say(_ORDINALS.get(digit, later("{number}th")), number=number)
