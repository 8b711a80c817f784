"""`netledger verify` as a user types it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import netledger as nl
from tests.commands.test_commands import ENVIRONMENT, run
from tests.test_imports import SLOW, loaded

EXAMPLE = str(Path(__file__).parent.parent.parent / "docs" / "examples" / "alexnet.csv")


def written(folder: Path, text: str) -> str:
    table = folder / "table.csv"
    table.write_text(text, encoding="utf-8")
    return str(table)


def test_a_difference_exits_with_1() -> None:
    done = run("verify", EXAMPLE, "alexnet")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == f"{nl.verify(EXAMPLE, 'alexnet')}\n"
    assert "27×27×256  13×13×256" in done.stdout
    assert "45 cells agree, 3 differ." in done.stdout


def test_agreement_exits_with_0(tmp_path: Path) -> None:
    done = run("verify", written(tmp_path, "layer,params\nconv1,34944\n"), "alexnet")
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 cell agrees, 0 differ." in done.stdout


def test_a_row_without_a_layer_exits_with_1(tmp_path: Path) -> None:
    done = run("verify", written(tmp_path, "layer,params\nconv1,34944\nconv9,1\n"), "alexnet")
    assert done.returncode == 1
    assert "no such layer: conv9" in done.stdout


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("layer,params\nconv1,1e999999\n", "line 2, column 'params': '1e999999' is not a figure"),
        ("conv1,34944\nconv2,2\n", "line 1: no column that can be compared is named"),
        ("layer,params\nconv1,34,944\n", "line 2: 3 cells, but 2 columns are named"),
        ("model,params\nvgg16,1\n", "has no row for AlexNet"),
        ("layer\x07,params\nconv1,\x1b[2J\n", "line 2"),
    ],
)
def test_bad_tables_exit_with_2(tmp_path: Path, text: str, message: str) -> None:
    done = run("verify", written(tmp_path, text), "alexnet")
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stderr


def test_wrong_use_exits_with_2(tmp_path: Path) -> None:
    table = written(tmp_path, "layer,params\nconv1,34944\n")
    for arguments, message in (
        ((table, "lexnet"), "Did you mean alexnet"),
        ((table, "alexnet", "--format", "jsn"), "unknown format"),
        ((str(tmp_path / "none.csv"), "alexnet"), "cannot read"),
        ((table, "alexnet", "--row", "conv2"), "unknown row"),
        ((str(tmp_path), "alexnet"), "cannot read"),
        (("-", "-"), "cannot both be -"),
        ((table,), "Missing argument"),
    ):
        done = run("verify", *arguments)
        assert done.returncode == 2
        assert message in done.stderr


def test_options(tmp_path: Path) -> None:
    table = written(tmp_path, "model;input;mult_adds_m;params\nMobileNet-160;160x160x3;75;1.3M\nother;1;1;1\n")
    settings = ("--set", "width=0.5", "--input", "3x160x160", "--row", "mobilenet 160")
    done = run("verify", table, "mobilenet_v1", *settings, "--all")
    assert done.returncode == 1
    assert "differs" in done.stdout
    assert "1.3M" in done.stdout
    out = tmp_path / "found.json"
    done = run("verify", table, "mobilenet_v1", *settings, "--format", "json", "--out", str(out))
    assert (done.returncode, done.stdout) == (1, "")
    assert json.loads(out.read_text())["counts"] == {"agree": 2, "differ": 1, "untold": 0}


@pytest.mark.parametrize("format_name", ["markdown", "latex", "html"])
def test_formats(format_name: str) -> None:
    done = run("verify", EXAMPLE, "alexnet", "--format", format_name)
    assert done.stdout == f"{nl.verify(EXAMPLE, 'alexnet').to(format_name)}\n"


def test_a_table_on_standard_input() -> None:
    command = [sys.executable, "-m", "netledger", "verify", "-", "alexnet"]
    text = "layer,output\nConv-5,27×27×256\n".encode()
    done = subprocess.run(command, input=text, capture_output=True, env=ENVIRONMENT, check=False)
    assert done.returncode == 1
    assert "13×13×256" in done.stdout.decode()


def test_nothing_slow_is_loaded() -> None:
    code = f"import netledger as nl; str(nl.verify({EXAMPLE!r}, 'alexnet'))"
    assert loaded(code) & set(SLOW) == set()
