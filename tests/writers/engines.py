"""Real engines that read what the writers write: KaTeX, TeX and a browser, where they are installed.

On CI (`.ci/run` installs KaTeX) a missing KaTeX fails; elsewhere it skips.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def katex() -> str:
    """Where KaTeX lies: a folder node_modules/katex in NODE_PATH or above this file."""
    places = [Path(place) for place in os.environ.get("NODE_PATH", "").split(os.pathsep) if place]
    for folder in (*places, *(parent / "node_modules" for parent in HERE.parents)):
        if (folder / "katex").is_dir() and shutil.which("node"):
            return str(folder / "katex")
    if os.environ.get("CI"):
        pytest.fail("KaTeX is needed on CI: see .ci/run")
    pytest.skip("KaTeX is not installed: npm install --no-save katex")


def check_katex(formulas: list[str]) -> None:
    """Every formula can be set."""
    done = subprocess.run(
        ["node", str(HERE / "katex.mjs"), katex()],
        input=json.dumps(formulas),
        capture_output=True,
        text=True,
        check=True,
    )
    wrong = [(formula, said) for formula, said in zip(formulas, json.loads(done.stdout), strict=True) if said]
    assert not wrong, wrong[0]


def formulas_of_latex(text: str) -> list[str]:
    """What KaTeX can read of a LaTeX document: displayed formulas; the text around them as text."""
    shown = re.findall(r"\\begin\{align\*\}.*?\\end\{align\*\}", text, re.DOTALL)
    rest = re.sub(r"\\begin\{align\*\}.*?\\end\{align\*\}|^%.*$", "", text, flags=re.DOTALL | re.MULTILINE)
    rest = re.sub(r"\\(?:begin|end)\{\w+\}(?:\{@.*@\{\}\})?|\\(?:top|mid|bottom)rule|\\endhead|\\par\b", "", rest)
    rest = re.sub(r"\\(?:sub)*section\*\{(.*)\}$", r"\1", rest, flags=re.MULTILINE)
    cells = re.split(r" & | \\\\|\n|\\item(?:\[(.*?)\])?", rest)
    return [*shown, *(rf"\text{{{cell.strip()}}}" for cell in cells if cell and cell.strip())]


def formulas_of_markdown(text: str) -> list[str]:
    """The formulas between dollar signs."""
    shown = re.findall(r"^\$\$\n(.*?)\n\$\$$", text, re.DOTALL | re.MULTILINE)
    rest = re.sub(r"^\$\$\n.*?\n\$\$$", "", text, flags=re.DOTALL | re.MULTILINE)
    return [*shown, *re.findall(r"(?<!\\)\$(.+?)(?<!\\)\$", rest)]
