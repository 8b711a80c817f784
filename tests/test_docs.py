"""The documentation prints what the program prints, and its examples run."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

import netledger as nl
from docs import build

YAML = re.compile(r"```yaml\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PAGES = build.pages()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_console_blocks_are_what_is_printed(page: Path) -> None:
    assert page.read_text() == build.refreshed(page.read_text()), "run python docs/build.py, and read what changed"


@pytest.mark.parametrize("name", build.REFERENCE)
def test_the_reference_is_up_to_date(name: str) -> None:
    page = build.ROOT / "docs" / "reference" / name
    assert page.read_text() == build.REFERENCE[name](), "run python docs/build.py, and read what changed"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_examples_run(page: Path) -> None:
    assert doctest.testfile(str(page), module_relative=False, encoding="utf-8").failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_spec_shown_is_valid(page: Path) -> None:
    for text in YAML.findall(page.read_text()):
        assert nl.count(text).complete


def test_the_readme_has_the_commands_of_ci() -> None:
    readme = (build.ROOT / "README.md").read_text()
    ci = (build.ROOT / ".ci" / "run").read_text()
    assert "pip install . && netledger show alexnet\n" in readme
    assert "pip install '.[test,lint,peers]'\npytest -n 2 -m \"not peers\" " in readme
    assert "\npytest -m peers " in readme
    assert "pip install --quiet '.[test,lint,peers]'\n" in ci
    assert "pytest -m peers\n" in ci
    assert 'pytest -n 2 --dist worksteal -m "not peers"\n' in ci
    assert "pip install --quiet . && netledger show alexnet" in ci


def test_every_folder_of_the_house_is_in_the_readme() -> None:
    readme = (build.ROOT / "README.md").read_text()
    folders = [path for path in (build.ROOT / "src" / "netledger").iterdir() if path.is_dir() and path.name[0] != "_"]
    for folder in folders:
        assert f"{folder.name}/" in readme


def test_every_public_name_has_a_docstring() -> None:
    for name in nl.__all__:
        if name != "__version__":
            assert getattr(nl, name).__doc__, name


@pytest.mark.parametrize("page", ["tutorial.md", "zh/tutorial.md"])
def test_the_tutorial_shows_the_file_that_it_uses(page: str) -> None:
    shown = (build.ROOT / "docs" / "examples" / "first.yaml").read_text(encoding="utf-8")
    assert f"```yaml\n{shown}```" in (build.ROOT / "docs" / page).read_text(encoding="utf-8")
