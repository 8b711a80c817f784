"""What is loaded when: frameworks never, slow libraries only where they are used."""

from __future__ import annotations

import subprocess
import sys

import pytest

FRAMEWORKS = ("torch", "paddle", "tensorflow", "keras", "jax", "onnx")
SLOW = (*FRAMEWORKS, "numpy", "sympy", "rich", "pandas", "jinja2")

REPORT = "import sys; print('LOADED', *{name.partition('.')[0] for name in sys.modules})"


def loaded(code: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", f"{code}\n{REPORT}"], capture_output=True, text=True, check=True)
    return set(done.stdout.rpartition("LOADED")[2].split())


SHOW = """
from netledger.commands import main
try:
    main(["show", "alexnet"])
except SystemExit:
    pass
"""


@pytest.mark.parametrize("code", ["import netledger", "import netledger as nl; nl.count('alexnet').to_json()", SHOW])
def test_nothing_slow_is_loaded(code: str) -> None:
    assert loaded(code) & set(SLOW) == set()


def test_the_test_above_can_fail() -> None:
    assert "rich" in loaded("import netledger, rich")
    assert "numpy" in loaded(SHOW.replace("pass", "import numpy"))


def test_importing_netledger_loads_next_to_nothing_of_it() -> None:
    code = "import netledger, sys; print('LOADED', *[n for n in sys.modules if n.startswith('netledger.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["LOADED"]
