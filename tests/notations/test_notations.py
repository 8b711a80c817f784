"""What formulas call sizes and attributes: other names, the same formulas."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import netledger as nl
from netledger.core.formula import symbols
from netledger.core.number import Traced
from netledger.core.trace import size_names
from netledger.notations import FOLDER, load, naming
from netledger.ops import FOLDER as OPS
from netledger.ops import load as operator


@pytest.mark.parametrize("name", FOLDER.names())
@pytest.mark.parametrize("kind", OPS.names())
def test_no_two_signs_become_one(name: str, kind: str) -> None:
    op = operator(kind)
    names = naming(name, op)
    signs = {attribute.symbol for attribute in op.ATTRIBUTES.values()} - {""}
    own = signs | {f"{sign}_{axis}" for sign in signs for axis in "hwd"}
    for rank in (2, 3, 4, 5):
        every = own | {sign for side in ("in", "out") for sign in size_names(op.LAYOUT, rank, side, "N")}
        if "O" in signs:  # the size of the output is an attribute: one thing may have one name
            every -= {sign for sign in every if sign.endswith("_out")}
        assert len({names.sign(sign) for sign in every}) == len(every)


@given(st.sampled_from(FOLDER.names()), st.sampled_from(["K", "C_out", "H_in", "S", "P"]), st.integers(0, 99))
def test_a_formula_keeps_its_value_and_its_form(name: str, sign: str, value: int) -> None:
    from netledger.core.document import Formula

    number = Traced.symbol(sign, value) * 3 + Traced.symbol("N", 2)
    made = naming(name, operator("conv")).block(Formula("H_out", number, "unit", "note"))
    assert (made.number.value, made.unit, made.note) == (number.value, "unit", "note")
    assert list(symbols(made.number).values()) == [value, 2]


def test_the_three_ways_to_write_the_first_layer_of_alexnet() -> None:
    said = {name: str(nl.explain("alexnet", "conv1", notation=name)) for name in FOLDER.names()}
    assert "H_out = ⌊(H_in + 2·P − K) / S⌋ + 1 = ⌊(227 + 2·0 − 11) / 4⌋ + 1 = 55" in said["field"]
    assert "H_2 = ⌊(H_1 + 2·P − F) / S⌋ + 1 = ⌊(227 + 2·0 − 11) / 4⌋ + 1 = 55" in said["cs231n"]
    assert "O_h = ⌊(I_h + 2·P − K) / S⌋ + 1 = ⌊(227 + 2·0 − 11) / 4⌋ + 1 = 55" in said["oiksp"]
    assert "weight = K·D_1·F·F = 96·3·11·11 = 34,848" in said["cs231n"]
    assert "weight = N·C·K·K = 96·3·11·11 = 34,848" in said["oiksp"]


@pytest.mark.parametrize("format_name", ["text", "markdown", "latex", "html"])
@pytest.mark.parametrize("name", FOLDER.names())
@pytest.mark.parametrize("source", ["alexnet", "lenet", "unet"])
def test_numbers_are_the_same_in_every_notation(source: str, name: str, format_name: str) -> None:
    usual = nl.explain(source, all=True).to(format_name)
    other = nl.explain(source, all=True, notation=name).to(format_name)
    subscripts = re.compile(r"_\{?[12]\}?|<mtext>[12]</mtext>")  # H_1 has a digit, H_in has none
    assert _numbers(subscripts.sub("", other)) == _numbers(subscripts.sub("", usual))


def _numbers(text: str) -> list[str]:
    return re.findall(r"(?<![\w_])\d[\d,.]*", text)


def test_every_notation_says_where_it_comes_from() -> None:
    for name in FOLDER.names():
        assert name == load(name).NAME
        assert load(name).__doc__


def test_an_unknown_notation_is_refused() -> None:
    with pytest.raises(nl.UnknownNameError, match="unknown notation 'cs231'"):
        nl.explain("alexnet", "conv1", notation="cs231")
