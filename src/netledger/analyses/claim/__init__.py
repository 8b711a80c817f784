"""Which ways of counting a network give a figure that somebody claims.

Every convention prices the network as it is, at other usual sizes of its input, and in the variants that people mean
when they say its name; the fewer of these departures a figure needs, the earlier it is tried and the higher it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

from netledger.analyses.claim.claimed import Claimed, read
from netledger.analyses.claim.variants import VARIANTS, Change, Graph, Variant, changed
from netledger.conventions import load, names
from netledger.core.applied import applied
from netledger.core.language import later
from netledger.core.ledger import Charge, Convention, Ledger, charges
from netledger.core.network import Tensor

__all__ = ["Claimed", "Figure", "Found", "Match", "Recount", "Tried", "read", "reconcile"]

LARGE = (224, 227, 256, 299, 320, 331, 380, 384, 416, 512, 600, 640, 128, 160, 192, 240, 260, 288, 300, 448)
SMALL = (28, 32, 48, 64)
"""The usual sizes of images, and of small ones (up to 64)."""

ENOUGH = 6
"""After so many figures that are rounded to the claim, none with more departures are tried; or after one with none."""

NEAREST = 5
MAX_ENTRIES = 50_000
"""The operations of all other sizes together: larger networks are counted at fewer of them."""

_PLAIN = ("macs", "flops", "macs+bias", "textbook", "arithmetic")
"""Named after what they count, not after a tool."""

_TOOL, _SIZE, _VARIANT, _DOUBLED, _CUT = 1, 2, 3, 7, 1
"""What each departure weighs; a figure whose digits were cut off, not rounded, departs too."""

Recount = Callable[[Tensor], "Ledger | None"]
"""Counts the network again, its input being another; None: it cannot take that."""


class Figure(NamedTuple):
    """An exact figure of a network, and how it is got.

    Args:
        amount: the figure.
        unit: MAC, FLOP or parameters.
        names: the conventions, or the ways of counting parameters, that give it.
        inputs: the inputs of the network.
        variants: what is left out or otherwise than in the network.
        factor: 2 or 1/2, where it is a convention's figure doubled or halved.
        departures: how far it is from the plain figure of the network as given; 0: it is that.

    """

    amount: int
    unit: str
    names: tuple[str, ...]
    inputs: tuple[Tensor, ...]
    variants: tuple[str, ...] = ()
    factor: Fraction = Fraction(1)
    departures: int = 0


class Match(NamedTuple):
    """A figure held against a claim.

    Args:
        figure: the figure.
        how: exact, rounded or cut off; empty: it is not what is claimed.
        difference: the claimed value less the figure.
        rank: what it is sorted by, lower first.

    """

    figure: Figure
    how: str
    difference: Fraction
    rank: tuple[int, int]


class Tried(NamedTuple):
    """How much was tried: inputs, variants and pairs of them, conventions, figures that differ."""

    inputs: int
    variants: int
    conventions: int
    figures: int


class Found(NamedTuple):
    """What a claim comes from.

    Args:
        claimed: the claim.
        ledger: the network as given.
        matches: the figures that are printed as claimed, those with the fewest departures first.
        nearest: the nearest figures, if there is none.
        tried: how much was tried.

    """

    claimed: Claimed
    ledger: Ledger
    matches: tuple[Match, ...]
    nearest: tuple[Match, ...]
    tried: Tried


class _Priced:
    """A ledger with what each convention charges each of its places."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.graph = Graph(ledger)
        self._charged: dict[str, dict[int, int]] = {}

    def price(self, convention: Convention, left_out: frozenset[int]) -> int:
        """What a convention charges for all but the places left out."""
        if convention.NAME not in self._charged:
            self._charged[convention.NAME] = _by_place(charges(applied(convention, self.ledger), self.ledger))
        charged = self._charged[convention.NAME]
        return sum(charged.values()) - sum(charged.get(place, 0) for place in left_out)

    def parameters(self, left_out: frozenset[int]) -> Iterator[tuple[str, int]]:
        """The parameters, counted in several ways; what only operations hold that are left out is not."""
        entries = tuple(entry for place, entry in enumerate(self.ledger.entries) if place not in left_out)
        counts = Ledger("", "", (), entries).parameter_counts
        yield "parameters", counts.total
        yield "trainable", counts.trainable
        yield "weights", counts.weights
        yield later("parameters and buffers"), counts.total + counts.buffers


def _by_place(charged: Iterable[Charge]) -> dict[int, int]:
    found: dict[int, int] = {}
    for charge in charged:
        found[charge.entry] = found.get(charge.entry, 0) + charge.amount
    return found


class _Variation(NamedTuple):
    """A ledger in some variants."""

    priced: _Priced
    names: tuple[str, ...] = ()
    left_out: frozenset[int] = frozenset()

    def then(self, variant: Variant, known: dict[tuple[str, ...], _Priced]) -> _Variation | None:
        """In one more; None, where that changes nothing more. `known`: ledgers of the same variants."""
        change = variant.change(self.priced.graph)
        if change is None or not (change.others or change.left_out - self.left_out):
            return None
        names = (*self.names, variant.name)
        if not change.others:
            return _Variation(self.priced, names, self.left_out | change.left_out)
        return _Variation(_other(self, names, change, known), names, self.left_out | change.left_out)


def _other(
    before: _Variation, names: tuple[str, ...], change: Change, known: dict[tuple[str, ...], _Priced]
) -> _Priced:
    if names not in known:
        known[names] = _Priced(changed(before.priced.ledger, change.others))
    return known[names]


class _Search:
    """All figures of a network, those with the fewest departures first."""

    def __init__(self, ledger: Ledger, recount: Recount | None, claimed: Claimed) -> None:
        self.given = _Priced(ledger)
        self.recount = recount
        self.claimed = claimed
        self.counts_parameters = claimed.meaning in ("parameters", "")
        self.counts_operations = claimed.meaning != "parameters"
        self.figures: dict[tuple[str, int], Figure] = {}
        self.conventions: set[str] = set()
        self.variants: set[tuple[str, ...]] = set()
        self.sizes: list[_Priced] = []

    def rounds(self) -> Iterator[None]:
        """Round after round, each with figures that depart further from the network as given."""
        self.add(_Variation(self.given), self.all_conventions)
        yield
        self.sizes = list(self._resized())
        for size in self.sizes:
            self.add(_Variation(size), self.all_conventions, _SIZE)
        for variation in self.varied:
            self.add(variation, self.all_conventions)
        yield
        for first, second in combinations(VARIANTS, 2):
            self._pair(first, second)
        for size in self.sizes:
            for variant in VARIANTS:
                self._both(_Variation(size).then(variant, {}))
        yield
        for priced in (self.given, *self.sizes):
            self._doubled(priced)
        yield

    @cached_property
    def all_conventions(self) -> tuple[Convention, ...]:
        """The plain ones first; no tool that would fail."""
        tools = (load(name) for name in names() if name not in _PLAIN)
        plain = (load(name) for name in self.plain_names)
        return (*plain, *(tool for tool in tools if not any(_fails(tool)(self.given.ledger))))

    @cached_property
    def plain_names(self) -> tuple[str, ...]:
        """The conventions that are no tool's."""
        return tuple(name for name in _PLAIN if name in names())

    @cached_property
    def varied(self) -> tuple[_Variation, ...]:
        """The network as given, in each variant."""
        found = (_Variation(self.given).then(variant, self._known) for variant in VARIANTS)
        return tuple(variation for variation in found if variation)

    @cached_property
    def _known(self) -> dict[tuple[str, ...], _Priced]:
        return {}

    def _resized(self) -> Iterator[_Priced]:
        """The network at the other usual sizes of an image, as many as its own size allows."""
        most = MAX_ENTRIES // max(1, len(self.given.ledger.entries))
        for tensor in tuple(_usual(self.given.ledger))[:most]:
            ledger = self.recount(tensor) if self.recount else None
            if ledger is not None:
                yield _Priced(ledger)

    def _pair(self, first: Variant, second: Variant) -> None:
        one = next((variation for variation in self.varied if variation.names == (first.name,)), None)
        both = one.then(second, self._known) if one else None
        if both:
            self.add(both, self.all_conventions[: len(self.plain_names)])

    def _both(self, variation: _Variation | None) -> None:
        """A variant at another size."""
        if variation:
            self.add(variation, self.all_conventions[: len(self.plain_names)], _SIZE)

    def _doubled(self, priced: _Priced) -> None:
        departures = _DOUBLED + (_SIZE if priced is not self.given else 0)
        for convention in self.all_conventions if self.counts_operations else ():
            twice, unit = convention.UNIT == "MAC", "FLOP" if convention.UNIT == "MAC" else "MAC"
            amount = priced.price(convention, frozenset())
            if twice or amount % 2 == 0:
                made, factor = (2 * amount, Fraction(2)) if twice else (amount // 2, Fraction(1, 2))
                self._put(Figure(made, unit, (convention.NAME,), priced.ledger.inputs, (), factor, departures))

    def add(self, variation: _Variation, conventions: Iterable[Convention], departures: int = 0) -> None:
        """Every figure of a variation that the claim can mean."""
        priced, names, left_out = variation
        departures += _VARIANT * len(names)
        self.variants.update({names} if names else ())
        if self.counts_operations:
            for convention in conventions:
                more = 0 if convention.NAME in _PLAIN else _TOOL
                figure = Figure(
                    priced.price(convention, left_out), convention.UNIT, (convention.NAME,), priced.ledger.inputs
                )
                self._put(figure._replace(variants=names, departures=departures + more))
        if self.counts_parameters:
            for way, amount, more in self._parameters(priced, left_out, whole=not names):
                self._put(
                    Figure(amount, "parameters", (way,), priced.ledger.inputs, names, Fraction(1), departures + more)
                )

    def _parameters(self, priced: _Priced, left_out: frozenset[int], whole: bool) -> Iterator[tuple[str, int, int]]:
        """The ways of counting parameters: name, amount, departure. What tools count, of the whole network only."""
        for way, amount in priced.parameters(left_out):
            yield way, amount, 0 if way in ("parameters", "trainable") else _TOOL
        for convention in self.all_conventions if whole and priced is self.given else ():
            held = getattr(convention, "held", None)
            if held is not None:
                yield convention.NAME, sum(part.amount for part in held(priced.ledger)), _TOOL

    def _put(self, figure: Figure) -> None:
        """Keep a figure, unless one with fewer departures is the same; of the same network, add the name to it."""
        self.conventions.update(figure.names)
        key = figure.unit, figure.amount
        known = self.figures.setdefault(key, figure)
        alike = (known.inputs, known.variants, known.factor) == (figure.inputs, figure.variants, figure.factor)
        if alike and figure.names[0] not in known.names:
            self.figures[key] = known._replace(names=(*known.names, *figure.names))

    def matches(self) -> list[Match]:
        """The figures so far that are printed as claimed, best first."""
        held = (self.match(figure) for figure in self.figures.values() if figure.amount > 0)
        return sorted((match for match in held if match.how), key=lambda match: match.rank)

    def match(self, figure: Figure) -> Match:
        """A figure held against the claim."""
        how = self.claimed.agrees(figure.amount)
        wanted = self.claimed.meaning if self.claimed.meaning in ("MAC", "FLOP") else figure.unit
        rank = figure.departures + (_CUT if how == "cut off" else 0), int(figure.unit != wanted)
        return Match(figure, how, self.claimed.value - figure.amount, rank)


def _fails(tool: Convention) -> Callable[[Ledger], Iterable[str]]:
    return getattr(tool, "fails", lambda ledger: ())


def _usual(ledger: Ledger) -> Iterator[Tensor]:
    """The usual sizes of what a network reads, if that is one image: its own with a batch of 1 first."""
    if len(ledger.inputs) != 1 or len(ledger.inputs[0].shape) != 4:
        return
    tensor = ledger.inputs[0]
    shape = tensor.shape
    last = shape[1] > 4 >= shape[3]
    if shape[1] > 4 and not last:
        return
    sizes = SMALL if max(shape[1:3] if last else shape[2:]) <= max(SMALL) else LARGE
    others = [(1, *shape[1:]), *((1, size, size, shape[3]) if last else (1, shape[1], size, size) for size in sizes)]
    yield from (tensor.like(other) for other in dict.fromkeys(others) if other != shape)


def reconcile(ledger: Ledger, text: str, recount: Recount | None = None) -> Found:
    """What gives a claimed figure to its printed precision; if nothing does, what comes nearest.

    Args:
        ledger: the network.
        text: the claim, as it was printed.
        recount: counts the network with another input.

    Raises:
        SourceError: if the text is no claim.

    """
    claimed = read(text)
    search = _Search(ledger, recount, claimed)
    matches: list[Match] = []
    for _ in search.rounds():
        matches = search.matches()
        if any(match.rank[0] == 0 for match in matches) or sum(match.how != "cut off" for match in matches) >= ENOUGH:
            break
    conventions = len(search.conventions & set(names()))
    tried = Tried(1 + len(search.sizes), len(search.variants), conventions, len(search.figures))
    return Found(claimed, ledger, tuple(matches), () if matches else _nearest(search), tried)


def _nearest(search: _Search) -> tuple[Match, ...]:
    held = [search.match(figure) for figure in search.figures.values() if figure.amount > 0]
    return tuple(sorted(held, key=lambda match: (abs(match.difference), match.rank))[:NEAREST])
