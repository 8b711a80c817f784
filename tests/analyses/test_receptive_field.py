"""Receptive fields against a published table, and against gradients that PyTorch computes."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

import netledger as nl
from netledger.analyses.receptive_field import Field
from tests.conftest import Golden
from tests.reports.test_reports import GOLDEN

TABLE = Path(__file__).parent / "data" / "receptive_field_slim.csv"
RUN = settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def figures(row: dict[str, str]) -> tuple[int, ...]:
    return tuple(int(row[name]) for name in ("rf", "effective_stride", "effective_padding"))


def published(model: str) -> list[dict[str, str]]:
    with TABLE.open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["model"] == model and row["rf"]]


def chain_of(preset: str) -> list[tuple[str, Field]]:
    """Every convolution and pool of a chain, by what TF-slim calls it: conv2/conv2_1, pool2."""
    field = nl.receptive_field(preset)
    found, stage, place = [], 1, 0
    for row in field.rows:
        if row.operator.startswith("conv"):
            place += 1
            found.append((f"conv{stage}/conv{stage}_{place}", row.fields[0, 2]))
        if row.operator.startswith("maxpool"):
            found.append((f"pool{stage}", row.fields[0, 2]))
            stage, place = stage + 1, 0
    return found


@pytest.mark.parametrize(("preset", "model"), [("vgg11", "vgg_a"), ("vgg16", "vgg_16")])
def test_vgg(preset: str, model: str) -> None:
    ours = dict(chain_of(preset))
    rows = published(model)
    assert len(rows) > 10
    for row in rows:
        field = ours[row["end_point"].partition("/")[2]]
        assert (field.size, field.jump, field.padding) == figures(row)


def test_alexnet() -> None:
    """Slim's alexnet_v2 has valid windows where the paper's has, and the same sizes."""
    field = nl.receptive_field("alexnet")
    names = {"pool1": "pool1", "pool5": "pool3"}
    for row in published("alexnet_v2"):
        end = row["end_point"].partition("/")[2]
        found = field[names.get(end, end)][2]
        assert (found.size, found.jump, found.padding) == figures(row)


def test_mobilenet() -> None:
    """The preset follows TF-slim's own file; SAME padding is known, as the resolution is."""
    pointwise = [
        row.fields[0, 2] for row in nl.receptive_field("mobilenet_v1").rows if row.layer.endswith("pointwise.conv")
    ]
    rows = [row for row in published("mobilenet_v1") if row["resolution"] == "224" and "pointwise" in row["end_point"]]
    assert len(rows) > 13
    for row in rows:
        field = pointwise[int(row["end_point"].split("_")[1]) - 1]
        assert (field.size, field.jump, field.padding) == figures(row)


@pytest.mark.parametrize(
    ("layers", "size"),
    [
        ("[conv: {out: 1, kernel: 5}, maxpool: {kernel: 2}, conv: {out: 1, kernel: 5}]", 14),
        ("[conv: {out: 1, kernel: 5, dilation: 2}, maxpool: {kernel: 2}, conv: {out: 1, kernel: 5}]", 18),
        ("[conv: {out: 1, kernel: 5}, conv: {out: 1, kernel: 3}]", 7),
    ],
)
def test_figures_of_courses(layers: str, size: int) -> None:
    """COSC2779, week 5; torch-scan, PR 31."""
    field = nl.receptive_field(f"input: 1x64x64\nlayers: {layers}")
    assert field.rows[-1].fields[0, 2].size == size


# Small networks, as a spec and in PyTorch, with positive weights: a gradient is there wherever something is read.


class Net(nn.Module):
    """Layers one after another; a pair of lists is two paths that are added."""

    def __init__(self, layers: Sequence[Any]) -> None:
        super().__init__()
        self.layers = layers

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            x = _run(layer, x)
        return x


def _run(layer: Any, x: torch.Tensor) -> torch.Tensor:
    if isinstance(layer[0], list):
        return Net(layer[0])(x) + Net(layer[1])(x)
    kind, numbers = layer
    ones = torch.ones(1, 1, numbers.get("kernel", 1), dtype=torch.float64)
    if kind == "conv":
        return F.conv1d(x, ones, None, numbers["stride"], numbers["padding"], numbers["dilation"])
    if kind == "conv_transpose":
        return F.conv_transpose1d(x, ones, None, numbers["stride"], numbers["padding"], dilation=numbers["dilation"])
    if kind == "avgpool":
        return F.avg_pool1d(x, numbers["kernel"], numbers["stride"], numbers["padding"])
    if kind == "upsample":
        mode = numbers["mode"]
        return F.interpolate(x, scale_factor=numbers["scale"], mode=mode)
    if kind == "adaptive_avgpool":
        return F.adaptive_avg_pool1d(x, numbers["out"])
    assert kind == "crop"
    return x[..., numbers["margins"] : x.shape[-1] - numbers["margins"]]


def spec_of(layers: Sequence[Any]) -> list[Any]:
    made: list[Any] = []
    for layer in layers:
        if isinstance(layer[0], list):
            made.append(nl.spec.branches([spec_of(layer[0]), spec_of(layer[1])], join="add"))
        else:
            kind, numbers = layer
            made.append({kind: {"out": 1, **numbers} if kind.startswith("conv") else numbers})
    return made


@st.composite
def windows(draw: Any) -> Any:
    """A layer with a window, up or down."""
    kind = draw(st.sampled_from(("conv", "conv", "conv_transpose", "avgpool", "upsample", "crop")))
    kernel = draw(st.integers(1, 4))
    if kind == "crop":
        return kind, {"margins": draw(st.integers(1, 2))}
    if kind == "upsample":
        return kind, {"scale": draw(st.integers(2, 3)), "mode": draw(st.sampled_from(("nearest", "linear")))}
    numbers = {"kernel": kernel, "stride": draw(st.integers(1, 3)), "padding": draw(st.integers(0, kernel // 2))}
    if kind == "avgpool":
        return kind, numbers
    return kind, {**numbers, "dilation": draw(st.integers(1, 2))}


@st.composite
def networks(draw: Any) -> list[Any]:
    """A few windows, and perhaps a residual block in between."""
    layers = draw(st.lists(windows(), min_size=1, max_size=4))
    if draw(st.booleans()):
        kernel = draw(st.sampled_from((1, 3, 5)))
        same = {"kernel": kernel, "stride": 1, "padding": kernel // 2, "dilation": 1}
        layers.insert(draw(st.integers(0, len(layers))), ([("conv", same)], []))
    return layers


@RUN
@given(networks(), st.integers(40, 60))
def test_gradients_are_where_the_field_is(layers: list[Any], size: int) -> None:
    """For every element, nothing is read outside of its field; in the middle, off any padding, its ends are."""
    x = torch.ones(1, 1, size, dtype=torch.float64, requires_grad=True)
    try:
        network = nl.spec.network(spec_of(layers), input=f"1x{size}")
        found = nl.receptive_field(network).rows[-1].fields[0, 2]
    except nl.ShapeError:
        return
    made = Net(layers)(x)
    for place in range(made.shape[-1]):
        (gradient,) = torch.autograd.grad(made[0, 0, place], x, retain_graph=True)
        read = gradient[0, 0].nonzero()[:, 0].tolist()
        assert found.reach is not None
        span = found.reach.at(place)
        if not read:
            assert span is None or span[1] < 0 or span[0] >= size or "dilation" in str(layers)
            continue
        assert span is not None
        inside = (max(span[0], 0), min(span[1], size - 1))
        assert inside[0] <= read[0]
        assert inside[1] >= read[-1]
        if not holes(layers) and size // 4 <= span[0] and span[1] <= 3 * size // 4:
            assert inside == (read[0], read[-1])


def holes(layers: Sequence[Any]) -> bool:
    """Whether a border may be a hole (by dilation, by what a stride leaves out), or stand for what is beyond."""
    text = str(layers)
    return (
        "linear" in text
        or "'dilation': 2" in text
        or "conv_transpose" in text
        or "'stride': 3" in text
        or "'stride': 2" in text
    )


def test_the_field_of_a_unet_is_where_its_gradients_are() -> None:
    """Every element of the output, along one axis: 188 elements of the input, or 204, as it lies."""

    def conv(x: torch.Tensor) -> torch.Tensor:
        ones = torch.ones(1, 1, 3, dtype=torch.float64)
        return F.conv1d(F.conv1d(x, ones), ones)

    x = torch.ones(1, 1, 572, dtype=torch.float64, requires_grad=True)
    kept = [conv(x)]
    for _ in range(4):
        kept.append(conv(F.avg_pool1d(kept[-1], 2)))
    made = kept[-1]
    for copy in kept[-2::-1]:
        made = F.conv_transpose1d(made, torch.ones(1, 1, 2, dtype=torch.float64), stride=2)
        cut = (copy.shape[-1] - made.shape[-1]) // 2
        made = conv(made + copy[..., cut:-cut])
    field = nl.receptive_field("unet")
    found = field["classify"][2].reach
    assert found is not None
    for place in range(made.shape[-1]):
        (gradient,) = torch.autograd.grad(made[0, 0, place], x, retain_graph=True)
        read = gradient[0, 0].nonzero()[:, 0].tolist()
        assert found.at(place) == (read[0], read[-1])
    assert "188–204" in str(field)


def test_paths_out_of_line_are_told() -> None:
    """A path with another stride, or another centre, is not in line with its partner."""
    text = """
input: 1x32x32
layers:
  - branches:
      name: a
      join: add
      paths: [[{conv: {out: 1, kernel: 3}}], [{conv: {out: 1, kernel: 1}}, {crop: {margins: [[0, 2], [0, 2]]}}]]
"""
    field = nl.receptive_field(text)
    assert not field.rows[-1].fields[0, 2].aligned
    assert "Paths that meet are out of line at a.add1: they" in str(field)
    assert all(row.fields[0, 2].aligned for row in nl.receptive_field("resnet18").rows)


def test_the_whole_input_is_said_to_be_whole() -> None:
    text = str(nl.receptive_field("resnet18"))
    assert "whole (224)" in text
    assert nl.receptive_field("resnet18")["fc"][2].size == 224
    assert nl.receptive_field("resnet18")["fc"][2].jump is None


def test_what_is_not_known_is_said() -> None:
    field = nl.receptive_field("input: 1x8x8\nlayers: [custom: {what: x, out: 1x8x8}, conv: {out: 1, kernel: 3}]")
    assert field["conv1"][2].size is None
    assert "not known" in str(field)


def test_a_layer_that_is_not_there() -> None:
    with pytest.raises(nl.UnknownNameError, match="unknown layer 'conv9'"):
        nl.receptive_field("lenet")["conv9"]


def test_a_ledger_from_json_has_no_graph() -> None:
    ledger = nl.count("lenet")
    assert nl.receptive_field(ledger)["conv2"][2].size == 3 + 1 + 4 * 2
    with pytest.raises(nl.SourceError, match="has no graph"):
        nl.receptive_field(nl.Ledger.from_json(ledger.to_json()))


@pytest.mark.parametrize("format_name", ["text", "markdown", "latex", "html"])
def test_golden(format_name: str, golden: Golden) -> None:
    golden.check(nl.receptive_field("alexnet").to(format_name) + "\n", GOLDEN / f"alexnet.field.{format_name}.txt")


@pytest.mark.parametrize(
    ("layers", "size"),
    [
        ("[flip: {axes: [2], name: f}, add: {from: [f, input]}]", None),
        ("[roll: {axis: 2, shift: 3, name: f}, add: {from: [f, input]}]", None),
        ("[crop: {margins: [[2, 0]]}, adaptive_avgpool: 1, add: {from: [last, input]}]", None),
        ("[adaptive_avgpool: 1, add: {from: [last, input]}]", 20),
        ("[concat: {axis: 2, from: [input, input]}]", None),
        ("[flip: {axes: [2], name: f}, add: {from: [f, f]}]", 1),
    ],
)
def test_paths_that_cannot_be_joined_are_not_known(layers: str, size: int | None) -> None:
    """Nothing unknown is given a size."""
    field = nl.receptive_field(f"input: 1x20\nlayers: {layers}")
    assert field.rows[-1].fields[0, 2].size == size


def test_sequences_that_are_read_whole_are_said_to_be() -> None:
    assert "whole (128)" in str(nl.receptive_field("transformer_encoder"))


def test_long_rhythms_are_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a hostile network could make long is bounded, and said to be unknown."""
    from netledger.analyses import receptive_field

    paths = (f"[{{upsample: {{scale: 2/{n}}}}}, {{upsample: {{scale: {n}/2}}}}]" for n in (2047, 2045))
    cut = "slice: {axis: 2, stop: 1000}"
    text = "input: 1x100000\nlayers:\n - branches: {join: add, paths: [" + ", ".join(
        path[:-1] + f", {{{cut}}}]" for path in paths
    )
    assert nl.receptive_field(f"{text}]}}").rows[-1].fields[0, 2].size is None
    monkeypatch.setattr(receptive_field, "MAX_STEPS", 5)
    monkeypatch.setattr(receptive_field._Budget, "left", 5)
    assert nl.receptive_field("resnet18")["layer1.0.conv2"][2].size is None
