"""Operators: how they are declared, checked, compared and written."""

from __future__ import annotations

from typing import Any

import pytest

from netledger.core.errors import ShapeError
from netledger.core.network import Tensor
from netledger.core.operator import (
    Operator,
    attributes_of,
    axes,
    axis_of,
    choice,
    feature_map,
    flag,
    index,
    number,
    numbers,
    operator,
    padding,
    per_axis,
    real,
    word,
)
from netledger.ops import load


@operator
class Probe(Operator):
    """Every kind of attribute there is."""

    KIND = "probe"

    out: int = number("O", "a number")
    kernel: Any = per_axis("K", "a number per axis", 3)
    limit: int | None = number("L", "a number that may be left out", None, least=0)
    border: Any = padding()
    sizes: tuple[int, ...] | None = numbers("a list", None)
    place: int = index("an axis", -1)
    ratio: float = real("a real number", 0.5)
    bias: bool = flag(True, "yes or no")
    mode: str = choice(("fast", "slow"), "a word of a few", "fast")
    note: str = word("a text", "")


PROBE: Any = Probe


def test_declarations_are_looked_up_by_name() -> None:
    kinds = [(name, attribute.kind) for name, attribute in PROBE.ATTRIBUTES.items()]
    assert kinds == [
        ("out", "number"),
        ("kernel", "per_axis"),
        ("limit", "number"),
        ("border", "padding"),
        ("sizes", "numbers"),
        ("place", "index"),
        ("ratio", "real"),
        ("bias", "flag"),
        ("mode", "choice"),
        ("note", "word"),
    ]
    assert PROBE.ATTRIBUTES["mode"].choices == ("fast", "slow")
    assert PROBE.ATTRIBUTES["kernel"].symbol == "K"


def test_what_may_be_left_out_has_a_default_of_none() -> None:
    assert {name for name, attribute in PROBE.ATTRIBUTES.items() if attribute.optional} == {"limit", "sizes"}
    assert "out" not in PROBE.DEFAULTS
    assert PROBE.DEFAULTS["limit"] is None


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"out": 0}, "out must be at least 1\n  values: out 0"),
        ({"out": 1, "kernel": (3, 0)}, "kernel must be at least 1\n  values: kernel 0"),
        ({"out": 1, "limit": -1}, "limit must be at least 0"),
        ({"out": 1, "border": ((0, 1), (-1, 0))}, "border must be at least 0\n  values: border -1"),
        ({"out": 1, "sizes": (2, -3)}, "sizes must be at least 1"),
    ],
)
def test_numbers_below_the_least_are_refused_at_the_door(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ShapeError) as caught:
        PROBE(**values)
    assert str(caught.value).startswith(message)


def test_words_and_what_is_left_out_are_not_compared() -> None:
    made = PROBE(out=1, border="same", sizes=None, limit=None)
    assert made.border == "same"


def test_an_operator_is_written_as_its_call() -> None:
    assert str(PROBE(7)) == "probe(7)"
    made = PROBE(7, kernel=(3, 5), border=((0, 1), (2, 3)), bias=False, mode="slow", ratio=0.1, sizes=(1, 2))
    assert (
        str(made) == "probe(7, kernel=[3, 5], border=[[0, 1], [2, 3]], sizes=[1, 2], ratio=0.1, bias=false, mode=slow)"
    )
    assert repr(made) == str(made)
    assert str(load("relu")()) == "relu"


def test_texts_that_are_not_words_are_quoted() -> None:
    assert str(PROBE(7, note="two words")) == "probe(7, note='two words')"
    assert str(PROBE(7, note="word")) == "probe(7, note=word)"


def test_attributes_are_plain_data() -> None:
    plain = attributes_of(PROBE(7, kernel=(3, 5), border=((0, 1), (2, 3))))
    assert plain["kernel"] == [3, 5]
    assert plain["border"] == [[0, 1], [2, 3]]
    assert plain["bias"] is True
    assert list(plain) == list(PROBE.ATTRIBUTES)


def test_operators_are_equal_by_kind_and_attributes() -> None:
    conv = load("conv")
    assert conv(4, 3) == conv(out=4, kernel=3)
    assert conv(4, 3) != conv(4, 5)
    assert load("relu")() == load("relu")()
    assert load("relu")() != load("tanh")()
    assert load("relu")() != "relu"
    assert len({conv(4, 3), conv(4, 3), conv(4, 5), load("relu")()}) == 3


def test_an_operator_is_frozen() -> None:
    with pytest.raises(AttributeError):
        PROBE(1).out = 2
    with pytest.raises((AttributeError, TypeError)):
        PROBE(1).other = 2


def test_an_operator_that_says_nothing_passes_its_input_on() -> None:
    inputs = (Tensor((1, 2)),)
    plain = Operator()
    assert plain.infer(inputs) == inputs
    assert plain.parameters(inputs) == plain.buffers(inputs) == {}
    assert plain.work(inputs, inputs) == ()


def test_one_number_stands_for_every_axis() -> None:
    assert axes(3, 2, "kernel") == (3, 3)
    assert axes((3, 5), 2, "kernel") == (3, 5)
    with pytest.raises(ShapeError) as caught:
        axes((3, 5, 7), 2, "kernel")
    assert str(caught.value).splitlines() == [
        "kernel needs one number per axis",
        "  values: kernel 3x5x7, axes 2",
        "  Write one number, or a list of 2.",
    ]


def test_a_feature_map_has_batch_channels_and_more() -> None:
    assert feature_map(Tensor((2, 3, 4, 5))) == (2, 3, (4, 5))
    assert feature_map(Tensor((2, 3)), 0) == (2, 3, ())
    with pytest.raises(ShapeError, match="must have a batch, channels and at least 1 further axis") as caught:
        feature_map(Tensor((2, 3)))
    assert caught.value.values == {"input": (2, 3)}
    assert "After flatten" in caught.value.hint
    with pytest.raises(ShapeError, match="perhaps some further axes"):
        feature_map(Tensor((2,)), 0)


def test_an_axis_may_be_counted_from_the_end() -> None:
    tensor = Tensor((2, 3, 4))
    assert [axis_of(place, tensor) for place in (0, 2, -1, -3)] == [0, 2, 2, 0]
    for place in (3, -4):
        with pytest.raises(ShapeError, match=f"there is no axis {place}") as caught:
            axis_of(place, tensor)
        assert caught.value.hint == "The axes of this input are 0 (the batch) to 2."


def test_what_cannot_be_worked_out_has_no_stages() -> None:
    assert load("relu")().perform((), {}) == ()
