"""What the writers write is read by real engines."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import netledger as nl
from netledger.analyses.explain import explain_layers
from netledger.conventions import load as convention
from netledger.ops import FOLDER
from netledger.writers import load as writer
from tests.laws.entries import ledger_of
from tests.laws.strategies import cases
from tests.reports.test_reports import HOSTILE
from tests.writers.engines import check_katex, formulas_of_latex, formulas_of_markdown

ANSWERS: dict[str, Callable[[], Any]] = {
    "every layer of alexnet": lambda: nl.explain("alexnet", all=True, conventions=nl.conventions()),
    "a residual block": lambda: nl.explain("resnet50", "layer2.0"),
    "hostile names": lambda: nl.explain(HOSTILE, all=True),
    "a closed form": lambda: nl.formula("mobilenet_v2", free=("width",)),
    "receptive fields": lambda: nl.receptive_field("vgg11"),
    "a convolution worked out": lambda: nl.work("conv(2, 2, padding=1)", seed=1, size="2x3x3"),
    "attention worked out": lambda: nl.work("attention", seed=1, size="2x3"),
    "p-norms worked out": lambda: nl.work("lp_pool(3, 2)", seed=1, size="2x2", shift=1),
    "a ledger": lambda: nl.count("lenet"),
    "a hostile ledger": lambda: nl.count(HOSTILE),
}
EVERY = pytest.mark.parametrize("answer", ANSWERS)


@EVERY
def test_latex_is_set_by_katex(answer: str) -> None:
    check_katex(formulas_of_latex(ANSWERS[answer]().to("latex")))


@EVERY
def test_markdown_is_set_by_katex(answer: str) -> None:
    check_katex(formulas_of_markdown(ANSWERS[answer]().to("markdown")))


def test_the_explanation_of_every_operator_is_set_by_katex() -> None:
    """Equations and notes hold many signs; each must be known to LaTeX."""
    texts: list[str] = []

    @settings(
        max_examples=2, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(st.data())
    def collect(data: st.DataObject) -> None:
        for kind in FOLDER.names():
            op, inputs = data.draw(cases(kind))
            ledger = ledger_of(op, inputs=inputs)
            names = [entry.name for entry in ledger]
            texts.append(writer("latex").write(explain_layers(ledger, names, (convention("arithmetic"),))))

    collect()
    formulas = list(dict.fromkeys(formula for text in texts for formula in formulas_of_latex(text)))
    assert len(formulas) > len(FOLDER.names())
    check_katex(formulas)


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="on demand: pdflatex is not installed")
@EVERY
def test_latex_is_set_by_tex(answer: str, tmp_path: Path) -> None:
    text = ANSWERS[answer]().to("latex")
    packages = r"\usepackage{amsmath,amssymb,booktabs,longtable}\usepackage[utf8]{inputenc}"
    document = rf"\documentclass{{article}}{packages}\begin{{document}}{text}\end{{document}}"
    (tmp_path / "it.tex").write_text(document, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "it.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.skipif(not shutil.which("chromium"), reason="on demand: chromium is not installed")
@EVERY
def test_html_is_shown_by_a_browser(answer: str, tmp_path: Path) -> None:
    """As much text as there is, and formulas as formulas."""
    page = tmp_path / "it.html"
    page.write_text(f"<!doctype html><meta charset=utf-8>{ANSWERS[answer]().to('html')}", encoding="utf-8")
    flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
    ]
    command = ["chromium", *flags, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.count("<math>") == page.read_text().count("<math>")
    assert "<table>" in done.stdout or "<math>" in done.stdout
    assert "alert(1)</script>" not in done.stdout.replace("&lt;/script&gt;", "")
