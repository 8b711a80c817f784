"""Closed forms against counting: at random sizes, for every preset and every convention."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import netledger as nl
from netledger.api._answers import Formula
from tests.conftest import Golden
from tests.reports.test_reports import GOLDEN

FEW = settings(max_examples=6, deadline=None, database=None, suppress_health_check=list(HealthCheck))
FORMS: dict[str, Formula] = {}


def form_of(preset: str) -> Formula:
    """The closed form of a preset, made once."""
    return FORMS.setdefault(preset, nl.formula(preset, conventions=nl.conventions()))


def sizes_of(preset: str, values: dict[str, int]) -> tuple[int, ...]:
    """The shape of the input with these values of its symbols."""
    made = form_of(preset).form
    shape = list(nl.count(preset).inputs[0])
    for sign, (_, axis) in made.places.items():
        shape[axis] = values[sign]
    return tuple(shape)


@pytest.mark.parametrize("preset", nl.presets())
@FEW
@given(data=st.data())
def test_closed_forms_are_what_counting_gives(preset: str, data: st.DataObject) -> None:
    """Where every layer fits, each total is what counting gives; where it does not, counting says so."""
    made = form_of(preset).form
    near = {sign: nl.count(preset).inputs[0][axis] for sign, (_, axis) in made.places.items()}
    values = {sign: data.draw(st.integers(max(1, size - 40), size + 60), label=sign) for sign, size in near.items()}
    try:
        ledger = nl.count(preset, sizes_of(preset, values))
    except nl.ShapeError:
        assert not made.holds(**values)
        return
    assert made.holds(**values)
    counted = {"parameters": ledger.parameters, **{name: ledger.total(name) for name in nl.conventions()}}
    assert made.at(**values) == counted


@FEW
@given(
    st.sampled_from(("0.25", "0.5", "0.75", "1.0", "1.4", "0.33")),
    st.integers(1, 5),
    st.integers(90, 260),
    st.integers(1, 50),
)
def test_numbers_under_let_stay_symbols(width: str, batch: int, size: int, classes: int) -> None:
    """A width multiplier and the number of classes, with the rounding of channels."""
    made = nl.formula("mobilenet_v2", free=("width", "classes"), conventions=("macs", "arithmetic"))
    ledger = nl.count("mobilenet_v2", (batch, 3, size, size + 7), let={"width": width, "classes": classes})
    from fractions import Fraction

    values: dict[str, Any] = {"N": batch, "H": size, "W": size + 7, "width": Fraction(width), "classes": classes}
    expected = {"parameters": ledger.parameters, "macs": ledger.total("macs"), "arithmetic": ledger.total("arithmetic")}
    assert made.at(**values) == expected


def test_what_decides_the_structure_is_no_symbol() -> None:
    text = "let: {depth: 2}\ninput: 3x8x8\nlayers:\n - repeat: {times: depth, layers: [relu]}"
    with pytest.raises(nl.SpecError, match="decides what the network is made of") as caught:
        nl.formula(text, free=("depth",))
    assert caught.value.where.line == 4
    with pytest.raises(nl.SpecError, match="decides what the network is made of"):
        nl.formula("let: {b: 1}\ninput: 3x8x8\nlayers:\n - conv: {out: 2, kernel: 1, bias: b}", free=("b",))
    with pytest.raises(nl.ShapeError, match="structure of the network depends"):
        nl.formula("let: {n: 2}\ninput: 4x8x8\nlayers:\n - split: {parts: n}", free=("n",))


def test_an_unknown_name_is_an_error_that_helps() -> None:
    with pytest.raises(nl.UnknownNameError, match="unknown number under let 'widht'"):
        nl.formula("mobilenet_v1", free=("widht",))
    with pytest.raises(nl.UnknownNameError, match="unknown symbol 'X'"):
        nl.formula("lenet").at(X=3)
    with pytest.raises(nl.SourceError, match="no value for symbol 'W'"):
        nl.formula("alexnet").at(N=1, H=300)


@pytest.mark.parametrize("format_name", ["text", "markdown", "latex", "html"])
def test_golden(format_name: str, golden: Golden) -> None:
    text = nl.formula("mobilenet_v1", free=("width",), conventions=("macs",)).to(format_name)
    golden.check(text + "\n", GOLDEN / f"mobilenet_v1.formula.{format_name}.txt")


def test_the_same_in_every_process() -> None:
    """Nothing depends on the order of sets."""
    import subprocess
    import sys

    command = [sys.executable, "-c", "import netledger as nl; print(nl.formula('googlenet'))"]
    runs = {
        subprocess.run(command, env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1


def test_sympy_simplifies_on_request() -> None:
    import sympy

    made = nl.formula("lenet", conventions=("macs",))
    text = str(made.simplified())
    line = next(line for line in text.splitlines() if "macs = " in line)
    values = dict(zip(sympy.symbols("N H W"), (3, 28, 28), strict=True))
    macs = sympy.sympify(line.split("= ")[1].removesuffix(" MAC"), locals={str(symbol): symbol for symbol in values})
    assert macs.subs(values) == 3 * nl.count("lenet").total("macs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(__import__("sys").modules, "sympy", None)
        with pytest.raises(nl.SourceError, match="SymPy is not installed"):
            made.simplified()


def test_sequences_and_several_inputs() -> None:
    """Axes on which parameters depend stay numbers, wherever they stand."""
    made = nl.formula("input: {a: 5x16, b: 5x16}\nlayers:\n - linear: {out: 8, from: a}\n - linear: {from: b, out: 8}")
    assert set(made.form.symbols) == {"N", "L_a", "L_b"}
    assert made.at(N=2, L_a=3, L_b=7)["macs"] == 2 * 7 * 16 * 8 + 2 * 3 * 16 * 8
