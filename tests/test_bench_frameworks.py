"""The last section of BENCHMARKS.md says what was measured beside the frameworks' own reports, and the programs run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench.frameworks import judge, libraries, run, worker
from bench.frameworks.page import BEGIN, END, section
from bench.peers.page import PAGE

TINY = {"paddle": "LeNet", "keras": "MobileNetV2", "jax": "lenet", "onnx": "lstm"}


def ours(seconds: float = 0.002, **facts: Any) -> dict[str, Any]:
    figures = {"macs": 100, "flops": 200, "arithmetic": 210, "real": 180, "paddle": 100, "parameters": 5, "stored": 7}
    told = {"own": 0.0005, "graph": 0.01, "operations": 3, "gaps": 0}
    return {"first": 0.1, "seconds": seconds, "figures": figures, "facts": told | facts, "versions": {"jax": "1"}}


def theirs(seconds: float, **figures: int) -> dict[str, Any]:
    return {"first": 0.3, "seconds": seconds, "figures": figures, "versions": {"jax": "1"}}


def test_the_section_is_written_by_the_program() -> None:
    text = PAGE.read_text()
    assert text[text.index(BEGIN) :] == section(run.read()), "run python -m bench.frameworks --page"
    assert text.endswith(f"{END}\n")


def test_everything_is_measured() -> None:
    measured = run.read()["libraries"]
    assert tuple(measured) == libraries.NAMES
    for name, networks in measured.items():
        module = libraries.load(name)
        assert tuple(networks) == module.NETWORKS
        assert set(module.ABOUT) == {"graph", *module.PEERS}
        for answers in networks.values():
            assert list(answers) == run.reports(name)


def test_nothing_of_ours_fails_there() -> None:
    for networks in run.read()["libraries"].values():
        assert not [one for one in judge.failures(judge.lines(networks)) if one[1] == worker.OURS]


def test_times_are_judged() -> None:
    (line,) = judge.lines({"net": {"netledger": ours(), "other": theirs(0.005)}})
    assert line.own == pytest.approx(0.0005)
    assert line.share == pytest.approx(0.05)
    assert line.ratio("other") == pytest.approx(2.5)
    assert judge.ratios([line], "other", "first") == {"net": pytest.approx(3.0)}
    assert line.ratio("none") is None


def test_figures_are_held_against_ours() -> None:
    answers = {"netledger": ours(), "other": theirs(1.0, real=210, stored=8), "same": theirs(2.0, real=210, macs=99)}
    found = [(one.report, one.against, one.by) for one in judge.differences(judge.lines({"net": answers}))]
    assert found[:3] == [("other", "real", 30), ("other", "arithmetic", 0), ("other", "flops", 10)]
    assert found[3:] == [("other", "stored", 1), ("same", "macs", -1)]


def test_failures_and_gaps_are_told() -> None:
    broken = {"error": "ValueError: a | b"}
    one = {"netledger": broken, "cost_analysis": theirs(1.0)}
    found = judge.lines({"one": one, "two": {"netledger": ours(gaps=2)}})
    told = [("one", "netledger", "ValueError: a | b"), ("two", "netledger", "2 operations are not counted")]
    assert list(judge.failures(found)) == told
    assert found[0].share is None
    assert found[0].ratio("cost_analysis") is None


def test_the_section_tells_them() -> None:
    answers = {
        "netledger": ours(),
        "cost_analysis": theirs(0.001, real=150),
        "cost_analysis, variables at hand": {"error": "ValueError: a < b"},
    }
    text = section({"machine": run.machine(), "libraries": {"jax": {"net": answers}}})
    assert "| JAX and Flax | cost_analysis | 1 | **0.50** | 0.50 (net) | 1 (net) | 3.00 | 0 of 1 | 0 |" in text
    assert "| net | cost_analysis | 150 | our `flops` | 200 | −50 | −25.0 % |" in text
    assert "| net | cost_analysis, variables at hand | ValueError: a &lt; b |" in text
    assert "| JAX and Flax | 5.0 % | 5.0 % (net) | 0 of 1 |" in text


def test_a_process_that_does_not_answer_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no network" in run.process("paddle", "no network", worker.OURS, ".", 60)["error"]
    monkeypatch.setattr(run.sys, "executable", "false")
    assert run.process("paddle", "LeNet", worker.OURS, ".") == {"error": "the process ended with 1"}


@pytest.mark.peers
@pytest.mark.parametrize("library", libraries.NAMES)
def test_a_network_of_each_is_measured(library: str, tmp_path: Path) -> None:
    network = TINY[library]
    run.prepare(library, [network], str(tmp_path))
    answers = {report: answer for _, report, answer in run.measure(library, [network], str(tmp_path))}
    for report, answer in answers.items():
        assert "error" not in answer, report
        assert answer["seconds"] > 0
    assert not answers[worker.OURS]["facts"]["gaps"]
