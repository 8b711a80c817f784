"""The command line as a user types it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import netledger as nl
from netledger.commands import FOLDER

ENVIRONMENT = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONWARNINGS": "error", "COLUMNS": "80"}


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "netledger", *arguments]
    env = {**ENVIRONMENT, **environment}
    return subprocess.run(command, capture_output=True, text=True, env=env, timeout=60, encoding="utf-8", check=False)


def test_show_prints_the_whole_table_when_piped() -> None:
    done = run("show", "alexnet")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == nl.count("alexnet").to("table") + "\n"
    assert max(map(len, done.stdout.splitlines())) > 130


def test_show_takes_settings_input_batch_and_conventions() -> None:
    arguments = (
        "--set",
        "width=0.5",
        "--input",
        "3x160x160",
        "--batch",
        "2",
        "--convention",
        "macs",
        "--format",
        "json",
    )
    made = json.loads(run("show", "mobilenet_v1", *arguments).stdout)
    ledger = nl.count("mobilenet_v1", (3, 160, 160), let={"width": 0.5}, batch=2)
    assert made["totals"] == {"macs": ledger.total("macs")}
    assert made["inputs"] == [[2, 3, 160, 160]]


def test_show_writes_a_file(tmp_path: Path) -> None:
    out = tmp_path / "lenet.csv"
    done = run("show", "lenet", "--format", "csv", "--out", str(out))
    assert (done.returncode, done.stdout) == (0, "")
    assert out.read_text() == nl.count("lenet").to_csv() + "\n"
    assert run("show", "lenet", "--out", str(tmp_path / "no" / "file")).returncode == 2


def test_show_reads_a_file(tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text("input: 4\nlayers: [{linear: 3}]\n")
    assert "linear(3)" in run("show", str(spec)).stdout


def test_depth_folds() -> None:
    assert "layer1  " in run("show", "resnet50", "--depth", "1").stdout
    assert run("show", "resnet50", "--depth", "0").returncode == 2


def test_strict_fails_with_1_on_a_gap(tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text("input: 4\nlayers: [{custom: {what: mine, out: 3}}]\n")
    assert run("show", str(spec)).returncode == 0
    done = run("show", str(spec), "--strict")
    assert (done.returncode, done.stdout) == (1, "")
    assert "error: 1 of 1 layers are not counted: custom1" in done.stderr
    assert run("show", "lenet", "--strict").returncode == 0


def test_a_mistake_shows_the_table_so_far_and_exits_with_2(tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text("input: 3x8x8\nlayers:\n  - conv: {out: 4, kernel: 3}\n  - maxpool: 9\n")
    done = run("show", str(spec))
    assert (done.returncode, done.stdout) == (2, "")
    assert "conv(4, 3)" in done.stderr
    assert f"error: {spec}:4:5: pool1, maxpool(9): the output would be empty" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("show", "lexnet"), "Did you mean alexnet"),
        (("shw", "alexnet"), "Did you mean show?"),
        (("show", "alexnet", "--convention", "flop"), "Did you mean flops or ptflops?"),
        (("show", "alexnet", "--format", "jason"), "Did you mean json?"),
        (("show", "alexnet", "--set", "width"), "is not NAME=VALUE"),
        (("show", "alexnet", "--set", "clases=10"), "Did you mean classes?"),
        (("show", "alexnet", "--input", "3xx"), "'3xx' is not a shape"),
        (("show", "alexnet", "--input", "3x5x5"), "the output would be empty"),
        (("show", "alexnet", "--batch", "0"), "--batch"),
        (("show",), "Missing argument"),
        (("layer", "conv(96", "3x227x227"), "this is not a layer"),
        (("layer", "conv(96, 11)", "3x5x5"), "the output would be empty"),
        (("layer", "conv(96, 11)"), "Missing argument"),
        (("presets", "lexnet"), "Did you mean alexnet"),
        (("completion", "dos"), "bash"),
    ],
)
def test_wrong_use_exits_with_2_and_says_what_to_do(arguments: tuple[str, ...], message: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_layer() -> None:
    done = run("layer", "conv(96, 11, stride=4)", "3x227x227", "--convention", "textbook")
    assert done.stdout.splitlines() == [
        "layer               conv(96, 11, stride=4)",
        "input               1x3x227x227 (batch 1)",
        "output              1x96x55x55",
        "weight              96x3x11x11 = 34,848",
        "bias                96",
        "parameters          34,944",
        "multiply (product)  105,415,200",
        "add (accumulate)    105,124,800",
        "add (bias)          290,400",
        "textbook            210,830,400 FLOP",
    ]


def test_layer_without_a_rule() -> None:
    assert "not counted" in run("layer", "custom(mine, 5)", "3").stdout


def test_conventions_are_explained() -> None:
    text = run("conventions").stdout
    for name in nl.conventions():
        assert f"{name} (" in text
    assert text.count("Who uses it:") == len(nl.conventions())


def test_presets_are_listed_and_printed(tmp_path: Path) -> None:
    table = run("presets").stdout
    assert all(f"\n{name} " in table for name in nl.presets())
    spec = tmp_path / "net.yaml"
    spec.write_text(run("presets", "lenet").stdout)
    assert nl.count(str(spec)).parameters == 61_610


def test_schema_is_json() -> None:
    assert json.loads(run("schema").stdout)["title"] == "netledger spec"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell: str) -> None:
    assert "_NETLEDGER_COMPLETE" in run("completion", shell).stdout


def test_completion_of_presets_and_conventions() -> None:
    def complete(words: str) -> str:
        return run(_NETLEDGER_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(len(words.split()))).stdout

    assert "alexnet" in complete("netledger show ")
    assert "textbook" in complete("netledger show alexnet --convention ")
    assert "latex" in complete("netledger show alexnet --format ")
    assert "presets" in complete("netledger ")


def test_version() -> None:
    assert run("--version").stdout == f"netledger {nl.__version__}\n"


@pytest.mark.parametrize("command", FOLDER.names())
def test_every_command_has_help_with_an_example(command: str) -> None:
    done = run(command, "--help")
    assert done.returncode == 0
    assert f"netledger {command}" in done.stdout.partition("\n")[2], "give the command an epilog with an example"


def test_a_narrow_encoding_loses_nothing() -> None:
    done = run("show", "lenet", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "61,610" in done.stdout


def test_a_spec_on_standard_input() -> None:
    command = [sys.executable, "-m", "netledger", "show", "-"]
    spec = "{input: 4, layers: [linear: 3]}"
    done = subprocess.run(command, input=spec, capture_output=True, text=True, env=ENVIRONMENT, check=True)
    assert "linear(3)" in done.stdout


def test_completion_offers_files_too() -> None:
    done = run(_NETLEDGER_COMPLETE="bash_complete", COMP_WORDS="netledger show net", COMP_CWORD="2")
    assert "file,net" in done.stdout


def test_a_wrong_name_is_told_before_the_work_is_done() -> None:
    assert "Did you mean macs" in run("show", "nothing.yaml", "--convention", "mac").stderr


@pytest.mark.parametrize(
    ("redirection", "message"),
    [(">&-", "standard output is closed"), ("> /dev/full", "cannot write to standard output: No space left")],
)
def test_output_that_cannot_be_written(redirection: str, message: str) -> None:
    command = f"{sys.executable} -m netledger show lenet {redirection}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_closed_pipe_is_no_error() -> None:
    command = f"{sys.executable} -m netledger schema | head -c 10"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, env=ENVIRONMENT, check=False
    )
    assert done.stderr == ""


def test_a_terminal_gets_the_table_of_its_width() -> None:
    text = on_terminal()
    assert "Left out to fit 100 columns" in text
    assert "\x1b[1m" in text
    assert "\x1b" not in on_terminal(NO_COLOR="1")
    assert "2,270,512,192" in on_terminal(COLUMNS="30")
    assert "2,270,512,192" in on_terminal(PYTHONIOENCODING="ascii")


def on_terminal(**environment: str) -> str:
    import pty

    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "netledger", "show", "alexnet"]
    env = {**ENVIRONMENT, "COLUMNS": "100", "TERM": "xterm", **environment}
    done = subprocess.Popen(command, stdout=follower, env=env)
    os.close(follower)
    text = b""
    while chunk := _read(leader):
        text += chunk
    os.close(leader)
    assert done.wait(60) == 0
    return text.decode()


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:
        return b""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["explain", "alexnet", "conv1"], "H_out = ⌊(H_in + 2·P − K) / S⌋ + 1 = ⌊(227 + 2·0 − 11) / 4⌋ + 1 = 55"),
        (["explain", "lenet"], "16·6·5·5 + 16 = 2,416"),
        (["explain", "lenet", "--all", "--convention", "paddle"], "fc3: linear(10, layout=in_out)"),
        (["explain", "lenet", "conv2", "--format", "latex"], r"\left\lfloor \frac{H_{in} + 2 \cdot P - K}{S}"),
        (["explain", "lenet", "conv2", "--format", "html", "--input", "1x40x40"], "<mfrac>"),
        (["formula", "alexnet", "--convention", "macs"], "Exact wherever every layer fits: H ≥ 67; W ≥ 67."),
        (["formula", "mobilenet_v1", "--free", "width"], "A_1 = max(floor(1,024·width), 8)"),
        (["formula", "lenet", "--simplify", "--convention", "macs"], "floor(H/4)"),
        (["receptive-field", "alexnet"], "163    16       64      17"),
        (["receptive-field", "unet", "--format", "markdown"], "188–204"),
        (["spec", "lenet", "--batch", "2"], "- conv: {name: conv1, out: 6, kernel: 3, padding: 1}"),
        (["show", "resnet152", "--fold"], "layer3.1 … 35"),
    ],
)
def test_answers(arguments: list[str], said: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert said in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["explain", "alexnet", "cnov1"], "Did you mean conv1"),
        (["explain", "alexnet", "conv1", "--format", "pdf"], "unknown format 'pdf'"),
        (["formula", "alexnet", "--free", "depth"], "unknown number under let 'depth'"),
        (["receptive-field", "nothing"], "unknown network 'nothing'"),
        (["spec", "lenet", "--input", "3"], "error"),
    ],
)
def test_wrong_questions_exit_with_2(arguments: list[str], said: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_what_spec_writes_is_the_network(tmp_path: Path) -> None:
    file = tmp_path / "half.yaml"
    assert run("spec", "mobilenet_v1", "--set", "width=0.5", "--out", str(file)).returncode == 0
    assert nl.count(str(file)).parameters == nl.count("mobilenet_v1", let={"width": 0.5}).parameters
