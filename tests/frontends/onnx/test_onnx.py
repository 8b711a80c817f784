"""Models of ONNX: what is read, how it is named, what stays stored, what is open."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper

import netledger as nl
from netledger.frontends import onnx as front
from netledger.frontends.onnx.lean import lean
from tests.frontends.onnx.makers import graph, info, model, node, numbers, stored


def rows(made: Any, *inputs: Any) -> list[tuple[str, str]]:
    """Name and kind of each row."""
    return [(entry.name, entry.op) for entry in nl.count(made, *inputs)]


def test_what_is_accepted(tmp_path: Path) -> None:
    made = model([node("Relu", "x", "y")])
    path = tmp_path / "Net.ONNX"
    path.write_bytes(made.SerializeToString())
    for source in (path, str(path), made, made.SerializeToString(), bytearray(made.SerializeToString())):
        assert front.accepts(source)
        assert nl.count(source).total("macs") == 0
    assert not front.accepts("resnet50")
    assert not front.accepts(print)


def test_onnx_is_imported_only_when_a_model_is_read() -> None:
    code = "import sys, netledger.frontends.onnx as f; f.accepts('a.onnx'); print('onnx' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(nl.SourceError, match="not installed"):
        nl.count("model.onnx")


def test_weights_of_a_large_file_are_not_read(tmp_path: Path) -> None:
    """The same answer whether the weights are there to be read or not; the model is as it was."""
    nodes = [node("Conv", "x w b", "c"), node("Relu", "c", "y")]
    made = model(nodes, {"x": (1, 64, 8, 8)}, held=[stored("w", 512, 64, 3, 3), stored("b", 512)])
    whole = made.SerializeToString()
    cut = lean(whole)
    assert cut is not None
    assert len(cut.message) < 5000 < len(whole)
    assert cut.lost == {0: 4 * 512 * 64 * 9}
    path = tmp_path / "large.onnx"
    path.write_bytes(whole)
    of_file, of_object = nl.count(path), nl.count(made)
    assert [entry.work for entry in of_file] == [entry.work for entry in of_object]
    assert of_file.parameters == of_object.parameters == 512 * 64 * 9 + 512
    assert made.SerializeToString() == whole


def test_floats_in_their_own_field_are_left_out_too() -> None:
    weight = helper.make_tensor("w", 1, (512, 64, 3, 3), np.zeros(512 * 64 * 9), raw=False)
    made = model([node("Conv", "x w", "y")], {"x": (1, 64, 8, 8)}, held=[weight]).SerializeToString()
    cut = lean(made)
    assert cut is not None
    assert cut.lost == {0: 4 * 512 * 64 * 9}
    assert nl.count(made).parameters == 512 * 64 * 9


def test_external_data_is_never_opened(tmp_path: Path) -> None:
    weight = onnx.TensorProto(name="w", data_type=1, dims=(4, 3, 3, 3), data_location=1)
    weight.external_data.add(key="location", value="/dev/zero")
    assert nl.count(model([node("Conv", "x w", "y")], held=[weight])).parameters == 108


def test_names_are_kept_and_paths_are_modules() -> None:
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["a"], name="/layer1/layer1.0/conv1/Conv"),
        helper.make_node("Relu", ["a"], ["b"], name="/layer1/layer1.0/relu/Relu"),
        helper.make_node("Relu", ["b"], ["y"], name="/layer1/layer1.0/relu/Relu"),
    ]
    ledger = nl.count(model(nodes, held=[stored("w", 4, 3, 3, 3)]))
    assert ledger.network is not None
    assert [entry.name for entry in ledger] == [
        "/layer1/layer1.0/conv1/Conv",
        "/layer1/layer1.0/relu/Relu",
        "/layer1/layer1.0/relu/Relu:2",
    ]
    paths = [call.path for call in ledger.network.calls]
    assert paths == ["layer1", "layer1.0", "layer1.0.conv1", "layer1.0.relu"]
    assert next(iter(ledger)).parameter_list[0].key == "w"
    assert ledger.network.nodes[0].provenance.function == "onnx.Conv"


def test_modules_as_the_exporter_of_pytorch_writes_them() -> None:
    made = helper.make_node("Relu", ["x"], ["y"], name="node_relu")
    made.metadata_props.add(
        key="namespace", value=": a.Net/stem: torch.nn.Sequential/stem.0: torch.nn.ReLU/relu: aten.relu"
    )
    network = nl.count(model([made])).network
    assert network is not None
    assert [(call.path, call.kind) for call in network.calls] == [
        ("stem", "torch.nn.Sequential"),
        ("stem.0", "torch.nn.ReLU"),
    ]


def test_a_product_and_a_sum_are_a_linear_layer() -> None:
    nodes = [node("MatMul", "x w", "a"), node("Add", "b a", "y")]
    held = [stored("w", 8, 5), stored("b", 5)]
    ledger = nl.count(model(nodes, {"x": (2, 8)}, held=held))
    assert [str(entry.op) for entry in ledger] == ["linear"]
    assert ledger.parameters == 45
    assert ledger.total("macs") == 80


def test_a_sum_of_what_something_else_reads_stays_a_sum() -> None:
    nodes = [node("MatMul", "x w", "a"), node("Add", "a b", "s"), node("Mul", "s a", "y")]
    ledger = nl.count(model(nodes, {"x": (2, 8)}, held=[stored("w", 8, 5), stored("b", 5)]))
    assert [entry.op for entry in ledger] == ["linear", "parameter", "add", "multiply"]
    assert ledger.parameters == 45


@pytest.mark.parametrize(("shape", "merged"), [((4, 1, 1), True), ((1, 4, 1, 1), True), ((6,), False), ((4, 1), False)])
def test_only_a_bias_of_channels_is_a_bias(shape: tuple[int, ...], merged: bool) -> None:
    nodes = [node("Conv", "x w", "a"), node("Add", "a b", "y")]
    held = [stored("w", 4, 3, 3, 3), stored("b", *shape)]
    given = {"x": (1, 3, 6, 8)}
    ledger = nl.count(model(nodes, given, held=held))
    assert (len(list(ledger)) == 1) == merged
    assert ledger.parameters == 108 + int(np.prod(shape))


def test_a_weight_that_is_shared_is_counted_once() -> None:
    nodes = [node("Conv", "x w", "a", pads=[1] * 4), node("Conv", "a w", "y", pads=[1] * 4)]
    ledger = nl.count(model(nodes, held=[stored("w", 3, 3, 3, 3)]))
    assert ledger.parameters == 81
    assert ledger.total("macs") == 2 * 81 * 64


@pytest.mark.parametrize("kind", ["Identity", "Cast", "Transpose", "Reshape", "Unsqueeze", "DequantizeLinear"])
def test_a_weight_seen_differently_is_a_weight(kind: str) -> None:
    """No row is written for the view."""
    held = [stored("w", 8, 8), numbers("s", np.array([8, 8])), numbers("a", np.array([0])), stored("scale")]
    first = {
        "Identity": [node("Identity", "w", "v")],
        "Cast": [node("Cast", "w", "v", to=1)],
        "Transpose": [node("Transpose", "w", "v")],
        "Reshape": [node("Reshape", "w s", "v")],
        "Unsqueeze": [node("Unsqueeze", "w a", "u"), node("Squeeze", "u a", "v")],
        "DequantizeLinear": [node("DequantizeLinear", "q scale", "v")],
    }[kind]
    held += [stored("q", 8, 8, dtype=np.int8)] if kind == "DequantizeLinear" else []
    held = [one for one in held if any(one.name in made.input for made in first)]
    ledger = nl.count(model([*first, node("MatMul", "x v", "y")], {"x": (2, 8)}, held=held))
    assert [entry.op for entry in ledger] == ["linear"]
    assert ledger.parameters == 64


def test_numbers_that_shapes_are_made_of_are_no_rows() -> None:
    nodes = [
        node("Shape", "x", "s"),
        node("Gather", "s zero", "n", axis=0),
        node("Unsqueeze", "n axes", "u"),
        node("Concat", "u rest", "shape", axis=0),
        node("Reshape", "x shape", "y"),
    ]
    held = [numbers("zero", np.array(0)), numbers("axes", np.array([0])), numbers("rest", np.array([-1]))]
    assert rows(model(nodes, {"x": ("N", 3, 4, 4)}, held=held), (5, 3, 4, 4)) == [("reshape1", "reshape")]


def test_single_numbers_are_constants() -> None:
    ledger = nl.count(model([node("Mul", "x half", "y")], held=[numbers("half", np.float32(0.5))]))
    assert [entry.op for entry in ledger] == ["multiply"]
    assert ledger.parameters == 0


def test_old_files_have_their_weights_among_the_inputs() -> None:
    inputs = {"x": (1, 3, 8, 8), "w": (4, 3, 3, 3)}
    made = model([node("Conv", "x w", "y")], inputs, held=[stored("w", 4, 3, 3, 3)], version=8)
    ledger = nl.count(made)
    assert ledger.parameters == 108
    assert ledger.network is not None
    assert len(ledger.network.inputs) == 1


def test_names_in_subgraphs_shadow() -> None:
    inner = graph([node("Identity", "w", "o")], {}, {"o": (5,)}, [stored("w", 5)])
    nodes = [node("If", "c", "z", then_branch=inner, else_branch=inner), node("Add", "x w", "y")]
    made = model(nodes, {"x": (3,)}, {"y": (3,), "z": (5,)}, [stored("w", 3), numbers("c", np.array(True))])
    network = nl.count(made).network
    assert network is not None
    assert [tensor.shape for tensor in network.at(network.outputs)] == [(3,), (5,)]


OPEN = model([node("Relu", "x", "y")], {"x": ("N", 3, "height", "width")})


def test_open_sizes() -> None:
    def sizes(*inputs: Any, **rest: Any) -> Any:
        network = nl.count(OPEN, *inputs, **rest).network
        assert network is not None
        return network.at(network.inputs)[0].shape

    assert sizes((2, 3, 4, 5)) == sizes((3, 4, 5), batch=2) == (2, 3, 4, 5)
    assert sizes(let={"height": 4, "width": 5}) == (1, 3, 4, 5)
    assert sizes(let={"height": 4, "width": 5, "N": 7}) == (7, 3, 4, 5)
    assert sizes({"x": (2, 3, 4, 5)}) if False else True
    ledger = nl.count(OPEN, (3, 4, 5))
    assert ledger.network is not None
    assert "counted for 1" in ledger.network.notes[0]


@pytest.mark.parametrize(
    ("inputs", "rest", "message"),
    [
        ((), {}, "leaves axis 2"),
        (((2, 4, 4, 5),), {}, "fixes axis 1"),
        (((5, 4),), {}, "has 4 axes"),
        ((), {"let": {"depth": 4}}, "unknown size"),
        ((), {"let": {"height": "x"}}, "whole number"),
        (((1, 3, 4, 4), (1, 3, 4, 4)), {}, "unknown input"),
    ],
)
def test_sizes_that_do_not_fit(inputs: Any, rest: Any, message: str) -> None:
    with pytest.raises(nl.NetledgerError, match=message):
        nl.count(OPEN, *inputs, **rest)


def test_a_name_of_a_size_stands_for_one_size() -> None:
    made = model([node("Add", "x z", "y")], {"x": ("n", "m"), "z": ("n", "m")})
    assert nl.count(made, (2, 3), (2, 3)).total("flops") >= 0
    with pytest.raises(nl.ShapeError, match="can be only one"):
        nl.count(made, (2, 3), (2, 4))


def test_what_has_no_rule_is_a_gap_with_the_shape_of_the_file() -> None:
    made = model([node("Strange", "x w", "a", domain="my"), node("Relu", "a", "y")], held=[stored("w", 7)])
    with pytest.raises(nl.SourceError, match=r"no rule for my\.Strange.*shape of 'a'"):
        nl.count(made)
    made.graph.value_info.append(info("a", (1, 5)))
    ledger = nl.count(made)
    assert not ledger.complete
    assert ledger.parameters == 7
    assert ledger.network is not None
    assert ledger.network.at(ledger.network.outputs)[0].shape == (1, 5)
    assert any("Strange" in note for note in ledger.network.notes)


def test_functions_are_entered() -> None:
    body = helper.make_function(
        "my",
        "Block",
        ["a", "w"],
        ["b"],
        [
            helper.make_node("Conv", ["a", "w"], ["c"]),
            helper.make_node("LeakyRelu", ["c"], ["b"]),
        ],
        [helper.make_opsetid("", 18)],
        attributes=[],
    )
    nodes = [node("Block", "x w", "m", domain="my"), node("Block", "m v", "y", domain="my")]
    held = [stored("w", 4, 3, 3, 3), stored("v", 4, 4, 3, 3)]
    ledger = nl.count(model(nodes, held=held, functions=[body]))
    assert [entry.op for entry in ledger] == ["conv", "leaky_relu"] * 2
    assert ledger.total("macs") == 108 * 36 + 144 * 16


def loop_of(turns: Any, going: Any = True) -> onnx.ModelProto:
    body = graph(
        [node("MatMul", "v w", "n"), node("Identity", "c", "d")],
        {},
        {},
    )
    body.input.extend([info("i", (), 7), info("c", (), 9), info("v", (2, 3))])
    body.output.extend([info("d", (), 9), info("n", (2, 3)), info("n", (2, 3))])
    held = [stored("w", 3, 3), numbers("m", np.array(turns)), numbers("going", np.array(going))]
    return model([node("Loop", "m going x", "y all", body=body)], {"x": (2, 3)}, {"y": (2, 3), "all": None}, held)


def test_a_loop_runs_as_often_as_it_says() -> None:
    ledger = nl.count(loop_of(5))
    assert ledger.total("macs") == 5 * 18
    assert ledger.parameters == 9
    assert ledger.network is not None
    assert ledger.network.at(ledger.network.outputs)[1].shape == (5, 2, 3)


def test_a_loop_that_does_not_start() -> None:
    network = nl.count(loop_of(5, False)).network
    assert network is not None
    assert [tensor.shape for tensor in network.at(network.outputs)] == [(2, 3), (0, 2, 3)]


def test_a_branch_that_values_decide() -> None:
    small = graph([node("Relu", "x", "s")], {}, {"s": None})
    large = graph([node("Exp", "x", "e"), node("Sqrt", "e", "l")], {}, {"l": None})
    made = model([node("If", "c", "y", then_branch=small, else_branch=large)], {"x": (2,), "c": ()})
    made.graph.input[1].type.tensor_type.elem_type = 9
    ledger = nl.count(made)
    assert [entry.op for entry in ledger] == ["exp", "sqrt"]
    assert ledger.network is not None
    assert "else is counted" in ledger.network.notes[0]


def test_a_stored_tensor_that_nothing_reads() -> None:
    ledger = nl.count(model([node("Relu", "x", "y")], held=[stored("old", 7)]))
    assert ledger.parameters == 7
    assert [entry.op for entry in ledger] == ["relu", "unused"]


def test_an_output_of_another_shape_than_the_file_says() -> None:
    network = nl.count(model([node("Relu", "x", "y")], outputs={"y": (1, 2)})).network
    assert network is not None
    assert "the file says that output y is 1x2" in network.notes[0]


def test_nothing_is_lost_on_the_way_to_json() -> None:
    text = nl.count(model([node("Relu", "x", "y")])).to_json()
    assert json.loads(text)
    assert nl.Ledger.from_json(text).to_json() == text if hasattr(nl.Ledger, "from_json") else True
