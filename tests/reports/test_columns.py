"""Columns by name, in every format that has columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import netledger as nl
from netledger import reports
from netledger.reports import View, _columns
from tests.conftest import Golden
from tests.reports.models import GOLDEN, Nested, Recurrent, Tied, hostile, sequence

FORMATS = ("table", "csv", "markdown", "latex", "html")
CONVENTIONS = ("macs", "flops")
EVERY = (*_columns.NAMES, "macs+bias", "paddle%")


def written(ledger: nl.Ledger, format_name: str, names: Iterable[str], depth: int | None = None) -> str:
    view = ledger.view(CONVENTIONS, depth)._replace(columns=reports.columns(format_name, names))
    return reports.load(format_name).render(view)


def table(ledger: nl.Ledger, *names: str, depth: int | None = None) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written(ledger, "csv", names, depth))))


def column(ledger: nl.Ledger, name: str, depth: int | None = None) -> dict[str, str]:
    return {row["layer"]: row[name] for row in table(ledger, name, depth=depth)}


def head(text: str) -> list[str]:
    return text.splitlines()[text.splitlines().index("") + 1].split()


def test_columns_stand_in_the_order_asked_for_the_layer_first() -> None:
    lenet = nl.count("lenet")
    assert head(written(lenet, "table", ["output,parameters", "kind"])) == ["layer", "output", "parameters", "kind"]
    assert head(written(lenet, "table", ["kind", "layer"])) == ["kind", "layer"]
    assert head(written(lenet, "table", ["kind,kind", " kind "])) == ["layer", "kind"]
    assert reports.columns("table", [",", ""]) == ()


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("name", EVERY)
def test_every_column_in_every_format(name: str, format_name: str) -> None:
    for ledger in (nl.count("resnet18"), nl.count(*Nested.example())):
        for depth in (None, 2):
            assert written(ledger, format_name, [name], depth)


@pytest.mark.parametrize("name", EVERY)
def test_a_column_of_its_own_is_that_of_the_whole_table(name: str) -> None:
    ledger = nl.count("alexnet")
    alone = [row[name] for row in table(ledger, name)]
    assert alone == [row[name] for row in table(ledger, *EVERY)]


@pytest.mark.parametrize(("alias", "name"), _columns.ALIASES.items())
def test_other_names(alias: str, name: str) -> None:
    assert reports.columns("table", [alias]) == tuple(dict.fromkeys(("layer", name)))


def test_torchinfo_s_names_are_known() -> None:
    theirs = ("input_size", "output_size", "num_params", "params_percent", "kernel_size", "mult_adds", "trainable")
    for format_name in (*FORMATS, "torchinfo"):
        assert len(reports.columns(format_name, [*theirs, "groups"])) >= 8


@pytest.mark.parametrize(
    ("name", "meant"),
    [("outptu", "output"), ("parms", "params"), ("mac", "macs"), ("kernel_sizes", "kernel_size"), ("flop%", "flops%")],
)
@pytest.mark.parametrize("format_name", FORMATS)
def test_a_wrong_name_says_what_was_probably_meant(format_name: str, name: str, meant: str) -> None:
    with pytest.raises(nl.UnknownNameError, match=f"unknown column '{name}'") as caught:
        reports.columns(format_name, ["layer", name])
    assert meant in str(caught.value).partition("Did you mean")[2]


@pytest.mark.parametrize("format_name", ["json", "paddle"])
def test_formats_that_always_have_the_same_columns(format_name: str) -> None:
    assert reports.columns(format_name, []) == ()
    with pytest.raises(nl.SourceError, match=f"{format_name} always has the same columns\n  Leave --columns out"):
        reports.columns(format_name, ["output"])


def test_a_format_that_does_not_exist() -> None:
    with pytest.raises(nl.UnknownNameError, match="unknown format"):
        reports.columns("tabel", [])


# What stands in them.


def test_kernels_have_a_size_along_every_axis() -> None:
    kernels = column(nl.count("alexnet"), "kernel")
    assert (kernels["conv1"], kernels["pool1"], kernels["relu1"], kernels["fc1"]) == ("11x11", "3x3", "", "")
    text = "input: 2x8x8\nlayers: [conv: {out: 4, kernel: [3, 5], groups: 2, stride: [1, 2], padding: 1}]"
    (row,) = table(nl.count(text), "kernel", "groups", "stride", "padding", "dilation")
    assert row == {"layer": "conv1", "kernel": "3x5", "groups": "2", "stride": "1x2", "padding": "1", "dilation": "1"}
    flat = nl.count("input: 2x8\nlayers: [conv: {out: 4, kernel: 3}]")
    assert column(flat, "kernel") == {"conv1": "3"}


def test_shares_add_up() -> None:
    for ledger in (nl.count("alexnet"), nl.count(*Tied.example())):
        for name in ("share", "macs%"):
            assert abs(sum(float(cell) for cell in column(ledger, name).values()) - 100) < 0.01


def test_shares_of_nothing() -> None:
    ledger = nl.count("input: 3\nlayers: [relu]")
    assert table(ledger, "share", "macs%") == [{"layer": "relu1", "share": "", "macs%": ""}]
    assert written(ledger, "table", ["share", "macs%"]).splitlines()[4].split() == ["relu1", "–", "–"]


def test_shared_parameters_have_no_share_of_their_own() -> None:
    text = written(nl.count(*Tied.example()), "table", ["share"])
    assert [line.split()[1] for line in text.splitlines() if line.startswith(("again", "tied"))] == [
        *("50.25", "(shared)", "(shared)", "(shared)")
    ]


def test_conventions_that_are_not_those_of_the_totals() -> None:
    ledger = nl.count("lenet")
    cells = column(ledger, "textbook")
    assert sum(map(int, cells.values())) == ledger.total("textbook")
    text = written(ledger, "table", ["textbook", "textbook%"])
    assert f"{ledger.total('textbook'):,}" in text
    assert head(text) == ["layer", "textbook", "(FLOP)", "%", "of", "textbook"]


def test_a_convention_of_the_user_s_own_has_a_column() -> None:
    class Mine:
        NAME = "mine"
        UNIT = "FLOP"

        def amounts(self, entry: Any) -> dict[str, int]:
            return {"all": 7}

    view = View(nl.count("lenet").data, (Mine(),), columns=("mine", "mine%"))
    assert "70" in reports.load("table").render(view)
    assert reports.load("csv").render(view._replace(columns=())).splitlines()[0].endswith(",counted,mine")


def test_what_is_not_counted_has_no_price_and_no_share() -> None:
    ledger = nl.count("input: 4\nlayers: [linear: 3, custom: {what: x, out: 5}]")
    row = table(ledger, "macs+bias", "macs%", "counted")[1]
    assert row == {"layer": "custom1", "macs+bias": "", "macs%": "", "counted": "false"}
    assert "not counted" in written(ledger, "table", ["macs+bias"])


def test_what_is_trained() -> None:
    from torch import nn

    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2), nn.Linear(2, 2), nn.ReLU())
    model[1].requires_grad_(False)
    model[2].bias.requires_grad_(False)
    ledger = nl.count(model, (1, 2))
    assert list(column(ledger, "trainable").values()) == ["yes", "no", "partly", ""]


def test_where_it_is_written() -> None:
    ledger = nl.count(*Nested.example())
    place = column(ledger, "file:line")["multiply1"]
    file, _, line = place.rpartition(":")
    assert Path(file).name == "models.py"
    assert "* self.scale" in Path(file).read_text(encoding="utf-8").splitlines()[int(line) - 1]
    text = written(ledger, "table", ["file:line"])
    assert f" models.py:{line}" in text
    assert str(Path(file).parent) not in text


def test_classes_and_functions() -> None:
    ledger = nl.count(*Nested.example())
    assert column(ledger, "class")["blocks.0.conv"] == "Conv2d"
    assert column(ledger, "class")["blocks.0.add1"] == "Block"
    assert column(ledger, "class")["aux.0"] == "Conv2d"
    assert column(ledger, "function")["stem"] == "torch.conv2d"
    assert column(ledger, "kind")["stem"] == "conv"
    assert column(ledger, "dtype")["stem"] == "float32"
    classes = set(column(nl.count(*sequence()), "class").values())
    assert classes == {"LayerNorm", "MultiheadAttention"}, "what a function does is done by the module that calls it"


def test_a_module_has_the_attributes_of_the_layer_that_it_is() -> None:
    rows = {row["layer"]: row for row in table(nl.count(*Nested.example()), "kernel", "kind", "function", depth=2)}
    assert (rows["stem"]["kernel"], rows["stem"]["kind"]) == ("3x3", "conv")
    assert (rows["blocks.0"]["kernel"], rows["blocks.0"]["kind"], rows["blocks.0"]["function"]) == ("", "", "")
    rows = {row["layer"]: row for row in table(nl.count(*Recurrent.example()), "dtype", "file:line", depth=1)}
    assert Path(rows["lstm"]["file:line"]).name.startswith("models.py:")
    assert rows["lstm"]["dtype"] == "float32"


def test_repeats_that_are_folded() -> None:
    ledger = nl.count("resnet18")
    view = ledger.view(("macs",), fold=True)._replace(columns=reports.columns("csv", ["macs+bias", "parameters"]))
    rows = list(csv.DictReader(io.StringIO(reports.load("csv").render(view))))
    assert sum(int(row["macs+bias"]) for row in rows) == ledger.total("macs+bias")
    assert sum(int(row["parameters"]) for row in rows) == ledger.parameters


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_hostile_network(format_name: str, golden: Golden) -> None:
    names = ["operator", "class", "parameters", "share", "function", "macs+bias"]
    golden.check(
        written(nl.count(*hostile()), format_name, names, depth=2) + "\n",
        GOLDEN / f"hostile_modules.columns.{format_name}.txt",
    )


def test_attributes_of_a_ledger_that_was_tampered_with() -> None:
    text = nl.count("lenet").to_json()
    odd = text.replace('"kernel": 3', '"kernel": {"=1": "\\u001b[31m\\n"}')
    assert odd != text
    ledger = nl.Ledger.from_json(odd)
    for format_name in (*FORMATS, "torchinfo"):
        assert "\x1b" not in written(ledger, format_name, ["kernel"])
