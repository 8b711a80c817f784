"""The names that users import."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import netledger as nl


def test_every_public_name_is_there_and_the_list_is_sorted() -> None:
    assert all(hasattr(nl, name) for name in nl.__all__)
    assert nl.__all__ == sorted(nl.__all__, key=lambda name: (name.islower(), name)) or sorted(nl.__all__) == dir(nl)
    assert set(nl.__all__) <= set(dir(nl))
    with pytest.raises(AttributeError):
        _ = nl.no_such_name


def test_conventions_can_be_called_whoever_imported_the_folder_first() -> None:
    code = "import netledger.conventions, netledger as nl; print(*nl.conventions())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert tuple(done.stdout.split()) == nl.conventions()


@pytest.mark.parametrize(
    "shape", [(3, 224, 224), [3, 224, 224], (1, 3, 224, 224), "3x224x224", "1x3x224x224", nl.Shape(3, 224, 224)]
)
def test_every_form_of_a_shape(shape: object) -> None:
    assert nl.count("vgg11", shape).inputs == ((1, 3, 224, 224),)  # type: ignore[arg-type]


def test_a_batch() -> None:
    assert nl.count("lenet", batch=4).inputs == ((4, 1, 28, 28),)
    assert nl.count("lenet", (4, 1, 28, 28)).inputs == ((4, 1, 28, 28),)
    with pytest.raises(nl.SpecError, match="Give the sizes without the batch"):
        nl.count("lenet", (4, 1, 28, 28), batch=2)


def test_numpy_integers_do_not_wrap() -> None:
    sizes = np.array([1, 2**20, 2**20], dtype=np.int32)
    assert nl.count("input: 1x8x8\nlayers: [{conv: {out: 64, kernel: 1}}]", sizes).total("macs") == 2**46


@pytest.mark.parametrize("shape", [(1.5, 2, 3), "axb", (0, 1, 1), ("1", 2, 3), (1,) * 9])
def test_what_is_not_a_shape(shape: object) -> None:
    with pytest.raises(nl.NetledgerError):
        nl.count("lenet", shape)  # type: ignore[arg-type]


def test_an_unknown_element_type() -> None:
    with pytest.raises(nl.SourceError, match="unknown element type 'float31'"):
        nl.Shape(1, dtype="float31")


def test_the_ledger() -> None:
    ledger = nl.count("lenet")
    assert len(ledger) == len(list(ledger)) == 10
    assert sum(entry.total("paddle") for entry in ledger) == ledger.total("paddle") == 347_560
    assert ledger.parameters == ledger.parameter_counts.total == 61_610
    assert ledger.complete
    assert ledger.gaps == ()
    assert ledger.require_complete() is ledger
    assert ledger.source.startswith("paddle.vision")
    assert repr(ledger) == "<Ledger of LeNet: 10 layers, 61610 parameters, complete>"
    with pytest.raises(nl.UnknownNameError, match="Did you mean macs"):
        ledger.total("mac")
    with pytest.raises(nl.UnknownNameError, match="Did you mean conv1"):
        ledger["conv_1"]


def test_entries_by_place_and_equality() -> None:
    ledger = nl.count("lenet")
    assert ledger[0] == ledger["conv1"] != ledger[-1]
    assert nl.Ledger.from_json(ledger.to_json()) == ledger != nl.count("lenet", batch=2)


def test_an_entry() -> None:
    entry = nl.layer("conv(96, 11, stride=4)", (3, 227, 227))
    assert (entry.name, entry.scope, entry.op, entry.call) == ("conv1", "", "conv", "conv(96, 11, stride=4)")
    assert entry.inputs == ((1, 3, 227, 227),)
    assert entry.outputs == ((1, 96, 55, 55),)
    assert entry.attributes["stride"] == 4
    assert [part.shape for part in entry.parameter_list] == [(96, 3, 11, 11), (96,)]
    assert [tuple(term[:2]) for term in entry.work] == [("multiply", "product"), ("add", "accumulate"), ("add", "bias")]
    assert entry.counted
    assert entry.provenance.line == 1
    assert repr(entry) == "<conv1: conv(96, 11, stride=4), 34944 parameters>"


@pytest.mark.parametrize("name", nl.presets())
def test_every_call_of_a_preset_can_be_typed_again(name: str) -> None:
    """`layer` takes what an entry's `call` says, and gives the same facts."""
    for entry in nl.count(name):
        again = nl.layer(entry.call, *(shape[1:] for shape in entry.inputs))
        assert (again.attributes, again.outputs, again.work) == (entry.attributes, entry.outputs, entry.work)


def test_rows_and_pandas() -> None:
    ledger = nl.count("lenet")
    frame = ledger.to_pandas(("macs", "paddle"))
    assert list(frame["layer"]) == [entry.name for entry in ledger]
    assert int(frame["paddle"].sum()) == 347_560
    assert ledger.to_rows()[0]["macs"] == 42_336


def test_str_html_and_rich() -> None:
    from rich.console import Console

    ledger = nl.count("lenet")
    assert str(ledger) == ledger.to("table")
    assert ledger._repr_html_() == ledger.to("html")
    assert "</table>" in ledger._repr_html_()
    console = Console(record=True, width=160, file=io.StringIO())
    console.print(ledger)
    assert "61,610" in console.export_text()


def test_reports_by_name() -> None:
    ledger = nl.count("lenet")
    assert ledger.to_json() == ledger.to("json")
    assert ledger.to_csv() == ledger.to("csv")
    assert ledger.to_markdown() == ledger.to("markdown")
    assert ledger.to_latex() == ledger.to("latex")
    with pytest.raises(nl.UnknownNameError, match="unknown format 'jsn'"):
        ledger.to("jsn")


def test_a_path_object_and_what_is_no_source(tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text("input: 4\nlayers: [linear: 3]\n")
    assert nl.count(spec).parameters == 15
    with pytest.raises(nl.SourceError, match="there is no front end for a list"):
        nl.count([1, 2])  # type: ignore[arg-type]


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(nl.SourceError, match=r"cannot read 'nothing\.yaml': No such file"):
        nl.count("nothing.yaml")
    with pytest.raises(nl.SourceError, match="cannot read"):
        nl.count("no\0thing.yaml")
