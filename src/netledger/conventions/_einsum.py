"""What NumPy's einsum_path prints as the "optimized FLOP count" of a sum after Einstein: three tools report it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from operator import itemgetter

from netledger.core.ledger import Entry
from netledger.core.number import product

__all__ = ["indices", "printed_cost", "sizes_of"]

Sizes = dict[str, int]


def printed_cost(entry: Entry) -> int:
    """The cost of the best order of contractions, with one added, as NumPy prints it: four significant digits.

    Source: numpy.einsum_path, optimize="optimal".
    """
    terms, result = indices(entry)
    sizes = sizes_of(entry)
    return int(float(f"{_cost(terms, result, sizes) + 1:.3e}"))


def indices(entry: Entry) -> tuple[list[list[str]], list[str]]:
    """The index of each axis of each operand, and of the result; the axes behind dots are numbered from the last."""
    left, arrow, right = entry.attributes["equation"].replace(" ", "").replace("...", "…").partition("->")
    ranks = [len(tensor.shape) for tensor in entry.inputs]
    terms = [_spelled(term, rank) for term, rank in zip(left.split(","), ranks, strict=True)]
    if arrow:
        return terms, _spelled(right, len(entry.outputs[0].shape))
    every = [index for term in terms for index in term]
    dots = sorted({index for index in every if index[0] == "…"}, reverse=True)
    return terms, [*dots, *sorted(index for index in {*every} - {*dots} if every.count(index) == 1)]


def _spelled(term: str, rank: int) -> list[str]:
    before, dots, after = term.partition("…")
    count = rank - len(before) - len(after) if dots else 0
    return [*before, *(f"…{place}" for place in reversed(range(count))), *after]


def sizes_of(entry: Entry) -> Sizes:
    """The size of each index: where it is broadcast, the greater."""
    found: Sizes = {}
    for term, tensor in zip(indices(entry)[0], entry.inputs, strict=True):
        for index, size in zip(term, tensor.shape, strict=True):
            found[index] = max(size, found.get(index, 1))
    return found


def _cost(terms: list[list[str]], result: list[str], sizes: Sizes) -> int:
    """All at once, where there is nothing to choose; else two by two, with no part between larger than what is given.

    Where that ends, the rest is contracted at once.
    """
    parts, wanted = list(map(frozenset, terms)), frozenset(result)
    if len(parts) <= 2 or wanted == frozenset[str]().union(*parts):
        return _contraction(parts, [], wanted, sizes)[1]
    limit = max(_size(letters, sizes) for letters in (*terms, result))
    ways: list[_Way] = [(0, parts)]
    for _ in parts[1:]:
        further = [way for before in ways for way in _steps(*before, wanted, sizes, limit)]
        if not further:
            cost, left = min(ways, key=itemgetter(0))
            return cost + _contraction(left, [], wanted, sizes)[1]
        ways = further
    return min(cost for cost, _ in ways)


_Way = tuple[int, list[frozenset[str]]]
"""The cost so far, and what is left."""


def _steps(cost: int, parts: list[frozenset[str]], result: frozenset[str], sizes: Sizes, limit: int) -> Iterator[_Way]:
    """Every contraction of two."""
    for pair in combinations(range(len(parts)), 2):
        rest = [part for place, part in enumerate(parts) if place not in pair]
        made, more = _contraction([parts[place] for place in pair], rest, result, sizes)
        if _size(made, sizes) <= limit:
            yield cost + more, [*rest, made]


def _contraction(
    parts: list[frozenset[str]], rest: list[frozenset[str]], result: frozenset[str], sizes: Sizes
) -> tuple[frozenset[str], int]:
    """What comes of some parts, and the cost: a product for each part but one, an addition if any is summed."""
    letters = frozenset[str]().union(*parts)
    made = letters & result.union(*rest)
    return made, _size(letters, sizes) * (max(1, len(parts) - 1) + bool(letters - made))


def _size(letters: Iterable[str], sizes: Sizes) -> int:
    return int(product(sizes[letter] for letter in letters))
