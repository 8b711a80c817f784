"""Where rows are kept: a line each in build/zoo.jsonl as they come, all of them in bench/zoo.json in the end."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bench.zoo.row import COLUMNS, Row

__all__ = ["HALF_WAY", "WHOLE", "append", "half_way", "read", "write"]

ROOT = Path(__file__).parent.parent.parent
HALF_WAY = ROOT / "build" / "zoo.jsonl"
WHOLE = ROOT / "bench" / "zoo.json"


def append(row: Row, file: Path = HALF_WAY) -> None:
    """One row more."""
    file.parent.mkdir(exist_ok=True)
    with file.open("a") as lines:
        lines.write(json.dumps(row) + "\n")


def half_way(file: Path = HALF_WAY) -> list[Row]:
    """The rows that came; a line that was cut off does not count."""
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text().splitlines(keepends=True) if line.endswith("}\n")]


def read(file: Path = WHOLE) -> tuple[dict[str, Any], list[Row]]:
    """The facts about the whole run, and every row."""
    if not file.exists():
        return {}, []
    whole = json.loads(file.read_text())
    return whole["about"], [dict(zip(whole["columns"], values, strict=True)) for values in whole["rows"]]


def write(about: dict[str, Any], rows: Iterable[Row], file: Path = WHOLE) -> None:
    """All rows, a line each, by name."""
    ordered = sorted(rows, key=lambda row: row["network"])
    lines = ",\n".join(json.dumps([row.get(name) for name in COLUMNS]) for row in ordered)
    file.write_text(
        f'{{"about": {json.dumps(about, sort_keys=True)},\n"columns": {json.dumps(COLUMNS)},\n"rows": [\n{lines}\n]}}\n'
    )
