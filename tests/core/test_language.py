"""Texts in the language of the reader."""

from __future__ import annotations

import os
import subprocess
import sys
from contextvars import copy_context
from threading import Thread

import pytest

import netledger as nl
from netledger.core.language import ENGLISH, language, languages, later, of_locale, plural, say, set_language, used

HEIGHT = "height"


def test_english_is_what_the_code_says() -> None:
    assert used() == ENGLISH
    assert say(HEIGHT) == HEIGHT
    assert say("{a} of {b:,}", a=1, b=2000) == "1 of 2,000"
    assert say("braces {stay} without values") == "braces {stay} without values"
    assert plural("{count:,} x", "{count:,} xs", 1) == "1 x"
    assert plural("{count:,} x", "{count:,} {what}s", 2000, what="y") == "2,000 ys"


def test_another_language_for_a_while() -> None:
    with language("zh_CN.UTF-8"):
        assert used() == "zh"
        assert say(HEIGHT) == "高度"
        assert say("a text that nobody has translated") == "a text that nobody has translated"
        assert say("") == ""
        with language("en"):
            assert say(HEIGHT) == HEIGHT
        assert used() == "zh"
        assert plural("{count} x", "{count} {what}s", 2, what=later(HEIGHT)) == "2 高度s"
        assert say("{what}", what=later(HEIGHT)) == "高度"
        assert say("{what}", what=HEIGHT) == HEIGHT, "what a user wrote is not translated"
    assert used() == ENGLISH


def test_a_chosen_language_is_that_of_every_thread_and_of_every_cell_of_a_notebook() -> None:
    said: list[str] = []
    try:
        copy_context().run(set_language, "zh")  # a notebook runs each cell in a context of its own
        assert say(HEIGHT) == "高度"
        thread = Thread(target=lambda: said.append(say(HEIGHT)))
        thread.start()
        thread.join()
        with language("en"):
            assert say(HEIGHT) == HEIGHT
        assert used() == "zh"
    finally:
        set_language(ENGLISH)
    assert said == ["高度"]


def test_a_language_for_a_while_is_of_one_thread() -> None:
    said: list[str] = []
    with language("zh"):
        thread = Thread(target=lambda: said.append(say(HEIGHT)))
        thread.start()
        thread.join()
        set_language("en")
        assert say(HEIGHT) == HEIGHT, "the latest choice counts"
    assert (said, used()) == ([HEIGHT], ENGLISH)


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(nl.UnknownNameError, match="unknown language 'tlh'"):
        set_language("tlh")
    assert used() == ENGLISH


def test_every_language_has_a_catalogue() -> None:
    assert languages() == ("en", "zh")


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh-Hans"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "C", "LANGUAGE": "zh"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "fr:zh_CN:en"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_language_of_a_locale(environment: dict[str, str], name: str) -> None:
    assert of_locale(environment) == name


@pytest.mark.parametrize("how", ["before", "after", "equals", "locale"])
def test_the_command_line_speaks_it(how: str) -> None:
    words = {
        "before": ["--lang", "zh", "explain", "alexnet", "conv1"],
        "after": ["explain", "alexnet", "conv1", "--lang", "zh"],
        "equals": ["explain", "alexnet", "conv1", "--lang=zh"],
        "locale": ["explain", "alexnet", "conv1"],
    }[how]
    said = _run(words, {"LC_ALL": "zh_CN.UTF-8" if how == "locale" else "C.UTF-8"})
    assert "输入的高度" in said


def test_what_programs_read_is_english() -> None:
    said = _run(["show", "lenet", "--format", "csv", "--lang", "zh"], {})
    assert said == _run(["show", "lenet", "--format", "csv"], {})


def _run(words: list[str], environment: dict[str, str]) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", "netledger", *words],
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return ran.stdout


def test_a_command_changes_the_language_of_nothing_else() -> None:
    from click.testing import CliRunner

    from netledger.commands import program

    assert "输入的高度" in CliRunner().invoke(program, ["explain", "alexnet", "conv1", "--lang", "zh"]).output
    assert used() == ENGLISH
    assert CliRunner().invoke(program, ["show", "lenet", "--format", "json", "--lang", "zh"]).exit_code == 0
    set_language("zh")
    try:
        assert say(HEIGHT) == "高度", "nothing else is left behind"
        with language("zh"):
            set_language("en")
            assert used() == "en"
        assert used() == "en"
    finally:
        set_language(ENGLISH)
