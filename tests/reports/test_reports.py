"""Every report of a few networks, compared with what is kept; and laws that hold for all of them."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import netledger as nl
from netledger.reports import names
from netledger.reports._view import mebibytes, prefixed, share
from tests.conftest import Golden
from tests.frontends.spec.strategies import specs

GOLDEN = Path(__file__).parent / "golden"

HOSTILE = """
name: "<b>|&_%$#{}~^\\\\[x](y) =1+1"
source: "<script>alert(1)</script> | \\\\input{x}"
input: 2x4x4
layers:
  - conv: {out: 3, kernel: 1}
  - custom: {what: "<i>|_&%$\\"'", out: 5x2}
"""
NETWORKS = {"lenet": "lenet", "hostile": HOSTILE}


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("format_name", names())
def test_golden(format_name: str, network: str, golden: Golden) -> None:
    text = nl.count(NETWORKS[network]).to(format_name)
    golden.check(text + "\n", GOLDEN / f"{network}.{format_name}.txt")


def test_folded(golden: Golden) -> None:
    golden.check(nl.count("resnet18").to("table", depth=1) + "\n", GOLDEN / "resnet18.depth1.txt")


@pytest.mark.parametrize("depth", [1, 2, None])
def test_folded_rows_add_up(depth: int | None) -> None:
    ledger = nl.count("resnet50")
    table = list(csv.DictReader(io.StringIO(ledger.to("csv", ("macs", "arithmetic"), depth))))
    for column, total in (("parameters", ledger.parameters), ("macs", ledger.total("macs"))):
        assert sum(int(row[column]) for row in table) == total


@given(specs())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_json_goes_round(spec: dict[str, object]) -> None:
    """Reading what was written gives the same ledger: the same facts, and the same text again."""
    ledger = nl.count(f"{json.dumps(spec)}\n")
    text = ledger.to_json(nl.conventions())
    again = nl.Ledger.from_json(text)
    assert again.data.entries == ledger.data.entries
    assert again.to_json(nl.conventions()) == text


def test_json_has_what_the_documentation_says() -> None:
    made = json.loads(nl.count("resnet18").to_json(("macs", "paddle")))
    head = ["schema", "name", "source", "inputs", "complete", "gaps", "parameters", "totals", "outputs", "layers"]
    assert list(made) == head
    assert list(made["parameters"]) == ["total", "trainable", "weights", "biases", "buffers"]
    assert list(made["totals"]) == ["macs", "paddle"]
    assert made["inputs"] == [[1, 3, 224, 224]]
    layer = made["layers"][1]
    assert layer["op"] == "batchnorm"
    assert layer["parameters"] == {"scale": 64, "shift": 64}
    assert layer["parameter_shapes"] == {"scale": [64], "shift": [64]}
    assert layer["buffers"] == {"running_mean": 64, "running_var": 64}
    assert made["parameters"]["biases"] == sum(
        count for row in made["layers"] for role, count in row["parameters"].items() if role in ("bias", "shift")
    )
    for name, total in made["totals"].items():
        assert sum(row["totals"][name] for row in made["layers"]) == total


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"schema": 2}', '{"schema": 1}', "[" * 100_000, '{"schema": 1, "gaps": [], "layers": [1]}'],
)
def test_what_is_not_a_ledger_is_refused(text: str) -> None:
    with pytest.raises(nl.SourceError):
        nl.Ledger.from_json(text)


def test_a_ledger_with_a_negative_count_is_refused() -> None:
    text = nl.count("lenet").to_json().replace('"count": 47040', '"count": -1').replace("[1, 1, 28, 28]", "[1, -1]")
    with pytest.raises(nl.SourceError, match="is not a count"):
        nl.Ledger.from_json(text)


CHANGES = {
    "no inputs": ('"inputs": [[1, 1, 28, 28]], "outputs"', '"inputs": [], "outputs"'),
    "an empty output": ('"op": "maxpool"', '"op": "adaptive_avgpool", "outputs": [[1, 6, 0, 0]], "x"'),
    "an unknown role": ('"role": "product"', '"role": ["x"]'),
    "attributes that are none": ('"attributes": {', '"attributes": 5, "x": {'),
    "a large count": ('"count": 42336', f'"count": {10**400}'),
    "many axes": ('"weight": [6, 1, 3, 3]', f'"weight": {[1] * 100}'),
    "a place that is none": ('"at": ["lenet.yaml"', '"at": [3'),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_ledger_that_was_tampered_with_is_refused(change: str) -> None:
    old, new = CHANGES[change]
    text = nl.count("lenet").to_json()
    assert old in text
    with pytest.raises(nl.SourceError, match="this is not a ledger in JSON"):
        nl.Ledger.from_json(text.replace(old, new, 1))


def test_a_ledger_that_is_read_can_be_reported() -> None:
    ledger = nl.Ledger.from_json(nl.count("lenet").to_json().replace('"op": "conv"', '"op": "global_avgpool"'))
    assert all(ledger.to(name) for name in names())


def test_folded_rows_that_are_partly_counted_say_so() -> None:
    stage = "repeat: {name: s, times: 1, layers: [linear: 3, custom: {what: x, out: 5}]}"
    ledger = nl.count(f"input: 4\nlayers:\n - {stage}\n - linear: 2")
    assert "≥ 12" in ledger.to("table", depth=1)
    table = list(csv.DictReader(io.StringIO(ledger.to("csv", depth=1))))
    assert [(row["macs"], row["counted"]) for row in table] == [("12", "false"), ("10", "true")]


def test_equal_shapes_are_counted() -> None:
    assert "256 of 1x1x2" in nl.count("input: 256x2\nlayers: [split: {parts: 256}]").to("table")


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)
        if tag not in ("br", "meta"):  # these have no end
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_is_balanced_and_holds_nothing_foreign() -> None:
    tags, page = Tags(), nl.count(HOSTILE).to("html")
    tags.feed(page)
    assert tags.open == []
    assert page.startswith('<meta charset="utf-8">')
    assert page.count("<meta") == 1
    assert not tags.seen & {"b", "i", "script", "img", "link", "a", "iframe"}


def test_markdown_rows_have_as_many_cells() -> None:
    lines = [line for line in nl.count(HOSTILE).to_markdown().splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1


def test_latex_is_balanced() -> None:
    text = re.sub(r"\\[{}\\]", "", nl.count(HOSTILE).to_latex())
    assert text.count("{") == text.count("}")
    assert "\\input" not in text


def test_csv_cells_are_not_formulas() -> None:
    rows = list(csv.reader(io.StringIO(nl.count(HOSTILE).to_csv())))
    assert all(cell[:1] not in ("=", "+", "-", "@") for row in rows for cell in row)
    assert rows[2][-2:] == ["", ""]


@given(st.integers(0, 10**40))
def test_prefixes_are_exact_to_three_decimals(count: int) -> None:
    text = prefixed(count)
    assert bool(text) == (count >= 1000)
    if text:
        number, prefix = text.replace(",", "").split()
        unit = 1000 ** (" KMGT".index(prefix))
        whole, _, decimals = number.partition(".")
        assert abs(int(whole + decimals) * unit - count * 1000) * 2 <= unit


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0.0000 MiB"), (2**10, "0.0010 MiB"), (2**20, "1.00 MiB"), (2**30, "1.00 GiB"), (2**30 - 1, "1,024.00 MiB")],
)
def test_mebibytes(count: int, text: str) -> None:
    assert mebibytes(count) == text


def test_share_of_nothing() -> None:
    assert share(0, 0) == "–"
    assert share(1, 3) == "33.33 %"


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_a_terminal_shows_what_fits_and_names_the_rest(width: int) -> None:
    from rich.console import Console

    from netledger.reports.table import for_terminal

    console = Console(width=width, record=True, file=io.StringIO())
    console.print(for_terminal(nl.count("alexnet").view(), width))
    text = console.export_text()
    assert max(map(len, text.splitlines())) <= width
    assert ("Left out to fit" in text) == (width < 160)
    for figure in ("62,378,344", "1,135,256,096", "149,520,384"):
        assert figure in text
