"""What every convention owes. A failure says what to do."""

from __future__ import annotations

import inspect
import re
from types import ModuleType
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netledger.conventions import FOLDER, load
from netledger.core.errors import UnknownNameError
from netledger.core.ledger import Convention, Entry, price
from netledger.ops import FOLDER as OPERATORS
from tests.laws.entries import CONVENTIONS, entry_of
from tests.laws.strategies import QUICK, cases

EVERY = pytest.mark.parametrize("name", FOLDER.names())


@EVERY
def test_a_convention_says_its_name_and_unit(name: str) -> None:
    convention = load(name)
    assert name == convention.NAME
    assert convention.UNIT in {"MAC", "FLOP"}, f"Set UNIT of {name} to MAC or FLOP."


@EVERY
def test_the_file_is_called_like_the_convention(name: str) -> None:
    expected = re.sub(r"[ .]", "_", name.replace("+", "_plus_").replace("-", "_"))
    assert FOLDER.index[name] == expected, f"Call the file of {name} {expected}.py."


@EVERY
def test_the_docstring_says_who_and_where(name: str) -> None:
    text = inspect.getdoc(cast(ModuleType, load(name))) or ""
    for words in ("Who uses it:", "Where it departs from a plain count:"):
        assert words in text, f"Write “{words} …” in the docstring of {FOLDER.index[name]}.py."


@EVERY
def test_a_convention_exports_what_others_use(name: str) -> None:
    exported = cast(ModuleType, load(name)).__all__
    assert {"NAME", "UNIT", "amounts"} <= set(exported), f"Add NAME, UNIT and amounts to __all__ of {name}."


def check_price(convention: Convention, entry: Entry) -> None:
    """Amounts have names and are whole numbers. A tool may take something off, and one does take off too much."""
    total = sum(convention.amounts(entry).values())
    is_tool = hasattr(convention, "charges")
    assert total >= 0 or is_tool, f"{convention.NAME} prices {entry.op} as {total}: a price is never below 0."
    for part, count in convention.amounts(entry).items():
        what = f"{convention.NAME} prices {part!r} of {entry.op}"
        assert part, f"{what}: say in its name what the amount is for."
        assert type(count) is int, f"{what} as {count!r}: make it an int."
        assert count >= 0 or is_tool, f"{what} as {count}: an amount is never below 0."


@pytest.mark.parametrize("kind", OPERATORS.names())
@QUICK
@given(data=st.data())
def test_every_operator_is_priced_in_whole_numbers(kind: str, data: st.DataObject) -> None:
    entry = entry_of(data.draw(cases(kind)))
    for convention in CONVENTIONS:
        check_price(convention, entry)


@pytest.mark.parametrize("convention", CONVENTIONS, ids=lambda convention: convention.NAME)
@QUICK
@given(data=st.data())
def test_prices_are_pure(convention: Convention, data: st.DataObject) -> None:
    """The same facts, the same price."""
    entry = entry_of(data.draw(cases(data.draw(st.sampled_from(OPERATORS.names())))))
    assert convention.amounts(entry) == convention.amounts(entry)
    assert price(convention, (entry, entry)) == 2 * price(convention, (entry,))


def test_an_unknown_convention_is_an_error_that_helps() -> None:
    with pytest.raises(UnknownNameError) as caught:
        load("mac")
    assert str(caught.value) == "unknown convention 'mac'\n  Did you mean macs?"
