"""How operators with windows are performed on values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Any, TypeAlias

from netledger.core.performed import Performed, Place, Values
from netledger.core.reach import Reads
from netledger.core.window import Window

__all__ = ["Taps", "fold_windows", "shared_out", "sliding", "spreading"]

Taps: TypeAlias = "Sequence[Sequence[Sequence[int]]]"
"""Per axis, per output, the places that are read."""


def sliding(windows: Iterable[Window], sizes: Place) -> Taps:
    """The places that sliding windows read."""
    return tuple(window.places(size) for window, size in zip(windows, sizes, strict=True))


def spreading(windows: Iterable[Window], sizes: Place) -> Taps:
    """The places over which a transposed convolution spreads each input: one window for every input."""
    return tuple(window.places(size, size) for window, size in zip(windows, sizes, strict=True))


def shared_out(reading: Reads, out: Place) -> Taps:
    """The places that windows read which share each axis out among the outputs, as `reads` says."""
    taps = []
    for follow, count in zip(reading[2:], out, strict=True):
        spans = (follow.reach.at(place) for place in range(count)) if follow.reach else ()
        taps.append(tuple(tuple(range(span[0], span[1] + 1)) for span in spans if span))
    return taps


def fold_windows(
    x: Values, taps: Taps, fold: Callable[[list[Performed], Place], Performed], shape: Place = (), outside: Any = 0
) -> Values:
    """Every window of every channel folded into one element; `fold` is told which window it is."""
    windows = tuple(map(len, taps))

    def element(place: Place) -> Performed:
        position = place[2:] or (0,) * len(taps)
        read = product(*(axis[index] for axis, index in zip(taps, position, strict=True)))
        return fold([x.at((*place[:2], *source), outside) for source in read], position)

    return Values.make("y", shape or (*x.shape[:2], *windows), element, x.ahead)
