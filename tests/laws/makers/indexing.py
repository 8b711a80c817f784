"""Indexing with several tensors."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from netledger.core.network import Tensor
from netledger.ops import load
from tests.laws.draws import SIZE, Case, Draw, Maker, several


def _index(draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 4))
    axis = draw(st.integers(0, rank - 1))
    ranks = draw(st.lists(st.integers(0, 2), min_size=1, max_size=rank - axis))

    def fill() -> Case:
        full = several(draw, SIZE, 2)
        shapes = [tuple(draw(st.sampled_from((1, size))) for size in full[2 - count :]) for count in ranks]
        inputs = (Tensor(several(draw, SIZE, rank)), *(Tensor(shape, "int64") for shape in shapes))
        return load("index")(axis=axis), inputs

    return fill


MAKERS: dict[str, Maker] = {"index": _index}
