"""Contract: what every preset has, whatever its figures."""

from __future__ import annotations

from pathlib import Path

import pytest

import netledger as nl
from netledger.frontends.spec import Options, lay_out, read

FOLDER = Path(nl.__file__).parent / "presets"
WITHOUT_CLASSES = ("lstm_classifier", "transformer_encoder")
"""One output, or none: what comes out are features."""

FILES = sorted(FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_says_what_it_is_and_lays_out(file: Path) -> None:
    root = read(file.read_bytes(), file.name)
    assert list(root.items)[:3] == ["name", "source", "input"], "Start the file with name, source and input."
    assert file.stem in WITHOUT_CLASSES or "classes" in root.items["let"].items, (
        "Let users choose the number of classes: let: {classes: …}."
    )
    network = lay_out(root, Options())
    assert network.name
    assert network.source
    assert network.at(network.outputs)[0].shape[0] == 1


@pytest.mark.parametrize("preset", nl.presets())
def test_every_layer_is_counted_and_the_classes_can_be_chosen(preset: str) -> None:
    ledger = nl.count(preset, let={} if preset in WITHOUT_CLASSES else {"classes": 7}, batch=2)
    assert ledger.complete
    ((batch, classes, *_),) = ledger[-1].outputs
    assert batch == 2
    assert preset in WITHOUT_CLASSES or classes == 7


def test_every_preset_is_covered_by_an_outside_figure(covered: frozenset[str]) -> None:
    assert covered == frozenset(nl.presets()), "Add figures of the new preset to a file of tests/presets/data/."


def test_a_file_is_a_preset() -> None:
    assert nl.presets() == tuple(file.stem for file in FILES)
