"""python -m bench.frameworks: measure, and write the section of BENCHMARKS.md."""

from __future__ import annotations

import tempfile

import click

from bench.frameworks import libraries, run
from bench.peers.page import PAGE, whole
from bench.peers.run import read


@click.command()
@click.option("--library", "chosen", multiple=True, type=click.Choice(libraries.NAMES), help="Only this framework.")
@click.option("--page", "page_only", is_flag=True, help="Only write BENCHMARKS.md from what is measured.")
def main(chosen: tuple[str, ...], page_only: bool) -> None:
    """Measure netledger beside what the frameworks say of their own models."""
    if not page_only:
        _measure(chosen or libraries.NAMES)
    PAGE.write_text(whole(read(), run.read()))
    click.echo(f"wrote {PAGE.name}")


def _measure(chosen: tuple[str, ...]) -> None:
    results = run.read()
    known = results["libraries"]
    results["machine"] = run.machine()
    with tempfile.TemporaryDirectory() as folder:
        for library in chosen:
            networks = libraries.load(library).NETWORKS
            found = known[library] = {name: {} for name in networks}
            run.prepare(library, networks, folder)
            for network, report, answer in run.measure(library, networks, folder):
                found[network][report] = answer
                told = answer.get("error") or f"{1000 * answer['seconds']:.1f} ms"
                click.echo(f"{library} {network} {report}: {told}")
            results["libraries"] = {name: known[name] for name in libraries.NAMES if name in known}
            run.write(results)


if __name__ == "__main__":
    main()
