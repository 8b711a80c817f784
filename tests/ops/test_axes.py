"""Arithmetic with constants, reductions, layout, indexing, sorting, transforms."""

from __future__ import annotations

from typing import Any

import pytest

from netledger.core.network import Tensor
from netledger.ops import load
from tests.ops.helpers import entry, refused, shape, shapes, work


def test_arithmetic_with_a_constant() -> None:
    assert work("multiply", (2, 3), constant=0.125) == {"multiply scale": 6}
    assert work("add", (2, 3), constant=1.0) == {"add elementwise": 6}
    assert work("subtract", (2, 3), constant=1.0, reverse=True) == {"subtract elementwise": 6}
    assert refused("multiply", (2, 3), (2, 3), constant=1.0).rule == "with a constant, multiply takes 1 input, not 2"
    error = refused("subtract", (2, 3))
    assert error.rule == "subtract takes at least 2 inputs, not 1"
    assert "give it a constant" in error.hint
    assert refused("lerp", (2, 3), constant=1.0).rule == "with a constant, lerp takes 2 inputs, not 1"


def test_comparisons_are_true_or_false() -> None:
    assert entry("less", (2, 3), (1, 3)).outputs == (Tensor((2, 3), "bool"),)
    assert work("less", (2, 3), constant=0.5) == {"compare elementwise": 6}
    assert refused("clamp", (2, 3)).rule == "clamp needs least, greatest or both"
    assert refused("masked_fill", (2, 3), (2, 1, 3)).rule == "the mask has too many axes"


def test_reductions() -> None:
    assert shape("sum", (2, 3, 4)) == (2,)
    assert shape("mean", (2, 3, 4), axes=(-1,), keepdims=True) == (2, 3, 1)
    assert work("std", (2, 3, 4)) == {
        "add reduction": 2 * 2 * 11,
        "divide reduction": 4,
        "subtract reduction": 24,
        "multiply reduction": 24,
        "square root reduction": 2,
    }
    assert refused("sum", (2, 3), axes=(1, -1)).rule == "an axis must not be given twice"
    assert refused("sum", ()).rule == "the input must have at least one axis"
    assert refused("norm", (2, 3), p=0.0).rule == "p must be above 0"


def test_layout() -> None:
    assert shape("permute", (2, 3, 4), axes=(0, 2, 1)) == (2, 4, 3)
    assert shape("transpose", (2, 3, 4)) == (2, 4, 3)
    assert shape("unsqueeze", (2, 3), axis=-1) == (2, 3, 1)
    assert shape("expand", (1, 3), sizes=(4, 2, -1)) == (4, 2, 3)
    assert shapes("stack", (2, 3), (2, 3), axis=0) == [(2, 2, 3)]


@pytest.mark.parametrize(
    ("kind", "given_", "words", "rule"),
    [
        ("permute", ((2, 3),), {"axes": (0, 0)}, "every axis must be given once"),
        ("squeeze", ((2, 3),), {"axes": (1,)}, "axis 1 must have size 1"),
        ("expand", ((2, 3),), {"sizes": (3,)}, "there must be a size for each axis"),
        ("expand", ((2, 3),), {"sizes": (2, 0)}, "a size must not be 0"),
        ("expand", ((2, 3),), {"sizes": (-1, 2, 3)}, "an axis that is new needs a size"),
        ("expand", ((2, 3),), {"sizes": (2, 4)}, "only an axis of size 1 can be expanded"),
        ("select", ((2, 3),), {"place": 3}, "there is no place 3"),
        ("select", ((2, 3),), {"place": -4}, "there is no place -4"),
        ("slice", ((2, 3),), {"start": 2, "stop": 1}, "the output would be empty"),
        ("gather", ((2, 3), (3, 3)), {}, "the index must not be longer, on any axis but axis 1"),
        ("gather", ((2, 3), (2,)), {}, "the index must have as many axes"),
        ("scatter", ((2, 3), (2, 3), (2, 2)), {}, "the index must not be longer, on any axis but axis -1"),
        ("index_select", ((2, 3), (2, 2)), {}, "the index must have one axis"),
        ("stack", ((2, 3), (2, 4)), {}, "all inputs must have the same shape"),
        ("tril", ((3,),), {}, "the input must have at least two axes"),
        ("topk", ((2, 3),), {"k": 4}, "k must not be greater than the axis"),
        ("fft", ((2, 3),), {"axes": (1, -1)}, "an axis must not be given twice"),
        ("fft", ((2, 1),), {"which": "irfft"}, "the output would be empty"),
        ("fft", ((1, 2**24 + 1),), {"which": "rfft"}, "a transform has at most 2^24 elements along an axis"),
        ("fft", ((2, 3),), {"axes": (7,)}, "there is no axis 7"),
    ],
)
def test_what_does_not_fit(kind: str, given_: Any, words: dict[str, Any], rule: str) -> None:
    assert refused(kind, *given_, **words).rule == rule


@pytest.mark.parametrize(("n", "expected"), [(1, 0), (2, 1), (3, 3), (4, 5), (8, 17), (1000, 8977)])
def test_merge_sort_at_worst(n: int, expected: int) -> None:
    """Knuth, 5.2.4: 0, 1, 3, 5, 8, 11, 14, 17 …"""
    assert work("sort", (2, n)) == {"compare sort": 2 * expected}
    assert work("argsort", (n,), axis=0) == {"compare sort": expected}


def test_selection() -> None:
    assert work("topk", (1, 1000), k=5) == {"compare sort": 999 + 998 + 997 + 996 + 995}


def test_transforms() -> None:
    """Of 8: 24 complex additions and 12 complex multiplications; the inverse divides 8 complex numbers."""
    assert work("fft", (1, 8)) == {"multiply transform": 48, "add transform": 72}
    assert work("fft", (1, 8), which="ifft") == {"multiply transform": 48, "add transform": 72, "multiply scale": 16}
    assert shape("fft", (2, 8), which="rfft") == (2, 5)
    assert shape("fft", (2, 5), which="irfft") == (2, 8)
    assert shape("fft", (2, 5), which="irfft", length=9) == (2, 9)
    assert load("fft")(which="irfft").TYPES == ("float32",)
    assert load("cast")(dtype="int8").TYPES == ("int8",)
