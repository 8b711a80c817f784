"""What every convention of a tool owes. A failure says what to do."""

from __future__ import annotations

import contextlib
import inspect
import re
from collections import Counter
from collections.abc import Mapping
from importlib import metadata
from types import ModuleType
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

import netledger as nl
from bench import models
from netledger.conventions import FOLDER, load
from netledger.conventions._pytorch import PRODUCTS, products
from netledger.core.ledger import Ledger, charges
from netledger.ops import FOLDER as OPERATORS
from tests.laws.entries import ledger_of
from tests.laws.strategies import QUICK, cases
from tests.outside.peers.layers import NETWORKS

TOOLS = tuple(name for name in FOLDER.names() if hasattr(load(name), "charges"))
EVERY = pytest.mark.parametrize("name", TOOLS)
HEADINGS = (
    *("Who uses it:", "What it calls it:", "Checked against:"),
    *("Where it departs from a plain count:", "Parameters:"),
)


def convention(name: str) -> ModuleType:
    return cast(ModuleType, load(name))


@EVERY
def test_the_docstring_says_all(name: str) -> None:
    text = inspect.getdoc(convention(name)) or ""
    found = [line for line in HEADINGS if re.search(f"^{line} \\S", text, re.MULTILINE)]
    assert found == list(HEADINGS), f"Write {set(HEADINGS) - set(found)} in the docstring of {FOLDER.index[name]}.py."


@EVERY
def test_the_version_is_the_one_that_is_installed(name: str) -> None:
    text = (inspect.getdoc(convention(name)) or "").replace("\n", " ")
    pairs = re.search(r"Checked against: ([^:]*)\. ", text)
    assert pairs is not None
    for pair in pairs[1].split(" on "):
        tool, version = pair.split()
        try:
            installed = metadata.version(tool)
        except metadata.PackageNotFoundError:
            pytest.skip(f"{tool} is not installed")
        assert normal(version) == normal(installed), f"{tool} is {installed} now: check {name} again"


def normal(version: str) -> str:
    """Without the mark of a build; `-7` is a short way to write `.post7`."""
    return version.partition("+")[0].replace("-", ".post")


def check(name: str, ledger: Ledger) -> None:
    """Every charge is for something there is, and every product is charged once, or said to be missing."""
    charged, left_out = Counter[int](), Counter[int]()
    for charge in charges(load(name), ledger):
        assert charge.term, f"{name} does not say what a charge is for"
        assert type(charge.amount) is int, f"{name} charges {charge.amount!r} for {charge.term!r}: make it an int"
        assert -1 <= charge.entry < len(ledger.entries), f"{name} charges an entry that there is not"
        assert -1 <= charge.call < len(ledger.calls), f"{name} charges a call that there is not"
        charged[charge.entry] += charge.amount if charge.term == PRODUCTS else 0
        left_out[charge.entry] += charge.missing
    for place, entry in enumerate(ledger.entries):
        told = charged[place] + left_out[place]
        assert told == products(entry), f"{name}: of {entry.name} ({entry.call}), {told} of {products(entry)} products"


@EVERY
@QUICK
@given(data=st.data())
def test_every_product_is_told_of_once(name: str, data: st.DataObject) -> None:
    """Operators that stand alone; and what is charged for an entry is what is charged for it alone."""
    op, inputs = data.draw(cases(data.draw(st.sampled_from(OPERATORS.names()))))
    ledger = ledger_of(op, inputs=inputs)
    check(name, ledger)
    assert dict(load(name).amounts(ledger.entries[0])) == summed(name, ledger)


def summed(name: str, ledger: Ledger) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for charge in charges(load(name), ledger):
        found[charge.term] = found.get(charge.term, 0) + charge.amount
    return found


PRESETS = ("resnet18", "mobilenet_v2", "vit_b_16", "transformer_encoder", "lstm_classifier", "unet", "segnet")


@EVERY
@pytest.mark.parametrize("preset", PRESETS)
def test_every_product_of_a_preset_is_told_of_once(name: str, preset: str) -> None:
    check(name, nl.count(preset).data)


@pytest.fixture(scope="module", params=NETWORKS)
def network(request: pytest.FixtureRequest) -> Ledger:
    build, arguments = NETWORKS[request.param]
    return nl.count(build().eval(), *arguments(2)).data


@EVERY
def test_every_product_of_a_model_is_told_of_once(name: str, network: Ledger) -> None:
    check(name, network)


MADE_OTHERWISE = {
    "densenet121": {"thop", "ptflops"},  # pools at the end by a function
    "mobilenet_v2": {"thop", "ptflops"},
    "googlenet": {"ptflops"},  # drawn with functions for ReLU
}
"""Where torchvision calls a function and a spec has a layer: tools that look at modules tell them apart."""

MORE_LAYERS = {"googlenet"}
"""torchvision's network has heads that are only used in training: parameters differ."""


@pytest.fixture(
    scope="module",
    params=["resnet18", "resnet50", "vgg11", "mobilenet_v2", "densenet121", "squeezenet1_0", "googlenet", "vit_b_16"],
)
def pair(request: pytest.FixtureRequest) -> tuple[str, nl.Ledger, nl.Ledger]:
    """A preset, and the network of torchvision that it stands for. The preset alexnet is another network."""
    name = f"torchvision:{request.param}"
    with pytest.warns() if request.param == "googlenet" else contextlib.nullcontext():
        model: Any = models.build(name)
    return request.param, nl.count(request.param), nl.count(model, *models.tensors(models.shapes(name, model), "meta"))


@EVERY
def test_a_preset_is_counted_like_the_model_it_stands_for(name: str, pair: tuple[str, nl.Ledger, nl.Ledger]) -> None:
    preset, spec, model = pair
    same = spec.total(name) == model.total(name)
    assert same != (name in MADE_OTHERWISE.get(preset, ()))
    if hasattr(convention(name), "held") and preset not in MORE_LAYERS:
        ours, theirs = (sum(held.amount for held in convention(name).held(ledger.data)) for ledger in (spec, model))
        assert ours == theirs
