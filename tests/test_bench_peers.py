"""BENCHMARKS.md says what the side-by-side benchmark measured, and judges it as it says."""

from __future__ import annotations

from typing import Any

import pytest

from bench.frameworks import run as frameworks
from bench.peers import judge, run, tools
from bench.peers.networks import NETWORKS
from bench.peers.page import PAGE, page, whole


def answer(seconds: float, **figures: Any) -> dict[str, Any]:
    plain = {"flops": None, "macs": None, "parameters": None, "partial": False, "version": "1", "threads": 1}
    return {"key": ["meta", "way", "no_grad"], "seconds": seconds, **plain, **figures}


def ours(seconds: float, macs: int, left_out: int = 0) -> dict[str, Any]:
    facts = {
        "uncounted_by_flop_counter": {"some reason": left_out} if left_out else {},
        "first": 0.2,
        "second": 0.1,
        "everything": 0.3,
        "kept_bytes": 0,
        "kept_objects": 0,
        "watched": 10,
        "operations": 3,
        "gaps": 0,
    }
    return answer(seconds, flops=2 * macs, macs=macs, facts=facts)


def network(**answers: list[dict[str, Any]]) -> judge.Network:
    measured = {tool: {"run": "now", "answers": found} for tool, found in answers.items()}
    return judge.judged({"networks": {"net": measured}})[0]


@pytest.mark.skipif(not run.FILE.exists(), reason="nothing is measured yet")
def test_the_page_is_written_by_the_program() -> None:
    assert PAGE.read_text() == whole(run.read(), frameworks.read()), "run python -m bench.peers --page"


def test_there_are_enough_networks_of_both_libraries() -> None:
    assert len(set(NETWORKS)) == len(NETWORKS) >= 40
    assert {name.partition(":")[0] for name in NETWORKS} == {"torchvision", "timm"}


def test_every_tool_says_what_it_is() -> None:
    assert {judge.OURS, judge.WITNESS, judge.LIMIT} < set(tools.names())
    for name in tools.names():
        assert tools.about(name), f"give bench/peers/tools/{name}.py a docstring"


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ({"macs": 1000}, 0.0),
        ({"flops": 2000}, 0.0),
        ({"macs": 1100}, 0.0),
        ({"macs": 1101}, 0.101),
        ({"macs": 998}, -0.002),
        ({"flops": 2000, "macs": 500}, -0.5),
        ({"parameters": 7}, 0.0),
    ],
)
def test_how_far_a_figure_is_off(figures: dict[str, int], expected: float) -> None:
    assert judge.off(answer(1.0, **figures), 1000) == pytest.approx(expected)


def test_products_are_known_only_where_two_agree() -> None:
    agreed = network(netledger=[ours(1.0, 500)], flop_counter=[answer(9.0, flops=1000)])
    explained = network(netledger=[ours(1.0, 500, left_out=4)], flop_counter=[answer(9.0, flops=996)])
    disputed = network(netledger=[ours(1.0, 500)], flop_counter=[answer(9.0, flops=996)])
    assert (agreed.products, explained.products, disputed.products) == (500, 500, None)
    assert disputed.tools["flop_counter"].status == "unjudged"


def test_a_tool_is_right_if_it_is_in_some_way() -> None:
    two_ways = [answer(2.0, macs=100), answer(5.0, macs=505)]
    found = network(netledger=[ours(1.0, 500)], flop_counter=[answer(3.0, flops=1000)], other=two_ways)
    other = found.tools["other"]
    assert (other.status, other.seconds, other.right_seconds, other.off) == ("right", 2.0, 5.0, -0.8)
    assert found.fastest is other
    assert found.fastest_right is found.tools["flop_counter"]


def test_too_little_is_not_wrong_if_the_tool_says_so() -> None:
    said = [answer(2.0, macs=100, partial=True)]
    found = network(netledger=[ours(1.0, 500)], flop_counter=[answer(3.0, flops=1000)], other=said)
    assert found.tools["other"].status == "partial"


def test_a_failure_is_no_answer() -> None:
    failed = {"key": ["meta", "way", "grad"], "error": "ValueError: a < b | c"}
    found = network(netledger=[ours(1.0, 500)], other=[failed], fast=[failed, answer(2.0, macs=1)])
    assert found.tools["other"].status == "failed"
    assert found.fastest is found.tools["fast"]


def test_the_page_tells_failures_and_wrong_figures() -> None:
    failed = {"key": ["meta", "way", "grad"], "error": "ValueError: a < b | c"}
    measured = {
        "netledger": [ours(0.001, 500)],
        "flop_counter": [answer(0.02, flops=1000)],
        "thop": [answer(0.01, macs=250)],
        "calflops": [failed],
        "limit": [answer(0.0005)],
    }
    networks = {"net": {tool: {"run": "now", "answers": found} for tool, found in measured.items()}}
    text = page({"machine": run.machine() | {"runs": 5}, "networks": networks})
    assert "**10.0**; the least ratio: 10.0 (net); slower than the fastest other tool on 0" in text
    assert "| net | 1.0 | ✗ |" in text
    assert "10.0 **−50.0 %**" in text
    assert "| calflops | ValueError: a &lt; b \\| c | 1 | net |" in text
    assert "over the limit: 2.00" in text


def test_a_geometric_mean_leaves_out_what_is_not_known() -> None:
    assert judge.geometric_mean([2.0, None, 8.0]) == pytest.approx(4.0)
    assert judge.geometric_mean([]) is None
