"""Operators that only move elements: reshaping, slicing, upsampling, custom."""

from __future__ import annotations

from typing import Any

import pytest

from netledger.ops import load
from tests.ops.helpers import entry, refused, shape, shapes, work


def test_flatten() -> None:
    assert shape("flatten", (2, 3, 4, 5)) == (2, 60)
    assert shape("flatten", (2, 3, 4, 5), start=0, end=1) == (6, 4, 5)
    assert shape("flatten", (2, 3), start=-1) == (2, 3)
    assert refused("flatten", (2, 3, 4), start=2, end=1).rule == "the first axis must not come after the last"
    assert refused("flatten", (2,)).rule == "there is no axis 1"


def test_reshape() -> None:
    assert shape("reshape", (2, 12), shape=(3, 4)) == (2, 3, 4)
    assert shape("reshape", (2, 12), shape=(3, -1, 2)) == (2, 3, 2, 2)
    assert shape("reshape", (2,), shape=(1,)) == (2, 1)


@pytest.mark.parametrize(
    ("given", "sizes", "rule"),
    [
        ((2, 12), (5, -1), "the sizes must hold as many elements as the input"),
        ((2, 12), (6,), "the sizes must hold as many elements as the input"),
        ((2, 12), (0, -1), "a size must not be 0"),
        ((2, 12), (-1, -1), "only one size may be -1"),
        ((), (1,), "the input must have a batch"),
    ],
)
def test_reshapes_that_do_not_fit(given: tuple[int, ...], sizes: tuple[int, ...], rule: str) -> None:
    assert refused("reshape", given, shape=sizes).rule == rule


def test_concat() -> None:
    assert shape("concat", (1, 64, 8, 8), (1, 32, 8, 8)) == (1, 96, 8, 8)
    assert shape("concat", (1, 64)) == (1, 64)
    assert shape("concat", (1, 4), (2, 4), axis=0) == (3, 4)
    error = refused("concat", (1, 64, 8, 8), (1, 64, 7, 8))
    assert error.rule == "all inputs must agree on every axis but axis 1"
    assert error.values == {"first": (1, 64, 8, 8), "other": (1, 64, 7, 8)}
    assert refused("concat", (1, 64, 8), (1, 64)).rule == "all inputs must have as many axes"


def test_split() -> None:
    assert shapes("split", (1, 6, 4), parts=3) == [(1, 2, 4)] * 3
    assert shapes("split", (1, 6, 4), sizes=(1, 5)) == [(1, 1, 4), (1, 5, 4)]
    assert shapes("split", (1, 6, 4), parts=2, axis=-1) == [(1, 6, 2)] * 2


@pytest.mark.parametrize(
    ("attributes", "rule"),
    [
        ({}, "split needs either parts or sizes"),
        ({"parts": 2, "sizes": (3, 3)}, "split needs either parts or sizes"),
        ({"parts": 4}, "the parts must divide the axis"),
        ({"sizes": (2, 3)}, "the sizes must add up to the axis"),
        ({"parts": 257}, "a tensor is split into at most 256 parts"),
    ],
)
def test_splits_that_do_not_fit(attributes: dict[str, Any], rule: str) -> None:
    assert refused("split", (1, 6), **attributes).rule == rule


def test_crop() -> None:
    assert shape("crop", (1, 8, 64, 64), size=56) == (1, 8, 56, 56)
    assert shape("crop", (1, 8, 64, 64), margins=4) == (1, 8, 56, 56)
    assert shape("crop", (1, 8, 64, 64), margins=((1, 2), (3, 4))) == (1, 8, 61, 57)


@pytest.mark.parametrize(
    ("attributes", "rule"),
    [
        ({}, "crop needs either margins or size"),
        ({"margins": 1, "size": 3}, "crop needs either margins or size"),
        ({"margins": 4}, "the output would be empty"),
        ({"size": 9}, "a crop cannot be larger than the input"),
        ({"margins": "same"}, "numbers are needed here"),
    ],
)
def test_crops_that_do_not_fit(attributes: dict[str, Any], rule: str) -> None:
    assert refused("crop", (1, 8, 8, 8), **attributes).rule == rule


def test_pad() -> None:
    assert shape("pad", (1, 3, 8, 8), padding=2) == (1, 3, 12, 12)
    assert shape("pad", (1, 3, 8, 8), padding=((0, 1), (2, 3))) == (1, 3, 9, 13)
    assert refused("pad", (1, 3, 8), padding="valid").rule == "numbers are needed here"


def test_upsample() -> None:
    assert shape("upsample", (1, 3, 8, 8), scale=2) == (1, 3, 16, 16)
    assert shape("upsample", (1, 3, 8, 8), size=(5, 7)) == (1, 3, 5, 7)
    assert refused("upsample", (1, 3, 8, 8)).rule == "upsample needs either scale or size"
    assert refused("upsample", (1, 3, 8), scale=2, mode="bilinear").rule == "bilinear needs 2 axes"


@pytest.mark.parametrize(("axes", "mode", "neighbours"), [(1, "linear", 2), (2, "bilinear", 4), (3, "trilinear", 8)])
def test_interpolation_weighs_two_neighbours_along_each_axis(axes: int, mode: str, neighbours: int) -> None:
    made = 2 * 3 * 8**axes
    expected = {"multiply interpolate": made * neighbours, "add interpolate": made * (neighbours - 1)}
    assert work("upsample", (2, 3, *(4,) * axes), scale=2, mode=mode) == expected
    assert work("upsample", (2, 3, *(4,) * axes), scale=2, mode="linear") == expected
    assert work("upsample", (2, 3, *(4,) * axes), scale=2) == {}


def test_channel_shuffle() -> None:
    assert shape("channel_shuffle", (1, 6, 8, 8), groups=3) == (1, 6, 8, 8)
    error = refused("channel_shuffle", (1, 6, 8, 8), groups=4)
    assert (error.rule, error.values) == ("groups must divide the channels", {"channels": 6, "groups": 4})


def test_custom_has_the_shape_that_it_is_given_and_no_rule() -> None:
    made = entry("custom", (2, 3), (2, 5), what="deformable attention", out=(7, 7))
    assert made.outputs[0].shape == (2, 7, 7)
    assert made.call == "custom('deformable attention', [7, 7])"
    assert not made.counted
    assert refused("custom", (), what="x", out=(1,)).rule == "the input must have a batch"


def test_views_are_the_inputs_memory() -> None:
    views = {kind for kind in ("flatten", "reshape", "split", "crop", "concat", "pad") if load(kind).VIEW}
    assert views == {"flatten", "reshape", "split", "crop"}
