"""The words of errors, line by line."""

from __future__ import annotations

import pytest

from netledger.core import errors
from netledger.core.errors import (
    IncompleteError,
    NetledgerError,
    PluginError,
    ShapeError,
    SourceError,
    SpecError,
    UnknownNameError,
    Where,
    did_you_mean,
    printable,
    quote,
)

CLASSES = (IncompleteError, NetledgerError, PluginError, ShapeError, SourceError, SpecError, UnknownNameError)


def test_an_error_names_the_layer_the_values_the_rule_and_the_next_step() -> None:
    error = ShapeError("no window fits", hint="Pad more.", layer="conv1", values={"input": (3, 8, 8), "kernel": 9})
    assert str(error).splitlines() == [
        "conv1: no window fits",
        "  values: input 3x8x8, kernel 9",
        "  Pad more.",
    ]


def test_what_is_not_known_is_not_shown() -> None:
    assert str(ShapeError("no window fits")) == "no window fits"
    assert str(ShapeError("no window fits", layer="conv1")) == "conv1: no window fits"


def test_an_error_in_a_text_shows_the_place() -> None:
    error = SpecError("stride must be a number", where=Where("net.yaml", 3, 11, "  stride: two"), hint="Write 2.")
    assert str(error).splitlines() == [
        "net.yaml:3:11: stride must be a number",
        "      stride: two",
        "              ^",
        "  Write 2.",
    ]


def test_a_place_without_text_is_only_named() -> None:
    assert str(SpecError("too long", where=Where("net.yaml", 1, 1))) == "net.yaml:1:1: too long"


def test_the_caret_stands_below_the_place_also_in_a_long_line() -> None:
    line, caret = Where("f", 1, 301, "a" * 300 + "X" + "b" * 300).excerpt().split("\n")
    assert line[caret.index("^")] == "X"
    assert line.startswith("    …a")
    assert len(line) == 4 + 1 + 120


def test_a_mistake_carries_what_was_laid_out_before() -> None:
    error = NetledgerError("broken")
    assert error.network is None
    assert error.ledger is None
    assert error.values == {}


@pytest.mark.parametrize(
    ("value", "shown"), [((), "()"), ((2, 3), "2x3"), ([2, 3], "[2, 3]"), ([(2, 3), "a"], "[2x3, a]"), ("same", "same")]
)
def test_values_are_written_as_shapes_or_lists(value: object, shown: str) -> None:
    assert str(ShapeError("rule", values={"v": value})) == f"rule\n  values: v {shown}"


def test_control_characters_never_reach_a_terminal() -> None:
    assert str(SpecError("a\x1b[31mb", hint="c\r")) == "a\\x1b[31mb\n  c\\r"
    assert printable("two\nlines stay") == "two\nlines stay"


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (SpecError, ValueError),
        (ShapeError, ValueError),
        (UnknownNameError, LookupError),
        (UnknownNameError, SourceError),
    ],
)
def test_errors_are_also_what_callers_expect(error: type[Exception], builtin: type[Exception]) -> None:
    assert issubclass(error, builtin)


def test_the_tree_is_drawn_in_full() -> None:
    assert all(issubclass(error, NetledgerError) for error in CLASSES)
    for error in CLASSES:
        assert error.__name__ in str(errors.__doc__), f"Draw {error.__name__} in the tree at the top of errors.py."


def test_an_unknown_name_says_what_was_probably_meant() -> None:
    error = UnknownNameError("layer", "maxpol", ["maxpool", "conv"], layer="pool1")
    assert str(error) == "pool1: unknown layer 'maxpol'\n  Did you mean maxpool?"


def test_an_unknown_name_like_no_other_lists_all() -> None:
    assert str(UnknownNameError("layer", "xyz", ["b", "a"])) == "unknown layer 'xyz'\n  Known: a, b."


def test_a_long_list_of_known_names_is_cut() -> None:
    assert str(UnknownNameError("layer", "?", [])).endswith("Known: none.")
    assert str(UnknownNameError("layer", "?", map(str, range(100, 163)))).endswith(", 159, and 3 more.")


def test_two_names_may_be_near() -> None:
    assert did_you_mean("vgg1", ["vgg16", "vgg11", "resnet"]).startswith("Did you mean vgg1")
    assert " or " in did_you_mean("vgg1", ["vgg16", "vgg11", "resnet"])
    assert did_you_mean("zzz", ["vgg16"]) == ""


def test_long_or_odd_names_are_quoted_and_shortened() -> None:
    assert quote("a" * 60) == f"'{'a' * 60}'"
    assert quote("a" * 61) == f"'{'a' * 59}…'"
    assert quote("\x00") == "'\\x00'"
