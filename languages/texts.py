"""Every text that a reader may see: in calls that say it, in errors, in documents, in the declarations of plug-ins."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import click

__all__ = ["ROOT", "Text", "every"]

ROOT = Path(__file__).parent.parent / "src" / "netledger"


class Text(NamedTuple):
    """A text, its plural (or nothing), and the file that it stands in."""

    one: str
    many: str
    place: str


SAID = {"say": 1, "later": 1, "plural": 2}
"""Functions that say their first texts."""

DOCUMENT = {"Heading", "Paragraph", "Column", "Head", "Formula", "Stage", "Step"}
"""What documents are made of: every text that is given as it stands."""

NAMED = re.compile(r"(^|_)(hint|rule|from|example|values|note)$", re.IGNORECASE)
"""Names of what is handed to an error later."""

FAILS = re.compile(r"(Error|_error|_fail|require|wrong)$")
"""What refuses: its texts are the rule and the hint."""


def every() -> tuple[Text, ...]:
    """All texts, each once, in the order of the files."""
    found: dict[str, Text] = {}
    for text in (*_in_code(), *_in_operators(), *_in_tables(), *_in_commands(), *_in_conventions()):
        known = found.get(text.one)
        if not known or (text.many and not known.many):
            found[text.one] = text
    return tuple(text for text in found.values() if text.one)


def _has_words(text: str) -> bool:
    return bool(re.search(r"[A-Za-z]{2}", re.sub(r"{[^{}]*}", "", text)))


def _in_code() -> Iterator[Text]:
    for path in sorted(ROOT.rglob("*.py")):
        place = str(path.relative_to(ROOT))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for one, many in _of_node(node):
                yield Text(one, many, place)


def _of_node(node: ast.AST) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Call):
        yield from _of_call(node, _name(node.func))
    elif isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and NAMED.search(to.id) for to in node.targets):
        yield from _literals(node.value)


def _name(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def _of_call(node: ast.Call, name: str) -> Iterator[tuple[str, str]]:
    if name == "plural":
        one, many = (next(_strings(arg)) for arg in node.args[:2])
        yield one, many
    elif name in SAID:
        yield from _literals(node.args[0])
    elif name in DOCUMENT:
        for arg in [*node.args[:2], *(word.value for word in node.keywords if word.arg == "note")]:
            yield from _literals(arg)
    elif FAILS.search(name):
        for arg in [*node.args, *(word.value for word in node.keywords if word.arg in ("hint", "rule"))]:
            yield from _literals(arg)


def _literals(node: ast.expr) -> Iterator[tuple[str, str]]:
    """A text as it stands, or one for each way that a condition goes."""
    yield from ((text, "") for text in _strings(node))


def _strings(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*_strings(node.body), *_strings(node.orelse))
    elif isinstance(node, ast.BoolOp):
        for part in node.values:
            yield from _strings(part)


def _in_operators() -> Iterator[Text]:
    """Their docstrings as an explanation shows them, and their attributes."""
    from netledger.analyses.explain import parts_of_docstring
    from netledger.ops import FOLDER, load

    for kind in FOLDER.names():
        op = load(kind)
        place = f"ops/{kind}"
        said = parts_of_docstring(op)
        texts = [said[name] for name in ("", "Equation", "Counted")]
        texts += [attribute.doc for attribute in op.ATTRIBUTES.values()]
        yield from (Text(text, "", place) for text in texts if _has_words(text))


def _in_tables() -> Iterator[Text]:
    from netledger.core.functions import MEANING
    from netledger.core.work import ACTIONS, ROLES

    for text in (*sorted(ACTIONS), *ROLES, *ROLES.values(), *MEANING.values()):
        yield Text(text, "", "core/work.py")


def _in_commands() -> Iterator[Text]:
    """Their help."""
    from netledger.commands import FOLDER
    from netledger.commands._language import EXAMPLES

    for name in FOLDER.names():
        command: click.Command = FOLDER.module(name).command
        yield Text(inspect.cleandoc(command.help or ""), "", f"commands/{name}")
        for param in command.params:
            if isinstance(param, click.Option) and param.help:
                yield Text(param.help, "", f"commands/{name}")
        for part in (command.epilog or "").split("\n\n"):
            if not part.lstrip("\b\n").startswith(EXAMPLES):
                yield Text(part.removeprefix("\b\n").strip(), "", f"commands/{name}")
    yield Text(import_module("netledger.commands").HELP, "", "commands/__init__.py")


def _in_conventions() -> Iterator[Text]:
    from netledger.conventions import FOLDER

    for name in FOLDER.names():
        yield Text(inspect.cleandoc(FOLDER.module(name).__doc__ or ""), "", f"conventions/{name}")
