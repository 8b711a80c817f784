"""Everything that is asked of a ledger can be asked of that of a model."""

from __future__ import annotations

import json
import pickle

import pytest
import torch
from torch import nn

import netledger as nl
from bench.models import build
from docs.examples.net import Net
from tests.frontends.torch.models import Small, Standardised, Tied

SHAPE = (1, 3, 32, 32)


def test_json_goes_round() -> None:
    ledger = nl.count(Small(), SHAPE)
    text = ledger.to_json()
    made = json.loads(text)
    assert made["calls"][0]["parent"] == -1
    assert made["modules"][0]["children"][0] == ["conv", 1]
    assert made["layers"][0]["function"] == "torch.conv2d"
    again = nl.Ledger.from_json(text)
    assert again == ledger
    assert again.to_json() == text


def test_a_ledger_can_be_pickled() -> None:
    ledger = nl.count(Small(), SHAPE)
    assert pickle.loads(pickle.dumps(ledger.data)) == ledger.data


def test_explanations_receptive_fields_and_specs() -> None:
    ledger = nl.count(Net(), SHAPE)
    assert "16·3·3·3" in str(ledger.explain("stem"))
    assert nl.receptive_field(Net(), SHAPE)["blocks.1.conv2"][2].size == 19
    text = nl.to_spec(Net(), SHAPE)
    assert nl.count(text).total("arithmetic") == ledger.total("arithmetic")
    assert nl.count(text).parameters == ledger.parameters


@pytest.mark.parametrize("make", [lambda: Standardised(3, 4, 3), Tied])
def test_what_a_spec_cannot_say(make: type[nn.Module]) -> None:
    shape = nl.Shape(1, 5, dtype="int64") if make is Tied else SHAPE
    with pytest.raises(nl.SourceError, match=r"a spec cannot say that|and more axes"):
        nl.to_spec(make(), shape)


def test_closed_forms_are_refused() -> None:
    with pytest.raises(nl.SourceError, match="made of specs"):
        nl.formula(Net(), SHAPE)


@pytest.mark.parametrize("format", ["table", "csv", "markdown", "latex", "html", "json", "torchinfo"])
def test_every_report(format: str) -> None:
    ledger = nl.count(build("torchvision:vit_b_16"), (1, 3, 224, 224))
    assert len(ledger.to(format)) > 1000
    assert len(ledger.to(format, depth=2)) > 100 if format != "json" else True


def test_two_models_at_once_in_two_threads() -> None:
    from concurrent.futures import ThreadPoolExecutor

    def one(width: int) -> int:
        return nl.count(Net(width), SHAPE).total("macs")

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(one, [8, 16] * 5)) == [one(8), one(16)] * 5
    assert torch._C._len_torch_function_stack() == 0
