"""Writes what in the documentation is the output of programs: `python docs/build.py`.

- In README.md, CONTRIBUTING.md and docs/*.md, every ```console block: what follows a `$ netledger …` line is what
  it prints. A line `…` stands for lines left out; the lines before and after it are kept as many as they were.
- docs/reference/*.md: made from docstrings and declarations.

`tests/test_docs.py` runs the same functions and compares.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path

from click.testing import CliRunner

import netledger as nl
from netledger import ops
from netledger.commands import FOLDER as COMMANDS
from netledger.commands import program
from netledger.commands._language import asked
from netledger.conventions import FOLDER as CONVENTIONS
from netledger.conventions import load
from netledger.core.language import language, say
from netledger.core.work import ACTIONS, ROLES

os.environ.setdefault("KERAS_BACKEND", "torch")  # its usual one, TensorFlow, and Paddle die in one process

ROOT = Path(__file__).parent.parent
GENERATED = "<!-- Written by docs/build.py from the program itself; do not edit. -->\n\n"

_BLOCK = re.compile(r"(?<=```console\n).*?(?=^```$)", re.DOTALL | re.MULTILINE)


def pages() -> list[Path]:
    """The pages with console blocks."""
    guides = [path for folder in ("", "explanation", "zh") for path in sorted((ROOT / "docs" / folder).glob("*.md"))]
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *guides]


def output(command: str) -> str:
    """What a `netledger …` command prints."""
    name, *arguments = shlex.split(command)
    if any(argument.startswith(("timm:", "torchvision:")) for argument in arguments):
        sys.path.insert(0, str(ROOT))
        from bench.models import torchvision

        torchvision()  # also where its compiled operators do not fit the installed torch
    if name != "netledger":
        raise ValueError(f"only netledger is run in the documentation, not {name}")
    quiet = {"COLUMNS": None, "LC_ALL": "C"}
    done = CliRunner().invoke(program, arguments, prog_name="netledger", terminal_width=100, env=quiet)
    if done.exception is None or isinstance(done.exception, SystemExit):  # a check that fails exits with 1
        return done.output
    with language(asked(arguments) if "--lang" in arguments else "en"):
        return f"{done.output}{say('error')}: {done.exception}\n"


def refreshed(text: str) -> str:
    """The page with the output of every command in it."""
    return _BLOCK.sub(lambda match: _block(match[0]), text)


def _block(block: str) -> str:
    parts = re.split(r"^(\$ .*)$\n", block, flags=re.MULTILINE)
    pairs = zip(parts[1::2], parts[2::2], strict=True)
    return "".join(f"{command}\n{_elided(output(command[2:]), old)}" for command, old in pairs)


def _elided(new: str, old: str) -> str:
    """The new output, with as many lines at its start and end as the old one showed."""
    lines = old.splitlines()
    if "…" not in lines:
        return new if new.endswith("\n") else f"{new}\n"
    place = lines.index("…")
    made = new.splitlines()
    rest = min(len(lines) - place - 1, len(made) - place)
    return "\n".join([*made[:place], "…", *made[len(made) - rest :]]) + "\n"


def operators() -> str:
    """The reference of layers, from their docstrings and attributes."""
    sections = [_operator(kind) for kind in ops.FOLDER.names()]
    return f"# Layers\n\n{GENERATED}{chr(10).join(sections)}"


def _operator(kind: str) -> str:
    op = ops.load(kind)
    summary, _, rest = (op.__doc__ or "").partition("\n")
    facts = [line.strip() for line in re.split(r"\n(?= {4}[A-Z][a-z]+:)", rest.strip("\n"))]
    lines = [_fact(*fact.partition(": ")) for fact in facts]
    table = [f"| `{name}` | {_default(op, name)} | {op.ATTRIBUTES[name].doc} |" for name in op.ATTRIBUTES]
    head = ["", "| attribute | default | |", "| --- | --- | --- |"] if table else []
    return "\n".join([f"## {kind}", "", summary, "", *lines, *head, *table, ""])


def _fact(name: str, _: str, text: str) -> str:
    line = " ".join(text.split())
    return f"- **{name}**: `{line}`" if name == "Equation" else f"- **{name}**: {line}"


def _default(op: type[ops.Operator], name: str) -> str:
    if name not in op.DEFAULTS:
        return "required"
    value = op.DEFAULTS[name]
    return "" if value is None else f"`{str(value).lower() if isinstance(value, bool) else value}`"


def conventions() -> str:
    """The reference of conventions, from their docstrings."""
    sections = [f"## {name} ({load(name).UNIT})\n\n{_convention(name)}\n" for name in CONVENTIONS.names()]
    intro = "Those named after a tool give that tool's own figure. To write your own: [conventions](../conventions.md)."
    return f"# Conventions\n\n{GENERATED}{intro}\n\n{chr(10).join(sections)}"


def _convention(name: str) -> str:
    """The summary, and each fact as an item of a list."""
    summary, _, rest = (load(name).__doc__ or "").strip().partition("\n\n")
    facts = re.split(r"\n(?=[A-Z][^:\n]*:)", rest)
    pairs = (fact.partition(":") for fact in facts)
    items = [f"- **{name}**: {' '.join(text.split())}" for name, _, text in pairs]
    return "\n".join([summary, "", *items])


def presets() -> str:
    """The table of presets, with their figures."""
    rows = []
    for name in nl.presets():
        ledger = nl.count(name)
        shape = "x".join(map(str, ledger.inputs[0][1:]))
        rows.append(f"| `{name}` | {shape} | {ledger.parameters:,} | {ledger.total('macs'):,} | {ledger.source} |")
    head = ["| preset | input | parameters | macs (MAC) | source |", "| --- | --- | ---: | ---: | --- |"]
    return f"# Presets\n\n{GENERATED}" + "\n".join([*head, *rows]) + "\n"


def terms() -> str:
    """The closed lists of actions and roles."""
    actions = "\n".join(f"- {action}" for action in sorted(ACTIONS))
    roles = "\n".join(f"- **{role}**: {text}" for role, text in ROLES.items())
    intro = "An operation is counted as (action, role, count)."
    return f"# Terms of work\n\n{GENERATED}{intro}\n\n## Actions\n\n{actions}\n\n## Roles\n\n{roles}\n"


def commands() -> str:
    """The help of every command."""
    sections = [
        f"## netledger {name}\n\n```text\n{output(f'netledger {name} --help')}```\n" for name in COMMANDS.names()
    ]
    return f"# Commands\n\n{GENERATED}{chr(10).join(sections)}"


REFERENCE = {
    "operators.md": operators,
    "conventions.md": conventions,
    "presets.md": presets,
    "terms.md": terms,
    "commands.md": commands,
}


def main() -> None:
    """Write every page."""
    for page in pages():
        page.write_text(refreshed(page.read_text()))
    for name, make in REFERENCE.items():
        (ROOT / "docs" / "reference" / name).write_text(make())


if __name__ == "__main__":
    main()
