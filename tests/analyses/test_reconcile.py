"""The terms between conventions: they add up exactly, wherever they are asked for; the two worked examples."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import netledger as nl
from bench import models
from netledger.analyses.reconcile import TWICE, Figure, about
from netledger.conventions import load
from netledger.core.ledger import Charge, Convention
from tests.frontends.spec.strategies import specs
from tests.laws.strategies import QUICK

JSON = (Path(__file__).parents[2] / "docs" / "json.md").read_text()
VIT = "timm:vit_base_patch16_224"


def reconciled(name: str) -> Any:
    """A network of the libraries."""
    model = models.build(name)
    return nl.reconcile(model, *models.shapes(name, model))


def check(figure: Figure) -> None:
    assert figure.plain + sum(term.amount for term in figure.terms) == figure.total
    for term in figure.terms:
        assert term.amount == sum(amount for _, amount in term.layers)
        assert term.name
        assert term.amount


@pytest.mark.parametrize("preset", nl.presets())
def test_presets_add_up(preset: str) -> None:
    ledger = nl.count(preset)
    found = nl.reconcile(ledger)
    assert {column.name for column in found.columns} == set(nl.conventions())
    for column in found.columns:
        check(column.cost)
        assert column.cost.total == ledger.total(column.name)
        assert column.cost.plain == ledger.total("macs")
        if column.parameters is not None:
            check(column.parameters)
            assert column.parameters.plain == ledger.parameters


@QUICK
@given(specs())
def test_any_network_adds_up(spec: Any) -> None:
    for column in nl.reconcile(json.dumps(spec) + "\n").columns:
        check(column.cost)


def told(column: Any) -> dict[str, int]:
    return {term.name: term.amount for term in column.cost.terms}


# The terms of the measured reconciliation of a ResNet-50: elements of batch norms, ReLUs, pools.
B, R, PI, GI, GO, BIAS, NORMS, MACS = 11113984, 9608704, 802816, 100352, 2048, 1000, 53120, 4089184256


def test_resnet50_as_measured() -> None:
    found = reconciled("torchvision:resnet50")
    assert found["torch"].cost.total == found["torch-cpu"].cost.total == 2 * MACS
    assert told(found["torch"]) == {TWICE: MACS}
    assert sorted(told(found["torchinfo"]).values()) == [BIAS, NORMS]
    assert sorted(told(found["fvcore"]).values()) == [GI, 2 * B]
    assert sorted(told(found["thop"]).values()) == [GO, GI, 4 * B]
    assert sorted(told(found["ptflops"]).values()) == [BIAS, GI, GI, PI, PI, R, R, 2 * B]
    assert told(found["ptflops-aten"]) == {"biases": BIAS}
    assert told(found["calflops-macs"]) == told(found["deepspeed-macs"]) == {}
    assert sorted(told(found["calflops"]).values()) == [PI + GI, R, 2 * B, MACS]
    assert told(found["calflops"]) == told(found["deepspeed"])
    assert sorted(told(found["torchprofile"]).values()) == [GO, B]
    for column in found.columns:
        assert column.parameters is None or column.name == "paddle" or column.parameters.total == 25557032


def test_a_vision_transformer_as_measured() -> None:
    found = reconciled(VIT)
    attention, projections, norms, gelu = 715327488, 5577375744, 3782400, 7262208
    assert told(found["fvcore"]) == {"fused attention not counted": -attention, "5 × layer-norm inputs": 5 * norms}
    assert told(found["thop"]) == {"fused attention not counted": -attention}
    assert told(found["torchprofile"]) == {"layer-norm outputs": norms}
    assert told(found["ptflops"])["linear layers inside of attention left out"] == -projections
    assert sum(term.amount for term in found["ptflops"].cost.terms if "GELU" in term.name) == 2 * gelu
    totals = {column.name: column.cost.total for column in found.columns}
    assert totals["torch"] == 35127656448
    assert totals["torch-cpu"] == 33697001472
    assert totals["torchinfo"] == 201581032
    assert totals["ptflops"] == 12017610232
    assert totals["ptflops-aten"] == 16864992232
    assert (totals["calflops"], totals["calflops-macs"]) == (33723326208, 16848500736)
    assert (totals["deepspeed"], totals["deepspeed-macs"]) == (35153981184, 17563828224)
    parameters = {term.name: term.amount for term in found["thop"].parameters.terms}
    assert parameters == {
        "pos_embed of VisionTransformer not counted": -151296,
        "cls_token of VisionTransformer not counted": -768,
        "parameters of LayerNorm not counted": -38400,
    }
    assert found["thop"].parameters.total == 86377192


def test_terms_open_down_to_layers() -> None:
    (term, *_) = nl.reconcile("lenet", conventions="macs+bias")["macs+bias"].cost.terms
    assert dict(term.layers) == {"conv1": 4704, "conv2": 1600, "fc1": 120, "fc2": 84, "fc3": 10}
    shown = str(nl.reconcile("lenet", conventions=["macs+bias"], layers=True))
    assert re.search(r"^conv2 +\+1,600$", shown, re.MULTILINE)


def test_few_conventions_show_their_sums() -> None:
    shown = str(nl.reconcile("lenet", conventions=["macs+bias"]))
    assert "341,256 + 6,518 = 347,774" in shown
    assert "The sums" not in str(nl.reconcile("lenet"))


@pytest.mark.parametrize("format", ["text", "markdown", "latex", "html", "json"])
@pytest.mark.parametrize("preset", ["resnet50", "lstm_classifier"])
def test_every_format(preset: str, format: str) -> None:
    assert "thop" in nl.reconcile(preset).to(format)


def test_it_fits_a_screen() -> None:
    """Some sixty lines, of a hundred and sixty columns."""
    lines = str(nl.reconcile("resnet50")).splitlines()
    assert len(lines) < 70
    assert max(map(len, lines)) < 160


def test_the_json_is_documented() -> None:
    made = json.loads(nl.reconcile("resnet18").to("json"))
    section = JSON.partition("# A reconciliation as JSON")[2].partition("\n# ")[0]
    assert made["schema"] == 1
    (column,) = (one for one in made["conventions"] if one["name"] == "paddle")
    for name in (*made, *column, *column["terms"][0], *column["parameters"]):
        assert f"`{name}`" in section, name
    for one in made["conventions"]:
        assert made["plain"] + sum(term["amount"] for term in one["terms"]) == one["figure"]


def test_where_a_tool_fails_that_is_said() -> None:
    import torch

    found = nl.reconcile(torch.nn.Conv2d(4, 8, 3), torch.zeros(4, 5, 5), conventions=["calflops", "fvcore"])
    assert found["calflops"].fails
    assert not found["fvcore"].fails
    assert "calflops*" in str(found)
    assert "the tool itself fails here" in str(found)


class Own:
    """Only convolutions, and what it does not say."""

    NAME = "own"
    UNIT = "MAC"

    def amounts(self, entry: Any) -> dict[str, int]:
        return {"products": entry.where("multiply", "product")} if entry.op == "conv" else {}


def test_a_convention_of_ones_own() -> None:
    found = nl.reconcile("lenet", conventions=[Own()])
    assert told(found["own"]) == {"linear layers not counted": -58920}
    assert nl.count("lenet").total(Own()) == nl.count("lenet")["conv1"].total(Own()) + 240000


class Wrong(Own):
    """Says less than it leaves out."""

    NAME = "wrong"

    def charges(self, ledger: Any) -> list[Charge]:
        return [Charge("some", 5, 0)]


def test_terms_that_do_not_add_up_are_a_mistake() -> None:
    with pytest.raises(nl.NetledgerError, match="the terms of wrong do not add up: 0 products and 0 left out"):
        nl.reconcile("lenet", conventions=[Wrong()])


@pytest.mark.parametrize("other", [object(), type("Half", (), {"NAME": "half", "UNIT": "WATT", "amounts": None})])
def test_what_is_no_convention_is_refused(other: Any) -> None:
    with pytest.raises(nl.NetledgerError, match="is no convention"):
        nl.count("lenet").total(other)


def test_an_installed_package_may_offer_one(monkeypatch: pytest.MonkeyPatch) -> None:
    class Point:
        name = "own"

        def load(self) -> type[Convention]:
            return Own

    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [Point()])
    assert "own" in nl.conventions()
    assert load("own").NAME == "own"
    assert nl.count("lenet").total("own") == 282336
    assert "own" in {column.name for column in nl.reconcile("lenet").columns}


@given(st.sampled_from([name for name in nl.conventions() if hasattr(load(name), "charges")]))
def test_every_tool_says_what_it_was_checked_against(name: str) -> None:
    assert re.fullmatch(r"[\w-]+ [\w.]+( on torch [\d.]+)?", about(load(name), "Checked against"))
