"""`netledger exercise` and `netledger grade` as a user types them."""

from __future__ import annotations

from pathlib import Path

import pytest

import netledger as nl
from tests.commands.test_commands import run

EXAMPLES = Path(__file__).parent.parent.parent / "docs" / "examples"


def test_the_sheet_is_printed_and_the_key_on_request() -> None:
    made = nl.exercise("alexnet", seed=7)
    done = run("exercise", "alexnet", "--seed", "7")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{made.sheet.to('markdown')}\n"
    assert run("exercise", "alexnet", "--seed", "7", "--key", "--format", "text").stdout == f"{made.key}\n"


@pytest.mark.parametrize(("suffix", "start"), [("md", "<!-- "), ("html", "<!-- "), ("tex", "% "), ("txt", "netledger")])
def test_a_file_gets_its_key_and_a_form(tmp_path: Path, suffix: str, start: str) -> None:
    sheet = tmp_path / f"sheet.{suffix}"
    done = run("exercise", "lenet", "--seed", "1", "--out", str(sheet))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert {path.name for path in tmp_path.iterdir()} == {"sheet.csv", f"sheet.key.{suffix}", f"sheet.{suffix}"}
    assert sheet.read_text(encoding="utf-8").startswith(f"{start}netledger exercise 1: " if start[0] != "n" else start)
    graded = run("grade", str(sheet), str(tmp_path / "sheet.csv"))
    assert graded.returncode == 1
    assert "0 of" in graded.stdout


def test_the_sheet_of_the_documentation_is_what_is_written_now() -> None:
    shown = (EXAMPLES / "sheet.md").read_text(encoding="utf-8").split("\n", 1)[1]
    made = nl.exercise("alexnet", seed=7, blanks=6).sheet.to("markdown").split("\n", 1)[1]
    assert shown == f"{made}\n"


def test_exit_codes_of_grading(tmp_path: Path) -> None:
    sheet = str(EXAMPLES / "sheet.md")
    assert run("grade", sheet, str(EXAMPLES / "answers.csv")).returncode == 1
    right = tmp_path / "right.csv"
    made = nl.exercise("alexnet", seed=7, blanks=6)
    lines = [f"{number};{'x'.join(map(str, given or ('none',)))}" for number, given in made.answers.items()]
    right.write_text("\n".join(lines))
    done = run("grade", sheet, str(right))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("exercise", "alexnet"), "Missing option '--seed'"),
        (("exercise", "alexnt", "--seed", "1"), "Did you mean alexnet"),
        (("exercise", "alexnet", "--seed", "1", "--notation", "x"), "unknown notation 'x'"),
        (("exercise", "alexnet", "--seed", "1", "--out", "nowhere/x.CSV"), "would be the same file"),
        (("exercise", "alexnet", "--seed", "1", "--blanks", "0"), "0 is not in the range"),
        (("grade", "nowhere.md", "nowhere.csv"), "cannot read 'nowhere.md'"),
        (("grade", str(EXAMPLES / "net.py"), str(EXAMPLES / "answers.csv")), "this is no sheet of exercises"),
        (("grade", str(EXAMPLES / "sheet.md"), str(EXAMPLES / "net.py")), "is not the number of a question"),
        (("grade", str(EXAMPLES / "sheet.md"), str(EXAMPLES)), "cannot read"),
    ],
)
def test_what_is_wrong_exits_with_2(words: tuple[str, ...], message: str) -> None:
    done = run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
