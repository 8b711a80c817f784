"""Plug-ins are found by looking in their folder."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from netledger.core.errors import PluginError, UnknownNameError
from netledger.core.plugins import Folder


def folder(path: Path, **files: str) -> Folder:
    for name, text in files.items():
        (path / f"{name}.py").write_text(text, encoding="utf-8")
    return Folder("plugged", str(path), "plug")


def test_every_file_says_its_names(tmp_path: Path) -> None:
    found = folder(
        tmp_path,
        b='"""Doc."""\nNAME = "two+"\n',
        a='"""Doc."""\nclass A:\n    KIND = "one"\n\nclass B:\n    KIND = "other"\n',
        _helper='"""Doc."""\nNAME = "hidden"\n',
        none='"""No plug-in: an index, perhaps."""\n',
    )
    (tmp_path / "notes.txt").write_text('\nNAME = "text"\n')
    assert found.names() == ("one", "other", "two+")
    assert found.index == {"one": "a", "other": "a", "two+": "b"}


def test_only_declarations_count(tmp_path: Path) -> None:
    """A name in a comment, a comparison or deeper inside is not a declaration."""
    text = '"""Doc."""\n# NAME = "no"\nif X:\n        KIND = "no"\nNAME == "no"\nFULL_NAME = "no"\n'
    assert folder(tmp_path, a=text).names() == ()


def test_two_files_must_not_claim_one_name(tmp_path: Path) -> None:
    found = folder(tmp_path, a='\nNAME = "x"\n', b='\nNAME = "x"\n')
    with pytest.raises(PluginError, match="two plug-ins are called x") as caught:
        found.names()
    assert caught.value.hint == "Rename one: a.py or b.py."


def test_an_unknown_name_lists_or_suggests(tmp_path: Path) -> None:
    found = folder(tmp_path, a='\nNAME = "macs"\n')
    with pytest.raises(UnknownNameError, match="unknown plug 'mac'") as caught:
        found.module("mac")
    assert caught.value.hint == "Did you mean macs?"


def test_a_plug_in_is_imported_when_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Listing imports nothing."""
    (tmp_path / "plugged").mkdir()
    found = folder(tmp_path / "plugged", lazy='"""Doc."""\nNAME = "lazy"\nVALUE = 42\n')
    monkeypatch.syspath_prepend(str(tmp_path))
    assert found.names() == ("lazy",)
    assert "plugged.lazy" not in sys.modules
    assert found.module("lazy").VALUE == 42
    for name in ("plugged.lazy", "plugged"):
        monkeypatch.delitem(sys.modules, name)
