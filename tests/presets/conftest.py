"""A test that asks for a fixture named like a file of data/ runs once for each of its rows."""

from __future__ import annotations

import csv
from pathlib import Path
from types import ModuleType

import pytest

from bench import models

DATA = Path(__file__).parent / "data"

Row = dict[str, str]


def rows(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for file in sorted(DATA.glob("*.csv")):
        if file.stem in metafunc.fixturenames:
            metafunc.parametrize(file.stem, rows(file), ids=_name)


def _name(row: Row) -> str:
    return " ".join(row[key] for key in ("preset", "let", "size", "layer", "layers", "quantity") if row.get(key))


@pytest.fixture(scope="session")
def covered() -> frozenset[str]:
    """The presets that some outside figure of data/ covers."""
    return frozenset(row["preset"] for file in DATA.glob("*.csv") for row in rows(file))


@pytest.fixture(scope="session")
def torchvision() -> ModuleType:
    """torchvision, also where its compiled operators do not fit the installed torch: no model here needs them."""
    return models.torchvision()
