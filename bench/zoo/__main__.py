"""python -m bench.zoo: count every network, and write docs/zoo.md."""

from __future__ import annotations

import platform
import time
from fnmatch import fnmatch
from importlib.metadata import version
from typing import Any

import click
from rich.progress import MofNCompleteColumn, Progress

from bench import models
from bench.zoo import pool, store
from bench.zoo.page import PAGE, page


@click.command()
@click.option("--resume", is_flag=True, help="Keep what build/zoo.jsonl has.")
@click.option("--only", metavar="GLOB", default="*", help="Only networks whose name fits, such as 'timm:vit_*'.")
@click.option("--jobs", metavar="N", default=2, show_default=True, help="Worker processes.")
@click.option("--page", "page_only", is_flag=True, help="Only write docs/zoo.md from bench/zoo.json.")
def main(resume: bool, only: str, jobs: int, page_only: bool) -> None:
    """Count every network of torchvision and timm, and compare with FlopCounterMode."""
    if not page_only:
        _count(resume, only, jobs)
    about, rows = store.read()
    PAGE.write_text(page(about, rows))
    click.echo(f"{len(rows)} networks; wrote {store.WHOLE.name} and {PAGE.name}")


def _count(resume: bool, only: str, jobs: int) -> None:
    if not resume:
        store.HALF_WAY.unlink(missing_ok=True)
    wanted = [name for name in models.names() if fnmatch(name, only)]
    done = {row["network"] for row in store.half_way()}
    start = time.monotonic()
    with Progress(*Progress.get_default_columns(), MofNCompleteColumn()) as progress:
        task = progress.add_task("", total=len(wanted), completed=len(done & set(wanted)))
        for row in pool.rows([name for name in wanted if name not in done], jobs):
            store.append(row)
            progress.update(task, advance=1, description=row["network"])
    _keep(only, jobs, time.monotonic() - start, resume)


def _keep(only: str, jobs: int, seconds: float, resume: bool) -> None:
    """Write what came over what there was; only a run of everything without a break says how long it took."""
    about, rows = store.read()
    kept = {row["network"]: row for row in rows} if only != "*" else {}
    kept |= {row["network"]: row for row in store.half_way()}
    if only == "*":
        about = {"minutes": None if resume else round(seconds / 60, 1), "jobs": jobs}
    store.write(about | _versions(), kept.values())


def _versions() -> dict[str, Any]:
    return {name: version(name) for name in ("torch", "torchvision", "timm")} | {"python": platform.python_version()}


if __name__ == "__main__":
    main()
