"""k-max, fractional max, max unpooling, p-norms, and the places of a max pool."""

from __future__ import annotations

from fractions import Fraction

from netledger.core.network import Tensor
from netledger.ops import load
from tests.ops.helpers import entry, refused, shape, shapes, work


def test_a_max_pool_may_say_where() -> None:
    assert shapes("maxpool", (1, 2, 4, 4), kernel=2, indices=True) == [(1, 2, 2, 2)] * 2
    assert [tensor.dtype for tensor in entry("maxpool", (1, 2, 4, 4), kernel=2, indices=True).outputs][1] == "int64"
    assert work("maxpool", (1, 2, 4, 4), kernel=2, indices=True) == work("maxpool", (1, 2, 4, 4), kernel=2)


def test_k_max() -> None:
    """The 2 greatest of 5: 4 and 3 comparisons per row."""
    assert shape("kmax_pool", (3, 5), k=2) == (3, 2)
    assert work("kmax_pool", (3, 5), k=2) == {"compare sort": 3 * 7}
    assert shape("kmax_pool", (3, 5, 2), k=4, axis=1) == (3, 4, 2)
    assert "fewer elements" in refused("kmax_pool", (3, 5), k=6).rule


def test_p_norms() -> None:
    made = work("lp_pool", (1, 2, 4, 4), norm=2.0, kernel=2)
    assert made == {"absolute norm": 8 * 4, "power norm": 8 * 5, "add norm": 8 * 3}
    assert shape("lp_pool", (1, 2, 5), norm=2.0, kernel=2, rounding="ceil") == (1, 2, 3)


def test_unpooling() -> None:
    assert shape("max_unpool", (1, 2, 3, 3), kernel=2) == (1, 2, 6, 6)
    assert shape("max_unpool", (1, 2, 3, 3), (1, 2, 3, 3), kernel=3, stride=2, padding=1) == (1, 2, 5, 5)
    assert shape("max_unpool", (1, 2, 3), kernel=2, size=7) == (1, 2, 7)
    for size in (4, 8):
        assert "by less than the stride" in refused("max_unpool", (1, 2, 3), kernel=2, size=size).rule
    assert refused("max_unpool", (1, 2, 1), kernel=2, padding=1).rule == "the output would be empty"
    for places in ((1, 2, 4), (1, 2)):
        assert refused("max_unpool", (1, 2, 3), places, kernel=2).rule == "there must be a place for each element"


def test_fractional_max() -> None:
    assert shape("fractional_maxpool", (1, 2, 9, 7), kernel=2, out=(5, 4)) == (1, 2, 5, 4)
    assert shape("fractional_maxpool", (1, 2, 9, 7), kernel=2, ratio=Fraction(1, 2)) == (1, 2, 4, 3)
    assert shape("fractional_maxpool", (1, 2, 9, 8), kernel=2, ratio=(Fraction(1, 2), Fraction(3, 4))) == (1, 2, 4, 6)
    assert work("fractional_maxpool", (1, 2, 9, 7), kernel=2, out=4) == {"compare maximum": 2 * 16 * 3}
    assert "do not fit" in refused("fractional_maxpool", (1, 2, 5), kernel=2, out=5).rule
    assert "between 0 and 1" in refused("fractional_maxpool", (1, 2, 5), kernel=2, ratio=1).rule
    assert "either out or ratio" in refused("fractional_maxpool", (1, 2, 5), kernel=2).rule
    assert refused("fractional_maxpool", (1, 2, 3), kernel=1, ratio=Fraction(1, 4)).rule == "the output would be empty"


def test_one_window_lies_at_the_end() -> None:
    op, tensor = load("fractional_maxpool")(kernel=2, out=1), Tensor((1, 1, 5))
    reading = op.reads((tensor,), op.infer((tensor,)))
    assert reading is not None
    assert reading[0][2].reach is not None
    assert reading[0][2].reach.at(0) == (3, 4)
