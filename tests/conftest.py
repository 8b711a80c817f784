"""What all tests share: the switches."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("KERAS_BACKEND", "torch")  # read when keras is imported


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-goldens", action="store_true", help="write what is printed now as what is expected")
    parser.addoption("--all-networks", action="store_true", help="with -m peers: hold the tools to every network")


class Golden:
    """Compares a text with the one that is kept in a file."""

    def __init__(self, update: bool) -> None:
        self.update = update

    def check(self, text: str, path: Path) -> None:
        if self.update:
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"no {path.name}: run pytest --update-goldens, and read what it writes"
        expected = path.read_text(encoding="utf-8")
        assert text == expected, f"{path.name} differs; if the new text is right: pytest --update-goldens"


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    return Golden(bool(request.config.getoption("--update-goldens")))
