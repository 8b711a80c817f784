"""The table of modules: nothing is lost, nothing is there twice, and everything is where it belongs."""

from __future__ import annotations

import csv
import io
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import netledger as nl
from netledger.core.ledger import Entry
from netledger.reports import View
from netledger.reports._nested import lines
from netledger.reports._tree import Block, tree
from netledger.reports._view import Row, rows
from tests.conftest import Golden
from tests.reports.models import GOLDEN, Nested, Recurrent, Tied, Uncalled, hostile, sequence

MODELS = ("alexnet", "resnet18", "googlenet", "mobilenet_v3_small", "densenet121", "shufflenet_v2_x0_5", "vit_b_16")
DEPTHS = (1, 2, 3, 4, 99)
CONVENTIONS = ("macs", "macs+bias", "arithmetic")
STORED = ("total", "trainable", "weights", "biases", "buffers")


def built(torchvision: ModuleType, name: str) -> Any:
    import torch

    options = {"init_weights": False} if name == "googlenet" else {}
    with torch.device("meta"):
        return getattr(torchvision.models, name)(**options).eval()


def shown(ledger: nl.Ledger, depth: int | None, fold: bool = False) -> tuple[Row, ...]:
    return rows(ledger.view(CONVENTIONS, depth, fold))


def by_name(ledger: nl.Ledger, depth: int) -> dict[str, Row]:
    made = shown(ledger, depth)
    found = {row.name: row for row in made}
    assert len(found) == len(made), "every row has a name of its own"
    return found


def check(ledger: nl.Ledger, depth: int) -> None:
    """The leaves add up to the total, and every row that is opened is the sum of the rows in it."""
    for fold in (False, True):
        made = shown(ledger, depth, fold)
        leaves = [row for row in made if not row.opened]
        for field in STORED:
            assert sum(getattr(row.counts, field) for row in leaves) == getattr(ledger.parameter_counts, field)
        for place, convention in enumerate(CONVENTIONS):
            assert sum(row.prices[place] for row in leaves) == ledger.total(convention)
        assert sum(len(row.entries) for row in leaves) == len(ledger)
        assert all(row.level <= depth for row in made)
    for place, row in enumerate(made):
        if row.opened:
            inside = within(made, place)
            assert row.counts == tuple(sum(parts) for parts in zip(*(part.counts for part in inside), strict=True))
            assert row.prices == tuple(sum(parts) for parts in zip(*(part.prices for part in inside), strict=True))


def within(made: tuple[Row, ...], place: int) -> list[Row]:
    """The rows directly in a row."""
    level = made[place].level
    found = []
    for row in made[place + 1 :]:
        if row.level <= level:
            break
        if row.level == level + 1:
            found.append(row)
    return found


@pytest.mark.parametrize("name", MODELS)
def test_rows_add_up_to_the_total(torchvision: ModuleType, name: str) -> None:
    ledger = nl.count(built(torchvision, name), (2, 3, 224, 224))
    for depth in DEPTHS:
        check(ledger, depth)


@pytest.mark.parametrize("model", [Nested, Recurrent, Tied, Uncalled])
def test_rows_of_odd_networks_add_up_to_the_total(model: Any) -> None:
    ledger = nl.count(*model.example())
    for depth in DEPTHS:
        check(ledger, depth)


@st.composite
def trees(draw: st.DrawFn) -> Any:
    """Modules in modules, any of them once more, or somewhere else, too."""
    from torch import nn

    leaves: list[nn.Module] = [nn.Linear(2, 2), nn.Linear(2, 2, bias=False), nn.ReLU(), nn.LayerNorm(2), nn.Identity()]
    for _ in range(draw(st.integers(1, 5))):
        leaves.append(nn.Sequential(*draw(st.lists(st.sampled_from(leaves), max_size=4))))
    return nn.Sequential(*leaves[5:])


@given(trees(), st.integers(1, 5))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_rows_of_any_tree_add_up_to_the_total(model: Any, depth: int) -> None:
    ledger = nl.count(model, (3, 2))
    check(ledger, depth)
    assert ledger.parameters == sum(part.numel() for part in model.parameters())


@pytest.mark.parametrize("name", ["googlenet", "vit_b_16"])
def test_tensors_are_numbered_in_the_order_in_which_they_come_to_be(torchvision: ModuleType, name: str) -> None:
    """What a module is given, and gives, is found by these numbers."""
    ledger = nl.count(built(torchvision, name), (1, 3, 224, 224))
    assert ledger.network is not None
    made = (tensor for entry in ledger.data for tensor in entry.outputs)
    assert ledger.network.tensors == (*ledger.data.inputs, *made)


@pytest.mark.parametrize("name", MODELS)
def test_the_tree_holds_every_operation_once_in_its_own_module(torchvision: ModuleType, name: str) -> None:
    ledger = nl.count(built(torchvision, name), (1, 3, 224, 224)).data
    root = tree(ledger)
    assert sorted(map(id, root.entries)) == sorted(map(id, ledger.entries))
    for block in blocks(root):
        for entry in block.own:
            assert entry.name.startswith(block.path)


def blocks(block: Block) -> list[Block]:
    return [block, *(found for inner in block.blocks for found in blocks(inner))]


def test_what_a_module_is_given_and_gives() -> None:
    rows = by_name(nl.count(*Nested.example()), 1)
    assert rows["stem"].inputs[0].shape == (2, 3, 8, 8)
    assert rows["stem"].outputs[0].shape == (2, 4, 6, 6)
    assert rows["blocks"].inputs == ()


def test_modules_are_opened_level_by_level() -> None:
    ledger = nl.count(*Nested.example())
    labels = {depth: [(row.level, row.label) for row in shown(ledger, depth)] for depth in (1, 2, 3)}
    assert [label for _, label in labels[1]] == [
        *("stem", "blocks", "scale", "multiply1", "multiply2", "mean1", "head", "aux")
    ]
    assert [label for level, label in labels[2] if level == 2] == ["0", "1", "0:2", "0", "1"]
    inside = ["conv", "norm", "relu1", "add1"]
    again = ["conv:2", "norm:2", "relu2", "add2"]
    assert [label for level, label in labels[3] if level == 3] == [*inside, "0", "1", *again]


def test_a_list_of_modules_is_one_row_with_the_sum_of_what_is_in_it() -> None:
    ledger = nl.count(*Nested.example())
    rows = by_name(ledger, 2)
    assert rows["blocks"].opened
    assert rows["blocks"].module == rows["blocks"].operator == "ModuleList"
    assert rows["blocks"].counts.total == 3 * (4 * 4 * 9 + 4 + 8)


def test_functions_are_rows_of_the_module_that_calls_them() -> None:
    rows = by_name(nl.count(*Nested.example()), 3)
    assert (rows["blocks.0.add1"].label, rows["blocks.0.add1"].operator) == ("add1", "add")
    assert rows["blocks.0.add1"].module == "Block"


def test_what_does_nothing_is_a_row() -> None:
    rows = by_name(nl.count(*Nested.example()), 4)
    row = rows["blocks.1.1.1"]
    assert (row.operator, row.entries, row.counted, row.known) == ("Identity", (), True, True)


def test_what_is_not_run_is_a_row_of_its_module() -> None:
    rows = by_name(nl.count(*Nested.example()), 1)
    assert rows["aux"].operator == "Sequential (unused)"
    assert rows["aux"].counts.total == 4 * 4 + 4 + 4 * 2 + 2
    rows = by_name(nl.count(*Nested.example()), 2)
    assert (rows["aux.0"].operator, rows["aux.0"].module) == ("unused", "Conv2d")


def test_a_parameter_that_is_not_read_is_in_its_module() -> None:
    from torch import nn

    model = nn.Sequential(nn.Sequential(nn.Linear(2, 2), nn.ReLU()))
    model.register_parameter("loose", nn.Parameter(nn.Linear(2, 3).weight))
    model[0].register_parameter("loose", nn.Parameter(nn.Linear(3, 3).weight))
    model[0][0].register_parameter("loose", nn.Parameter(nn.Linear(3, 4).weight))
    ledger = nl.count(model, (1, 2))
    rows = by_name(ledger, 1)
    assert rows["0"].counts.total == 6 + 9 + 12
    assert sum(row.counts.total for row in rows.values()) == 6 + 9 + 12 + 6
    check(ledger, 3)


@pytest.mark.parametrize("example", [sequence, Recurrent.example])
def test_a_layer_of_the_framework_is_one_row(example: Any) -> None:
    """An LSTM is not taken apart, though it makes its states; a module of the user's is."""
    made = shown(nl.count(*example()), 99)
    assert not any(row.opened for row in made)
    assert {row.label for row in made} & {"lstm", "attention"}


def test_shared_parameters_are_counted_once() -> None:
    ledger = nl.count(*Tied.example())
    rows = by_name(ledger, 1)
    assert [row.counts.total for row in rows.values()] == [10_000, 10_100, 0, 0, 0]
    assert [row.held.total for row in rows.values()] == [10_000, 10_100, 10_100, 10_100, 10_000]
    assert list(rows) == ["first", "again", "again:2", "again:3", "tied"]
    # weights, biases and parameters; tied has no biases
    assert ledger.to("table", depth=1).count("(shared)") == ledger.to("table").count("(shared)") == 3 + 3 + 2
    assert [sum(map(int, column)) for column in zip(*stored(ledger), strict=True)] == [20_000, 100, 20_100]


def stored(ledger: nl.Ledger) -> list[tuple[str, str, str]]:
    table = csv.DictReader(io.StringIO(ledger.to("csv")))
    return [(row["weights"], row["biases"], row["parameters"]) for row in table]


def test_a_list_of_layers_without_modules_is_as_it_was() -> None:
    ledger = nl.count("resnet18")
    assert {row.level for row in shown(ledger, 1)} == {1}
    assert not any(row.opened for row in shown(ledger, 2))


def test_a_function_that_calls_a_model_twice() -> None:
    from torch import nn

    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    ledger = nl.count(lambda x: model(model(x)) + 1, (1, 2))
    check(ledger, 2)


def test_every_place_of_calls_that_were_tampered_with_is_survived() -> None:
    """A ledger may have been read from a file."""
    data = nl.count(*Nested.example()).data
    calls = tuple(call._replace(parent=99 - number, inputs=(-5, 10**6)) for number, call in enumerate(data.calls))
    entries = tuple(entry._replace(provenance=entry.provenance._replace(call=10**6)) for entry in data.entries)
    for odd in (
        nl.Ledger(type(data)(data.name, "", data.inputs, data.entries, calls, data.modules)),
        nl.Ledger(type(data)(data.name, "", data.inputs, entries, data.calls, ())),
        nl.Ledger(type(data)(data.name, "", data.inputs, data.entries, data.calls[:1], ())),
    ):
        check(odd, 2)
        assert odd.to("torchinfo")
        assert odd.to("table")


def test_a_ledger_without_layers() -> None:
    from torch import nn

    ledger = nl.count(nn.Identity(), (1, 2))
    assert shown(ledger, 1) == ()
    assert ledger.to("torchinfo")


# As it is written.


@pytest.mark.parametrize("format_name", ["table", "markdown", "latex", "html", "csv", "torchinfo"])
@pytest.mark.parametrize("name", ["nested", "hostile_modules"])
def test_golden(format_name: str, name: str, golden: Golden) -> None:
    ledger = nl.count(*(Nested.example() if name == "nested" else hostile()))
    golden.check(ledger.to(format_name, depth=3) + "\n", GOLDEN / f"{name}.depth3.{format_name}.txt")


def test_a_line_of_csv_is_a_leaf() -> None:
    ledger = nl.count(*Nested.example())
    table = list(csv.DictReader(io.StringIO(ledger.to("csv", ("macs",), depth=2))))
    assert [row["layer"] for row in table][:3] == ["stem", "blocks.0", "blocks.1"]
    assert sum(int(row["parameters"]) for row in table) == ledger.parameters
    assert sum(int(row["macs"]) for row in table) == ledger.total("macs")


@pytest.mark.parametrize(
    ("levels", "drawn"),
    [
        ([], []),
        ([1, 1], ["", ""]),
        ([1, 2, 3, 3, 2, 1], ["", "├─ ", "│  ├─ ", "│  └─ ", "└─ ", ""]),
        ([1, 2, 3, 4, 1, 2], ["", "└─ ", "   └─ ", "      └─ ", "", "└─ "]),
    ],
)
def test_lines_of_a_tree(levels: list[int], drawn: list[str]) -> None:
    assert lines(levels) == drawn


@pytest.mark.parametrize("width", [80, 120, 160])
def test_a_terminal_shows_the_tree_in_its_width(torchvision: ModuleType, width: int) -> None:
    from rich.console import Console

    from netledger.reports.table import for_terminal

    ledger = nl.count(built(torchvision, "resnet18"), (1, 3, 224, 224))
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(for_terminal(ledger.view(depth=3), width))
    lines = console.export_text().splitlines()
    assert max(map(len, lines)) <= width
    assert any(line.startswith("│  ├─ conv1 ") for line in lines)
    assert any(line.startswith("layer1 ") for line in lines)


def test_rows_say_which_operation_they_are() -> None:
    ledger = nl.count(*Nested.example())
    for row in rows(View(ledger.data, ())):
        assert len(row.entries) == 1
        assert isinstance(row.entries[0], Entry)
        assert row.module
