"""python -m tests.outside.peers: run every tool on every network, and keep what they answer in a JSON file.

What is in the file is not run again, so it may be stopped at any time.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import time
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from tests.outside.peers import networks, run, tools

Results = dict[str, dict[str, dict[str, Any]]]


def main() -> None:
    asked = arguments()
    for missing in run.prepare():
        print(f"not there: {missing}")
    results: Results = json.loads(asked.out.read_text()) if asked.out.exists() else {}
    pairs = [(network, batch) for network in chosen(asked.only) for batch in batches(network, asked.batch)]
    wanted = [(*pair, unknown(*pair, asked.tool or list(tools.TOOLS), results), asked.device) for pair in pairs]
    start = time.perf_counter()
    with multiprocessing.get_context("fork").Pool(asked.jobs) as pool:
        for number, (network, batch, new) in enumerate(pool.imap_unordered(answered, wanted), 1):
            results.setdefault(network, {}).setdefault(str(batch), {}).update(new)
            if new:
                write(results, asked.out)
            where = f"{time.perf_counter() - start:7.0f} s  {number}/{len(wanted)}"
            print(f"{where}  {network} x{batch}  {summary(new)}", flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.outside.peers")
    parser.add_argument("--only", action="append", help="probes, sample, networks, random, or a pattern of names")
    parser.add_argument(
        "--batch", action="append", type=int, help="1 and 3 unless told; probes and random ones have their own"
    )
    parser.add_argument("--tool", action="append", choices=list(tools.TOOLS), help="all unless told")
    parser.add_argument("--device", choices=["meta", "cpu"], help="where every tool is run")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("figures.json"))
    return parser.parse_args()


def chosen(only: list[str] | None) -> list[str]:
    """The names asked for, each once, in the order of the tables. Any network of the libraries may be named."""
    groups = {"probes": networks.probes(), "sample": networks.SAMPLE, "networks": networks.NETWORKS}
    groups |= {"random": networks.random()}
    known = [name for group in groups.values() for name in group]
    found: list[str] = []
    for part in only or ["*"]:
        found += groups.get(part) or [name for name in known if fnmatch(name, part)] or [part]
    return list(dict.fromkeys(found))


def batches(network: str, asked: list[int] | None) -> Iterator[int]:
    yield from [1] if network.startswith(("probe:", "random:")) else asked or [1, 3]


def unknown(network: str, batch: int, names: list[str], results: Results) -> list[str]:
    """The tools that have not answered yet."""
    known = results.get(network, {}).get(str(batch), {})
    return [name for name in names if name not in known]


def answered(task: tuple[str, int, list[str], str | None]) -> tuple[str, int, dict[str, Any]]:
    network, batch, _, _ = task
    return network, batch, run.figures(*task)


def summary(new: dict[str, Any]) -> str:
    failed = [name for name, answer in new.items() if "error" in answer]
    return f"{len(new)} answers" + (f", failed: {' '.join(failed)}" if failed else "")


def write(results: Results, file: Path) -> None:
    half = file.with_suffix(".half")
    half.write_text(json.dumps(results, indent=1) + "\n")
    half.replace(file)


if __name__ == "__main__":
    main()
