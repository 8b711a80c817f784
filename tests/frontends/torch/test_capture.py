"""What a model does is written down, however it is spelled, wherever it is, in whatever mode."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import netledger as nl
from tests.frontends.torch.models import Heads, OneConv, Small, Standardised, Tied, Windows

SHAPE = (2, 3, 8, 8)


def facts(ledger: nl.Ledger) -> list[Any]:
    return [
        (entry.name, entry.call, entry.inputs, entry.outputs, entry.work, [part.shape for part in entry.parameter_list])
        for entry in ledger
    ]


def test_a_small_model() -> None:
    ledger = nl.count(Small(), SHAPE)
    assert [entry.name for entry in ledger] == [
        *("conv", "bn", "relu", "depthwise", "relu:2", "scale", "multiply1", "pool1", "flatten1", "fc"),
        "dropout1",
    ]
    assert ledger.parameters == sum(part.numel() for part in Small().parameters())
    assert ledger["conv"].total("macs") == 2 * 8 * 64 * 27
    assert ledger["depthwise"].total("macs") == 2 * 8 * 36 * 9
    assert ledger["fc"].outputs == ((2, 5),)


def test_where_it_comes_from() -> None:
    network = nl.count(Small(), SHAPE).network
    assert network is not None
    nodes = {node.name: node for node in network.nodes}
    calls = [network.calls[node.provenance.call] for node in network.nodes]
    assert (calls[0].path, calls[0].kind, calls[0].turn) == ("conv", "torch.nn.modules.conv.Conv2d", 0)
    assert [call.turn for call in network.calls if call.path == "relu"] == [0, 1]
    assert network.calls[0].kind.endswith("Small")
    assert network.calls[0].parent == -1
    assert nodes["conv"].provenance.function == "torch.conv2d"
    assert nodes["multiply1"].provenance.function == "torch.Tensor.__mul__"
    assert nodes["pool1"].provenance.function == "torch.nn.functional.adaptive_avg_pool2d"
    for node in network.nodes:
        assert node.provenance.file.endswith("models.py"), node
    assert nodes["conv"].provenance.line == nodes["bn"].provenance.line != nodes["fc"].provenance.line
    assert [part.key for part in nodes["bn"].parameters] == [
        *("bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"),
    ]
    assert network.tensors[network.inputs[0]].shape == SHAPE
    assert network.tensors[network.outputs[0]].shape == (2, 5)
    modules = {module.path: module for module in network.modules}
    assert [name for name, _ in modules[""].children] == ["conv", "bn", "relu", "depthwise", "fc"]
    assert modules["bn"].parameters[-1] == ("num_batches_tracked", "bn.num_batches_tracked")


@contextlib.contextmanager
def inference() -> Iterator[None]:
    with torch.inference_mode():
        yield


@contextlib.contextmanager
def autocast() -> Iterator[None]:
    with torch.autocast("cpu"):
        yield


@pytest.mark.parametrize("context", [contextlib.nullcontext, torch.no_grad, inference, autocast])
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("device", ["cpu", "meta"])
@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (Small, SHAPE),
        (lambda: nn.TransformerEncoderLayer(16, 4, 32, batch_first=True), (2, 5, 16)),
        (lambda: nn.LSTM(4, 6, 2, bidirectional=True), (5, 2, 4)),
        (lambda: Standardised(3, 4, 3), SHAPE),
    ],
)
def test_modes_and_devices_make_no_difference(context: Any, training: bool, device: str, make: Any, shape: Any) -> None:
    expected = facts(nl.count(make().eval(), shape))
    model = make().to(device).train(training)
    with context():
        assert facts(nl.count(model, shape)) == expected


@pytest.mark.parametrize("training", [False, True])
def test_what_a_model_makes_of_its_own_buffers_is_known(training: bool) -> None:
    """Loops, tables and masks: nothing is asked of the input."""
    ledger = nl.count(Windows().train(training), (2, 4, 4))
    assert [entry.call for entry in ledger if entry.op == "roll"] == ["roll(1)", "roll(2)"]
    assert ledger.complete


@pytest.mark.parametrize("spelling", ["sdpa", "products", "methods", "sums", "batches"])
def test_attention_in_every_spelling(spelling: str) -> None:
    ledger = nl.count(Heads(spelling), (2, 7, 16))
    module = nn.MultiheadAttention(16, 4, batch_first=True)
    x = torch.zeros(2, 7, 16)
    for weights in (True, False):
        fused = nl.count(lambda x, w=weights: module(x, x, x, need_weights=w), x)
        assert fused.total("macs") == ledger.total("macs") == 2 * 7 * 16 * 64 + 2 * 4 * 7 * 7 * 4 * 2
    assert ledger.complete
    assert ledger.parameters == sum(part.numel() for part in module.parameters())


def test_a_transformer_fused_and_unfused() -> None:
    """nn.TransformerEncoder's fast path, and the same written out."""
    layer = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True)
    encoder = nn.TransformerEncoder(layer, 3)
    expected = 3 * (2 * 5 * 16 * 64 + 2 * 5 * 16 * 32 * 2 + 2 * 4 * 5 * 5 * 4 * 2)
    for training in (False, True):
        ledger = nl.count(encoder.train(training), (2, 5, 16))
        assert ledger.total("macs") == expected
        assert ledger.parameters == sum(part.numel() for part in encoder.parameters())


def linear_function(x: torch.Tensor, w: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return F.linear(input=x, weight=w, bias=b)


@pytest.mark.parametrize(
    "product",
    [
        linear_function,
        lambda x, w, b: torch.addmm(b, x, w.t()),
        lambda x, w, b: x @ w.T + b,
        lambda x, w, b: torch.matmul(x, w.transpose(0, 1)).add(b),
        lambda x, w, b: torch.einsum("nf,of->no", x, w) + b,
        lambda x, w, b: torch.mm(x, w.mT).add_(b),
        lambda x, w, b: torch.ops.aten.linear(x, w, b),
        lambda x, w, b: torch.ops.aten.addmm.default(b, x, w.t()),
        lambda x, w, b: torch.baddbmm(b, x[None], w.t()[None])[0],
        lambda x, w, b: torch.tensordot(x, w, ([1], [1])) + b,
        lambda x, w, b: torch.nn.functional.conv1d(x[..., None], w[..., None], b)[..., 0],
    ],
)
def test_a_product_in_every_spelling(product: Any) -> None:
    ledger = nl.count(product, (4, 6), (5, 6), (5,))
    assert ledger.total("macs") == 4 * 5 * 6
    assert ledger.complete


@dataclasses.dataclass
class Answer:
    logits: Any


@pytest.mark.parametrize("answer", [lambda y: None, lambda y: {"y": y}, lambda y: [y, (y, 3)], lambda y: Answer(y)])
def test_forward_may_answer_anything(answer: Any) -> None:
    layer = nn.Linear(3, 4)
    assert nl.count(lambda x: answer(layer(x)), (2, 3)).total("macs") == 24


def test_inputs_as_forward_takes_them() -> None:
    model = Tied()
    by_place = nl.count(model, nl.Shape(2, 5, dtype="int64"))
    assert by_place["embedding"].outputs == ((2, 5, 8),)
    assert by_place["inner"].inputs == ((2, 5, 8),)
    for given in (
        lambda: nl.count(model, "ids:int64[2,5]"),
        lambda: nl.count(model, kwargs={"ids": "int64[2,5]"}),
        lambda: nl.count(model, {"ids": nl.Shape(2, 5, dtype="int64")}),
        lambda: nl.count(model, torch.zeros(2, 5, dtype=torch.long)),
        lambda: nl.count(model, nl.Shape(5, dtype="int64"), batch=2),
    ):
        assert facts(given()) == facts(by_place)
    assert nl.count(model, "ids:int64[2,5]", kwargs={"mask": (2, 5)}).total("arithmetic") > by_place.total("arithmetic")
    nested = nl.count(lambda pair, more: pair[0] @ pair[1] + more["x"], ((2, 3), (3, 4)), {"x": (4,)})
    assert nested.total("macs") == 24


def test_shared_and_unused_parameters() -> None:
    ledger = nl.count(Tied(), nl.Shape(2, 5, dtype="int64"))
    assert ledger.parameters == sum(part.numel() for part in Tied().parameters()) == 800 + 72 + 12
    assert ledger["spare"].op == "unused"
    assert [entry.name for entry in ledger if entry.name.startswith(("inner", "again"))] == ["inner", "inner:2"]


def test_frozen_parameters_and_element_types() -> None:
    model = nn.Linear(3, 4).half()
    model.weight.requires_grad_(False)
    ledger = nl.count(model, nl.Shape(2, 3, dtype="float16"))
    assert ledger.parameter_counts.trainable == 4
    assert ledger.bytes["parameters"] == 32
    assert ledger.data.entries[0].outputs[0].dtype == "float16"


def test_a_shape_without_a_batch() -> None:
    ledger = nl.count(Small(), (3, 8, 8))
    assert ledger.inputs == ((1, 3, 8, 8),)
    assert ledger.data.notes == ("The shapes were taken to leave out the batch: counted as 1x3x8x8.",)
    assert "The shapes were taken to leave out the batch" in str(ledger)
    assert not nl.count(OneConv(), (1, 3, 5, 5)).data.notes


def test_under_autocast_element_types_are_said_to_be_others() -> None:
    with autocast():
        ledger = nl.count(OneConv(), (1, 3, 5, 5))
    assert ledger.data.notes == ("Autocast is on: the operations are the same, element types are as without it.",)


def test_torchinfos_example() -> None:
    """A module of one conv 3→7, 3×3 at 16×3×5×5."""
    ledger = nl.count(OneConv(), (16, 3, 5, 5))
    assert ledger["conv"].outputs == ((16, 7, 3, 3),)
    assert (ledger.parameters, ledger.total("macs+bias")) == (196, 28_224)


def test_an_operation_without_a_rule_is_a_gap_with_a_bound() -> None:
    ledger = nl.count(lambda x: torch.special.bessel_j0(x) + 1, (3, 4))
    (gap,) = ledger.gaps
    assert gap.bound == 2 * 12 * 12
    assert "bessel_j0" in gap.reason
    with pytest.raises(nl.IncompleteError):
        ledger.require_complete()


def test_weights_that_are_computed_are_edges() -> None:
    network = nl.count(Standardised(3, 4, 3), SHAPE).network
    assert network is not None
    conv = next(node for node in network.nodes if node.op.KIND == "conv")
    ((role, number),) = conv.operands
    assert role == "weight"
    assert network.tensors[number].shape == (4, 3, 3, 3)
    assert [part.key for part in conv.parameters] == ["bias"]


def test_edges_in_place_and_through_views() -> None:
    def model(x: torch.Tensor) -> torch.Tensor:
        y = torch.zeros(2, 3)
        y[:, 0] = x[:, 0]
        y[0].add_(x[1])
        x += 1
        return y * x

    network = nl.count(model, (2, 3)).network
    assert network is not None
    product = network.nodes[-1]
    makers = {number: node for node in network.nodes for number in node.outputs}
    assert product.op.KIND == "multiply"
    assert [makers[number].op.KIND for number in product.inputs] == ["assign", "add"]
