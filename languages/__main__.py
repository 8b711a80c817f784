"""`python -m languages [--check]`."""

from __future__ import annotations

import click

from languages.catalogues import check, names, renew


@click.command()
@click.option("--check", "only_check", is_flag=True, help="Change nothing; fail if a text is missing.")
def main(only_check: bool) -> None:
    """Bring the catalogues in step with the code; texts that are new wait for a translator."""
    problems = [problem for name in names() for problem in (check(name) if only_check else renew(name))]
    click.echo("\n".join(problems) or "every text is there")
    raise SystemExit(bool(problems))


main()
