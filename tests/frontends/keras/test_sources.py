"""Names and files: what is made, what is refused, and why."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import keras
import pytest
from keras import layers

import netledger as nl
from netledger.core.errors import SourceError
from tests.frontends.keras.cases import CASES, made


def refused(source: str) -> str:
    with pytest.raises(SourceError) as caught:
        nl.count(source)
    return str(caught.value)


def test_names() -> None:
    """Built without weights; the input is that of Keras's default, and said."""
    ledger = nl.count("keras:MobileNetV2(alpha=0.5)")
    assert ledger.inputs == ((1, 224, 224, 3),)
    assert ledger.parameters < nl.count("keras:MobileNetV2").parameters
    assert ledger.network is not None
    assert any("224x224" in note for note in ledger.network.notes)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("keras:MobileNetV22", "Did you mean MobileNetV2"),
        ("keras:MobileNetV2(alpa=0.5)", "Did you mean alpha?"),
        ("keras:MobileNetV2(alpha=open('x'))", "Write literals by name"),
        ("keras:MobileNetV2(weights='imagenet')", "weights are never loaded"),
        ("keras:MobileNetV2(classes=-1)", "cannot build keras:MobileNetV2"),
        ("nowhere.keras", "there is no file 'nowhere.keras'"),
        ("model.h5", "old format of Keras"),
    ],
)
def test_wrong_names(source: str, said: str) -> None:
    assert said in refused(source)


@pytest.mark.parametrize("name", [name for name in CASES if name not in ("lambda", "activation_of_ones_own")])
def test_files(name: str, tmp_path: Path) -> None:
    """A saved model counts as the model itself."""
    model = made(name)
    path = str(tmp_path / "model.keras")
    model.save(path)
    mine, saved = nl.count(model), nl.count(path)
    assert saved.total("arithmetic") == mine.total("arithmetic")
    assert saved.parameters == mine.parameters


def test_training_is_left_out(tmp_path: Path) -> None:
    """The optimiser and the loss of a file are not even built."""
    model = made("conv2d_same")
    model.compile(optimizer="adam", loss="mse", metrics=["mae"])
    model.save(tmp_path / "model.keras")
    assert nl.count(str(tmp_path / "model.keras")).parameters == nl.count(model).parameters


@pytest.mark.parametrize("name", ["lambda", "activation_of_ones_own"])
def test_code_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    made(name).save(path)
    refused(str(path))


def written(path: Path, config: Any, name: str = "config.json") -> str:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, config if isinstance(config, (str, bytes)) else json.dumps(config))
    return str(path)


def one(**layer: Any) -> dict[str, Any]:
    """A list of one layer."""
    inner = {"module": "keras.layers", "class_name": "Dense", "config": {"units": 3}, "registered_name": None, **layer}
    config = {"name": "net", "layers": [inner]}
    return {"module": "keras", "class_name": "Sequential", "config": config, "registered_name": None}


CALLED = {"class_name": "function", "module": "os", "config": "system", "registered_name": "system"}


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (one(module="os", class_name="system"), "needs 'system' of 'os'"),
        (one(module="keras.utils", class_name="get_file"), "needs 'get_file'"),
        (one(module="keras.layers", class_name="Dens"), "Did you mean Dense?"),
        (one(registered_name="Mine>Dense"), "not Keras's own"),
        (one(class_name="Lambda"), "whose code is never run"),
        (one(class_name="TorchModuleWrapper"), "whose code is never run"),
        (one(class_name="__lambda__"), "whose code is never run"),
        (one(class_name="TFSMLayer", config={"filepath": "/etc"}), "whose code is never run"),
        (one(class_name="StringLookup", config={"vocabulary": "/etc/passwd"}), "names another file"),
        (one(config={"units": 3, "activation": CALLED}), "needs 'system' of 'os'"),
        (one(config={"units": "three"}), "cannot build the model"),
        ([], "names no class"),
        ({"class_name": 3}, "names no class"),
        ({"class_name": "Zeros", "module": "keras.initializers", "config": {}}, "holds no model: it holds a Zeros"),
        ("{", "cannot read"),
        (b"\xff\xfe", "cannot read"),
        ("[" * 100_000, "cannot read"),
    ],
)
def test_hostile_files(config: Any, said: str, tmp_path: Path) -> None:
    assert said in refused(written(tmp_path / "model.keras", config))


def test_deep_and_long_files(tmp_path: Path) -> None:
    """Bounded, whatever the archive says of itself: a bomb is not unpacked."""
    deep: Any = {}
    for _ in range(300):
        deep = {"part": deep}
    assert "too deeply" in refused(written(tmp_path / "deep.keras", one(config=deep)))
    assert "longer than" in refused(written(tmp_path / "bomb.keras", b" " * (33 * 2**20)))
    assert "holds no config.json" in refused(written(tmp_path / "none.keras", {}, "metadata.json"))


def test_no_archive(tmp_path: Path) -> None:
    path = tmp_path / "text.keras"
    path.write_text("not an archive")
    assert "cannot read" in refused(str(path))


def test_nothing_waits_to_be_filled() -> None:
    """Weights that were made for counting are forgotten: no later scope of Keras fills them."""
    from keras.src.backend.common import global_state

    nl.count("keras:MobileNet")
    nl.count(layers.Dense(3), (2, 5))
    assert not global_state.get_global_attribute("uninitialized_variables")
    with keras.StatelessScope():
        pass
