"""What the spec language means: each example beside the shapes or figures that it must give."""

from __future__ import annotations

from pathlib import Path

import pytest

import netledger as nl


def outputs(spec: str, **options: object) -> list[tuple[int, ...]]:
    return [entry.outputs[0][1:] for entry in nl.count(spec, **options)]  # type: ignore[arg-type]


def names(spec: str) -> list[str]:
    return [entry.name for entry in nl.count(spec)]


DESIGN = """
name: Sketch
source: "every form of the language"
input: 3x227x227
rounding: {pool: floor}
let: {width: 1.0, classes: 1000}
blocks:
  bottleneck:
    parameters: {mid: null, out: null, stride: 1}
    layers:
      - conv: {out: mid, kernel: 1}
      - conv: {out: mid, kernel: 3, padding: 1, stride: stride}
      - conv: {out: out, kernel: 1}
layers:
  - conv: {name: first, out: multiple(96 * width, 8), kernel: 11, stride: 4}
  - relu
  - maxpool: {kernel: 3, stride: 2}
  - branches: {join: add, paths: [[], [{conv: {out: in_channels, kernel: 3, padding: same}}]]}
  - repeat: {times: 3, layers: [{conv: {out: 64, kernel: 3, padding: 1}}]}
  - use: {block: bottleneck, mid: 64, out: 256}
  - conv: {name: side, out: 256, kernel: 1, from: last}
  - add: {from: [bottleneck1, last]}
  - flatten
  - linear: {out: classes}
"""


def test_the_sketch_of_the_design_lays_out() -> None:
    ledger = nl.count(DESIGN)
    assert ledger["fc1"].outputs == ((1, 1000),)
    assert [entry.name for entry in ledger] == [
        *("first", "relu1", "pool1", "conv1", "add1"),
        *("repeat1.0.conv1", "repeat1.1.conv1", "repeat1.2.conv1"),
        *("bottleneck1.conv1", "bottleneck1.conv2", "bottleneck1.conv3"),
        *("side", "add2", "flatten1", "fc1"),
    ]
    assert ledger["bottleneck1.conv2"].scope == "bottleneck1"


def test_let_is_replaced_from_outside() -> None:
    assert nl.count(DESIGN, let={"width": 0.5})["first"].outputs[0][1] == 48
    assert nl.count(DESIGN, let={"width": "1/3"})["first"].outputs[0][1] == 32


@pytest.mark.parametrize(
    ("padding", "expected"),
    [
        ("0", (4, 4)),
        ("1", (6, 6)),
        ("[1, 2]", (6, 8)),
        ("[[0, 1], [2, 0]]", (5, 6)),
        ("same", (6, 6)),
        ("valid", (4, 4)),
    ],
)
def test_every_form_of_padding(padding: str, expected: tuple[int, int]) -> None:
    assert outputs(f"input: 2x6x6\nlayers:\n - conv: {{out: 3, kernel: 3, padding: {padding}}}") == [(3, *expected)]


@pytest.mark.parametrize(
    ("network", "layer", "expected"),
    [
        ("", "", 1),
        ("rounding: ceil\n", "", 2),
        ("rounding: {pool: ceil}\n", "", 2),
        ("rounding: {conv: ceil}\n", "", 1),
        ("rounding: {pool: ceil}\n", ", rounding: floor", 1),
        ("", ", rounding: ceil", 2),
    ],
)
def test_rounding_of_the_network_and_of_a_layer(network: str, layer: str, expected: int) -> None:
    spec = f"input: 1x4x4\n{network}layers:\n - maxpool: {{kernel: 3, stride: 2{layer}}}"
    assert outputs(spec) == [(1, expected, expected)]


def test_ceil_clips_unless_the_network_says_otherwise() -> None:
    pool = "layers: [{maxpool: {kernel: 1, stride: 2}}]"
    assert outputs(f"input: 1x4\nrounding: ceil\n{pool}") == [(1, 2)]
    assert outputs(f"input: 1x4\nrounding: {{pool: ceil, clip: false}}\n{pool}") == [(1, 3)]


def test_the_dimension_follows_the_input() -> None:
    conv = "layers: [{conv: {out: 4, kernel: 3}}]"
    assert outputs(f"input: 2x9\n{conv}") == [(4, 7)]
    assert outputs(f"input: 2x9x9\n{conv}") == [(4, 7, 7)]
    assert outputs(f"input: 2x9x9x9\n{conv}") == [(4, 7, 7, 7)]


def test_a_split_deals_its_pieces_to_the_paths() -> None:
    paths = "[[], [conv: {out: 6, kernel: 1}]]"
    spec = f"input: 8x4x4\nlayers:\n - split: {{parts: 2}}\n - branches: {{join: concat, paths: {paths}}}"
    assert outputs(spec)[-1] == (10, 4, 4)


def test_pieces_are_taken_by_number_and_blocks_by_name() -> None:
    spec = """
input: 8x4x4
blocks: {twice: {layers: [relu, {conv: {name: inner, out: 5, kernel: 1}}]}}
layers:
  - split: {sizes: [3, 5]}
  - relu: {from: split1.1}
  - use: {block: twice, name: b}
  - concat: {from: [split1.0, b, b.inner]}
"""
    assert outputs(spec)[-1] == (13, 4, 4)


def test_a_single_value_is_the_first_attribute() -> None:
    assert outputs("input: 8\nlayers:\n - linear: 10\n - dropout: 0.2\n - softmax:") == [(10,)] * 3


def test_several_and_typed_inputs() -> None:
    spec = 'input: {ids: "int64[128]", image: 3x8x8}\nlayers:\n - identity: {from: ids}\n - flatten: {from: image}'
    ledger = nl.count(spec, {"image": (3, 4, 4)})
    assert ledger.inputs == ((1, 128), (1, 3, 4, 4))
    assert ledger.data.inputs[0].dtype == "int64"
    assert ledger.bytes["input"] == 128 * 8 + 3 * 16 * 4


def test_input_sizes_may_be_numbers_of_let() -> None:
    assert nl.count("let: {s: 32}\ninput: [3, s, 2 * s]\nlayers: []").inputs == ((1, 3, 32, 64),)


def test_frozen_layers_are_not_trainable() -> None:
    counts = nl.count("input: 4\nlayers:\n - linear: {out: 3, trainable: false}\n - linear: 2").parameter_counts
    assert (counts.total, counts.trainable) == (23, 8)


def test_a_repeat_knows_its_turn() -> None:
    assert outputs("input: 4\nlayers:\n - repeat: {times: 3, layers: [linear: 10 + turn]}") == [(10,), (11,), (12,)]


def test_branches_open_a_scope_only_with_a_name() -> None:
    body = "join: add, paths: [[], [relu]]"
    assert names(f"input: 4\nlayers:\n - branches: {{{body}}}") == ["relu1", "add1"]
    assert names(f"input: 4\nlayers:\n - branches: {{name: b, {body}}}") == ["b.relu1", "b.add1"]


def test_yaml_anchors_work() -> None:
    assert outputs("input: 4\nlayers:\n - linear: &a {out: 3}\n - linear: *a") == [(3,), (3,)]


def test_json_is_a_spec_too() -> None:
    assert (
        outputs('{"input": "4x8x8",\n "layers": [{"conv": {"out": 2, "kernel": [1, 3]}}, "relu"]}') == [(2, 8, 6)] * 2
    )


def test_an_unknown_operation_is_a_gap() -> None:
    ledger = nl.count("input: 2x4x4\nlayers:\n - conv: {out: 3, kernel: 1}\n - custom: {what: mine, out: 5x2}")
    assert not ledger.complete
    (gap,) = ledger.gaps
    assert (gap.layer, gap.op, gap.bound) == ("custom1", "custom", 2 * 48 * 10)
    with pytest.raises(nl.IncompleteError, match="1 of 2 layers are not counted: custom1"):
        ledger.require_complete()


def test_a_block_that_is_all_of_a_turn_has_the_name_of_the_turn() -> None:
    inner = "{branches: {join: add, paths: [[], [use: {block: c}]]}}"
    blocks = f"input: 4\nblocks: {{b: {{layers: [relu, {inner}]}}, c: {{layers: [tanh]}}}}\n"
    alone = f"{blocks}layers:\n - repeat: {{name: stage, times: 2, layers: [use: {{block: b}}]}}"
    assert names(alone)[:3] == ["stage.0.relu1", "stage.0.c1.tanh1", "stage.0.add1"]
    named = f"{blocks}layers:\n - repeat: {{name: stage, times: 1, layers: [use: {{block: c, name: x}}]}}"
    assert names(named) == ["stage.0.x.tanh1"]
    two = f"{blocks}layers:\n - repeat: {{name: stage, times: 1, layers: [relu, use: {{block: c}}]}}"
    assert names(two) == ["stage.0.relu1", "stage.0.c1.tanh1"]


def test_sizes_by_name_and_expressions_where_numbers_are_expected() -> None:
    head = "let: {n: 6, on: true}\n"
    ledger = nl.count(f'{head}input: "int64[n, 2 * n]"\nlayers: []')
    assert (ledger.inputs, ledger.data.inputs[0].dtype) == (((1, 6, 12),), "int64")
    assert outputs(f"{head}input: 12\nlayers:\n - reshape: [n, -1]\n - custom: {{what: x, out: n * 2}}") == [
        (6, 2),
        (12,),
    ]
    assert nl.count(f"{head}input: 4\nlayers: [linear: {{out: 2, bias: on, trainable: on}}]").parameters == 10


def test_a_preset_comes_before_a_file_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lenet").write_text("{input: 4, layers: [linear: 3]}")
    monkeypatch.chdir(tmp_path)
    assert nl.count("lenet").parameters == 61_610
    assert nl.count("./lenet").parameters == 15
    assert nl.count("{input: 4, layers: [linear: 3]}").parameters == 15
