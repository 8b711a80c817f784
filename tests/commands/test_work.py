"""`netledger work` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import netledger as nl
from netledger.commands import program
from netledger.core.errors import NetledgerError


def run(*arguments: str) -> Result:
    return CliRunner().invoke(program, ["work", *arguments], env={"COLUMNS": "90"})


def told(*arguments: str) -> str:
    done = run(*arguments)
    assert done.exit_code == 0, done.output
    return done.output


def test_attributes_are_options() -> None:
    made = json.loads(
        told("maxpool", "--kernel", "2", "--stride=1", "--input", "1 2; 3 4", "--padding", "1", "--format", "json")
    )
    assert made["layer"] == "maxpool(2, stride=1, padding=1)"
    assert made["output"] == [[[[1, 2, 2], [3, 4, 4], [3, 4, 4]]]]


def test_a_call_and_negative_numbers() -> None:
    made = json.loads(told("kmax_pool(1)", "--axis", "-1", "--input", "-1 -2; -3 4", "--format", "json"))
    assert made["output"] == [[-1], [4]]


def test_out_is_a_file_unless_the_layer_has_such_an_attribute(tmp_path: Path) -> None:
    file = tmp_path / "it.json"
    arguments = ("--kernel", "1", "--seed", "1", "--size", "2x2", "--format", "json", "--out", str(file))
    assert told("conv", "--out", "3", *arguments) == ""
    assert json.loads(file.read_text())["attributes"]["out"] == 3
    assert told("maxpool", *arguments) == ""
    assert json.loads(file.read_text())["operator"] == "maxpool"


def test_several_inputs_and_dashes() -> None:
    made = json.loads(
        told(
            "batchnorm",
            "--input",
            "1 2",
            "--running-mean",
            "1",
            "--running-var",
            "1",
            "--eps",
            "0",
            "--format",
            "json",
        )
    )
    assert made["output"] == [[[0, 1]]]
    inputs = ("--input", "1 0", "--input", "1 0", "--input", "5 6")
    assert json.loads(told("attention", *inputs, "--format", "json"))["output"] == [[5, 6]]


def test_text_is_as_wide_as_the_terminal() -> None:
    made = told("conv(1, 3)", "--seed", "1", "--size", "2x4x4")
    assert max(len(line) for line in made.splitlines() if line.startswith("   ")) <= 90
    assert made == nl.work("conv(1, 3)", seed=1, size="2x4x4").to("text", width=90) + "\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("maxpool", "--kernel"), "no value"),
        (("maxpool", "kernel", "2"), "--name value"),
        (("maxpool", "--kernel", "2", "--kernel", "3"), "twice"),
        (("maxpool", "--format", "jsn"), "Did you mean json"),
        (("maxpool", "--kernle", "2", "--input", "1"), "Did you mean kernel"),
    ],
)
def test_wrong_use(arguments: tuple[str, ...], said: str) -> None:
    done = run(*arguments)
    assert isinstance(done.exception, NetledgerError)
    assert said in str(done.exception)
