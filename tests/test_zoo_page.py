"""docs/zoo.md says what bench/zoo.json says, and compares as it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import netledger as nl
from bench.explain import uncounted_by_flop_counter
from bench.zoo import row as one
from bench.zoo import store
from bench.zoo.page import PAGE, difference, page, verdict
from bench.zoo.row import COLUMNS, failed

ABOUT = {"torch": "2", "torchvision": "0", "timm": "1", "python": "3", "minutes": 9, "jobs": 2}


def row(network: str, **changed: Any) -> dict[str, Any]:
    known = {
        "built_on": "meta",
        "input": [[1, 3, 8, 8]],
        "true_parameters": 7,
        "parameters": 7,
        "operations": 2,
        "gaps": 0,
        "bound": 0,
        "gap_reasons": {},
        "flops": 100,
        "their_flops": 100,
        "left_out": {},
        "seconds": 0.001,
        "their_seconds": 0.01,
        "their_mode": "meta, no_grad",
        "build_seconds": 0.5,
    }
    return dict.fromkeys(COLUMNS) | {"network": network} | known | changed


EXPLAINED = row("explained", flops=110, left_out={"matrix by vector": 10})
DIFFERENT = row("different", flops=111, left_out={"matrix by vector": 10})
ALONE = row("alone", their_flops=None, their_seconds=None, their_mode=None, their_error="RuntimeError: a | b")
INCOMPLETE = row("incomplete", gaps=2, bound=1234, gap_reasons={"custom: no rule": 2})


@pytest.mark.skipif(not store.WHOLE.exists(), reason="nothing is counted yet")
def test_the_page_is_written_by_the_program() -> None:
    assert PAGE.read_text() == page(*store.read()), "run python -m bench.zoo --page"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (row("equal"), "equal"),
        (EXPLAINED, "explained"),
        (DIFFERENT, "different"),
        (ALONE, "no other figure"),
        (failed("lost", "the process died"), "failed"),
    ],
    ids=lambda value: value if isinstance(value, str) else value["network"],
)
def test_how_two_counts_compare(found: dict[str, Any], expected: str) -> None:
    assert verdict(found) == expected


def test_a_difference_needs_two_figures() -> None:
    assert difference(EXPLAINED) == 10
    assert difference(ALONE) is None


def test_the_page_lists_every_exception() -> None:
    rows = [row("equal"), EXPLAINED, DIFFERENT, ALONE, INCOMPLETE, row("miscounted", parameters=8)]
    text = page(ABOUT, [*rows, failed("lost", "the process died")])
    assert "| networks | 7 |" in text
    assert "| of these complete | 5 |" in text
    assert "| explained | 10 | matrix by vector |" in text
    assert "| different | 11 | 10 |" in text
    assert "| alone | RuntimeError: a \\| b |" in text
    assert "| incomplete | 1,234 | custom: no rule (× 2) |" in text
    assert "| miscounted | 8 | 7 |" in text
    assert "| lost | the process died |" in text
    assert "| equal | 1×3×8×8 | 7 | 2 | 0 | 100 | 100 | equal | 1.0 | 10.0 |" in text


def test_rows_are_kept_as_they_are(tmp_path: Path) -> None:
    store.write(ABOUT, [row("b"), row("a")], tmp_path / "zoo.json")
    assert store.read(tmp_path / "zoo.json") == (ABOUT, [row("a"), row("b")])


def test_a_line_cut_off_is_not_a_row(tmp_path: Path) -> None:
    file = tmp_path / "zoo.jsonl"
    store.append(row("whole"), file)
    with file.open("a") as lines:
        lines.write('{"network": "ha')
    assert [found["network"] for found in store.half_way(file)] == ["whole"]


def test_a_network_is_counted_by_both() -> None:
    found = one.row("torchvision:squeezenet1_1")
    assert (found["error"], found["their_error"], found["gaps"]) == (None, None, 0)
    assert found["parameters"] == found["true_parameters"] == 1_235_496
    assert verdict(found) == "equal"


def test_a_network_that_does_not_exist_is_a_row() -> None:
    assert verdict(one.row("torchvision:squeezenet9")) == "failed"


def test_what_flop_counter_leaves_out_is_counted_from_the_ledger() -> None:
    torch = pytest.importorskip("torch")
    from torch.utils.flop_counter import FlopCounterMode

    class ByVector(torch.nn.Module):
        def forward(self, x: Any) -> Any:
            return (x @ x[0]) + (x @ x.mT)[0]

    ledger = nl.count(ByVector(), (5, 3))
    with FlopCounterMode(display=False) as counter:
        ByVector()(torch.rand(5, 3))
    left_out = uncounted_by_flop_counter(ledger)
    assert left_out == {"matrix by vector (aten.mv, aten.dot)": 2 * 5 * 3}
    assert counter.get_total_flops() + sum(left_out.values()) == ledger.total("flops")
