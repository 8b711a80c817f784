"""The table of torchinfo, next to torchinfo's own: the same wherever it is right, and what is right where it is not."""

from __future__ import annotations

import re
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import netledger as nl
from netledger.conventions import load
from netledger.reports import columns, torchinfo
from tests.conftest import Golden
from tests.reports.models import GOLDEN, Recurrent, Tied, Uncalled, hostile, sequence, small

COLUMNS = ("input_size", "output_size", "num_params", "kernel_size", "mult_adds", "trainable")
CNNS = ("resnet18", "vgg11", "mobilenet_v2", "squeezenet1_0")

Figures = dict[str, int]


def report(model: Any, *shapes: Any, depth: int | None = None, names: tuple[str, ...] = ()) -> str:
    view = nl.count(model, *shapes).view((), depth)
    return torchinfo.render(view._replace(columns=columns("torchinfo", names)))


def table(text: str) -> list[list[str]]:
    """The cells of every row, without the tree in front."""
    body = re.split(r"^=+$", text, flags=re.MULTILINE)[2].strip("\n").splitlines()
    return [re.split(r"\s{2,}", re.sub(r"^[│├└─ ]*", "", line)) for line in body]


def footer(text: str) -> list[str]:
    parts = re.split(r"^=+\n?", text, flags=re.MULTILINE)
    return "".join(parts[3:5]).strip().replace("Units.GIGABYTES", "G").replace("Units.MEGABYTES", "M").splitlines()


def theirs(model: Any, shape: tuple[int, ...], **rest: Any) -> Any:
    original = pytest.importorskip("torchinfo")
    options = {"verbose": 0, "depth": 99, "device": device(model), "col_names": COLUMNS, **rest}
    return original.summary(model, shape, **options)


def device(model: Any) -> str:
    return next((str(part.device) for part in model.parameters()), "cpu")


def normalisation(model: Any, batch: int) -> int:
    """What torchinfo charges for normalisation: each parameter once for each input."""
    norms = [module for module in model.modules() if type(module).__name__ == "BatchNorm2d"]
    return batch * sum(part.numel() for module in norms for part in module.parameters())


def expected(row: list[str]) -> list[str]:
    """A row of torchinfo as it should have been: normalisation is free; a kernel has a size along every axis."""
    *rest, kernel, mult_adds, trainable = row
    kernel = f"[{kernel}, {kernel}]" if kernel.isdecimal() else kernel
    return [*rest, kernel, "--" if row[0].startswith("BatchNorm2d") else mult_adds, trainable]


def compare(model: Any, shape: tuple[int, ...]) -> None:
    """Every row; every total; the sizes in bytes."""
    reference = theirs(model, shape)
    ours = report(model, shape, depth=99, names=COLUMNS)
    assert table(ours) == [expected(row) for row in table(str(reference))]
    ledger = nl.count(model, shape)
    assert ledger.parameters == reference.total_params
    assert ledger.parameter_counts.trainable == reference.trainable_params
    assert ledger.total("macs+bias") == reference.total_mult_adds - normalisation(model, shape[0])
    sizes = torchinfo.sizes(ledger.data)
    assert sizes["Forward/backward pass size"] == reference.total_output_bytes
    assert sizes["Params size"] == reference.total_param_bytes
    assert 0 <= reference.total_input - sizes["Input size"] < 200  # torchinfo adds the size of Python's own object


def test_percentages_are_as_torchinfo_has_them(torchvision: ModuleType) -> None:
    import torch

    with torch.device("meta"):
        model = torchvision.models.resnet18().eval()
    shape, names = (1, 3, 224, 224), ("params_percent",)
    reference = table(str(theirs(model, shape, col_names=names)))
    ours = table(report(model, shape, depth=99, names=names))
    # torchinfo has (recursive) where a module that stores nothing is called again
    assert ours == [[row[0], "--"] if row[0].startswith("ReLU") else row for row in reference]


@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize("name", CNNS)
def test_plain_convolutional_networks_are_as_torchinfo_has_them(torchvision: ModuleType, name: str, batch: int) -> None:
    import torch

    with torch.device("meta"):
        model = getattr(torchvision.models, name)().eval()
    shape = (batch, 3, 224, 224)
    compare(model, shape)
    ours, reference = footer(report(model, shape)), footer(str(theirs(model, shape)))
    ours.remove(ours[3])  # the mult-adds, of which torchinfo has too many where there is normalisation
    assert ours == reference[:3] + reference[4:]


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_small_networks_are_as_torchinfo_has_them(data: st.DataObject) -> None:
    model, shape = data.draw(small())
    compare(model, shape)


def test_the_example_of_the_issue() -> None:
    from torch import nn

    text = report(nn.Sequential(nn.Conv2d(3, 7, 3)), (16, 3, 5, 5))
    assert table(text)[1] == ["Conv2d: 1-1", "[16, 3, 5, 5]", "[16, 7, 3, 3]", "196", "[3, 3]", "28,224"]
    assert "Mult-adds are 28,224 products and additions of biases (macs+bias)" in text
    assert "Total mult-adds (M): 0.03" in text


def test_the_head_and_the_foot() -> None:
    from torch import nn

    lines = report(nn.Linear(1000, 1000), (2000, 1000)).splitlines()
    head = "Layer (type:depth-idx)", "Input Shape", "Output Shape", "Param #", "Kernel Shape", "Mult-Adds"
    assert tuple(re.split(r"\s{2,}", lines[1])) == head
    rule = lines[0]
    assert lines[2] == rule == "=" * len(rule)
    assert max(map(len, lines[:4])) <= len(rule)
    assert lines[4:] == [
        rule,
        "Total params: 1,001,000",
        "Trainable params: 1,001,000",
        "Non-trainable params: 0",
        "Total mult-adds (G): 2.00",
        rule,
        "Input size (MB): 8.00",
        "Forward/backward pass size (MB): 16.00",
        "Params size (MB): 4.00",
        "Estimated Total Size (MB): 28.00",
        rule,
        "Mult-adds are 2,002,000,000 products and additions of biases (macs+bias); normalisation is free.",
        "The pass is twice the output of every operation with parameters; params are without buffers.",
    ]


@pytest.mark.parametrize(
    ("outputs", "said"), [(0, "(M): 0"), (10**6, "(M): 1"), (10**9, "(G): 1"), (2 * 10**12, "(T): 2")]
)
def test_whole_units_are_whole_numbers(outputs: int, said: str) -> None:
    layer = f"linear: {{out: {outputs}, bias: false}}" if outputs else "relu"
    text = nl.count(f"input: 1\nlayers: [{layer}]").to("torchinfo")
    assert f"Total mult-adds {said}\n" in text


# Where torchinfo is wrong.


def test_a_linear_layer_of_a_sequence_is_counted_at_every_place() -> None:
    from torch import nn

    model = nn.Sequential(nn.Linear(64, 32))
    assert theirs(model, (1, 10, 64)).total_mult_adds == 2_080
    assert table(report(model, (1, 10, 64)))[1][-1] == "20,800"


def test_attention_is_counted() -> None:
    model, shape = sequence()
    assert theirs(model, shape).total_mult_adds == 2 * 20  # the normalisation
    rows = {row[0]: row for row in table(report(model, shape))}
    attention = rows["MultiheadAttention: 1-2"]
    batch, length, width = shape
    projections = batch * length * width * width * 4
    meetings = 2 * batch * length * length * width
    assert attention[-1] == f"{projections + meetings + 4 * batch * length * width:,}"
    assert attention[3] == f"{4 * width * width + 4 * width:,}"


def test_functions_are_part_of_the_module_that_calls_them() -> None:
    import torch

    class Product(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.act = torch.nn.ReLU()
            self.weight = torch.nn.Parameter(torch.zeros(7, 5))

        def forward(self, x: Any) -> Any:
            return self.act(x @ self.weight)

    root, act = table(report(Product(), (3, 7)))
    assert root == ["Product", "[3, 7]", "[3, 5]", "35", "--", "105"]
    assert act[-1] == "--"


def test_a_module_that_is_called_again_is_recursive() -> None:
    text = report(*Tied.example(), depth=99)
    assert [row[3] for row in table(text)] == ["--", "10,000", "10,100", "(recursive)", "(recursive)", "(recursive)"]
    assert "Total params: 20,100\n" in text


def test_what_is_not_run_is_shown() -> None:
    rows = table(report(*Uncalled.example()))
    assert rows[-1] == ["Linear: 1-2", "--", "--", "(6)", "--", "--"]


def test_recurrence_is_exact() -> None:
    model, shape = Recurrent.example()
    rows = {row[0]: row for row in table(report(model, shape))}
    batch, steps, width = 2, 30, 16
    weights = 4 * width * (8 + width)
    assert rows["LSTM: 1-2"][-1] == f"{batch * steps * (weights + 2 * 4 * width):,}"
    assert rows["LSTM: 1-2"][1:3] == ["[2, 30, 8]", "[2, 30, 16]"]


def test_what_is_not_counted_is_said() -> None:
    text = nl.count("input: 4\nlayers: [linear: 3, custom: {what: x, out: 5}]").to("torchinfo")
    assert table(text)[2][-1] == "not counted"
    assert "Total mult-adds (M): at least 0.00" in text
    assert text.endswith("\nNot counted: custom1.")


def test_many_that_are_not_counted_are_not_all_said() -> None:
    layers = ", ".join("custom: {what: x, out: 5}" for _ in range(8))
    assert nl.count(f"input: 4\nlayers: [{layers}]").to("torchinfo").endswith("custom5 and 3 more.")


# Depth and columns.


@pytest.mark.parametrize("preset", ["resnet18", "googlenet", "lenet"])
@pytest.mark.parametrize("depth", [1, 2, 3, None])
def test_rows_add_up_to_the_total(preset: str, depth: int | None) -> None:
    ledger = nl.count(preset)
    rows = table(ledger.to("torchinfo", depth=depth))
    for place, total in ((3, ledger.parameters), (5, ledger.total("macs+bias"))):
        assert sum(int(row[place].replace(",", "")) for row in rows if row[place] != "--") == total


def test_names_make_the_tree_where_no_calls_are_known() -> None:
    lines = nl.count("resnet18").to("torchinfo", depth=2).splitlines()
    assert lines[3].startswith("ResNet-18 ")
    assert lines[8].startswith("├─layer1: 1-5 ")
    assert lines[9].startswith("│    └─0: 2-1 ")


def test_three_levels_are_shown_where_nobody_says(torchvision: ModuleType) -> None:
    import torch

    with torch.device("meta"):
        model = torchvision.models.resnet18()
    assert report(model, (1, 3, 64, 64)) == report(model, (1, 3, 64, 64), depth=3)


def test_columns_by_either_name() -> None:
    lenet = nl.count("lenet").view(())
    text = torchinfo.render(lenet._replace(columns=columns("torchinfo", ["num_params, groups", "share"])))
    assert re.split(r"\s{2,}", text.splitlines()[1]) == ["Layer (type:depth-idx)", "Param #", "Groups", "Param %"]
    assert table(text)[1] == ["conv: 1-1", "60", "1", "0.10%"]
    with pytest.raises(nl.UnknownNameError, match="unknown column of torchinfo 'parms'\n  Did you mean") as caught:
        columns("torchinfo", ["parms"])
    assert "num_params" in str(caught.value)
    with pytest.raises(nl.UnknownNameError, match="unknown column of torchinfo 'weights'"):
        columns("torchinfo", ["weights"])


def test_partly_trained_layers() -> None:
    from torch import nn

    model = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 4), nn.ReLU())
    model[0].requires_grad_(False)
    model[1].bias.requires_grad_(False)
    rows = table(report(model, (1, 2), names=("num_params", "trainable", "params_percent")))
    assert rows == [
        ["Sequential", "--", "Partial", "--"],
        ["Linear: 1-1", "(9)", "False", "36.00%"],
        ["Linear: 1-2", "16", "Partial", "64.00%"],
        ["ReLU: 1-3", "--", "--", "--"],
    ]


def test_a_hostile_network(golden: Golden) -> None:
    text = report(*hostile(), names=("input", "output", "parameters", "macs+bias"))
    golden.check(text + "\n", GOLDEN / "hostile_modules.torchinfo.txt")


def test_the_convention_is_the_one_that_is_named() -> None:
    ledger = nl.count("alexnet")
    assert f"{ledger.total(load('macs+bias').NAME):,} products" in ledger.to("torchinfo")
