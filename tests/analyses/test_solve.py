"""Every answer put back gives what was asked, and none within the bound is missing; networks against brute force."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import netledger as nl
from netledger.analyses.solve.runs import runs, stepped
from netledger.core.errors import NetledgerError
from tests.frontends.torch.command import run_command

SIZES = st.integers(1, 40)
BOUND = 6


def conv_out(size: int, kernel: int, stride: int, padding: int, dilation: int = 1) -> int:
    """The formula of the textbooks; 0: no window fits."""
    free = size + 2 * padding - dilation * (kernel - 1) - 1
    return free // stride + 1 if free >= 0 else 0


def torch_out(layer: type[nn.Module], size: int, **attributes: int | bool) -> int:
    """What PyTorch's own layer gives; 0: it refuses."""
    names = {"kernel": "kernel_size", "rounding": "ceil_mode"}
    channels = (1, 1) if "Conv" in layer.__name__ else ()
    try:
        with torch.device("cpu"):  # the meta device takes any output_padding
            made = layer(*channels, **{names.get(name, name): value for name, value in attributes.items()})
            return int(made(torch.zeros(1, 1, size)).shape[2])
    except RuntimeError:
        return 0


@settings(max_examples=60, deadline=None)
@given(SIZES, st.integers(1, 20), st.sampled_from([1, 2, 3]))
def test_kernel_stride_padding_of_a_convolution(size: int, out: int, dilation: int) -> None:
    """All answers, against PyTorch's own layer and the textbook; none is missing."""
    found = nl.solve(unknown=("kernel", "stride", "padding"), input=size, output=out, dilation=dilation, up_to=BOUND)
    answers = {tuple(one.values[name] for name in ("kernel", "stride", "padding")) for one in found.answers}
    expected = {
        (kernel, stride, padding)
        for kernel in range(1, BOUND + 1)
        for stride in range(1, BOUND + 1)
        for padding in range(BOUND + 1)
        if conv_out(size, kernel, stride, padding, dilation) == out
    }
    assert answers == expected
    assert len(found.answers) == len(expected)
    for kernel, stride, padding in list(answers)[:5]:
        assert torch_out(nn.Conv1d, size, kernel=kernel, stride=stride, padding=padding, dilation=dilation) == out


@settings(max_examples=40, deadline=None)
@given(SIZES, st.integers(1, 20), st.sampled_from(["floor", "ceil"]), st.sampled_from(["maxpool", "avgpool"]))
def test_poolings_against_pytorch(size: int, out: int, rounding: str, op: str) -> None:
    layer = {"maxpool": nn.MaxPool1d, "avgpool": nn.AvgPool1d}[op]
    found = nl.solve(op, input=size, output=out, rounding=rounding, up_to=4)
    answers = {tuple(one.values[name] for name in ("kernel", "stride", "padding")) for one in found.answers}
    for kernel in range(1, 5):
        for stride in range(1, 5):
            for padding in range(kernel // 2 + 1):  # PyTorch takes no more
                given = {"kernel": kernel, "stride": stride, "padding": padding, "rounding": rounding == "ceil"}
                made = torch_out(layer, size, **given)
                assert (made == out) == ((kernel, stride, padding) in answers), given


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 12), st.integers(1, 30), st.integers(1, 3))
def test_transposed_convolutions_against_pytorch(size: int, out: int, stride: int) -> None:
    names = ("kernel", "padding", "output_padding")
    found = nl.solve("conv_transpose", unknown=names, input=size, output=out, stride=stride, up_to=4)
    answers = {tuple(one.values[name] for name in names) for one in found.answers}
    for kernel in range(1, 5):
        for padding in range(5):
            for extra in range(5):
                given = {"kernel": kernel, "padding": padding, "output_padding": extra, "stride": stride}
                made = torch_out(nn.ConvTranspose1d, size, **given)
                assert (made == out) == ((kernel, padding, extra) in answers), given


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 30), st.integers(1, 9), st.integers(1, 4), st.integers(0, 4))
def test_the_input_from_the_output(out: int, kernel: int, stride: int, padding: int) -> None:
    found = nl.solve(kernel=kernel, stride=stride, padding=padding, output=out, up_to=150)
    sizes = sorted(one.values["in"] for one in found.answers)
    assert sizes == [size for size in range(1, 151) if conv_out(size, kernel, stride, padding) == out]


@pytest.mark.parametrize(
    ("op", "size", "out", "usual"),
    [
        ("conv", 227, 55, (11, 4, 0)),
        ("conv", 55, 27, (3, 2, 0)),
        ("conv", 224, 112, (3, 2, 1)),
        ("conv", 56, 56, (1, 1, 0)),
        ("maxpool", 224, 112, (2, 2, 0)),
        ("maxpool", 55, 27, (3, 2, 0)),
        ("conv_transpose", 28, 56, (2, 2, 0)),
    ],
)
def test_the_usual_one_comes_first(op: str, size: int, out: int, usual: tuple[int, ...]) -> None:
    first = nl.solve(op, input=size, output=out).answers[0]
    assert tuple(first.values[name] for name in ("kernel", "stride", "padding")) == usual


def test_the_check_is_the_traced_rule() -> None:
    text = str(nl.solve(unknown="padding", kernel=11, stride=4, input=227, output=55))
    assert "⌊(L_in + 2·P − K) / S⌋ + 1 = ⌊(227 + 2·0 − 11) / 4⌋ + 1 = 55" in text
    assert "padding up to 4,096" in text


def test_the_output_alone_needs_no_search() -> None:
    answer = nl.solve(kernel=11, stride=4, input=227)
    assert answer.answers[0].values == {"out": 55}
    assert "nothing was searched" in str(answer)


def test_the_nearest_where_there_is_none() -> None:
    answer = nl.solve(unknown="padding", kernel=1, stride=4, input=227, output=9)
    assert answer.answers == ()
    assert answer.nearest is not None
    assert (answer.nearest.values, answer.nearest.made) == ({"padding": 0}, 57)
    assert "The nearest is padding = 0, which gives 57" in str(answer)


def test_nothing_fits_at_all() -> None:
    answer = nl.solve(unknown="stride", kernel=11, input=5, output=2)
    assert answer.answers == ()
    assert answer.nearest is None
    assert "no window fits" in str(answer)


@pytest.mark.parametrize(
    ("op", "given", "said"),
    [
        ("conv", {"input": 5}, "kernel is needed"),
        ("conv", {}, "in or out is needed"),
        ("conv", {"unknown": "kernel", "kernel": 3, "input": 5, "output": 3}, "asked for and given"),
        ("conv", {"unknown": "colour", "input": 5, "output": 3}, "colour"),
        ("conv", {"kernel": 3, "stride": 1, "padding": 0, "input": 5, "output": 3}, "nothing is asked for"),
        ("conv", {"input": 0, "output": 3}, "at least 1"),
        ("conv", {"input": 5, "output": 3, "up_to": 10**6}, "candidates are tried"),
        ("conv", {"input": 5, "output": 3, "up_to": 0}, "at least 1"),
        ("conv", {"input": 2**40, "output": 3}, "too large"),
        ("conv", {"kernel": 7, "input": 5}, "no window fits"),
        ("linear", {"input": 5, "output": 3}, "no window"),
        ("convv", {"input": 5, "output": 3}, "Did you mean"),
    ],
)
def test_questions_that_are_none(op: str, given: dict[str, Any], said: str) -> None:
    with pytest.raises(NetledgerError, match=said):
        nl.solve(op, **given)


def test_runs() -> None:
    assert runs([]) == ()
    assert [tuple(run) for run in stepped([1, 2, 3, 10, 20, 30, 40, 41])] == [(1, 3, 1), (10, 30, 10), (40, 41, 1)]
    assert stepped([5, 7])[0].said() == "5"
    assert [number for run in stepped([4, 8, 12, 16]) for number in run.numbers] == [4, 8, 12, 16]


# Networks.


class Model(nn.Module):
    """What `net.yaml` below is, as code."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 5, stride=2)
        self.pool = nn.MaxPool2d(3, 2)
        self.fc = nn.Linear(8 * 4 * 4, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(self.pool(self.conv(x)).flatten(1))


SPEC = """
name: small
input: 3x20x20
let: {width: 8, scale: 1.0}
layers:
  - conv: {out: "max(floor(width * scale), 1)", kernel: 5, stride: 2}
  - maxpool: {kernel: 3, stride: 2}
  - flatten
  - linear: {out: 10}
"""
FIXED = SPEC.replace("3x20x20", "3x22x22").replace("out: 10}", "out: 10, in_features: 128}")


def taken_by_torch(size: tuple[int, ...]) -> bool:
    with torch.device("meta"):
        try:
            Model()(torch.zeros(size))
        except RuntimeError:
            return False
        return True


@pytest.mark.parametrize("source", [FIXED, Model()], ids=["spec", "model"])
def test_accepted_inputs_against_the_model_itself(source: Any) -> None:
    shape = (1, 3, 22, 22)
    answer = nl.accepts(source, shape, up_to=40)
    assert answer.sizes == tuple(size for size in range(1, 41) if taken_by_torch((1, 3, size, size)))
    square, height, width, channels = answer.sweeps
    for axis, sweep in ((2, height), (3, width)):
        taken = [number for run in sweep.taken for number in run.numbers]
        shapes = ((*shape[:axis], size, *shape[axis + 1 :]) for size in range(1, 41))
        assert taken == [sized[axis] for sized in shapes if taken_by_torch(sized)]
    if not isinstance(source, str):
        assert [tuple(run) for run in channels.taken] == [(3, 3, 1)]
    assert square.refusals[0].runs[0].first == 1


@pytest.mark.parametrize("name", ["alexnet", "vgg_mnist", "googlenet", "unet", "densenet121"])
def test_rules_run_again_are_the_layout(name: str) -> None:
    """Where a network is not laid out again, it is what it would be."""
    sizes = nl.accepts(name, up_to=200).sizes
    shape = nl.count(name).inputs[0]
    for size in range(1, 201, 13):
        try:
            nl.count(name, (shape[1], size, size))
            assert size in sizes
        except nl.ShapeError:
            assert size not in sizes


def test_channels_that_make_other_layers_are_laid_out_again() -> None:
    """A layer made of what comes in is another one where that is another."""
    layers = "[flatten, reshape: {shape: [-1, 4, 4]}, conv: {out: in_channels, kernel: 3}]"
    spec = f"input: 3x8x8\nlayers: {layers}\n"
    best = nl.largest(spec, "input", max={"parameters": 1000}, up_to=16)
    expected = [size for size in range(4, 17, 4) if nl.count(spec, (3, size, size)).parameters <= 1000]
    assert best.value == max(expected)
    assert best.figures == {"parameters": nl.count(spec, (3, int(best.value), int(best.value))).parameters}


@pytest.mark.parametrize("source", [SPEC, Model()], ids=["spec", "model"])
def test_the_largest_batch(source: Any) -> None:
    found = nl.largest(source, "batch", (1, 3, 22, 22), max={"feature_maps": "100KiB", "macs": "2M"}, up_to=40)
    fits = [
        batch
        for batch in range(1, 41)
        if (ledger := nl.count(source, (batch, 3, 22, 22))).bytes["feature_maps"] <= 102400
        and ledger.total("macs") <= 2_000_000
    ]
    assert found.value == max(fits)
    beyond = found.beyond
    assert beyond is not None
    assert beyond[0] == max(fits) + 1
    assert beyond[1]["macs"] == nl.count(source, (max(fits) + 1, 3, 22, 22)).total("macs")


def test_the_largest_input_and_width_against_brute_force() -> None:
    size = nl.largest(SPEC, "input", max={"macs": "5M"})
    counts = {one: nl.count(SPEC, (3, one, one)).total("macs") for one in range(11, 250)}
    assert size.value == max(one for one, macs in counts.items() if macs <= 5_000_000)
    width = nl.largest(SPEC, "scale", max={"macs": "300k"})
    assert width.found.step == Fraction(1, 100)
    steps = [Fraction(place, 100) for place in range(1, 1000)]
    fits = [one for one in steps if nl.count(SPEC, let={"scale": str(float(one))}).total("macs") <= 300_000]
    assert width.value == max(fits)
    spec = SPEC.replace('"max(floor(width * scale), 1)"', "width")
    whole = nl.largest(spec, "width", max={"parameters": 4000})
    assert whole.found.step == 1
    assert whole.value == max(one for one in range(1, 100) if nl.count(spec, let={"width": one}).parameters <= 4000)


def test_figures_that_go_down_again() -> None:
    """A larger one may cost less: it is found all the same."""
    spec = "input: 4x8x8\nlet: {stride: 1}\nlayers:\n  - conv: {out: 4, kernel: 3, stride: stride}\n"
    found = nl.largest(spec, "stride", max={"macs": 1000}, up_to=10)
    assert found.value == 10
    assert found.beyond is None
    assert "the bound 10 itself fits" in str(found)


def test_nothing_is_within_the_budget() -> None:
    found = nl.largest("vit_b_16", "input", max={"macs": "100M"})
    assert found.value is None
    assert found.beyond is not None
    assert found.beyond[0] == 16
    assert "none: even the smallest" in str(found)


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("colour", {"max": {"macs": 1}}, "colour"),
        ("input", {"max": {}}, "no budget"),
        ("input", {"max": {"macs": "many"}}, "not a quantity"),
        ("input", {"max": {"macs": "2GiB"}}, "no budget of macs"),
        ("input", {"max": {"feature_maps": 0}}, "no budget"),
        ("input", {"max": {"mac": 1}}, "Did you mean"),
        ("input", {"max": {"macs": 1}, "step": "0.5"}, "whole steps"),
        ("input", {"max": {"macs": 1}, "step": 0}, "greater than 0"),
        ("input", {"max": {"macs": 1}, "up_to": 10**9}, "candidates"),
        ("input", {"max": {"macs": 1}, "let": {"x": 1}}, "name to set"),
    ],
)
def test_budgets_that_are_none(name: str, given: dict[str, Any], said: str) -> None:
    with pytest.raises(NetledgerError, match=said):
        nl.largest("alexnet", name, **given)


def test_sizes_that_cannot_be_varied() -> None:
    with pytest.raises(NetledgerError, match="not equal"):
        nl.largest("segnet", "input", max={"macs": 1})
    with pytest.raises(NetledgerError, match="plain shapes"):
        nl.accepts(Model(), torch.zeros(1, 3, 22, 22))
    with pytest.raises(NetledgerError, match="between 1"):
        nl.accepts("alexnet", up_to=0)


# The command.


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ("--unknown padding --kernel 11 --stride 4 --in 227 --out 55", 0, "padding = 0"),
        ("--op=maxpool --rounding ceil --unknown kernel --stride 2 --in 112 --out 56", 0, "kernel = 2"),
        ("--op conv_transpose --unknown output_padding --kernel 3 --stride 2 --padding 1 --in 7 --out 14", 0, "= 1"),
        ("--kernel 3 --padding same --in 7", 0, "out = 7"),
        ("--op maxpool --no-clip --rounding ceil --kernel 2 --in 7", 0, "out = 4"),
        ("--unknown padding --kernel 1 --stride 4 --in 227 --out 9", 1, "nearest"),
        ("--unknown padding --kernel x --in 227 --out 9", 2, "not a whole number"),
        ("--in 55 --out 27 --accepts", 2, "SOURCE"),
        ("--in 55 --out 27 --set a=1", 2, "SOURCE"),
        ("--op nothing --in 3", 2, "unknown layer"),
        ("--in 55 --out 27 --up-to x", 2, "whole number"),
        ("vgg_mnist --accepts --up-to 40", 0, "from 16 to 31"),
        ("vgg_mnist --accepts --up-to 8", 0, "none"),
        ("vgg_mnist", 2, "--largest NAME"),
        ("vgg_mnist --accepts --kernel 3", 2, "one layer"),
        ("lenet --largest batch --max-macs 1M", 0, "batch  2"),
        ("lenet --largest batch --max textbook=1M --max-params 1M --max-feature-maps 1GiB", 0, "textbook (FLOP)"),
        ("lenet --largest batch --max textbook", 2, "NAME=FIGURE"),
        ("lenet --largest batch --max-macs 1", 1, "none"),
    ],
)
def test_on_the_command_line(arguments: str, code: int, said: str) -> None:
    ran = run_command("solve", *arguments.split())
    assert (ran.code, said in ran.output) == (code, True), ran.output
    assert "Traceback" not in ran.output


@pytest.mark.parametrize(
    "arguments", ["--in 55 --out 27", "vgg_mnist --accepts --up-to 40", "lenet --largest batch --max-macs 1M"]
)
@pytest.mark.parametrize("format_name", ["text", "markdown", "latex", "html", "json"])
def test_every_format(arguments: str, format_name: str) -> None:
    ran = run_command("solve", *arguments.split(), "--format", format_name)
    assert ran.code == 0
    if format_name == "json":
        assert json.loads(ran.output)["schema"] == 1
