"""The benchmark page says what the programs measured, and the promise holds in what they measured."""

from __future__ import annotations

import json

from bench import startup


def test_the_page_is_written_by_the_program() -> None:
    result = json.loads((startup.HERE / "startup.json").read_text())
    assert (startup.HERE / "README.md").read_text() == startup.page(result)


def test_start_up_stays_within_its_limit() -> None:
    result = json.loads((startup.HERE / "startup.json").read_text())
    assert result["ratio"] <= result["limit"]


def test_the_program_measures() -> None:
    result = startup.measure(1)
    assert result["show_ms"] > result["nothing_ms"] > 0
