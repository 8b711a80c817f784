"""`netledger show` with levels of modules, columns, and the table of torchinfo."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from pathlib import Path

import pytest

import netledger as nl
from netledger import reports
from netledger.reports import _columns
from tests.commands.test_commands import run


def head(text: str) -> list[str]:
    return text.splitlines()[text.splitlines().index("") + 1].split()


def test_columns() -> None:
    done = run("show", "lenet", "--columns", "output_size,num_params", "--columns", "macs%")
    assert (done.returncode, done.stderr) == (0, "")
    assert head(done.stdout) == ["layer", "output", "parameters", "%", "of", "macs"]


def test_totals_are_those_of_the_columns_unless_conventions_are_asked_for() -> None:
    by_columns = run("show", "lenet", "--columns", "output,mult_adds").stdout
    assert "macs+bias  " in by_columns
    assert "flops" not in by_columns
    assert "flops  " in run("show", "lenet", "--columns", "output").stdout
    both = run("show", "lenet", "--columns", "output,mult_adds", "--convention", "flops").stdout
    assert "flops  " in both
    assert "\nmacs+bias  " not in both
    assert f"{nl.count('lenet').total('macs+bias'):,}" in both


def test_columns_of_csv() -> None:
    done = run("show", "resnet18", "--columns", "kernel,parameters,macs", "--format", "csv", "--depth", "1")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert list(rows[0]) == ["layer", "kernel", "parameters", "macs"]
    assert sum(int(row["macs"]) for row in rows) == nl.count("resnet18").total("macs")


@pytest.mark.parametrize("format_name", ["markdown", "latex", "html"])
def test_columns_of_documents(format_name: str) -> None:
    text = run("show", "lenet", "--columns", "kernel", "--format", format_name).stdout
    assert "5x5" in text
    assert "biases" not in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--columns", "outptu"), "unknown column 'outptu'\n  Did you mean output"),
        (("--columns", "parms", "--format", "torchinfo"), "unknown column of torchinfo 'parms'\n  Did you mean"),
        (("--columns", "output", "--format", "json"), "json always has the same columns\n  Leave --columns out"),
        (("--columns", "output", "--format", "paddle"), "paddle always has the same columns"),
    ],
)
def test_wrong_use_is_told_before_the_work_is_done(arguments: tuple[str, ...], message: str) -> None:
    done = run("show", "nothing.yaml", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"error: {message}" in done.stderr


def test_a_mistake_shows_the_columns_so_far() -> None:
    done = run("show", "alexnet", "--input", "3x20x20", "--columns", "kernel,output")
    assert done.returncode == 2
    assert head(done.stderr) == ["layer", "kernel", "output"]


def test_help_names_every_column() -> None:
    words = set(run("show", "--help").stdout.replace(",", " ").replace(".", " ").split())
    assert set(_columns.NAMES) <= {word.rstrip(";") for word in words}


def test_every_format_that_says_so_has_columns() -> None:
    for name in ("table", "csv", "markdown", "latex", "html", "torchinfo"):
        assert reports.columns(name, ["output"])


def test_completion_of_columns() -> None:
    words = "netledger show alexnet --columns output,ker"
    text = run(_NETLEDGER_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD="4").stdout
    assert "output,kernel\n" in text


def test_the_table_of_torchinfo() -> None:
    text = run("show", "resnet50", "--format", "torchinfo", "--depth", "1").stdout
    assert text == nl.count("resnet50").to("torchinfo", depth=1) + "\n"
    assert "Total mult-adds (G): 4.09" in text
    assert "BYTES" not in text
    text = run("show", "resnet50", "--format", "torchinfo", "--columns", "num_params,mult_adds").stdout
    assert "Input Shape" not in text


def test_the_table_of_torchinfo_in_a_narrow_encoding() -> None:
    done = run("show", "resnet18", "--format", "torchinfo", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "11,689,512" in done.stdout


NET = """
from torch import nn

class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Sequential(nn.Conv2d(3, 7, 3), nn.ReLU()), nn.Flatten(), nn.Linear(63, 2))
"""


def test_the_modules_of_a_model(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text(NET)
    arguments = ("show", f"{file}:Net", "--input", "16x3x5x5")
    lines = run(*arguments, "--depth", "2", PYTHONWARNINGS="default").stdout.splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("---")) + 1
    words = [line.split("  ") for line in lines[start : start + 4]]
    assert [line[0] for line in words] == ["0", "", "", "1"]
    assert " Sequential " in lines[start]
    assert lines[start + 1].startswith("  0 ")
    text = run(*arguments, "--format", "torchinfo", PYTHONWARNINGS="default").stdout
    assert "│    └─Conv2d: 2-1" in text
    assert "28,224" in text


def test_what_is_not_asked_for_is_not_loaded() -> None:
    names = "('_columns', '_nested', '_tree', 'torchinfo', 'csv')"
    code = f"""
import sys
from netledger.commands import main
try:
    main(["show", "alexnet"])
except SystemExit:
    print("LOADED", *(name for name in {names} if f"netledger.reports.{{name}}" in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "LOADED"
