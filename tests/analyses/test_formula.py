"""Closed forms against counting: at random sizes, for every preset and every convention."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import netledger as nl
from netledger.api._answers import Formula
from tests.conftest import Golden
from tests.frontends.spec.strategies import specs
from tests.laws.entries import BASE as _BASE
from tests.reports.test_reports import GOLDEN

FEW = settings(max_examples=6, deadline=None, database=None, suppress_health_check=list(HealthCheck))
FORMS: dict[str, Formula] = {}
BASE = tuple(convention.NAME for convention in _BASE)


def form_of(preset: str) -> Formula:
    """The closed form of a preset, made once."""
    return FORMS.setdefault(preset, nl.formula(preset, conventions=BASE))


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
        assert not made.holds(values)
        return
    assert made.holds(values)
    counted = {"parameters": ledger.parameters, **{name: ledger.total(name) for name in BASE}}
    assert made.at(values) == counted


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


def test_a_term_that_cancels_leaves_the_others() -> None:
    """A floor and another term, where a constant has come to nothing."""
    text = "input: 3x30\nlayers:\n - maxpool: {name: p, kernel: 2}\n - concat: {axis: 2, from: [input, p]}\n"
    text += " - conv: {out: 8, kernel: 3, padding: 1}"
    assert nl.formula(text).at(N=1, L=30)["macs"] == nl.count(text).total("macs") == 3240
    kernel = "let: {w: 2}\ninput: 3x32x32\nlayers:\n - conv: {out: 4, kernel: w}"
    made = nl.formula(kernel, free="w")
    assert made.at(N=1, H=9, W=8, w=3)["macs"] == nl.count(kernel, (3, 9, 8), let={"w": 3}).total("macs")


def test_what_is_not_counted_is_said() -> None:
    text = "input: 4x9\nlayers:\n - custom: {what: x, out: 4x9}\n - conv: {out: 2, kernel: 3}"
    for answer in (nl.formula(text), nl.formula(text).simplified()):
        assert "macs, at least = " in str(answer)
        assert "Not counted: custom1 (custom); the totals are lower bounds." in str(answer)


@pytest.mark.parametrize("name", ["N", "H", "H_1", "H_x"])
def test_a_sign_means_one_thing(name: str) -> None:
    """A number under let may be called like a size."""
    text = f"let: {{{name}: 4}}\ninput: {{x: 3x32x32}}\nlayers:\n - conv: {{out: 10*{name}, kernel: 3, stride: 2}}"
    made = nl.formula(text, free=name)
    signs = {place: sign for sign, place in made.form.places.items()}
    assert len({*signs.values(), name}) == 4
    values = {signs["", 0]: 2, signs["x", 2]: 11, signs["x", 3]: 12, name: 5}
    assert made.at(**values)["macs"] == nl.count(text, (2, 3, 11, 12), let={name: 5}).total("macs")
    convs = "conv: {out: 2, kernel: 3, from: a_b}", "conv: {out: 2, kernel: 3, from: ab}"
    again = f"input: {{a_b: 3x32x32, ab: 3x16x16}}\nlayers: [{', '.join(convs)}]"
    assert len(nl.formula(again).form.places) == 5


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"N": 1, "H": 1, "W": 300}, "H ≥ 11 is not so"),
        ({"N": -1, "H": 300, "W": 300}, "N ≥ 1 is not so"),
        ({"N": 1.5, "H": 300, "W": 300}, "N ≥ 1 is not so"),
        ({"N": "many", "H": 300, "W": 300}, "the value of symbol 'N' is a number"),
        ({"N": None, "H": 300, "W": 300}, "the value of symbol 'N' is a number"),
    ],
)
def test_values_that_do_not_fit_are_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(nl.SourceError, match=message):
        nl.formula("alexnet").at(**values)


def test_numbers_of_any_kind_are_values() -> None:
    import numpy as np

    made = nl.formula("alexnet")
    assert made.at(N=np.int64(1), H=227.0, W="227")["macs"] == 1_135_256_096  # type: ignore[arg-type]
    assert made.holds(N=1, H=67, W=67)
    assert not made.holds(N=1, H=66, W=67)


def test_numbers_that_must_be_whole_are_conditions() -> None:
    text = "let: {w: 2}\ninput: 3x32x32\nlayers:\n - pad: {padding: w}\n - conv: {out: 10 * w, kernel: 1, stride: w}"
    made = nl.formula(text, free="w")
    assert "whole(w)" in str(made)
    assert "w ≥ 1" in str(made)
    assert made.at(N=1, H=9, W=9, w=3)["macs"] == nl.count(text, (3, 9, 9), let={"w": 3}).total("macs")
    for wrong in (0, -1, 1.5, 1 / 3):
        with pytest.raises(nl.SourceError, match="does not hold here"):
            made.at(N=1, H=9, W=9, w=wrong)


def test_fractions_are_written() -> None:
    text = str(nl.formula("mobilenet_v2", let={"width": 0.5}, free="width"))
    assert "width under let (here 1/2)" in text
    assert "multiple  The nearest multiple of m, never below m nor below 0.9·x." in text
    half = nl.formula("let: {k: 1}\ninput: 3x8x8\nlayers:\n - conv: {out: k / 2 * 4, kernel: 1}", free="k")
    assert half.at(N=1, H=8, W=8, k=3)["parameters"] == 6 * 4


def test_what_grows_without_end_is_refused() -> None:
    layer = "conv: {out: 1, kernel: 3, stride: 2, padding: 1, rounding: ceil}"
    with pytest.raises(nl.ShapeError, match="closed form is nested too deep"):
        nl.formula(f"input: 1x64x64\nlayers:\n - repeat: {{times: 400, layers: [{layer}]}}")


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(specs(), st.integers(0, 9), st.integers(1, 4))
def test_any_spec_in_symbols(spec: dict[str, Any], more: int, batch: int) -> None:
    """At its own size, and at others: what counting gives, or no claim."""
    text = f"{json.dumps(spec)}\n"
    made = nl.formula(text)
    shape = list(nl.count(text).inputs[0])
    for grown in (0, more):
        shape = [batch, shape[1], *(size + grown for size in shape[2:])]
        values = {sign: shape[axis] for sign, (_, axis) in made.form.places.items()}
        if grown and not made.form.holds(values):
            continue
        ledger = nl.count(text, tuple(shape))
        expected = {"parameters": ledger.parameters, "macs": ledger.total("macs"), "flops": ledger.total("flops")}
        assert made.form.at(values) == expected
