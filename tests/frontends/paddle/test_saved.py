"""Inference models that were saved: read as text, and the same as the layer they were saved from."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import netledger as nl
from tests.outside.paddle_runs import paddle

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small network, saved with any batch."""
    nn, folder = paddle().nn, tmp_path_factory.mktemp("saved")
    net = nn.Sequential(
        *(nn.Conv2D(1, 4, 3, padding=1), nn.BatchNorm2D(4), nn.ReLU(), nn.MaxPool2D(2), nn.Flatten()),
        nn.Linear(64, 10),
    )
    net.eval()
    spec = paddle().static.InputSpec([None, 1, 8, 8], "float32", "image")
    paddle().jit.save(net, str(folder / "net"), input_spec=[spec])
    (folder / "net.pdiparams").unlink()
    return folder / "net.json"


@pytest.fixture(scope="module")
def text(saved: Path) -> str:
    return saved.read_text()


def test_the_same_as_the_layer(saved: Path) -> None:
    ledger = nl.count(str(saved), {"image": (3, 1, 8, 8)})
    assert ledger.complete
    assert ledger.inputs[0] == (3, 1, 8, 8)
    assert ledger.parameters == 4 * 10 + 8 + 650
    assert ledger.parameter_counts.buffers == 8
    assert ledger.total("macs") == 3 * (64 * 4 * 9 + 640)
    assert nl.count(saved).inputs[0] == (1, 1, 8, 8)
    assert nl.count(saved, (1, 8, 8), batch=2).inputs[0] == (2, 1, 8, 8)


@pytest.mark.parametrize(
    ("inputs", "said"),
    [(({"img": (3, 1, 8, 8)},), "no input"), (((1, 1, 8, 9),), "is 8 in the file"), (((1, 1, 1, 8, 8),), "4 axes")],
)
def test_wrong_inputs(saved: Path, inputs: Any, said: str) -> None:
    with pytest.raises(nl.SourceError) as caught:
        nl.count(str(saved), *inputs)
    assert said in str(caught.value)


def test_the_older_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(nl.SourceError) as caught:
        nl.count(str(tmp_path / "net.pdmodel"))
    assert "no longer" in str(caught.value)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_broken_file_is_told(text: str, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Whatever is broken in it: a clear mistake, or a ledger; never anything else."""
    start = data.draw(st.integers(200, len(text) - 1))
    length = data.draw(st.integers(0, 40))
    put = data.draw(st.sampled_from(["", "0", "-7", '"x"', "[]", "{}", "99999999999"]))
    path = tmp_path_factory.getbasetemp() / "broken.json"
    path.write_text(text[:start] + put + text[start + length :])
    with contextlib.suppress(nl.NetledgerError):
        nl.count(str(path), {"image": (3, 1, 8, 8)})


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_file_with_other_values_is_told(
    text: str, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """The same where the file is still JSON: a number, a name or a part is another one, or is missing."""
    whole = json.loads(text)
    rows = whole["program"]["regions"][0]["blocks"][0]["ops"]
    row: Any = rows[data.draw(st.integers(0, len(rows) - 1))]
    for _ in range(data.draw(st.integers(1, 6))):
        keys: list[Any] = list(row) if isinstance(row, dict) else list(range(len(row))) if isinstance(row, list) else []
        if not keys:
            break
        key = data.draw(st.sampled_from(keys))
        if not isinstance(row[key], (dict, list)) or data.draw(st.booleans()):
            row[key] = data.draw(st.sampled_from([None, -1, 0, 10**30, "x", [], {}, [[]], 1.5]))
            break
        row = row[key]
    path = tmp_path_factory.getbasetemp() / "other.json"
    path.write_text(json.dumps(whole))
    with contextlib.suppress(nl.NetledgerError):
        nl.count(str(path), {"image": (3, 1, 8, 8)})
