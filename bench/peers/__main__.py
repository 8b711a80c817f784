"""python -m bench.peers: measure, and write BENCHMARKS.md."""

from __future__ import annotations

from datetime import UTC, datetime
from fnmatch import fnmatch

import click
from rich.progress import Progress

from bench.frameworks import run as frameworks
from bench.peers import run, tools
from bench.peers.networks import NETWORKS
from bench.peers.page import PAGE, whole


@click.command()
@click.option("--only", metavar="GLOB", default="*", help="Only networks whose name fits, such as 'timm:*'.")
@click.option("--tool", "chosen", metavar="NAME", multiple=True, help="Only this tool (may be repeated).")
@click.option("--again", is_flag=True, help="Measure anew what is measured already.")
@click.option("--runs", metavar="N", default=20, show_default=True, help="At most so many timed calls.")
@click.option("--page", "page_only", is_flag=True, help="Only write BENCHMARKS.md from what is measured.")
def main(only: str, chosen: tuple[str, ...], again: bool, runs: int, page_only: bool) -> None:
    """Measure netledger beside other counters; a network is measured whole unless --tool says otherwise."""
    results = run.read()
    if not page_only:
        networks = [name for name in NETWORKS if fnmatch(name, only) or fnmatch(name.partition(":")[2], only)]
        wanted = list(chosen) or tools.names()
        _measure(results, networks, wanted, again, runs)
    PAGE.write_text(whole(results, frameworks.read()))
    click.echo(f"{len(results['networks'])} networks; wrote {PAGE.name}")


def _measure(results: run.Results, networks: list[str], wanted: list[str], again: bool, runs: int) -> None:
    started = datetime.now(UTC).isoformat(timespec="seconds")
    results["machine"] = run.machine() | {"runs": runs}
    with Progress() as progress:
        task = progress.add_task("", total=len(networks) * len(wanted))
        for network in networks:
            known = results["networks"].setdefault(network, {})
            if not again and set(wanted) <= set(known):
                progress.advance(task, len(wanted))
                continue
            for tool, answers in run.measure(network, wanted, runs, known):
                known[tool] = {"run": started, "answers": answers}
                progress.update(task, advance=1, description=f"{network} {tool}")
            run.write(results)


if __name__ == "__main__":
    main()
