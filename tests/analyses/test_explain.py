"""Explanations: complete, true, every sign defined, the same numbers as the ledger; in every format."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import netledger as nl
from netledger.analyses.explain import explain_layers
from netledger.api import Ledger
from netledger.conventions import FOLDER as CONVENTIONS
from netledger.conventions import load as convention
from netledger.core.document import Block, Definitions, Document, Formula, Heading, Pairs, Paragraph
from netledger.core.formula import TEXT, called, symbols
from netledger.core.ledger import price
from netledger.core.number import value_of
from netledger.ops import FOLDER
from netledger.writers import FOLDER as WRITERS
from netledger.writers import load as writer
from tests.conftest import Golden
from tests.laws.entries import ledger_of
from tests.laws.notation import evaluate
from tests.laws.strategies import QUICK, Case, cases
from tests.reports.test_reports import GOLDEN, HOSTILE

ALL = tuple(map(convention, CONVENTIONS.names()))


def explained(case: Case) -> tuple[Any, Document]:
    """The entry of an operator, and its explanation under every convention."""
    op, inputs = case
    ledger = ledger_of(op, inputs=inputs)
    return ledger.entries[0], explain_layers(ledger, (ledger.entries[0].name,), ALL)


def sections(document: Document) -> dict[str, list[Block]]:
    """The blocks of each section."""
    found: dict[str, list[Block]] = {"": []}
    for block in document.blocks:
        if isinstance(block, Heading):
            found[block.text] = []
        else:
            found[list(found)[-1]].append(block)
    return found


def formulas(blocks: list[Block]) -> list[Formula]:
    return [block for block in blocks if isinstance(block, Formula)]


@pytest.mark.parametrize("kind", FOLDER.names())
@QUICK
@given(data=st.data())
def test_every_figure_of_every_operator_is_explained(kind: str, data: st.DataObject) -> None:
    """Sizes, parameters, terms and prices: each is there, with the ledger's value."""
    entry, document = explained(data.draw(cases(kind)))
    parts = sections(document)
    sizes = [value_of(block.number) for block in formulas(parts.get("Output", []))]
    if len(entry.outputs) == 1:
        assert sizes == list(entry.outputs[0].shape)
    stored = {block.name: value_of(block.number) for block in formulas(parts.get("Parameters", []))}
    assert {part.role: part.elements for part in entry.parameters}.items() <= stored.items()
    done = {block.name: value_of(block.number) for block in formulas(parts.get("Work", []))}
    assert {f"{term.action} ({term.role})": term.count for term in entry.work}.items() <= done.items()
    charged = {block.name: value_of(block.number) for block in formulas(parts.get("Cost under each convention", []))}
    assert charged == ({each.NAME: price(each, (entry,)) for each in ALL} if entry.counted else {})


@pytest.mark.parametrize("kind", FOLDER.names())
@QUICK
@given(data=st.data())
def test_every_sign_is_defined_where_it_first_appears(kind: str, data: st.DataObject) -> None:
    """After a formula, each of its signs has been defined: by itself, by a definition, or as a figure before."""
    _, document = explained(data.draw(cases(kind)))
    known: set[str] = set()
    blocks = document.blocks
    for place, block in enumerate(blocks):
        if not isinstance(block, Formula):
            continue
        following = blocks[place + 1] if place + 1 < len(blocks) else None
        known.add(block.name)
        known |= {item.symbol for item in following.items} if isinstance(following, Definitions) else set()
        unknown = symbols(block.number).keys() | set(called(block.number)) - known
        if "(" not in "".join(symbols(block.number)) and block.name not in CONVENTIONS.names():
            assert not (unknown - known), f"{kind}: {unknown - known} in {TEXT.formula(block.number)}"


@pytest.mark.parametrize("kind", FOLDER.names())
@QUICK
@given(data=st.data())
def test_what_is_written_is_true(kind: str, data: st.DataObject) -> None:
    """Each substitution, read back from the text, has the value that follows it."""
    _, document = explained(data.draw(cases(kind)))
    for block in document.blocks:
        if isinstance(block, Formula) and symbols(block.number):
            assert evaluate(TEXT.substitution(block.number)) == value_of(block.number)
    assert all(writer(name).write(document) for name in WRITERS.names())


def test_the_derivation_of_alexnets_first_layer() -> None:
    text = str(nl.explain("alexnet", "conv1", conventions=("textbook", "macs+bias")))
    for line in (
        "H_out = ⌊(H_in + 2·P − K) / S⌋ + 1 = ⌊(227 + 2·0 − 11) / 4⌋ + 1 = 55",
        "a last window that only partly fits does not count",
        "weight = C_out·C_in·K·K = 96·3·11·11 = 34,848",
        "parameters = weight + bias = 34,848 + 96 = 34,944",
        "multiply (product) = N·C_out·H_out·W_out·C_in·K·K = 1·96·55·55·3·11·11 = 105,415,200",
        "= 105,415,200 + 105,124,800 + 290,400",
        "= 210,830,400 FLOP",
        "macs+bias = multiply (product) + add (bias) = 105,415,200 + 290,400 = 105,705,600 MAC",
        "K    = 11   size of the kernel",
    ):
        assert line in text, line


def test_the_derivation_of_a_batch_norm_lists_its_steps() -> None:
    text = str(nl.explain("resnet18", "bn1"))
    steps = [line for line in text.splitlines() if re.match(r"\d\. ", line)]
    names = [re.split(":| of ", step)[0] for step in steps]
    assert names == ["1. mean", "2. variance", "3. normalise", "4. scale and shift"]
    assert "m = N·H_in·W_in = 1·112·112 = 12,544" in text
    assert "ε = 1e−5" in text


def test_the_rule_of_rounding_is_named() -> None:
    def said(call: str) -> str:
        return str(nl.layer(call, "3x9x9").explain())

    assert "rounded up: a last window that only partly fits counts too, if it starts inside" in said(
        "maxpool(2, stride=2, rounding=ceil)"
    )
    clipped = said("maxpool(2, stride=2, rounding=ceil, clip=false)")
    assert "counts too)" in clipped
    assert "same: one window for each stride begun" in said("conv(4, 3, stride=2, padding=same)")


def test_dilation_and_groups_are_left_out_where_they_are_1() -> None:
    assert "D·(K − 1) + 1" in str(nl.layer("conv(4, 3, dilation=2)", "4x9x9").explain())
    assert "C_in/G" in str(nl.layer("conv(4, 3, groups=2)", "4x9x9").explain())
    plain = str(nl.layer("conv(4, 3)", "4x9x9").explain())
    assert "D" not in plain.split("Output")[1].split("Parameters")[0]
    assert "/G" not in plain


def test_a_block_is_everything_in_it() -> None:
    text = str(nl.explain("resnet50", "layer1.0"))
    assert text.count("Cost under each convention") == sum(
        entry.name.startswith("layer1.0.") for entry in nl.count("resnet50")
    )
    assert "layer1.0.conv2: conv(64, 3, padding=1, bias=false)" in text


def test_all_layers() -> None:
    text = str(nl.explain("lenet", all=True))
    assert all(f"{entry.name}: {entry.call}" in text for entry in nl.count("lenet"))


def test_without_a_layer_the_figures_of_all_in_numbers() -> None:
    text = str(nl.explain("lenet"))
    assert "16·6·5·5 + 16 = 2,416" in text
    assert "1·16·10·10·6·5·5 = 240,000" in text
    assert re.search(r"total +61,610 +341,256 +682,512", text)


def test_an_unknown_layer_is_an_error_that_helps() -> None:
    with pytest.raises(nl.UnknownNameError, match="Did you mean conv1"):
        nl.explain("alexnet", "cnov1")


def test_a_ledger_read_from_json_is_explained_too() -> None:
    ledger = Ledger.from_json(nl.count("resnet18").to_json())
    assert str(ledger.explain("layer2.0")) == str(nl.explain("resnet18", "layer2.0"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"count": 42336', '"count": 42337'),
        ('"bias": [6]', '"offset": [6]'),
        ('"weight": [6, 1, 3, 3]', '"weight": [6, 1, 4, 4]'),
        ('"kernel": 3', '"kernel": null'),
        ('"groups": 1', '"groups": "x"'),
        ('"rounding": "floor"', '"rounding": "x"'),
        ('"attributes": {"out": 6,', '"attributes": {"other": 6,'),
    ],
)
def test_a_ledger_of_other_rules_is_not_explained(old: str, new: str) -> None:
    text = nl.count("lenet").to_json()
    assert old in text
    ledger = Ledger.from_json(text.replace(old, new, 1))
    with pytest.raises(nl.SourceError, match="counted by other rules"):
        ledger.explain("conv1")


def test_what_is_not_counted_is_said() -> None:
    text = str(nl.explain(HOSTILE, "custom1"))
    assert "Not counted: there is no rule for this operation; at most" in text
    assert "not counted" in str(nl.explain(HOSTILE))
    assert "≥ 96" in str(nl.explain(HOSTILE))


def test_a_convention_that_cannot_work_on_formulas_is_a_sum_of_its_amounts(monkeypatch: pytest.MonkeyPatch) -> None:
    class Branching:
        NAME, UNIT = "branching", "MAC"

        @staticmethod
        def amounts(entry: Any) -> dict[str, int]:
            products = entry.where("multiply", "product")
            return {"large": products if products > 10 else 0, "rest": 5}

    ledger = nl.count("lenet").data
    document = explain_layers(ledger, ("conv1",), (Branching(),))  # type: ignore[arg-type]
    assert "branching = large + rest = 42,336 + 5 = 42,341 MAC" in writer("text").write(document)


@pytest.mark.parametrize("format_name", WRITERS.names())
def test_golden(format_name: str, golden: Golden) -> None:
    golden.check(nl.explain("alexnet", "conv2").to(format_name) + "\n", GOLDEN / f"alexnet.explain.{format_name}.txt")


@pytest.mark.parametrize("format_name", WRITERS.names())
def test_hostile_names(format_name: str, golden: Golden) -> None:
    text = nl.explain(HOSTILE, all=True).to(format_name)
    golden.check(text + "\n", GOLDEN / f"hostile.explain.{format_name}.txt")
    if format_name == "html":
        assert "<script" not in text
        assert "<i>" not in text


def test_an_answer_shows_itself() -> None:
    answer = nl.explain("alexnet", "conv1")
    assert repr(answer) == "<Answer: conv1 of AlexNet, input 1x3x227x227>"
    assert answer._repr_html_() == answer.to("html")
    assert str(nl.count("alexnet")["conv1"].explain()).startswith("conv1 of one layer")
    with pytest.raises(nl.UnknownNameError, match="unknown format 'pdf'"):
        answer.to("pdf")


def test_parts_of_a_document() -> None:
    kinds = {type(block) for block in nl.explain("alexnet", "conv1").document.blocks}
    assert kinds == {Heading, Paragraph, Pairs, Formula, Definitions}


def test_signs_are_called_by_the_layout() -> None:
    """Channels of a feature map, features of a sequence; a dilation is no depth."""
    lstm = str(nl.explain("lstm_classifier", "lstm1"))
    assert "L_in = 200  length of the input" in lstm
    assert "F_in = 128  features of the input" in lstm
    volume = str(nl.layer("conv(2, 3, dilation=2)", "4x6x7x8").explain())
    assert "D_in = 6  depth of the input" in volume
    assert "D    = 2  distance between kernel elements" in volume
    rows = str(nl.explain("input: 2x3\nlayers: [relu, concat: {axis: 0, from: [relu1, input]}]", "concat1"))
    assert "N_out = N + N = 1 + 1 = 2" in rows
