"""How long `netledger show alexnet` takes as a whole process, beside the same interpreter doing nothing.

The two run in turn, so that a machine that slows down slows both. Writes bench/startup.json and bench/README.md.

    python bench/startup.py [RUNS]

netledger must be installed for this interpreter in the ordinary way (`pip install .`): the command that this makes
is what is measured, with its byte code compiled.
"""

from __future__ import annotations

import json
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LIMIT = 8

NOTHING = [sys.executable, "-c", "pass"]
SHOW = [str(Path(sys.executable).with_name("netledger")), "show", "alexnet"]


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def measure(runs: int) -> dict[str, Any]:
    pairs = [(seconds(NOTHING), seconds(SHOW)) for _ in range(runs + 1)][1:]
    return {
        "runs": runs,
        "python": platform.python_version(),
        "nothing_ms": round(1000 * statistics.median(first for first, _ in pairs), 1),
        "show_ms": round(1000 * statistics.median(second for _, second in pairs), 1),
        "ratio": round(statistics.median(second / first for first, second in pairs), 2),
        "limit": LIMIT,
    }


def page(result: dict[str, Any]) -> str:
    return f"""# Benchmarks

Written by the programs of this folder; `tests/test_bench.py` checks that nobody else wrote it.

## Start-up

`netledger show alexnet`, its output piped, beside the same interpreter running `pass`: whole processes, in turn,
{result["runs"]} pairs, Python {result["python"]} (`python bench/startup.py`).

| | median |
| --- | ---: |
| `python -c pass` | {result["nothing_ms"]} ms |
| `netledger show alexnet` | {result["show_ms"]} ms |
| ratio, pair by pair | {result["ratio"]} (to stay below {result["limit"]}) |
"""


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    result = measure(runs)
    (HERE / "startup.json").write_text(json.dumps(result, indent=2) + "\n")
    (HERE / "README.md").write_text(page(result))
    print(page(result))


if __name__ == "__main__":
    main()
