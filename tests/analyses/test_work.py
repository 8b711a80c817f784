"""Operators worked out on small matrices: what a user gives, what is answered, and what is refused."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import netledger as nl
from netledger.analyses.work import given as given_module
from netledger.analyses.work import grids, numbers, record, shifted, steps, told
from netledger.api._work import formats
from tests.laws import reference
from tests.laws.reference import Machine
from tests.laws.reference_spatial import kmax
from tests.laws.strategies import cases
from tests.laws.test_reference import filled, windows_of

MODULES = (given_module, grids, numbers, record, shifted, steps, told)
SQUARE = "1 2 3 4; 5 6 7 8; 9 10 11 12; 13 14 15 16"
CALLS: dict[str, dict[str, Any]] = {
    "conv(2, 2, padding=1)": {"seed": 1, "size": "2x3x3"},
    "conv_transpose(2, 2, stride=2, padding=1)": {"seed": 1, "size": "2x2"},
    "maxpool(2, padding=1)": {"seed": 1, "size": "2x2x4x4"},
    "avgpool(2)": {"seed": 1},
    "lp_pool(3, 2)": {"seed": 1},
    "adaptive_avgpool(3)": {"seed": 1, "size": "5"},
    "adaptive_maxpool(3)": {"seed": 1},
    "global_avgpool(keepdims=false)": {"seed": 1},
    "kmax_pool(2)": {"seed": 1},
    "batchnorm": {"seed": 1, "size": "2x2x2"},
    "linear(2)": {"seed": 1},
    "softmax": {"seed": 1},
    "log_softmax": {"seed": 1},
    "attention(causal=true)": {"seed": 1, "size": "2x2"},
}
EVERY = pytest.mark.parametrize("call", CALLS)


def test_the_means_and_maxima_of_a_matrix() -> None:
    means = nl.work("avgpool", SQUARE, kernel=2, stride=2)
    assert means.output == [[[[3.5, 5.5], [11.5, 13.5]]]]
    assert "y[0,0] = (x[0,0] + x[0,1] + x[1,0] + x[1,1]) / 4 = (1 + 2 + 5 + 6) / 4 = 14 / 4 = 3.5" in str(means)
    assert nl.work("maxpool(2)", SQUARE).output == [[[[6, 8], [14, 16]]]]


def test_kmax_keeps_the_order() -> None:
    assert nl.work("kmax_pool", "3 1 2; 6 5 4", k=2, axis=1).output == [[3, 2], [6, 5]]
    assert nl.work("kmax_pool(2, axis=0)", "3 1 2; 6 5 4; 0 9 8").output == [[3, 5, 4], [6, 9, 8]]


def test_everything_is_exact() -> None:
    assert nl.work("avgpool(2)", [[0.1, 0.2], [0.3, 0.4]]).output == [[[[0.25]]]]
    made = nl.work("avgpool(3)", "1 1 1/3").to_dict()["steps"][0]
    assert (made["exact"], made["sum"]) == ("7/9", "(1 + 1 + 0.3333) / 3")
    assert "≈ 0.7778" in str(nl.work("avgpool(3)", "1 1 1/3"))


@pytest.mark.parametrize(
    ("given_", "shape"),
    [
        ("1 2 3", (1, 1, 1, 3)),
        ("1,2;3,4", (1, 1, 2, 2)),
        ("1 2\n3 4", (1, 1, 2, 2)),
        ("1 2; 3 4 | 5 6; 7 8", (1, 2, 2, 2)),
        ("1 || 2 || -3.5e1", (3, 1, 1, 1)),
        ([1, 2], (1, 1, 1, 2)),
        ([[[1], [2]], [[3], [4]]], (1, 2, 2, 1)),
    ],
)
def test_how_matrices_are_written(given_: Any, shape: tuple[int, ...]) -> None:
    assert numbers.read(given_, "input").shape == shape


def test_a_single_row_is_a_sequence() -> None:
    assert nl.work("maxpool(2)", "1 2 3 4").output == [[[2, 4]]]
    assert nl.work("maxpool([1, 2])", "1 2 3 4;").output == [[[[2, 4]]]]


def test_csv(tmp_path: Path) -> None:
    file = tmp_path / "a b.csv"
    file.write_text("1,2\r\n3,4\r\n\r\n5;6\r\n7;8\r\n\n\n1,1\n1,1\n\n1,1\n1,1\n", encoding="utf-8-sig")
    assert numbers.read(str(file), "input").shape == (2, 2, 2, 2)
    assert nl.work("maxpool(2)", str(file)).output == [[[[4]], [[8]]], [[[1]], [[1]]]]


def test_what_a_seed_makes_is_always_the_same() -> None:
    first, second = (nl.work("conv(1, 2)", seed=7, size="4x4") for _ in range(2))
    assert first.to_dict() == second.to_dict()
    assert first.to_dict()["seeded"] == ["input", "weight", "bias"]
    assert nl.work("conv(1, 2)", seed=8, size=(4, 4)).to_dict()["inputs"] != first.to_dict()["inputs"]


def test_the_weight_says_how_many_kernels_there_are_and_how_large() -> None:
    made = nl.work("conv", "1 2 3; 4 5 6; 7 8 9", weight="1 0; 0 -1 || 1 1; 1 1")
    assert str(made.worked.job.op) == "conv(2, [2, 2], bias=false)"
    assert made.output == [[[[-4, -4], [-4, -4]], [[12, 16], [24, 28]]]]
    assert nl.work("conv", "1 2 | 3 4", weight="1 1 || 1 2", groups=2, bias="0 1").output == [[[3], [12]]]
    assert nl.work("linear", "1 2 3", weight="1 0 2; 0 1 1", bias="1 2").output == [[8, 7]]


def test_what_is_not_given_is_left_out_where_the_layer_can() -> None:
    assert str(nl.work("batchnorm", "1 2; 3 4").worked.job.op) == "batchnorm(affine=false, track=false)"
    made = nl.work("batchnorm", "1 2; 3 4", running_mean=[0], running_var="1", eps=0)
    assert made.output == [[[[1, 2], [3, 4]]]]
    assert nl.work("batchnorm", "1 2; 3 4", scale="2", shift="1").to_dict()["stored"] == {"scale": [2], "shift": [1]}
    assert nl.work("conv(1, 1, bias=true)", "1 2").to_dict()["seeded"] == ["weight", "bias"]


def test_attention_takes_its_inputs_by_name_or_in_order() -> None:
    named = nl.work("attention", query="1 0; 0 1", key="1 0; 0 1", value="1 2; 3 4", causal=True)
    assert named.output == nl.work("attention", "1 0; 0 1", "1 0; 0 1", "1 2; 3 4", causal="true").output
    assert named.output[0] == [1, 2]


@EVERY
@pytest.mark.parametrize("format", formats())
def test_every_layer_in_every_format(call: str, format: str) -> None:
    made = nl.work(call, steps=3, **CALLS[call])
    text = made.to(format)
    assert text
    if format == "json":
        assert json.loads(text) == made.to_dict()
    if format == "svg":
        ElementTree.fromstring(text)
        assert text.count('class="f"') == sum(min(3, len(stage.made.elements)) for stage in made.worked.stages)
    if format in ("svg", "html"):
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|@import|url\(", text)


@EVERY
def test_text_fits_a_narrow_terminal(call: str) -> None:
    title, *lines = nl.work(call, **CALLS[call]).to("text", width=60).splitlines()
    assert title
    assert max(map(len, lines)) <= 60


def test_a_notebook_shows_html() -> None:
    made = nl.work("maxpool(2)", "1 2; 3 4")
    assert made._repr_html_() == made.to("html")
    assert "<script>" not in made.to("html")  # a single step is not played
    assert "<script>" in nl.work("maxpool(1)", "1 2").to("html")


def test_what_is_left_out_is_said() -> None:
    assert "14 further elements are worked out in the same way." in str(nl.work("maxpool(1)", SQUARE, steps=2))
    assert "12 products fall outside of the output" in str(CROPPED)


CROPPED = nl.work("conv_transpose", "1 2; 3 4", weight="1 2; 3 4", stride=2, padding=1)


def test_a_large_matrix_is_drawn_in_part() -> None:
    made = str(nl.work("maxpool(2)", seed=1, size="20x20", steps=100))
    assert "x, part 0…11, 1…12" in made
    assert "and 4 more" in str(nl.work("conv(1, 1)", seed=1, size="8x2x2"))


def test_a_film_has_an_end() -> None:
    film = nl.work("maxpool(1)", seed=1, size="20x20", steps=1000).to("svg")
    assert film.count('class="f"') == 120
    assert "step 120 of the first 120 of 400" in film


def test_a_sum_of_many_numbers() -> None:
    made = nl.work("avgpool(60)", seed=1, size="60x60")
    assert len(made.to("svg")) < 40_000
    assert max(map(len, made.to("text", width=80).splitlines())) <= 80
    assert " + … + " in str(made)
    assert r"\ldots" in made.to("latex")
    assert "<mo>…</mo>" in made.to("html")


ERRORS: list[tuple[str, tuple[Any, ...], dict[str, Any], str]] = [
    ("maxpool", ("1 2",), {"stirde": 2}, "Did you mean stride"),
    ("maxpol(2)", ("1 2",), {}, "Did you mean maxpool"),
    ("relu", ("1 2",), {}, "cannot be worked out step by step"),
    ("maxpool", ("1 2",), {}, "kernel"),
    ("conv", ("1 2",), {}, "type the weight"),
    ("maxpool(2)", (), {}, "nothing to work on"),
    ("attention", ("1 2", "3 4"), {}, "missing value"),
    ("maxpool(2)", ("1 nan",), {}, "'nan'"),
    ("maxpool(2)", ("",), {}, "no numbers"),
    ("maxpool(2)", ("1/0",), {}, "'1/0'"),
    ("maxpool(2)", ("1e13",), {}, "10^12"),
    ("maxpool(2)", ("1e-99",), {}, "not a number"),
    ("maxpool(2)", ("1 2; 3",), {}, "row 1: 2, row 2: 1"),
    ("maxpool(2)", ("1; 2 | 3",), {}, "as many rows"),
    ("maxpool(2)", ("1 | 2 || 3",), {}, "as many channels"),
    ("maxpool(2)", ("no/such.csv",), {}, "No such file"),
    ("maxpool(2)", ("/etc",), {}, "directory"),
    ("maxpool(2)", ("\x00.csv",), {}, "not a text"),
    ("maxpool(2)", ([[1, 2], 3],), {}, "as many numbers"),
    ("maxpool(2)", ([[[1, 2]], [3]],), {}, "as many numbers"),
    ("maxpool(2)", ([[1, [2]]],), {}, "not a number"),
    ("maxpool(2)", ([[1, float("nan")]],), {}, "'nan'"),
    ("maxpool(2)", (3,), {}, "one to four axes"),
    ("maxpool(2)", ([],), {}, "no numbers"),
    ("maxpool(2)", ("1 2", "3"), {}, "more inputs"),
    ("maxpool(2)", ("1 " * 5000,), {}, "at most 4096"),
    ("maxpool(2)", ("1" * 300_000,), {}, "too long"),
    ("maxpool(2)", (), {"size": "2x2x2x2x2"}, "one to four axes"),
    ("maxpool(2)", (), {"size": "100x100"}, "at most 4096"),
    ("maxpool(2, kernel=3)", ("1 2",), {}, "twice"),
    ("maxpool(2)", ("1 2",), {"kernel": 3}, "twice"),
    ("maxpool(2, foo=1)", ("1 2",), {}, "foo"),
    ("maxpool", ("1 2",), {"kernel": "x" * 2000}, "not a value"),
    ("maxpool(2)", ("1 2",), {"steps": 0}, "from 1 to 1000"),
    ("maxpool(2)", ("1 2; 3 4",), {"padding": 10**6}, "too much"),
    ("maxpool(9)", ("1 2; 3 4",), {}, "no window fits"),
    ("conv", ("1 2; 3 4",), {"weight": "1 2 3; 4 5 6 | 1 2 3; 4 5 6", "groups": 3}, "have the shape"),
    ("conv(1, 2)", ("1 2; 3 4",), {"weight": "1 2 3"}, "needed 1x1x2x2"),
    ("batchnorm", ("1 2; 3 4",), {"running_mean": "0", "running_var": "-5"}, "no real number"),
    ("batchnorm", ("1 2; 3 4",), {"running_mean": "0", "running_var": "0", "eps": 0}, "no real number"),
    ("lp_pool(1000.5, 2)", ("1000 2",), {}, "too large"),
    ("lp_pool(0, 2)", ("1000 2",), {}, "greater than 0"),
    ("softmax", ("1 2",), {"shift": 1}, "only maps"),
    ("maxpool(1)", ("1 2",), {"shift": "a"}, "a number of columns"),
    ("maxpool(1)", ("1 2",), {"shift": 0}, "a number of columns"),
    ("maxpool(1)", ("1 2",), {"shift": (1, 1)}, "a number of columns"),
]


@pytest.mark.parametrize(("call", "inputs", "options", "said"), ERRORS)
def test_what_is_wrong_is_said(call: str, inputs: tuple[Any, ...], options: dict[str, Any], said: str) -> None:
    with pytest.raises(nl.NetledgerError, match=re.escape(said)):
        nl.work(call, *inputs, **options)
    with pytest.raises(nl.UnknownNameError, match="Did you mean json"):
        nl.work("maxpool(1)", "1").to("jsn")


def test_a_file_that_is_too_long(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1," * 200_000)
    with pytest.raises(nl.SourceError, match="too long"):
        nl.work("maxpool(2)", str(tmp_path / "a.csv"))


@settings(max_examples=80, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(
    st.text(max_size=40), st.dictionaries(st.sampled_from(("kernel", "stride", "weight", "p")), st.text(max_size=20))
)
def test_whatever_is_typed_no_other_error_comes(text: str, options: dict[str, str]) -> None:
    for call in (f"maxpool({text})", text):
        with suppress(nl.NetledgerError):
            nl.work(call, text, **options).to("html")


@settings(max_examples=20, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(cases("maxpool").filter(lambda case: case[1][0].elements <= 300 and len(case[1][0].shape) == 4))
def test_max_pooling_against_the_interpreter(case: Any) -> None:
    op, (given_,) = case
    x = filled(given_.shape)
    made = reference.pooling(x, windows_of(op, x.shape), -float("inf"), Machine().greatest)
    options = {name: getattr(op, name) for name in ("kernel", "padding", "dilation", "rounding", "clip")}
    stride = {} if op.stride is None else {"stride": op.stride}
    assert nl.work("maxpool", x.nested(), **options, **stride).output == made.nested()


def test_kmax_against_the_interpreter() -> None:
    x = filled((4, 5))
    assert nl.work("kmax_pool(3, axis=0)", x.nested()).output == kmax(Machine(), x, 3, 0).nested()


class TestShift:
    def test_a_shift_by_a_stride_moves_the_map(self) -> None:
        made = str(nl.work("maxpool(2)", SQUARE, shift=2))
        assert "2 moved along by (0, 1): y[0,1], y[1,1]." in made
        assert "equivariance, and not invariance" in made
        assert "no output of this input is robust" in made

    def test_a_smaller_shift_keeps_what_stays_in_its_window(self) -> None:
        made = str(nl.work("maxpool(2)", "9 0 8 0; 0 0 0 0; 7 0 0 0; 0 0 1 0", shift=1))
        assert "Of 4 outputs, 4 stayed as they were" in made
        assert "4 outputs stayed because their greatest element is still in the same window" in made
        assert "not a property of the layer" in made

    def test_in_part(self) -> None:
        made = str(nl.work("maxpool(2)", "9 0 0 8; 0 0 0 0; 7 0 0 0; 0 0 1 1", shift="1"))
        assert "robust to this shift in part: 3 of 4" in made

    def test_rows_and_columns(self) -> None:
        made = str(nl.work("avgpool(2)", SQUARE, shift=(2, -2)))
        assert "shifted by 2 down and −2 to the right" in made
        assert "1 moved along by (1, −1): y[1,0]" in made

    def test_a_transposed_convolution_moves_by_its_stride(self) -> None:
        made = str(nl.work("conv_transpose(1, 1, stride=2)", "1 2 3", weight="1", shift=1))
        assert "2 moved along by (2): y[2], y[4]" in made

    def test_a_global_pool_reads_everything(self) -> None:
        assert "reads the whole axis" in str(nl.work("global_avgpool", SQUARE, shift=1))

    def test_adaptive_windows_and_several_channels(self) -> None:
        assert "is no whole number of strides" in str(nl.work("adaptive_maxpool(2)", seed=1, size="2x5x5", shift=1))


def test_decimal_commas_in_a_file_are_refused_not_split(tmp_path: Path) -> None:
    path = tmp_path / "map.csv"
    path.write_text("1,5;2,5\n3,5;4,5\n", encoding="utf-8")
    with pytest.raises(nl.SourceError, match="commas and semicolons"):
        nl.work("maxpool(2)", str(path))
    path.write_text("1.5;2.5\n3.5;4.5\n", encoding="utf-8")
    assert nl.work("maxpool(2)", str(path)).output == [[[[4.5]]]]


@pytest.mark.parametrize(
    ("call", "given", "hint"),
    [
        ("lp_pool(kernel=2, norm=64)", "1e12 1e12; 1e12 1e12", "smaller"),
        ("lp_pool(kernel=2, norm=0.001)", "1 2; 3 4", "smaller"),
    ],
)
def test_a_norm_that_is_too_large_speaks_of_no_variance(call: str, given: str, hint: str) -> None:
    with pytest.raises(nl.ShapeError, match="too large") as refused:
        nl.work(call, given)
    assert "variance" not in refused.value.hint
    assert hint in refused.value.hint
